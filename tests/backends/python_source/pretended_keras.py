"""Emitted source, run on a pretended Keras that infers shapes by archspec's own rules → the layers
that it makes: a thousand times as fast.

It does not show that Keras agrees (`tests.backends.python_source.emitted` does), but that the calls are those of the
graph.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from archspec.backends.output_layers import output_layers
from archspec.backends.python_source.calls import POSITIONAL
from archspec.graph import Graph
from archspec.layers import KINDS
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


class Made:
    """A layer that was made, which can be called."""

    def __init__(
        self, kind: str, positional: tuple[Any, ...], arguments: Mapping[str, Any]
    ) -> None:
        given = {**dict(zip(POSITIONAL.get(kind, ()), positional, strict=False)), **arguments}
        self.name = given.pop("name")
        self.layer = KINDS[kind](**{key: _plain(value) for key, value in given.items()})
        self.trainable = self.layer.trainable

    def __call__(self, *inputs: Any) -> Symbol:
        several = list(inputs[0]) if isinstance(inputs[0], list) else list(inputs)
        if self.layer.separate_inputs:
            several = several[:1] if len({id(one) for one in several}) == 1 else several
        output, _, _ = self.layer.infer(*(one.tensor for one in several))
        return Symbol(
            output,
            (
                self.name,
                self.layer.kind(),
                _given(self.layer),
                tuple(hash(one.signature) for one in several),
            ),
        )


def _given(layer: Any) -> str:
    return repr(sorted((name, str(value)) for name, value in layer.arguments.items()))


def _plain(value: Any) -> Any:
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
        if kind not in KINDS:
            raise AttributeError(kind)
        return lambda *positional, **arguments: Made(kind, positional, arguments)


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
        ops=ModuleType("keras.ops"),
        saving=SimpleNamespace(register_keras_serializable=lambda package: lambda one: one),
        Input=lambda shape, dtype="float32", *, name: Symbol(
            Tensor(tuple(shape), dtype), (name, tuple(shape), dtype)
        ),
        Model=lambda inputs, outputs, name: SimpleNamespace(
            inputs=_listed(inputs), outputs=_listed(outputs), name=name
        ),
        **{module: _Objects(module) for module in ("initializers", "regularizers", "constraints")},
    )
    return keras


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def run(text: str, **arguments: Any) -> Any:
    """What ``build_model`` of a text returns."""
    keras = _keras()
    saved = {name: sys.modules.get(name) for name in ("keras", "keras.layers")}
    sys.modules.update({"keras": keras, "keras.layers": keras.layers})
    try:
        module = ModuleType("emitted")
        exec(compile(text, "<emitted>", "exec"), module.__dict__)
        for kind in KINDS:  # the file's own layers, which call Keras's
            if kind in module.__dict__:
                module.__dict__[kind] = getattr(keras.layers, kind)
        return module.build_model(**arguments)
    finally:
        for name, one in saved.items():
            if one is None:
                del sys.modules[name]
            else:
                sys.modules[name] = one


def signatures(graph: Graph) -> list[Signature]:
    """What a graph's outputs are made of, in the words of `Made`."""
    found: dict[str, Signature] = {
        name: (name, tensor.shape, tensor.dtype) for name, tensor in graph.inputs.items()
    }
    for node in graph.nodes:
        itself = node.layer.separate_inputs and len(set(node.inputs)) == 1
        inputs = tuple(hash(found[name]) for name in (node.inputs[:1] if itself else node.inputs))
        if node.layer.kind() == "Identity":
            found[node.name] = _identity(node.weights_of or node.name, found[node.inputs[0]])
            continue
        found[node.name] = (
            node.weights_of or node.name,
            node.layer.kind(),
            _given(node.layer),
            inputs,
        )
    names = output_layers(graph)
    return [
        _identity(names[output], found[node]) if output in names else found[node]
        for output, node in graph.outputs.items()
    ]


def same(graph: Graph, text: str) -> None:
    """Raise AssertionError unless the source makes the graph's layers, on the same tensors, in
    the same outputs.
    """
    model = run(text)
    assert model.name == graph.name
    assert [one.signature for one in model.inputs] == [
        (name, tensor.shape, tensor.dtype) for name, tensor in graph.inputs.items()
    ]
    assert [one.signature for one in model.outputs] == signatures(graph)
