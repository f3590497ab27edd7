"""How long ten thousand cells take to protect and to audit: `.venv/bin/python tests/bench/bench_disclosure.py`."""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from equity_audit.disclosure import suppress, suppress_system
from equity_audit.disclosure.profiles import load_profile
from unit.disclosure.attack import feasible_ranges, too_narrow
from unit.disclosure.tables import made_up

TARGET = 20.0  # CPU seconds, so that a busy machine says the same


def grouped(frame, dimensions):
    """Relations of a table by grouping, quicker than the tests' own way."""
    keys = list(frame[dimensions].itertuples(index=False, name=None))
    parts = {}
    for number, key in enumerate(keys):
        for axis, label in enumerate(key):
            if label != "total":
                parts.setdefault((axis, (*key[:axis], "total", *key[axis + 1 :])), []).append(number)
    place = {key: number for number, key in enumerate(keys)}
    return [(place[key], numbers) for (_, key), numbers in parts.items()]


def run(shape, seed, linked=False):
    frame, dimensions = made_up(shape, seed, mean=60)
    sums = grouped(frame, dimensions)
    began = time.process_time()
    named = frame.assign(cell=range(len(frame)))
    result = suppress_system(named, sums) if linked else suppress(frame, dimensions)
    protected = time.process_time()
    cells = result.assign(
        cell=range(len(result)),
        low=np.where(result["hidden"], 0, result["count"]),
        high=np.where(result["hidden"], np.inf, result["count"]),
    )
    ranges = feasible_ranges(cells, sums, enough=7)
    complements = np.flatnonzero(result["reason"] == "complementary")
    narrow = too_narrow(ranges, load_profile("exact"), complements)
    ended = time.process_time()
    reasons = result["reason"].value_counts()
    print(
        f"{'system' if linked else 'table':7} {' x '.join(map(str, shape)):12} {len(frame):6,} cells, "
        f"{reasons.get('primary', 0):5,} primary, {reasons.get('complementary', 0):5,} complementary, "
        f"protected in {protected - began:5.1f} CPU s, audited in {ended - protected:5.1f} CPU s, {len(narrow)} too narrow"
    )
    return ended - began < TARGET and narrow.empty


def whole_run(profile, extract, reference, name):
    """Every count of an audited extract that a report prints, protected and audited as one ledger."""
    from equity_audit.audit import Request, run_audit
    from equity_audit.disclosure.gather import gather
    from equity_audit.disclosure.hiding import own_sake
    from equity_audit.disclosure.protect import hidden_counts
    from equity_audit.disclosure.sensitive import without_sensitive
    from equity_audit.disclosure.sparse import without_sparse

    rule = load_profile(profile)
    audit = without_sparse(without_sensitive(run_audit(Request(extract=extract, reference=reference)), rule), rule)
    began = time.process_time()
    ledger = gather(audit, audit.breakdowns)
    hidden = hidden_counts(ledger, rule)
    took = time.process_time() - began
    print(
        f"run     {profile:6} {name:12} {len(ledger.counts):6,} counts, {len(own_sake(ledger, rule)):5,} of their own, "
        f"{len(hidden):5,} hidden, protected and audited in {took:5.1f} CPU s"
    )
    return took < TARGET


def whole_runs():
    """The sample of the package, and a larger extract."""
    import tempfile

    from equity_audit.sample import write_reference, write_sample

    samples = Path(__file__).resolve().parents[2] / "sample_data"
    held = [
        whole_run(profile, samples / "admitted_care.csv", samples / "reference", "sample")
        for profile in ("exact", "hes")
    ]
    with tempfile.TemporaryDirectory() as name:
        reference = Path(name) / "reference"
        reference.mkdir()
        write_reference(reference)
        extract = write_sample(Path(name), "hes_apc", records=20_000, seed=1)
        held += [whole_run(profile, extract, reference, "20,000") for profile in ("exact", "hes", "mhsds")]
    return held


if __name__ == "__main__":
    held = [run(shape, seed) for shape in [(100, 100), (21, 21, 22), (17, 5, 25, 4), (10_000,)] for seed in (1, 3)]
    held += [run(shape, 1, linked=True) for shape in [(100, 100), (40, 5, 40)]]
    held += whole_runs()
    raise SystemExit(0 if all(held) else 1)
