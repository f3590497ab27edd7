"""Break the measures on purpose, one small change at a time, and count how many breaks the tests notice.

Run ``python tests/measures/mutate.py [--limit 400] [--seed 1] [--seconds 420] [--files gap.py,xmr.py]``. Works in
copies under a temporary folder. Each change runs in a fork that has the libraries loaded, with the fast tests only; a
run of more than a minute counts as noticed. Prints every survivor, then the score. `MUTATION.md` explains the survivors.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = Path("src/equity_audit/measures")
TESTS = ("refusals", "against_reference", "properties", "published")
WORKERS, TIMEOUT = 2, 60.0
OPPOSITE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Div, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And, ast.MatMult: ast.Mult,
}  # fmt: skip
TURNED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}


@dataclass(frozen=True)
class Change:
    """One small change: which node of which file, and how."""

    file: str
    node: int
    kind: str
    at: int = 0


def left_alone(tree: ast.Module) -> set[int]:
    """Find docstrings and annotations."""
    found: set[int] = set()
    for node in ast.walk(tree):
        roots: list[ast.AST | None] = []
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and isinstance(node.body[0], ast.Expr):
            roots.append(node.body[0])
        if isinstance(node, ast.FunctionDef):
            roots += [node.returns, *(one.annotation for one in node.args.args + node.args.kwonlyargs)]
        if isinstance(node, ast.AnnAssign):
            roots.append(node.annotation)
        found |= {id(inner) for root in roots if root is not None for inner in ast.walk(root)}
    return found


def changes(file: str, source: str) -> list[Change]:
    tree = ast.parse(source)
    alone, found = left_alone(tree), []
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in alone:
            continue
        if isinstance(node, ast.Compare):
            for at, sign in enumerate(node.ops):
                found += [Change(file, number, "opposite", at)] * (type(sign) in OPPOSITE)
                found += [Change(file, number, "turned", at)] * (type(sign) in TURNED)
        elif isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in OPPOSITE:
            found.append(Change(file, number, "operator"))
        elif isinstance(node, ast.UnaryOp):
            found.append(Change(file, number, "sign"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
            found.append(Change(file, number, "constant"))
        elif isinstance(node, ast.IfExp):
            found.append(Change(file, number, "branches"))
    return found


def changed(source: str, change: Change) -> tuple[str, str]:
    """Give the changed source, and the change in words."""
    tree = ast.parse(source)
    node = list(ast.walk(tree))[change.node]
    before = ast.unparse(node)
    if change.kind in ("opposite", "turned"):
        table = OPPOSITE if change.kind == "opposite" else TURNED
        node.ops[change.at] = table[type(node.ops[change.at])]()
    elif change.kind == "operator":
        node.op = OPPOSITE[type(node.op)]()
    elif change.kind == "sign" and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
    elif change.kind == "sign":
        node.operand = ast.UnaryOp(type(node.op)(), node.operand)
    elif change.kind == "branches":
        node.body, node.orelse = node.orelse, node.body
    elif isinstance(node.value, bool):
        node.value = not node.value
    else:
        node.value = "XX" if isinstance(node.value, str) else node.value + 1
    words = f"{change.file}:{node.lineno}: {before} -> {ast.unparse(node)}"
    return ast.unparse(ast.fix_missing_locations(tree)), words


def run_tests(folder: Path, file: str) -> None:
    """Run the tests of a measure, or all of them for a shared helper, and end the process with their exit code."""
    import pytest
    from hypothesis import Phase, settings

    settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate])
    settings.load_profile("unshrunk")  # a break needs no smallest example
    os.chdir(folder)
    sys.path.insert(0, str(folder / "src"))
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    arguments += [f"tests/measures/test_{name}.py" for name in TESTS]
    if not file.startswith("_"):
        arguments += ["-k", f"{file.removesuffix('.py')} or published or faults or statsmodels or names or whole"]
    os._exit(int(pytest.main(arguments)))


def fork(folder: Path, file: str) -> int:
    process = os.fork()
    if process == 0:
        run_tests(folder, file)
    return process


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=420)
    parser.add_argument("--files", default="")
    options = parser.parse_args()
    sys.dont_write_bytecode = True
    for library in ("hypothesis.strategies", "pandas", "scipy.stats", "statsmodels.stats.multitest"):
        import_module(library)  # loaded once, shared by every fork

    sources = {path.name: path.read_text() for path in (ROOT / PACKAGE).glob("*.py") if path.name != "__init__.py"}
    wanted = options.files.split(",") if options.files else list(sources)
    every = [change for file in sorted(wanted) for change in changes(file, sources[file])]
    random.Random(options.seed).shuffle(every)
    queue = every[: options.limit]
    with tempfile.TemporaryDirectory() as temporary:
        free = []
        for worker in range(WORKERS):
            folder = Path(temporary) / str(worker)
            for part in ("src", "tests/measures"):
                shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "pyproject.toml", folder)
            free.append(folder)
        if os.waitpid(fork(free[0], "_"), 0)[1]:
            sys.exit("the tests fail without any change")
        begun, killed, tested = time.time(), 0, 0
        running: dict[int, tuple[Path, str, str, float]] = {}
        while queue or running:
            late = time.time() - begun > options.seconds
            while free and queue and not late:
                folder, change = free.pop(), queue.pop()
                code, words = changed(sources[change.file], change)
                (folder / PACKAGE / change.file).write_text(code)
                running[fork(folder, change.file)] = (folder, change.file, words, time.time())
            if late and not running:
                break
            for process, (folder, file, words, start) in list(running.items()):
                done, status = os.waitpid(process, os.WNOHANG)
                if not done and time.time() - start > TIMEOUT:
                    os.kill(process, signal.SIGKILL)
                    done, status = os.waitpid(process, 0)
                if done:
                    del running[process]
                    (folder / PACKAGE / file).write_text(sources[file])
                    free.append(folder)
                    tested, killed = tested + 1, killed + (status != 0)
                    if status == 0:
                        print("survived", words, flush=True)
            time.sleep(0.02)
    print(f"{killed} of {tested} noticed, {100 * killed / max(1, tested):.1f} %, of {len(every)} possible")


if __name__ == "__main__":
    main()
