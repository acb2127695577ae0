"Checks of what installing gives: the wheel, an environment for each Python, JupyterLab."
import contextlib, importlib.util, json, os, re, shutil, signal, socket, subprocess, sys, time
import urllib.request, zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import ROOT, WORKERS, Failed, Skipped, contents, quoted, run

def wheel(copy):
    "A built wheel holds all of dic/, and `import dic` from it brings no TensorFlow along"
    run('pip wheel -q --no-deps --no-build-isolation -w wheels .', copy)
    built, = (copy/'wheels').iterdir()
    held = zipfile.ZipFile(built).namelist()
    if bad := [o for o in contents(ROOT/'dic', '*') if f'dic/{o}' not in held]:
        raise Failed(f'not in the wheel: {", ".join(bad)}')
    run(f'pip install -q --no-deps --target site {built}', copy)
    code = ('import sys, dic; '
            'sys.exit(not dic.__file__.startswith(sys.argv[1]) or "tensorflow" in sys.modules)')
    run(quoted(sys.executable, '-c', code, copy/'site'), copy/'site') # looks in its folder first

VERSIONS = '3.10', '3.11', '3.12', '3.13', '3.14'
LARGEST = 250 # MB that an environment may take which only codes

def interpreter(version):
    "Find a Python that can make environments, on the PATH or among pyenv's; None where there is none."
    pyenv = Path(os.environ.get('PYENV_ROOT', Path.home()/'.pyenv'))/'versions'
    for o in (f'python{version}', *sorted(pyenv.glob(f'{version}.*/bin/python{version}'))):
        with contextlib.suppress(OSError):
            done = subprocess.run([o, '-c', 'import venv'], capture_output=True)
            if done.returncode==0: return o
    return None

def fenced(section, language=''):
    "Give the blocks of code in a section of the README."
    text = (ROOT/'README.md').read_text(encoding='utf-8')
    text = text.split(f'\n## {section}\n')[1].split('\n## ')[0]
    return '\n'.join(re.findall(rf'^```{language}\n(.*?)^```', text, re.M|re.S))

def photograph():
    "Find one that scikit-image carries, without importing it."
    return Path(importlib.util.find_spec('skimage').origin).parent/'data/coffee.png'

def installed(python, built, env):
    "Make an environment of a wheel and what that needs; give its size in MB."
    run(quoted(python, '-m', 'venv', '--without-pip', env))
    options = '-q --disable-pip-version-check'
    run(f'pip --python {quoted(env/"bin/python")} install {options} {quoted(built)}')
    return sum(p.stat().st_size for p in env.rglob('*') if p.is_file() and not p.is_symlink())/1e6

ABSENT = 'tensorflow pandas scipy matplotlib fastcore'
FOUND = 'import importlib.util, sys; sys.exit(any(map(importlib.util.find_spec, sys.argv[1:])))'
GOLDEN = """
import sys
from dic.coding.codec import latents_of
for path in sys.argv[1:]: latents_of(open(path, 'rb').read())
"""

def base(version, python, built, folder):
    "Try what the README types in an environment of one Python; a line about it, and its size in MB."
    start, env, work = time.monotonic(), folder/f'env{version}', folder/f'work{version}'
    size = installed(python, built, env)
    work.mkdir()
    shutil.copy(photograph(), work/'photo.png')
    (work/'lines.sh').write_text(fenced('On the command line'))
    (work/'lines.py').write_text(fenced('In Python', 'python'))
    alone = f'env -u PYTHONPATH PYTHONNOUSERSITE=1 PATH={quoted(env/"bin")}:"$PATH"'
    run(f'{alone} sh -e lines.sh && {alone} python lines.py', work)
    run(f'{alone} python -c {quoted(FOUND)} {ABSENT}', work)
    golden = sorted((ROOT/'nbs/golden').glob('*.tfci'))
    run(f'{alone} python -c {quoted(GOLDEN)} {quoted(*golden)}', work)
    return f'Python {version}: {size:.0f} MB, {time.monotonic()-start:.0f} s', size

def bases(copy):
    "The wheel alone, in an environment from nothing for each Python, does what the README types"
    found = {v: o for v in VERSIONS if (o := interpreter(v))}
    if not found: raise Skipped(f'there is no Python {", ".join(VERSIONS)}')
    built, = (copy/'wheels').iterdir()
    with ThreadPoolExecutor(WORKERS) as threads:
        rows = list(threads.map(lambda o: base(*o, built, copy), found.items()))
    missing = [f'{v}: not there' for v in VERSIONS if v not in found]
    print(' '*13, '; '.join([*(line for line, _ in rows), *missing]), flush=True)
    if large := [line for line, size in rows if size>=LARGEST]:
        raise Failed(f'{LARGEST} MB and more: {", ".join(large)}')

def put(path, version=None):
    "Write a Python that will do, or one that says it is another."
    pretend = f'import sys; sys.version_info = {version}; exec(sys.argv[2])'
    words = [sys.executable, *(['-c', pretend] if version else [])]
    script(path, f'exec {quoted(*words)} "$@"')

def script(path, line):
    path.write_text(f'#!/bin/sh\n{line}\n')
    path.chmod(0o755)

def pythons(copy):
    "make takes a Python that will do, and says which are needed where there is none"
    tools = copy/'tools'
    tools.mkdir()
    path = f'PATH={quoted(tools)}:"$PATH"'
    def taken():
        said = [run(f'{path} .ci/environment .venv-none {o} which', copy) for o in ('demo', 'dev')]
        return tuple(Path(o.splitlines()[-1]).name for o in said)
    for name in ('python3', *(f'python{v}' for v in VERSIONS)): put(tools/name, (3, 9))
    for what in ('demo', 'test'):
        text = run(f'! {path} make -s -C {quoted(copy)} {what}')
        if 'dic needs Python 3.10 or later' not in text:
            raise Failed(f'with none that fits, make {what} says {text!r}')
    put(tools/'python3', (3, 13))
    put(tools/'other', (3, 11))
    script(tools/'uv', 'exit 1')
    got = dict(none=taken())
    script(tools/'uv', f'[ "$1 $2" = "python find" ] && echo {quoted(tools/"other")}')
    got |= dict(uv=taken())
    put(tools/'python3.10', (3, 10))
    got |= dict(older=taken())
    wanted = dict(none='python3', uv='other', older='python3.10')
    if got!={k: ('python3', v) for k, v in wanted.items()}:
        raise Failed(f'beside a python3 that is 3.13, .ci/environment takes {got} for demo and dev')

def lab(copy):
    "make lab serves the notebooks"
    (copy/'.venv').symlink_to(ROOT/'.venv')
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    options = (f'--no-browser --ip=127.0.0.1 --port={port} --ServerApp.port_retries=0 '
               '--IdentityProvider.token=ci')
    make = ['make', '-C', copy, '-o', '.venv/.installed', 'lab', f'LAB={options}']
    url = f'http://127.0.0.1:{port}/api/contents?token=ci'
    with open(copy/'lab.log', 'w') as log, subprocess.Popen(
            make, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True) as process:
        try: answer = _answer(process, url)
        finally:
            (copy/'.venv').unlink()
            with contextlib.suppress(ProcessLookupError): os.killpg(process.pid, signal.SIGKILL)
    there = {o['name'] for o in json.loads(answer)['content']} if answer else set()
    if not {'index.ipynb', 'train.ipynb'} <= there: raise Failed((copy/'lab.log').read_text())

def _answer(process, url):
    "What a server says once it is up; None where it ends, or is not up within two minutes"
    end = time.monotonic()+120
    while process.poll() is None and time.monotonic()<end:
        time.sleep(.5)
        with contextlib.suppress(OSError): return urllib.request.urlopen(url, timeout=30).read()
    return None
