"""Where a value stands that the schema refuses, as data, and how tables of advice are looked up: by
what was expected there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from archspec.frontend.yaml.document import Value
from archspec.layers.types import Expects, Refused, Type


class Surroundings(NamedTuple):
    """Where a refused value stands: the key that it is of, what is expected there, and the names
    that it may mean.

    ``prefix`` is what stands before the value: its key and a colon, nothing before an entry of a
    list. ``owner`` is the key of the mapping that it stands in. ``required``: it cannot be left
    out. ``variables`` and ``blocks`` are the spec's, ``beside`` the keys of the mapping that the
    value stands in.
    """

    key: str
    prefix: str
    expects: Expects
    variables: Collection[str] = ()
    required: bool = False
    blocks: Collection[str] = ()
    beside: Collection[str] = ()
    owner: str = ""


Advice = Callable[[Value, Surroundings], Iterator[str]]
"""Gives helps for a refused value, the best first; nothing where it has none."""


def helps(table: Mapping[str, Advice], value: Value, around: Surroundings) -> Iterator[str]:
    """The helps that a table has for what was expected."""
    for_this = table.get(around.expects.what)
    if for_this is not None:
        yield from for_this(value, around)


def accepts(type: Type, data: Any) -> bool:
    """Whether a value is of a type."""
    try:
        type.accept(data)
    except Refused:
        return False
    return True
