"""Lists of items, each with the steps that it made → the statements of a function."""

from __future__ import annotations

from collections.abc import Sequence

from archspec.backends.python_source.again import AgainWriter
from archspec.backends.python_source.expressions import Known
from archspec.backends.python_source.facts import Varies, one
from archspec.backends.python_source.writer import Place
from archspec.frontend.elaborate.recording import Step, Visit
from archspec.frontend.program.program import (
    BlockCall,
    Branches,
    Group,
    Item,
    Items,
    LayerCall,
    Residual,
    Reuse,
    SideOutput,
    VariableCall,
)


class ItemWriter(AgainWriter):
    """Writes items."""

    def items(self, items: Items, visits: list[Visit], place: Place, cur: str) -> str:
        """A list of items in a chain: the variable that holds what its last one gives on."""
        for number, item in enumerate(items.items):
            if item.repeat is None:
                is_read = id(item) not in self.facts.held or _reads(
                    items.items[number + 1 : number + 2]
                )
                cur = self.once(
                    item, [visit.steps[number][0] for visit in visits], place, cur, is_read=is_read
                )
            else:
                cur = self.repeated(item, visits, number, place, cur)
        return cur

    def once(
        self, item: Item, steps: list[Step], place: Place, cur: str, *, is_read: bool = True
    ) -> str:
        """One item, or one repetition of it. ``is_read`` says whether the item after it may
        take what it gives.
        """
        present = [step for step in steps if step.present]
        if not present:
            self.fix(item.when, place, cur)
            return cur
        if item.when is None or item.when.constant:
            return self.operation(item, present, place, cur)
        raws = self.values.raws(item.when, [(step, step.environment) for step in steps])
        scope = self.seen(place, cur)
        if self.decided(item.when, scope):
            one(list(zip(steps, raws, strict=True)))
            return self.operation(item, present, place, cur)
        condition = self.values.code(item.when, raws, scope)
        if condition.text == "True":
            return self.operation(item, present, place, cur)
        return self.under(
            condition,
            place,
            cur,
            lambda: self.operation(item, present, place, cur),
            is_read=is_read,
        )

    def operation(self, item: Item, steps: list[Step], place: Place, cur: str) -> str:
        """What an item makes."""
        feeds = (
            [cur]
            if item.sources is None
            else [
                self.source(item, number, steps, place, cur) for number in range(len(item.sources))
            ]
        )
        write = (
            self.as_function if id(item) in self.facts.again and not self.depth else self.written
        )
        result = write(item, steps, place, cur, feeds)
        return self.finished(item, steps, place, cur, result)

    def written(
        self, item: Item, steps: list[Step], place: Place, cur: str, feeds: list[str]
    ) -> str:
        """The statements of an item: the variable that holds what it gives on."""
        operation = item.operation
        if isinstance(operation, LayerCall | BlockCall):
            return self.called(item, steps, place, cur, feeds, self.target(item, place))
        if isinstance(operation, VariableCall):
            return self.variable_call(item, operation, steps, place, cur, feeds)
        if isinstance(operation, Reuse):
            return self.reuse(item, steps, place, feeds)
        inside = (
            place
            if item.name is None
            else place.inside(self.item_name(item, steps, place, cur, ""))
        )
        if isinstance(operation, Group):
            return self.items(
                operation.items, self.visits_of(steps, operation.items), inside, feeds[0]
            )
        if isinstance(operation, SideOutput):
            return self.side_output(item, operation, steps, inside, cur, feeds[0])
        if isinstance(operation, Branches):
            return self.branches(item, operation, steps, inside, cur, feeds[0])
        assert isinstance(operation, Residual)
        return self.residual(item, operation, steps, inside, cur, feeds[0])

    def variable_call(
        self,
        item: Item,
        call: VariableCall,
        steps: list[Step],
        place: Place,
        cur: str,
        feeds: list[str],
    ) -> str:
        """A call of what a variable names: written as a call of that, where it is always the
        same.
        """
        found = self.peek(call.variable, self.seen(place, cur))
        if len({step.target for step in steps}) == 1:
            self.fix_sources(found.sources)
            return self.called(item, steps, place, cur, feeds, self.target(item, place))
        if isinstance(found.meaning, Known):
            raise Varies([(step, step.target) for step in steps])
        return self.several_targets(item, steps, place, cur, feeds, self.target(item, place))


def _reads(following: Sequence[Item]) -> bool:
    """Whether the next item may read the output of the one before it: any but a plain call that
    names other tensors.
    """
    if (
        not following
        or following[0].sources is None
        or following[0].repeat is not None
        or following[0].when is not None
    ):
        return True
    item = following[0]
    arguments = (
        item.operation.arguments if isinstance(item.operation, LayerCall | BlockCall) else None
    )
    mentions = [mention for formula in (arguments or {}).values() for mention in formula.mentions]
    mentions += item.name.mentions if item.name is not None else ()
    mentioned = any(mention.name == "prev" for mention in mentions)
    named = any("prev" in source.text or "$" in source.text for source in item.sources or ())
    return arguments is None or item.name is None or mentioned or named
