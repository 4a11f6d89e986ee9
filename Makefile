# Two commands matter: `make serve` and `make test`. Both set themselves up with pip and nothing else.
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/pip --disable-pip-version-check
MARK := $(VENV)/.bagui
RUNTIME := $(MARK)-runtime
DEV := $(MARK)-dev

.PHONY: serve test test-slow test-nightly test-browser test-examples screens check check-widget bench soak docs format clean

serve: $(RUNTIME)
	$(VENV)/bin/bagui serve

test: $(DEV)
	$(VENV)/bin/python -m pytest -n logical --maxprocesses 4 --dist worksteal -m "not slow and not browser"

test-slow: $(DEV)
	$(VENV)/bin/python -m pytest -m "slow and not nightly"

test-nightly: $(DEV)
	$(VENV)/bin/python -m pytest -m nightly

# The browser of the distribution and fonts that have Chinese and emoji; needs root where they are missing.
test-browser: $(DEV)
	@command -v chromium >/dev/null && fc-list :lang=zh | grep -q . || { apt-get update -qq && \
	  apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-noto-cjk fonts-noto-color-emoji; }
	$(PIP) install --quiet -c constraints.txt -e '.[dev,browser]'
	$(VENV)/bin/python -m pytest -m browser tests/browser

# Needs node for the JavaScript example; the others also run in `make test`.
test-examples: $(DEV)
	cd examples && npm ci --no-audit --no-fund --silent
	$(VENV)/bin/python -m pytest tests/serve/test_examples.py

# The same journeys, and the pictures in docs/screens anew.
screens: export BAGUI_SCREENS = 1
screens: test-browser

# Needs node; the built file is committed, so nothing else does.
check-widget:
	cd serve/widget && npm ci --no-audit --no-fund --silent && npm run --silent check && npm test --silent

check: $(DEV)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/pyright
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python -m serve.api_docs --check
	$(VENV)/bin/python -m serve.texts --check

bench: $(DEV)
	$(VENV)/bin/python -m eval.bench

# Eighty sessions, two minutes to fill the caches and three that count: do all complete, does memory stay flat?
soak: $(DEV)
	$(VENV)/bin/python -m eval.soak

docs: $(DEV)
	$(VENV)/bin/python -m serve.api_docs
	$(VENV)/bin/python -m serve.texts

format: $(DEV)
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

# A stamp is as new as what it was installed from, so the second run installs nothing.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; v >= (3, 11) or sys.exit(f"Bagui needs Python 3.11 or newer; {sys.executable} is {v[0]}.{v[1]}. Try: make PYTHON=/path/to/python3.11 serve")'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --upgrade -c constraints.txt pip
	$(PIP) install --quiet -c constraints.txt -e .
	@touch $(RUNTIME)

$(DEV): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --upgrade -c constraints.txt pip
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	@touch $(RUNTIME) $(DEV)

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build *.egg-info
