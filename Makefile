# Every command of this repository; `make` alone lists them. Longer recipes are in scripts/.
.DEFAULT_GOAL := help
PYTHON ?= python3
# Passed on to pytest: make unit ARGS="-k redaction"
ARGS ?=
STORE ?=
ROUNDS ?=
ROWS ?=
SCALE ?=
FROM ?= 573001112233
SEEDS ?=
SEED ?=
PART ?=
DOOR ?=
PAYLOADS ?=

BIN := .venv/bin
# Where this is set, each of our processes compiles a thousand modules anew: six seconds of a core.
unexport PYTHONDONTWRITEBYTECODE
# Named after the place, because a virtual environment does not survive being moved.
READY := .venv/ready-$(shell pwd | cksum | cut -d " " -f 1)
PROJECTS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml tools/*/pyproject.toml)

##@ Start here
run: $(READY) ## Start everything on this machine, with a demo; Ctrl-C stops it
	@$(BIN)/python -m devstack run

setup: $(READY) ## Make .venv from the locked, hashed requirements (other targets do it when due)
	@:

$(READY): requirements/bootstrap.txt requirements/development.txt $(PROJECTS) scripts/setup
	@PYTHON="$(PYTHON)" scripts/setup && rm -f .venv/ready-* && touch $@

##@ Tests
test: $(READY) ## Run the whole suite on real PostgreSQL and real Redis, in two processes
	@$(BIN)/python -m pytest -n 2 $(ARGS)

unit: $(READY) ## Run the tests that need no server
	@$(BIN)/python -m pytest tests/unit $(ARGS)

integration: $(READY) ## Run the tests of one part on real servers
	@$(BIN)/python -m pytest tests/integration $(ARGS)

journeys: $(READY) ## Run the tests of whole journeys, also those that the suite leaves out
	@$(BIN)/python -m pytest tests/journeys -m "" --ignore-glob="*/test_live_*" $(ARGS)

devstack: $(READY) ## Run every test of what make run starts, also the slow ones
	@$(BIN)/python -m pytest tests/integration/devstack -m "" $(ARGS)

sending: $(READY) ## Run every journey of sending, with kill -9 around each call of a reply
	@$(BIN)/python -m pytest tests/journeys/test_sending_*.py tests/integration/worker/test_send_gate.py tests/integration/worker/test_sending_is_honest.py -m "" $(ARGS)

takeover: $(READY) ## Take over 200 times, at every place where a turn waits and at random moments
	@$(BIN)/python -m pytest tests/integration/worker/test_takeovers.py -m "" -s $(ARGS)

live: $(READY) ## Run the console's sockets under fire: cut, killed, starved, clogged; and long walks
	@$(BIN)/python -m pytest tests/journeys/test_live_under_fire.py tests/integration/worker/test_a_screen_is_whole.py tests/integration/notifier/test_under_gunicorn.py tests/integration/notifier/test_stats.py -m "" -s $(ARGS)

scrolling: $(READY) ## Scroll through ten thousand conversations in a browser
	@$(BIN)/python -m pytest tests/ui/test_the_list.py -m "" -s $(ARGS)

ui: $(READY) ## Run every browser test, also in the looks and lengths that the suite leaves out
	@$(BIN)/python -m pytest tests/ui -m "" $(ARGS)

soak: $(READY) ## Run the long proofs (SEEDS=20, SEED= repeats one, PART="fire pace redis sending meta mutations")
	@SEEDS="$(SEEDS)" SEED="$(SEED)" PART="$(PART)" SCALE="$(SCALE)" PAYLOADS="$(PAYLOADS)" $(BIN)/python -m tests.soak

internet: $(READY) ## Run the door's hostile requests against both classes of worker
	@$(BIN)/python -m pytest tests/integration/ingress/test_the_open_internet.py tests/integration/ingress/test_slow_callers.py -m "" $(ARGS)

contracts: $(READY) ## Run the tests of what others rely on: manifests, locks, sizes
	@$(BIN)/python -m pytest tests/contracts -m "" $(ARGS)

##@ Checks
sure: lint types imports sizes alone test k8s-check ## Do everything CI does

format: $(READY) ## Rewrite the code in the house format
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix-only --quiet .

lint: $(READY) ## Check style and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY) ## Check types, strictly
	@$(BIN)/mypy libs services tools scripts benchmarks

imports: $(READY) ## Check who may import whom
	@$(BIN)/lint-imports --no-logo

sizes: $(READY) ## Check the hard limits on files, functions and nesting
	@$(BIN)/python scripts/sizes.py

alone: $(READY) ## Install and import each service with its own requirements only
	@scripts/alone

k8s-check: $(READY) ## Render every overlay and validate it offline
	@$(BIN)/python scripts/k8s_check.py

##@ Measuring
bench: $(READY) ## Measure against Express + BullMQ, ratios last (ROUNDS=1 ROWS="B4 B5" SCALE=0.1 for a quick look)
	@ROUNDS="$(ROUNDS)" ROWS="$(ROWS)" SCALE="$(SCALE)" DOOR="$(DOOR)" $(BIN)/python -m benchmarks

##@ Tools
chat: $(READY) ## Write to a store as a customer, here in the terminal (STORE=store-2 FROM=573001112244)
	@$(BIN)/python -m devstack chat --store "$(or $(STORE),store-1)" --from "$(FROM)"

pictures: $(READY) ## Make the README's picture anew from the browser tour
	@$(BIN)/python -m pytest -q tests/ui/test_the_tour.py && mkdir -p docs/pictures && cp build/screenshots/tour.png docs/pictures/tour.png

docs: $(READY) ## Write the pages that are made from the code (send-errors.md, sql-functions.md)
	@$(BIN)/python scripts/docs.py

settings: $(READY) ## Print every setting with its default and meaning
	@$(BIN)/python -m devstack settings

token: $(READY) ## Print an internal token for curl that lives 60 s (STORE=store-1 for one store)
	@$(BIN)/python -m devstack token --store "$(or $(STORE),*)"

lock: $(READY) ## Compile requirements/ anew (UPGRADE=--upgrade takes the newest versions)
	@UPGRADE="$(UPGRADE)" scripts/lock

clean: ## Remove the virtual environment and caches; what runs stored in .data stays
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build && find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

.PHONY: run setup test unit integration journeys devstack sending takeover live scrolling ui soak internet contracts sure format lint types imports sizes alone k8s-check bench chat pictures docs settings token lock clean help
