"""The commands that set networks side by side: `compare` and `diff`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archspec.cli import terminal
from archspec.cli.options import (
    COMPILING,
    ERRORS,
    NO_EXPECT,
    OUTSIDE,
    Compiling,
    compile_families,
    compile_spec,
    need_ending,
    options,
    output_format,
    right,
)
from archspec.compiler import Compiler


@click.command(cls=Compiling, short_help="Networks side by side, and as a chart.")
@click.argument("specs", metavar="SPEC[@VARIANT]...", nargs=-1, required=True)
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    metavar="FILE.svg|png",
    help="Draw parameters or accuracy against multiply-adds.",
)
@click.option(
    "--accuracy",
    "words",
    multiple=True,
    metavar="NAME=VALUE",
    help="The accuracy of a network in percent. May be repeated.",
)
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Accuracies, in the columns `name` and `accuracy`.",
)
@options(output_format(("text", "markdown", "json", "csv")), COMPILING)
def compare(
    compiler: Compiler,
    specs: tuple[str, ...],
    sets: tuple[str, ...],
    format: str,
    output: Path | None,
    words: tuple[str, ...],
    table: Path | None,
) -> None:
    """Networks side by side: parameters, multiply-adds, activation memory, depth.

    A spec without @VARIANT stands for all its variants, and for itself if it is none of them. Depth
    counts the layers with weights on the longest path, as papers do: convolutions, dense layers and
    attention, without normalizations. Accuracies name networks as the table does. With -o, a bubble
    chart: multiply-adds across, parameters up and activation memory as the area; with accuracies,
    these up and parameters as the area.

    \b
    Examples:
      archspec compare resnet vgg
      archspec compare mynet.yaml resnet@resnet50 -o chart.svg
      archspec compare resnet --accuracy resnet50=76.1 --accuracy resnet101=77.4 -o chart.png
    """
    from archspec.reports.compare import Network
    from archspec.reports.compare import compare as report

    need_ending(output, ("svg", "png"), "-o")
    checked = compile_families(compiler, specs, sets)
    alike = {name for name, number in Counter(one.name for one in checked).items() if number > 1}
    names = [f"{one.name} ({one.spec})" if one.name in alike else one.name for one in checked]
    accuracies = _accuracies(words, table, names)
    networks = [
        Network(name, one.spec, right(one), accuracies.get(name))
        for name, one in zip(names, checked, strict=True)
    ]
    if output is not None:
        _draw(networks, output)
    terminal.say(report(networks, format))


def _accuracies(words: tuple[str, ...], table: Path | None, names: list[str]) -> dict[str, float]:
    """The accuracies of the command line, over those of the file, in which other networks may
    stand too.
    """
    from archspec.charts.accuracies import Unreadable, from_csv, from_words, strangers
    from archspec.spelling import did_you_mean, listed

    try:
        given = from_words(words)
    except Unreadable as error:
        raise click.UsageError(str(error)) from error
    try:
        kept = from_csv(table) if table else {}
    except Unreadable as error:
        raise click.ClickException(str(error)) from error
    for name in strangers(given, names):
        raise click.UsageError(
            f"--accuracy names `{name}`, which is not compared;"
            f" {did_you_mean(name, names) or f'there are {listed(names, 8)}'}"
        )
    if kept and (others := strangers(kept, names)):
        terminal.say(f"note: {table} also names {listed(others)}, which are not compared", err=True)
    return {**kept, **given}


def _draw(networks: list[Any], output: Path) -> None:
    from archspec.charts.bubbles import bubbles
    from archspec.files import check_target, whole_file
    from archspec.spelling import listed

    try:
        from archspec.charts.bubble_chart import draw
    except ImportError as error:
        raise click.ClickException(
            "charts need matplotlib: pip install 'archspec-nn[plot]'"
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


class _Comparing(Compiling):
    failure = 2


@click.command(cls=_Comparing, short_help="What changed between two networks.")
@click.argument("a", metavar="A[@VARIANT]")
@click.argument("b", metavar="B[@VARIANT]")
@options(output_format(("text", "json")), NO_EXPECT, OUTSIDE, ERRORS)
def diff(compiler: Compiler, a: str, b: str, format: str) -> None:
    """What changed from network A to network B: the layers added, removed and changed, by stage,
    and what that does to the numbers.

    Layers answer to one another by the names that the author wrote, then by what they are; repeats
    that changed alike are told once, ×N. As with `diff`, the exit code is 0 if the networks are
    equal, 1 if they differ, 2 if that cannot be said: a mistake in a spec too.

    \b
    Examples:
      archspec diff resnet@resnet50 resnet@resnet101
      archspec diff resnet mynet.yaml
      archspec diff googlenet googlenet@inference --format json
    """
    from archspec.reports.diff import diff as report
    from archspec.reports.differences import differences

    graphs = [compile_spec(compiler, spec, ()) for spec in (a, b)]
    if graphs[0].name == graphs[1].name:
        graphs = [replace(graph, name=spec) for graph, spec in zip(graphs, (a, b), strict=True)]
    found = differences(*graphs)
    terminal.say(report(found, format))
    if not found.equal:
        click.get_current_context().exit(1)
