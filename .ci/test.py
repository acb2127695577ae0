#!/usr/bin/env python3
"The checks of the project, a line for each, and last how many passed; with --all also the slow ones."
import os, shutil, signal, sys, tempfile, time
from pathlib import Path

from executing import browser, notebooks, typed
from installing import bases, lab, pythons, wheel
from source import clean, density, exported, itself, links, names, readme
from tools import ROOT, TRAINS, Failed, check, left_out, listing

QUICK = itself, clean, exported, names, readme, links, density
SLOW = pythons, lab, wheel, bases, typed, browser
MINUTES = {False: 6, True: 20} # On two cores
LEFT = ('Left out above is what needs TensorFlow: it runs on Python 3.10 and 3.11, this is {}, '
        'and neither could be had; put python3.11 on the PATH, then make clean')

def unchanged(before):
    "Nothing was left in the working tree"
    if left := sorted(listing()-before): raise Failed(f'left there: {", ".join(left)}')

def copies(folder):
    "Make two copies of the tree, with `shared` beside them where it is beside the original."
    made = []
    for name in ('spare', 'copy'):
        made.append(Path(shutil.copytree(ROOT, folder/name/'dic', ignore=left_out)))
        if (near := ROOT.parent/'shared').is_dir(): (folder/name/'shared').symlink_to(near)
    return made

def main(everything):
    start, before = time.monotonic(), listing()
    print(f'About {MINUTES[everything]} minutes on two cores', flush=True)
    with tempfile.TemporaryDirectory(prefix='dic-') as tmp:
        spare, copy = copies(Path(tmp))
        passed = [check(o.__doc__, o, spare) for o in (*QUICK, *(SLOW if everything else ()))]
        passed += notebooks(copy/'nbs', ['check'] if everything else [])
    passed.append(check(unchanged.__doc__, unchanged, before))
    if not TRAINS: print(LEFT.format(sys.version.split()[0]))
    counts = {word: passed.count(v) for v, word in ((True, 'passed'), (False, 'failed'), (None, 'skipped'))}
    said = ', '.join(f'{n} {word}' for word, n in counts.items() if n or word!='skipped')
    minutes, seconds = divmod(round(time.monotonic()-start), 60)
    print(f'{said}, in {minutes}:{seconds:02}')
    return counts['failed']>0

if __name__=='__main__':
    for k in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL'): os.environ.pop(k, None) # of the make that runs this
    signal.signal(signal.SIGINT, signal.default_int_handler)               # off in the background, but tested
    sys.exit(main('--all' in sys.argv[1:]))
