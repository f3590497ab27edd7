"""An outside attack on what a run publishes: nothing hidden comes back, and a planted careless release does give way."""

from __future__ import annotations

import csv
import functools
import importlib.util
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from equity_audit.disclosure.profiles import load_profile

ATTACK = Path(__file__).resolve().parents[3] / "shared" / "tools" / "recover_suppressed.py"
PROFILES = ("hes", "mhsds", "opensafely", "exact")
DATASETS = ("hes_apc", "hes_ae", "hes_op", "wlmds")


@functools.cache
def _attacker() -> Any:
    spec = importlib.util.spec_from_file_location("recover_suppressed", ATTACK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _tidy(document: dict[str, Any], path: Path, pair: tuple[str, str], outcome: str | None) -> list[str]:
    """The cells of one cross-table with both its margins, as a reader of the result document has them."""
    measures = set()
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*pair, "measure", "value"])
        for table in document["breakdowns"]:
            if table["outcome"] != outcome or not set(table["dimensions"]) <= set(pair) or table["unit"] == "patients":
                continue
            for row in table["rows"]:
                for name in ("numerator", "denominator") if outcome else ("numerator",):
                    value = row[name]
                    writer.writerow([*(row.get(d, "") for d in pair), name, "[c]" if value is None else value])
                    measures.add(name)
    return sorted(measures)


def _attack(document: dict[str, Any], profile: Any, folder: Path, pair: tuple[str, str], outcome: str | None) -> int:
    path = folder / "release.csv"
    measures = _tidy(document, path, pair, outcome)
    if not measures:
        return 0
    arguments = [
        str(path),
        "--dims",
        ",".join(pair),
        "--measure",
        "measure",
        "--threshold",
        str(profile.primary[1]),
        "-q",
    ]
    if len(measures) == 2:
        arguments += ["--relation", "denominator = numerator + rest"]
    if profile.round_to:
        arguments += ["--round-base", str(profile.round_to)]
    return int(_attacker().main([*arguments, "--time-limit", "5", "--enumerate", "0"]))


def _one(job: tuple[int, str, str, int, str]) -> list[str]:
    """Audit one generated extract, release it under one profile, attack a few of its tables."""
    from equity_audit.audit import Request, run_audit
    from equity_audit.disclosure.protect import protect
    from equity_audit.reports.json import document
    from equity_audit.sample import write_reference, write_sample

    seed, dataset, profile_name, records, where = job
    folder = Path(where) / str(seed)
    folder.mkdir()
    reference = Path(where) / f"reference-{os.getpid()}"  # one for all the extracts of a process
    if not reference.exists():
        reference.mkdir()
        write_reference(reference)
    extract = write_sample(folder, dataset, records=records, seed=seed)
    profile = load_profile(profile_name)
    audit = run_audit(Request(extract=extract, reference=reference))
    released = document(protect(audit, profile))
    outcomes = sorted({table["outcome"] for table in released["breakdowns"] if table["outcome"]})
    pairs = sorted({tuple(table["dimensions"]) for table in released["breakdowns"] if len(table["dimensions"]) == 2})
    chosen = [(("imd_quintile", "ethnic_group"), None), (pairs[seed % len(pairs)], None)]
    chosen += [(pairs[(seed // 2) % len(pairs)], outcomes[seed % len(outcomes)])] if outcomes else []
    found = []
    for pair, outcome in chosen:
        code = _attack(released, profile, folder, pair, outcome)
        if code:
            found.append(f"seed {seed}, {dataset}, {records} records, {profile_name}, {pair}, {outcome}: exit {code}")
    return found


def _jobs(count: int, folder: Path) -> list[tuple[int, str, str, int, str]]:
    jobs = []
    for seed in range(count):
        profile = PROFILES[seed % 4]
        size = round(50 * 100 ** (seed * 0.618 % 1))  # 50 to 5,000, evenly on the scale of their logarithm
        jobs.append((seed, DATASETS[seed // 4 % 4], profile, size, str(folder)))
    return jobs


def _run(count: int, folder: Path) -> list[str]:
    # An executor tells when one of its processes dies; a pool would wait for it.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        return [line for lines in pool.map(_one, _jobs(count, folder)) for line in lines]


@pytest.mark.needs_shared
def test_nothing_is_recovered_from_twenty_extracts(tmp_path: Path) -> None:
    assert _run(20, tmp_path) == []


@pytest.mark.slow
@pytest.mark.needs_shared
def test_nothing_is_recovered_from_two_hundred_extracts(tmp_path: Path) -> None:
    assert _run(200, tmp_path) == []


@pytest.mark.needs_shared
def test_the_attack_recovers_cells_of_a_careless_release(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from equity_audit.audit import Request, run_audit
    from equity_audit.disclosure import protect as door
    from equity_audit.reports.json import document

    audit = run_audit(Request(extract=samples / "admitted_care.csv", reference=samples / "reference"))
    profile = replace(load_profile("exact"), complements=False, full_share_minimum=0)
    monkeypatch.setattr(door, "exact_hidden", lambda ledger, first, *_: set(first))
    monkeypatch.setattr(door, "hide_until_safe", lambda ledger, hidden, *_: hidden)
    careless = document(door.protect(audit, profile))
    assert _attack(careless, profile, tmp_path, ("imd_quintile", "ethnic_group"), None) == 1
