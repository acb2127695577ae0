# Deep image compression. Needs make and python3, 3.10 or later; the rest goes into .venv*.
BIN  := .venv/bin
DEV  := .venv/.installed
DEMO := .venv-demo/.installed

help:
	@echo 'make demo    compress a photograph, decompress it, and compare with JPEG'
	@echo 'make test    the tests, about six minutes once it is installed'
	@echo 'make check   these and the slow ones: each Python, training that is killed, JAX, the browser'
	@echo 'make install make the environment for development, .venv; the others do when they need it'
	@echo 'make run NB=nbs/04_files.ipynb  export the notebooks, execute this one, and keep its outputs'
	@echo 'make lab     open the notebooks in JupyterLab; on a machine without a browser: make lab LAB=--no-browser'
	@echo 'make inspect see what a codec does to a picture, as a page in the browser; without opening one: make inspect VOILA=--no-browser'
	@echo 'make test-browser  drive that page and the notebook in a headless Chromium'
	@echo 'make clean   remove what make made, its environments included'

demo: $(DEMO)
	@.venv-demo/bin/python -m dic.demo

test: $(DEV)
	@$(BIN)/python .ci/test.py

check: $(DEV)
	@$(BIN)/python .ci/test.py --all

install: $(DEV)

run: $(DEV)
	@$(BIN)/python .ci/execute.py $(NB) $(CELLS)

lab: $(DEV)
	@cd nbs && ../$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB)

inspect: $(DEV)
	@cd nbs && JUPYTER_PATH=. ../$(BIN)/voila inspect.ipynb --template=offline --Voila.ip=127.0.0.1 --TagRemovePreprocessor.remove_cell_tags=report --VoilaExecutor.skip_cells_with_tag=report $(VOILA)

test-browser: $(DEV)
	@$(BIN)/python .ci/browser.py

clean:
	rm -rf .venv .venv-demo .venv-uv .venv-cache build dist *.egg-info
	find dic nbs -name __pycache__ -prune -exec rm -rf {} +

# A stamp is written last and names the folder: an environment that was moved, or whose
# installation was cut short, is made anew.
ifneq ($(shell cat $(DEV) 2>/dev/null),$(CURDIR))
.PHONY: $(DEV)
endif
ifneq ($(shell cat $(DEMO) 2>/dev/null),$(CURDIR))
.PHONY: $(DEMO)
endif
$(DEV): pyproject.toml constraints.txt .ci/environment
	@.ci/environment .venv dev
$(DEMO): pyproject.toml .ci/environment
	@.ci/environment .venv-demo demo

.PHONY: help demo test check install run lab inspect test-browser clean
