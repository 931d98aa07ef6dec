"""The folder of a run: what it holds, who may write to it, and whether a training goes on in it.

recipe.yaml spec.yaml environment.json   what is trained, and with what versions
log.csv curves.svg curves.png            a row an epoch, and its picture
checkpoints/{last,previous}.npz          the state, to go on from
best.keras final.keras weights.txt       the models
report.json LOCK tensorboard/
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import unified_diff
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from archspec import __version__
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason, whole_file
from archspec.training import reader
from archspec.training.outcome import NOT_WRITTEN, Ended
from archspec.training.plan import TrainingPlan
from archspec.training.recipe import Recipe

PACKAGES = ("keras", "tensorflow", "jax", "numpy")
"""What a run's numbers depend on, besides archspec and Python."""


class Run:
    """A run in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkpoints = folder / "checkpoints"

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    @property
    def begun(self) -> bool:
        """Whether there is a training in this folder."""
        return (self / "recipe.yaml").exists()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Within it no other process trains in this folder. Raises `SpecError` where one does, and
        `Ended` where the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self / "LOCK").open("a+", encoding="utf-8")
        except OSError as error:
            raise Ended(NOT_WRITTEN, *_not_written(self.folder, error)) from error
        with file:
            if not _lock(file):
                file.seek(0)
                who = file.read().strip() or "another process"
                message = f"{who} trains in `{self.folder}`"
                help = "wait for it, end it, or choose another folder with `-o`"
                raise SpecError([Diagnostic("run-locked", message, _whole(self.folder), help=help)])
            file.truncate(0)
            file.write(f"process {os.getpid()} on {platform.node()}\n")
            file.flush()
            yield

    def write(self, name: str, text: str) -> None:
        """Write a file whole. Raises `Ended` where the disk refuses."""
        with written(self / name) as beside:
            beside.write_text(text, encoding="utf-8")

    def begin(self, plan: TrainingPlan, arguments: Sequence[str]) -> None:
        """Write what is trained."""
        self.write("recipe.yaml", plan.text)
        self.write("spec.yaml", plan.spec)
        self.write("environment.json", json.dumps(environment(plan, arguments), indent=2) + "\n")

    def log(self, history: Sequence[Mapping[str, float]]) -> None:
        """Write ``log.csv``, a row an epoch."""
        self.write("log.csv", as_csv(history))


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """As `whole_file`, for a file of a run. Raises `Ended` where the disk refuses."""
    try:
        with whole_file(path) as beside:
            yield beside
    except SpecError as error:
        lines = [problem.message for problem in error.diagnostics]
        raise Ended(NOT_WRITTEN, *lines, GO_ON) from error


GO_ON = "make room, or give permission, then give the same command again: it goes on"


def _not_written(path: Path, error: OSError) -> tuple[str, str]:
    return f"`{path}` could not be written: {reason(error)}", "choose another folder with `-o`"


def _lock(file: Any) -> bool:
    """Whether a file's lock, which ends with its process, is ours now."""
    try:
        import fcntl  # noqa: PLC0415 - Windows has none
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _whole(path: Path) -> Span:
    return Span(str(path), 1, 1, 1, 1)


def as_csv(history: Sequence[Mapping[str, float]]) -> str:
    """Epochs, from 1, and their numbers, a column for each."""
    names = list(dict.fromkeys(name for row in history for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["epoch", *names], lineterminator="\n")
    writer.writeheader()
    writer.writerows({"epoch": number, **row} for number, row in enumerate(history, 1))
    return text.getvalue()


def environment(plan: TrainingPlan, arguments: Sequence[str]) -> dict[str, Any]:
    """What a run's numbers depend on besides its recipe and spec."""
    return {
        "arguments": list(arguments),
        "folder": str(plan.folder.resolve()),
        "workers": plan.workers,
        "archspec": __version__,
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        **{name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def hashes(plan: TrainingPlan) -> dict[str, str]:
    """What a checkpoint says that it belongs to; the number of epochs may grow."""
    essence = repr(essential(plan.recipe)).encode()
    return {
        "recipe": sha256(essence).hexdigest(),
        "spec": sha256(plan.spec.encode()).hexdigest(),
    }


def essential(recipe: Recipe) -> Recipe:
    """The part of a recipe that decides the bits of its training."""
    fit = replace(recipe.fit, epochs=recipe.fit.epochs if depends_on_epochs(recipe) else 0)
    variables = {name: value.unwrapped() for name, value in recipe.variables.items()}
    checkpoint = replace(recipe.checkpoint, steps=None)
    return replace(
        recipe,
        fit=fit,
        variables=variables,
        checkpoint=checkpoint,
        outputs=(),
        expect={},
        search=None,
        network="",
        document=None,  # type: ignore[arg-type]
    )


def depends_on_epochs(recipe: Recipe) -> bool:
    """Whether a formula of the recipe names the number of epochs or of all steps."""
    text = repr(recipe.fit.optimizer)
    return "$epochs" in text or "$steps" in text.replace("$steps_per_epoch", "")


ELSEWHERE = "choose another folder with `-o`, or remove this one"


def differing(run: Run, plan: TrainingPlan) -> list[Diagnostic]:
    """What is trained in a run's folder that a plan does not train: nothing where it goes on."""
    problems = []
    for name, text, what in (
        ("recipe.yaml", plan.text, "recipe"),
        ("spec.yaml", plan.spec, "network"),
    ):
        before = (run / name).read_text(encoding="utf-8")
        if _same(what, before, text, plan):
            continue
        lines = tuple(
            line
            for line in unified_diff(before.splitlines(), text.splitlines(), lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@"))
        )
        message, help = f"another {what} is trained in `{run.folder}`", ELSEWHERE
        if what == "recipe" and depends_on_epochs(plan.recipe):
            help = f"its learning rate depends on the number of epochs; {help}"
        problems.append(
            Diagnostic("run-differs", message, _whole(run / name), notes=lines[:20], help=help)
        )
    return problems


def foreign(run: Run) -> Diagnostic:
    """The complaint about a checkpoint of another training than the folder says."""
    message = f"the checkpoint in `{run.folder}` is of another recipe or network"
    return Diagnostic("run-differs", message, _whole(run.checkpoints), help=ELSEWHERE)


def _same(what: str, before: str, now: str, plan: TrainingPlan) -> bool:
    if what == "network" or before == now:
        return before == now
    try:
        there = reader.understand(reader.read(before, "recipe.yaml"))
    except SpecError:  # that of another version of archspec
        return False
    return repr(essential(there)) == repr(essential(plan.recipe))
