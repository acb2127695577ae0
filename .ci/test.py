#!/usr/bin/env python3
"Every check of the project, a line for each, and last how many passed and failed. It changes nothing in the working tree."
import contextlib, importlib.util, io, json, os, re, shlex, shutil, signal, socket, subprocess, sys
import tempfile, time, traceback, urllib.request, zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT, BIN = Path(__file__).resolve().parents[1], Path(sys.executable).parent
CORES = len(os.sched_getaffinity(0))
WORKERS = min(CORES, 4)
LEFT_OUT = shutil.ignore_patterns('.git', '.venv*', 'data', 'build', 'dist', '*.egg-info', '_runs',
                                  '_proc', '__pycache__', '.ipynb_checkpoints')
TRAINS = importlib.util.find_spec('tensorflow') is not None
NO_TRAINING = 'needs TensorFlow'
LEFT = ('Left out above is what needs TensorFlow: it runs on Python 3.10 and 3.11, this is {}, '
        'and neither could be had; put python3.11 on the PATH, then make clean')
TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(["sh", "-c", "stty rows 25 cols 100; "+sys.argv[1]])))'

class Failed(Exception): "What is wrong, for the person who reads the log"
class Skipped(Exception): "Why a check cannot be done here"

def run(command, cwd=ROOT, terminal=False, threads=CORES, limit=900):
    "What a shell command writes, redirected or on a pseudo-terminal; `Failed` if it fails or takes longer than `limit` seconds"
    env = {**os.environ, 'PATH': f'{BIN}{os.pathsep}{os.environ["PATH"]}', 'TF_CPP_MIN_LOG_LEVEL': '3',
           **dict.fromkeys(('OMP_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'), str(threads))}
    args = [sys.executable, '-c', TERMINAL, command] if terminal else ['sh', '-c', command]
    with tempfile.TemporaryFile() as file:
        process = subprocess.Popen(args, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)
        try: code = process.wait(limit)
        except subprocess.TimeoutExpired: code = f'none within {limit} s'
        finally:
            if process.poll() is None: os.killpg(process.pid, signal.SIGKILL)
        file.seek(0)
        text = file.read().decode(errors='replace')
    if code!=0: raise Failed(f'{command}: exit code {code}\n{text}')
    return text

def contents(root, pattern): return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob(pattern) if p.is_file() and '__pycache__' not in p.parts}

def differing(old, new): return sorted(k for k in old.keys()|new.keys() if old.get(k)!=new.get(k))

def exported(copy):
    "Exporting the notebooks to an empty dic/ gives the dic/ that is there"
    for p in (copy/'dic').rglob('*.py'): p.unlink()
    run('nbdev_export', copy)
    if bad := differing(contents(ROOT/'dic', '*.py'), contents(copy/'dic', '*.py')): raise Failed(f'dic/ is not what nbdev_export makes of nbs/: {", ".join(bad)}')

def clean(copy):
    "nbdev_clean finds nothing to do"
    old = contents(copy/'nbs', '*.ipynb')
    run('nbdev_clean', copy)
    if bad := differing(old, contents(copy/'nbs', '*.ipynb')): raise Failed(f'nbdev_clean has something to do in {", ".join(bad)}')

def wheel(copy):
    "A built wheel holds all of dic/, and `import dic` from it brings no TensorFlow along"
    run('pip wheel -q --no-deps --no-build-isolation -w wheels .', copy)
    built, = (copy/'wheels').iterdir()
    held = zipfile.ZipFile(built).namelist()
    if bad := [o for o in contents(ROOT/'dic', '*') if f'dic/{o}' not in held]: raise Failed(f'not in the wheel: {", ".join(bad)}')
    run(f'pip install -q --no-deps --target site {built}', copy)
    code = 'import sys, dic; sys.exit(not dic.__file__.startswith(sys.argv[1]) or "tensorflow" in sys.modules)'
    run(shlex.join([sys.executable, '-c', code, str(copy/'site')]), copy/'site')           # a `-c` program looks in its folder first

def readme(copy):
    "README.md is what nbs/index.ipynb renders to"
    run('python .ci/readme.py --check')

VERSIONS = '3.10', '3.11', '3.12', '3.13', '3.14'
LARGEST = 250 # MB that an environment may take which only codes

def interpreter(version):
    "A Python that can make environments, on the PATH or among pyenv's; None where there is none"
    pyenv = Path(os.environ.get('PYENV_ROOT', Path.home()/'.pyenv'))/'versions'
    for o in (f'python{version}', *sorted(pyenv.glob(f'{version}.*/bin/python{version}'))):
        with contextlib.suppress(OSError):
            done = subprocess.run([o, '-c', 'import venv'], capture_output=True)
            if done.returncode==0: return o
    return None

def fenced(section, language=''):
    "The blocks of code in a section of the README"
    text = (ROOT/'README.md').read_text(encoding='utf-8')
    text = text.split(f'\n## {section}\n')[1].split('\n## ')[0]
    return '\n'.join(re.findall(rf'^```{language}\n(.*?)^```', text, re.M|re.S))

def quoted(*words): return ' '.join(shlex.quote(str(o)) for o in words)

def photograph():
    "One that scikit-image carries; it is not imported"
    return Path(importlib.util.find_spec('skimage').origin).parent/'data/coffee.png'

def installed(python, built, env):
    "Make an environment of a wheel and what that needs; its size in MB"
    run(quoted(python, '-m', 'venv', '--without-pip', env))
    options = '-q --disable-pip-version-check'
    run(f'pip --python {quoted(env/"bin/python")} install {options} {quoted(built)}')
    return sum(p.stat().st_size for p in env.rglob('*') if p.is_file() and not p.is_symlink())/1e6

ABSENT = 'tensorflow pandas scipy matplotlib fastcore'
GOLDEN = 'import sys; from dic.coding.codec import latents_of; [latents_of(open(p, "rb").read()) for p in sys.argv[1:]]'
FOUND = 'import importlib.util, sys; sys.exit(any(map(importlib.util.find_spec, sys.argv[1:])))'

def base(version, python, built, folder):
    "What the README types, in an environment from nothing, and the golden files with its release of ONNX Runtime; a line about it, and its size in MB"
    start, env, work = time.monotonic(), folder/f'env{version}', folder/f'work{version}'
    size = installed(python, built, env)
    work.mkdir()
    shutil.copy(photograph(), work/'photo.png')
    (work/'lines.sh').write_text(fenced('On the command line'))
    (work/'lines.py').write_text(fenced('In Python', 'python'))
    alone = f'env -u PYTHONPATH PYTHONNOUSERSITE=1 PATH={quoted(env/"bin")}:"$PATH"'
    run(f'{alone} sh -e lines.sh && {alone} python lines.py', work)
    run(f'{alone} python -c {quoted(FOUND)} {ABSENT}', work)
    run(f'{alone} python -c {quoted(GOLDEN)} {quoted(*sorted((ROOT/"nbs/golden").glob("*.tfci")))}', work)
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
    "A Python that will do, or one that says it is another"
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
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); port = s.getsockname()[1]
    options = f'--no-browser --ip=127.0.0.1 --port={port} --ServerApp.port_retries=0 --IdentityProvider.token=ci'
    make = ['make', '-C', copy, '-o', '.venv/.installed', 'lab', f'LAB={options}']
    with open(copy/'lab.log', 'w+') as log, subprocess.Popen(make, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True) as process:
        try:
            answer, end = None, time.monotonic()+120
            while answer is None and process.poll() is None and time.monotonic()<end:
                time.sleep(.5)
                with contextlib.suppress(OSError): answer = urllib.request.urlopen(f'http://127.0.0.1:{port}/api/contents?token=ci', timeout=30).read()
        finally:
            (copy/'.venv').unlink()
            with contextlib.suppress(ProcessLookupError): os.killpg(process.pid, signal.SIGKILL)   # it may have ended by itself
    there = {o['name'] for o in json.loads(answer)['content']} if answer else set()
    if not {'index.ipynb', 'train.ipynb'} <= there: raise Failed((copy/'lab.log').read_text())

CHROMIUM = 'chromium', 'chromium-browser', 'google-chrome'

def browser(copy):
    "inspect.ipynb in a real browser, in JupyterLab and as a page"
    if not any(map(shutil.which, CHROMIUM)) and os.geteuid()==0 and shutil.which('apt-get'):
        with contextlib.suppress(Failed): run('apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium')
    if not any(map(shutil.which, CHROMIUM)): raise Skipped('there is no Chromium, and none can be installed here (Debian calls it chromium)')
    (copy/'.venv').symlink_to(ROOT/'.venv')
    pictures = Path(tempfile.gettempdir())/'dic-screenshots'
    try: run(f'python .ci/browser.py {shlex.quote(str(pictures))}', copy)
    finally: (copy/'.venv').unlink()
    print(f'              screenshots: {pictures}', flush=True)

def itself(copy):
    "A check that breaks is a check that failed, and the rest is done"
    def unable(): raise Skipped('why')
    with contextlib.redirect_stdout(io.StringIO()) as said: passed = [check('one', lambda: {}['key']), check('two', lambda: None), check('three', unable)]
    if passed!=[False, True, None] or "KeyError: 'key'" not in said.getvalue(): raise Failed(f'{passed} {said.getvalue()}')

def notebook(path):
    "A notebook's tests, in a process of their own, with the package beside it"
    command = f'PYTHONPATH={quoted(path.parents[1])} nbdev_test --path {path.name}'
    try: text = run(command, path.parent, threads=max(1, CORES//WORKERS))
    except Failed as e:
        if TRAINS or 'dic-codec[train]' not in str(e): raise
        raise Skipped(NO_TRAINING) from e
    if 'Success.' not in text: raise Failed(text)

def typed(copy):
    "papermill train.ipynb -p lambda 0.01 -p steps 20, in nbs/ on a terminal and from the root redirected, leaves its notebook in nbs/_runs"
    if not TRAINS: raise Skipped(NO_TRAINING)
    for cd, terminal in ('cd nbs && ', True), ('', False):
        run(f'{cd}papermill train.ipynb -p lambda 0.01 -p steps 20', copy, terminal)
        (copy/'nbs/_runs/train.ipynb').unlink(); shutil.rmtree(copy/'nbs/_runs')           # or the second would find the first's weights

def unchanged(before):
    "Nothing was left in the working tree"
    if left := sorted(listing()-before): raise Failed(f'left there: {", ".join(left)}')

def listing():
    "What is in the working tree, but for what the checks work with"
    apart = re.compile(r'(^|.*/)(\.git|__pycache__|\.venv[^/]*)(/|$)')
    names = (p.relative_to(ROOT).as_posix() for p in ROOT.rglob('*'))
    return {o for o in names if not apart.match(o)}

def check(name, what, *args, **kwargs):
    "Do one check and tell; whether it passed, None if it could not be done"
    start, error = time.monotonic(), ''
    try: what(*args, **kwargs)
    except Skipped as e: print(f'skip          {name}: {e}', flush=True); return None
    except Failed as e: error = f'\n{e}'
    except Exception: error = f'\n{traceback.format_exc()}'
    print(f'{"FAILED" if error else "ok":6} {time.monotonic()-start:4.0f} s  {name}{error}', flush=True)
    return not error

def main():
    for k in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL'): os.environ.pop(k, None)                       # of the make that runs this
    signal.signal(signal.SIGINT, signal.default_int_handler)    # off in the background, but tested
    before = listing()
    with tempfile.TemporaryDirectory(prefix='dic-') as tmp:
        spare, copy = (Path(shutil.copytree(ROOT, Path(tmp)/o/'dic', ignore=LEFT_OUT)) for o in ('spare', 'copy'))
        if (near := ROOT.parent/'shared').is_dir(): (copy.parent/'shared').symlink_to(near)         # where notebooks look for photographs
        first = itself, clean, exported, readme, pythons, lab, wheel, bases
        passed = [check(o.__doc__, o, spare) for o in first]
        notebooks = [p for p in sorted((copy/'nbs').rglob('*.ipynb'), reverse=True) if not any(o[0] in '_.' for o in p.relative_to(copy).parts)]
        jobs = [(typed.__doc__, typed, spare), (browser.__doc__, browser, spare), *((p.relative_to(copy), notebook, p) for p in notebooks)]
        with ThreadPoolExecutor(WORKERS) as pool: passed += pool.map(lambda job: check(*job), jobs)   # the long ones first
    passed.append(check(unchanged.__doc__, unchanged, before))
    if not TRAINS: print(LEFT.format(sys.version.split()[0]))
    print(', '.join(f'{passed.count(v)} {word}' for v, word in ((True, 'passed'), (False, 'failed'), (None, 'skipped')) if v is not None or None in passed))
    return False in passed

if __name__=='__main__': sys.exit(main())
