"""A seed → a spec by hand of a network that holds itself: a block that calls itself, with something
before and behind its branching, on both paths, and in place of the innermost level.
"""

from __future__ import annotations

from random import Random
from typing import Any

GIVEN_ON = ("$filters", "2 * $filters", "$filters + 4")
"""What the next level has for filters."""

MERGES = ("Add", "Concatenate", "Average", "Multiply")


def document(seed: int) -> dict[str, Any]:
    """The spec of a seed."""
    return _Author(Random(seed)).document()


class _Author:
    def __init__(self, random: Random) -> None:
        self.random = random

    def document(self) -> dict[str, Any]:
        random = self.random
        block = {"args": ["depth", "filters"], "layers": self.levels()}
        layers: list[Any] = [conv(4)]
        for _ in range(random.randint(1, 3)):
            depth, filters = random.choice([3, 3, 4]), random.choice([4, 8])
            layers.append({"nest": {"depth": depth, "filters": filters}})
            layers += [conv(4)] * random.randint(0, 1)
        head = {"archspec": 1, "name": "nested", "input": [16, 16, 4]}
        return {**head, "blocks": {"nest": block}, "layers": layers}

    def levels(self) -> list[Any]:
        """The block's layers."""
        call = {"nest": {"depth": "$depth - 1", "filters": self.random.choice(GIVEN_ON)}}
        further = {"when": "$depth > 1", **call}
        holes = self.random.randint(1, 2)
        before, behind = self.row(), self.row()
        innermost = self.random.choice(["nothing", "another", "called"])
        if innermost == "called":
            around = {"when": "$depth > 1", "layers": [self.branching([call] * holes), *behind]}
            return [*(before or [conv("$filters")]), around]
        if innermost == "nothing":
            return [*before, self.branching([further] * holes), *behind]
        last = {"when": "$depth == 1", "layers": [*self.row(), conv("$filters")]}
        return [*before, self.branching([further, last]), *behind]

    def branching(self, calls: list[Any]) -> dict[str, Any]:
        """The branching around what is further in."""
        down, up = self.random.choice([([], []), (["MaxPooling2D"], ["UpSampling2D"])])
        path = [*down, *self.row(), *calls, *self.row(), conv("$filters"), *up]
        paths = [path, [*self.row(), conv("$filters")]]
        self.random.shuffle(paths)
        merge = self.random.choice(MERGES)
        return {"branches": dict(zip("ab", paths, strict=True)), "merge": merge}

    def row(self) -> list[Any]:
        """Up to two layers."""
        kinds = ["BatchNormalization", "ReLU", conv("$filters"), conv("$filters", 3)]
        return [self.random.choice(kinds) for _ in range(self.random.randint(0, 2))]


def conv(filters: Any, kernel_size: int = 1) -> dict[str, Any]:
    return {"Conv2D": {"filters": filters, "kernel_size": kernel_size, "padding": "same"}}
