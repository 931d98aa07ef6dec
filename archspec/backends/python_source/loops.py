"""Items that repeat → loops; or, where the repetitions differ in more than their variables, one
repetition after the other.
"""

from __future__ import annotations

from typing import Any

from archspec.backends.python_source.expressions import Known
from archspec.backends.python_source.facts import Varies, one
from archspec.backends.python_source.layout import Compound, Piece, Statement, has_table
from archspec.backends.python_source.repeats import header, rows_of
from archspec.backends.python_source.structure import StructureWriter
from archspec.backends.python_source.values import Bound
from archspec.backends.python_source.words import Code
from archspec.backends.python_source.writer import Loop, Place
from archspec.frontend.elaborate.recording import Step, Visit
from archspec.frontend.program.program import Item


class Unused(Exception):
    """The variable that counts a loop is not used."""


class LoopWriter(StructureWriter):
    """Writes loops."""

    def once(
        self, item: Item, steps: list[Step], place: Place, cur: str, *, is_read: bool = True
    ) -> str:
        """One item, or one repetition of it. ``is_read`` says whether the item after it may
        take what it gives.
        """
        raise NotImplementedError

    def repeated(self, item: Item, visits: list[Visit], number: int, place: Place, cur: str) -> str:
        """An item that repeats: a loop, or one repetition after the other where they differ in
        more than their variables.
        """
        steps = [visit.steps[number] for visit in visits]
        assert item.repeat is not None
        if not any(steps):
            self.fix(item.repeat, place, cur)
            return cur
        single = max(map(len, steps)) == 1 and (
            item.repeat.constant or self.decided(item.repeat, place.scope)
        )
        state = self.state()
        for counts in () if single else (True, False):
            try:
                return self.loop(item, visits, number, place, cur, counts=counts)
            except Unused:
                self.restore(state)
            except Varies:
                self.restore(state)
                break
        self.fix(item.repeat, place, cur)
        return self.unrolled(item, visits, steps, place, cur)

    def unrolled(
        self, item: Item, visits: list[Visit], steps: list[list[Step]], place: Place, cur: str
    ) -> str:
        """One repetition after the other, their variables written out. Raises `Varies` where
        visits repeat it differently.
        """
        one([(visit, len(several)) for visit, several in zip(visits, steps, strict=True)])
        for index in range(len(steps[0])):
            here = [several[index] for several in steps]
            rows = [rows_of(step) for step in here]
            row = one(list(zip(here, map(repr, rows), strict=True))) and rows[0]
            known = {name: Bound(Known(value)) for name, value in {**row, "i": index}.items()}
            cur = self.once(item, here, place._replace(scope={**place.scope, **known}), cur)
        return cur

    def state(self) -> Any:
        """What a loop that cannot be written must leave as it was."""
        sets = list(self.body), set(self.used), set(self.flags)
        kept = (
            *sets,
            dict(self.held),
            dict(self.variables),
            list(self.first),
            dict(self.local),
            dict(self.functions),
        )
        return (
            kept,
            self.names.taken,
            self.clobbered,
            self.depth,
            len(self.loops),
            self.module.outputs_state(),
        )

    def restore(self, state: Any) -> None:
        """Go back to a state."""
        kept, self.names.taken, self.clobbered, self.depth, loops, outputs = state
        (
            body,
            self.used,
            self.flags,
            self.held,
            self.variables,
            self.first,
            self.local,
            self.functions,
        ) = kept
        self.body[:] = body
        del self.loops[loops:]
        self.module.outputs_restore(outputs)

    def loop(
        self, item: Item, visits: list[Visit], number: int, place: Place, cur: str, *, counts: bool
    ) -> str:
        """A loop. Raises `Varies` where it cannot be written, and `Unused` where it ``counts``
        for nothing.
        """
        steps = [step for visit in visits for step in visit.steps[number]]
        assert item.repeat is not None
        raws = self.values.raws(item.repeat, [(visit, visit.repeats[number]) for visit in visits])
        scope = self.seen(place, cur)
        taken = self.names.taken
        head = header(self, item.repeat, raws, scope, visits)
        index = self.names.new("i", "j", "k", "n") if counts else "_"
        sources = self.sources(item.repeat, scope)
        bound = {name: Bound(Code(text), sources) for name, text in head.names.items()}
        bound["i"] = Bound(Code(index))
        inner = place._replace(scope={**place.scope, **bound})
        self.clobbered |= place.target == self.input
        self.loops.append(Loop(id(item), index))
        body: list[Statement] = []
        used, self.used = self.used, set()
        with self.nested(body):
            result = self.once(item, steps, inner, place.target)
            if result != place.target:
                self.assign(place.target, result)
        inside, self.used = self.used, used | self.used
        self.loops.pop()
        if counts and index not in inside:
            raise Unused
        self.names.taken = self.names.taken - ((set(head.variables) | {index}) - taken)
        if not body:
            return cur
        if cur != place.target:
            self.assign(place.target, cur)
        self.emit(Compound(self.with_table(head.written(inside, index)), body))
        return place.target

    def with_table(self, over: Piece) -> Piece:
        """The head of a loop; a table that is counted gets a variable before it."""
        if isinstance(over, str) or not (over.open.endswith("enumerate(") and has_table(over)):
            return over
        rows = self.assign(self.names.new("rows"), over.items[0])
        self.names.free(rows)
        return over._replace(items=(rows,))
