# Everything a fresh machine needs: Python 3.11+, make, and the package registries.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: demo test coverage corpus platform-tests bench soak setup clean

demo: $(READY)
	$(BIN)/python examples/demo.py

test: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses=2 --dist=loadfile --ignore=tests/security
	CORPUS_SAMPLE=96 CORPUS_SEED=1 $(BIN)/pytest tests/security/test_whole_corpus.py

coverage: $(READY)
	$(BIN)/pytest --numprocesses=2 --dist=loadfile --ignore=tests/security --cov --cov-report=term

corpus: $(READY)
	$(BIN)/pytest tests/security

platform-tests: $(READY)
	$(BIN)/python tests/platform/run.py

bench: $(READY)
	$(BIN)/python benchmarks/first_path.py
	$(BIN)/python benchmarks/piping.py
	$(BIN)/python benchmarks/sources.py
	$(BIN)/python benchmarks/loading.py
	$(BIN)/python benchmarks/fixtures.py

soak: $(READY)
	$(BIN)/python benchmarks/soak.py

setup: $(READY)

$(READY): pyproject.toml hatch_build.py $(wildcard bundles/*.js bundles/*.json bundles/*.mjs bundles/outline/*.js bundles/parts/*.js bundles/shims/*.js)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@

clean:
	rm -rf $(VENV) build dist runtime/bundles bundles/node_modules
