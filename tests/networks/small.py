"""The networks that `tests.networks.by_hand` writes in Keras, made small: the arguments of its
functions, the same said to the spec, and a batch of examples.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

EXAMPLES = 3


class Network(NamedTuple):
    """What makes a network small, and examples for it: arguments of the function, which are the
    spec's variables unless ``changes`` to the spec say what answers them.
    """

    small: dict[str, Any]
    inputs: list[Any]
    changes: dict[str, Any] | None = None
    scale: float = 0.5
    """Of random kernels: larger where there is much padding, which adds nothing."""

    def spec(self, name: str) -> dict[str, Any]:
        """The small network, as a spec that extends the one of that name."""
        return part(name, **({"vars": self.small} if self.changes is None else self.changes))


def part(of: str, **changes: Any) -> dict[str, Any]:
    return {"archspec": 1, "name": "part", "extends": of, **changes}


def words(count: int, length: int) -> Any:
    """Sentences, which end in padding, 0, after the first."""
    found = np.random.default_rng(0).integers(1, count, (EXAMPLES, length)).astype("int32")
    return found * (np.arange(length) < length - np.arange(EXAMPLES)[:, None])


def ids(length: int) -> dict[str, Any]:
    return {"shape": [length], "dtype": "int32"}


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=(EXAMPLES, *shape)).astype("float32")


SENTENCES = words(20, 7)
NETWORKS = {
    "bidirectional_lstm": Network({"words": 20, "width": 3, "units": 4}, [SENTENCES]),
    "seq2seq": Network(
        {"source_words": 20, "target_words": 30, "width": 6, "depth": 2},
        [SENTENCES, words(30, 6), SENTENCES != 0],
    ),
    "transformer": Network(
        {"words": 20, "depth": 2, "width": 8, "inner": 12, "heads": 2}, [SENTENCES, words(20, 6)]
    ),
    "wavenet": Network(
        {"values": 5, "width": 3, "skip": 4, "stacks": 2, "depth": 2}, [words(5, 12)]
    ),
    "fractalnet": Network({"columns": 3, "filters": [2, 3]}, [numbers(32, 32, 3)]),
    "pointnet": Network({"points": 16, "classes": 3}, [numbers(16, 3)]),
    "deeplab": Network({"size": 32, "classes": 3}, [numbers(32, 32, 3)]),
    "retinanet": Network(
        {"size": 32, "classes": 2, "anchors": 1, "depths": [1, 1, 2, 1]},
        [numbers(32, 32, 3)],
        {
            "input": [32, 32, 3],
            "vars": {"classes": 2, "anchors": 1},
            "blocks": {
                "backbone": {
                    "spec": "resnet@resnet50",
                    "vars": {"depths": [1, 1, 2, 1]},
                    "upto": "conv5_x",
                }
            },
        },
        scale=1.0,
    ),
    "hrnet": Network(
        {"width": 2, "joints": 3, "height": 32, "across": 64},
        [numbers(32, 64, 3)],
        {"input": [32, 64, 3], "vars": {"width": 2, "joints": 3}},
    ),
}
