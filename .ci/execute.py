#!/usr/bin/env python3
"""Execute notebooks and keep their outputs: make run NB=nbs/04_files.ipynb CELLS=id

Cells that take long are left out, unless CELLS names them by the beginning of their ids.
"""
import os, re, sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools import CORES, ROOT, Failed, environment, quoted, run

LONG = re.compile(r'#\|\s*(slow|check|eval:\s*false)')
NOISE = re.compile(r'cpu_feature|TF-TRT|cuda|\d+%\|') # In lines on standard error
BAR = re.compile(r'[^|\n]*\d+%\|')

def is_long(cell): return any(LONG.match(o) for o in cell.source.splitlines()[:4])

def cleaned(output):
    "Take progress bars and the log of TensorFlow out of an output; None where nothing is left."
    if output.get('name')=='stderr':
        lines = output['text'].splitlines(keepends=True)
        output['text'] = ''.join(o for o in lines if not NOISE.search(o))
        return output if output['text'].strip() else None
    data = output.get('data', {})
    is_bar = 'application/vnd.jupyter.widget-view+json' in data and BAR.match(data['text/plain'])
    return None if is_bar else output

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
            named = any(cell.id.startswith(o) for o in cells)
            if cell.cell_type!='code' or is_long(cell) and not named: continue
            try: client.execute_cell(cell, n)
            except CellExecutionError as e: raise Failed(f'cell {n}, {cell.id}: {e}') from e
            cell.outputs = joined(filter(None, map(cleaned, cell.outputs)))
    nbformat.write(nb, path)
    run(quoted('nbdev_clean', '--fname', path))

def main(words):
    "Execute the notebooks among the words; the others are beginnings of ids."
    names = [o for o in words if o.endswith('.ipynb')]
    missing = [o for o in names if not Path(o).is_file()]
    if not names or missing:
        sys.exit(f'no such notebook: {" ".join(missing) or "(none named)"}; '
                 'make run NB=nbs/04_files.ipynb')
    os.environ.update(environment(CORES), PYTHONPATH=str(ROOT))
    try:
        run('nbdev_export')
        for name in names:
            print(name, flush=True)
            execute(Path(name).resolve(), [o for o in words if o not in names])
    except Failed as e: sys.exit(str(e))

if __name__=='__main__': main(sys.argv[1:])
