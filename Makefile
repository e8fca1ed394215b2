# One verb each. `make demo` and `make test` are all a newcomer needs; each sets up what it uses.

PYTHON ?= python3
RUN := .venv/bin/python
DIRECTORY ?=
MAPPING ?=
ONLY ?=
SEED ?= 1
KILLS ?= 200
RATE ?=
MOVES ?=
PACE := $(if $(RATE),--rate $(RATE)) $(if $(MOVES),--moves $(MOVES))

.PHONY: help setup demo test check contracts documents locks bench faults faults-smoke faults-long drills up down smoke

help: ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## make .venv from the lock
	@$(PYTHON) dev/setup.py

demo: setup ## play a programme: DIRECTORY=people.csv MAPPING=mapping.toml for your own company
	@$(RUN) -m dev.demo $(if $(DIRECTORY),--directory "$(DIRECTORY)") $(if $(MAPPING),--mapping "$(MAPPING)")

test: setup ## run every test that this machine can run
	@$(RUN) -m pytest $(or $(TESTS),-n auto --dist loadfile --no-loadscope-reorder)

check: setup ## what CI checks before the tests: style, types, layers, generated files
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy shared services dev deploy tests
	@.venv/bin/lint-imports
	@$(RUN) -m dev.contracts --check
	@$(RUN) -m dev.documents --check

contracts: setup ## write schemas, AsyncAPI and the event tables from the catalogue
	@$(RUN) -m dev.contracts

documents: setup ## write the generated parts of the documents
	@$(RUN) -m dev.contracts
	@$(RUN) -m dev.documents

locks: setup ## resolve the dependencies anew and write the locks
	@dev/locks

bench: setup ## measure: ONLY=pipeline, startup, directory or matching for one of them
	@$(RUN) -m dev.bench $(if $(ONLY),--only "$(ONLY)")

faults: setup ## break a real cluster at every named place, and every checker by a mutant: 25 minutes
	@$(RUN) -m dev.faults full --seed $(SEED) $(PACE)

faults-smoke: setup ## break a real cluster at a handful of places: 5 minutes
	@$(RUN) -m dev.faults smoke --seed $(SEED) $(PACE)

faults-long: setup ## break a real cluster for an hour: SEED=2 KILLS=1000 RATE=20 MOVES=150 for another one
	@$(RUN) -m dev.faults long --seed $(SEED) --kills $(KILLS) $(PACE)

drills: setup ## provoke every alarm once, under a real Prometheus and over the logs: 10 minutes
	@$(RUN) -m dev.drills

up: ## build and start everything in containers
	@deploy/up

down: ## stop the containers and forget their data
	@deploy/down

smoke: setup ## play the demo's story against the containers
	@$(RUN) -m dev.demo.smoke $(if $(DIRECTORY),--directory "$(DIRECTORY)") $(if $(MAPPING),--mapping "$(MAPPING)")
