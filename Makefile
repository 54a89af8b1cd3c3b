# make run    set up, ingest seeds/, ask the sample question, serve on http://127.0.0.1:8000
# make bench  measure search beside other engines
# make soak   many clients for a minute, with a kill -9 half way
# make test   set up, format and lint checks, types, layers, printed schema, tests

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ARCHIVE ?= var/dateline.db
WORKERS ?= 2

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test bench soak lint format node vendor clean constraints

run: .venv/.runtime
	@mkdir -p $(dir $(ARCHIVE))
	@$(BIN)/dateline ingest --archive $(ARCHIVE) seeds
	@$(BIN)/dateline ask --archive $(ARCHIVE) "$$($(BIN)/python -m api.cli.sample)"
	@$(BIN)/dateline serve --archive $(ARCHIVE) --host $(HOST) --port $(PORT)

test: lint node
	$(BIN)/pytest -n $(WORKERS)

# The server's CPU time a request, extraction's words a second, and search side by side with other engines;
# BENCH="--passages 100000" for another size of search, --stores FOLDER to keep what was built and --reuse to ask it again.
# See docs/benchmark.md.
bench: .venv/.dev
	$(BIN)/python -m tests.benchmarks.server
	$(BIN)/python tests/benchmarks/extraction.py
	$(BIN)/python -m tests.benchmarks.search $(BENCH)

# 200 clients for a minute, with a kill -9 half way; it fails where a promise of the server is broken.
soak: .venv/.dev
	$(BIN)/python -m tests.benchmarks.soak $(SOAK)

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dateline schema --check schema/schema.graphql

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pin what a clean install of everything gives today.
constraints:
	rm -rf .venv/fresh && $(PYTHON) -m venv .venv/fresh
	.venv/fresh/bin/python -m pip --disable-pip-version-check --quiet install '.[dev,otel]'
	{ head -n 1 constraints.txt; .venv/fresh/bin/python -m pip freeze --exclude dateline; } > .venv/constraints.txt
	mv .venv/constraints.txt constraints.txt && rm -rf .venv/fresh

# Clients and tools from npm that the server is tested with; without npm their tests are skipped.
node: tests/conformance/node_modules/.stamp

tests/conformance/node_modules/.stamp: tests/conformance/package-lock.json
	@if command -v npm >/dev/null; then cd tests/conformance && npm ci --silent && touch node_modules/.stamp; \
	  else echo "no npm: the tests with clients from npm are skipped"; fi

# Fetch GraphiQL and React from npm again; see api/static/vendor.py.
vendor:
	$(PYTHON) api/static/vendor.py

clean:
	rm -rf .venv tests/conformance/node_modules var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Dateline needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1); run make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { echo "on Debian, install python3-venv" >&2; rm -rf .venv; exit 1; }

.venv/.runtime: pyproject.toml constraints.txt | .venv/bin/python
	@test -e .venv/.dev || echo "installing Dateline into .venv (about a minute) ..."
	$(PIP) install -c constraints.txt -e .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) install -c constraints.txt -e '.[dev,otel]'
	@touch $@ .venv/.runtime
