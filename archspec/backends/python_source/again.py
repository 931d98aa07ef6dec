"""Items that are used again → a function within the function, called at each use; or the layers
one after the other.
"""

from __future__ import annotations

from archspec.backends.python_source.facts import Varies, within
from archspec.backends.python_source.layout import Brackets, Definition, Piece, Statement, ended
from archspec.backends.python_source.loops import LoopWriter
from archspec.backends.python_source.words import identifier, quoted
from archspec.backends.python_source.writer import CHAIN, Place
from archspec.frontend.elaborate.recording import Step
from archspec.frontend.program.program import Item
from archspec.graph import Node


class AgainWriter(LoopWriter):
    """Writes what is used again."""

    def written(
        self, item: Item, steps: list[Step], place: Place, cur: str, feeds: list[str]
    ) -> str:
        """The statements of an item: the variable that holds what it gives on."""
        raise NotImplementedError

    def as_function(
        self, item: Item, steps: list[Step], place: Place, cur: str, feeds: list[str]
    ) -> str:
        """An item that is used again: a function within the function, called now and later."""
        assert item.name is not None
        name = self.names.new(f"apply_{identifier(item.name.text)}")
        name = self.functions.setdefault(id(item), name)
        given = [CHAIN] if len(feeds) == 1 else [self.names.new("a", "b", "c") for _ in feeds]
        body: list[Statement] = []
        outer, self.body, self.clobbered = self.body, body, True
        result = self.written(item, steps, place._replace(target=CHAIN), given[0], given)
        self.body = outer
        self.emit(Definition(name, given, ended(body, result)))
        return self.assign(self.target(item, place), f"{name}({', '.join(feeds)})")

    def reuse(self, item: Item, steps: list[Step], place: Place, feeds: list[str]) -> str:
        """The layers of an item, once more: a call of its function, or all written out one
        after the other.
        """
        origins = {self.facts.origins.get(id(step), 0) for step in steps}
        if len(origins) == 1 and (function := self.functions.get(origins.pop())) is not None:
            return self.assign(self.target(item, place), f"{function}({', '.join(feeds)})")
        return self.written_out(steps, place, feeds)

    def written_out(self, steps: list[Step], place: Place, feeds: list[str]) -> str:
        """The layers of an item, once more, one after the other."""
        if len(steps) > 1:
            raise Varies([(step, step.path) for step in steps])
        step = steps[0]
        graph = self.facts.recording.graph
        home = self.facts.activation(step.visit)
        given = list(self.inputs_by_name().values()) or [self.input]
        variables = dict(
            zip(home.step.feeds if home.step else graph.inputs, given, strict=False)
        ) | dict(zip(step.feeds, feeds, strict=True))
        made = [graph.nodes[number] for number in step.nodes]
        for number, node in enumerate(made):
            target = self.free_variable(node, made[number + 1 :], variables, place)
            inputs = [variables.get(name) or self.from_outside(name) for name in node.inputs]
            value = self.applied(
                node.layer.kind(), self.made_again(node), inputs, frozen=not node.layer.trainable
            )
            variables[node.name] = self.assign(target, value)
            self.keep_paths(step, node.name, variables[node.name])
        self.keep_given(step, {node.name for node in made}, variables)
        self.outputs_of(step, variables)
        return variables.get(step.result, feeds[0])

    def free_variable(
        self, node: Node, following: list[Node], variables: dict[str, str], place: Place
    ) -> str:
        """The variable for what a layer gives: the chain's, if only the next layer takes it and
        nobody else needs what the chain holds.
        """
        users = [name for after in following for name in after.inputs]
        chained = not following or (
            users.count(node.name) == 1 and node.name in following[0].inputs
        )
        needed = {variables[name] for name in users if name in variables}
        if (
            chained
            and node.name not in self.facts.recording.graph.outputs.values()
            and place.target not in needed
        ):
            return place.target
        return self.names.new(node.name.rpartition(".")[2])

    def made_again(self, node: Node) -> Piece:
        """The layer that was made before; a new one where there is nothing to share."""
        if node.weights_of is None:
            kind = self.module.kind(node.layer.kind())
            return Brackets(
                f"{kind}(", (*self.module.plain(node.layer), f"name={quoted(node.name)}"), ")"
            )
        self.flags.add("shared")
        return f"shared[{quoted(node.weights_of)}]"

    def keep_given(self, step: Step, made: set[str], variables: dict[str, str]) -> None:
        """Keep what is named within the item and comes from outside of it."""
        for path, name in self.facts.kept.items():
            inside = any(around is step for around in within(self.facts.recording.owners[path][0]))
            if inside and path != step.path and name in variables and name not in made:
                self.tap((path,), variables[name])

    def outputs_of(self, step: Step, variables: dict[str, str]) -> None:
        """Further outputs of the model that an item used again ends in."""
        for path, name in self.facts.recording.graph.outputs.items():
            owner = self.facts.recording.owners.get(path)
            if owner is not None and any(one is step for one in within(owner[0])):
                number = self.module.outputs_begin(self)
                self.module.outputs_end(self, number, variables[name], "")

    def keep_paths(self, step: Step, node: str, variable: str) -> None:
        """Keep what a node gives under the names that are read elsewhere."""
        for path, name in self.facts.kept.items():
            if (
                name == node
                and path != step.path
                and any(one.reused for one in within(self.facts.recording.owners[path][0]))
            ):
                self.tap((path,), variable)

    def from_outside(self, name: str) -> str:
        """A tensor that an item used again takes from outside."""
        self.flags.add("tensors")
        return f"tensors[{quoted(name)}]"
