# Sightlines. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HOST ?= 127.0.0.1
export PORT ?= 8000
# Debian packages: what the browser tests need, and the peer that `make bench` measures beside us.
# Each is installed where the machine lets us.
APT_TEST := chromium
APT_BENCH := osmium-tool

.DEFAULT_GOAL := help
.PHONY: help run test check test-slow bench docs format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

$(VENV)/.ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sightlines needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

.PHONY: chromium osmium
chromium osmium: APT = $(if $(filter chromium,$@),$(APT_TEST),$(APT_BENCH))
chromium osmium:
	@command -v $@ >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update && apt-get -qq install --yes $(APT) >/dev/null; } || { \
	  echo "This needs $(APT): install it (Debian: apt-get install $(APT)) and try again." >&2; exit 1; }

run: $(VENV)/.ready ## serve the map at http://$(HOST):$(PORT), with the sample where nothing is imported yet
	@$(BIN)/flask serve

check: $(VENV)/.ready-dev ## the quick part of the tests: lint, types, layers, unit tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 -m "not browser and not scale and not slow"

test: check chromium ## everything: the quick part, the slower one, then the journeys in a browser
	$(BIN)/pytest -q -n 2 -m slow
	$(BIN)/pytest -q -m browser

test-slow: $(VENV)/.ready-dev ## millions of cameras; minutes
	$(BIN)/pytest -q -m scale

$(VENV)/.ready-bench: $(VENV)/.ready-dev requirements-bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-bench.txt
	@touch $@

bench: $(VENV)/.ready-bench chromium osmium ## measure the figures of docs/performance.md on this machine
	$(BIN)/python -m benchmarks.report

docs: $(VENV)/.ready ## write the pages of docs/ that come from tables in the code
	$(BIN)/flask write-docs

format: $(VENV)/.ready-dev ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## take away everything that can be made again, but the instance
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
