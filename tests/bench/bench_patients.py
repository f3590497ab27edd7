"""What the figures on patients cost: the CPU time of an audit with them against one without.

    python tests/bench/bench_patients.py [RECORDS]     (default one million, a quarter as many patients)

Each runs in a process of its own, three times; the smallest is printed. The limit is twice the plain audit.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT, RUNS = 2.0, 3
RUN = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from equity_audit import audit, examine
if sys.argv[1] == "plain":
    examine.examine_patients = lambda *given: None
request = audit.Request(extract=Path(sys.argv[2]), reference=Path(sys.argv[3]))
found = audit.run_audit(request)
print(sum(finding.judged for finding in found.findings if finding.rule.unit == "patients"))
"""


def cpu_seconds(kind: str, extract: Path, reference: Path) -> tuple[float, int]:
    """The CPU seconds of one audit in a process of its own, and the patients it judged."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", RUN, kind, str(extract), str(reference)], capture_output=True, text=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime), int(done.stdout.split()[-1])


def main() -> int:
    """Measure, print, and say whether the limit holds."""
    from equity_audit.sample import write_reference, write_sample

    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "reference"
        reference.mkdir()
        write_reference(reference, 1)
        extract = write_sample(Path(folder), "hes_apc", records, seed=1)
        times = {
            kind: min(cpu_seconds(kind, extract, reference)[0] for _ in range(RUNS)) for kind in ("plain", "whole")
        }
        judged = cpu_seconds("whole", extract, reference)[1]
    ratio = times["whole"] / times["plain"]
    print(
        f"{records:,} records: plain {times['plain']:.1f} CPU s, with patients {times['whole']:.1f}, ratio {ratio:.2f}"
    )
    print(f"patients judged by rules {judged:,}; limit {LIMIT:g}: {'kept' if ratio <= LIMIT else 'BROKEN'}")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
