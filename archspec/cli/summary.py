"""`archspec summary`: a spec in; the table of its stages or layers out."""

from __future__ import annotations

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, INPUT, SPEC, options, output_format
from archspec.cli.session import Session, compiling
from archspec.reports.summary import FORMATS
from archspec.reports.summary import summary as report


@click.command(short_help="A table of a network's stages or layers.")
@SPEC
@click.option(
    "--depth",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="A row for each path of N steps: 2 shows the blocks of a stage.",
)
@click.option("--layers", "every_layer", is_flag=True, help="A row for each layer.")
@options(output_format(FORMATS), INPUT, COMPILING)
@compiling()
def summary(session: Session, spec: str, depth: int, every_layer: bool, format: str) -> None:
    """Print the stages of a network: output sizes, parameters, multiply-adds; totals and memory.

    Equal repetitions share a row, ×N, with their sums. --layers prints every layer.

    \b
    Examples:
      archspec summary resnet@resnet50
      archspec summary googlenet --depth 2
      archspec summary mynet.yaml --layers --format csv > mynet.csv
    """
    graph = session.compile_anyway(spec)
    terminal.output(report(graph, format, depth=depth, every_layer=every_layer), format)
