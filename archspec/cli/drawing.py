"""The options of everything that draws, and what they say of a diagram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from archspec.cli.options import options, text
from archspec.diagrams.options import DIRECTIONS, LEVELS, RENDERERS, THEMES, Options

DRAWING = options(
    click.option(
        "--direction",
        type=click.Choice(DIRECTIONS),
        help="Top to bottom or left to right.  [default: whichever fits better]",
    ),
    click.option(
        "--theme",
        type=click.Choice(THEMES),
        help="Light, dark, or auto: the reader's setting.  [default: auto in SVG, else light]",
    ),
    click.option(
        "--title",
        type=text,
        metavar="TEXT",
        help="The title of the picture.  [default: the network's name]",
    ),
    click.option(
        "--detail",
        type=click.Choice(LEVELS),
        help="The level of detail.  [default: the deepest that fits 40 boxes and a page]",
    ),
    click.option(
        "--expand",
        type=text,
        multiple=True,
        metavar="NAME",
        help="Show the layers of this group or block. May be repeated.",
    ),
    click.option(
        "--collapse",
        type=text,
        multiple=True,
        metavar="NAME",
        help="Draw this group or block as one card. May be repeated.",
    ),
    click.option(
        "--dpi",
        type=click.IntRange(36, 1200),
        metavar="N",
        help="The resolution of a PNG in dots per inch.  [default: 192]",
    ),
    click.option(
        "--renderer",
        type=click.Choice(RENDERERS),
        help="The renderer that comes with archspec, or Graphviz's own.",
    ),
)


def drawing_options(values: Mapping[str, Any]) -> Options:
    """What the options of `DRAWING` say, from the values of a command's options."""
    return Options(**{name: values[name] for name in Options._fields})
