# Perennial. `make up` tries it, `make test` proves it; docs/operations.md tells the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What every recipe of pip says: quiet, and never another version than the pinned one. Most
# modules are never loaded: each is compiled when it first is.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	--no-compile
PIN := $(BIN)/python -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
# Commands that need servers for a moment: those of the tests, stopped afterwards if not up before.
WITH_SERVERS := $(BIN)/python -m crm.embedded --kind test run --
SOURCES := manage.py conftest.py crm customers lifecycle complaints satisfaction benchmarks
# Asserts and SQL put together: ruff's S101 and S608, which want a reason at each place.
NOT_BANDITS := B101,B608
# Hashes look like secrets, and what tests sign in with is none.
NO_SECRETS := ':!requirements*.txt' ':!static/vendor' ':!locale' ':!*.png' ':!*.ttf' ':!**/tests/**'

# Modules are compiled once, and not by each of the many processes that a start or a test makes.
unexport PYTHONDONTWRITEBYTECODE

# The parts of lint run side by side, the longest first.
LINT := secrets bandit translations migrations templates style
LINT := $(LINT:%=lint-%)

.PHONY: help up stop reset test soak bench pictures lint $(LINT) pin messages

help:
	@echo "make up         start everything here: http://localhost:8000/ (PORT=8001, DEMO=0)"
	@echo "make stop       stop what runs, also what a kill left behind"
	@echo "make reset      stop, and delete the data of the trial; the next start begins anew"
	@echo "make test       all tests (ARGS='customers -k import' for some)"
	@echo "make soak       the long proofs"
	@echo "make bench      figures at size (SIZE=100000 TRANSACTIONS=5000000)"
	@echo "make pictures   pictures of the pages of a running site (ARGS='--only card', ARGS=--guide)"
	@echo "make lint       style, floors of the tower, templates, translations, security"
	@echo "make messages   collect and compile the texts to translate"
	@echo "make pin        pin the requirements anew, with hashes"

up: $(VENV)/.runtime
	@exec $(BIN)/python manage.py up

stop: $(VENV)/.runtime
	@$(BIN)/python -m crm.management.supervisor

reset: $(VENV)/.runtime
	@$(BIN)/python -m crm.management.supervisor dev
	@$(BIN)/python -m crm.embedded destroy --kind dev

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

soak: $(VENV)/.dev
	$(BIN)/python -m pytest -m soak $(ARGS)

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py $(if $(SIZE),--size $(SIZE)) \
		$(if $(TRANSACTIONS),--transactions $(TRANSACTIONS)) $(ARGS)

pictures: $(VENV)/.dev
	$(BIN)/python docs/pictures.py --url http://localhost:$(or $(PORT),8000) $(ARGS)

lint: $(VENV)/.dev
	@$(WITH_SERVERS) $(MAKE) --no-print-directory --jobs 2 --keep-going --output-sync $(LINT)

lint-secrets:
	git ls-files -z $(NO_SECRETS) | xargs -0 $(BIN)/detect-secrets-hook

lint-bandit:
	$(BIN)/bandit -q -c pyproject.toml -ll -s $(NOT_BANDITS) -r $(SOURCES)

lint-translations:
	$(BIN)/python manage.py check_translations

lint-migrations:
	$(BIN)/python manage.py makemigrations --check --dry-run

lint-templates:
	$(BIN)/djlint templates --lint --quiet

lint-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

messages: $(VENV)/.dev
	$(WITH_SERVERS) $(BIN)/python manage.py makemessages --locale zh_Hans --no-obsolete --no-wrap \
		--ignore '$(VENV)/*' --ignore '.data/*'
	$(WITH_SERVERS) $(BIN)/python manage.py compilemessages --locale zh_Hans --ignore '$(VENV)/*'

pin: $(VENV)/.dev
	$(PIN) --output-file requirements.txt requirements.in
	$(PIN) --output-file requirements-dev.txt requirements-dev.in

# The virtual environment. A stamp is younger than what it was installed from.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Perennial needs Python 3.11 or newer as $(PYTHON); name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) can't make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing the pinned requirements into $(VENV) ..."
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing what tests and lint need into $(VENV) ..."
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
