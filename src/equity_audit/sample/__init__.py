"""Synthetic extracts with planted faults, and the truth about them."""
