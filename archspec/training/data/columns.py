"""A table of examples → which column holds them, and which their labels; columns of images or of
numbers → `Examples`; the examples of each part → `Contents`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy

from archspec.spelling import listed_names
from archspec.training.data.arrays import Arrays, checked, classes_of, contents
from archspec.training.data.images import Decoder
from archspec.training.data.source import Contents, Examples, Unusable

INPUTS = ("image", "img", "images", "x", "features", "pixel_values", "pixels")
LABELS = ("label", "labels", "y", "target", "class", "fine_label")
"""What columns are called that hold examples, and labels, in the order of preference."""


class Columns(NamedTuple):
    """The names of the columns of examples and of labels."""

    x: str
    y: str


def columns_of(source: str, names: Sequence[str]) -> Columns:
    """The columns by their names; of two where one is known, the other. Raises `Unusable`."""
    x = next((name for name in INPUTS if name in names), None)
    y = next((name for name in LABELS if name in names), None)
    if len(names) == 2:
        others = {names[0]: names[1], names[1]: names[0]}
        x, y = x or others.get(y or ""), y or others.get(x or "")
    if x is None or y is None:
        what = f"the columns of `{source}` are {listed_names(names)}"
        help = f"call that of the examples `{INPUTS[0]}` or `x`, and that of the labels `label`"
        raise Unusable(what, help)
    return Columns(x, y)


def encoded(value: Any) -> bytes | None:
    """The bytes of an encoded image, as columns hold them: by themselves, or under ``bytes``."""
    if isinstance(value, Mapping):
        value = value.get("bytes")
    return value if isinstance(value, bytes) else None


def examples_of(source: str, part: str, x: Iterable[Any], y: Iterable[Any]) -> Examples:
    """Examples from the values of two columns: encoded images, or numbers of one shape. Raises
    `Unusable`.
    """
    values = list(x)
    images = [encoded(value) for value in values]
    labels = numpy.asarray(list(y))
    if values and all(image is not None for image in images):
        rows = numpy.arange(len(images))
        labels = checked(source, part, Arrays(rows, labels)).y
        numbers = {image: row for row, image in enumerate(images)}
        decoder = Decoder(
            3, lambda data: f"row {numbers.get(data, 0)} of `{part}` of `{source}`", of_bytes=True
        )
        return Examples(numpy.array(images, dtype=object), labels, decoder)
    try:
        array = numpy.asarray(values)
    except ValueError as error:
        what = f"the examples of `{part}` of `{source}` differ in shape"
        raise Unusable(
            what, "store images as files within the table, or all of one size"
        ) from error
    return Examples(*checked(source, part, Arrays(array, labels)))


def contents_of(
    source: str, parts: Mapping[str, Examples], names: tuple[str, ...] = ()
) -> Contents:
    """What a table holds: images of any size, or numbers of one shape. Raises `Unusable`."""
    if all(part.decode is None for part in parts.values()):
        arrays = {name: Arrays(part.x, part.y) for name, part in parts.items()}
        return contents(source, arrays)._replace(names=names)
    numbers = {name: len(part.y) for name, part in parts.items()}
    classes = classes_of([part.y for part in parts.values()])
    advice = "add `resize: input`"
    return Contents(numbers, (None, None, 3), "uint8", classes, names, advice)
