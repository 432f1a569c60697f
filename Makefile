# What a person does with a clone of Ganvas. Stamps in .venv make a second call quick.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install -c constraints.txt
ARGS ?=
STYLE ?= monet
PAGE := ganvas/web/static/index.html
STUDIO := $(shell find studio -type f -not -path '*/node_modules/*' -not -path '*/.svelte-kit/*' -not -path 'studio/tests/*' 2>/dev/null)

.PHONY: run test check train bench soak page wheel chromium postgres clean

# Serve the page and the API on this machine; more settings as in: make run ARGS='--port 9000'
run: $(VENV)/serving $(PAGE)
	$(BIN)/ganvas serve $(ARGS)

# Everything that must hold, in two processes at a time; the test runner speaks last.
test: check chromium postgres
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What needs no server: style of the code and types; the page's too, and the tests of its modules.
check: $(VENV)/testing $(PAGE)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	cd studio && npm run --silent check && npm run --silent lint && npm run --silent test

# Train a built-in style again from its recipe: make train STYLE=ukiyoe
train: $(VENV)/testing
	$(BIN)/ganvas train recipes/$(STYLE).toml

# Speed and memory against peers; write the results into docs/benchmarks.md.
bench: $(VENV)/testing
	$(BIN)/python -m bench

# The long figures: kills, overload, fuzz.
soak: $(VENV)/testing $(PAGE) chromium postgres
	$(BIN)/python -m bench.soak_images --rounds 20000
	$(BIN)/python -m pytest -m soak --timeout 7200

page: $(PAGE)

# A wheel that carries the page and the styles, so that its users need no Node.
wheel: $(VENV)/testing $(PAGE)
	$(BIN)/python -m hatchling build -t wheel

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ganvas needs Python 3.11 or newer: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/serving: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e .
	@touch $@

$(VENV)/testing: pyproject.toml constraints.txt Makefile | $(BIN)/python
	$(PIP) -e ".[learn,judge,dev,bench]"
	@touch $@ $(VENV)/serving

studio/node_modules/.package-lock.json: studio/package-lock.json
	@command -v npm >/dev/null || { echo "The page is built with Node 20 or newer: install it first."; exit 1; }
	cd studio && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE): studio/node_modules/.package-lock.json $(STUDIO)
	cd studio && npm run --silent build
	@touch $@

# The tests click through the page with Debian's chromium.
chromium:
	@test -x /usr/bin/chromium || { \
	  as=; test "$$(id -u)" = 0 || as=sudo; \
	  $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends chromium; }

# The tests of jobs start a PostgreSQL server of their own, with Debian's programs.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  as=; test "$$(id -u)" = 0 || as=sudo; \
	  $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends postgresql; }

clean:
	rm -rf $(VENV) studio/node_modules studio/.svelte-kit ganvas/web/static dist build
