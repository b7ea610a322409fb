# Socle. `make` alone prints this help. Every target makes the environment it needs first.
PYTHON ?= python3
PORT ?= 8000
RESET ?=
SCALE ?= 0.1
SEQUENCES ?= 0:10000
SEEDS ?= 0:20
EVENTS ?= 50000
KILLS ?= 0:24
ATTACK ?= 1800
GUESSES ?= 100000

BIN := .venv/bin
BOOTSTRAP := $(PYTHON) tools/bootstrap.py
SOURCES := platform graphql tenants billing federation tests tools bench
PRESENT := $(wildcard $(SOURCES))

export UV_PYTHON_DOWNLOADS := never
# What these targets run belongs to this checkout, whatever environment is active in the terminal.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
# Machines made for containers ask Python to compile Django again in every process: 3 seconds each.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo code test lint guards look bench soak kill format clean environment

help: ## Afficher cette aide
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Options : make demo PORT=8002 · make demo RESET=1 · make test ARGS='tests/billing -x' · make demo PYTHON=python3.12"

demo: ## Démarrer la démonstration (Ctrl-C arrête, les données restent)
	@$(BOOTSTRAP)
	@exec $(BIN)/socle demo --port $(PORT) $(if $(RESET),--reset)

code: ## Le code de vérification des agents de la démonstration
	@$(BOOTSTRAP)
	@$(BIN)/socle code

test: ## Lancer tous les tests
	@$(BOOTSTRAP) --group test
	@$(BIN)/python tools/chromium.py >/dev/null || test -z "$$CI"
ifeq ($(ARGS),)
	@echo "Isolation, un seul compte qui change de rôle :"
	@TENANT_LOGIN=switched $(BIN)/pytest tests/isolation tests/races -q -n auto
endif
	@$(BIN)/pytest $(if $(ARGS),$(ARGS),-n auto)

lint: ## Vérifier le format, les types, les frontières, les gabarits et les migrations
	@$(BOOTSTRAP) --group lint --group test
	@$(BIN)/python tools/lint.py

guards: ## Retirer chaque garde tour à tour : un test doit échouer
	@$(BOOTSTRAP) --group test
	@$(BIN)/python tools/guards.py $(ARGS)

look: ## Parcourir toutes les pages dans un vrai navigateur (images dans look/)
	@$(BOOTSTRAP) --group test
	@$(BIN)/python tools/chromium.py >/dev/null
	@$(BIN)/python -m tests.browser.look $(ARGS)

bench: ## Mesurer contre les limites (SCALE=0.1 ; SCALE=1 pour bench/RESULTS.md)
	@$(BOOTSTRAP) --group test
	@SCALE=$(SCALE) $(BIN)/python -m bench $(ARGS)

soak: ## Attaquer l’API (ATTACK=1800 secondes), 10 000 vies de paiements (SEQUENCES=0:10000), 1 000 000 d’événements Pass+ (SEEDS=0:20 EVENTS=50000), 100 000 identités devinées (GUESSES=100000)
	@$(BOOTSTRAP) --group test
	@SOCLE_ATTACK_SECONDS=$(ATTACK) SOCLE_ATTACKS=$(ATTACK) $(BIN)/pytest tests/attack -q -n 2
	@SOCLE_SEQUENCES=$(SEQUENCES) $(BIN)/pytest tests/billing/payments/test_sequences.py tests/isolation/test_school_messages.py -n 2
	@EXCHANGE_GUESSES=$(GUESSES) $(BIN)/pytest tests/federation/exchange/test_guessing.py -q -n0 -k guesses_learn
	@echo "Pass+ : où en est la simulation se lit dans var/simulation.log"
	@SOCLE_SEEDS=$(SEEDS) SOCLE_EVENTS=$(EVENTS) SOCLE_LOG=var/simulation.log $(BIN)/pytest tests/federation/passplus/test_simulation.py -q -n 2 -rP -k never_loses

kill: ## Tuer site, tâches et base à 24 moments d'un mois de factures et de paiements (KILLS=0:24)
	@$(BOOTSTRAP) --group test
	@SOCLE_KILLS=$(KILLS) $(BIN)/pytest tests/kill/test_points.py -v -p no:randomly

format: ## Mettre en forme le code et les gabarits
	@$(BOOTSTRAP) --group lint --group test
	@$(BIN)/ruff check --fix-only --quiet $(PRESENT)
	@$(BIN)/ruff format $(PRESENT)

clean: ## Effacer ce qui a été fabriqué : .venv, var/, caches (les serveurs restés là sont arrêtés)
	@$(PYTHON) tools/clean.py

environment:
	@$(BOOTSTRAP) --group dev
