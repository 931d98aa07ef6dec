"""What writing a file has taught: which variables must be written out, and which visits of a
block one function can stand for.
"""

from __future__ import annotations

from archspec.backends.python_source.facts import Facts, Varies
from archspec.backends.python_source.values import Key
from archspec.frontend.elaborate.recording import Step, Visit


class Again(Exception):
    """Something was learnt by which all is to be written anew."""


class Plan:
    """What was learnt while writing: which variables must be written out, and which visits of a
    block a function can stand for.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.fixed: set[Key] = set()
        self.groups: dict[str, list[list[Visit]]] = {
            name: [visits] for name, visits in facts.calls.items()
        }
        self.appended = False

    def split(self, block: str, number: int, varies: Varies) -> None:
        """Let several functions stand for visits that differ."""
        visits = self.groups[block][number]
        signs: dict[int, list[str]] = {id(visit): [] for visit in visits}
        for where, fact in varies.facts:
            signs[id(self._home(where, signs))].append(
                repr(fact) if isinstance(fact, str | int | float | bool | None) else str(id(fact))
            )
        several: dict[tuple[str, ...], list[Visit]] = {}
        for visit in visits:
            several.setdefault(tuple(signs[id(visit)]), []).append(visit)
        parts = list(several.values()) if len(several) > 1 else [[visit] for visit in visits]
        assert len(visits) > 1, (block, varies.facts)
        self.groups[block][number : number + 1] = parts

    def _home(self, where: Step | Visit, signs: dict[int, list[str]]) -> Visit:
        visit = where.visit if isinstance(where, Step) else where
        while id(visit) not in signs:
            assert visit.step is not None
            visit = visit.step.visit
        return visit
