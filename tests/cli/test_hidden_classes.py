"""Where every class is too small to show, the total beside them is the run's own, and not a sum of nothing."""

import json
from pathlib import Path

from conftest import RunCli


def test_the_records_of_hidden_classes_are_those_of_the_run(
    tmp_path: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    path, result = tmp_path / "few.csv", tmp_path / "out.json"
    # No area is in the edition, and few records have no location: neither class may be shown, the run's total is.
    areas = ["E01999999"] * 4 + [""] * 3 + ["M99999999"] * 3 + ["W01000001"] * 3
    rows = [f"{9990000000 + number},{'A' if number % 2 else 'C'},{area}\n" for number, area in enumerate(areas)]
    path.write_text("NHS_NUMBER,ETHNIC_CATEGORY,LSOA21\n" + "".join(rows), encoding="utf-8")
    printed = run_cli("check", path, "--reference", reference_folder, "-o", result, "--fail-on", "never")
    assert printed.exit_code == 0, printed.stderr
    document = json.loads(result.read_text(encoding="utf-8"))
    shown = [count for count in document["deprivation"]["classes"].values() if count]
    assert shown == []
    assert document["deprivation"]["records"] == document["intake"]["records_audited"] != 0
