"""`archspec diff`: two networks in; what changed from one to the other out."""

from __future__ import annotations

from dataclasses import replace

import click

from archspec.cli import terminal
from archspec.cli.options import ERRORS, NO_EXPECT, NO_PLUGINS, OUTSIDE, options, output_format
from archspec.cli.session import Session, compiling
from archspec.reports.diff import FORMATS
from archspec.reports.diff import diff as report
from archspec.reports.differences import differences


@click.command(short_help="What changed between two networks.")
@click.argument("a", metavar="A[@VARIANT]")
@click.argument("b", metavar="B[@VARIANT]")
@options(output_format(FORMATS), NO_EXPECT, OUTSIDE, NO_PLUGINS, ERRORS)
@compiling(failure=2)
def diff(session: Session, a: str, b: str, format: str) -> int:
    """Print what changed from network A to network B: the layers added, removed and changed, stage
    by stage, and the difference in parameters and multiply-adds.

    Layers are paired by the names that the author wrote, then by what they are. Repetitions that
    changed alike are listed once, ×N. As with Unix's `diff`, the exit code is 0 if the networks are
    equal, 1 if they differ, and 2 if they cannot be compared, for example because a spec is wrong.

    \b
    Examples:
      archspec diff resnet@resnet50 resnet@resnet101
      archspec diff resnet mynet.yaml
      archspec diff googlenet googlenet@inference --format json
    """
    graphs = [session.compile(spec) for spec in (a, b)]
    if graphs[0].name == graphs[1].name:
        graphs = [replace(graph, name=spec) for graph, spec in zip(graphs, (a, b), strict=True)]
    changes = differences(*graphs)
    terminal.output(report(changes, format), format)
    return 0 if changes.equal else 1
