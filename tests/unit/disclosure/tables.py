"""Made-up tables with margins, and the outside attack on them."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ATTACK = Path(__file__).resolve().parents[4] / "shared" / "tools" / "recover_suppressed.py"


def with_margins(counts):
    """Tidy rows of an array with its margins, and the names of the dimensions."""
    full = np.asarray(counts)
    shape = full.shape
    for axis in range(full.ndim):
        full = np.concatenate([full, full.sum(axis=axis, keepdims=True)], axis=axis)
    labels = [[f"{'abcd'[axis]}{i}" for i in range(size)] + ["total"] for axis, size in enumerate(shape)]
    dimensions = [f"d{axis}" for axis in range(len(shape))]
    rows = [(*key, int(count)) for key, count in zip(itertools.product(*labels), full.ravel(), strict=True)]
    return pd.DataFrame(rows, columns=[*dimensions, "count"]), dimensions


def made_up(shape, seed, mean=20):
    """Poisson counts with unequal rows and columns."""
    draw = np.random.default_rng(seed)
    expected = np.full(shape, float(mean))
    for axis, size in enumerate(shape):
        effect = np.exp(draw.normal(0, 1.2 / len(shape) ** 0.5, size))
        expected = expected * effect.reshape([-1 if other == axis else 1 for other in range(len(shape))])
    return with_margins(draw.poisson(expected))


def recover(frame, dimensions, folder, hidden="hidden"):
    """Exit code and last line of the outside attack on a table whose hidden cells print as `[c]`."""
    if not ATTACK.exists():
        assert not os.environ.get("CI"), f"{ATTACK} is needed in CI"
        pytest.skip(f"the outside attack {ATTACK} is not on this machine")
    printed = frame[dimensions].assign(value=frame["count"].astype(str).where(~frame[hidden], "[c]"))
    path = folder / "release.csv"
    printed.to_csv(path, index=False)
    command = [sys.executable, str(ATTACK), str(path), "--dims", ",".join(dimensions), "--total-label", "total"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode, done.stdout
