#!/usr/bin/env python3
"""Render the demo's illustrations: pictures/src/*.svg -> pictures/*.jpg.

Usage: demo/pictures/make.py [--check] [NAME ...]

Each scene is a plain SVG with viewBox 0 0 1600 1067. Chromium draws it, a fine grain is laid over it (the
same for every picture, so that they look like one hand), and Pillow saves a progressive JPEG of at most
120 kB: the quality starts at 82 and goes down until the file fits. Without names, only pictures older than
their scene are drawn. `--check` draws nothing and fails when a scene has no picture, or a picture no scene.

Needs Debian's chromium and Pillow. It is run by hand when a scene changes; the JPEGs are committed, so
building Gaceta needs neither.
"""

import io
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT = 1600, 1067
MOST_BYTES = 120_000
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--force-device-scale-factor=1",
]
# The seed is fixed: the same scene gives the same picture.
PAGE = """<!doctype html><meta charset="utf-8"><style>html,body{{margin:0;background:#000}}
svg{{display:block;position:absolute;left:0;top:0}}#grain{{mix-blend-mode:soft-light;opacity:.2}}</style>
{scene}
<svg id="grain" width="1600" height="1067" viewBox="0 0 1600 1067"><filter id="g" x="0" y="0" width="1" height="1">
<feTurbulence type="fractalNoise" baseFrequency=".42" numOctaves="2" seed="7"/>
<feColorMatrix type="matrix" values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  1.6 0 0 0 -.45"/></filter>
<rect width="1600" height="1067" filter="url(#g)"/></svg>"""


def draw(scene: pathlib.Path, scratch: pathlib.Path) -> Image.Image:
    page, shot = scratch / "page.html", scratch / "shot.png"
    page.write_text(PAGE.format(scene=scene.read_text("utf-8")), "utf-8")
    shot.unlink(missing_ok=True)
    # The window is taller than the picture: headless Chromium keeps some of the height for itself.
    subprocess.run(
        ["chromium", *FLAGS, f"--user-data-dir={scratch / 'profile'}", f"--window-size={WIDTH},{HEIGHT + 200}",
         f"--screenshot={shot}", page.as_uri()],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
    )
    with Image.open(shot) as image:
        return image.convert("RGB").crop((0, 0, WIDTH, HEIGHT))


def save(image: Image.Image, target: pathlib.Path) -> str:
    for quality in range(82, 40, -3):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, progressive=True, optimize=True)
        if out.tell() <= MOST_BYTES:
            target.write_bytes(out.getvalue())
            return f"{target.name}: quality {quality}, {out.tell():,} bytes"
    raise SystemExit(f"{target.name}: does not fit in {MOST_BYTES:,} bytes")


def main(args: list[str]) -> None:
    scenes = {path.stem: path for path in sorted((HERE / "src").glob("*.svg"))}
    if "--check" in args:
        pictures = {path.stem for path in HERE.glob("*.jpg")}
        if lone := sorted(pictures ^ set(scenes)):
            raise SystemExit("scene without picture, or picture without scene: " + ", ".join(lone))
        return
    with tempfile.TemporaryDirectory() as scratch:
        for name in args or scenes:
            scene, target = scenes[name], HERE / f"{name}.jpg"
            fresh = target.exists() and target.stat().st_mtime >= scene.stat().st_mtime
            if args or not fresh:
                print(save(draw(scene, pathlib.Path(scratch)), target), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
