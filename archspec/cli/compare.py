"""`archspec compare`: networks in; a table of them side by side, and a chart, out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, SPECS, need_ending, options, output_format
from archspec.cli.session import Session, compiling, graph_of
from archspec.compiler import Checked, distinct
from archspec.reports.compare import FORMATS, Network
from archspec.reports.compare import compare as report


@click.command(short_help="Networks side by side, and as a chart.")
@SPECS
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    metavar="FILE.svg|png",
    help="Draw a chart of parameters, or of accuracy, over multiply-adds.",
)
@click.option(
    "--accuracy",
    "words",
    multiple=True,
    metavar="NAME=VALUE",
    help="The accuracy of a network, in percent. May be repeated.",
)
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read accuracies from the columns `name` and `accuracy` of a CSV file.",
)
@options(output_format(FORMATS), COMPILING)
@compiling()
def compare(
    session: Session,
    specs: tuple[str, ...],
    format: str,
    output: Path | None,
    words: tuple[str, ...],
    table: Path | None,
) -> None:
    """Print networks side by side: parameters, multiply-adds, activation memory, depth.

    A spec without @VARIANT stands for all its variants, and for itself if no variant is the same
    network. Depth counts the layers with weights on the longest path, as papers do: convolutions,
    dense layers and attention, without normalizations. --accuracy names networks as the table does.
    With -o, a bubble chart: multiply-adds across, parameters up, activation memory as the area;
    with accuracies, accuracy up and parameters as the area.

    \b
    Examples:
      archspec compare resnet vgg
      archspec compare mynet.yaml resnet@resnet50 -o chart.svg
      archspec compare resnet --accuracy resnet50=76.1 --accuracy resnet101=77.4 -o chart.png
    """
    need_ending(output, ("svg", "png"), "-o")
    families = session.families(specs)
    if session.failed:
        return
    checked = _each_once(families)
    alike = {name for name, number in Counter(one.name for one in checked).items() if number > 1}
    names = [f"{one.name} ({one.spec})" if one.name in alike else one.name for one in checked]
    accuracies = _accuracies(words, table, names)
    networks = [
        Network(name, one.spec, graph_of(one), accuracies.get(name))
        for name, one in zip(names, checked, strict=True)
    ]
    if output is not None:
        _draw(networks, output)
    terminal.say(report(networks, format))


def _each_once(families: list[list[Checked]]) -> list[Checked]:
    """The networks of some specs, without repeating one that was given twice."""
    networks = [network for members in families for network in distinct(members)]
    return list({(one.spec, one.name): one for one in networks}.values())


def _accuracies(words: tuple[str, ...], table: Path | None, names: list[str]) -> dict[str, float]:
    """The accuracies of the file, which may name other networks too, and of the command line, which
    override them.
    """
    from archspec.charts.accuracies import Unreadable, from_csv, from_words, strangers
    from archspec.spelling import did_you_mean, listed

    try:
        written = from_words(words)
    except Unreadable as error:
        raise click.UsageError(str(error)) from error
    try:
        tabulated = from_csv(table) if table else {}
    except Unreadable as error:
        raise click.ClickException(str(error)) from error
    for name in strangers(written, names):
        raise click.UsageError(
            f"--accuracy names `{name}`, which is not compared;"
            f" {did_you_mean(name, names) or f'there are {listed(names, 8)}'}"
        )
    if others := strangers(tabulated, names):
        terminal.say(f"note: {table} also names {listed(others)}, which are not compared", err=True)
    return {**tabulated, **written}


def _draw(networks: list[Network], output: Path) -> None:
    from archspec.charts.bubbles import bubbles
    from archspec.files import check_target, whole_file
    from archspec.spelling import listed

    try:
        from archspec.charts.bubble_chart import draw
    except ImportError as error:
        raise click.ClickException(
            "charts need matplotlib and adjustText: pip install 'archspec-nn[plot]'"
        ) from error
    check_target(output)
    found = bubbles(networks)
    for reason, names in found.missing.items():
        terminal.say(f"note: not drawn, as {reason}: {listed(names)}", err=True)
    if not found.points:
        raise click.ClickException(f"there is nothing to draw in {output}")
    with whole_file(output) as beside:
        draw(found.points, found.axes, beside)
    terminal.say(f"wrote {output}", err=True)
