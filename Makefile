# make run     open the desk              make test    all tests, on up to four cores
# make check   lint, types, imports       make bench   measurements beside their peers
# make lock    recompile the locks        make picture docs/img
# make crash   500 kills, 2,000 power cuts, orders sent again, a million sums, in one table (ARGS=--quick, --only kills,cuts, --json)
# make determinism  50 seeds x 20,000 commands, each twice and from restored states (ARGS=--seeds 5)
# make impact  search long for orders that move prices and win (ARGS=--only AAPL,GC)
# make realism score the synthetic market (ARGS=--quick, --long, --names AAPL,GC, --seed 7)
# make soak    a day of random orders of every kind: equal bytes, also after a restart (ARGS=--orders 1000 --step 1s)
# make soak-terminal  eight hours at sixty times their pace: memory of the terminal and its engine (ARGS=--hours 1)
# make strings a million hostile texts, and walks through every screen on desks that say such (ARGS=--screens 400)
# make fuzz    the exchange's state machine, 2000 runs of 200 steps
.DEFAULT_GOAL := run
.PHONY: run test check bench crash determinism impact realism soak soak-terminal fuzz strings lock picture install sessions clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
ARGS ?=
COMPILE := uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
	--custom-compile-command "make lock"

run: $(VENV)/run.stamp
	@$(BIN)/vterm $(ARGS)

install: $(VENV)/run.stamp

test: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict engine
	$(BIN)/mypy $(foreach room,vterm copilot themes,$(if $(shell find $(room) -name '*.py' 2>/dev/null | head -1),$(room)))
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

crash: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.crash $(ARGS)

determinism: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.crash.determinism $(ARGS)

impact: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.simulation.impact $(ARGS)

realism: $(VENV)/dev.stamp
	@$(BIN)/python -m tools.realism $(ARGS)

soak: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.simulation.soak $(ARGS)

soak-terminal: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks.long_run $(ARGS)

fuzz: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.property.fuzz $(ARGS)

strings: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.property.strings $(ARGS)

picture: $(VENV)/dev.stamp
	@$(BIN)/python -m tools.picture $(ARGS)

# The shipped session table; needed only when a calendar changes.
sessions: $(VENV)/dev.stamp
	@$(BIN)/python -m tools.build_sessions

# Only here is uv required: it writes locks without host names. ARGS=--upgrade takes newer versions.
lock:
	@test -n "$(UV)" || { echo "make lock needs uv (pip install uv)"; exit 2; }
	$(COMPILE) $(ARGS) pyproject.toml --extra data --extra mcp --group build -o requirements.lock
	$(COMPILE) $(ARGS) pyproject.toml --extra data --extra mcp --extra fast --group build --group dev -c requirements.lock --no-annotate -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# A stamp is newer than its lock exactly when that lock is installed.
$(VENV)/venv.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "vterm needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(if $(UV),--without-pip) $(VENV) || \
		{ echo "no virtual environment could be made; on Debian: apt install python3-venv"; exit 2; }
	@touch $@

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(VENV)/venv.stamp
	@$(call install-lock,requirements.lock)
	@$(install-self)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@$(call install-lock,requirements-dev.lock)
	@touch $@

# What uv built has no pip, so the tool that is here now decides, not the one that made the folder.
ifdef UV
install-lock = $(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r $(1)
install-self = $(UV) pip install --quiet --python $(BIN)/python --offline --no-deps --no-build-isolation -e .
else
pip = { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; } && \
	$(BIN)/python -m pip --disable-pip-version-check --quiet
install-lock = echo "installing $(1) ..." && $(pip) install --compile --require-hashes -r $(1)
install-self = $(pip) install --no-index --no-deps --no-build-isolation -e .
endif
