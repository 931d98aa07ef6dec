"""`archspec train`: a spec or a recipe in, a trained network in the folder of a run out."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, TRUST, trusted_modules
from archspec.cli.session import Session, compiling
from archspec.training.library import find
from archspec.training.outcome import Ended
from archspec.training.plan import TrainingPlan, plan, with_epochs

MOST_EPOCHS = 1_000_000


@click.command(short_help="Train a network by a recipe; a killed run goes on.")
@click.argument("reference", metavar="SPEC|RECIPE")
@click.option("--recipe", "-r", metavar="RECIPE", help="The recipe to train SPEC by.")
@click.option(
    "-o",
    "output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of the run.  [default: runs/NAME]",
)
@click.option(
    "--epochs", type=click.IntRange(1, MOST_EPOCHS), metavar="N", help="Train so many epochs."
)
@click.option("--print-recipe", is_flag=True, help="Print the recipe, and train nothing.")
@TRUST
@COMPILING
@compiling()
def train(
    session: Session,
    reference: str,
    recipe: str | None,
    output: Path | None,
    epochs: int | None,
    print_recipe: bool,
) -> int:
    """Train a network by a recipe, which names its data, optimizer, loss and epochs.

    A SPEC is trained by the recipe that archspec ships for it, else on the digits that it ships.
    --set changes a variable of the network, or a value of the recipe. A run may be killed at any
    moment: the same command goes on where it stopped, to the same bits.

    \b
    Examples:
      archspec train lenet5
      archspec train lenet5 --epochs 3 --set data.batch_size=64 -o runs/wide
      archspec train lenet5 --print-recipe > myrecipe.yaml
      archspec train myrecipe.yaml
    """
    changes = with_epochs(session.overrides, epochs)
    planned = plan(
        find(reference, recipe),
        changes,
        compiler=session.compiler,
        trusted=trusted_modules(),
    )
    if print_recipe:
        terminal.say(planned.text.rstrip("\n"))
        return 0
    session.add(planned.warnings, planned.recipe.document.sources)
    folder = output or Path("runs") / planned.recipe.name
    try:
        _train(planned, folder)
    except Ended as ended:
        for line in ended.lines:
            terminal.say(line, err=True)
        return ended.code
    return 0


def _train(planned: TrainingPlan, folder: Path) -> None:
    with terminal.progress("loading Keras", 0), terminal.quiet():
        from archspec.training import trainer
    if not trainer.train(
        planned, folder, TerminalProgress(planned.recipe.fit.epochs), sys.argv[1:]
    ):
        terminal.say(f"{folder} is finished: give more --epochs, or another folder with -o")
        return
    terminal.say(f"wrote {folder}/")


class TerminalProgress:
    """The progress of a training: on a terminal a bar with the time left, elsewhere a line for
    each epoch.
    """

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.bar = sys.stderr.isatty()
        self.shown = 0.0
        self.begun = time.monotonic()

    def say(self, line: str) -> None:
        """A line about the training."""
        terminal.say(line)

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """Draw the bar, ten times a second."""
        if not self.bar:
            return
        now = time.monotonic()
        if not step:
            self.begun = now
        if now - self.shown < 0.1:
            return
        self.shown = now
        done = (step + 1) / steps
        left = (now - self.begun) / (step + 1) * (steps - step - 1)
        bar = ("━" * round(24 * done)).ljust(24, "·")
        sys.stderr.write(
            f"\repoch {epoch + 1}/{self.epochs} {bar} {step + 1}/{steps}  {left:.0f} s left "
            f" loss {loss:.4f}\x1b[K"
        )
        sys.stderr.flush()

    def epoch(self, epoch: int, row: Mapping[str, float], seconds: float) -> None:
        """A line with the numbers of an epoch."""
        if self.bar:
            sys.stderr.write("\r\x1b[K")
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in row.items())
        terminal.say(f"epoch {epoch + 1}/{self.epochs}  {seconds:.1f} s  {numbers}")
