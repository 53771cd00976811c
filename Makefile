# Two commands for a newcomer: `make run` and `make test`. Nothing but git, make and Python 3.11 is needed.
# WHEELHOUSE=dir installs from a folder of wheels, without any network.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
HOME_DIR ?= var/demo
WORKERS ?= 2
LONG ?= bounded
PIP_FLAGS := $(if $(WHEELHOUSE),--no-index --find-links $(WHEELHOUSE),)

.PHONY: run install demo test test-long check bench docs lock clean

run: install demo

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_FLAGS) --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	touch $(STAMP)

demo: install
	rm -rf $(HOME_DIR)
	$(BIN)/sandbox demo --home $(HOME_DIR)

test: install
	$(BIN)/pytest -n $(WORKERS) -m "not long"

test-long: install
	SANDBOX_LONG=$(LONG) $(BIN)/pytest -n $(WORKERS) -m long

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.house.generate --check

docs: install
	$(BIN)/python -m tests.house.generate

bench: install
	$(BIN)/python -m bench

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-header --group dev --extra postgresql pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) var
