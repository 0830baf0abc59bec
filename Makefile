# Threadline: `make help` lists what there is. Everything is installed into .venv; nothing else is touched.

PYTHON ?= python3
DATA ?= ../shared/data
PORT ?= 8000
ARGS ?=
UV_VERSION := 0.13.9

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# uv does not read pip's configuration: hand its wheel folders and mirror over, where there are any.
pip_setting = $(shell $(PYTHON) -m pip config get $(1) 2>/dev/null)
FIND_LINKS := $(strip $(or $(UV_FIND_LINKS),$(PIP_FIND_LINKS),$(call pip_setting,global.find-links)))
INDEX := $(strip $(or $(UV_DEFAULT_INDEX),$(PIP_INDEX_URL),$(call pip_setting,global.index-url)))
export UV_FIND_LINKS := $(FIND_LINKS)
ifneq ($(INDEX),)
export UV_DEFAULT_INDEX := $(INDEX)
endif
# Without a folder that has the CPU build of torch, uv takes it from PyTorch's own index.
TORCH := $(if $(FIND_LINKS),,--torch-backend cpu)

# Tests, evaluations and benchmarks start many processes: the bytecode of what they import is kept, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run test test-full check format bench evals evals-models lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(INSTALLED) ## install everything into .venv

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Threadline needs Python 3.11 or newer; set PYTHON=.")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --python $(BIN)/python $(TORCH) --requirement requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --editable .
	@if $(BIN)/uv pip list --python $(BIN)/python 2>/dev/null | grep -q '^nvidia-'; then \
	  echo 'A CUDA build of torch came in (nvidia-* packages, gigabytes). Point UV_FIND_LINKS to a folder with'; \
	  echo 'the CPU wheel of torch, or unset it so that the CPU build is taken from PyTorch; then: make clean setup'; \
	  exit 1; fi
	@touch $@

run: $(INSTALLED) ## load the demo company and serve it on http://127.0.0.1:8000/ (PORT= changes it)
	@THREADLINE_DATA_DIR=$${THREADLINE_DATA_DIR:-$(VENV)/demo} exec $(BIN)/threadline demo --port $(PORT) $(ARGS)

test: $(INSTALLED) ## the whole suite
	THREADLINE_TEST_DATA=$(DATA) $(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

test-full: $(INSTALLED) ## the whole suite with long property and recovery tests
	THREADLINE_TEST_DATA=$(DATA) $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --full $(ARGS)

check: $(INSTALLED) ## style, types and the arrows between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## put the code into form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(INSTALLED) ## speed and memory, side by side with peers -> build/bench.json
	$(BIN)/python -m benchmarks --data $(DATA) $(ARGS)

evals: $(INSTALLED) ## quality on public data -> build/evals.json
	@$(BIN)/python -m benchmarks.environment recordlinkage retrieval || echo 'Not every peer this time; the rest is measured.'
	$(BIN)/python -m evals --data $(DATA) $(ARGS)

evals-models: $(INSTALLED) ## what calls a language model -> build/evals.json (n = 40 each, resumable; needs a model)
	$(BIN)/python -m evals --data $(DATA) --models $(ARGS)

lock: $(INSTALLED) ## resolve requirements.lock after a change of pyproject.toml (ARGS=--upgrade for newer versions)
	sed -i '/^torch==/d' requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --python-version 3.11 --quiet --no-header $(TORCH) $(ARGS) \
	  --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock > /dev/null
	sed -i 's/^\(torch==[0-9.]*\)+cpu$$/\1/' requirements.lock
	@! grep '^nvidia-' requirements.lock

clean: ## remove everything that was installed or built
	rm -rf $(VENV) build
