"""What writing a file has taught: which variables must be written out, and which visits of a
block one function can stand for.
"""

from __future__ import annotations

from archspec.backends.python_source.facts import Facts, Varies
from archspec.backends.python_source.values import Key
from archspec.frontend.elaborate.recording import Visit


class FilePlan:
    """How a file is to be written. What is learnt while it is written holds from the next time
    on; ``changed`` says that there must be one.

    ``fixed`` are the variables and arguments that are written out, ``groups`` the visits of each
    block by the functions that stand for them, ``group`` the number of each visit's function;
    ``gathered`` says that further outputs go into a dict while the model is built.
    """

    def __init__(self, facts: Facts) -> None:
        self.fixed: set[Key] = set()
        self.groups = {name: _by_level(visits) for name, visits in facts.calls.items()}
        self.group = {
            visit: number
            for groups in self.groups.values()
            for number, visits in enumerate(groups)
            for visit in visits
        }
        self.gathered = False
        self.changed = False

    def gather_outputs(self) -> None:
        """Gather further outputs in a dict."""
        self.changed |= not self.gathered
        self.gathered = True

    def fix(self, keys: set[Key]) -> None:
        """Write out some more variables and arguments."""
        self.changed |= not keys <= self.fixed
        self.fixed |= keys

    def split(self, block: str, number: int, varies: Varies) -> None:
        """Let several functions stand for visits that differ."""
        groups = self.groups[block]
        visits = groups[number]
        assert len(visits) > 1, (block, varies.facts)
        signs: dict[Visit, list[str]] = {visit: [] for visit in visits}
        for where, fact in varies.facts:
            visit = where if isinstance(where, Visit) else where.visit
            while visit not in signs:
                assert visit.step is not None
                visit = visit.step.visit
            signs[visit].append(repr(fact))
        alike: dict[tuple[str, ...], list[Visit]] = {}
        for visit in visits:
            alike.setdefault(tuple(signs[visit]), []).append(visit)
        groups[number : number + 1] = (
            list(alike.values()) if len(alike) > 1 else [[visit] for visit in visits]
        )
        self.group |= {visit: place for place, group in enumerate(groups) for visit in group}
        self.changed = True


def _by_level(visits: list[Visit]) -> list[list[Visit]]:
    """The visits of a block by how often it stands around itself: a function does not call itself,
    but one for the block further in.
    """
    levels: dict[int, list[Visit]] = {}
    for visit in visits:
        levels.setdefault(_level(visit), []).append(visit)
    return [levels[level] for level in sorted(levels)]


def _level(visit: Visit) -> int:
    level, step = 0, visit.step
    while step is not None:
        level += step.visit.block == visit.block
        step = step.visit.step
    return level
