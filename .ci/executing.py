"Checks that run notebooks."
import contextlib, multiprocessing, os, shlex, shutil, sys, tempfile

from tools import CORES, ROOT, TRAINS, WORKERS, Failed, Skipped, check, environment, run

NO_TRAINING = 'needs TensorFlow'
LIMIT = 1200 # Seconds to wait for a notebook
FIRST = '09_', '07_', '03_', '02_', '06_' # The long ones, so that no core waits for the last

def notebooks(folder, flags):
    "Test every notebook of a folder in a few processes, each of which starts TensorFlow once."
    paths = [p for p in sorted(folder.glob('*.ipynb')) if p.name[0] not in '_.']
    paths.sort(key=lambda p: [not p.name.startswith(o) for o in FIRST])
    os.environ.update(environment(max(1, CORES//WORKERS)))
    os.environ['PYTHONPATH'] = str(folder.parent)
    with multiprocessing.get_context('spawn').Pool(WORKERS, _begin) as pool: # killed at the end
        done = [(p, pool.apply_async(_tested, (p, flags))) for p in paths]
        return [check(p.relative_to(folder.parent), _passed, job) for p, job in done]

def _begin():
    "Let bars lock threads alone; the lock for processes would outlive one that is killed"
    import threading, tqdm
    tqdm.tqdm.set_lock(threading.RLock())

def _tested(path, flags):
    "Run the tests of one notebook; whether they passed, and what was said"
    from nbdev.config import get_config
    from nbdev.test import test_nb
    os.chdir(path.parent)
    before = dict(os.environ)
    with tempfile.TemporaryFile('w+', errors='replace') as said, _redirected(said):
        skipped = get_config().tst_flags.split()
        passed, seconds = test_nb(path, skipped, flags, basepath=get_config().config_path)
        said.flush()
        said.seek(0)
        text = said.read()
    os.environ.clear()
    os.environ.update(before)
    return passed, seconds, text

@contextlib.contextmanager
def _redirected(file):
    "Everything that the process writes goes to a file, also what its libraries and children write"
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    for n in (1, 2): os.dup2(file.fileno(), n)
    try: yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for n, old in zip((1, 2), kept):
            os.dup2(old, n)
            os.close(old)

def _passed(job):
    "Seconds that a notebook took; raise what is wrong"
    passed, seconds, text = job.get(LIMIT)
    if passed: return seconds
    if not TRAINS and 'dic-codec[train]' in text: raise Skipped(NO_TRAINING)
    raise Failed(text)

def typed(copy):
    "papermill train.ipynb -p lambda 0.01 -p steps 20 leaves its notebook in nbs/_runs"
    if not TRAINS: raise Skipped(NO_TRAINING)
    for cd, terminal in ('cd nbs && ', True), ('', False):
        run(f'{cd}papermill train.ipynb -p lambda 0.01 -p steps 20', copy, terminal)
        (copy/'nbs/_runs/train.ipynb').unlink()
        shutil.rmtree(copy/'nbs/_runs')     # or the second would find the first's weights

CHROMIUM = 'chromium', 'chromium-browser', 'google-chrome'
INSTALL = 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium'

def browser(copy):
    "inspect.ipynb in a real browser, in JupyterLab and as a page"
    if not any(map(shutil.which, CHROMIUM)) and os.environ.get('CI'):
        with contextlib.suppress(Failed): run(INSTALL)
    if not any(map(shutil.which, CHROMIUM)):
        raise Skipped('there is no Chromium (Debian calls it chromium); with CI=1 it is installed')
    (copy/'.venv').symlink_to(ROOT/'.venv')
    try: run(f'python .ci/browser.py {shlex.quote(str(copy/"_proc"))}', copy)
    finally: (copy/'.venv').unlink()
