"""What is done while Keras's ``fit`` runs: after each step and each epoch the state is saved where
it is due, a loss that is not a number ends the training, and so does a signal.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import keras

from archspec.training import variables
from archspec.training.checkpoint import CheckpointState, Progress
from archspec.training.logs import rises
from archspec.training.outcome import DIVERGED, Ended
from archspec.training.recipe import Saving
from archspec.training.stopping import Stopping


class Show(Protocol):
    """What a person sees of a training."""

    def say(self, line: str) -> None:
        """A line about the training."""

    def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """A step of an epoch is done (both from 0)."""

    def epoch(self, epoch: int, row: Mapping[str, float], seconds: float) -> None:
        """An epoch (from 0) is done."""


class EpochEnded(Exception):
    """The rest of an epoch is done, with which a training went on: ``fit`` is left, to be called
    for the others.
    """


@dataclass
class Course:
    """A training on its way: what it is to do at its events, and how far it is.

    ``save`` writes a state, ``keep`` the model that is the best so far; both may raise `Ended`.
    """

    progress: Progress
    saving: Saving
    steps: int
    hashes: Mapping[str, str]
    stopping: Stopping
    show: Show
    save: Callable[[CheckpointState], None]
    keep: Callable[[], None]


class Conductor(keras.callbacks.CallbackList):  # type: ignore[misc]
    """Keras's list of callbacks, with a `Course`.

    ``state`` is what a training goes on from. A ``fit`` for the rest of an epoch has its steps
    counted from 0: ``progress.step`` was its first.
    """

    def __init__(
        self, course: Course, callbacks: list[Any], model: Any, state: CheckpointState | None
    ) -> None:
        super().__init__(list(callbacks), add_history=True, model=model, steps=course.steps)
        self.own = list(callbacks)
        self.course = course
        self.state = state
        self.first_step = course.progress.step
        self.before = course.progress.seconds
        self.since = time.monotonic()
        self.begun = False
        self.trained: Mapping[str, Any] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin, once for all calls of ``fit``; callbacks that reset themselves are reminded."""
        if self.begun:
            return
        self.begun = True
        super().on_train_begin(logs)
        if self.state is not None:
            variables.remind(self.own, self.state.callbacks, self.state.arrays)

    def on_train_end(self, logs: Any = None) -> None:
        """End nothing: there may be further calls of ``fit``."""

    def finish(self) -> None:
        """End, as Keras does: the average of the weights, or the best, where they are wanted. A
        training that was killed at its very end begins only to do this.
        """
        self.on_train_begin()
        self.model.optimizer.finalize_variable_values(self.model.trainable_variables)
        super().on_train_end()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin an epoch; one that goes on has its metrics, which Keras has just reset."""
        super().on_epoch_begin(epoch, logs)
        self.course.stopping.restart()
        if self.first_step and self.state is not None:
            variables.restore(self.model, self.state.arrays, metrics=True)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Begin a step."""
        for callback in self.own:
            callback.on_train_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """End a step: look at its loss, save if that is due, stop if that was asked for."""
        course, step = self.course, batch + self.first_step + 1
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            raise self._diverged(step)
        for callback in self.own:
            callback.on_train_batch_end(batch, logs=logs)
        course.show.step(course.progress.epoch, step - 1, course.steps, loss)
        if step == course.steps:
            return
        every, code = course.saving.steps, course.stopping.code()
        if code or (every and step % every == 0):
            course.progress.step = step
            self._save()
        if code:
            raise Ended(code, f"stopped in epoch {course.progress.epoch + 1}, after step {step}")

    def on_test_begin(self, logs: Any = None) -> None:
        """Begin to validate, which overwrites the metrics of the training."""
        super().on_test_begin(logs)
        self.course.stopping.restart()
        self.trained = variables.measured(self.model)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """End a batch of the validation: stop if that was asked for. It is done again later."""
        super().on_test_batch_end(batch, logs)
        if code := self.course.stopping.code():
            progress = self.course.progress
            progress.step = self.course.steps
            self._save(self.trained)
            raise Ended(code, f"stopped in epoch {progress.epoch + 1}, before its validation")

    def end_epoch(self, validation: Any) -> None:
        """End an epoch all of whose steps were done before: validate, as ``fit`` does then."""
        self.on_train_begin()
        epoch = self.course.progress.epoch
        self.on_epoch_begin(epoch)
        logs = dict(self.model.get_metrics_result())
        results = self.model.evaluate(validation, callbacks=self, verbose=0, return_dict=True)
        logs.update({f"val_{name}": value for name, value in results.items()})
        self.on_epoch_end(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """End an epoch: its row, the best model, the checkpoint; leave ``fit`` where it was called
        for the rest of an epoch.
        """
        course, logs = self.course, {name: float(value) for name, value in (logs or {}).items()}
        if not all(map(math.isfinite, logs.values())):
            raise self._diverged(course.steps)
        super().on_epoch_end(epoch, logs)
        progress = course.progress
        logs["learning_rate"] = float(
            keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        )
        progress.history.append(logs)
        progress.epoch, progress.step = epoch + 1, 0
        progress.stopped = bool(self.model.stop_training)
        name = course.saving.best
        if name is not None and better(name, logs[name], progress.best):
            progress.best = logs[name]
            course.keep()
        self._save()
        course.show.epoch(epoch, logs, time.monotonic() - self.since)
        self.since, self.before = time.monotonic(), progress.seconds
        if code := course.stopping.code(vote=True):
            raise Ended(code, f"stopped after epoch {progress.epoch}")
        if self.first_step:
            self.first_step = 0
            raise EpochEnded

    def _save(self, metrics: Mapping[str, Any] | None = None) -> None:
        """Save the state, with the ``metrics`` of another moment where there are some."""
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()
        course = self.course
        arrays = {**variables.collected(self.model, self.own), **(metrics or {})}
        if not variables.finite(arrays):
            raise self._diverged(course.progress.step or course.steps)
        course.progress.seconds = self.before + time.monotonic() - self.since
        remembered = variables.remembered(self.own)
        course.save(CheckpointState(arrays, remembered, course.progress, course.hashes))

    def _diverged(self, step: int) -> Ended:
        epoch = len(self.course.progress.history) + 1
        return Ended(
            DIVERGED,
            f"the loss is not a number in epoch {epoch}, after step {step} of {self.course.steps}",
        )


def better(name: str, new: float, best: float | None) -> bool:
    """Whether a number is better than the best so far: greater, or less for losses and errors."""
    if best is None:
        return True
    return new > best if rises(name) else new < best
