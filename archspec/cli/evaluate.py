"""`archspec evaluate`: the folder of a run in, the numbers of its network on its data out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from archspec.cli import terminal
from archspec.cli.options import ERRORS, output_format
from archspec.cli.session import Session, compiling

PARTS = ("train", "validation", "test")


@click.command(short_help="The numbers of a trained network on its test data.")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--on",
    "part",
    type=click.Choice(PARTS),
    help="The examples to evaluate on.  [default: test, else validation]",
)
@click.option(
    "--model",
    "which",
    type=click.Choice(("best", "final")),
    help="The model of the run to evaluate.  [default: best where the run has one]",
)
@output_format(("text", "json"))
@ERRORS
@compiling()
def evaluate(session: Session, run: Path, part: str | None, which: str | None, format: str) -> None:
    """Evaluate the network of a run, in the folder RUN, on the examples of its recipe.

    \b
    Examples:
      archspec evaluate runs/lenet5-digits
      archspec evaluate runs/lenet5-digits --on train --model final --format json
    """
    from archspec.training.finished import model_of, opened, part_of

    planned = opened(run, session.compiler)
    path = model_of(run, which)
    name, portion = part_of(planned, run, part)
    with terminal.progress("loading Keras", 0), terminal.quiet():
        from archspec.training.evaluation import numbers
    measured = numbers(planned, path, portion)
    if format == "json":
        terminal.say(json.dumps({"model": str(path), "on": name, **measured}, indent=2))
        return
    words = "  ".join(f"{name} {value:.4g}" for name, value in measured.items())
    terminal.say(f"{path} on {name}: {words}")
