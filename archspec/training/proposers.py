"""A search → candidates, one after the other: all points of a grid, or those that Optuna chooses,
which learns from what came of the earlier ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from archspec.training.outcome import Ended
from archspec.training.search import Dimension, Search, Values

JOURNAL = "journal.log"
NOT_INSTALLED = 1


class Candidate(NamedTuple):
    """One trial to be: its number, from 0, and the values that it sets."""

    number: int
    values: Values


class Proposer(Protocol):
    """What says which candidate comes next."""

    def candidates(self) -> Iterator[Candidate]:
        """Candidates that have not ended yet, those that a kill has left unfinished first."""

    def end(self, candidate: Candidate, objective: float | None) -> None:
        """Learn what came of a candidate: ``None`` where it was not trained to its end."""


class Grid:
    """Every combination of the choices. What has ended is known by the trials' own folders."""

    def __init__(self, search: Search) -> None:
        self.search = search

    def candidates(self) -> Iterator[Candidate]:
        """All points, in the order of the text."""
        for number, values in enumerate(self.search.grid()):
            yield Candidate(number, values)

    def end(self, candidate: Candidate, objective: float | None) -> None:
        """A grid learns nothing."""


class Tuner:
    """Optuna's sampler, with its journal in the folder of the sweep: several sweeps, on several
    machines, may share it.
    """

    def __init__(self, search: Search, folder: Path, seed: int, *, rises: bool) -> None:
        if find_spec("optuna") is None:
            what = "`trials` of a search need Optuna, which is not installed"
            raise Ended(NOT_INSTALLED, what, "pip install 'archspec-nn[sweep]'")
        import optuna  # noqa: PLC0415 - of an extra
        from optuna.storages.journal import JournalFileBackend  # noqa: PLC0415 - of an extra

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.search = search
        self.states: Any = optuna.trial.TrialState
        self.study = optuna.create_study(
            storage=optuna.storages.JournalStorage(JournalFileBackend(str(folder / JOURNAL))),
            study_name="sweep",
            sampler=optuna.samplers.TPESampler(seed=seed),
            direction="maximize" if rises else "minimize",
            load_if_exists=True,
        )

    def candidates(self) -> Iterator[Candidate]:
        """Those that are running, of an earlier sweep that was killed, then new ones."""
        import optuna  # noqa: PLC0415 - of an extra

        for running in self.study.get_trials(deepcopy=False, states=(self.states.RUNNING,)):
            again = optuna.trial.Trial(self.study, running._trial_id)  # no public way to go on
            yield Candidate(running.number, self._values(again))
        most = self.search.trials or 0
        while len(self.study.get_trials(deepcopy=False)) < most:
            trial = self.study.ask()
            yield Candidate(trial.number, self._values(trial))

    def end(self, candidate: Candidate, objective: float | None) -> None:
        """Tell Optuna; a candidate that was refused or has failed counts as such."""
        if objective is None:
            self.study.tell(candidate.number, state=self.states.FAIL, skip_if_finished=True)
        else:
            self.study.tell(candidate.number, objective, skip_if_finished=True)

    def _values(self, trial: Any) -> Values:
        values: dict[str, Any] = {}
        for name, dimension in self.search.dimensions.items():
            if dimension.when is None or self.search.holds(dimension.when, values):
                values[name] = _suggested(trial, name, dimension)
        return values


def _suggested(trial: Any, name: str, dimension: Dimension) -> Any:
    if dimension.range is None:
        # Optuna's choices are scalars: a value of a list is named by its number in it.
        return dimension.choices[
            trial.suggest_categorical(name, list(range(len(dimension.choices))))
        ]
    kind, low, high = dimension.range
    if kind == "integers":
        return trial.suggest_int(name, int(low), int(high))
    return trial.suggest_float(name, low, high, log=kind == "log")
