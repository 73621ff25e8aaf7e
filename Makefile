# make run    the wizard on http://127.0.0.1:7860 (PORT=… for another)
# make test   every test, in a real browser too
# make demo   the whole way on the two default projects without a browser, into ./demo/
# make check  format, lint and types
# make bench  what is timed (not part of the tests)

PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin
export PORT

.PHONY: run test demo check bench format clean

run: $(VENV)/.running
	$(BIN)/python app.py

test: $(VENV)/.testing
	$(BIN)/python -m tests.browser.install
	$(BIN)/python -m pytest -n 2 --dist loadfile

demo: $(VENV)/.running
	$(BIN)/python -m assistant run --name "Asha Rao" --email asha.rao@example.org --registration AI-2023-014 \
		--colab https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345 \
		--colab https://colab.research.google.com/drive/1zYxWvUtSrQpOnMlKjIhGfEdCbA543210 \
		--out demo

check: $(VENV)/.testing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.testing
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.testing
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) demo

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; choose it with make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.running: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.testing: tests/requirements.txt $(VENV)/.running
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@
