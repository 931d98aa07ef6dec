"""What complaints call a value."""

from __future__ import annotations

from typing import Any

from archspec.frontend.expressions.values import UNKNOWN, TensorValue
from archspec.spelling import cut


def show(value: Any) -> str:
    """A value as people write it in YAML, cut where it is long."""
    text = _shown(value)
    return cut(text)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is UNKNOWN:
        return "an unknown size"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, list | tuple):
        return (
            f"[{', '.join(_shown(one) for one in value[:20])}{', ...' if len(value) > 20 else ''}]"
        )
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{key}: {_shown(one)}" for key, one in list(value.items())[:20]) + "}"
        )
    return "a tensor" if isinstance(value, TensorValue) else str(value)
