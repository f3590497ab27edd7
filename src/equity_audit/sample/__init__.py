"""Synthetic extracts with planted faults, and the truth about them.

>>> from equity_audit.sample import write_reference, write_sample
>>> write_sample(Path("demo"), "hes_apc", records=4_000, seed=1)  # doctest: +SKIP

The truth is what the generator *intended* for each record. Nothing here imports the audit's decoder or rules,
so that the two can disagree.
"""

from equity_audit.sample.generate import FILE_NAMES, write_sample
from equity_audit.sample.places import REFERENCE_FAULTS, write_directory, write_reference
from equity_audit.sample.variants import VARIANTS

__all__ = ["FILE_NAMES", "REFERENCE_FAULTS", "VARIANTS", "write_directory", "write_reference", "write_sample"]
