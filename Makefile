# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv

.PHONY: demo test setup lint types imports tests neo4j docs bench clean

demo: setup  ## set up, then the main job on the embedded store
	@$(BIN)/memgraph demo

test: setup lint types imports tests  ## every check and every test, on real Neo4j servers too

setup: .venv/ready

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(UV) pip install --quiet --python $(BIN)/python --editable . --group dev
	@touch $@

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/pyright

imports:
	$(BIN)/lint-imports

tests:
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses=2 --dist=loadgroup
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

neo4j: setup  ## both lines of Neo4j on this machine, without Docker, until Ctrl-C
	$(BIN)/python tools/neo4j/server.py

docs: setup  ## the documentation as a site, in dist/site
	$(BIN)/mkdocs build

bench: setup  ## messages a second and search times on each store
	$(BIN)/python benchmarks/speed.py

clean:
	rm -rf .venv dist .pytest_cache .ruff_cache .hypothesis .coverage*
