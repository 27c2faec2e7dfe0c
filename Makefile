# Every target works on a fresh clone: the virtual environment is made on first use.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || echo python3)
READY := $(VENV)/.ready

.PHONY: demo test check bench turns cancel-sweep crash floods oracle screenshots clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[speech,dev]'
	touch $@

demo: $(READY)
	$(BIN)/frontdesk demo $(if $(KEEP),--keep)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/flake8 engine storage web simulator tests benchmarks
	$(BIN)/pytest tests/test_imports.py

test: check
	$(BIN)/pytest

cancel-sweep: $(READY)
	$(BIN)/python -m tests.sweep

crash: $(READY)
	$(BIN)/python -m tests.crash 300

floods: $(READY)
	$(BIN)/python -m tests.floods

oracle: $(READY)
	$(BIN)/python -m tests.storage.oracle 10000

bench: $(READY)
	$(BIN)/python -m benchmarks.short_calls
	$(BIN)/python -m benchmarks.costs
	$(BIN)/python -m benchmarks.tools
	$(BIN)/python -m benchmarks.pages

turns: $(READY)
	$(BIN)/python -m benchmarks.turns

screenshots: $(READY)
	$(BIN)/python -m tests.browser.screenshots

clean:
	rm -rf $(VENV)
