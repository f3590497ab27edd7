"""The extracts kept in `sample_data/`: which, how large, and how they are made again."""

from pathlib import Path

from equity_audit.sample.generate import write_sample
from equity_audit.sample.places import write_reference

SEED = 1
RECORDS = {"hes_apc": 4_000, "hes_op": 2_500, "hes_ae": 2_500, "wlmds": 2_500}


def write_committed(folder: Path) -> None:
    """Write everything in `sample_data/` but its README."""
    for dataset, records in RECORDS.items():
        write_sample(folder, dataset, records, SEED)
    write_reference(folder / "reference", SEED)


if __name__ == "__main__":
    write_committed(Path("sample_data"))
