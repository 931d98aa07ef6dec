"""`archspec train`: a spec or a recipe in, a trained network in the folder of a run out."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, TRUST, output_path, trusted_modules
from archspec.cli.session import Session, compiling
from archspec.frontend.yaml.writer import write
from archspec.training.launcher import LAUNCHED, choose_backend, follow_launcher, launch
from archspec.training.library import find
from archspec.training.outcome import INTERRUPTED, TERMINATED, Ended
from archspec.training.plan import TrainingPlan, changed, plan, with_epochs
from archspec.training.signals import signals

MOST_EPOCHS = 1_000_000
MOST_WORKERS = 65_536


@click.command(short_help="Train a network by a recipe; a killed run is resumed.")
@click.argument("reference", metavar="SPEC|RECIPE")
@click.option("--recipe", "-r", metavar="RECIPE", help="The recipe to train SPEC by.")
@output_path("The folder of the run.  [default: runs/NAME]", "DIR")
@click.option(
    "--epochs", type=click.IntRange(1, MOST_EPOCHS), metavar="N", help="The number of epochs."
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    metavar="N",
    help="Share every batch among N processes, on JAX. Without --address they are started here.",
)
@click.option(
    "--address",
    metavar="HOST:PORT|auto",
    help="The first worker's address; auto: what Slurm or Kubernetes say.",
)
@click.option("--rank", type=click.IntRange(0), metavar="K", help="This worker's number, from 0.")
@click.option("--print-recipe", is_flag=True, help="Print the recipe, and train nothing.")
@TRUST
@COMPILING
@compiling()
def train(
    session: Session,
    reference: str,
    recipe: str | None,
    output: Path | None,
    print_recipe: bool,
    **values: Any,
) -> int:
    """Train a network by a recipe, which names its data, optimizer, loss and epochs.

    A SPEC is trained by the recipe that archspec ships for it, else on the digits that it ships.
    --set changes a variable of the network, or a value of the recipe. A run may be killed at any
    moment: the same command resumes it, and the result is the same to the bit.

    \b
    Examples:
      archspec train lenet5
      archspec train lenet5 --epochs 3 --set data.batch_size=64 -o runs/wide
      archspec train lenet5 --print-recipe > myrecipe.yaml
      archspec train myrecipe.yaml
      archspec train myrecipe.yaml --workers 4
      archspec train myrecipe.yaml --workers 2 --address 10.0.0.1:4000 --rank 1

    The exit code is 0 if the network is trained, 1 if the recipe is wrong, 3 if the loss is not a
    number, 4 if memory ran out, 5 if the disk cannot be written, 6 if a worker died, 130 and 143
    after Ctrl-C and SIGTERM, which save first.
    """
    share = _share(**{name: values[name] for name in Share._fields})
    changes = with_epochs(session.overrides, values["epochs"])
    opened = find(reference, recipe)
    if print_recipe:
        document, _ = changed(opened, changes, session.compiler)
        terminal.say(write(document.root).rstrip("\n"))
        return 0
    planned = plan(
        opened,
        changes,
        compiler=session.compiler,
        workers=share.workers,
        trusted=trusted_modules(),
    )
    session.add(planned.warnings, planned.recipe.document.sources)
    try:
        if share.workers > 1 and share.address is None:
            return launch(sys.argv[1:], share.workers)
        return _train(planned, output or Path("runs") / planned.recipe.name, share)
    except Ended as ended:
        for line in ended.lines:
            terminal.say(line, err=True)
        if ended.code in (INTERRUPTED, TERMINATED) and LAUNCHED not in os.environ:
            terminal.say(f"go on with: archspec {shlex.join(sys.argv[1:])}", err=True)
        return ended.code


class Share(NamedTuple):
    """This process's share of a training: of how many workers, their first one's address, and its
    own number.
    """

    workers: int
    address: str | None
    rank: int | None


def _share(workers: int, address: str | None, rank: int | None) -> Share:
    if address is None and rank is not None:
        raise click.UsageError("--rank needs --address, that of the first worker")
    if address not in (None, "auto") and (rank is None or rank >= workers):
        raise click.UsageError(f"--address needs --rank, from 0 to {workers - 1}")
    return Share(workers, address, rank)


def _train(planned: TrainingPlan, folder: Path, share: Share) -> int:
    follow_launcher()
    choose_backend(planned.recipe.backend, share.workers)
    try:
        with terminal.progress("loading Keras", 0), terminal.quiet():
            from archspec.training import trainer, workers
    except ImportError as error:
        raise click.ClickException(f"Keras cannot be loaded: {error}") from error
    terminal.sweep_up()
    with signals() as asked:
        team = workers.ALONE
        if share.address is not None:
            with terminal.progress(f"waiting for {share.workers} workers", 0), terminal.quiet():
                team = workers.join(share.address, share.rank, share.workers, asked)
        show = TerminalProgress(planned.recipe.fit.epochs, silent=not team.first)
        if trainer.train(planned, folder, show, sys.argv[1:], team, asked):
            show.say(f"wrote {folder}/")
        else:
            show.say(f"{folder} is finished: give more --epochs, or another folder with -o")
    return 0


class TerminalProgress:
    """The progress of a training: on a terminal a bar with the time left, elsewhere a line for
    each epoch.
    """

    def __init__(self, epochs: int, *, silent: bool = False) -> None:
        self.epochs = epochs
        self.silent = silent
        self.bar = sys.stderr.isatty() and not silent
        self.shown = 0.0
        self.begun = time.monotonic()

    def say(self, line: str) -> None:
        """A line about the training."""
        if not self.silent:
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
        self.say(f"epoch {epoch + 1}/{self.epochs}  {seconds:.1f} s  {numbers}")
