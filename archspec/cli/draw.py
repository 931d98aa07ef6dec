"""`archspec draw`: a spec in, its diagram out. No Keras is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, SPEC, Compiling, compile_spec, need_ending, options
from archspec.compiler import Compiler
from archspec.diagrams.options import (
    DIRECTIONS,
    FORMATS,
    LEVELS,
    RENDERERS,
    THEMES,
    DrawingError,
    Options,
)
from archspec.files import check_target, whole_file
from archspec.graph import Graph
from archspec.spelling import file_name

DRAWING = options(
    click.option(
        "--direction",
        type=click.Choice(DIRECTIONS),
        help="Top to bottom or left to right.  [default: what fits better]",
    ),
    click.option(
        "--theme",
        type=click.Choice(THEMES),
        help="The page; auto follows the reader's.  [default: auto in SVG, else light]",
    ),
    click.option("--title", metavar="TEXT", help="The title.  [default: the network's name]"),
    click.option(
        "--detail",
        type=click.Choice(LEVELS),
        help="How much is shown.  [default: what 40 boxes and a page hold]",
    ),
    click.option(
        "--expand",
        multiple=True,
        metavar="NAME",
        help="Show what is in this group or block. May be repeated.",
    ),
    click.option(
        "--collapse",
        multiple=True,
        metavar="NAME",
        help="Show this group or block as one card. May be repeated.",
    ),
    click.option(
        "--dpi",
        type=click.IntRange(36, 1200),
        metavar="N",
        help="Dots to an inch of a PNG.  [default: 192]",
    ),
    click.option(
        "--renderer",
        type=click.Choice(RENDERERS),
        help="The renderer that comes with archspec, or Graphviz's own.",
    ),
)
"""The options of everything that draws; `drawing_options` takes them out of a command's
parameters.
"""


def drawing_options(given: Mapping[str, Any]) -> Options:
    """What the options of `DRAWING` say."""
    return Options(**{name: given[name] for name in Options._fields})


@click.command(cls=Compiling, short_help="A network's diagram: SVG, PNG, PDF, DOT or Mermaid.")
@SPEC
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write; the ending is the format.  [default: NAME.svg]",
)
@click.option(
    "--block", metavar="NAME", help="Draw this block, as it is first called, or this group alone."
)
@click.option(
    "--compare",
    "other",
    metavar="SPEC[@VARIANT]",
    help="Draw this network beside it, with the differences marked.",
)
@click.option("--open", "show", is_flag=True, help="Open the picture when it is written.")
@options(DRAWING, COMPILING)
def draw(
    compiler: Compiler,
    spec: str,
    sets: tuple[str, ...],
    output: Path | None,
    block: str | None,
    other: str | None,
    show: bool,
    **given: Any,
) -> None:
    """Draw a network. Equal repeats are drawn once, ×N; the level of detail is the deepest that
    fits a page.

    The endings are .svg, .png, .pdf (with Graphviz's dot installed), .dot and .mmd (Mermaid, for
    Markdown pages). In the SVG, a pointer shows each layer's name, arguments, exact sizes,
    parameters and line in the spec.

    \b
    Examples:
      archspec draw resnet@resnet50
      archspec draw googlenet -o googlenet.png --detail stages
      archspec draw googlenet --block inception -o inception.svg
      archspec draw mynet.yaml --expand stage2 --direction lr --open
      archspec draw resnet@resnet50 --compare mynet.yaml -o compared.svg
    """
    need_ending(output, FORMATS, "-o")
    if block and other:
        raise click.UsageError(
            "--block and --compare do not go together: one draws a part, the other two networks"
        )
    graph = compile_spec(compiler, spec, sets)
    others = [compile_spec(compiler, other, ())] if other else []
    output = output or Path(f"{file_name(graph.name)}.svg")
    write_drawing(graph, output, drawing_options(given), block=block, others=others)
    if show:
        click.launch(str(output))


def write_drawing(
    graph: Graph,
    output: Path,
    chosen: Options,
    *,
    block: str | None = None,
    others: list[Graph] | None = None,
) -> None:
    """Write a diagram, whole or not at all, and say so."""
    check_target(output)
    picture = _picture(graph, output.suffix[1:], chosen, block, others or [])
    with whole_file(output) as beside:
        beside.write_bytes(picture)
    terminal.say(f"wrote {output}")


def _picture(
    graph: Graph, format: str, chosen: Options, block: str | None, others: list[Graph]
) -> bytes:
    from archspec.diagrams import making

    try:
        if block is not None:
            return making.draw_block(graph, block, format, chosen)
        if others:
            return making.draw_both(graph, others[0], format, chosen)
        return making.draw(graph, format, chosen)
    except DrawingError as error:
        raise click.ClickException(str(error)) from error
