"""Emitted source, run on a pretended Keras that infers shapes by archspec's own rules → the layers
that it makes: a thousand times as fast.

It does not show that Keras agrees (`tests.backends.python_source.emitted` does), but that the calls are those of the
graph.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

from archspec.backends.output_layers import output_layers
from archspec.backends.python_source.layer_calls import POSITIONAL
from archspec.graph import Graph, Node
from archspec.layers import KINDS
from archspec.layers.declared import Declared
from archspec.layers.inner import completed
from archspec.layers.operations.base import Array, Operation, Truths
from archspec.layers.registry import is_kind, kind_of
from archspec.layers.types import Configured
from archspec.tensor import Tensor

Signature = tuple[Any, ...]


class Symbol:
    """A tensor: what made it, and its shape with the batch."""

    def __init__(self, tensor: Tensor, signature: Signature) -> None:
        self.tensor = tensor
        self.shape = (None, *tensor.shape)
        self.dtype = tensor.dtype
        self.signature = signature

    def __getitem__(self, key: Any) -> Function:
        return Function("get_item", (self,), {"key": key})


class Function(NamedTuple):
    """A call of a function of `keras.ops`, which its name makes a tensor."""

    function: str
    positional: tuple[Any, ...]
    keywords: Mapping[str, Any]


class _Operations(ModuleType):
    def __getattr__(self, function: str) -> Any:
        return lambda *positional, **keywords: Function(function, positional, keywords)

    @staticmethod
    def convert_to_tensor(value: Any, dtype: str | None = None) -> Array | Function:
        """A constant that stands in the place of a tensor."""
        if isinstance(value, Symbol):
            return Function("convert_to_tensor", (value,), {})
        assert dtype is not None
        return Array(value, dtype)

    @staticmethod
    def ones(shape: Any, dtype: str) -> Truths:
        """A tensor that is true everywhere."""
        assert dtype == "bool"
        return Truths(shape)

    @property
    def image(self) -> _Operations:
        """The functions of images, under their full names."""
        inner = _Operations("keras.ops.image")
        inner.__class__ = _OfImages
        return inner


class _OfImages(_Operations):
    def __getattr__(self, function: str) -> Any:
        return super().__getattr__(f"image.{function}")


def _naming(graph: Graph) -> Callable[[str, Function], Any]:
    """What gives the operations of a graph their names."""
    nodes = {node.name: node for node in graph.nodes}

    def named(name: str, call: Function) -> Any:
        node = nodes[name]
        layer = node.layer
        assert isinstance(layer, Operation)
        assert call.function == (layer.keras_function or layer.function)
        taken = _as_function_takes(layer, list(call.positional), dict(call.keywords))
        signature = (name, layer.kind(), "", taken)
        if not node.outputs:
            return Symbol(node.output, signature)
        return [Symbol(tensor, (*signature, output)) for output, tensor in node.outputs]

    return named


def _as_function_takes(layer: Operation, positional: list[Any], keywords: dict[str, Any]) -> str:
    """The arguments of a call, normalised, all but the tensors by name."""
    named = [name for name, one in layer.attributes.items() if one.required]
    named = [name for name in named if name not in (*layer.tensors, "subscripts", *keywords)]
    tensors = len(positional) - len(named)
    keywords |= dict(zip(named, positional[tensors:], strict=True)) if tensors > 0 else {}
    for name in keywords.keys() & layer.attributes.keys() - layer.batch.keys():
        if not layer.rewrites:
            keywords[name] = layer.attributes[name].type.accept(keywords[name])
    return _as_keras_takes(positional[:tensors], dict(sorted(keywords.items())))


class Made:
    """A layer that was made, which can be called."""

    def __init__(
        self, kind: str, positional: tuple[Any, ...], arguments: Mapping[str, Any]
    ) -> None:
        given = {**dict(zip(POSITIONAL.get(kind, ()), positional, strict=False)), **arguments}
        self.name = given.pop("name")
        self.layer = kind_of(kind)(**{key: _plain(value) for key, value in given.items()})
        self.trainable = self.layer.trainable

    def __call__(self, *positional: Any, **keywords: Any) -> Any:
        taken = _as_keras_takes(positional, keywords)
        inputs, roles, call = _by_role(self.layer, positional, keywords)
        layer = self.layer.called_with(**call) if call else self.layer
        made = layer.infer(*(one.tensor for one in inputs), roles=roles)
        signature = (self.name, layer.kind(), _given(self.layer), taken)
        if not made.outputs:
            return Symbol(made.output, signature)
        return [Symbol(tensor, (*signature, name)) for name, tensor in made.outputs]


def _by_role(
    layer: Any, positional: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[list[Symbol], list[str], dict[str, Any]]:
    """What a call of Keras's layer takes: tensors, their roles, and constants."""
    names = [name for name, role in layer.roles.items() if not role.by_name]
    first = positional[0]
    inputs = list(first) if isinstance(first, list) else list(positional)
    if layer.builds_in_call and len({id(one) for one in inputs}) == 1:
        inputs = inputs[:1]
    roles = names[: len(inputs)] if len(names) > 1 else names * len(inputs)
    call = {}
    role_of = {keyword: role for role, keyword in getattr(layer, "keras_keywords", {}).items()}
    for keyword, value in keywords.items():
        name = role_of.get(keyword, keyword)
        if name == "mask" and isinstance(value, list):
            masks = zip(("query_mask", "value_mask"), value, strict=True)
            given = [(role, mask) for role, mask in masks if mask is not None]
        elif name in layer.roles:
            given = [(name, one) for one in (value if isinstance(value, list) else [value])]
        else:
            call[name] = value
            continue
        roles += [role for role, _ in given]
        inputs += [one for _, one in given]
    return inputs, roles, call


def _as_keras_takes(positional: Sequence[Any], keywords: Mapping[str, Any]) -> str:
    """The arguments of a call, tensors by what made them."""
    return repr((_plainly(list(positional)), {key: _plainly(keywords[key]) for key in keywords}))


def _plainly(value: Any) -> Any:
    if isinstance(value, list):
        return [_plainly(one) for one in value]
    return hash(value.signature) if isinstance(value, Symbol) else value


def _given(layer: Any) -> str:
    return repr(sorted((name, str(value)) for name, value in completed(layer).items()))


def _plain(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], Made):
        return [one.layer for one in value]
    if isinstance(value, Made):
        return value.layer
    return {value.name: dict(value.arguments)} if isinstance(value, Configured) else value


class Layer:
    """The base of the layers that the file brings along: making one makes a `Made`."""

    def __new__(cls, *positional: Any, **arguments: Any) -> Any:
        return Made(cls.__name__, positional, arguments)


class _Layers(ModuleType):
    Layer = Layer

    @staticmethod
    def Identity(name: str, dtype: Any = None) -> Any:  # noqa: N802 - as in Keras
        """What gives an output its name."""
        return lambda one: Symbol(one.tensor, _identity(name, one.signature))

    def __getattr__(self, kind: str) -> Any:
        if not is_kind(kind):
            raise AttributeError(kind)
        return lambda *positional, **arguments: Made(kind, positional, arguments)


def _declared(graph: Graph) -> dict[str, ModuleType]:
    """The modules from which a source imports the classes of declared kinds; what such a layer
    gives, its node says.
    """
    nodes = [node for node in graph.nodes if isinstance(node.layer, Declared)]
    calls = defaultdict[str, list[Node]](list)
    for node in nodes:
        calls[node.weights_of or node.name].append(node)

    class Made:
        def __init__(self, **arguments: Any) -> None:
            self.name = arguments.pop("name")
            self.calls = calls[self.name]
            self.layer = self.calls[0].layer
            self.trainable = arguments.pop("trainable", True)
            assert arguments.items() <= self.layer.arguments.items()

        def __call__(self, *positional: Symbol) -> Any:
            node = self.calls.pop(0)
            taken = _as_keras_takes(positional, {})
            return Symbol(node.output, (self.name, node.layer.kind(), _given(node.layer), taken))

    modules: dict[str, ModuleType] = {}
    for reference in {node.layer.declaration.reference for node in nodes}:
        module, _, name = reference.partition(":")
        setattr(modules.setdefault(module, ModuleType(module)), name, Made)
    return modules


def _identity(name: str, signature: Signature) -> Signature:
    return (name, "Identity", hash(signature))


class _Objects:
    def __init__(self, module: str) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return lambda **arguments: Configured(self.module, name, arguments)


def _keras() -> ModuleType:
    keras = ModuleType("keras")
    keras.__dict__.update(
        layers=_Layers("keras.layers"),
        backend=SimpleNamespace(get_uid=lambda word: None),
        ops=_Operations("keras.ops"),
        saving=SimpleNamespace(register_keras_serializable=lambda package: lambda one: one),
        Input=lambda shape, dtype="float32", *, name, optional=False: Symbol(
            Tensor(tuple(shape), dtype), (name, tuple(shape), dtype, optional)
        ),
        Model=lambda inputs, outputs, name: SimpleNamespace(
            inputs=inputs if isinstance(inputs, list) else [inputs], outputs=outputs, name=name
        ),
        **{module: _Objects(module) for module in ("initializers", "regularizers", "constraints")},
    )
    return keras


def run(text: str, graph: Graph, **arguments: Any) -> Any:
    """What ``build_model`` of a text returns, whose operations give the tensors of a graph."""
    keras = _keras()
    pretended = {"keras": keras, "keras.layers": keras.layers, **_declared(graph)}
    saved = {name: sys.modules.get(name) for name in pretended}
    sys.modules.update(pretended)
    try:
        module = ModuleType("emitted")
        exec(compile(text, "<emitted>", "exec"), module.__dict__)
        for kind in KINDS:  # the file's own layers, which call Keras's
            if kind in module.__dict__:
                module.__dict__[kind] = getattr(keras.layers, kind)
        if "named" in module.__dict__:
            module.__dict__["named"] = _naming(graph)
        return module.build_model(**arguments)
    finally:
        for name, one in saved.items():
            if one is None:
                del sys.modules[name]
            else:
                sys.modules[name] = one


def signatures(graph: Graph) -> Signature | dict[str, Signature]:
    """What a graph's outputs are made of, in the words of `Made`: of several, by their names."""
    found: dict[str, Symbol] = {
        name: Symbol(tensor, _input(graph, name)) for name, tensor in graph.inputs.items()
    }
    for node in graph.nodes:
        inputs = [found[name] for name in node.inputs]
        signature: Signature
        if node.layer.kind() == "Identity":
            signature = _identity(node.weights_of or node.name, inputs[0].signature)
        elif isinstance(node.layer, Operation):
            taken = _as_function_takes(node.layer, *node.layer.keras_call(inputs, node.roles))
            signature = (node.name, node.layer.kind(), "", taken)
        else:
            taken = _as_keras_takes(*node.layer.keras_call(inputs, node.roles))
            signature = (
                node.weights_of or node.name,
                node.layer.kind(),
                _given(node.layer),
                taken,
            )
        for (name, tensor), output in zip(
            node.tensors.items(), node.outputs or [None], strict=True
        ):
            found[name] = Symbol(tensor, (*signature, output[0]) if output else signature)
    names = output_layers(graph)
    ends = {
        output: _identity(names[output], found[name].signature)
        if output in names
        else found[name].signature
        for output, name in graph.outputs.items()
    }
    return ends if len(ends) > 1 else next(iter(ends.values()))


def _input(graph: Graph, name: str) -> Signature:
    tensor = graph.inputs[name]
    return (name, tensor.shape, tensor.dtype, name in graph.optional)


def same(graph: Graph, text: str) -> None:
    """Raise AssertionError unless the source makes the graph's layers, on the same tensors, in
    the same outputs.
    """
    model = run(text, graph)
    assert model.name == graph.name
    assert [one.signature for one in model.inputs] == [_input(graph, name) for name in graph.inputs]
    ends = model.outputs
    several = isinstance(ends, dict)
    made = {name: end.signature for name, end in ends.items()} if several else ends.signature
    assert made == signatures(graph)
