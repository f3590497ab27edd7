"""Speed and memory of `equity-audit check`, against a raw DuckDB scan of the same columns in the same run.

    python tests/bench/bench_check.py [--ten-million]

Prints CPU seconds (user + system, whole process, imports included), ratio to the scan, and peak memory.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from equity_audit.datasets import candidate_columns, detect_dataset
from equity_audit.sample import write_reference, write_sample

SCAN = """
import sys, duckdb
path, width, columns = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
names = {f"c{n}": "VARCHAR" for n in range(width)}
counts = ", ".join(f"count(c{n})" for n in columns)
duckdb.connect(config={"memory_limit": "2GB"}).execute(
    f"SELECT {counts} FROM read_csv(?, columns = ?, header = true, auto_detect = false, ignore_errors = true)",
    [path, names]).fetchall()
"""


def measure(command: list[str]) -> tuple[float, float, int]:
    """CPU seconds, wall seconds and peak memory in MB of a command, by a child of our own so that peaks are its own."""
    script = (
        "import json, resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss // 1024, ended]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=True)
    cpu, wall, peak, ended = eval(done.stdout)
    if ended not in (0, 1):
        raise SystemExit(f"{command} ended with {ended}")
    return cpu, wall, peak


def best_of(times: int, command: list[str]) -> tuple[float, float, int]:
    """The run with the least CPU time, and the highest peak of all runs."""
    runs = [measure(command) for _ in range(times)]
    cpu, wall, _ = min(runs)
    return cpu, wall, max(peak for _, _, peak in runs)


def _read_once(path: Path) -> None:
    """Bring a file into the page cache: else the first command measured pays for the disk, and the ratios say nothing."""
    with path.open("rb") as file:
        while file.read(2**24):
            pass


def bench(folder: Path, records: int, times: int, faults: bool) -> None:
    extract = write_sample(folder, "hes_apc", records, seed=1, faults=faults)
    with extract.open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    places = candidate_columns(header, detect_dataset(header), {})
    columns = ",".join(str(position) for positions in places.values() for position in positions)
    tool = str(Path(sys.executable).parent / "equity-audit")
    _read_once(extract)
    scan_cpu, scan_wall, scan_peak = best_of(
        times, [sys.executable, "-c", SCAN, str(extract), str(len(header)), columns]
    )
    size = extract.stat().st_size / 2**20
    kind = "with faults" if faults else "no malformed line"
    print(f"{records:>12,} records × {len(header)} columns ({size:,.0f} MB, {kind})")
    print(
        f"    {'raw scan of the mapped columns':<32}{scan_cpu:6.2f} CPU s  {scan_wall:6.2f} s wall  {scan_peak:6,} MB"
    )
    for name, extra in (("check --quick (counts and gap)", ["--quick"]), ("check (the whole audit)", [])):
        command = [tool, "check", str(extract), "--reference", str(folder / "reference"), "-q", *extra]
        cpu, wall, peak = best_of(times, command)
        ratio = f"{cpu / scan_cpu:.2f} × the scan"
        print(f"    {name:<32}{cpu:6.2f} CPU s  {wall:6.2f} s wall  {peak:6,} MB   {ratio}")
    extract.unlink()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ten-million", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = Path(name)
        (folder / "reference").mkdir()
        write_reference(folder / "reference", 1)
        tool = str(Path(sys.executable).parent / "equity-audit")
        print(f"--help  {best_of(5, [tool, '--help'])[0]:.2f} CPU s")
        bench(folder, 2_000, 5, faults=True)
        bench(folder, 1_000_000, 3, faults=False)
        bench(folder, 1_000_000, 3, faults=True)
        if options.ten_million:
            bench(folder, 10_000_000, 1, faults=True)


if __name__ == "__main__":
    main()
