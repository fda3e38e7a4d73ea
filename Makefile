# Nitro. `make run` and `make test` are all a newcomer needs; both install what they use.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python
install_as_root = [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(1) >/dev/null
.DEFAULT_GOAL := help
.PHONY: help setup services run stop chat test test-slow test-calendar compiler test-upgrade chaos chaos-nfse chaos-payments chaos-chat check test-deploy bench demo lint
.PHONY: types screenshots

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/.installed: requirements.txt requirements-dev.txt
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv >/dev/null \
		|| { $(call install_as_root,python3-venv) && $(PYTHON) -m venv --clear .venv; } \
		|| { echo "error: Python 3.11 with the venv module is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	@command -v npm >/dev/null || { $(call install_as_root,nodejs npm); } \
		|| { echo "error: Node.js 20 with npm is needed for the front-end assets (Debian: apt-get install nodejs npm)" >&2; exit 1; }
	@npm ci --silent
	@touch $@

staticfiles/.collected: node_modules/.package-lock.json .venv/.installed $(shell find */static -type f 2>/dev/null)
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@touch $@

setup: .venv/.installed node_modules/.package-lock.json staticfiles/.collected ## Install everything Nitro needs into this folder

services: .venv/.installed ## Start PostgreSQL and Valkey in the background and return
	@$(PY) -m embedded services

run: setup ## Run the whole product on http://127.0.0.1:8000 with demo data
	@$(PY) -m embedded run

stop: .venv/.installed ## Stop everything that make run or make services started
	@$(PY) -m embedded stop

chat: .venv/.installed ## Chat from the terminal with the product that make run has started
	@$(PY) manage.py chat

demo: setup services ## Load the demo data again
	@$(PY) manage.py migrate --verbosity 0 && $(PY) manage.py load_catalogs
	@$(PY) manage.py seed_demo --certificate-maker "$(PY) -m sandbox.pki make-pfx" --past-teller "$(PY) -m sandbox.past"

test: setup ## Run all tests, in parallel, on servers of their own
	@$(PY) -m embedded.chromium
	@$(PY) -m pytest -n 2 --dist loadfile

test-slow: setup ## Run all tests and print the 20 slowest
	@$(PY) -m embedded.chromium
	@$(PY) -m pytest -q -n 2 --dist loadfile --durations 20

compiler:
	@command -v cc >/dev/null || { $(call install_as_root,gcc libc6-dev); } || true

test-calendar: setup compiler ## Run what another day could change on four awkward days, then all tests on one
	@$(PY) -m embedded.chromium
	@$(PY) -m tests.support.calendar part
	@$(PY) -m tests.support.calendar whole

test-upgrade: setup ## Migrate a database that an older version filled, and read the same from it
	@$(PY) -m pytest -q tests/upgrade

chaos: setup ## Search with 8 buyers at once while providers fail and workers are killed
	@CHAOS_BUYERS=8 CHAOS_SEARCHES=20 CHAOS_QUANTITY=10 CHAOS_SECONDS=1200 $(PY) -m pytest tests/test_chaos_leads.py -q

chaos-nfse: setup ## Issue 1,000 notes through each gateway while answers get lost, workers die, PostgreSQL restarts
	@CHAOS_NOTES=1000 CHAOS_WORKERS=8 CHAOS_SECONDS=3000 $(PY) -m pytest tests/test_chaos_nfse.py -q

chaos-chat: setup ## Write 10,000 messages in conversations while workers die, the broker is wiped, PostgreSQL restarts
	@CHAOS_MESSAGES=10000 CHAOS_CHANNELS=8 CHAOS_KILL_SECONDS=30 CHAOS_KILLS=1000 CHAOS_SECONDS=3600 $(PY) -m pytest tests/test_chaos_chat.py -q

lint: .venv/.installed ## Ruff, templates and import contracts
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@.venv/bin/djlint --lint --quiet .

types: .venv/.installed ## mypy
	@.venv/bin/mypy

chaos-payments: setup ## 10,000 random purchases, debits, refunds, disputes and crashes; prints its seed
	@SIMULATION_OPERATIONS=10000 SIMULATION_SEED=$${SIMULATION_SEED:-$$RANDOM$$RANDOM} $(PY) -m pytest tests/test_simulated_payments.py -q -s

test-deploy: setup ## Units, scripts and a running Caddy: what deploy/ brings to a server
	@command -v caddy shellcheck age systemd-analyze >/dev/null || { $(call install_as_root,caddy shellcheck age systemd); }
	@$(PY) -m pytest -q deploy/tests

check: setup lint types compiler ## What CI runs: lint, types, imports, migrations, deploy check, tests
	@$(PY) -m embedded.checks
	@$(PY) -m tests.support.calendar short
	@$(MAKE) --no-print-directory test

bench: setup ## Print the benchmark table and write benchmarks/results/
	@$(PY) -m benchmarks

screenshots: setup ## Walk as a buyer and as an accountant and photograph every step into docs/screenshots
	@$(PY) -m embedded.chromium
	@NITRO_SCREENSHOTS=docs/screenshots $(PY) -m pytest -q tests/test_newcomer_walk.py tests/test_accountant_walk.py
