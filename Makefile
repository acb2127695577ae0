# Deep image compression. Needs python3 (3.10 or 3.11), make and git; the rest is installed into .venv.
VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed
HALF  := $(VENV)/.installing

FITS   := import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 11))
PYTHON  = $(shell for p in python3 python3.11 python3.10; do $$p -c '$(FITS)' >/dev/null 2>&1 && echo $$p && break; done)
WORKS   = $(shell [ ! -e $(HALF) ] && $(BIN)/python -c '$(FITS)' 2>/dev/null && $(BIN)/pip --version 2>/dev/null)
ADVICE := dic needs Python 3.10 or 3.11 with its venv module: install python3.11 (on Debian and Ubuntu also python3.11-venv) and run make again

help:
	@echo 'make demo    compress a photograph, decompress it, and compare with JPEG'
	@echo 'make test    check everything'
	@echo 'make lab     open the notebooks in JupyterLab; on a machine without a browser: make lab LAB=--no-browser'
	@echo 'make inspect see what a codec does to a picture, as a page in the browser; without opening one: make inspect VOILA=--no-browser'
	@echo 'make test-browser  drive that page and the notebook in a headless Chromium'
	@echo 'make clean   remove what make made, .venv included'

demo: $(STAMP)
	@$(BIN)/python -m dic.demo

test: $(STAMP)
	@$(BIN)/python .ci/test.py

lab: $(STAMP)
	@cd nbs && ../$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB)

inspect: $(STAMP)
	@cd nbs && JUPYTER_PATH=. ../$(BIN)/voila inspect.ipynb --template=offline --Voila.ip=127.0.0.1 --TagRemovePreprocessor.remove_cell_tags=report --VoilaExecutor.skip_cells_with_tag=report $(VOILA)

test-browser: $(STAMP)
	@$(BIN)/python .ci/browser.py

clean:
	rm -rf $(VENV) build dist *.egg-info
	find dic nbs -name __pycache__ -prune -exec rm -rf {} +

# The stamp is written last and names the folder: an environment that was moved, or whose installation was cut short, is made anew.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif
$(STAMP): pyproject.toml constraints.txt Makefile
	@rm -f $@
	@$(if $(WORKS),,$(if $(PYTHON),echo 'Making $(VENV) with $(PYTHON)'; $(PYTHON) -m venv --clear $(VENV),$(error $(ADVICE))))
	@echo 'Installing into $(VENV); the first time this fetches about 600 MB and takes some minutes'
	@touch $(HALF)
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	@rm $(HALF)
	@echo '$(CURDIR)' >$@

.PHONY: help demo test lab inspect test-browser clean
