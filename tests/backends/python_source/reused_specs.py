"""Small specs drawn by chance of what is hardest to keep apart in source code: `reuse`, `output`,
`when`, `repeat`, `from` and empty lists, in every combination. All tensors have one shape, so that
nearly all of them compile.
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

Item = dict[str, Any]

CONDITIONS = [
    "$yes",
    "$no",
    "not $no",
    True,
    False,
    "$in.channels == 4",
    "$in.channels > 4",
    "$i == 0",
]
COUNTS = [0, 1, 2, "$two", "$none", {"k": [1, 2]}, {"k": "$list"}]


def specs() -> st.SearchStrategy[dict[str, Any]]:
    """Specs, of which most compile; from a seed, since shorter draws are dull networks."""
    return st.randoms(use_true_random=True).map(lambda random: _Maker(random).spec())


LEFT_OUT = ["$no", False, "$in.channels > 4"], [0, "$none"]


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.blocks: dict[str, Any] = {}
        self.pairs: set[str] = set()
        self.number = 0

    def spec(self) -> dict[str, Any]:
        for name in ("inner", "outer")[: self.random.choice([0, 1, 2, 2])]:
            self.blocks[name] = self._block(name)
        return {
            "archspec": 1,
            "name": "drawn",
            "vars": {"yes": True, "no": False, "two": 2, "none": 0, "list": [1, 2]},
            "input": [4],
            "blocks": dict(self.blocks),
            "layers": [*self._items(["input"], 0), {"Dense": {"units": 4}}, *self._end()],
        }

    def _end(self) -> list[Item]:
        """Nothing or, so that no output is called `main`, one more of them."""
        return [{"name": "last", "output": []}] if self.random.random() < 0.2 else []

    def _block(self, name: str) -> dict[str, Any]:
        if self.random.random() < 0.7:
            return {"args": [{"n": 4}], "layers": self._items([], 1)}
        self.pairs.add(name)
        last = {"Add": None, "from": ["prev", "q"]}
        layers = [*self._items(["p", "q"], 1), last]
        return {"args": [{"n": 4}], "inputs": ["p", "q"], "layers": layers}

    def _items(self, names: list[str], depth: int) -> list[Item]:
        """A list of items, which may name what stands above them."""
        seen = list(names)
        lengths = [0, 1, 2, 2, 3, 4] if depth else [3, 4, 5, 6]
        return [self._item(seen, depth) for _ in range(self.random.choice(lengths))]

    def _item(self, seen: list[str], depth: int) -> Item:
        item = self._operation(seen, depth)
        if "name" not in item and ("reuse" in item or self.random.random() < 0.6):
            item["name"] = self._name()
        pair = bool({"Add", *self.pairs} & item.keys()) or item.get("reuse") in self.pairs
        if pair:
            item["from"] = ["prev", self._choice(["prev", *seen])]
            if "Add" in item and self.random.random() < 0.3:
                gathered = {"name": item["from"][1], "when": self._choice(CONDITIONS[:-1])}
                item["from"][1] = gathered
        if self.random.random() < 0.2:
            item["when"] = self._choice(CONDITIONS[:-1])
        if self.random.random() < 0.2:
            item["repeat"] = self._choice(COUNTS)
            if self.random.random() < 0.3:
                item["when"] = self._choice(CONDITIONS)
        if seen and not pair and self.random.random() < 0.25:
            item["from"] = self._choice(seen)
            if "output" not in item and self.random.random() < 0.9:
                return {"branches": {self._name(): [item], self._name(): []}, "merge": "Add"}
        if "name" in item and item.get("when") not in [*LEFT_OUT[0], "$i == 0"]:
            self._see(item, seen, pair=pair)
        return item

    def _see(self, item: Item, seen: list[str], *, pair: bool) -> None:
        """Add the names that an item has to those that may be used from here on."""
        count = item.get("repeat", 1)
        inside = [
            one["name"]
            for one in item.get("layers", ())
            if {*one} <= {"name", "ReLU"} and "name" in one
        ]
        for suffix in ["1", "2"] if "repeat" in item else [""]:
            if count in LEFT_OUT[1] or (suffix == "2" and count == 1):
                continue
            name = f"{item['name']}{suffix}"
            self.pairs |= {name} if pair else set()
            seen += [name, *(f"{name}.{step}" for step in inside)]

    def _operation(self, seen: list[str], depth: int) -> Item:
        simple: list[Item] = [
            {"ReLU": None},
            {"Dense": {"units": 4}},
            {"Dense": {"units": "$in.channels"}},
            {"Add": None},
            *({name: None} for name in self.blocks),
            *({name: {"n": 4}} for name in self.blocks),
        ]
        named = [name for name in seen if name not in ("input", "p", "q")]
        if named and self.random.random() < 0.35:
            return {"reuse": self._choice(named)}
        if depth < 3 and self.random.random() < 0.5:
            return self._structure(seen, depth + 1)
        return dict(self._choice(simple))

    def _structure(self, seen: list[str], depth: int) -> Item:
        kind = self.random.choice(["layers", "output", "output", "branches", "residual"])
        if kind == "output":
            return {"name": self._name(), "output": self._items(seen, depth)}
        if kind == "branches":
            paths = {self._label(): self._path(seen, depth, fans=True) for _ in range(2)}
            labelled = self.random.random() < 0.7
            written = paths if labelled else list(paths.values())
            return {"branches": written, "merge": self._choice(["Add", "Average"])}
        if kind == "residual":
            item: Item = {"residual": [{"ReLU": None}, *self._items(seen, depth)]}
            if self.random.random() < 0.5:
                item[self._choice(["shortcut", "_shortcut"])] = self._path(seen, depth)
            if self.random.random() < 0.3:
                item["first"] = "shortcut"
            return item
        return {"layers": self._items(seen, depth)}

    def _path(self, seen: list[str], depth: int, *, fans: bool = False) -> Any:
        items = self._items(seen, depth)
        if fans and self.random.random() < 0.15:
            return {"repeat": self._choice(COUNTS[1:3]), "layers": items}
        if self.random.random() < 0.2:
            return {"when": self._choice(CONDITIONS[:-1]), "layers": items}
        return items

    def _label(self) -> str:
        """The name of a branch, now and then one that is no step of a path."""
        return f"{self._choice(['', '', '_'])}{self._name()}"

    def _name(self) -> str:
        self.number += 1
        return f"{self._choice('abc')}{self._choice(['', '_'])}{self.number}x"

    def _choice(self, several: Any) -> Any:
        return self.random.choice(several)
