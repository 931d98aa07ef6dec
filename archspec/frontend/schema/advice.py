"""A value that the schema refuses → what to write instead, in an author's words.

Which advice applies depends on what the value is and on what was expected there, an `Expects`: the
tables below are keyed by its ``what``. The sentences that describe what was expected are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archspec import limits
from archspec.frontend.program.complaints import each_value
from archspec.frontend.schema.advice_on_collections import (
    arguments_by_name,
    for_collection,
    padding,
)
from archspec.frontend.schema.advice_on_texts import as_items, for_text
from archspec.frontend.schema.surroundings import Advice, Surroundings, helps
from archspec.frontend.yaml.document import Value
from archspec.spelling import cut


def describe(value: Value) -> str:
    """What a value is, for the words under the caret."""
    if value.data is None:
        return "nothing" if value.text == "" else "`null`"
    if isinstance(value.data, bool):
        return f"the truth value {value.text}"
    if isinstance(value.data, int | float):
        return f"the number {value.text}"
    if isinstance(value.data, str):
        return f"the text '{cut(value.data)}'"
    return f"a list of {len(value.data)}" if value.is_list else "a mapping"


def straight_quotes(value: Value) -> str | None:
    """The help for a text in typographic quotes, which YAML does not take for quotes."""
    typographic = isinstance(value.data, str) and any(quote in value.data for quote in "“”‘’„")
    return "these are typographic quotes; use straight ones, ' or \"" if typographic else None


def advice(value: Value, around: Surroundings) -> str | None:
    """What to write instead of a value that was refused, where that can be said."""
    if isinstance(value.data, str):
        if len(value.data) > limits.EXPRESSION_LENGTH:
            return None
        return next(for_text(value, around), None)
    if value.data is None and not value.text:
        return _for_nothing(around)
    if isinstance(value.data, int | float):
        return next(helps(_FOR_NUMBER, value, around), None)
    return next(for_collection(value, around), None)


def _version(value: Value, around: Surroundings) -> Iterator[str]:
    yield "write `archspec: 1`"


def _shape_of_number(value: Value, around: Surroundings) -> Iterator[str]:
    yield f"write `[{value.text}]`"


def _weight_decay(value: Value, around: Surroundings) -> Iterator[str]:
    if around.key.endswith("regularizer"):
        yield f"write `{around.prefix}{{L2: {{l2: {value.text}}}}}`"


def _percentage(value: Value, around: Surroundings) -> Iterator[str]:
    bounds = (around.expects.minimum, around.expects.maximum)
    if bounds == (0, 1) and isinstance(value.data, int) and 1 < value.data <= 100:
        yield f"for {value.text} % write {value.data / 100:g}"


def _unknown_size(value: Value, around: Surroundings) -> Iterator[str]:
    if value.data in (0, -1):
        yield "write `null` for an unknown size"


def _count(value: Value, around: Surroundings) -> Iterator[str]:
    yield "a count is a whole number, 0 or more"


def _values_of_number(value: Value, around: Surroundings) -> Iterator[str]:
    yield each_value(around.key, value.data)


def _identity(value: Value, around: Surroundings) -> Iterator[str]:
    if value.data is True:
        yield as_items("true", around)


def _condition(value: Value, around: Surroundings) -> Iterator[str]:
    if value.data in (0, 1):
        yield f"write `{'true' if value.data else 'false'}`"


def _axis(value: Value, around: Surroundings) -> Iterator[str]:
    if around.key == "dims":
        yield "axes are counted from 1: the batch, PyTorch's and Keras's axis 0, is never moved"


_FOR_NUMBER: Mapping[str, Advice] = {
    "choice": padding,
    "arguments": arguments_by_name,
    "claimed size": _unknown_size,
    "count": _count,
    "integer": _axis,
    "items": _identity,
    "number": _percentage,
    "object": _weight_decay,
    "shape": _shape_of_number,
    "size": _unknown_size,
    "truth": _condition,
    "values": _values_of_number,
    "version": _version,
}


def _for_nothing(around: Surroundings) -> str:
    """What to do about a key or a dash with nothing behind it."""
    if around.expects.what == "items":
        return "put items below it, each a line `- Layer: {...}`; a list without items is `[]`"
    if around.expects.what == "item":
        return "remove this line, or name a layer"
    return "write a value after the colon" + ("" if around.required else ", or remove the line")
