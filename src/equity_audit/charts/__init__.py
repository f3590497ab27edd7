"""Charts as SVG, one file a chart. Each is a function of released figures: nothing hidden reaches it.

A chart function is ``draw(figures…, story, width=WIDE) -> str``: the same figures give the same text, byte for byte.
"""
