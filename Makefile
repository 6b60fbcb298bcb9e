# What people type. `make run` and `make test` need Linux with Python 3.11 or newer, nothing else.

PYTHON ?= python3
IN = .venv/bin/python
export NAME FULL PORT

.PHONY: help setup run test check bench chaos

help:
	@echo "make run      el sitio, la cola y el servidor de modelos en http://127.0.0.1:8000 (PORT=...)"
	@echo "make test     todas las pruebas"
	@echo "make check    formato, reglas, capas, tipos, migraciones"
	@echo "make bench    las medidas, con su punto de comparación (NAME=una FULL=1)"
	@echo "make chaos    procesos muertos a destiempo: nada se pierde ni se hace dos veces (minutos)"
	@echo "make setup    los entornos y las claves locales; run, test, check y bench lo hacen solos"

setup:
	@$(PYTHON) scripts/setup.py

run: setup
	@$(IN) manage.py dev --with-parent

test:
	@$(PYTHON) scripts/setup.py --models
	@$(IN) -m pytest -n 2

check: setup
	@$(IN) -m ruff format --check .
	@$(IN) -m ruff check .
	@$(IN) -c 'from importlinter.cli import lint_imports_command as check; check()'
	@$(IN) -m mypy
	@$(IN) manage.py makemigrations --check --dry-run
	@$(IN) manage.py check

bench:
	@$(PYTHON) scripts/setup.py --models --bench
	@$(IN) -m benchmarks

chaos: setup
	@$(IN) -m pytest -s -m chaos
