#!/usr/bin/env python3
"Execute notebooks and keep what they show: make run NB=nbs/04_files.ipynb; several with spaces between."
import os, re, sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools import ROOT, run

LONG = re.compile(r'#\|\s*(slow|check|eval:\s*false)')
NOISE = re.compile(r'cpu_feature|TF-TRT|cuda|Warning|libtiff')
BAR = re.compile(r'[^|\n]*\d+%\|')

def is_left(cell, cells):
    "Say whether a cell is not executed: one that takes long, unless its id begins with one that is named."
    named = any(cell.id.startswith(o) for o in cells)
    return not named and any(LONG.match(o) for o in cell.source.splitlines()[:4])

def is_kept(output):
    "Say whether an output is worth keeping: progress bars and the warnings of libraries are not."
    text = output.get('text') or output.get('data', {}).get('text/plain', '')
    widget = 'application/vnd.jupyter.widget-view+json' in output.get('data', {})
    if widget and BAR.match(text): return False
    return not (output.get('name')=='stderr' and (NOISE.search(text) or BAR.search(text)))

def joined(outputs):
    "Join streams that follow each other, as JupyterLab does."
    found = []
    for o in outputs:
        last = found[-1] if found else {}
        if o.get('name') and o.get('name')==last.get('name'): last['text'] += o['text']
        else: found.append(o)
    return found

def execute(path, cells):
    "Execute a notebook in its folder; it is written when every cell has passed."
    nb = nbformat.read(path, 4)
    client = NotebookClient(nb, timeout=None, kernel_name='python3', store_widget_state=False,
                            resources=dict(metadata=dict(path=str(path.parent))))
    with client.setup_kernel():
        for n, cell in enumerate(nb.cells):
            if cell.cell_type!='code' or is_left(cell, cells): continue
            client.execute_cell(cell, n)
            cell.outputs = joined(filter(is_kept, cell.outputs))
    nbformat.write(nb, path)
    run(f'nbdev_clean --fname {path}')

if __name__=='__main__':
    os.environ.update(PYTHONPATH=str(ROOT), TF_CPP_MIN_LOG_LEVEL='3')
    names = [o for o in sys.argv[1:] if o.endswith('.ipynb')]
    if not names: sys.exit('name notebooks: make run NB=nbs/04_files.ipynb')
    run('nbdev_export')
    for name in names:
        print(name, flush=True)
        execute(Path(name).resolve(), [o for o in sys.argv[1:] if o not in names])
