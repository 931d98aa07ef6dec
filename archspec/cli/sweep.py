"""`archspec sweep`: a recipe with a `search` in; its trials, a table of them and the best out."""

from __future__ import annotations

from pathlib import Path

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, TRUST, output_path, trusted_modules
from archspec.cli.session import Session, compiling
from archspec.reports.numbers import short
from archspec.reports.tables import Column, Table
from archspec.training.library import find
from archspec.training.outcome import Ended
from archspec.training.signals import signals
from archspec.training.sweep import Sweep, Trial


@click.command(short_help="Train a recipe with many values, and find the best.")
@click.argument("recipe", metavar="RECIPE")
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    metavar="N",
    help="The number of trials that train at once, each in a process of its own.",
)
@output_path("The folder of the sweep.  [default: sweeps/NAME]", "DIR")
@TRUST
@COMPILING
@compiling()
def sweep(session: Session, recipe: str, jobs: int, output: Path | None) -> int:
    """Train a recipe once for each combination of values under its `search`, or for as many values
    as it has `trials`, which Optuna chooses.

    Candidates that the compiler refuses, or that do not meet `where`, are never built. Each trial
    is a run, as `archspec train --set` makes it. The same command resumes a killed sweep.

    \b
    Examples:
      archspec sweep myrecipe.yaml --jobs 2
      archspec train sweeps/myrecipe/best.yaml
    """
    opened = find(recipe)
    sets = [part for text in session.sets for part in ("--set", text)]
    trusted = [part for name in trusted_modules() for part in ("--trust", name)]
    with signals() as asked:
        made = Sweep(
            opened,
            session.overrides,
            output or Path("sweeps") / Path(recipe).stem,
            jobs,
            [recipe, *sets, *trusted],
            lambda trial: terminal.say(_line(trial)),
            asked,
            session.compiler,
            trusted_modules(),
        )
        made.prepare()
        return _swept(made)


def _swept(made: Sweep) -> int:
    code = 0
    try:
        made.run()
    except Ended as ended:
        code = ended.code
        for line in ended.lines:
            terminal.say(line, err=True)
    table = _table(made)
    made.write(table.csv())
    if code:
        return code
    terminal.say(table.text())
    best = made.best()
    if best is None:
        terminal.say("no trial was trained to its end", err=True)
        return 1
    terminal.say(f"wrote {made.folder / 'best.yaml'}: `archspec train` takes it", err=True)
    return 0


def _line(trial: Trial) -> str:
    values = ", ".join(f"{name}={value}" for name, value in trial.values.items())
    what = f": {trial.reason}" if trial.reason else ""
    reached = f" {trial.objective:.4g}" if trial.objective is not None else ""
    return f"trial {trial.name}  {values}  {trial.state}{reached}{what}"


def _table(made: Sweep) -> Table:
    columns = [
        Column("trial", "trial"),
        *(Column(name, name) for name in made.search.dimensions),
        Column("parameters", "parameters", lambda value: short(value) if value else "", right=True),
        Column("epochs", "epochs", lambda value: "" if value is None else str(value), right=True),
        Column(
            "objective",
            made.objective,
            lambda value: "" if value is None else f"{value:.4f}",
            right=True,
        ),
        Column("state", "state"),
    ]
    rows = [
        {
            "trial": trial.name,
            **{name: trial.values.get(name, "") for name in made.search.dimensions},
            "parameters": trial.parameters,
            "epochs": trial.epochs,
            "objective": trial.objective,
            "state": trial.state,
        }
        for trial in made.ranking()
    ]
    return Table(columns, rows)
