# Every target works on a fresh clone: the virtual environment is made on first use.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || echo python3)
READY := $(VENV)/.ready
# The tests' databases are in memory where 4 GB are free there: much of their time is waiting for the disk.
SHM := $(shell df -Pk /dev/shm 2>/dev/null | awk '$$4 > 4000000 {print "/dev/shm"}' | tail -n 1)
PYTEST := $(if $(SHM),TMPDIR=$(SHM) )$(BIN)/pytest
ALL_CORES := $(PYTEST) --numprocesses=auto --dist=worksteal
PACKAGES := engine storage office rehearsal web simulator tests benchmarks

.PHONY: demo test quick lint check bench turns cancel-sweep crash siege oracle screenshots clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[speech,dev]'
	touch $@

demo: $(READY)
	$(BIN)/frontdesk demo $(if $(KEEP),--keep)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Under a minute: for every small change.
quick: lint
	$(ALL_CORES) tests/test_imports.py tests/test_house.py tests/engine tests/simulator

# flake8-async takes half a second of a file: only what imports trio needs it, and ruff has the commonest rules.
check: lint
	grep -rlE '^ *(import|from) .*\btrio\b' --include='*.py' $(PACKAGES) | xargs $(BIN)/flake8
	$(BIN)/pytest tests/test_imports.py

test: check
	$(ALL_CORES) -m 'not real_time'
	$(ALL_CORES) --dist=loadfile -m real_time tests/browser/phone

cancel-sweep: $(READY)
	$(BIN)/python -m tests.sweep

crash: $(READY)
	$(BIN)/python -m tests.crash 300

siege: $(READY)
	$(BIN)/python -m tests.siege
	$(BIN)/python -m tests.stalled 100
	$(BIN)/python -m tests.fuzz 100000

oracle: $(READY)
	$(BIN)/python -m tests.storage.oracle 10000
	$(BIN)/python -m tests.office.wish_oracle 20000

# A quick look at what a call costs beside the bare relay: make bench ONE_CORE="--rounds 1 --seconds 5 --most 0".
bench: $(READY)
	$(BIN)/python -m benchmarks.one_core $(ONE_CORE)
	$(BIN)/python -m benchmarks.short_calls
	$(BIN)/python -m benchmarks.costs
	$(BIN)/python -m benchmarks.tools
	$(BIN)/python -m benchmarks.pages
	$(BIN)/python -m benchmarks.walks

turns: $(READY)
	$(BIN)/python -m benchmarks.turns

screenshots: $(READY)
	$(BIN)/python -m tests.browser.screenshots

clean:
	rm -rf $(VENV)
