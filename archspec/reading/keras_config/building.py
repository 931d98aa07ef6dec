"""The layers of a model and their calls → a `Graph`: models within it are written out, with a scope
each, and what is called several times is shared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from archspec import limits
from archspec.backends.output_layers import MAIN
from archspec.graph import Graph, Node
from archspec.layers import KINDS, Layer
from archspec.layers.base import Inferred
from archspec.layers.declared import Declaration, Declared
from archspec.layers.mismatch import Mismatch
from archspec.reading.graph_builder import GraphBuilder, Use, free_name, valid_name
from archspec.reading.keras_config.built import Built
from archspec.reading.keras_config.composed import stretched
from archspec.reading.keras_config.custom import (
    CustomUse,
    arguments_of_custom,
    declared_layers,
    output_names,
)
from archspec.reading.keras_config.layer_calls import CalledLayer, called_layer
from archspec.reading.keras_config.lowered import LOWERED
from archspec.reading.keras_config.operations import CannotCall, operation_call
from archspec.reading.keras_config.parts import (
    CustomPart,
    InputPart,
    LoweredPart,
    ModelLayer,
    ModelPart,
    OperationPart,
)
from archspec.reading.keras_config.serialized import KerasCall, TensorReference, references
from archspec.reading.normal_form import by_position
from archspec.reading.problems import Problems
from archspec.spelling import snake_case, without_count
from archspec.tensor import Tensor

CallKey = tuple[str, int]
"""The name of a layer in its model, and the number of its call."""


AUTOMATIC_INPUT = re.compile(r"(input|input_layer|keras_tensor)(_\d+)?|.*_input")
"""Names of inputs that nobody chose, from which a spec's only input needs none."""


class WrittenAt(NamedTuple):
    """Where a model is written out: the scope, the ``training`` that its call says, and the names
    of the models around.
    """

    scope: int
    training: bool | None
    path: tuple[str, ...] = ()


class GraphOfModel:
    """Writes a model out into a graph."""

    def __init__(self, model: ModelPart, problems: Problems, built: Built) -> None:
        self.model = model
        self.problems = problems
        self.built = built
        self.custom: list[CustomUse] = []
        self.builder = GraphBuilder(model.name, problems)
        self.owners: dict[tuple[int, int], str] = {}

    def graph(self) -> Graph:
        """The graph of the model. Raises `SpecError` with all that has no counterpart."""
        if _size(self.model) > limits.LAYERS:
            self.problems.refuse(f"`{self.problems.source}` has more than {limits.LAYERS:,} layers")
        tensors = list(references(self.model.inputs))
        taken = []
        for tensor in tensors:
            part = self.model.parts.get(tensor.layer)
            what = None if part is None else part.what
            if not isinstance(what, InputPart):
                self.problems.damaged(f"its input `{tensor.layer}` is no input")
            alone = len(tensors) == 1 and AUTOMATIC_INPUT.fullmatch(tensor.layer)
            name = "input" if alone else tensor.layer
            taken.append(self.builder.add_input(name, what.tensor, optional=what.optional))
        given = self._written_out(self.model, taken, WrittenAt(0, None))
        self.problems.check()
        self.builder.replace_layers(declared_layers(self.custom))
        return self.builder.graph(self._outputs(given))

    def _outputs(self, tensors: list[str]) -> dict[str, str]:
        """The outputs by their names, `MAIN` first."""
        named = list(zip(_output_names(self.model), tensors, strict=True))
        if not isinstance(self.model.outputs, Mapping) and not self._are_named(named):
            named[0] = MAIN, tensors[0]
        if len(named) > 1 or named[0][0] != MAIN:
            named = self._without_named_ends(named)
        named.sort(key=lambda pair: pair[0] != MAIN)
        names = self._free_names(named)
        if not isinstance(self.model.outputs, Mapping) and names != sorted(names):
            # Keras goes through a dict by its keys, and so orders the weights of the model
            width = len(str(len(names)))
            numbered = [f"output_{number:0{width}}" for number in range(2, len(names) + 1)]
            tensors = [tensor for _, tensor in named]
            names = self._free_names(list(zip([MAIN, *numbered], tensors, strict=True)))
        return dict(zip(names, [tensor for _, tensor in named], strict=True))

    def _are_named(self, named: list[tuple[str, str]]) -> bool:
        """Whether the layers that give the outputs have names of their own, by which a spec with no
        main output gives them in their order.
        """
        names = [name for name, _ in named]
        kinds = {node.name: snake_case(node.layer.kind()) for node in self.builder.nodes}
        chosen = all(without_count(name) != kinds.get(tensor) for name, tensor in named)
        return len(named) > 1 and chosen and names == sorted(set(names))

    def _free_names(self, named: list[tuple[str, str]]) -> list[str]:
        """Names for outputs, which no layer has but the one that gives the output."""
        taken = {*self.builder.tensors, MAIN}
        free = []
        for name, tensor in named:
            others = taken - {tensor}
            free.append(MAIN if name == MAIN else _free_output(valid_name(name), others))
            taken.add(free[-1])
        return free

    def _without_named_ends(self, named: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The outputs without the identity layers that do nothing but name them."""
        uses = Counter(name for node in self.builder.nodes for name in node.inputs)
        uses.update(tensor for _, tensor in named)
        nodes = {node.name: node for node in self.builder.nodes}
        ends = {
            tensor: nodes[tensor].inputs[0]
            for _, tensor in named
            if tensor in nodes and uses[tensor] == 1 and _only_names(nodes[tensor])
        }
        self.builder.remove(ends)
        return [(name, ends.get(tensor, tensor)) for name, tensor in named]

    # --- one model

    def _written_out(self, model: ModelPart, taken: list[str], site: WrittenAt) -> list[str]:
        """Add the layers of a model that takes these tensors: the tensors that it gives."""
        values: dict[CallKey, list[str]] = {}
        for tensor, name in zip(references(model.inputs), taken, strict=True):
            values[tensor.layer, 0] = [name]
        for part, number in self._in_order(model, values):
            call = part.calls[number]
            if any(_UNKNOWN in values[self._key(model, tensor)] for tensor in call.references):
                values[part.name, number] = [_UNKNOWN] * MOST_OUTPUTS
                continue
            values[part.name, number] = self._called(part, call, values, (model, site))
        return [self._value(model, reference, values, end=True) for reference in _ends(model)]

    def _in_order(
        self, model: ModelPart, values: Mapping[CallKey, Any]
    ) -> Iterator[tuple[ModelLayer, int]]:
        """The calls of a model's layers, each behind those that it needs, else in Keras's order."""
        number_of = {name: number for number, name in enumerate(model.parts)}
        waiting: dict[CallKey, int] = {}
        followers: dict[CallKey, list[CallKey]] = {}
        for part in model.parts.values():
            for number, call in enumerate(part.calls):
                needed = {self._key(model, reference) for reference in call.references}
                needed -= values.keys()
                waiting[part.name, number] = len(needed)
                for key in needed:
                    followers.setdefault(key, []).append((part.name, number))
        ready = [(number_of[name], call) for (name, call), count in waiting.items() if not count]
        heapify(ready)
        names = list(model.parts)
        while ready:
            position, number = heappop(ready)
            key = names[position], number
            del waiting[key]
            yield model.parts[key[0]], number
            for follower in followers.get(key, ()):
                waiting[follower] -= 1
                if not waiting[follower]:
                    heappush(ready, (number_of[follower[0]], follower[1]))
        if waiting:
            name = next(iter(waiting))[0]
            self.problems.damaged(f"`{name}` takes what comes of itself, or of no layer")

    def _key(self, model: ModelPart, reference: TensorReference, *, end: bool = False) -> CallKey:
        """The call that gives a tensor. Keras counts those of models from 1 in some places."""
        part = model.parts.get(reference.layer)
        if part is None:
            self.problems.damaged(f"it names a layer `{reference.layer}`, and has none")
        old = model.is_old and isinstance(part.what, ModelPart)
        from_one = old or (end and part.is_model)
        number = reference.call - from_one
        if isinstance(part.what, InputPart):
            return part.name, 0
        if not 0 <= number < len(part.calls):
            call = f"call {reference.call} of `{part.name}`"
            self.problems.damaged(f"it names {call}, and there is none")
        return part.name, number

    def _value(
        self,
        model: ModelPart,
        reference: TensorReference,
        values: Mapping[CallKey, list[str]],
        *,
        end: bool = False,
    ) -> str:
        """The name of a tensor in the graph."""
        key = self._key(model, reference, end=end)
        tensors = values.get(key, [])
        if reference.output >= len(tensors):
            self.problems.damaged(f"it names output {reference.output} of `{reference.layer}`")
        return tensors[reference.output]

    # --- one call

    def _called(
        self,
        part: ModelLayer,
        call: KerasCall,
        values: Mapping[CallKey, list[str]],
        within: tuple[ModelPart, WrittenAt],
    ) -> list[str]:
        """Add what a call of a layer makes: the tensors that it gives."""
        model, site = within
        what = part.what

        def named(tensors: Iterable[TensorReference]) -> tuple[str, ...]:
            return tuple(self._value(model, tensor, values) for tensor in tensors)

        try:
            match what:
                case ModelPart():
                    return self._model_called(part, call, named, site)
                case OperationPart():
                    return self._operation_called(part, call, named, site)
                case LoweredPart():
                    return self._lowered(part, named(call.references), site)
                case CustomPart():
                    return self._custom_called(part, call, named, within)
                case InputPart():
                    self.problems.damaged(f"its input `{part.name}` is called")
                case _:
                    called = called_layer(what, call, site.training)
                    return self._add(part, called, named(called.tensors), site)
        except CannotCall as error:
            self.problems.call(_kind_of(what), str(error), part.name)
            self.problems.check()
            raise AssertionError("a call was gathered") from error

    def _model_called(
        self, part: ModelLayer, call: KerasCall, named: Any, site: WrittenAt
    ) -> list[str]:
        """A model within the model: its layers, in a scope."""
        assert isinstance(part.what, ModelPart)
        training = site.training
        for name, value in call.keywords.items():
            if name == "training" and isinstance(value, bool):
                training = value
            elif value is not None and name not in ("inputs",):
                raise CannotCall(f"with `{name}`")
        first = call.positional[0] if call.positional else call.keywords.get("inputs")
        taken = _matched(first, part.what.inputs)
        if taken is None:
            raise CannotCall("with another number of tensors than it has inputs")
        again = (id(part), -1) in self.owners
        scope = self.builder.add_scope("reuse" if again else "group", part.name, site.scope)
        self.owners.setdefault((id(part), -1), self.builder.scopes[scope].path)
        path = (*site.path, part.name)
        return self._written_out(part.what, list(named(taken)), WrittenAt(scope, training, path))

    def _operation_called(
        self, part: ModelLayer, call: KerasCall, named: Any, site: WrittenAt
    ) -> list[str]:
        assert isinstance(part.what, OperationPart)
        kind = part.what.kind
        shape = stretched(kind.kind(), call.positional)
        if shape is not None:
            inputs = named(call.positional[1:2])
            layer = KINDS["ops.broadcast_to"](shape=shape)
            return list(self.builder.add(Use(part.name, layer, inputs), site.scope).tensors)
        arguments, tensors = operation_call(kind, part.what.config, call)
        inputs = named(tensor for _, tensor in tensors)
        layer = self._operation(kind, dict(arguments), part.name)
        roles = tuple(name for name, _ in tensors)
        if layer.kind() != kind.kind() or by_position(layer, roles):
            roles = ()
        node = self.builder.add(Use(part.name, layer, inputs, roles), site.scope)
        return list(node.tensors)

    def _operation(self, kind: type[Layer], arguments: dict[str, Any], name: str) -> Layer:
        shape = arguments.get("newshape")
        if isinstance(shape, list) and -1 in shape:
            return KINDS["Reshape"](target_shape=shape)
        try:
            return kind(**arguments)
        except Mismatch as mismatch:
            message = f"`{name}` of `{self.problems.source}`: {mismatch.message}"
            self.problems.refuse(message, mismatch.help)

    def _custom_called(
        self, part: ModelLayer, call: KerasCall, named: Any, within: tuple[ModelPart, WrittenAt]
    ) -> list[str]:
        """A layer of a class that archspec does not know, as it was built."""
        assert isinstance(part.what, CustomPart)
        model, site = within
        what, path = part.what, (*site.path, part.name)
        for name, value in call.keywords.items():
            if any(True for _ in references(value)) or not (value is None or name == "training"):
                raise CannotCall(f"with `{name}`")
        inputs = named(references(call.positional))
        number = part.calls.index(call)
        outputs = self.built.outputs(path, number) or _stated_outputs(model, part.name, number)
        weights = self.built.weights(path)
        if not inputs or not outputs or weights is None:
            lacks = "what it gives" if not outputs else "what weights it has"
            self.problems.unknown_kind(what.kind, f"this file does not say {lacks}", part.name)
            return [_UNKNOWN] * MOST_OUTPUTS
        taken = tuple(self.builder.tensors[name] for name in inputs)
        count = len(outputs)
        several = tuple(zip(output_names(count), outputs, strict=True)) if count > 1 else ()
        inferred = Inferred(outputs[0], tuple(weights), None, several)
        arguments = arguments_of_custom(what.config, trainable=part.trainable)
        layer = Declared(Declaration(what.kind, tuple(arguments), (), None, {}), arguments)
        node = self._added(part, 0, Use(part.name, layer, inputs, inferred=inferred), site)
        made = CustomUse(
            node.name, what.kind, what.module, arguments, taken, tuple(outputs), tuple(weights)
        )
        self.custom.append(made)
        return list(node.tensors)

    def _lowered(self, part: ModelLayer, inputs: tuple[str, ...], site: WrittenAt) -> list[str]:
        """Layers of ours for one of Keras's own networks."""
        assert isinstance(part.what, LoweredPart)
        if part.what.kind not in LOWERED:
            self.problems.unknown_kind(part.what.kind, "", part.name)
            self.problems.check()
        count = 0

        def add(use: Use) -> str:
            nonlocal count
            count += 1
            layer = _fixed(use.layer) if not part.trainable else use.layer
            return self._added(part, count, use._replace(layer=layer), site).name

        try:
            return [LOWERED[part.what.kind](part.name, part.what.config, inputs, add)]
        except (IndexError, KeyError, Mismatch):
            self.problems.damaged(f"`{part.name}` is not as a `{part.what.kind}` of Keras's is")

    def _add(
        self, part: ModelLayer, called: CalledLayer, inputs: tuple[str, ...], site: WrittenAt
    ) -> list[str]:
        use = Use(part.name, called.layer, inputs, called.roles)
        return list(self._added(part, 0, use, site).tensors)

    def _added(self, part: ModelLayer, number: int, use: Use, site: WrittenAt) -> Node:
        """Add a layer, which is shared with an earlier call of the same."""
        owner = self.owners.get((id(part), number))
        node = self.builder.add(use._replace(weights_of=owner), site.scope)
        self.owners.setdefault((id(part), number), node.name)
        return node


MOST_OUTPUTS = 64
_UNKNOWN = "?"
"""Stands for what an unknown layer gives, so that others that are unknown are found too."""


def _size(model: ModelPart) -> int:
    """The number of layers when a model is written out; models in it may double it many times."""
    return sum(
        len(part.calls) * (_size(part.what) if isinstance(part.what, ModelPart) else 1)
        for part in model.parts.values()
    )


def _stated_outputs(model: ModelPart, name: str, number: int) -> tuple[Tensor, ...]:
    """What the layers that take the outputs of a call say of them; of those that they say."""
    stated = {
        reference.output: Tensor(reference.shape, reference.dtype or "float32")
        for layer in model.parts.values()
        for call in layer.calls
        for reference in call.references
        if (reference.layer, reference.call) == (name, number) and reference.shape is not None
    }
    return tuple(stated[index] for index in range(len(stated)) if index in stated)


def _fixed(layer: Layer) -> Layer:
    return type(layer).of({**layer.arguments, "trainable": False})


def _kind_of(what: Any) -> str:
    """What messages call a layer."""
    if isinstance(what, ModelPart):
        return "a model"
    kind = what.kind() if isinstance(what, Layer) else what.kind
    return kind if isinstance(kind, str) else str(kind.kind())


def _ends(model: ModelPart) -> list[TensorReference]:
    """The outputs of a model."""
    return list(references(model.outputs))


def _only_names(node: Node) -> bool:
    return node.layer.kind() == "Identity" and node.weights_of is None


def _output_names(model: ModelPart) -> list[str]:
    """The names of a model's outputs: the keys of a dict, else those of the layers."""
    if isinstance(model.outputs, Mapping):
        return [
            name if isinstance(structure, TensorReference) else tensor.layer
            for name, structure in model.outputs.items()
            for tensor in references(structure)
        ]
    return [tensor.layer for tensor in references(model.outputs)]


def _free_output(name: str, taken: set[str]) -> str:
    return name if name not in taken else free_name(f"{name}_output", taken)


def _matched(taken: Any, inputs: Any) -> list[TensorReference] | None:
    """The tensors of a call in the order of the model's inputs; ``None`` where they do not fit."""
    if isinstance(taken, Mapping):
        names = list(inputs) if isinstance(inputs, Mapping) else None
        names = names or [tensor.layer for tensor in references(inputs)]
        if set(names) != taken.keys():
            return None
        taken = [taken[name] for name in names]
    tensors = list(references(taken))
    return tensors if len(tensors) == len(list(references(inputs))) else None
