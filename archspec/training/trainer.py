"""A plan → a trained network in the folder of a run: Keras's ``fit``, from the beginning or from
where a training in that folder stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy

from archspec.diagnostics import SpecError
from archspec.files import reason
from archspec.training import checkpoint, checks, model, variables
from archspec.training.callbacks import Conductor, Course, EpochEnded, Show
from archspec.training.checkpoint import CheckpointState, Progress
from archspec.training.data.batches import Batches
from archspec.training.data.source import Examples, Unusable, raise_fault
from archspec.training.memory import out_of_memory
from archspec.training.outcome import DIVERGED, NOT_WRITTEN, Ended
from archspec.training.plan import TrainingPlan, refused
from archspec.training.recipe import Portion
from archspec.training.reports import finish
from archspec.training.run import GO_ON, Run, differing, hashes, written
from archspec.training.signals import Asked, signals


@dataclass
class Training:
    """One training: its plan, its run, and, once they are made, its models."""

    plan: TrainingPlan
    run: Run
    show: Show
    asked: Asked
    progress: Progress = field(default_factory=Progress)
    state: CheckpointState | None = None

    def begin(self, arguments: Sequence[str]) -> bool:
        """Take up what is in the folder, or begin a run in it: ``False`` where it is finished."""
        if self.run.begun:
            problems = differing(self.run, self.plan)
            if problems:
                raise SpecError(problems)
        self.run.begin(self.plan, arguments)
        self._clear()
        self.state, troubles = checkpoint.newest(self.run.checkpoints)
        for trouble in troubles:
            self.show.say(f"note: {trouble}")
        if self.state is None:
            return True
        self.progress = self.state.progress
        if self._finished() and (self.run / "report.json").exists():
            return False
        at = f" and {self.progress.step} steps" if self.progress.step else ""
        self.show.say(f"going on after epoch {self.progress.epoch}{at}")
        return True

    def _clear(self) -> None:
        for path in checkpoint.leftovers(self.run.checkpoints):
            path.unlink(missing_ok=True)

    def _finished(self) -> bool:
        return self.progress.stopped or self.progress.epoch >= self.plan.recipe.fit.epochs

    def train(self) -> None:
        """FitOptions until the last epoch, then write what a run ends with."""
        models = model.build(self.plan)
        self._fit(models)
        self._end(models)

    def _fit(self, models: model.Models) -> None:
        plan, recipe = self.plan, self.plan.recipe
        model.compile_model(models, plan)
        batches = _batches(plan)
        train = self._examples(recipe.data.train)
        if self.state is not None:
            if self.progress.step:  # its metrics go on too, and Keras makes them as they are used
                models.trained.evaluate(batches.in_order(train).take(1), verbose=0)
            variables.restore(models.trained, self.state.arrays, metrics=False)
        callbacks = [model.made_object(one, plan.steps) for one in recipe.fit.callbacks]
        course = Course(
            self.progress,
            recipe.checkpoint,
            plan.steps_per_epoch,
            hashes(plan),
            self.asked,
            self.show,
            self._save,
            lambda: self._keep(models, "best.keras"),
        )
        conductor = Conductor(course, callbacks, models.trained, self.state)
        examples, validation = [train], None
        if recipe.data.validation is not None:
            examples.append(self._examples(recipe.data.validation))
            validation = batches.in_order(examples[-1])
        while not self._finished():
            progress = self.progress
            rows = batches.of_training(train, recipe.seed, progress.epoch, progress.step)
            try:
                models.trained.fit(
                    rows,
                    epochs=recipe.fit.epochs,
                    initial_epoch=progress.epoch,
                    steps_per_epoch=plan.steps_per_epoch - progress.step,
                    validation_data=validation,
                    callbacks=conductor,
                    shuffle=False,
                    verbose=0,
                )
            except EpochEnded:
                continue
            except Exception:
                raise_fault(examples)
                raise

    def _examples(self, part: Portion) -> Examples:
        examples = self.plan.source.examples(part.of)
        first, last = checks.rows(part, self.plan.facts)
        x, y = examples.x[first:last], examples.y[first:last]
        if examples.decode is None and x.dtype.kind == "f" and not numpy.isfinite(x).all():
            row = first + int(numpy.argwhere(~numpy.isfinite(x))[0][0])
            what = f"row {row} of `{part.of}` of `{self.plan.recipe.data.source}` holds a value"
            raise Unusable(f"{what} that is not a number", "remove it, or choose other `rows`")
        return Examples(x, y, examples.decode)

    def _save(self, state: CheckpointState) -> None:
        try:
            checkpoint.save(self.run.checkpoints, state)
        except OSError as error:
            what = f"`{self.run.checkpoints}` could not be written: {reason(error)}"
            raise Ended(NOT_WRITTEN, what, GO_ON) from error
        self.run.log(state.progress.history)

    def _keep(self, models: model.Models, name: str) -> None:
        with written(self.run / name) as beside:
            models.network.save(beside)

    def _end(self, models: model.Models) -> None:
        self._keep(models, "final.keras")
        finish(self.plan, self.run, self.progress, models.network)


def _batches(plan: TrainingPlan, worker: tuple[int, int] = (0, 1)) -> Batches:
    data, graph = plan.recipe.data, plan.graph
    (tensor,) = graph.inputs.values()
    size: Any = tensor.shape[:2] if data.resize == "input" else data.resize
    losses = checks.losses_of(plan.recipe, graph)
    categorical = tuple(losses[output].loss.name in checks.CATEGORICAL for output in graph.outputs)
    first = next(iter(graph.outputs.values()))
    return Batches(data, size, categorical, graph.tensors[first].shape[-1], worker)


def train(plan: TrainingPlan, folder: Path, show: Show, arguments: Sequence[str] = ()) -> bool:
    """Train in a folder; ``False`` where there was nothing left to do. Raises `SpecError`, and
    `Ended`.
    """
    run = Run(folder)
    with run.locked(), signals() as asked, _told(plan):
        training = Training(plan, run, show, asked)
        if not training.begin(arguments):
            return False
        deterministic(plan)
        training.train()
    return True


def deterministic(plan: TrainingPlan) -> None:
    """Choose operations of TensorFlow that give the same bits each time."""
    if plan.recipe.deterministic and keras.backend.backend() == "tensorflow":
        import tensorflow as tf  # noqa: PLC0415 - JAX has nothing to choose

        keras.utils.set_random_seed(plan.recipe.seed)
        tf.config.experimental.enable_op_determinism()


@contextmanager
def _told(plan: TrainingPlan) -> Iterator[None]:
    """Whatever ends a training as an `Ended`, where it is known what to do."""
    try:
        yield
    except Ended as ended:
        if ended.code == DIVERGED:
            raise Ended(ended.code, *ended.lines, *_after_divergence(plan)) from ended
        raise
    except Unusable as error:
        raise refused(plan.recipe, error) from None
    except Exception as error:
        lines = out_of_memory(plan, error)
        if lines is None:
            raise
        raise Ended(4, *lines) from error


def _after_divergence(plan: TrainingPlan) -> tuple[str, ...]:
    return ("try a smaller learning rate, or `clipnorm`; the last checkpoint is of before",)
