"""`Graph` → ``keras.Model``, by the functional API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import keras
from keras.src.backend.common import global_state

from archspec.backends.automatic_names import counts
from archspec.backends.keras import layers as keras_layers
from archspec.backends.keras.declared import NO_CLASSES, Classes, declared_classes, shipped_class
from archspec.backends.keras.ends import one_or_all, one_or_named
from archspec.backends.keras.operations import KerasFunction
from archspec.backends.output_layers import need_dtypes, output_layers
from archspec.diagnostics import Diagnostic, SpecError
from archspec.graph import Graph, Node
from archspec.layers import Layer
from archspec.layers.declared import Declared
from archspec.layers.inner import completed, name_of, names_of
from archspec.layers.operations.base import Operation
from archspec.layers.types import Configured
from archspec.spelling import cut
from archspec.tensor import show_shape


def build_model(
    graph: Graph,
    done: Callable[[Node], None] = lambda node: None,
    *,
    scoped: bool = False,
    classes: Classes = NO_CLASSES,
) -> keras.Model:
    """The Keras model of a graph, its layers named by `layer_names`. Several inputs are a list, of
    which Keras takes a dict of their names too; several outputs are a dict of theirs, in the
    graph's order. ``done`` is called with each node that was built.

    ``scoped``: TensorFlow's own names of variables have those of their layers, as a SavedModel
    shows them, which takes a third more time. ``classes`` are those of declared kinds, by kind;
    others are imported, where their modules are trusted. Shapes and weights are compared with the
    inferred ones as each layer is built. Raises `SpecError` where Keras refuses a layer, or
    differs.
    """
    tensors = {
        name: keras.Input(
            tensor.shape, dtype=tensor.dtype, name=name, optional=name in graph.optional
        )
        for name, tensor in graph.inputs.items()
    }
    inputs = list(tensors.values())
    names = layer_names(graph)
    with _reserved(names.values()):
        values = (
            _values_at_the_end
            if keras.backend.backend() == "tensorflow" and not scoped
            else nullcontext
        )
        classes = declared_classes(graph, classes)
        layers: dict[str, keras.layers.Layer] = {}
        for node in graph.nodes:
            layer = layers.get(node.weights_of or "")
            try:
                with values():
                    layer = layer or make_layer(node.layer, names[node.name], classes)
                    taken = [tensors[name] for name in node.inputs]
                    outputs = apply(layer, node.layer, taken, node.roles)
            except Exception as error:  # whatever Keras raises, its user gets a line and a sentence
                raise SpecError([_refused(node, error)]) from error
            layers[node.name] = layer
            _correct(node, outputs)
            _compare(node, layer, outputs)
            tensors.update(zip(node.tensors, outputs, strict=True))
            done(node)
    return keras.Model(
        one_or_all(inputs),
        one_or_named(_named_outputs(graph, tensors)),
        name=graph.name.replace("/", "-"),  # which Keras refuses
    )


def _named_outputs(
    graph: Graph, tensors: Mapping[str, keras.KerasTensor]
) -> dict[str, keras.KerasTensor]:
    """The outputs of the model by their names, behind layers that are called like them."""
    names = output_layers(graph)
    outputs = {}
    for output, node in graph.outputs.items():
        tensor = tensors[node]
        if output in names:
            name = _without_dots(names[output]) if _refuses_dots() else names[output]
            dtype = tensor.dtype if need_dtypes(graph) else None
            tensor = keras.layers.Identity(name=name, dtype=dtype)(tensor)
        outputs[output] = tensor
    return outputs


def layer_names(graph: Graph) -> dict[str, str]:
    """The names of a graph's layers in Keras: those that the spec has for them, else their paths;
    with underscores for the dots where Keras runs on PyTorch, which refuses dots.

    One more underscore at the end distinguishes it from another name.
    """
    own = {node.name: graph.name_in_keras(node.name) for node in graph.nodes}
    if not _refuses_dots():
        return own
    names: dict[str, str] = {}
    for path in sorted(own, key=lambda path: "." in own[path]):  # those without a dot keep theirs
        name = _without_dots(own[path])
        while name in names or name in graph.inputs:
            name += "_"
        names[name] = path
    return {path: name for name, path in names.items()}


@contextmanager
def _reserved(names: Iterable[str]) -> Iterator[None]:
    """While it lasts, Keras gives no operation of its own the name of one of these layers.
    Afterwards it counts on where it was.
    """
    numbers = global_state.get_global_attribute(
        "object_name_uids", defaultdict(int), set_to_default=True
    )
    before = dict(numbers)
    for word, number in counts(names).items():
        numbers[word] = max(numbers[word], number)
    try:
        yield
    finally:
        numbers.clear()
        numbers.update(before)


def _refuses_dots() -> bool:
    return bool(keras.backend.backend() == "torch")


def _without_dots(name: str) -> str:
    return name.replace(".", "_")


def compare_count(model: keras.Model, graph: Graph) -> None:
    """Raise `SpecError` unless Keras counts the parameters of the whole model as archspec does."""
    if model.count_params() != graph.parameters:
        message = (
            f"Keras counts {model.count_params():,} parameters, and archspec {graph.parameters:,}"
        )
        raise SpecError(
            [
                Diagnostic(
                    "keras-differs",
                    message,
                    graph.scopes[0].span,
                    help="this is a fault of archspec: please report the spec",
                )
            ]
        )


@contextmanager
def without_values() -> Iterator[None]:
    """Within it Keras makes variables that have shapes and never get values, which takes less
    time, and no memory.
    """
    with _apart(), keras.StatelessScope(initialize_variables=False):
        yield


@contextmanager
def _values_at_the_end() -> Iterator[None]:
    """Within it Keras makes variables without values, and at its end gives them theirs, unless it
    stands in such a scope itself.

    That is outside of the name scopes of their layers. For TensorFlow builds an operation anew for
    each name of a variable that it has not met, which takes several times as long as the rest of
    making one, and outside of name scopes every kernel is a ``kernel``. The values and
    ``keras.Variable.path`` are as ever.
    """
    if global_state.get_global_attribute("stateless_scope") is not None:
        yield
        return
    with _apart(), keras.StatelessScope():
        try:
            yield
        except (
            BaseException
        ):  # a layer that Keras refuses needs no values, and their failure would hide its own
            _wait_for_values([])
            raise


@contextmanager
def _apart() -> Iterator[None]:
    """Keep Keras's list of the variables that wait for values, which every scope serves to the
    end, as it is outside.
    """
    others = global_state.get_global_attribute(WAITING) or []
    _wait_for_values([])
    try:
        yield
    finally:
        _wait_for_values(others)


WAITING = "uninitialized_variables"


def _wait_for_values(variables: list[keras.Variable]) -> None:
    global_state.set_global_attribute(WAITING, variables)


def _refused(node: Node, error: Exception) -> Diagnostic:
    reason = " ".join(str(error).split())
    shown = cut(reason, 300)
    return Diagnostic(
        "keras-refused",
        f"Keras refuses `{node.name}`, a {node.layer.kind()}",
        node.span,
        notes=(f"{type(error).__name__}: {shown}",),
    )


def _correct(node: Node, outputs: list[keras.KerasTensor]) -> None:
    """Give outputs that Keras states wrongly the shape that they have when the model runs. None is
    sparse, as Keras takes any product with a number to be: a class of one's own that is given such
    a product has outputs of unknown sizes.
    """
    for built in outputs:
        built._sparse = False  # Keras refuses to set `sparse`, and `shape`
    for (name, inferred), built in zip(node.outputs, outputs, strict=False):
        if name in node.layer.misstated_outputs:
            built._shape = (None, *inferred.shape)


def _compare(node: Node, layer: keras.layers.Layer, outputs: list[keras.KerasTensor]) -> None:
    """Raise `SpecError` unless Keras's output shapes and weights are the inferred ones."""
    for what, built, inferred in _differences(node, layer, outputs):
        if isinstance(node.layer, Declared):
            raise SpecError([_declaration_differs(node, what, built, inferred)])
        message = (
            f"Keras makes the {what} of `{node.name}` {built}, and archspec inferred {inferred}"
        )
        help = "this is a fault of archspec: please report the spec"
        raise SpecError([Diagnostic("keras-differs", message, node.span, help=help)])


def _declaration_differs(node: Node, what: str, built: str, declared: str) -> Diagnostic:
    kind = node.layer.kind()
    message = f"`{kind}` makes the {what} of `{node.name}` {built}, and its declaration {declared}"
    part = "weights" if what == "weights" else "shape"
    help = f"correct `{part}` under `kinds: {kind}`, or the class"
    return Diagnostic("declaration-differs", message, node.span, help=help)


def _differences(
    node: Node, layer: keras.layers.Layer, outputs: list[keras.KerasTensor]
) -> Iterator[tuple[str, str, str]]:
    if len(outputs) != len(node.tensors):
        yield "number of outputs", str(len(outputs)), str(len(node.tensors))
        return
    for built, (name, inferred) in zip(outputs, node.tensors.items(), strict=True):
        shape = tuple(built.shape[1:])
        if shape != inferred.shape:
            output = name.removeprefix(f"{node.name}.") if name != node.name else "output"
            yield output, show_shape(shape), show_shape(inferred.shape)
    made = [(tuple(weight.shape), bool(weight.trainable)) for weight in layer.weights]
    inferred_weights = [(weight.shape, weight.trainable) for weight in node.weights]
    if made != inferred_weights:
        yield "weights", _listed(made), _listed(inferred_weights)


def _listed(weights: list[tuple[tuple[int, ...], bool]]) -> str:
    return (
        ", ".join(
            show_shape(shape) + ("" if trainable else " (fixed)") for shape, trainable in weights
        )
        or "none"
    )


def make_layer(
    layer: Layer, name: str | None = None, classes: Classes = NO_CLASSES
) -> keras.layers.Layer:
    """The Keras layer of the same kind, name and arguments; the others keep Keras's defaults.
    ``classes`` are those of declared kinds.
    """
    if isinstance(layer, Declared):
        return classes[layer.kind()](name=name, **layer.arguments)
    if isinstance(layer, Operation):
        return KerasFunction(layer, name)
    kind = layer.kind()
    if layer.keras:
        return shipped_class(layer)(name=name, **layer.arguments)
    constructor = getattr(keras_layers, kind, None) or getattr(keras.layers, kind)
    return constructor(name=name, **{key: _value(value) for key, value in completed(layer).items()})


def _value(value: Any) -> Any:
    if isinstance(value, Layer):
        return make_layer(value, name_of(value))
    if isinstance(value, tuple) and value and isinstance(value[0], Layer):
        return [make_layer(*pair) for pair in zip(value, names_of(value), strict=True)]
    if isinstance(value, Configured):
        return getattr(getattr(keras, value.module), value.name)(**value.arguments)
    return value


def apply(
    keras_layer: keras.layers.Layer,
    layer: Layer,
    inputs: Sequence[keras.KerasTensor],
    roles: Sequence[str] = (),
) -> list[keras.KerasTensor]:
    """Call a Keras layer on tensors with their roles, as `layer` says: all that it gives."""
    positional, keywords = layer.keras_call(inputs, roles)
    outputs = keras.tree.flatten(keras_layer(*positional, **keywords))
    if layer.builds_in_call and not keras_layer.trainable:
        keras_layer.trainable = True  # setting the same value again does nothing
        keras_layer.trainable = False
    return list(outputs)
