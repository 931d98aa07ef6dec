"""A seed → a small network of any shape, as a graph: motifs that repeat, residuals, arbitrary
merges, layers that are used again, several inputs and outputs.
"""

from __future__ import annotations

from random import Random
from typing import Any

import archspec
from archspec.graph import Graph

CHANNELS = 4
SHAPE = [6, 6, CHANNELS]
KEEPING = (
    {"BatchNormalization": {}},
    {"ReLU": {}},
    {"Activation": {"activation": "silu"}},
    {"Conv2D": {"filters": CHANNELS, "kernel_size": 3, "padding": "same"}},
    {"Conv2D": {"filters": CHANNELS, "kernel_size": 1}},
    {"DepthwiseConv2D": {"kernel_size": 3, "padding": "same", "use_bias": False}},
    {"Dropout": {"rate": 0.1}},
)
"""Layers that give what they take the shape of."""

JOINING = ("Add", "Add", "Multiply", "Maximum", "Subtract", "Average")


def network(seed: int, size: int = 14) -> Graph:
    """The network of a seed, of about so many layers."""
    return archspec.compile(document(seed, size))


def document(seed: int, size: int = 14) -> dict[str, Any]:
    """The spec of the network, every layer written out."""
    author = _Author(Random(seed))
    while len(author.items) < size:
        author.more()
    return author.document()


class _Author:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.items: list[dict[str, Any]] = []
        self.inputs = ["input"] if random.random() < 0.7 else ["left", "right"]
        self.tensors = [*self.inputs]
        self.uses: dict[str, int] = dict.fromkeys(self.inputs, 0)
        self.shared: list[str] = []

    def more(self) -> None:
        """Some further layers."""
        moves = (
            self.layer,
            self.layer,
            self.chain,
            self.merge,
            self.residual,
            self.again,
            self.states,
        )
        self.random.choice(moves)()

    def add(self, operation: dict[str, Any], *taken: str, further: tuple[str, ...] = ()) -> str:
        name = f"n{len(self.items)}x"
        sources: Any = taken[0] if len(taken) == 1 else list(taken)
        self.items.append({"name": name, "from": sources, **operation})
        for tensor in taken:
            self.uses[tensor] += 1
        for tensor in (name, *(f"{name}.{output}" for output in further)):
            self.tensors.append(tensor)
            self.uses[tensor] = 0
        return name

    def one(self) -> str:
        """A tensor, rather a late one."""
        late = self.tensors[-3:]
        return self.random.choice(late if self.random.random() < 0.7 else self.tensors)

    def layer(self) -> None:
        name = self.add(self.random.choice(KEEPING), self.one())
        self.shared.append(name)

    def chain(self) -> None:
        motif = self.random.sample(KEEPING, self.random.randint(1, 3))
        tensor = self.one()
        for _ in range(self.random.randint(1, 3)):
            for operation in motif:
                tensor = self.add(operation, tensor)

    def residual(self) -> None:
        start = tensor = self.one()
        motif = self.random.sample(KEEPING, self.random.randint(1, 2))
        for _ in range(self.random.randint(1, 3)):
            for operation in motif:
                tensor = self.add(operation, tensor)
            terms = [tensor, start]
            self.random.shuffle(terms)
            start = tensor = self.add({"Add": {}}, *terms)

    def merge(self) -> None:
        kind = self.random.choice(JOINING)
        count = 2 if kind == "Subtract" else self.random.randint(2, 3)
        self.add({kind: {}}, *(self.one() for _ in range(count)))

    def again(self) -> None:
        if self.shared:
            self.add({"reuse": self.random.choice(self.shared)}, self.one())

    def states(self) -> None:
        """A layer of three outputs, from the picture as a sequence."""
        if self.random.random() < 0.7:
            return
        rows = self.add({"Reshape": {"target_shape": [36, CHANNELS]}}, self.one())
        cell = {"LSTM": {"units": CHANNELS, "return_sequences": True, "return_state": True}}
        lstm = self.add(cell, rows, further=("state_h", "state_c"))
        state = self.add({"Reshape": {"target_shape": [1, 1, CHANNELS]}}, f"{lstm}.state_h")
        back = self.add({"Reshape": {"target_shape": SHAPE}}, lstm)
        self.tensors = [
            one for one in self.tensors if one.partition(".")[0] not in (rows, lstm, state)
        ]
        self.add({"Add": {}}, back, state)

    def document(self) -> dict[str, Any]:
        ends = [name for name in self.tensors if not self.uses[name]]
        named = self.random.sample(ends, min(len(ends) - 1, self.random.randint(0, 2)))
        rest = [name for name in ends if name not in named]
        outputs = [{"name": f"out{n}x", "from": end, "output": []} for n, end in enumerate(named)]
        last = (
            {"Concatenate": {}, "from": rest} if len(rest) > 1 else {"from": rest[0], "layers": []}
        )
        shapes = dict.fromkeys(self.inputs, SHAPE)
        given = {"input": SHAPE} if self.inputs == ["input"] else {"inputs": shapes}
        return {"archspec": 1, "name": "random", **given, "layers": [*self.items, *outputs, last]}
