"""A recipe with a ``search`` → trials, each a run in a process of its own; a table of them, and the
best recipe. A sweep that was killed goes on where it stopped.

The folder of a sweep::

    recipe.yaml      what is searched, and network.yaml
    trials.csv       a row for each trial that has ended
    trials/0000/     the run of each; trial.json says how it ended
    best.yaml        the recipe of the best, which `archspec train` takes
    journal.log      what Optuna has learnt
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import whole_file
from archspec.frontend.overrides import override_of
from archspec.frontend.yaml.document import Value
from archspec.training.launcher import LAUNCHED
from archspec.training.library import Found
from archspec.training.logs import reported, rises
from archspec.training.outcome import DIVERGED, INTERRUPTED, NOT_AS_EXPECTED, TERMINATED, Ended
from archspec.training.plan import TrainingPlan, plan
from archspec.training.proposers import Candidate, Grid, Proposer, Tuner
from archspec.training.run import Run
from archspec.training.search import COUNTS, Search, read_search
from archspec.training.signals import Asked
from archspec.training.trained import history

TRAINED, DIVERGES, FAILED = "trained", "diverged", "failed"
REFUSED, LEFT_OUT = "refused", "left out"
"""How a trial can end. The last two are seen by the compiler, before anything is built."""

LOOK = 0.05
"""Seconds between two looks at the processes."""

STOPPED = (INTERRUPTED, TERMINATED)


class Trial(NamedTuple):
    """A trial that has ended: its values, its counts, and the best of its objective."""

    number: int
    values: Mapping[str, Any]
    state: str
    objective: float | None = None
    parameters: int | None = None
    epochs: int | None = None
    reason: str = ""

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.number:04}"


class _Running(NamedTuple):
    """A candidate in training, and how many parameters its network has."""

    candidate: Candidate
    parameters: int
    process: subprocess.Popen[bytes]


@dataclass
class Sweep:
    """A sweep in its folder. ``extra`` are arguments of every `archspec train`; ``say`` is called
    with each trial that ends.
    """

    found: Found
    changes: Mapping[str, Value]
    folder: Path
    jobs: int
    extra: Sequence[str]
    say: Callable[[Trial], None]
    asked: Asked
    compiler: Compiler = field(default_factory=Compiler)
    trusted: Sequence[str] = ()
    trials: dict[int, Trial] = field(default_factory=dict)

    def prepare(self) -> None:
        """Check the recipe and its search, and read what an earlier sweep has left. Raises
        `SpecError`, and `Ended`.
        """
        self.base = self._plan(self.changes)
        self.search: Search = read_search(self.base.recipe.document)
        self._check_names()
        self.objective = self._objective()
        self._claim()
        for path in sorted((self.folder / "trials").glob("*/trial.json")):
            trial = Trial(**json.loads(path.read_text(encoding="utf-8")))
            self.trials[trial.number] = trial

    def _check_names(self) -> None:
        """Raise `SpecError` for a name that neither the network nor the recipe has."""
        for name, dimension in self.search.dimensions.items():
            value = dimension.choices[0] if dimension.range is None else dimension.range.low
            try:
                self.planned({name: value})
            except SpecError as error:
                for problem in error.diagnostics:
                    if problem.code == "unknown-variable":
                        raise self.search.refusal(
                            problem.message, dimension.span, problem.help
                        ) from None

    def _objective(self) -> str:
        recipe, graph = self.base.recipe, self.base.graph
        numbers = reported(recipe.fit, graph, validated=recipe.data.validation is not None)
        chosen = self.search.objective or recipe.checkpoint.best
        if chosen is None:
            chosen = "val_loss" if "val_loss" in numbers else "loss"
        if chosen not in numbers:
            written = recipe.document.root.data["search"].data["objective"]
            help = f"there are {', '.join(numbers)}"
            raise self.search.refusal(
                f"no epoch has a number called `{chosen}`", written.span, help
            )
        return chosen

    def _claim(self) -> None:
        """Make the folder of the sweep, or refuse that of another."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, text, what in (
            ("recipe.yaml", self.base.text, "recipe"),
            ("network.yaml", self.base.spec, "network"),
        ):
            path = self.folder / name
            if path.exists() and path.read_text(encoding="utf-8") != text:
                message = f"`{self.folder}` holds the sweep of another {what}"
                help = "choose another folder with `-o`"
                span = Span(str(path), 1, 1, 1, 1)
                raise SpecError([Diagnostic("sweep-differs", message, span, help=help)])
            _write(path, text)

    def run(self) -> None:
        """Train all candidates, ``jobs`` at once. Raises `Ended` where a signal stops it."""
        proposer = self._proposer()
        candidates = self._open(proposer)
        running: list[_Running] = []
        exhausted = False
        try:
            while not (exhausted and not running):
                while not exhausted and len(running) < self.jobs and not self.asked.code:
                    candidate = next(candidates, None)
                    if candidate is None:
                        exhausted = True
                    elif (started := self._started(candidate, proposer)) is not None:
                        running.append(started)
                if self.asked.code:
                    raise Ended(self.asked.code, "stopped; the same command goes on")
                for trial in [trial for trial in running if trial.process.poll() is not None]:
                    running.remove(trial)
                    self._ended(trial, proposer)
                time.sleep(LOOK if running else 0)
        finally:
            _stop([trial.process for trial in running])

    def _proposer(self) -> Proposer:
        if self.search.is_grid:
            return Grid(self.search)
        seed = self.base.recipe.seed
        return Tuner(self.search, self.folder, seed, rises=rises(self.objective))

    def _open(self, proposer: Proposer) -> Iterator[Candidate]:
        """The candidates that have not ended; those that have are told to the proposer."""
        for candidate in proposer.candidates():
            done = self.trials.get(candidate.number)
            if done is None:
                yield candidate
            else:
                proposer.end(candidate, done.objective)

    def _started(self, candidate: Candidate, proposer: Proposer) -> _Running | None:
        """A candidate in training; ``None`` for one that the compiler or ``where`` refuses."""
        try:
            planned = self.planned(candidate.values)
        except SpecError as error:
            reason = error.diagnostics[0].message
            self._end(Trial(candidate.number, candidate.values, REFUSED, reason=reason), proposer)
            return None
        counts = {name: getattr(planned.graph, name) for name in COUNTS}
        where, parameters = self.search.where, planned.graph.parameters
        if where is not None and not self.search.holds(where, {**candidate.values, **counts}):
            trial = Trial(candidate.number, candidate.values, LEFT_OUT, parameters=parameters)
            self._end(trial, proposer)
            return None
        if self._is_trained_elsewhere(candidate):
            return None
        return _Running(candidate, parameters, self._process(candidate))

    def _is_trained_elsewhere(self, candidate: Candidate) -> bool:
        """Whether another sweep, which shares the journal, trains a candidate now."""
        folder = self._folder(candidate)
        try:
            with Run(folder).locked():
                return False
        except SpecError:
            return True

    def planned(self, values: Mapping[str, Any]) -> TrainingPlan:
        """The plan of a candidate: what `archspec train --set` of its values trains."""
        changed = {name: override_of(name, value) for name, value in values.items()}
        return self._plan({**self.changes, **changed})

    def _plan(self, changes: Mapping[str, Value]) -> TrainingPlan:
        return plan(self.found, changes, compiler=self.compiler, trusted=self.trusted)

    def _process(self, candidate: Candidate) -> subprocess.Popen[bytes]:
        folder = self._folder(candidate)
        folder.mkdir(parents=True, exist_ok=True)
        sets = [
            part
            for name, value in candidate.values.items()
            for part in ("--set", f"{name}={json.dumps(value)}")
        ]
        command = [sys.executable, "-m", "archspec", "train", *self.extra, *sets, "-o", str(folder)]
        with (folder / "output.txt").open("ab") as output:
            return subprocess.Popen(
                command,
                env={**os.environ, LAUNCHED: "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches the sweep alone, which stops its trials
            )

    def _folder(self, candidate: Candidate) -> Path:
        return self.folder / "trials" / f"{candidate.number:04}"

    def _ended(self, running: _Running, proposer: Proposer) -> None:
        candidate, code = running.candidate, running.process.returncode
        if code in STOPPED:
            return  # by somebody else's signal: it goes on the next time
        folder = self._folder(candidate)
        state = {0: TRAINED, DIVERGED: DIVERGES}.get(code, FAILED)
        if code == NOT_AS_EXPECTED and (folder / "report.json").exists():
            state = TRAINED  # what its recipe expects is of the best
        numbers = history(folder / "log.csv")
        values = [row[self.objective] for row in numbers if self.objective in row]
        best = max(values, default=None) if rises(self.objective) else min(values, default=None)
        trial = Trial(
            candidate.number,
            candidate.values,
            state,
            best if state == TRAINED else None,
            running.parameters,
            len(numbers),
            "" if state == TRAINED else _last_line(folder / "output.txt"),
        )
        self._end(trial, proposer)

    def _end(self, trial: Trial, proposer: Proposer) -> None:
        folder = self.folder / "trials" / trial.name
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "trial.json", json.dumps(trial._asdict(), indent=2) + "\n")
        self.trials[trial.number] = trial
        proposer.end(Candidate(trial.number, trial.values), trial.objective)
        self.say(trial)

    def ranking(self) -> list[Trial]:
        """The trials, the best first; those without the objective last, in their order."""
        sign = -1 if rises(self.objective) else 1
        return sorted(
            self.trials.values(),
            key=lambda one: (
                one.objective is None,
                sign * (one.objective if one.objective is not None else 0),
                one.number,
            ),
        )

    def best(self) -> Trial | None:
        """The best trial; ``None`` where none was trained."""
        ranking = self.ranking()
        return ranking[0] if ranking and ranking[0].objective is not None else None

    def write(self, table: str) -> None:
        """Write the table of trials as CSV, and the recipe of the best."""
        _write(self.folder / "trials.csv", table + "\n")
        best = self.best()
        if best is not None:
            _write(self.folder / "best.yaml", self.planned(best.values).text)


def _write(path: Path, text: str) -> None:
    with whole_file(path) as beside:
        beside.write_text(text, encoding="utf-8")


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Let trials finish their steps, save and end."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()
