# Everything a new machine needs is set up in .venv; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test check bench mutation docs clean

setup: .venv/ready

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

demo: setup
	mkdir -p demo
	$(BIN)/equity-audit check sample_data/admitted_care.csv --reference sample_data/reference \
		-o demo/audit.json -o demo/board.xlsx -o demo/report.html --fail-on never

test: setup
	$(BIN)/python -m pytest -n auto

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Measured as users have it: installed, without the tools of developers, some of which slow every start.
bench:
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --force-reinstall --no-deps .
	.venv-bench/bin/python -m pip install --quiet .
	.venv-bench/bin/python tests/bench/bench_check.py

# Breaks the measures on purpose and lists what no test noticed. All of it takes most of an hour, and goes on where it was
# stopped; MUTANTS='equity_audit.measures.gap.*' tries some.
mutation: setup
	$(BIN)/python -m pip install --quiet --group mutation
	nice $(BIN)/mutmut run --max-children 2 $(MUTANTS)
	$(BIN)/mutmut results | sed '/not checked/d'

docs: setup
	$(BIN)/python docs/generate.py

clean:
	rm -rf .venv demo dist build mutants
