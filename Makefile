# Every target sets itself up: only Python 3.11 (with pip and venv), make and git are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PATIENT ?= examples/patients/male_pattern_vertex.toml
OUT ?= out

.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast evidence facts interventions validation calibrate assessment track-recovery pages terminology bench picture lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

install: $(STAMP) ## create .venv from the hash-pinned lock

$(STAMP): locks/requirements.txt pyproject.toml
	@echo "Setting up $(VENV) from locks/requirements.txt (about a minute the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## the main job on a shipped patient: causes, safe options, forecasts, report
	$(BIN)/anagen plan $(PATIENT) --out $(OUT)

test: $(STAMP) ## style, types and every test (under ten minutes on two cores)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --warnings
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: $(STAMP) ## the tests, stopping at the first failure, no style or type checks
	$(BIN)/python -m pytest -x -n 2 --dist loadfile

evidence: $(STAMP) ## lint every data row
	$(BIN)/anagen evidence lint

facts: $(STAMP) ## published facts against the model: range, source, result, misses
	$(BIN)/anagen validate

interventions: $(STAMP) ## renew docs/interventions.md: every treatment, its tier and its net effect
	$(BIN)/anagen interventions --markdown --out docs/interventions.md

validation: $(STAMP) ## predict the published studies of modeled drugs again and renew their page (minutes)
	$(BIN)/anagen trial table --out docs/validation.md

calibrate: $(STAMP) ## fit the posterior again into out/posterior (well over an hour with its checks; goes on after a kill)
	$(BIN)/anagen calibrate --recover 8 --leave-out

assessment: $(STAMP) ## renew the page that holds the assessment against published cases
	$(BIN)/anagen validate --assessment --out docs/assessment-validation.md

SEVERE = examples/patients/severe_alopecia_areata.toml --plan "baricitinib 4 mg daily"
MALE = examples/patients/male_pattern_vertex.toml --plan "finasteride 1 mg daily" \
  --observable terminal_density --visits 13,26,39,52 --judged 65,78,104

track-recovery: $(STAMP) ## how often the updated bands of track hold made-up people (minutes)
	$(BIN)/python -m anagen.track.recover $(SEVERE)
	$(BIN)/python -m anagen.track.recover $(MALE)
	$(BIN)/python -m anagen.track.recover examples/patients/postpartum_shedding.toml --plan none \
	  --observable daily_shed --visits 4,8,13 --judged 20,26,52
	$(BIN)/python -m anagen.track.recover $(SEVERE) --people 100 \
	  --visits 5,12,20,28,36,48,60,74 --judged 78,90,104
	$(BIN)/python -m anagen.track.recover $(SEVERE) --shrink 0.75
	$(BIN)/python -m anagen.track.recover $(MALE) --shrink 0.75

pages: $(STAMP) ## renew the pages of the evidence in docs/evidence
	$(BIN)/anagen evidence pages --out docs/evidence

terminology: $(STAMP) ## renew the published code systems and the example bundles
	$(BIN)/python docs/fhir/publish.py

bench: $(STAMP) ## measure speed beside other solvers and renew docs/performance.md (minutes; needs gcc)
	$(BIN)/python -m benchmarks

picture: $(STAMP) ## renew the picture of the README (needs Chromium)
	$(BIN)/anagen plan examples/patients/severe_alopecia_areata.toml --out $(OUT) > /dev/null
	$(BIN)/python docs/picture.py $(OUT)/severe_alopecia_areata.html docs/images/over-time.png

lock: ## renew the hash-pinned lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --group dev pyproject.toml -o locks/requirements.txt

clean: ## remove what make created
	rm -rf $(VENV) $(OUT) dist build
