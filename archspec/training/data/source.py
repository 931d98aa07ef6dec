"""What a source of examples is: facts that are known before it is read, and examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from archspec.tensor import Shape


class Contents(NamedTuple):
    """What a source holds: the number of examples of each part, the shape of one (``None`` where
    examples differ in it), its dtype, and the number of classes (``None``: its labels are no
    numbers of classes).

    ``names`` are those of the classes, where they have some; ``advice`` says what to do where the
    network's input has another shape.
    """

    parts: Mapping[str, int]
    shape: Shape
    dtype: str
    classes: int | None
    names: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True)
class Examples:
    """Examples in rows: ``x`` and ``y`` are numpy arrays of as many.

    ``decode``, a function of TensorFlow, turns one element of ``x`` into an image, where ``x``
    holds the paths or the bytes of files; without it ``x`` holds the values themselves.
    """

    x: Any
    y: Any
    decode: Callable[[Any], Any] | None = None


class Source(Protocol):
    """A source of examples."""

    def facts(self) -> Contents:
        """What it holds, without Keras. Raises `Unusable`."""

    def examples(self, part: str) -> Examples:
        """The examples of a part. Raises `Unusable`."""


class Unusable(Exception):
    """A source cannot be used: a sentence, and what to do."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class Locator(NamedTuple):
    """Where a source is looked for: ``name`` is what follows the prefix, ``folder`` that of the
    recipe, and ``leave`` says whether it may run code.
    """

    name: str
    folder: Path
    leave: bool = False
