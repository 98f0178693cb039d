# Everything runs in .venv, which is made on first use; nothing outside this folder is touched.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Adapters are tested with torch, transformers and Ray; the demo and the linters need none of them.
WHOLE := $(VENV)/.whole
PYTEST_ARGS ?=
# Four for two cores: some tests wait, for a browser or for Ray.
TEST_WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 2)

# What `real` and `recordings` fetch is kept here, whatever AUDIOTEST_CACHE_DIR says.
KEPT ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/audiotest
export AUDIOTEST_WEIGHTS ?= $(KEPT)/weights
export AUDIOTEST_RECORDINGS ?= $(KEPT)/recordings

.PHONY: demo test real recordings lint docs gallery bench processors clean

## demo: the main job, with the built-in listener: no download, no GPU, no torch
demo: $(READY)
	$(BIN)/pytest suites/ $(PYTEST_ARGS)

## test: the project's own tests
test: $(WHOLE)
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile -p no:logging tests $(PYTEST_ARGS)

## real: the tests with published weights and real recordings, which are fetched (660 MB, kept); what cannot be had is skipped
real: $(WHOLE)
	$(BIN)/audiotest weights fetch --all || echo "not all weights are here"
	tools/recordings.sh "$(AUDIOTEST_RECORDINGS)" || echo "the recordings are not here"
	$(BIN)/pytest tests/real -m real -rs $(PYTEST_ARGS)

## recordings: the suite of real recordings, made of Debian's packages and answered by the model small and by Whisper with
## SmolLM2; about an hour on two cores
recordings: $(WHOLE)
	$(BIN)/audiotest weights fetch --all
	tools/recordings.sh "$(AUDIOTEST_RECORDINGS)"
	$(BIN)/audiotest import asterisk "$(AUDIOTEST_RECORDINGS)" --into build/recordings
	$(BIN)/pytest build/recordings --model small --results build/recordings-small $(PYTEST_ARGS)
	$(BIN)/pytest build/recordings/suite.yaml::original build/recordings/suite.yaml::text_only --model whisper-smollm2 \
	  --results build/recordings-whisper-smollm2 $(PYTEST_ARGS)

## lint: format, lint, types, and which room may import which
lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## docs: the gallery of reports and figures, and the site, with warnings as errors
docs: gallery
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

## gallery: the reports and figures that the site shows
gallery: $(WHOLE)
	$(BIN)/python tools/gallery.py build/gallery

## bench: speed and memory, as one Markdown table
bench: $(READY)
	$(BIN)/python -m bench

$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

$(WHOLE): $(READY) build/processors
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,local,ray,small]'
	touch $@

## processors: what some models' processors import, for their tests; kept apart, since it is built for torch with CUDA.
## Without its compiled library torchaudio falls back on plain torch; with one for another torch it does not import.
processors: build/processors

build/processors: $(READY)
	$(BIN)/python -m pip install --quiet --no-deps --target $@ torchvision==0.28.0 torchaudio==2.11.0 timm==1.0.31
	rm -f $@/torchaudio/lib/*.so

clean:
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
