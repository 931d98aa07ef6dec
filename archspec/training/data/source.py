"""What a source of examples is: facts that are known before it is read, and examples."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
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


class Decode(Protocol):
    """A function of TensorFlow that turns an element into an image. ``fault`` says which one it
    could not: TensorFlow passes on no exception of ours.
    """

    fault: Unusable | None

    def __call__(self, element: Any) -> Any:
        """The image, height × width × channels, uint8."""


@dataclass(frozen=True)
class Examples:
    """Examples in rows: ``x`` and ``y`` are numpy arrays of as many.

    ``decode`` turns one element of ``x`` into an image, where ``x`` holds the paths or the bytes
    of files; without it ``x`` holds the values themselves.
    """

    x: Any
    y: Any
    decode: Decode | None = None


class Source(Protocol):
    """A source of examples."""

    def contents(self) -> Contents:
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
    recipe, and ``trusted`` are the modules whose code it may run.
    """

    name: str
    folder: Path
    trusted: Collection[str] = ()


def raise_fault(examples: Iterable[Examples]) -> None:
    """Raise the `Unusable` for an element of some examples that could not be decoded, if any."""
    for example in examples:
        if example.decode is not None and example.decode.fault is not None:
            raise example.decode.fault from None


def need(prefix: str, library: str, package: str, extra: str) -> None:
    """Raise `Unusable` where the package that reads a kind of source is not installed."""
    if find_spec(package) is None:
        what = f"`{prefix}:` needs {library}, which is not installed"
        raise Unusable(what, f"pip install 'archspec-nn[{extra}]'")


def unfetched(what: str, error: Exception) -> Unusable:
    """What to say of data that a library could not fetch, whatever the class of its error."""
    help = "without a network, train on the digits that archspec ships: `source: digits`"
    return Unusable(f"{what}: {' '.join(str(error).split())[:200]}", help)
