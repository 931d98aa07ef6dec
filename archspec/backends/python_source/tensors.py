"""Names in ``from`` → the variables that hold what they stand for: each its own, or all in a
dictionary by their paths.
"""

from __future__ import annotations

from archspec.backends.python_source.agreement import same, value_of
from archspec.backends.python_source.calls import CallWriter
from archspec.backends.python_source.expressions import OR
from archspec.backends.python_source.facts import one
from archspec.backends.python_source.layout import Line
from archspec.backends.python_source.words import Template, joined
from archspec.backends.python_source.writer import Place
from archspec.frontend.elaborate.recording import Step
from archspec.frontend.expressions.expression import template_tree
from archspec.frontend.expressions.tree import Conditional, Literal
from archspec.frontend.program.program import Item, SideOutput


class NameWriter(CallWriter):
    """Keeps what is named again, and finds it."""

    def target(self, item: Item, place: Place) -> str:
        """The variable that an item's result goes into: its own where it is named again, else
        the chain's.
        """
        return self.own_variable(item) if id(item) in self.facts.held else place.target

    def own_variable(self, item: Item) -> str:
        """The variable of an item that is named again."""
        if id(item) not in self.held:
            assert item.name is not None
            base = item.name.text.replace("$", "").replace("(", "").replace(")", "")
            self.held[id(item)] = self.names.new(base, f"{base}_", f"{base}_out")
        return self.held[id(item)]

    def source(self, item: Item, number: int, steps: list[Step], place: Place, cur: str) -> str:
        """The variable that holds the tensor that a name stands for."""
        kinds = [(step, step.taken[number].kind) for step in steps]
        choice = self.choice(item, number, steps) if len(set(dict(kinds).values())) > 1 else None
        if choice is not None:
            return self.chosen(item, number, steps, place, cur, choice)
        kind = one(kinds)
        if kind == "prev":
            return cur
        if kind == "input":
            path = one([(step, step.taken[number].path) for step in steps])
            return self.inputs_by_name()[path]
        part = self.facts.simple.get((id(item), number))
        if part is not None:
            return self.held[part]
        assert item.sources is not None
        level = one([(step, step.taken[number].level) for step in steps])
        self.flags.add("tensors")
        text = self.values.name(item.sources[number], steps, self.seen(place, cur))
        return f"tensors[{self.text_of(joined(place.prefixes[level], text))}]"

    def choice(self, item: Item, number: int, steps: list[Step]) -> Conditional | None:
        """The one choice between two names that a source is, `$('a' if c else 'b')`, if Python
        chooses alike.
        """
        assert item.sources is not None
        parts = template_tree(item.sources[number].text)
        only = parts[0]
        if (
            len(parts) > 1
            or not isinstance(only, Conditional)
            or not all(isinstance(one, Literal) for one in (only.then, only.otherwise))
        ):
            return None
        return only if all(same(only.condition, step.environment) for step in steps) else None

    def chosen(
        self,
        item: Item,
        number: int,
        steps: list[Step],
        place: Place,
        cur: str,
        choice: Conditional,
    ) -> str:
        """The variable for one of two tensors."""
        first = [step for step in steps if value_of(choice.condition, step.environment) is True]
        second = [step for step in steps if not any(step is one for one in first)]
        then, otherwise = (self.source(item, number, some, place, cur) for some in (first, second))
        if then == otherwise:
            return then
        condition = self.values.translator(self.seen(place, cur)).text(choice.condition, OR)
        return self.assign(
            self.names.new("chosen", "source"), f"{then} if {condition} else {otherwise}"
        )

    def inputs_by_name(self) -> dict[str, str]:
        """The inputs of the block or the model, and their variables."""
        raise NotImplementedError

    def finished(self, item: Item, steps: list[Step], place: Place, cur: str, result: str) -> str:
        """The result of an item, kept where it is named again; a side path keeps its own."""
        if isinstance(item.operation, SideOutput):
            return result
        if id(item) in self.facts.held:
            result = self.kept(self.own_variable(item), result, place)
        if id(item) in self.facts.tapped:
            template = self.item_name(item, steps, place, cur, "")
            self.tap(joined(place.prefixes[0], template), result)
        return result

    def kept(self, variable: str, result: str, place: Place) -> str:
        """A result in a variable of its own."""
        last = self.body[-1] if self.body else None
        if result == place.target and isinstance(last, Line) and last.target == result:
            last.target = variable
            return variable
        return self.assign(variable, result)

    def tap(self, path: Template, result: str) -> None:
        """Keep a tensor by its path."""
        self.flags.add("tensors")
        self.emit(Line(result, f"tensors[{self.text_of(path)}]"))
