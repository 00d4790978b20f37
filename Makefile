# The one door. Each target works from a bare clone.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9

.PHONY: help setup run demo test check bench bench-watch corpus lock fix topology
help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

# The stamp is older than a requirements file when that file has changed: then the environment is synced again.
.venv/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "SEAM needs Python 3.11 or newer; this is %s. Install it, or name one: make PYTHON=python3.12 run" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check uv==$(UV_VERSION) 2>/dev/null || echo "uv is not to be had here; going on with pip, which is slower"
	@if test -x $(BIN)/uv; then VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --require-hashes -r requirements.txt; \
	 else $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt; fi
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	@if test -x $(BIN)/uv; then VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install -q --require-hashes -r requirements-dev.txt; \
	 else $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt; fi
	@touch $@

setup: .venv/.runtime ## the virtual environment with the pinned dependencies, nothing else

run: .venv/.runtime ## everything on one machine: database, reference and demonstration data, web, worker, schedule
	@exec env FETCH_ALLOW="$${FETCH_ALLOW:-127.0.0.1:$${PORT:-8000}}" $(BIN)/python manage.py serve --with-demo

demo: .venv/.runtime ## plays the main job in the terminal on a scratch database
	@exec $(BIN)/python manage.py demo

test: .venv/.dev ## the whole test suite
	$(BIN)/python -m pytest -m "not story" -n 2 --dist loadfile $(PYTEST_ARGS)
	$(BIN)/python -m pytest -m story $(PYTEST_ARGS)
	$(BIN)/python -m tests.on_postgres -n 2 --dist loadfile $(PYTEST_ARGS)

check: .venv/.dev ## linters, types, import contracts, migrations, deployment checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python -m tests.deployment_check

bench: .venv/.dev ## the benchmarks: both sides, the ratio, the goal
	$(BIN)/python -m tests.bench

bench-watch: .venv/.dev ## how well news is classified, on labelled items with 95 % intervals
	$(BIN)/python -m tests.bench.news_quality

corpus: .venv/.dev ## reads the conformance corpus of feedparser (from PyPI) as the poller would
	$(BIN)/python -m tests.corpus

fix: .venv/.dev ## formats, and mends what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

topology: .venv/.runtime ## web, worker and beat as separate processes on a local PostgreSQL and Redis
	@exec deploy/run-topology

lock: .venv/.runtime ## compiles requirements*.txt anew from requirements*.in
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.txt
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-dev.in -o requirements-dev.txt
