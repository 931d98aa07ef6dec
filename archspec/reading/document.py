"""The items of a spec as data → its document: inputs, defaults that many layers share, blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from archspec.backends.flat_spec import above_layers
from archspec.graph import Graph
from archspec.layers import KINDS, Layer
from archspec.layers.declared import Declared
from archspec.reading.emit import Data
from archspec.reading.labels import SHORTCUT
from archspec.reading.literals import literal
from archspec.reading.settings import plain_default

SAVED = 1
"""How many words defaults of a kind must save beyond those that they cost."""


def document(graph: Graph, layers: list[Any], blocks: Data) -> Data:
    """The document of a spec."""
    defaults = _factored(graph, [layers, *(block["layers"] for block in blocks.values())])
    return {
        **above_layers(graph),
        **({"defaults": defaults} if defaults else {}),
        **({"blocks": blocks} if blocks else {}),
        "layers": layers,
    }


def _factored(graph: Graph, lists: list[list[Any]]) -> Data:
    """The defaults that save words, taken out of the items."""
    declared = {node.layer.kind() for node in graph.nodes if isinstance(node.layer, Declared)}
    barred = set(_inner_kinds(graph)) | declared | set(KINDS.of_family("merging"))
    uses: dict[str, list[tuple[Any, Any, Data]]] = {}
    for items in lists:
        for holder, key, kind, arguments in _layers(items):
            uses.setdefault(kind, []).append((holder, key, arguments))
    if any(kind.startswith("$") for kind in uses):
        return {}
    defaults: Data = {}
    for kind, found in uses.items():
        if kind in barred or kind.startswith("ops.") or len(found) < 2:
            continue
        shared = _shared(kind, [arguments for _, _, arguments in found])
        if shared:
            defaults[kind] = shared
            for holder, key, arguments in found:
                holder[key] = _less(holder[key], kind, arguments, shared)
    return defaults


def _shared(kind: str, uses: list[Data]) -> Data:
    """The arguments of a kind that are worth being its defaults."""
    keys = dict.fromkeys(key for arguments in uses for key in arguments)
    shared: Data = {}
    for key in keys:
        values = Counter(
            repr(arguments[key]) for arguments in uses if _is_constant(arguments.get(key))
        )
        if not values:
            continue
        text, count = values.most_common(1)[0]
        lacking = sum(key not in arguments for arguments in uses)
        if count < 2 or count - lacking <= SAVED:
            continue
        field = KINDS[kind].attributes[key]
        if field.required and (lacking or (key != "kernel_size" and count < len(uses))):
            continue  # what makes a layer what it is stands at the layer
        shared[key] = next(arguments[key] for arguments in uses if repr(arguments.get(key)) == text)
    return shared


def _is_constant(value: Any) -> bool:
    return value is not None and "$" not in repr(value)


def _less(item: Any, kind: str, arguments: Data, shared: Data) -> Any:
    """An item without the arguments that are defaults, and with those that it leaves to Keras."""
    own = {key: value for key, value in arguments.items() if repr(shared.get(key)) != repr(value)}
    own |= {key: literal(plain_default(KINDS[kind], key)) for key in shared if key not in arguments}
    if isinstance(item, dict):
        item[kind] = own
        return kind if not own and len(item) == 1 else item
    return {kind: own} if own else kind


def _layers(items: list[Any]) -> Iterator[tuple[Any, Any, str, Data]]:
    """Every layer in a list of items and below: what holds its item, the key there, its kind and
    arguments.
    """
    stack: list[list[Any]] = [items]
    while stack:
        holder = stack.pop()
        for index, item in enumerate(holder):
            if isinstance(item, str):
                yield holder, index, item, {}
                continue
            for key, value in item.items():
                if key in ("layers", "residual", "output"):
                    stack.append(value)
                elif key == SHORTCUT:
                    stack.append(value["layers"] if isinstance(value, dict) else value)
                elif key == "branches":
                    paths = value.values() if isinstance(value, dict) else value
                    stack.extend(
                        path["layers"] if isinstance(path, dict) else path for path in paths
                    )
                elif key[0].isupper() or key.startswith(("$", "ops.")):
                    yield holder, index, key, value


def _inner_kinds(graph: Graph) -> Iterator[str]:
    """The kinds of what stands within arguments of layers, which defaults would change too."""
    stack: list[Any] = [node.layer.arguments for node in graph.nodes]
    while stack:
        value = stack.pop()
        if isinstance(value, Layer):
            yield value.kind()
            stack.append(value.arguments)
        elif isinstance(value, tuple | list):
            stack.extend(value)
        elif hasattr(value, "values"):
            stack.extend(value.values())
