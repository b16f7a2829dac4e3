# Every verb makes the environment first when it is missing or out of date.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench fmt validate

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed
# What `make test` hands on to pytest, for instance: make test PYTEST_ARGS="tests/unit -k journal"
PYTEST_ARGS ?=

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## ten live twins, a grid collapse, four responses, one answer
	@$(BIN)/twinfed demo

test: $(STAMP) ## the whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

check: $(STAMP) ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP) ## every benchmark, as JSON lines on standard output
	@status=0; \
	for file in benchmarks/[!_]*.py; do \
	    [ -e "$$file" ] || continue; \
	    $(BIN)/python "$$file" || { status=1; echo "bench: $$file failed" >&2; }; \
	done; exit $$status

fmt: $(STAMP) ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

validate: $(STAMP) ## published answers the simulator must reproduce; writes docs/validation.md
	@$(BIN)/twinfed validate --out docs/validation.md

# A usable Python is 3.11 to 3.13 and can make environments. PYTHON=/path/to/python goes first.
$(STAMP): pyproject.toml constraints.txt
	@start=$$(date +%s); python=; \
	usable() { "$$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	    usable "$$candidate" || continue; \
	    command -v uv >/dev/null || "$$candidate" -c 'import ensurepip, venv' 2>/dev/null || continue; \
	    python=$$candidate; break; \
	done; \
	if [ -z "$$python" ] && ! command -v uv >/dev/null; then \
	    echo "twinfed needs Python 3.11, 3.12 or 3.13 with its venv module, and found none." >&2; \
	    echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3 ..." >&2; \
	    exit 1; \
	fi; \
	echo "installing twinfed into $(VENV) ..." >&2; \
	if command -v uv >/dev/null; then \
	    usable $(BIN)/python || { rm -rf $(VENV) && uv venv --quiet --python "$${python:->=3.11,<3.14}" $(VENV); } || exit 1; \
	    uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]' || exit 1; \
	else \
	    { usable $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1; } \
	        || "$$python" -m venv --clear $(VENV) || exit 1; \
	    $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]' || exit 1; \
	fi; \
	touch $@ || exit 1; \
	echo "installed in $$(( $$(date +%s) - start )) s" >&2
