"""`archspec draw`: a spec in, its diagram out. No Keras is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archspec.cli import terminal
from archspec.cli.drawing import DRAWING, drawing_options
from archspec.cli.options import (
    COMPILING,
    INPUT,
    SPEC,
    need_ending,
    options,
    output_path,
    text,
)
from archspec.cli.session import Session, compiling
from archspec.diagrams.options import FORMATS, DrawingError, Options
from archspec.files import check_target, whole_file
from archspec.graph import Graph
from archspec.spelling import file_name


@click.command(short_help="A network's diagram: SVG, PNG, PDF, DOT or Mermaid.")
@SPEC
@output_path("Where to write the picture; the ending is its format.  [default: NAME.svg]")
@click.option(
    "--block",
    type=text,
    metavar="NAME",
    help="Draw this group or block alone.",
)
@click.option(
    "--compare",
    "other",
    metavar="SPEC[@VARIANT]",
    help="Draw this network beside SPEC, and mark the differences.",
)
@click.option("--open", "show", is_flag=True, help="Open the picture.")
@options(DRAWING, INPUT, COMPILING)
@compiling()
def draw(
    session: Session,
    spec: str,
    output: Path | None,
    block: str | None,
    other: str | None,
    show: bool,
    **style: Any,
) -> None:
    """Draw a network. Equal repetitions are drawn once, ×N.

    The formats are .svg, .png, .pdf (where Graphviz's dot is installed), .dot and .mmd (Mermaid,
    for Markdown pages). In the SVG, the pointer shows a layer's name, arguments, exact sizes,
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
    graph = session.compile_anyway(spec)
    others = [session.compile_anyway(other, overridden=False)] if other else []
    output = output or Path(f"{file_name(graph.name)}.svg")
    write_drawing(graph, output, drawing_options(style), block=block, others=others)
    if show:
        click.launch(str(output))


def write_drawing(
    graph: Graph,
    output: Path,
    style: Options,
    *,
    block: str | None = None,
    others: list[Graph] | None = None,
) -> None:
    """Write a diagram, whole or not at all, and say so."""
    check_target(output)
    picture = _picture(graph, output.suffix[1:], style, block, others or [])
    with whole_file(output) as beside:
        beside.write_bytes(picture)
    terminal.say(f"wrote {output}")


def _picture(
    graph: Graph, format: str, style: Options, block: str | None, others: list[Graph]
) -> bytes:
    from archspec.diagrams import making

    try:
        if block is not None:
            return making.draw_block(graph, block, format, style)
        if others:
            return making.draw_both(graph, others[0], format, style)
        return making.draw(graph, format, style)
    except DrawingError as error:
        raise click.ClickException(str(error)) from error
