"""Is a difference between groups one that may be claimed? Like with like, repeat patients, missing data, the verdict.

Specification: `statistics.md`, "Like with like" and "How far can a figure be trusted?". Crude counts are those that will
be published; what cannot be worked out from them (age and sex, repeat patients) comes from the exact cube.
"""
