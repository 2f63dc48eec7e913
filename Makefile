# Two commands are the quick start: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
.DEFAULT_GOAL := help
.PHONY: help setup run test quick check format oracle docs bench lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.python:
	@command -v $(PYTHON) >/dev/null || { echo "error: Python was not found · PATH · install Python 3.11 or newer, or run: make PYTHON=/path/to/python3"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed · $$($(PYTHON) --version) · run: make PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "error: Python's venv module is missing · $(PYTHON) · on Debian run: apt-get install python3-venv"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.python requirements/core.txt pyproject.toml
	@echo "installing Percapita into $(VENV) (once)"
	@$(PIP) --require-hashes -r requirements/core.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.core requirements/test.txt
	@echo "installing the test tools into $(VENV) (once)"
	@$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

setup: $(VENV)/.core ## install into .venv, nothing else

run: setup ## make the demo organization, count it, show who uses what
	@$(BIN)/percapita demo

test: $(VENV)/.test check ## lint, format, types, layers, and every test
	@$(BIN)/python -m pytest -n 2 --dist worksteal tests

quick: $(VENV)/.test ## the tests that take no more than a minute
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow" tests

check: $(VENV)/.test ## lint, format, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.test ## put the code in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

oracle: ## install CMS's validator, with which a test compares verdicts (needs Node.js and npm)
	@cd tests/chargemaster/oracle && npm ci --ignore-scripts --no-audit --no-fund --silent

docs: $(VENV)/.test ## build the documentation into docs/_build/html
	@$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(VENV)/.test ## measure speed as ratios (ROWS=20000000)
	@$(BIN)/python -m bench $(BENCH)

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.python ## lock the requirements again
	@$(PIP) uv
	@$(BIN)/$(COMPILE) pyproject.toml --extra link --group build -o requirements/core.txt
	@$(BIN)/$(COMPILE) pyproject.toml --extra link --group build --group test --group docs -c requirements/core.txt -o requirements/test.txt

clean: ## remove what can be made again
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache docs/_build
