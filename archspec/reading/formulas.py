"""How the values of one column are written in terms of another: ``4 * $filters``, ``$in.channels //
4``, ``$strides > 1``. Columns in; the text of an expression, or nothing where none fits.

Any two columns of few values are related by some formula; those here are the ones that authors
write. What may be said of which setting is limited by its *family* (`family`): numbers of channels
follow from numbers of channels, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from archspec.frontend.expressions.builtins import make_divisible
from archspec.reading.columns import Flag, Real, Settings, Values, follows, plain
from archspec.spelling import in_words

CHANNELS, SIZE, RATE, FLAG = "channels", "size", "rate", "flag"
LEVELS = "levels"
"""The family of the argument of a block that calls itself which counts its levels."""

ROUND = "round"
"""The family of the numbers of rounds that references name."""

WIDENED = "widened"
"""What the channels in the middle of a residual are about that is widest there."""

BOUNDS = ("start", "stop")
"""Where a part of the channels begins and ends: it follows from their numbers."""

FAMILIES = {
    **dict.fromkeys(("filters", "units", "channels", "key_dim", "output_dim", "groups"), CHANNELS),
    WIDENED: CHANNELS,
    **dict.fromkeys(BOUNDS, CHANNELS),
    **dict.fromkeys(("kernel_size", "pool_size"), SIZE),
    **dict.fromkeys(("rate", "drop_rate"), RATE),
}
"""Settings that speak of the same thing. Any other setting is a family of its own."""

PARTS = (2, 3, 4, 6, 8, 16)
"""What authors divide a number of channels by, to be rounded to a multiple of 8."""

SHARES = (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.8, 1.0)
"""What the rates of dropping a residual rise to over the depth of a network."""

MOST_BLOCKS = 200
"""Blocks of a network whose drop rates rise with their number: ResNet-152 has 50, the longest
EfficientNetV2 79."""


def family(key: str) -> str:
    """The family of a setting."""
    return FAMILIES.get(key, key)


class KnownColumn(NamedTuple):
    """What an expression may use: its text, its family, and its values."""

    text: str
    family: str
    values: Values

    @property
    def name(self) -> str:
        """The name of a variable, whose text begins with ``$``."""
        return self.text.removeprefix("$")


def literal(value: Hashable) -> str:
    """A value as it stands in an expression."""
    value = plain(value)
    return f"'{value}'" if isinstance(value, str) else in_words(value)


def has_literal(value: Hashable) -> bool:
    """Whether a value can stand in an expression, which holds no mappings."""
    if isinstance(value, tuple):
        return all(map(has_literal, value))
    return not isinstance(value, Settings)


def same(column: Values, known: KnownColumn) -> bool:
    """Whether the values are the known ones."""
    values = known.values
    return all(act in values and values[act] == value for act, value in column.items())


def of_channels(column: Values, known: KnownColumn, *, parts: bool = False) -> str | None:
    """Channels as a multiple or a part of other channels, and with ``parts`` as several of them:
    ``3 * $filters // 4``.
    """
    pairs: set[tuple[Any, Any]] = {(value, known.values.get(act)) for act, value in column.items()}
    if not all(_is_size(value) and _is_size(base) for value, base in pairs):
        return None
    value, base = next(iter(pairs))
    if all(a * base == b * value for a, b in pairs):
        if value == base:
            return known.text
        if value % base == 0:
            return f"{value // base} * {known.text}"
        if base % value == 0:
            return f"{known.text} // {base // value}"
        several = Fraction(value, base)
        few = parts and several.denominator in PARTS
        return f"{several.numerator} * {known.text} // {several.denominator}" if few else None
    for part in PARTS:
        if all(a == make_divisible(b / part) for a, b in pairs):
            return f"make_divisible({known.text} / {part})"
    return None


def expansion(column: Values, base: Values) -> dict[Any, int] | None:
    """How many times as many channels as others some are, in each act: whole numbers, far fewer of
    them than there are numbers of channels.
    """
    pairs = {act: (value, base.get(act)) for act, value in column.items()}
    if any(_ratio(*pair) is None for pair in pairs.values()):
        return None
    times = {act: value // around for act, (value, around) in pairs.items()}
    few = 2 * len(set(times.values())) <= len(set(column.values()))
    return times if few else None


def _is_size(value: Any) -> bool:
    return type(value) is int and value > 0


def choice(column: Values, known: KnownColumn) -> str | None:
    """One of two values, by a number or a flag: ``'same' if $strides == 1 else 'valid'``."""
    values = follows(column, known.values)
    if values is None or len(set(values.values())) != 2:
        return None
    if not all(map(has_literal, values.values())):
        return None
    bases = _in_order(values)
    if bases is None:
        return None
    changes = [n for n in range(1, len(bases)) if values[bases[n]] != values[bases[n - 1]]]
    if len(changes) != 1:
        return None
    first, second = literal(values[bases[0]]), literal(values[bases[-1]])
    if known.family == FLAG:
        return f"{second} if {known.text} else {first}"
    if changes[0] == 1:
        return f"{first} if {known.text} == {literal(bases[0])} else {second}"
    return f"{second} if {known.text} > {literal(bases[changes[0] - 1])} else {first}"


def _in_order(values: Any) -> list[Any] | None:
    """Numbers, or flags, from the least to the greatest; ``None`` where there are others."""
    if all(type(base) is int for base in values):
        return sorted(values)
    if all(isinstance(base, Flag) for base in values):
        return sorted(values, key=lambda flag: flag.value)
    return None


# --- conditions


def thresholds(known: KnownColumn) -> Iterator[tuple[str, Values]]:
    """The conditions that a number or a flag gives by itself."""
    values = known.values
    bases = _in_order(set(values.values()))
    if bases is None or len(bases) < 2:
        return
    if isinstance(bases[0], Flag):
        yield known.text, values
        yield f"not {known.text}", {act: Flag(not flag.value) for act, flag in values.items()}
        return
    for base in bases[:-1]:
        yield f"{known.text} > {base}", {act: Flag(value > base) for act, value in values.items()}
    least = bases[0]
    yield f"{known.text} == {least}", {act: Flag(value == least) for act, value in values.items()}


def equalities(
    first: KnownColumn, second: KnownColumn, sample: Values
) -> Iterator[tuple[str, Values]]:
    """That channels are a multiple of others, and that they are not. ``sample`` is the condition
    that is looked for: only multiples that hold wherever it does, or does not, are tried.
    """
    for wanted in (True, False):
        ratios = {
            _ratio(first.values.get(act), second.values.get(act))
            for act, flag in sample.items()
            if flag.value is wanted
        }
        if len(ratios) != 1 or None in ratios:
            continue
        (ratio,) = ratios
        held = {
            act: Flag(_ratio(first.values[act], second.values[act]) == ratio)
            for act in sample
            if act in first.values and act in second.values
        }
        times = "" if ratio == 1 else f"{ratio} * "
        yield f"{first.text} == {times}{second.text}", held
        negated = {act: Flag(not flag.value) for act, flag in held.items()}
        yield f"{first.text} != {times}{second.text}", negated


def _ratio(value: Any, base: Any) -> int | None:
    if _is_size(value) and _is_size(base) and value % base == 0:
        return int(value // base)
    return None


# --- floats


def share(column: Values) -> tuple[str, dict[Any, Hashable]] | None:
    """Rates that rise with the number n of a block, ``0.2 * n / 16``: the text with ``{}`` for n,
    and n in each act. Every float is met to its last bit.
    """
    floats = [value.value for value in column.values() if isinstance(value, Real)]
    if len(floats) != len(column) or not all(0 <= value < 1 for value in floats):
        return None
    least = min(value for value in floats if value) if any(floats) else 0
    for most in SHARES:
        if max(floats) > most or not least:
            continue
        for blocks in range(2, MOST_BLOCKS):
            numbers = [round(value * blocks / most) for value in floats]
            if all(most * n / blocks == value for n, value in zip(numbers, floats, strict=True)):
                return f"{most} * {{}} / {blocks}", dict(zip(column, numbers, strict=True))
    return None
