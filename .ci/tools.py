"What the checks share: running commands, comparing trees, and how a check says that it failed."
import importlib.util, os, re, shlex, shutil, signal, subprocess, sys, tempfile, time, traceback
from pathlib import Path

ROOT, BIN = Path(__file__).resolve().parents[1], Path(sys.executable).parent
CORES = len(os.sched_getaffinity(0))
WORKERS = min(CORES, 4)
CACHE = ROOT/'.venv-cache' # What tests keep for the next time; make clean removes it
_APART = shutil.ignore_patterns('.git', '.venv*', 'build', 'dist', '*.egg-info', '_runs', '_proc',
                                '__pycache__', '.ipynb_checkpoints')
TRAINS = importlib.util.find_spec('tensorflow') is not None
TERMINAL = """
import os, pty, sys
command = 'stty rows 25 cols 100; '+sys.argv[1]
sys.exit(os.waitstatus_to_exitcode(pty.spawn(['sh', '-c', command])))
"""

class Failed(Exception): "What is wrong, for the person who reads the log"
class Skipped(Exception): "Why a check cannot be done here"

def environment(threads):
    "The variables that programs under test run with"
    counts = 'OMP_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'
    own = dict(PATH=f'{BIN}{os.pathsep}{os.environ["PATH"]}', TF_CPP_MIN_LOG_LEVEL='3',
               XDG_CACHE_HOME=str(CACHE))
    return {**os.environ, **own, **dict.fromkeys(counts, str(threads))}

def run(
    command,         # For a shell
    cwd=ROOT,
    terminal=False,  # Whether it runs on a pseudo-terminal
    threads=CORES,
    limit=900,       # Seconds
):
    "Give what a command writes. Raise `Failed` where it fails or takes too long."
    args = [sys.executable, '-c', TERMINAL, command] if terminal else ['sh', '-c', command]
    with tempfile.TemporaryFile() as file:
        process = subprocess.Popen(
            args, cwd=cwd, env=environment(threads), stdin=subprocess.DEVNULL,
            stdout=file, stderr=file, start_new_session=True)
        try: code = process.wait(limit)
        except subprocess.TimeoutExpired: code = f'none within {limit} s'
        finally:
            if process.poll() is None: os.killpg(process.pid, signal.SIGKILL)
        file.seek(0)
        text = file.read().decode(errors='replace')
    if code!=0: raise Failed(f'{command}: exit code {code}\n{text}')
    return text

def quoted(*words): return ' '.join(shlex.quote(str(o)) for o in words)

def left_out(folder, names):
    "Say what of a folder no copy of the tree needs, for `shutil.copytree`."
    return _APART(folder, names) | ({'data'} if Path(folder)==ROOT else set())

def contents(root, pattern):
    "The files of a tree, by name"
    found = (p for p in root.rglob(pattern) if p.is_file() and '__pycache__' not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found}

def differing(old, new): return sorted(k for k in old.keys()|new.keys() if old.get(k)!=new.get(k))

def listing():
    "What is in the working tree, but for what the checks work with"
    apart = re.compile(r'(^|.*/)(\.git|__pycache__|\.venv[^/]*)(/|$)')
    names = (p.relative_to(ROOT).as_posix() for p in ROOT.rglob('*'))
    return {o for o in names if not apart.match(o)}

def check(name, what, *args):
    "Do one check and tell of it: whether it passed, None if it could not be done."
    start, error, seconds = time.monotonic(), '', None
    try: seconds = what(*args)    # of its own, if it was done elsewhere
    except Skipped as e:
        print(f'skip          {name}: {e}', flush=True)
        return None
    except Failed as e: error = f'\n{e}'
    except Exception: error = f'\n{traceback.format_exc()}'
    if seconds is None: seconds = time.monotonic()-start
    print(f'{"FAILED" if error else "ok":6} {seconds:4.0f} s  {name}{error}', flush=True)
    return not error
