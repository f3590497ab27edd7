"""What pandera tells of a frame: which rows pass each check, and nothing of one that broke."""

from __future__ import annotations

import pandas as pd
import pytest

from equity_audit.checks import find_check
from equity_audit.rules import validate

FRAME = pd.DataFrame({"kind": ["good", "bad", "good"], "records": [5, 2, 1]})
CHECKS = [("ETH001", "none_of", {"field": "kind", "values": ["bad"]}), ("ETH002", "at_least", {})]


def test_a_check_that_breaks_leaves_no_rows_and_the_others_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(frame: pd.DataFrame, params: object) -> pd.Series:
        raise ValueError(str(frame))

    monkeypatch.setattr(find_check("at_least"), "passes", broken)
    passed = validate(FRAME, CHECKS)
    assert passed["ETH002"] is None
    assert passed["ETH001"] is not None
    assert passed["ETH001"].tolist() == [True, False, True]
