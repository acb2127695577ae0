#!/usr/bin/env python3
"""nbs/inspect.ipynb in a headless Chromium, through JupyterLab and through Voilà.

A line for each check, and last how many passed and failed; two screenshots stay in _proc/.
"""

import base64, contextlib, io, os, shutil, signal, socket, subprocess, sys, tempfile, time, traceback
from pathlib import Path
from urllib.parse import urlsplit

import cv2, numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT, BIN = Path(__file__).resolve().parents[1], Path(sys.executable).parent
CHROMIUM = next(
    filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None
)
OUT, LIMIT = (
    Path(sys.argv[1] if sys.argv[1:] else ROOT / '_proc'),
    90_000,
)  # ms to wait for anything
HOME = ('127.0.0.1', 'localhost')


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def served(command, port, folder):
    "A server while it is needed, with settings of its own and this tree's package"
    env = {
        **os.environ,
        'PYTHONPATH': str(ROOT),
        'TF_CPP_MIN_LOG_LEVEL': '3',
        'JUPYTERLAB_SETTINGS_DIR': str(folder / 'settings'),
        **{
            k: str(folder / k.lower())
            for k in (
                'JUPYTER_CONFIG_DIR',
                'JUPYTER_RUNTIME_DIR',
                'JUPYTERLAB_WORKSPACES_DIR',
                'IPYTHONDIR',
            )
        },
    }
    for k in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'IN_TEST'):
        env.pop(k, None)
    with (
        open(folder / 'server.log', 'w+') as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            end = time.monotonic() + LIMIT / 1000
            while process.poll() is None and time.monotonic() < end:
                try:
                    socket.create_connection(('127.0.0.1', port)).close()
                    break
                except OSError:
                    time.sleep(0.3)
            else:
                raise RuntimeError(f'{command}:\n{(folder / "server.log").read_text()[-3000:]}')
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # it may have ended by itself
            process.wait()


def photos(folder):
    "Good and bad files to upload, by name"
    import skimage

    x = np.array(Image.open(Path(skimage.__file__).parent / 'data/coffee.png'))[100:300, 150:450]

    def saved(name, kind, a):
        f = io.BytesIO()
        Image.fromarray(a).save(f, kind)
        (folder / name).write_bytes(f.getvalue())

    saved('good.png', 'PNG', x)
    saved('dot.png', 'PNG', x[:1, :1])
    saved('cut.jpg', 'JPEG', x)
    saved('clear.png', 'PNG', np.dstack([x, np.full(x.shape[:2], 99, np.uint8)]))
    (folder / 'cut.jpg').write_bytes((folder / 'cut.jpg').read_bytes()[:2500])
    (folder / 'notes.txt').write_text('not a picture')
    cv2.imwrite(str(folder / 'deep.png'), x[..., ::-1].astype(np.uint16) * 257)
    return x


def quiet(folder):
    "JupyterLab asks nobody for news"
    path = folder / 'settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings'
    path.parent.mkdir(parents=True)
    path.write_text('{"fetchNews": "false", "checkForUpdates": false}')


class Page:
    "The inspector in a page, and what is done with it there"

    def __init__(self, page, folder):
        self.page, self.folder, self.said, self.left = page, folder, [], []
        page.set_default_timeout(LIMIT)
        page.on(
            'console',
            lambda m: (
                self.said.append(f'{m.text} ({m.location.get("url", "")})')
                if m.type == 'error'
                else None
            ),
        )
        page.on('pageerror', lambda e: self.said.append(str(e)))
        for kind in ('request', 'websocket'):
            page.on(
                kind,
                lambda r: (
                    self.left.append(r.url)
                    if r.url.startswith(('http', 'ws')) and urlsplit(r.url).hostname not in HOME
                    else None
                ),
            )

    def idle(self):
        "Until the worker is; what it says"
        self.page.wait_for_selector('.dic-say [data-busy=false]')
        return self.page.locator('.dic-say [data-busy]').inner_text()

    def until(self, text, role='status'):
        self.page.locator(f'.dic-say [role={role}][data-busy=false]', has_text=text).wait_for()

    def fact(self, side, name):
        return (
            self.page.locator(f'.dic-view .dic-side[data-side="{side}"] [data-fact="{name}"]')
            .first.filter(has_not_text='…')
            .inner_text()
            .split()[0]
        )

    def name(self, side):
        return self.page.locator(f'.dic-view .dic-side[data-side="{side}"] b').first.inner_text()

    def zoom(self):
        return float(self.page.locator('.dic-zoom').first.inner_text().split()[0])

    def canvas(self):
        return self.page.locator('.dic-view canvas').first

    def pixels(self):
        "What the canvas shows, uint8 [height, width, 3]"
        data = self.canvas().evaluate("c => c.toDataURL('image/png').split(',')[1]")
        return np.array(Image.open(io.BytesIO(base64.b64decode(data))).convert('RGB'))

    def wipe_to(self, share):
        "Drag the handle, from wherever it is"
        box, handle = (
            self.canvas().bounding_box(),
            self.page.get_by_role('slider', name='Wipe').first.bounding_box(),
        )
        y = box['y'] + box['height'] / 3
        self.page.mouse.move(min(handle['x'] + handle['width'] / 2, box['x'] + box['width'] - 2), y)
        self.page.mouse.down()
        self.page.mouse.move(box['x'] + share * box['width'], y, steps=4)
        self.page.mouse.up()

    def saved(self, label):
        "The file that a button gives"
        with self.page.expect_download() as d:
            self.page.get_by_role('button', name=label).first.click()
        path = self.folder / d.value.suggested_filename
        d.value.save_as(path)
        return path


def moves(p):
    "moving the quality slider re-encodes, and the page shows the new bpp"
    p.idle()
    before, slider = float(p.fact(0, 'bpp')), p.page.locator('.noUi-handle').first
    slider.focus()
    for _ in range(8):
        slider.press('ArrowRight')
    p.page.locator('.dic-side[data-side="0"] b', has_text='quality 24').first.wait_for()
    p.until('quality 24')
    assert float(p.fact(0, 'bpp')) > before and p.name(0) == 'dic swift, quality 24', (
        before,
        p.fact(0, 'bpp'),
        p.name(0),
    )


def compares(p):
    "the wipe can be dragged and moved by keys; modes, wheel, pan and keys work"
    page, handle = p.page, p.page.get_by_role('slider', name='Wipe').first
    at, box = lambda: int(handle.get_attribute('aria-valuenow')), p.canvas().bounding_box()
    y = box['y'] + box['height'] / 3
    p.wipe_to(0.25)
    assert abs(at() - 25) <= 1, at()
    handle.press('ArrowRight')
    assert abs(at() - 27) <= 1, at()
    fit, old = p.zoom(), p.pixels()
    page.mouse.move(box['x'] + box['width'] / 2, y)
    for _ in range(5):
        page.mouse.wheel(0, -150)
    page.wait_for_function(
        f"() => parseFloat(document.querySelector('.dic-zoom').textContent) > {4 * fit}"
    )
    zoomed = p.pixels()
    assert (zoomed != old).any() and p.zoom() > 200
    page.mouse.down()
    page.mouse.move(box['x'] + box['width'] / 2 + 90, y + 20, steps=4)
    page.mouse.up()
    assert (p.pixels() != zoomed).any()
    for key, mode in (('2', 'Side by side'), ('3', 'Flicker'), ('1', 'Wipe')):
        p.canvas().press(key)
        assert (
            page.get_by_role('button', name=mode).first.get_attribute('aria-pressed') == 'true'
        ), mode
    p.canvas().press('0')
    assert p.zoom() == fit


def uploads(p):
    "a PNG is uploaded, and both of its sides are there"
    p.page.locator('.dic-file input').first.set_input_files(str(p.folder / 'good.png'))
    p.until('good.png: dic swift')
    assert p.fact(0, 'MS-SSIM') != 'undefined' and p.name(1), (p.fact(0, 'MS-SSIM'), p.name(1))


def downloads(p):
    "What is saved, what is shown and what dic.analysis measures are the same picture and numbers"
    from dic import analysis, coding
    from dic.images import read_image

    stream, png = p.saved('Save the .tfci'), p.saved('Save its PNG')
    data, original = stream.read_bytes(), read_image(p.folder / 'good.png')
    image = coding.decompress(data)
    assert stream.name == 'good.png.tfci' and (read_image(png) == image).all()
    row = analysis.compare(original, image, len(data))
    shown = [p.fact(0, k) for k in ('bpp', 'dB PSNR', 'MS-SSIM', 'bytes')]
    assert shown == [
        f'{row["bpp"]:.4f}',
        f'{row["psnr"]:.2f}',
        f'{row["ms_ssim"]:.4f}',
        f'{len(data):,}',
    ], (shown, row)
    p.page.get_by_role('button', name='Actual pixels').first.click()
    p.wipe_to(1)
    h, w = image.shape[:2]
    seen = p.pixels()
    top, left = (int(n / 2 - k / 2 + 0.5) for n, k in zip(seen.shape, (h, w)))
    assert (seen[top : top + h, left : left + w] == image).all(), (
        'what the canvas shows at 100 % is not the decoded picture'
    )
    p.canvas().press('0')
    p.wipe_to(0.5)


def refuses(p):
    "bad input is a line in the page, odd input is told of, and the rest still works"
    send = lambda name: p.page.locator('.dic-file input').first.set_input_files(
        str(p.folder / name)
    )
    for name, text in (
        ('notes.txt', 'is not a supported picture'),
        ('cut.jpg', 'broken or truncated'),
    ):
        send(name)
        p.until(text, 'alert')
    for name, text in (
        ('dot.png', 'too small for MS-SSIM'),
        ('deep.png', '16-bit'),
        ('clear.png', 'alpha over white'),
    ):
        send(name)
        p.until(f'{name}, {text}' if name != 'clear.png' else text)
    p.page.get_by_label('Picture', exact=True).first.select_option('coffee.png')
    p.until('coffee.png: dic swift')


def panels(p):
    "every panel draws, and a click on the curve shows that reconstruction"
    for name in ('Errors', 'Bits', 'Latents'):
        p.page.locator('.dic-tabs').get_by_role('button', name=name).click()
        p.page.wait_for_selector(f'img[alt^="{name} of dic swift"]')
        p.idle()
    p.page.locator('.dic-tabs').get_by_role('button', name='Curves').click()
    p.until('coffee.png: dic swift')
    p.page.locator('circle[aria-label^="JPEG"]').nth(2).click()
    p.page.locator('.dic-side[data-side="1"] b', has_text='JPEG 4:2:0, quality').first.wait_for()
    p.page.locator('.dic-tabs').get_by_role('button', name='Pictures').click()
    p.page.locator('.dic-side[data-side="0"] b', has_text='quality 24').first.wait_for()
    p.idle()
    p.page.locator('.dic-page').evaluate('e => e.scrollIntoView()')


def silent(p):
    "no error in the console, and no request has left the machine"
    assert not p.said and not p.left, '\n'.join([*p.said, *dict.fromkeys(p.left)])


def open_lab(p, port):
    "the notebook opens in JupyterLab and runs from top to bottom"
    p.page.goto(f'http://127.0.0.1:{port}/lab/tree/inspect.ipynb?reset')
    p.page.locator(
        '.jp-StatusBar-TextItem, .jp-StatusBar-GroupItem', has_text='| Idle'
    ).first.wait_for()
    p.page.locator('.jp-MenuBar, .lm-MenuBar').first.get_by_text('Run', exact=True).click()
    p.page.locator('.lm-Menu-item', has_text='Run All Cells').first.click()
    p.page.locator('.dic-say').wait_for()
    p.idle()


def open_voila(p, port):
    "the notebook opens as a page, without code"
    p.page.goto(f'http://127.0.0.1:{port}/')
    p.page.locator('.dic-say').wait_for()
    p.idle()
    assert (
        not p.page.locator('.jp-CodeMirrorEditor, .jp-InputArea-editor').count()
        and 'import' not in p.page.locator('body').inner_text()
    )


def check(where, step, *args):
    "Do one check and tell; whether it passed"
    start, error = time.monotonic(), ''
    try:
        step(*args)
    except Exception:
        error = f'\n{traceback.format_exc()}'
    print(
        f'{"FAILED" if error else "ok":6} {time.monotonic() - start:4.0f} s  {where}: {step.__doc__}{error}',
        flush=True,
    )
    return not error


def main():
    if not CHROMIUM:
        print('there is no Chromium: apt-get install chromium\n0 passed, 1 failed')
        return 1
    sys.path.insert(0, str(ROOT))
    OUT.mkdir(parents=True, exist_ok=True)
    passed = []
    with (
        tempfile.TemporaryDirectory(prefix='dic-', ignore_cleanup_errors=True) as tmp,
        sync_playwright() as play,
    ):
        folder, port = Path(tmp), free_port()
        photos(folder)
        quiet(folder)
        (folder / 'nbs').mkdir()
        shutil.copy(ROOT / 'nbs/inspect.ipynb', folder / 'nbs')
        lab = [
            BIN / 'jupyter-lab',
            '--no-browser',
            '--allow-root',
            '--ip=127.0.0.1',
            f'--port={port}',
            '--ServerApp.port_retries=0',
            '--IdentityProvider.token=',
            '--ServerApp.disable_check_xsrf=True',
            f'--ServerApp.root_dir={folder / "nbs"}',
            '--LabApp.news_url=None',
            '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
        ]
        app = ['make', '-o', '.venv/.installed', 'inspect', f'VOILA=--no-browser --port={port}']
        browser = play.chromium.launch(executable_path=CHROMIUM, args=['--no-sandbox'])
        for where, command, step in (('JupyterLab', lab, open_lab), ('Voilà', app, open_voila)):
            page = Page(
                browser.new_page(viewport=dict(width=1280, height=900), accept_downloads=True),
                folder,
            )
            with served(command, port, folder):
                passed.append(check(where, step, page, port))
                passed += [
                    check(where, s, page)
                    for s in (
                        (moves, compares, uploads, downloads, refuses, panels, silent)
                        if passed[-1]
                        else ()
                    )
                ]
                page.page.screenshot(path=OUT / f'inspect-{where.lower().replace("à", "a")}.png')
                page.page.close()
        browser.close()
    print(f'{sum(passed)} passed, {len(passed) - sum(passed)} failed')
    return not (all(passed) and len(passed) == 16)


if __name__ == '__main__':
    sys.exit(main())
