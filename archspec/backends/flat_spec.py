"""`Graph` → a spec in which every layer is written out with its ``from``: it compiles to the
same graph, by itself.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from archspec.backends.output_layers import MAIN
from archspec.graph import Graph, Node
from archspec.layers import Layer
from archspec.layers.declared import Declared
from archspec.layers.fields import Field
from archspec.layers.types import Configured, Refused
from archspec.spelling import spec_name
from archspec.tensor import Tensor


def flat(graph: Graph) -> dict[str, Any]:
    """The data of the spec."""
    items = [_item(node) for node in graph.nodes]
    items += [
        {"name": path, "from": name, "output": []}
        for path, name in graph.outputs.items()
        if path != MAIN
    ]
    last = items[-1].get("name") if items else None
    if MAIN in graph.outputs and last != graph.outputs[MAIN]:
        items.append({"from": graph.outputs[MAIN], "layers": []})
    names = {path: as_name(name) for path, name in graph.names.items()}
    return {**above_layers(graph), "layers": items, **({"names": names} if names else {})}


def as_name(text: str) -> str:
    """A text as it stands in ``names``, where what follows a ``$`` would be put in."""
    return text.replace("$", "$('$')")


def above_layers(graph: Graph) -> dict[str, Any]:
    """What a document says before its layers: the network's name, what is known about it, what it
    takes, and the kinds that it declares.
    """
    about = {"description": graph.description, "source": graph.source}
    return {
        "archspec": 1,
        "name": spec_name(graph.name),
        **{key: text for key, text in about.items() if text is not None},
        **_inputs(graph),
        **_declarations(graph),
    }


def _inputs(graph: Graph) -> dict[str, Any]:
    """The key of the document that says what the network takes."""
    shapes = {
        name: _input(tensor, optional=name in graph.optional)
        for name, tensor in graph.inputs.items()
    }
    return {"input": shapes["input"]} if list(shapes) == ["input"] else {"inputs": shapes}


def _declarations(graph: Graph) -> dict[str, Any]:
    """The key of the document that declares kinds of layers, where any is declared."""
    layers = (node.layer for node in graph.nodes)
    declared = {
        layer.kind(): dict(layer.declaration.written)
        for layer in layers
        if isinstance(layer, Declared)
    }
    return {"kinds": declared} if declared else {}


def _input(tensor: Tensor, *, optional: bool) -> Any:
    shape = list(tensor.shape)
    dtype = {} if tensor.dtype == "float32" else {"dtype": tensor.dtype}
    more = {**dtype, **({"optional": True} if optional else {})}
    return {"shape": shape, **more} if more else shape


def _item(node: Node) -> dict[str, Any]:
    operation = (
        {"reuse": node.weights_of}
        if node.weights_of
        else {node.layer.kind(): arguments(node.layer)}
    )
    call = {name: plain(value) for name, value in node.layer.call.items()}
    return {
        "name": node.name,
        "from": _sources(node),
        **operation,
        **({"call": call} if call else {}),
    }


def _sources(node: Node) -> Any:
    """What a node takes: a name, a list of them, or, where roles are named, names by role."""
    if not node.roles:
        return node.inputs[0] if len(node.inputs) == 1 else list(node.inputs)
    taken: dict[str, list[str]] = {}
    for name, role in node.edges:
        taken.setdefault(role, []).append(name)
    roles = node.layer.open_roles
    for role in [name for name in roles if roles[name].default in taken]:
        taken.setdefault(role, taken[roles[role].default])  # or it would be the item before
    ordered = {role: taken[role] for role in roles if role in taken}
    return {role: names[0] if len(names) == 1 else names for role, names in ordered.items()}


def arguments(layer: Layer) -> dict[str, Any]:
    """The arguments of a layer that were given, as one writes them in a spec, in the order of
    the kind's page.
    """
    return {
        name: _argument(attribute, layer.arguments[name])
        for name, attribute in layer.attributes.items()
        if name in layer.arguments
    }


def _argument(attribute: Field, value: Any) -> Any:
    """``(3, 3)`` as ``3``, and ``((1, 1), (1, 1))`` as ``1``, where that means the same."""
    shorter, shortest = value, value
    while isinstance(shorter, tuple) and len(set(shorter)) == 1:
        shorter = shorter[0]
        with suppress(Refused):
            if attribute.type.accept(plain(shorter)) == value:
                shortest = shorter
    return plain(shortest)


def plain(value: Any) -> Any:
    """A normalised argument as one writes it in a spec."""
    if isinstance(value, Layer):
        return {value.kind(): arguments(value)}
    if isinstance(value, Configured):
        return {value.name: {key: plain(argument) for key, argument in value.arguments.items()}}
    return [plain(element) for element in value] if isinstance(value, tuple) else value
