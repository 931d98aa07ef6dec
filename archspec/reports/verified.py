"""How a network compares with a Keras model, layer by layer → the sentence that people read, or
JSON.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from archspec.reports.numbers import exact
from archspec.spelling import counted

FORMATS = ("text", "json")

TOLERANCE = 1e-4
"""The difference of two outputs, as a part of the largest, up to which they are one computation
in another order of float32.
"""


class Difference(NamedTuple):
    """What differs in one layer: its name here and there, empty on a side that has none, the
    setting, and its values in words.
    """

    here: str
    there: str
    what: str
    value_here: str
    value_there: str


class Verified(NamedTuple):
    """A comparison. ``layers`` with weights and ``others`` were compared one by one, ``apart`` are
    left on either side without a counterpart.

    ``otherwise`` is what differs without a consequence for the outputs. ``outputs`` is the largest
    difference of the outputs on the same weights and input, as a part of the largest output;
    ``None`` if not compared.
    """

    name: str
    against: str
    layers: int
    others: int
    apart: tuple[int, int]
    parameters: int
    differences: Sequence[Difference]
    otherwise: Sequence[Difference]
    outputs: float | None

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verified(found: Verified, format: str = "text") -> str:
    """The comparison in one of `FORMATS`."""
    return (
        json.dumps(_data(found), indent=2, ensure_ascii=False) if format == "json" else _text(found)
    )


def _text(found: Verified) -> str:
    if found.equal:
        outputs = (
            "outputs not compared"
            if found.outputs is None
            else f"outputs within {found.outputs:.0e}"
            if found.outputs
            else "the same outputs"
        )
        lines = [
            f"equal: {counted(found.layers, 'layer')} with weights and {found.others} others,"
            f" {exact(found.parameters)} parameters, {outputs}"
        ]
        return "\n".join([*lines, *_apart(found)])
    first = found.differences[0]
    names = list(dict.fromkeys((one.here, one.there) for one in found.differences))
    lines = [_line(one) for one in found.differences if (one.here, one.there) == names[0]]
    if first.here and first.there and first.here != first.there:
        lines.append(f"there it is called {first.there}")
    if len(names) > 1:
        lines.append(
            f"{counted(len(names) - 1, 'more layer')} differ{'s' if len(names) == 2 else ''}"
        )
    return "\n".join(lines)


def _apart(found: Verified) -> list[str]:
    """What only the outputs could judge."""
    here, there = found.apart
    if found.outputs is None or not (here or there or found.otherwise):
        return []
    parts = (
        [f"{counted(here, 'layer')} here and {there} there that have no counterpart, nor weights"]
        if here or there
        else []
    )
    settings = Counter(one.what for one in found.otherwise)
    parts += [f"{what} of {counted(number, 'layer')}" for what, number in settings.items()]
    return [f"judged by the outputs alone: {'; '.join(parts)}"]


def _line(one: Difference) -> str:
    """``conv2_block1.1.bn: epsilon 0.001 here, 1.001e-05 there``."""
    values = (
        f"{one.value_here} here, {one.value_there} there" if one.value_there else one.value_here
    )
    return f"{one.here or one.there}: {one.what}{' ' if one.what else ''}{values}"


def _data(found: Verified) -> dict[str, Any]:
    return {
        "network": found.name,
        "against": found.against,
        "equal": found.equal,
        "layers": found.layers,
        "others": found.others,
        "apart": {"here": found.apart[0], "there": found.apart[1]},
        "parameters": found.parameters,
        "outputs": found.outputs,
        "differences": [_difference(one) for one in found.differences],
        "otherwise": [_difference(one) for one in found.otherwise],
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "layer": one.here or None,
        "there": one.there or None,
        "what": one.what,
        "values": [one.value_here, one.value_there],
    }
