# Needs Python 3.11 to 3.13 and make, nothing else. `make help` lists the targets.

PYTHON ?= python3
REPLICATES ?= 20
SEED ?= 1
DEMO_OUT ?= runs/mist-demo
FUZZ_INPUTS ?= 3000
FUZZ_KILLS ?= 6
FUZZ_FLIPS ?= 6
PYTEST_ARGS ?= -n auto --dist loadscope

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --constraint constraints.txt

.PHONY: help demo test lint types format unit wheel validate fuzz bench-endpoints reference evidence study-files readings patient-picture equations tutorials bench constraints clean python-check bench-scale scoreboard calibrate calibration-page
.DEFAULT_GOAL := help

help:
	@echo "make demo         set up .venv, run the MIST trial on virtual patients, write a report"
	@echo "make test         lint, types, all tests, and a test of the built wheel"
	@echo "make lint         ruff check and ruff format --check"
	@echo "make types        mypy --strict"
	@echo "make unit         tests without the wheel test (PYTEST_ARGS=... is passed on)"
	@echo "make wheel        build the wheel and test it outside the checkout"
	@echo "make format       let ruff mend and format the code"
	@echo "make validate     compare statistics and endpoints with the pinned reference values,"
	@echo "                  after running pymsprog anew (in an environment of its own)"
	@echo "make fuzz         malformed input, killed runs and turned bits (about 20 minutes);"
	@echo "                  FUZZ_INPUTS=10000 FUZZ_KILLS=50 FUZZ_FLIPS=40 is the long form"
	@echo "make bench-endpoints  speed of endpoints beside pymsprog, and answers and speed beside"
	@echo "                  msclinical and mstrial (in environments of their own)"
	@echo "make reference    rebuild the stored reference populations (under a minute)"
	@echo "make evidence     make the evidence tables of the package anew from evidence_raw/"
	@echo "make readings     make roles and the page of readings anew from base and group files"
	@echo "make study-files  make the files of studies that cannot be run yet from the evidence"
	@echo "make patient-picture  draw docs/img/patient.png anew"
	@echo "make equations    write docs/equations.md anew from the model"
	@echo "make tutorials    write into docs/tutorials what their commands print now"
	@echo "make calibrate    fit the model to the tune figures (over an hour; goes on where it stopped)"
	@echo "make calibration-page  renew the figures of docs/calibration.md"
	@echo "make scoreboard   run all groups of the scoreboard and renew its page (takes minutes)"
	@echo "make bench        measure the engine, and what half a day changes (takes minutes)"
	@echo "make bench-scale  measure large runs and write benchmarks/scale.json (an hour or more)"
	@echo "make constraints  resolve every dependency anew and write constraints.txt"
	@echo "make clean        remove .venv, caches and build artefacts; keeps runs/"
	@echo "Settings: PYTHON=$(PYTHON) REPLICATES=$(REPLICATES) SEED=$(SEED) DEMO_OUT=$(DEMO_OUT)"

demo: $(VENV)/.installed
	@mkdir -p "$$(dirname "$(DEMO_OUT)")"
	@$(PY) -m remyelin run mist --replicates $(REPLICATES) --seed $(SEED) --out "$(DEMO_OUT)" --force
	@echo "Open the report in a browser; what the columns mean stands in README.md."

test: lint types unit wheel

lint: $(VENV)/.installed-test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: $(VENV)/.installed-test
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

types: $(VENV)/.installed-test
	$(PY) -m mypy

unit: $(VENV)/.installed-test
	$(PY) -m pytest -m "not wheel" $(PYTEST_ARGS)

wheel: $(VENV)/.installed-test
	$(PY) -m pytest -m wheel

validate: $(VENV)/.installed-test
	$(PY) -m validation.pymsprog.make
	$(PY) -m validation.r_packages.make
	$(PY) -m validation.oracle.compare
	$(PY) -m validation.oracle.compare_ratings
	$(PY) -m pytest tests/statistics tests/endpoints/test_pymsprog.py tests/endpoints/test_r_packages.py

fuzz: $(VENV)/.installed-test
	@$(PY) -m tools.fuzz --inputs $(FUZZ_INPUTS) --kills $(FUZZ_KILLS) --flips $(FUZZ_FLIPS) \
	  --seed $(SEED) --json validation/fuzz.json; found=$$?; \
	  $(PY) -m tools.fuzz --page && exit $$found

bench-endpoints: $(VENV)/.installed-test
	$(PY) -m benchmarks.endpoints
	$(PY) -m benchmarks.rivals

reference: $(VENV)/.installed
	$(PY) -m remyelin.cohorts.reference

readings: $(VENV)/.installed
	$(PY) -m tools.roles
	$(PY) -m tools.readings

evidence: $(VENV)/.installed
	$(PY) -m tools.clean_evidence

study-files: $(VENV)/.installed
	$(PY) -m tools.study_files

patient-picture: $(VENV)/.installed
	$(PY) -m tools.patient_picture

equations: $(VENV)/.installed
	$(PY) -m tools.equations

tutorials: $(VENV)/.installed
	$(PY) -m tools.tutorials

calibrate: $(VENV)/.installed-test
	$(PY) -m remyelin.calibration
	$(PY) -m tools.calibration_page

calibration-page: $(VENV)/.installed-test
	$(PY) -m tools.calibration_page

scoreboard: $(VENV)/.installed
	$(PY) -m remyelin scoreboard --group natural-history --publish .
	$(PY) -m remyelin scoreboard --group drugs --publish .
	$(PY) -m remyelin scoreboard --group ahsct --publish .

bench: $(VENV)/.installed-test
	$(PY) benchmarks/engine.py
	$(PY) benchmarks/half_day.py

bench-scale: $(VENV)/.installed
	$(PY) benchmarks/scale.py

# A stamp is touched last, so that an interrupted set-up starts again.
$(VENV)/.created:
	@$(MAKE) --no-print-directory python-check
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml constraints.txt
	@echo "Installing remyelin and its libraries into $(VENV) (minutes the first time)"
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "Adding the test tools"
	@$(INSTALL) --editable '.[test]'
	@touch $@

python-check:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "error: no '$(PYTHON)' on this machine; remyelin needs Python 3.11, 3.12 or 3.13." >&2; \
	  echo "Install one, or name it: make demo PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "error: '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1); remyelin needs Python 3.11, 3.12 or 3.13." >&2; \
	  echo "Name another one: make demo PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: '$(PYTHON)' has no venv module (on Debian and Ubuntu it is a package of its own)." >&2; \
	  echo "Install it, for instance: sudo apt install python3-venv" >&2; exit 1; }

# Run it with the oldest Python supported: what installs there installs on the newer ones.
constraints: python-check
	@rm -rf build/resolve && mkdir -p build
	@$(PYTHON) -m venv build/resolve
	@build/resolve/bin/python -m pip --disable-pip-version-check install --quiet '.[test]'
	@{ echo "# Versions tested together; made by 'make constraints', not by hand."; \
	   build/resolve/bin/python -m pip --disable-pip-version-check list --format=freeze \
	     --exclude pip --exclude setuptools --exclude remyelin; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt
	@rm -rf build/resolve
	@echo "Wrote constraints.txt; now run 'make test'"

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
