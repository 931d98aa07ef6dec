"""Items that are used again → a function within the function, called at each use; or their layers
one after the other.
"""

from __future__ import annotations

from collections.abc import Callable

from archspec.backends.python_source.calls import applied, kept, plain_call
from archspec.backends.python_source.facts import Varies, activation
from archspec.backends.python_source.layout import Brackets, Definition, Piece, Statement, ended
from archspec.backends.python_source.operations import operation, plain_arguments
from archspec.backends.python_source.outputs import begin_output, end_output, stays_to_end
from archspec.backends.python_source.tensors import arranged, own_variable, tap, target
from archspec.backends.python_source.words import CHAIN, identifier, quoted
from archspec.backends.python_source.writer import FunctionWriter, ItemSite
from archspec.frontend.elaborate.recording import Step
from archspec.graph import Node
from archspec.layers.operations.base import Operation


def as_function(
    writer: FunctionWriter, site: ItemSite, feeds: list[str], write: Callable[..., str]
) -> str:
    """An item that is used again: a function within the function, called now and later.
    ``write`` writes the item.
    """
    assert site.item.name is not None
    name = writer.names.new(f"apply_{identifier(site.item.name.text)}")
    name = writer.functions.setdefault(site.address, name)
    visible = dict(writer.functions)
    parameters = [CHAIN] if len(feeds) == 1 else [writer.names.new("a", "b", "c") for _ in feeds]
    body: list[Statement] = []
    outer, writer.body, writer.clobbered = writer.body, body, True
    inside = ItemSite(site.steps, site.place._replace(target=CHAIN), parameters[0])
    result = write(writer, inside, parameters)
    writer.body, writer.functions = outer, visible
    writer.emit(Definition(name, parameters, ended(body, result)))
    return writer.assign(target(writer, site), f"{name}({', '.join(feeds)})")


def reuse(writer: FunctionWriter, site: ItemSite, feeds: list[str]) -> str:
    """The layers of an item, once more: a call of its function, or all written out one after
    the other. The variable that holds what the item gives on.
    """
    origins = {writer.facts.origins.get(step) for step in site.steps}
    origin = origins.pop()
    if origin is not None and not origins and origin in writer.functions:
        function, feeds = writer.functions[origin], arranged(site, feeds)
        return writer.assign(target(writer, site), f"{function}({', '.join(feeds)})")
    return written_out_layers(writer, site, feeds)


def written_out_layers(writer: FunctionWriter, site: ItemSite, feeds: list[str]) -> str:
    """The layers of an item one after the other, as the graph has them: of one that is used again,
    or of a block that is another spec. The variable that holds what it gives on. Raises `Varies`.
    """
    if len(site.steps) > 1:
        raise Varies([(step, step.path) for step in site.steps])
    return _Copy(writer, site, feeds).written()


class _Copy:
    """The layers that an item makes when it is used again, one after the other.

    ``variables`` are those that hold the nodes and inputs; ``ends`` are the nodes that are needed
    after the last layer, and ``uses`` says by which layers each is taken.
    """

    def __init__(self, writer: FunctionWriter, site: ItemSite, feeds: list[str]) -> None:
        self.writer = writer
        self.site = site
        self.step: Step = site.steps[0]
        facts, self.graph = writer.facts, writer.facts.recording.graph
        self.side = facts.is_side_output(self.step)
        self.nodes = [self.graph.nodes[number] for number in self.step.nodes]
        self.outputs = facts.outputs_within(self.step)
        self.kept: dict[str, list[str]] = {}
        for path in facts.kept_within(self.step):
            self.kept.setdefault(self.graph.endpoints[path], []).append(path)
        self.lost: tuple[str, ...] = ()
        self.variables = self._given(feeds)
        self.ends = {self.step.result, *(self.graph.outputs[path] for path in self.outputs)}
        self.uses: dict[str, list[int]] = {}
        for number, node in enumerate(self.nodes):
            for name in node.inputs:
                self.uses.setdefault(name, []).append(number)
        target = site.place.target
        self.in_chain = {name for name, variable in self.variables.items() if variable == target}

    def _given(self, feeds: list[str]) -> dict[str, str]:
        """The variables that hold tensors before the first layer."""
        writer, home = self.writer, activation(self.step.visit).step
        names = tuple(self.graph.inputs) if home is None else home.feeds
        around = list(writer.inputs.values()) or [writer.input]
        if around == [CHAIN] and writer.clobbered:
            self.lost, names = names, ()
        return {
            **dict(zip(names, around, strict=False)),
            self.step.before: self.site.chain,
            **dict(zip(self.step.feeds, feeds, strict=True)),
        }

    def written(self) -> str:
        """Write them: the variable that holds what the item gives on."""
        made = {name for node in self.nodes for name in node.tensors}
        for number, node in enumerate(self.nodes):
            self._write(number, node)
        for name in self.kept.keys() - made:
            self._tap(name, self._variable(name))
        self._write_outputs(made)
        if self.side:
            return self.site.chain
        return self._variable(self.step.result)

    def _write(self, number: int, node: Node) -> None:
        writer = self.writer
        inputs = [self._variable(name) for name in node.inputs]
        variables = {node.name: self._free_variable(number, node)}
        for name, _ in list(node.tensors.items())[1:]:
            variables[name] = writer.names.new(name.rpartition(".")[2])
        value = self._value(node, inputs)
        writer.assign(", ".join(variables.values()), value)
        self.variables |= variables
        for name, variable in variables.items():
            self._tap(name, variable)
            if name in writer.facts.outside:
                tap(writer, quoted(name), variable)

    def _value(self, node: Node, inputs: list[str]) -> Piece:
        """The layer of a node, or its operation, on some variables."""
        if isinstance(node.layer, Operation):
            written = plain_arguments(node.layer)
            return operation(self.writer, node, inputs, written, quoted(node.name))
        return applied(self.writer, node, self._layer(node), inputs, plain_call(node.layer))

    def _variable(self, name: str) -> str:
        """The variable that holds a tensor, or the entry of the dictionary."""
        if name in self.variables:
            return self.variables[name]
        if name in self.lost:
            self.writer.needs_input = True
            return CHAIN
        self.writer.flags.add("tensors")
        return f"tensors[{quoted(name)}]"

    def _free_variable(self, number: int, node: Node) -> str:
        """The variable for what a layer gives: the chain's, if only the next layer takes it and
        what the chain holds is needed no more.
        """
        last = number == len(self.nodes) - 1
        chained = last or self.uses.get(node.name) == [number + 1]
        is_output = node.name in self.graph.outputs.values()
        needed = any(
            name in self.ends or self.uses.get(name, [0])[-1] > number for name in self.in_chain
        )
        if self.side or not chained or is_output or needed:
            return self.writer.names.new(node.name.rpartition(".")[2])
        self.in_chain = {node.name}
        return self.site.place.target

    def _layer(self, node: Node) -> Piece:
        """The layer that was made before; a new one where there is nothing to share."""
        writer, module = self.writer, self.writer.module
        called = quoted(self.graph.name_in_keras(node.weights_of or node.name))
        if node.weights_of is not None:
            writer.flags.add("shared")
            return f"shared[{called}]"
        pieces = (*module.plain(node.layer), f"name={called}")
        made = Brackets(f"{module.class_of(node)}(", pieces, ")")
        return kept(writer, made) if node.name in writer.facts.shared else made

    def _tap(self, node: str, variable: str) -> None:
        """Keep what a node gives under the names that are read elsewhere."""
        for path in self.kept.get(node, ()):
            tap(self.writer, quoted(path), variable)

    def _write_outputs(self, made: set[str]) -> None:
        """The outputs of the model that the item ends in, its own among them where it is one."""
        for path in self.outputs:
            node = self.graph.outputs[path]
            variable = self._variable(node)
            if path == self.step.path:
                self._keep_end(variable)
            if not (node in made or stays_to_end(self.writer, self.site, variable)):
                name = self.writer.names.new(path.rpartition(".")[2], "side")
                variable = self.writer.assign(name, variable)
            end_output(self.writer, begin_output(self.writer), variable, quoted(path))

    def _keep_end(self, end: str) -> None:
        """Keep the end of a side path where it is named again."""
        facts = self.writer.facts
        if self.site.address in facts.held:
            self.writer.assign(own_variable(self.writer, self.site), end)
        if self.site.address in facts.tapped:
            tap(self.writer, quoted(self.step.path), end)
