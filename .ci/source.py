"Checks of the source as text."
import contextlib, io, json, re

from tools import ROOT, Failed, Skipped, check, contents, differing, run

COLUMNS, LINES, SHARE = 110, 25, .05 # Of a line; of an exported cell; of cells that may have more

def itself(copy):
    "A check that breaks is a check that failed, and the rest is done"
    def unable(): raise Skipped('why')
    with contextlib.redirect_stdout(io.StringIO()) as said:
        passed = [check('one', lambda: {}['key']), check('two', lambda: None), check('three', unable)]
    if passed!=[False, True, None] or "KeyError: 'key'" not in said.getvalue():
        raise Failed(f'{passed} {said.getvalue()}')

def clean(copy):
    "nbdev_clean finds nothing to do"
    old = contents(copy/'nbs', '*.ipynb')
    run('nbdev_clean', copy)
    if bad := differing(old, contents(copy/'nbs', '*.ipynb')):
        raise Failed(f'nbdev_clean has something to do in {", ".join(bad)}')

def exported(copy):
    "Exporting the notebooks to an empty dic/ gives the dic/ that is there"
    for p in (copy/'dic').rglob('*.py'): p.unlink()
    run('nbdev_export', copy)
    if bad := differing(contents(ROOT/'dic', '*.py'), contents(copy/'dic', '*.py')):
        raise Failed(f'dic/ is not what nbdev_export makes of nbs/: {", ".join(bad)}')

def names(copy):
    "Every name is bound, and what is imported is used"
    run('ruff check --no-cache .')

def readme(copy):
    "README.md is what nbs/index.ipynb renders to"
    run('python .ci/readme.py --check')

def _code_cells():
    "Notebook, number, source and whether it is exported, for each cell of code"
    for path in sorted((ROOT/'nbs').glob('[!_.]*.ipynb')):
        for n, cell in enumerate(json.loads(path.read_text(encoding='utf-8'))['cells']):
            if cell['cell_type']!='code': continue
            lines = ''.join(cell['source']).splitlines()
            yield path.name, n, lines, any(o.startswith('#| export') for o in lines)

def density(copy):
    "Lines of code are short, and so are exported cells"
    wide, sizes = [], []
    for name, n, lines, is_exported in _code_cells():
        wide += [f'{name}, cell {n}: {o[:60]}...' for o in lines if len(o)>COLUMNS]
        if is_exported: sizes.append(sum(bool(o.strip()) and not o.startswith('#|') for o in lines))
    if wide: raise Failed('\n'.join([f'{len(wide)} lines over {COLUMNS} columns', *wide[:20]]))
    large = sum(o>LINES for o in sizes)/len(sizes)
    if large>SHARE: raise Failed(f'{large:.1%} of the exported cells are over {LINES} lines')

LINK = re.compile(r'\]\(([^)\s#]+)[^)\s]*\)|(?:src|href)="([^"#\s]+)')

def _texts():
    "Each text that people read, with the folder that its links start from"
    for path in (*ROOT.glob('*.md'), *(ROOT/'data').glob('*.md')):
        yield path, path.read_text(encoding='utf-8')
    for path in (ROOT/'nbs').glob('[!_.]*.ipynb'):
        for cell in json.loads(path.read_text(encoding='utf-8'))['cells']:
            if cell['cell_type']=='markdown': yield path, ''.join(cell['source'])
            for out in cell.get('outputs', ()):
                yield path, ''.join(out.get('data', {}).get('text/markdown', ''))

def links(copy):
    "What texts link to is there"
    bad = []
    for path, text in _texts():
        for target in (a or b for a, b in LINK.findall(re.sub(r'`[^`\n]*`', '', text))):
            inside = not re.match(r'[a-z]+:|/', target)
            if inside and not (path.parent/target).exists(): bad.append(f'{path.name}: {target}')
    if bad: raise Failed('\n'.join(bad))
