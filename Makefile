# What a developer does, one word each; the work is in scripts/ and in the chunk-service command.
# Needs python3 (3.11 or newer, with venv) and make; everything else is put into .venv.

.DEFAULT_GOAL := help
.PHONY: help demo run test test-browser soak crash storm mutants bench check format generate lock clean environment

CLI := .venv/bin/chunk-service
export FILE SETTINGS ARGS EXAMPLES SEED KILLS EVENTS QUICK TUSD TUSD_SRC

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: environment ## the main job on real parts, once: make demo [FILE=path]
	@exec $(CLI) demo $${FILE:+--file "$$FILE"}

run: environment ## the service with all it needs, until Ctrl-C: make run [SETTINGS=path]
	@exec $(CLI) run $${SETTINGS:+--settings "$$SETTINGS"}

test: environment ## the tests: make test [ARGS="-k chunk -x"]
	@scripts/test $(ARGS)

test-browser: environment ## the upload page in a real Chromium: make test-browser [ARGS="-x"]
	@scripts/test-browser $(ARGS)

soak: environment ## the state machine at length: make soak [EXAMPLES=1250] [SEED=n]
	@scripts/soak $(ARGS)

crash: environment ## processes killed under load: make crash [KILLS=200] [SEED=n]
	@scripts/crash $${KILLS:+--kills "$$KILLS"} $${SEED:+--seed "$$SEED"} $(ARGS)

storm: environment ## events through kills and a bad receiver: make storm [EVENTS=1000]
	@scripts/storm $${EVENTS:+--events "$$EVENTS"} $(ARGS)

mutants: environment ## faults put into the code, which the tests must see: make mutants [ARGS=name]
	@scripts/mutants $(ARGS)

bench: environment ## beside its peers, into docs/performance.md: make bench [QUICK=1] [TUSD=path]
	@scripts/bench $${QUICK:+--form quick} $(ARGS)

check: environment ## style, types, direction of imports, generated files
	@scripts/check

format: environment ## put the code into shape
	@scripts/format

generate: environment ## write the files that are made from the code
	@$(CLI) generate

lock: environment ## resolve the requirements again, to the newest versions
	@scripts/lock

clean: ## remove .venv, caches and the data under .local
	@scripts/clean

environment:
	@scripts/bootstrap
