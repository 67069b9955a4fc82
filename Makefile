# make demo: a virtual home, the real hub, a burglary.  make test: everything that must hold before a change lands.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types imports tests soak bench lock clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
NODE_TREE := drivers/zwave/node
NODE_STAMP := $(NODE_TREE)/node_modules/.stamp

help:  ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 10

$(STAMP): requirements.lock pyproject.toml tools/setup.sh
	@sh tools/setup.sh $(VENV)
	@touch $(STAMP)

$(NODE_STAMP): $(NODE_TREE)/package-lock.json | $(STAMP)
	@$(BIN)/python -m drivers.zwave.install
	@touch $(NODE_STAMP)

setup: $(STAMP) $(NODE_STAMP)  ## make .venv and the Node packages, each from its lock

demo: setup  ## the virtual home: press b for a burglary (DEMO='--play break-in --exit' does it unattended)
	@$(BIN)/nightlatch demo $(DEMO)

test: lint types imports tests  ## all checks, in the order of failing fastest

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: setup
	@$(BIN)/mypy
	@$(BIN)/pyright

imports: setup
	@$(BIN)/lint-imports

tests: setup
	@$(BIN)/pytest -q -m 'not soak' -n 3 --dist loadfile $(PYTEST)

soak: setup  ## long fuzz and kill runs
	@$(BIN)/pytest -q -m soak $(PYTEST)

bench: setup  ## speed, beside the floor of this machine (ONLY=wire for one part)
	@$(BIN)/python -m benchmarks $(ONLY)

lock: setup  ## compile requirements.lock anew
	@$(BIN)/python -m pip install -q 'uv>=0.9'
	@$(BIN)/uv pip compile -q --universal --python-version 3.12 --no-emit-index-url --generate-hashes --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(NODE_TREE)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
