"""The shipped networks → `docs/contact-sheet.svg`: their diagrams on one page, each scaled to its
place, with its name.

``python docs/contact_sheet.py [FILE]``. The diagrams are those that ``archspec draw`` makes by
default.
"""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path
from typing import NamedTuple

import archspec
from archspec.diagrams.making import draw
from archspec.diagrams.options import Options

NETWORKS = [
    "lenet5", "alexnet", "vgg@D", "googlenet", "inception10", "xception",
    "resnet@resnet18", "resnet@resnet50", "resnet@resnet152", "resnet_cifar10", "vgg_cifar10",
    "efficientnet@B0",
    "keras/resnet_v2@ResNet50V2", "keras/densenet@DenseNet121", "keras/mobilenet@MobileNet",
    "keras/mobilenet_v2@MobileNetV2", "keras/mobilenet_v3@MobileNetV3Large",
    "keras/efficientnet@EfficientNetB7",
    "keras/inception_v3@InceptionV3", "keras/inception_resnet_v2@InceptionResNetV2",
    "keras/nasnet@NASNetLarge", "keras/xception@Xception",
    "keras/convnext@ConvNeXtTiny", "keras/efficientnet_v2@EfficientNetV2S",
]  # fmt: skip
COLUMNS = 6
WIDTH, HEIGHT, GAP, HEAD = 220, 400, 14, 18
"""Points across and down of a place, between places, and for a name."""

SIZE = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')
LONG = re.compile(r"-?\d+\.\d{2,}")


class Figure(NamedTuple):
    """A diagram's size in points and what is inside its ``svg``."""

    width: float
    height: float
    body: str


def figure(name: str) -> Figure:
    """The diagram of a network without what only a page of its own needs: tooltips, ids, a
    style.
    """
    text = draw(archspec.compile(name), "svg", Options(theme="light")).decode()
    size = SIZE.search(text)
    if size is None:
        sys.exit(f"the picture of {name} says no size")
    body = text[text.index(">", size.end()) + 1 : text.rindex("</svg>")]
    body = re.sub(r"<title>.*?</title>\n?|\n", "", body, flags=re.DOTALL)
    body = re.sub(r' (?:id|xml:space)="[^"]*"', "", body)
    body = LONG.sub(lambda number: f"{float(number[0]):.1f}", body)
    return Figure(float(size[1]), float(size[2]), body)


def placed(name: str, number: int) -> str:
    """A network in its place on the sheet."""
    one = figure(name)
    scale = min(WIDTH / one.width, HEIGHT / one.height)
    x = GAP + number % COLUMNS * (WIDTH + GAP)
    y = GAP + number // COLUMNS * (HEIGHT + HEAD + GAP)
    middle = x + WIDTH / 2
    words = (
        f'<text x="{middle:g}" y="{y + 12:g}" text-anchor="middle" font-family="Arial"'
        f' font-size="11" font-weight="bold">{escape(name)}</text>'
    )
    left = x + (WIDTH - one.width * scale) / 2
    return (
        f'{words}\n<g transform="translate({left:.1f} {y + HEAD:g})'
        f' scale({scale:.4f})">{one.body}</g>\n'
    )


def sheet(names: list[str]) -> str:
    """The whole SVG."""
    rows = -(-len(names) // COLUMNS)
    across, down = GAP + COLUMNS * (WIDTH + GAP), GAP + rows * (HEIGHT + HEAD + GAP)
    every = "".join(placed(name, number) for number, name in enumerate(names))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}pt" height="{down}pt" viewBox="0 0'
        f' {across} {down}">'
    )
    return f'{head}\n<rect width="100%" height="100%" fill="#FFFFFF"/>\n{every}</svg>\n'


if __name__ == "__main__":
    target = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_name("contact-sheet.svg")
    target.write_text(sheet(NETWORKS), encoding="utf-8")
    print(f"wrote {target}, {target.stat().st_size / 1000:.0f} kB")  # noqa: T201
