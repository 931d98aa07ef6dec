"""A layer as an argument of another, written like a layer: ``{LSTM: {units: 64}}``, or ``Flatten``.

It becomes a `Layer`, checked like an item. Its `dtype` is its owner's, and so it stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from archspec.layers.base import Inferred, Layer
from archspec.layers.mismatch import Mismatch
from archspec.layers.types import Expects, Refused, Type
from archspec.spelling import did_you_mean, snake_case
from archspec.tensor import Tensor, Weight

Inner = TypeVar("Inner", bound=Layer)
MANY = 20
"""Kinds beyond which the schema does not list those that stand as bare names."""
Kinds = Mapping[str, type[Layer]]


def layer_of(words: str, kinds: Kinds, names: Iterable[str], where: str) -> Type:
    """One of the ``names`` among ``kinds``, written like a layer; ``where`` is the path of their
    schemas in the schema of specs.
    """
    names = tuple(names)
    expects = Expects("layer", choices=names)

    def accept(value: Any) -> Layer:
        if isinstance(value, Layer):
            return value
        if isinstance(value, str):
            return _made(value, {}, words, expects, kinds)
        if isinstance(value, dict) and len(value) == 1:
            ((name, arguments),) = value.items()
            return _made(str(name), arguments, words, expects, kinds)
        raise Refused(words, expects, help=f"write `{{{names[0]}: {{...}}}}`")

    written = {name: {"$ref": f"#/{where}/{name}"} for name in names}
    schema = {
        "type": ["object", "string"],
        "properties": written,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "pattern": f"^(?:{'|'.join(names) if len(names) < MANY else '[A-Z].*'})$|[$]",
    }
    return Type(words, expects, schema, accept)


def _made(name: str, arguments: Any, words: str, expects: Expects, kinds: Kinds) -> Layer:
    if name not in expects.choices:
        near = did_you_mean(name, expects.choices)
        raise Refused(words, expects, help=near or _choices(expects.choices))
    arguments = {} if arguments is None else arguments
    if not isinstance(arguments, dict):
        help = f"write `{{{name}: {{argument: ...}}}}`"
        raise Refused(f"{words}; `{name}` takes a mapping of arguments", expects, help=help)
    try:
        made = kinds[name](**arguments)
    except Mismatch as wrong:
        refused = Refused(f"{words}; {wrong.message}", expects, help=wrong.help, within=True)
        refused.inner = wrong
        here = (wrong.at,) if wrong.at is not None and wrong.at in arguments else ()
        refused.inside = (name, *here, *wrong.inside)
        raise refused from None
    if "dtype" in made.arguments:
        help = "write `dtype` beside the layer instead of in it: it is that of both"
        raise Refused(f"{words} without a `dtype` of its own", expects, help=help, within=True)
    return made


def _choices(names: tuple[str, ...]) -> str | None:
    return f"it can be {', '.join(f'`{name}`' for name in names)}" if len(names) < 10 else None


def several(words: str, inner: Type, joined: Callable[[tuple[Layer, ...]], Layer]) -> Type:
    """A layer, or a list of at least one, which becomes one layer."""
    expects = inner.expects._replace(or_list=True)

    def accept(value: Any) -> Layer:
        if not isinstance(value, list | tuple):
            return inner.accept(value)  # type: ignore[no-any-return]
        if not value:
            raise Refused(words, expects)
        layers = []
        for index, element in enumerate(value):
            try:
                layers.append(inner.accept(element))
            except Refused as entry:
                refused = Refused(words, expects, help=entry.help, entry=entry)
                refused.inner, refused.inside = entry.inner, (index, *entry.inside)
                raise refused from None
        return joined(tuple(layers))

    items = {**inner.schema, "errorMessage": inner.words}
    kinds = {**inner.schema, "type": ["object", "string", "array"]}
    return Type(words, expects, {**kinds, "items": items, "minItems": 1}, accept)


def changed(layer: Inner, **arguments: Any) -> Inner:
    """The layer with some other arguments."""
    return type(layer).of({**layer.arguments, **arguments})


def belonging(layer: Inner, owner: Layer) -> Inner:
    """A layer as it is in its owner: of the owner's dtype, and fixed where the owner is."""
    arguments: dict[str, Any] = {}
    if owner.dtype is not None:
        arguments["dtype"] = owner.dtype
    if not owner.trainable:
        arguments["trainable"] = False
    return changed(layer, **arguments) if arguments else layer


def completed(owner: Layer) -> dict[str, Any]:
    """The arguments of a layer, those that are layers themselves as they are in it."""
    return {name: _completed(value, owner) for name, value in owner.arguments.items()}


def _completed(value: Any, owner: Layer) -> Any:
    if isinstance(value, tuple):
        return tuple(_completed(element, owner) for element in value)
    return belonging(value, owner) if isinstance(value, Layer) else value


def inferred(layer: Layer, x: Tensor, *states: Tensor, at: str, where: str = "") -> Inferred:
    """What an inner layer makes of a tensor, and of its `initial_state`. Raises `Mismatch` about
    the argument ``at`` of its owner, the sentence followed by ``where``.
    """
    roles = (next(iter(layer.roles)), *["initial_state"] * len(states)) if states else ()
    try:
        return _infer(layer, (x, *states), roles)
    except Mismatch as mismatch:
        sentence = f"{mismatch.message}{where}"
        raise Mismatch(sentence, at=at, help=mismatch.help, shows_input=True) from None


@lru_cache(maxsize=1000)
def _infer(layer: Layer, tensors: tuple[Tensor, ...], roles: tuple[str, ...]) -> Inferred:
    """What a layer makes of tensors, once: its owner asks for output, weights and multiply-adds,
    and as each does so of a layer within it, the work would triple with every level.
    """
    return layer.infer(*tensors, roles=roles)


def within(name: str, weights: Iterable[Weight]) -> tuple[Weight, ...]:
    """Weights under the name of the layer that they belong to, as in Keras."""
    return tuple(weight._replace(name=f"{name}/{weight.name}") for weight in weights)


def name_of(layer: Layer) -> str:
    """The name of a layer in its owner: ``lstm``, ``conv2d``."""
    return snake_case(layer.kind())


def names_of(layers: Iterable[Layer]) -> list[str]:
    """The names of layers side by side in their owner: ``lstm_cell``, ``lstm_cell_2``."""
    numbers: Counter[str] = Counter()
    names = []
    for layer in layers:
        name = name_of(layer)
        numbers[name] += 1
        names.append(name if numbers[name] == 1 else f"{name}_{numbers[name]}")
    return names
