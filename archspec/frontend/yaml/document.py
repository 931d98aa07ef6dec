"""A spec as data: plain values, each with the place in the text where it stands."""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from archspec.diagnostics import Diagnostic, Span


class Value(NamedTuple):
    """A value of the text: a scalar, or a list or mapping of values.

    ``span`` is where it stands, ``key`` where its key does, for a value in a mapping. ``text`` is a
    scalar exactly as written, which is what names are made of; ``plain`` says that it was written
    without quotes.
    """

    data: Any
    span: Span
    key: Span | None = None
    text: str | None = None
    plain: bool = False

    @property
    def place(self) -> Span:
        """Where to point for the entry as a whole: its key, else the value itself."""
        return self.key or self.span

    @property
    def is_mapping(self) -> bool:
        """Whether this is a mapping of values."""
        return isinstance(self.data, dict)

    @property
    def is_list(self) -> bool:
        """Whether this is a list of values."""
        return isinstance(self.data, list)

    @property
    def first_line(self) -> Span:
        """The part of the value on its first line: a mapping's first key."""
        first: Value | None = (
            next(iter(self.data.values()), None) if isinstance(self.data, dict) else None
        )
        return first.place if first is not None else self.span

    def get(self, key: str) -> "Value | None":
        """The value of a key, ``None`` where this is no mapping or has no such key."""
        return self.data.get(key) if isinstance(self.data, dict) else None

    def items(self) -> Iterator[tuple[str, "Value"]]:
        """Keys and values of a mapping; nothing for anything else."""
        return iter(self.data.items() if isinstance(self.data, dict) else ())

    def elements(self) -> Iterator["Value"]:
        """The elements of a list; nothing for anything else."""
        return iter(self.data if isinstance(self.data, list) else ())

    def unwrapped(self) -> Any:
        """The plain data: numbers, texts, lists, mappings."""
        if isinstance(self.data, dict):
            return {key: value.unwrapped() for key, value in self.data.items()}
        if isinstance(self.data, list):
            return [value.unwrapped() for value in self.data]
        return self.data


class Broken(dict[str, Any]):
    """The data of a value whose mistake has a complaint already: what the author wrote there, if it
    was a mapping. There is nothing more to say about it.
    """


class Document(NamedTuple):
    """A spec as data. ``sources`` maps every file that it was made from to its text, the spec's own
    file first.

    ``problems`` have been told of values that are `Broken` since: the rest is still looked at, and
    nothing is made of it.
    """

    name: str
    root: Value
    sources: Mapping[str, str]
    problems: tuple[Diagnostic, ...] = ()

    @property
    def data(self) -> Any:
        """The plain data, without spans."""
        return self.root.unwrapped()

    def at(self, path: tuple[str | int, ...]) -> Value:
        """The value at a path of keys and indices."""
        value = self.root
        for step in path:
            value = value.data[step]
        return value
