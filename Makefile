# Every target does its own set-up in .venv and node_modules; a fresh machine needs Python 3.11 and make.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-images check format bench lock snapshots clean

PYTHON ?= python3.11
BIN := .venv/bin
COMPILE := .venvs/lock/bin/uv pip compile --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet
LOCK := $(COMPILE) --python-version 3.11
# The images are Linux on x86_64, and old libraries are there as wheels only.
LOCK_IMAGE := $(COMPILE) --python-platform x86_64-manylinux_2_28 --only-binary :all: --no-python-downloads
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where it is set, every process compiles aws-cdk-lib and scikit-learn again, for seconds.
unexport PYTHONDONTWRITEBYTECODE
# One thread a process, as in the container: the processes already use the cores.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(BIN)/.installed node_modules/.installed ## Install everything that is pinned, into .venv and node_modules

$(BIN)/.installed: requirements/dev.txt pyproject.toml
	@echo "setting up .venv (a few minutes the first time)"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11) and "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

node_modules/.installed: package.json package-lock.json .npmrc $(BIN)/.installed
	npm ci --no-progress --loglevel=error
	touch $@

demo: setup ## Train, cdk deploy and predict on this machine, without an account
	$(BIN)/python examples/breast_cancer/demo.py

bench: setup ## Measure, and print ratios
	$(BIN)/python -m benchmarks.synth
	$(BIN)/python -m benchmarks.serving
	$(BIN)/python -m benchmarks.together

test: setup ## Run every test, with branch coverage
	$(BIN)/python -m tests.aws_image.environment
	$(BIN)/python -m tests.aws_training.environment
	$(BIN)/python -m tests.sagemaker_sdk.environment
	$(BIN)/python -m tests.sagemaker_sdk_v3.environment
	bash tests/run

test-images: ## Run the runtime's tests under every AWS image's Python and libraries
	$(PYTHON) -m tools.test_images $(ARGS)

check: setup ## Format, lint, types, and the rules for every template
	ruff format --check .
	ruff check .
	mypy
	$(BIN)/python tools/check_templates.py

format: setup ## Format the code and mend what ruff can mend
	ruff format .
	ruff check --fix .

snapshots: setup ## Accept the templates as they are now
	pytest tests/constructs_lib --snapshot-update

lock: ## Pin the newest versions again, with hashes
	$(PYTHON) -m venv .venvs/lock
	.venvs/lock/bin/pip install --quiet uv
	$(LOCK) pyproject.toml --all-extras requirements/dev.in --universal --output-file requirements/dev.txt
	$(LOCK) requirements/aws-serving-build.in --output-file requirements/aws-serving-build.txt
	$(LOCK) requirements/aws-serving.in --output-file requirements/aws-serving.txt
	$(LOCK) requirements/aws-training.in --output-file requirements/aws-training.txt
	$(LOCK) requirements/sagemaker-sdk.in --output-file requirements/sagemaker-sdk.txt
	$(LOCK) --excludes requirements/sagemaker-sdk-v3-excludes.in requirements/sagemaker-sdk-v3.in \
		--output-file requirements/sagemaker-sdk-v3.txt
	$(COMPILE) --universal --python-version 3.12 runtime/requirements.in --output-file runtime/requirements.txt
	for version in 20.0.4 23.0.0; do \
		$(LOCK) --no-deps requirements/aws-serving-gunicorn-$$version.in --output-file requirements/aws-serving-gunicorn-$$version.txt; done
	$(LOCK) --universal --override requirements/bench-aws-overrides.in requirements/bench-aws.in --output-file requirements/bench-aws.txt
	for name in alpha orjson mlserver bentoml litserve mlflow picture; do \
		$(LOCK) --universal requirements/bench-$$name.in --output-file requirements/bench-$$name.txt; done
	$(BIN)/python -m tools.orjson_pins
	$(PYTHON) -m tools.test_images --list | while read -r image python; do \
		$(LOCK_IMAGE) --python-version $$python requirements/images/$$image.in --output-file requirements/images/$$image.txt; done

clean: ## Remove what the other targets made
	rm -rf .venv .venvs node_modules cdk.out model dist .cache .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
