"""A plan → a trained network in the folder of a run: Keras's ``fit``, from the beginning or from
where a training in that folder stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import keras

from archspec.diagnostics import SpecError
from archspec.files import reason
from archspec.spelling import counted, listed
from archspec.training import checkpoint, checks, model, pretrained, variables
from archspec.training.callbacks import Conductor, Course, EpochEnded, Show
from archspec.training.checkpoint import CheckpointState, Progress
from archspec.training.data.source import Unusable, raise_fault
from archspec.training.examples import batches_of, read
from archspec.training.memory import out_of_memory
from archspec.training.outcome import (
    DIVERGED,
    NOT_AS_EXPECTED,
    NOT_WRITTEN,
    OUT_OF_MEMORY,
    REFUSED,
    Ended,
)
from archspec.training.plan import TrainingPlan, refused
from archspec.training.recipe import Recipe
from archspec.training.reports import finish
from archspec.training.run import GO_ON, Run, differing, foreign, hashes, written
from archspec.training.signals import Asked
from archspec.training.stopping import Stopping
from archspec.training.workers import ALONE, Team

BACKENDS = ("tensorflow", "jax")


class Phase(NamedTuple):
    """Epochs, from ``first`` up to, but not, ``last``, in which the same layers are frozen."""

    first: int
    last: int
    frozen: bool


def phases(recipe: Recipe) -> list[Phase]:
    """The phases of a recipe."""
    epochs, until = recipe.fit.epochs, recipe.weights.unfreeze_at
    frozen = bool(recipe.weights.freeze)
    if not frozen or until is None or until >= epochs:
        return [Phase(0, epochs, frozen)]
    return [Phase(0, until, True), Phase(until, epochs, False)]


@dataclass
class Training:
    """One training: its plan, its run, and how far it is. ``team`` are the workers that share it,
    of which only the first writes.
    """

    plan: TrainingPlan
    run: Run
    show: Show
    asked: Asked
    team: Team = ALONE
    progress: Progress = field(default_factory=Progress)
    state: CheckpointState | None = None
    restored: bool = False

    def begin(self, arguments: Sequence[str]) -> bool:
        """Take up what is in the folder, or begin a run in it: ``False`` where it is finished."""
        if self.team.first:
            if self.run.begun and (problems := differing(self.run, self.plan)):
                raise SpecError(problems)
            self.run.begin(self.plan, arguments)
            for path in checkpoint.leftovers(self.run.checkpoints):
                path.unlink(missing_ok=True)
        self.state = self._newest()
        if self.state is None:
            self.show.say(summary(self.plan))
            return True
        if self.state.hashes != hashes(self.plan):
            raise SpecError([foreign(self.run)])
        self.progress = self.state.progress
        report = self.run / "report.json"
        if self.team.decide(self._finished() and report.exists()):
            return False
        if self.team.first:  # that of fewer epochs
            report.unlink(missing_ok=True)
        steps = f" and {self.progress.step} steps" if self.progress.step else ""
        self.show.say(f"going on after epoch {self.progress.epoch}{steps}")
        return True

    def _newest(self) -> CheckpointState | None:
        """The state to go on from: of several workers, that which the first one reads."""
        state: CheckpointState | None = None
        if self.team.first:
            state, troubles = checkpoint.newest(self.run.checkpoints)
            for trouble in troubles:
                self.show.say(f"note: {trouble}")
        return self.team.shared(state)

    def _finished(self) -> bool:
        return self.progress.stopped or self.progress.epoch >= self.plan.recipe.fit.epochs

    def train(self) -> None:
        """Fit until the last epoch, then write what a run ends with."""
        models = model.build(self.plan)
        if self.state is None and self.plan.recipe.weights.source is not None:
            self.show.say(pretrained.load(models.network, self.plan))
        conductor = Conductor(self._course(models), self._callbacks(), models.trained, self.state)
        for phase in self._phases():
            self._begin(models, phase)
            self._fit(models, conductor, phase)
        conductor.finish()
        digests = self.team.agree(variables.collected(models.trained, []))
        if self.team.first:
            self._keep(models, "final.keras")
            network, say = models.network, self.show.say
            unmet = finish(self.plan, self.run, self.progress, network, digests, say)
            if unmet:
                raise Ended(NOT_AS_EXPECTED, *unmet)

    def _phases(self) -> list[Phase]:
        """The phases from that on in which the state was saved, which may have ended with it."""
        last = self.progress.epoch - (self.progress.step == 0)
        return [phase for phase in phases(self.plan.recipe) if phase.last > last]

    def _begin(self, models: model.Models, phase: Phase) -> None:
        """Freeze layers and compile. The optimizer of a new phase begins anew, at its step."""
        done = models.trained.optimizer.iterations if models.trained.compiled else None
        model.freeze(models, self.plan, frozen=phase.frozen)
        model.compile_model(models, self.plan)
        if done is not None:
            optimizer = models.trained.optimizer
            optimizer.build(models.trained.trainable_variables)
            optimizer.iterations.assign(done)

    def _fit(self, models: model.Models, conductor: Conductor, phase: Phase) -> None:
        """Fit until the end of a phase, the epochs in which one began first."""
        data, progress = self.plan.recipe.data, self.progress
        batches = batches_of(self.plan, self.team.place)
        train = read(self.plan, data.train)
        examples, validation = [train], None
        if data.validation is not None:
            examples.append(read(self.plan, data.validation))
            validation = batches.in_order(examples[-1])
        self._restore(models, lambda: batches.in_order(train).take(1))
        while not self._finished() and progress.epoch < phase.last:
            steps = self.plan.steps_per_epoch - progress.step
            rows = batches.of_training(train, self.plan.recipe.seed, progress.epoch, progress.step)
            try:
                if not steps:
                    conductor.end_epoch(validation)
                models.trained.fit(
                    rows,
                    epochs=phase.last,
                    initial_epoch=progress.epoch,
                    steps_per_epoch=steps,
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

    def _restore(self, models: model.Models, batch: Callable[[], Any]) -> None:
        """Give the models the state to go on from, once."""
        if self.state is None or self.restored:
            return
        self.restored = True
        if self.progress.step:  # its metrics go on too, and Keras makes them as they are used
            models.trained.evaluate(batch(), verbose=0)
        variables.restore(models.trained, self.state.arrays, metrics=False)

    def _callbacks(self) -> list[Any]:
        recipe = self.plan.recipe
        callbacks = [
            model.made_callback(callback, self.plan.steps) for callback in recipe.fit.callbacks
        ]
        if "tensorboard" in recipe.outputs and self.team.first:
            folder = str(self.run / "tensorboard")
            callbacks.append(keras.callbacks.TensorBoard(folder, write_graph=False))
        return callbacks

    def _course(self, models: model.Models) -> Course:
        return Course(
            self.progress,
            self.plan.recipe.checkpoint,
            self.plan.steps_per_epoch,
            hashes(self.plan),
            Stopping(self.asked, self.team),
            self.show,
            self._save if self.team.first else lambda state: None,
            partial(self._keep, models, "best.keras") if self.team.first else lambda: None,
        )

    def _save(self, state: CheckpointState) -> None:
        try:
            checkpoint.save(self.run.checkpoints, state)
        except OSError as error:
            what = f"`{self.run.checkpoints}` could not be written: {reason(error)}"
            raise Ended(NOT_WRITTEN, what, GO_ON) from error
        self.run.log(state.progress.history)

    def _keep(self, models: model.Models, name: str) -> None:
        with written(self.run / name) as beside, self.team.apart():
            models.network.save(beside)


def summary(plan: TrainingPlan) -> str:
    """A line on what is trained on what."""
    number = checks.size(plan.recipe.data.train, plan.contents)
    return (
        f"training {plan.graph.name}, {counted(plan.graph.parameters, 'parameter')}, on"
        f" {counted(number, 'example')} of {plan.recipe.data.source}:"
        f" {counted(plan.steps_per_epoch, 'step')} an epoch"
    )


def train(
    plan: TrainingPlan,
    folder: Path,
    show: Show,
    arguments: Sequence[str] = (),
    team: Team = ALONE,
    asked: Asked | None = None,
) -> bool:
    """Train in a folder, until ``asked`` to stop; ``False`` where there was nothing left to do.
    Raises `SpecError`, and `Ended`.
    """
    if keras.backend.backend() not in BACKENDS:
        what = f"recipes are trained on {listed(BACKENDS)}, and Keras is set to"
        help = "write `backend: tensorflow`, or set KERAS_BACKEND=tensorflow"
        raise Ended(REFUSED, f"{what} {keras.backend.backend()}", help)
    run = Run(folder)
    locked: AbstractContextManager[None] = run.locked() if team.first else nullcontext()
    with locked, _explained(plan, team):
        training = Training(plan, run, show, asked or Asked(), team)
        if not training.begin(arguments):
            return False
        deterministic(plan)
        training.train()
    return True


def deterministic(plan: TrainingPlan) -> None:
    """Choose operations of TensorFlow that give the same bits each time. On a CPU some do so one
    after the other only: side by side, the gradients of `alexnet_vgg_resnet` at 224 × 224 differ in
    their last bits from run to run, in a script of plain Keras too.
    """
    if plan.recipe.deterministic and keras.backend.backend() == "tensorflow":
        import tensorflow as tf  # noqa: PLC0415 - JAX has nothing to choose

        keras.utils.set_random_seed(plan.recipe.seed)
        tf.config.experimental.enable_op_determinism()
        with suppress(RuntimeError):  # a program that has computed already has its threads
            tf.config.threading.set_inter_op_parallelism_threads(1)


@contextmanager
def _explained(plan: TrainingPlan, team: Team) -> Iterator[None]:
    """Raise what ends a training as an `Ended`, where it is known what to do."""
    try:
        yield
    except Ended as ended:
        if ended.code == DIVERGED:
            help = "try a smaller learning rate, or `clipnorm`; the last checkpoint is of before"
            raise Ended(ended.code, *ended.lines, help) from ended
        raise
    except SpecError as error:
        if all(problem.code == "output-failed" for problem in error.diagnostics):
            said = [problem.message for problem in error.diagnostics]
            raise Ended(NOT_WRITTEN, *said, GO_ON) from error
        raise
    except Unusable as error:
        raise refused(plan.recipe, error) from None
    except Exception as error:
        lines = out_of_memory(plan, error)
        known = Ended(OUT_OF_MEMORY, *lines) if lines else team.explained(error)
        if known is None:
            raise
        raise known from error
