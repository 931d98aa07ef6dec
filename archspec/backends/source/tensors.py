"""Names in ``from`` → the variables that hold what they stand for: each its own, or all in a dictionary by their paths."""

from __future__ import annotations

from archspec.backends.source.calls import CallWriter
from archspec.backends.source.facts import one
from archspec.backends.source.layout import Line
from archspec.backends.source.words import Template, joined
from archspec.backends.source.writer import Place
from archspec.frontend.recording import Step
from archspec.frontend.syntax import Item, SideOutput


class NameWriter(CallWriter):
    """Keeps what is named again, and finds it."""

    def target(self, item: Item, place: Place) -> str:
        """The variable that an item's result goes into: its own where it is named again, else the chain's."""
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
        kind = one([(step, step.taken[number].kind) for step in steps])
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
