"""Constants as they stand in a spec: a float by the rule that it follows, a list of numbers by its
rule, a text in which a ``$`` is no variable.
"""

from __future__ import annotations

from typing import Any

from archspec.reading.series import series


def literal(value: Any) -> Any:
    """A value as it stands in a spec, where a text with ``$`` would be an expression."""
    if isinstance(value, str) and "$" in value:
        return f"$({_quoted(value)})"
    if isinstance(value, list | tuple):
        return series(value) or [literal(one) for one in value]
    if isinstance(value, dict):
        return {key: literal(one) for key, one in value.items()}
    return _reciprocal(value) or _root(value) or value if isinstance(value, float) else value


LONG_FLOAT = 8
"""Characters from which on a float is written as the reciprocal that it is: ``$(1 / 127.5)``."""


def _reciprocal(value: float) -> str | None:
    """A float as one divided by a whole or half number, if it is that to the last bit."""
    if len(repr(value)) < LONG_FLOAT or not 1e-6 < value < 1:
        return None
    doubled = round(2 / value)
    if 2 / doubled != value:
        return None
    return f"$(1 / {doubled // 2 if doubled % 2 == 0 else doubled / 2})"


def _root(value: float) -> str | None:
    """A float as the square root of a whole number, or one divided by it, if it is that to the last
    bit: ``$(512 ** 0.5)``.
    """
    if len(repr(value)) < LONG_FLOAT or not 1e-3 < value < 1e3:
        return None
    square = round(value**2 if value > 1 else value**-2)
    power = 0.5 if value > 1 else -0.5
    return f"$({square} ** {power})" if square**power == value else None


def _quoted(text: str) -> str:
    """A text in an expression, where quotes know no escapes."""
    quote = '"' if "'" in text else "'"
    return f"{quote}{text}{quote}"
