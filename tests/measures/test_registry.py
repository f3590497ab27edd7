"""Each measure is one file, with its documentation and its three proofs."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import equity_audit.measures
from equity_audit import measures
from measures import oracles, reference, test_against_reference, test_properties

FOLDER = Path(equity_audit.measures.__path__[0])
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
HEADINGS = ["Interpretation", "Applicability", "Method", "Small numbers", "Warning", "References"]
SPECIFIED = {
    "proportion": "frame, level=0.95, multiplier=1",
    "rate": "frame, level=0.95, multiplier=100000",
    "standardised_rate": "frame, by='group', level=0.95, multiplier=100000, independent_events=True",
    "standardised_ratio": "frame, reference, by='group', level=0.95",
    "relative_risk": "frame, reference, level=0.95, method='score'",
    "risk_difference": "frame, reference, level=0.95",
    "gap": "frame, level=0.95",
    "slope_index": "frame, kind, rank_basis='national', transform=None, level=0.95, polarity='adverse', "
    "interval='delta', seed=0",
    "concentration_index": "frame, variant='rci', level=0.95, bounds=(0, 1)",
    "between_group": "frame, reference=None, polarity='adverse', level=0.95, seed=0",
    "attributable": "frame, reference, level=0.95",
    "quantiles": "values, n=5, invert=True",
    "funnel": "frame, kind, target=None, overdispersion=False",
    "xmr": "series, target=None, direction='increase', screen=True, rebase=None, rule='nhsr', fix_after=None",
    "missingness": "frame, seed=0, level=0.95",
    "association": "table, seed=0",
    "missing_bounds": "frame, a, b, gammas=(2, 3, 5)",
    "reallocate": "frame, within",
    "adjust_p": "p, method",
    "clustered_proportion": "frame, by='group', level=0.95, multiplier=1",
}


def test_the_public_names_are_the_specified_ones():
    assert NAMES == sorted(SPECIFIED) == sorted(measures.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_the_contract(name):
    parameters = inspect.signature(getattr(measures, name)).parameters.values()
    assert ", ".join(str(one.replace(annotation=inspect.Parameter.empty)) for one in parameters) == SPECIFIED[name]


@pytest.mark.parametrize("name", NAMES)
def test_docstring_has_its_headings_in_order(name):
    docstring = inspect.getdoc(getattr(measures, name))
    assert re.findall(r"^(\S.*)\n-{3,}$", docstring, re.MULTILINE) == HEADINGS
    for heading in HEADINGS:
        after = docstring.split(f"{heading}\n{'-' * len(heading)}\n", 1)[1]
        assert after[0] not in "\n-", f"nothing is written under {heading}"


@pytest.fixture(scope="module")
def published():
    return {one.measure for oracle in oracles.ORACLES.values() for one in oracle()}


@pytest.mark.parametrize("name", NAMES)
def test_proved_three_ways(name, published):
    assert name in published, "no published answers in oracles.py"
    assert callable(getattr(reference, name, None)), "no slow reference in reference.py"
    assert hasattr(test_against_reference, f"test_reference_{name}"), "the slow reference is not compared"
    prefix = f"test_property_{name}_"
    assert any(test.startswith(prefix) for test in dir(test_properties)), "no property in test_properties.py"


@pytest.mark.parametrize("name", NAMES)
def test_one_measure_one_file(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    public = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert public == [name]


def test_type_checkers_see_every_measure():
    tree = ast.parse((FOLDER / "__init__.py").read_text())
    seen = [alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert [name for name in seen if name in NAMES] == NAMES


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


ORDERS = [
    "from equity_audit.measures import proportion",
    "import equity_audit.measures as m; proportion = m.proportion",
    "import equity_audit.measures.proportion; from equity_audit.measures import proportion",
    "from equity_audit.measures import proportion; import equity_audit.measures.proportion; "
    "from equity_audit.measures import proportion",
    "import equity_audit.measures.missingness, equity_audit.measures.adjust_p as proportion",
    "import importlib as i; i.import_module('equity_audit.measures.adjust_p'); "
    "i.import_module('equity_audit.measures.missingness'); from equity_audit.measures import adjust_p as proportion",
    "from equity_audit.measures import missingness, adjust_p as proportion; import equity_audit.measures.adjust_p",
    "from equity_audit.measures.proportion import proportion; import equity_audit.measures as m; "
    "assert m.proportion is proportion",
    "from equity_audit.measures import *",
]


@pytest.mark.parametrize("code", ORDERS)
def test_a_name_is_the_function_in_whatever_order_things_are_imported(code):
    check = "import types, equity_audit.measures as m; assert isinstance(proportion, types.FunctionType)"
    every = "assert all(isinstance(getattr(m, name), types.FunctionType) for name in m.NAMES)"
    done = run(f"{code}; {check}; {every}")
    assert done.returncode == 0, done.stderr


def test_importing_the_package_is_cheap():
    done = run(
        "import sys, equity_audit.measures; "
        "print([name for name in ('numpy', 'pandas', 'scipy', 'statsmodels') if name in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_plain_measures_need_no_scipy():
    done = run(
        "import sys, pandas as pd; from equity_audit import measures as m\n"
        "n = [9, 9, 9, 9]; f = pd.DataFrame(dict(group=list('abcd'), order=[1, 2, 3, 4], numerator=[1, 2, 3, 4], "
        "denominator=n, events=[20] * 4, population=n, value=[.4, .3, .2, .1], se=[.1] * 4, lower=[.1] * 3 + [.05], "
        "upper=[.5] * 4))\n"
        "m.proportion(f); m.rate(f); m.gap(f); m.slope_index(f, 'proportion'); m.relative_risk(f, 'a')\n"
        "m.risk_difference(f, 'a'); m.missingness(f); m.between_group(f); m.attributable(f, 'a')\n"
        "m.concentration_index(f); m.missing_bounds(f, 'a', 'b'); m.quantiles(f['value'], 2); m.adjust_p([.1], 'bh')\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('scipy', 'statsmodels')])"
    )
    assert done.stdout.strip() == "[]", done.stderr or done.stdout[:200]


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="has no attribute 'sausage'"):
        _ = measures.sausage
    assert set(NAMES) <= set(dir(measures))


def test_a_short_period_warns_where_the_measure_is_asked_for():
    with pytest.warns(UserWarning, match="period 1 has 2 points") as caught:
        measures.xmr(pd.Series([1.0, 2.0], index=pd.date_range("2024-01-01", periods=2)))
    assert [one.filename for one in caught] == [__file__]
