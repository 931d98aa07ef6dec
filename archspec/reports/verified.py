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


class Deviation(NamedTuple):
    """What differs in one layer: its name here and there, empty on a side that has none, the
    setting, and its values in words.
    """

    here: str
    there: str
    setting: str
    value_here: str
    value_there: str


class Verified(NamedTuple):
    """A comparison. ``layers`` with weights and ``others`` were compared one by one; ``unpaired``
    counts the layers here and there that have no counterpart.

    ``judged`` is what differs without a consequence for the outputs. ``outputs`` is the largest
    difference of the outputs on the same weights and input, as a part of the largest output;
    ``None`` if they were not compared.
    """

    name: str
    against: str
    layers: int
    others: int
    unpaired: tuple[int, int]
    parameters: int
    differences: Sequence[Deviation]
    judged: Sequence[Deviation]
    outputs: float | None

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verified(comparison: Verified, format: str = "text") -> str:
    """The comparison as ``text`` or ``json``."""
    if format == "json":
        return json.dumps(_data(comparison), indent=2, ensure_ascii=False)
    return "\n".join(_equal(comparison) if comparison.equal else _different(comparison))


def _equal(comparison: Verified) -> list[str]:
    apart = comparison.outputs
    outputs = (
        "outputs not compared"
        if apart is None
        else f"outputs within {apart:.0e}"
        if apart
        else "the same outputs"
    )
    first = (
        f"equal: {counted(comparison.layers, 'layer')} with weights and {comparison.others}"
        f" others, {exact(comparison.parameters)} parameters, {outputs}"
    )
    return [first, *_judged_by_outputs(comparison)]


def _judged_by_outputs(comparison: Verified) -> list[str]:
    """The line about what only the outputs could judge."""
    here, there = comparison.unpaired
    parts = []
    if here or there:
        parts.append(
            f"{counted(here, 'layer')} here and {there} there that have no counterpart, nor weights"
        )
    settings = Counter(difference.setting for difference in comparison.judged)
    parts += [f"{setting} of {counted(number, 'layer')}" for setting, number in settings.items()]
    if comparison.outputs is None or not parts:
        return []
    return [f"judged by the outputs alone: {'; '.join(parts)}"]


def _different(comparison: Verified) -> list[str]:
    """The first layer that differs, with all that differs in it, and how many others do."""
    first = comparison.differences[0]
    layers = {(difference.here, difference.there) for difference in comparison.differences}
    lines = [
        _line(difference)
        for difference in comparison.differences
        if (difference.here, difference.there) == (first.here, first.there)
    ]
    if first.here and first.there and first.here != first.there:
        lines.append(f"there it is called {first.there}")
    if more := len(layers) - 1:
        lines.append(f"{counted(more, 'more layer')} differ{'s' if more == 1 else ''}")
    return lines


def _line(difference: Deviation) -> str:
    """``conv2_block1.1.bn: epsilon 0.001 here, 1.001e-05 there``."""
    layer, setting = difference.here or difference.there, difference.setting
    values = (
        f"{difference.value_here} here, {difference.value_there} there"
        if difference.value_there
        else difference.value_here
    )
    return f"{layer}: {setting}{' ' if setting else ''}{values}"


def _data(comparison: Verified) -> dict[str, Any]:
    here, there = comparison.unpaired
    return {
        "network": comparison.name,
        "against": comparison.against,
        "equal": comparison.equal,
        "layers": comparison.layers,
        "others": comparison.others,
        "apart": {"here": here, "there": there},
        "parameters": comparison.parameters,
        "outputs": comparison.outputs,
        "differences": [_difference(deviation) for deviation in comparison.differences],
        "otherwise": [_difference(deviation) for deviation in comparison.judged],
    }


def _difference(difference: Deviation) -> dict[str, Any]:
    return {
        "layer": difference.here or None,
        "there": difference.there or None,
        "what": difference.setting,
        "values": [difference.value_here, difference.value_there],
    }
