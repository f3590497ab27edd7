"""Write COVERAGE.md: each measure, its published table, and the worst error against it.

Run ``python tests/measures/coverage_table.py`` to write the page again. Errors are rounded up to a power of ten, and
not told apart below 10⁻¹², so that the page is the same on every machine.
"""

import sys
from collections import defaultdict
from math import ceil, log10
from pathlib import Path

PAGE = Path(__file__).with_name("COVERAGE.md")
HEADER = """# What the measures are held against

Written by `coverage_table.py`; a test holds it against the tables in `published/`. Errors are relative to the figure
unless the part says otherwise, rounded up to a power of ten. Labels and flags are exact.

Two tables give limits for the same RII: `sii_rii_closed_form` (delta, log scale) and `sii` (percentiles of simulated ratios).
They part by 1 % of the width for `dna_quintile` and by 10 to 36 % for `rare_event_quintile`, so no one interval meets both.
`slope_index` gives both, `interval="delta"` (what reports use) and `interval="simulated"`, each held against its own table.

| measure | table | part | figures | worst error | allowed |
|---|---|---|---|---|---|
"""


def power(error: float) -> str:
    return "≤ 1e-12" if error <= 1e-12 else f"1e{ceil(log10(error))}"


def page() -> str:
    from measures.oracles import ORACLES

    found: dict[tuple[str, str, str], list] = defaultdict(list)
    for table, oracle in ORACLES.items():
        for one in oracle():
            found[one.measure, table, one.what].append(one)
    lines = []
    for (measure, table, part), parts in sorted(found.items()):
        worst = max(one.errors.max(initial=0.0) for one in parts)
        allowed = max(one.tolerance for one in parts)
        shown = "0" if allowed == 0 and worst == 0 else power(worst)
        figures = sum(one.errors.size for one in parts)
        lines.append(f"| {measure} | {table} | {part} | {figures} | {shown} | {allowed:g} |")
    return HEADER + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    PAGE.write_text(page())
