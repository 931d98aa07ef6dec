"""`archspec compare`: networks, or trainings, in; a table of them side by side, and charts, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from archspec.cli import terminal
from archspec.cli.options import (
    COMPILING,
    INPUT,
    SPECS,
    need_ending,
    options,
    output_format,
    output_path,
    text,
)
from archspec.cli.session import Session, compiling, graph_of
from archspec.compiler import Checked, distinct
from archspec.reports.compare import FORMATS, Network
from archspec.reports.compare import compare as report
from archspec.spelling import listed
from archspec.training.trained import is_run, trained

NO_CHARTS = "charts need matplotlib and adjustText: pip install 'archspec-nn[plot]'"


@click.command(short_help="Networks side by side, and as a chart.")
@SPECS
@output_path("Draw a chart of parameters, or of accuracy, over multiply-adds.", "FILE.svg|png")
@click.option(
    "--accuracy",
    "words",
    type=text,
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
@click.option(
    "--curves",
    type=click.Path(path_type=Path),
    metavar="FILE.svg|png",
    help="Draw loss and accuracy of all runs, epoch by epoch.",
)
@options(output_format(FORMATS), INPUT, COMPILING)
@compiling()
def compare(session: Session, specs: tuple[str, ...], format: str, **charts: Any) -> None:
    """Print networks side by side: parameters, multiply-adds, activation memory, depth.

    A spec without @VARIANT stands for all its variants, and for itself if no variant is the same
    network. Depth counts the layers with weights on the longest path, as papers do: convolutions,
    dense layers and attention, without normalizations. --accuracy names networks as the table does.
    With -o, a bubble chart: multiply-adds on the x axis, parameters on the y axis, activation
    memory as the area; with accuracies, accuracy on the y axis and parameters as the area.

    The folders of runs, as `archspec train` writes them, are compared by the loss and the accuracy
    of their last epochs; their chart has the accuracy in validation.

    \b
    Examples:
      archspec compare resnet vgg
      archspec compare mynet.yaml resnet@resnet50 -o chart.svg
      archspec compare resnet --accuracy resnet50=76.1 --accuracy resnet101=77.4 -o chart.png
      archspec compare runs/* --format markdown --curves curves.svg
    """
    need_ending(charts["output"], ("svg", "png"), "-o")
    need_ending(charts["curves"], ("svg", "png"), "--curves")
    runs = [Path(spec) for spec in dict.fromkeys(specs) if is_run(Path(spec))]
    if not runs:
        if charts["curves"] is not None:
            raise click.UsageError("--curves needs the folders of runs, as `archspec train` writes")
        _compare_networks(session, specs, format, charts)
    elif others := [spec for spec in dict.fromkeys(specs) if not is_run(Path(spec))]:
        verb = "is" if len(others) == 1 else "are"
        raise click.UsageError(
            f"runs are compared with runs, and {listed(others)} {verb} no folder of a run"
        )
    elif charts["words"] or charts["table"] or session.sets or session.compiler.sizes:
        options = "no --accuracy, --csv, --set or --input for them"
        raise click.UsageError(f"runs are as they are: {options}")
    else:
        _compare_trained(runs, format, charts)


def _compare_trained(folders: list[Path], format: str, charts: Mapping[str, Any]) -> None:
    from archspec.reports.runs import compare_runs

    runs = [trained(folder) for folder in folders]
    if charts["output"] is not None:
        networks = [
            Network(run.name, run.network, graph, _percent(run.last)) for run, graph in runs
        ]
        _draw(networks, charts["output"])
    if charts["curves"] is not None:
        _draw_curves({run.name: run.history for run, _ in runs}, charts["curves"])
    terminal.say(compare_runs([run for run, _ in runs], format))


def _percent(numbers: Mapping[str, float]) -> float | None:
    accuracy = numbers.get("val_accuracy", numbers.get("accuracy"))
    return None if accuracy is None else 100 * accuracy


def _compare_networks(
    session: Session, specs: tuple[str, ...], format: str, charts: Mapping[str, Any]
) -> None:
    families = session.families(specs)
    if session.failed:
        return
    checked = _each_once(families)
    alike = {
        name for name, number in Counter(network.name for network in checked).items() if number > 1
    }
    names = [
        f"{network.name} ({network.spec})" if network.name in alike else network.name
        for network in checked
    ]
    accuracies = _accuracies(charts["words"], charts["table"], names)
    networks = [
        Network(name, network.spec, graph_of(network), accuracies.get(name))
        for name, network in zip(names, checked, strict=True)
    ]
    if charts["output"] is not None:
        _draw(networks, charts["output"])
    terminal.output(report(networks, format), format)


def _each_once(families: list[list[Checked]]) -> list[Checked]:
    """The networks of some specs, without repeating one that was given twice."""
    networks = [network for members in families for network in distinct(members)]
    return list({(network.spec, network.name): network for network in networks}.values())


def _accuracies(words: tuple[str, ...], table: Path | None, names: list[str]) -> dict[str, float]:
    """The accuracies of the file, which may name other networks too, and of the command line, which
    override them.
    """
    from archspec.charts.accuracies import Unreadable, from_csv, from_words, strangers
    from archspec.spelling import did_you_mean

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

    try:
        from archspec.charts.bubble_chart import draw
    except ImportError as error:
        raise click.ClickException(NO_CHARTS) from error
    check_target(output)
    drawn = bubbles(networks)
    for reason, names in drawn.missing.items():
        terminal.say(f"note: not drawn, as {reason}: {listed(names)}", err=True)
    if not drawn.points:
        raise click.ClickException(f"there is nothing to draw in {output}")
    with whole_file(output) as beside:
        draw(drawn.points, drawn.axes, beside)
    terminal.say(f"wrote {output}", err=True)


def _draw_curves(histories: Mapping[str, Any], output: Path) -> None:
    from archspec.files import check_target, whole_file

    try:
        from archspec.charts.curves import draw_several
    except ImportError as error:
        raise click.ClickException(NO_CHARTS) from error
    check_target(output)
    if not any(histories.values()):
        raise click.ClickException(
            f"no run has ended an epoch: there is nothing to draw in {output}"
        )
    with whole_file(output) as beside:
        draw_several(histories, beside)
    terminal.say(f"wrote {output}", err=True)
