#!/usr/bin/env python3
"Render README.md from nbs/index.ipynb; with --check only say whether that would change anything."

import os, re, sys
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
NBS, IMAGES = ROOT / 'nbs', 'nbs/images'
NOTE = '<!-- Rendered from nbs/index.ipynb by .ci/readme.py: edit the notebook. -->\n\n'
FENCE = re.compile(r'(^```.*?^```)', re.M | re.S)
TARGET = re.compile(r'(\]\(|(?:src|href)=")([^)"\s]+)')
SHOWN = 'text/markdown image/png image/jpeg image/svg+xml text/html text/plain'.split()


def from_root(match):
    "A link of the notebook, as seen from the README's folder"
    target, _, anchor = match[2].partition('#')
    if not target or re.match(r'[a-z]+:|/', target):
        return match[0]
    if not (NBS / target).exists():
        sys.exit(f'nbs/index.ipynb refers to {target}, which is not there')
    return (
        match[1]
        + Path(os.path.relpath(NBS / target, ROOT)).as_posix()
        + (f'#{anchor}' if anchor else '')
    )


def prepared(nb):
    "The notebook with just what a reader is to see"
    cells = []
    for cell in nb.cells:
        directives = {o.strip() for o in re.findall(r'^#\s*\|\s*(.+)$', cell.source, re.M)}
        if cell.cell_type == 'raw' or 'hide' in directives or 'include: false' in directives:
            continue
        if cell.cell_type == 'markdown':
            cell.source = ''.join(
                o if o.startswith('```') else TARGET.sub(from_root, o)
                for o in FENCE.split(cell.source)
            )
        else:
            if 'output: false' in directives:
                cell.outputs = []
            cell.source = (
                ''
                if directives & {'echo: false', 'hide_input'}
                else re.sub(r'^#\s*\|.*\n?', '', cell.source, flags=re.M).strip()
            )
            for out in cell.outputs:
                data = out.get('data', {})
                if 'text/html' in data:
                    data['text/html'] = re.sub(
                        r'<style.*?</style>\s*', '', data['text/html'], flags=re.S
                    )
                if 'text/markdown' in data:
                    data['text/markdown'] = TARGET.sub(from_root, data['text/markdown'])
            if not cell.source and not cell.outputs:
                continue
        cells.append(cell)
    nb.cells, nb.metadata['language_info'] = cells, {'name': 'python'}
    return nb


def render():
    "What the README and the pictures that it shows should hold, by file name"
    nb = prepared(nbformat.read(NBS / 'index.ipynb', 4))
    exporter = MarkdownExporter(config=Config(NbConvertBase=dict(display_data_priority=SHOWN)))
    text, made = exporter.from_notebook_node(nb, dict(unique_key='readme', output_files_dir=IMAGES))
    text = re.sub(r'^```python\n\s*```\n', '', text, flags=re.M)  # a cell whose source is hidden
    text = re.sub(r'\n{3,}', '\n\n', re.sub(r'[ \t]+$', '', text, flags=re.M)).strip()
    return {'README.md': (NOTE + text + '\n').encode(), **made['outputs']}


def main(check):
    if not (NBS / 'index.ipynb').exists():
        sys.exit('nbs/index.ipynb, from which README.md is rendered, is not there')
    files = render()
    old = {p.relative_to(ROOT).as_posix() for p in (ROOT / IMAGES).glob('readme_*')} - set(files)
    changed = [
        name
        for name, data in files.items()
        if not (ROOT / name).exists() or (ROOT / name).read_bytes() != data
    ]
    if check and (changed or old):
        sys.exit(
            f'{", ".join([*changed, *sorted(old)])}: not what nbs/index.ipynb renders to; '
            'run .venv/bin/python .ci/readme.py'
        )
    for name in changed:
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_bytes(files[name])
    for name in old:
        (ROOT / name).unlink()
    print('README.md is what nbs/index.ipynb renders to')


if __name__ == '__main__':
    main('--check' in sys.argv[1:])
