"""Chance → whole specs for the tests of laws: parsed mappings, small, right more often than not."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import strategies as st

Item = Any
Spec = dict[str, Any]

KINDS = {
    "Gain": {
        "args": [{"factor": 1.0}],
        "weights": {"gain": ["$in.channels"]},
        "keras": "tests.drawn_kinds:Gain",
    }
}
"""A kind of the author's own, in every spec that uses it."""

SIZES = st.integers(1, 4)
STATES = {"return_sequences": True, "return_state": True}
PADDING = st.sampled_from(["same", "valid"])

UNITS = {"units": "$in.channels"}
RECURRENT: list[Item] = [
    {
        "from": {"initial_state": ["first.state_h", "first.state_c"]},
        "LSTM": {**UNITS, "return_sequences": True},
    },
    {"RNN": {"cell": {"LSTMCell": UNITS}, "return_sequences": True}},
    {
        "RNN": {
            "cell": [{"GRUCell": {"units": 2}}, {"SimpleRNNCell": UNITS}],
            "return_sequences": True,
        }
    },
    {"Bidirectional": {"layer": {"GRU": {**UNITS, "return_sequences": True}}, "merge_mode": "sum"}},
    {"TimeDistributed": {"layer": {"Dense": UNITS}}},
]
"""Layers that read a sequence, and give one of as many channels as the block takes."""


def _mapping(item: Item) -> dict[str, Any]:
    """A bare word as a mapping, to which modifiers can come."""
    return item if isinstance(item, dict) else {item: None}


@st.composite
def specs(draw: Any) -> Spec:
    """A spec: one image or two, a chain with every structure of the language, and sometimes a
    dense end.
    """
    author = _Author(draw)
    channels = draw(SIZES)
    shape = [*draw(st.sampled_from([[8, 8], [9, 7], [16, 12]])), channels]
    two = draw(st.booleans())
    start = author.towers() if two else []
    layers = [*start, *author.chain(3), *author.end()]
    given = {"inputs": {"left": shape, "right": shape}} if two else {"input": shape}
    defaults = draw(
        st.sampled_from(
            [
                {},
                {},
                {"Conv2D": {"use_bias": False}},
                {"Conv2D": {"padding": "same"}, "ReLU": {"max_value": 6}},
            ]
        )
    )
    spec = {
        "archspec": 1,
        "name": "drawn",
        "vars": {"width": draw(SIZES), "act": "ReLU"},
        **given,
        "defaults": defaults,
        "layers": layers,
    }
    text = repr(layers)
    return {
        **spec,
        **({"kinds": KINDS} if "Gain" in text else {}),
        "blocks": author.blocks() | (author.part() if "part" in text else {}),
        "variants": {"wide": {"vars": {"width": 5}}, "elu": {"vars": {"act": "ELU"}}},
    }


class _Author:
    """Writes items; ``variables`` are the numbers that the ``repeat``s around bind."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.numbers = count()
        self.variables: list[str] = []

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def name(self, stem: str) -> str:
        return f"{stem}{next(self.numbers)}x"

    def number(self) -> Any:
        """A count of channels: written, or by an expression over what is visible."""
        names = [
            "$width",
            "$width + 1",
            "$prev.channels",
            "$(2 * width)",
            *(f"${name}" for name in self.variables),
            *(f"1 + ${name}" for name in self.variables),
        ]
        return self.draw(SIZES) if self.draw(st.booleans()) else self.draw(st.sampled_from(names))

    def chain(self, depth: int) -> list[Item]:
        return [self.item(depth) for _ in range(self.draw(st.integers(1, 3)))]

    def item(self, depth: int) -> Item:
        if depth == 0 or self.one_of(True, False, False):
            return self.layer()
        kinds = (
            self.group,
            self.branches,
            self.identity_residual,
            self.projected_residual,
            self.repeated,
            self.repeated,
            self.call,
            self.join,
            self.side,
            self.skip,
            self.gathered,
            self.fan,
            self.operations,
            self.part_and_tap,
        )
        return self.one_of(*kinds)(depth - 1)

    # --- layers

    def layer(self) -> Item:
        return self.one_of(self.window, self.operation, self.preserving, self.preserving)()

    def window(self) -> Item:
        """A layer that may change the picture's size."""
        kernel = {
            "kernel_size": self.draw(st.integers(1, 3)),
            "strides": self.draw(st.integers(1, 2)),
            "padding": self.draw(PADDING),
        }
        pool = {
            "pool_size": self.draw(st.integers(1, 2)),
            "strides": self.one_of(None, 1, 2),
            "padding": self.draw(PADDING),
        }
        return self.one_of(
            {"Conv2D": {"filters": self.number(), **kernel}},
            {"Conv2DTranspose": {"filters": self.number(), **kernel}},
            {"SeparableConv2D": {"filters": self.number(), **kernel, "depth_multiplier": 2}},
            {"DepthwiseConv2D": kernel},
            {"MaxPooling2D": pool},
            {"AveragePooling2D": pool},
            {"ZeroPadding2D": {"padding": [[0, 1], [1, 0]]}},
            {"UpSampling2D": {}},
            {"Cropping2D": {"cropping": 1}},
        )

    def preserving(self) -> Item:
        """A layer that keeps the shape."""
        return self.one_of(
            "BatchNormalization", {"LayerNormalization": {"axis": -1}}, {"GroupNormalization": {"groups": 1}}, "LocalResponseNormalization", "$act",
            {"BatchNormalization": {"scale": False, "trainable": False}}, {"BatchNormalization": {}, "call": {"training": False}},
            {"Dropout": {"rate": 0.2}, "call": {"training": "$width > 2"}}, {"Activation": {"activation": "relu"}}, {"ReLU": None}, "PReLU",
            {"Dropout": {"rate": 0.1}}, {"StochasticDepth": {"rate": "$(1 / 4)"}}, self.same("$prev.channels"),
            {"Dense": {"units": "$prev.channels", "activation": "relu"}}, {"Permute": {"dims": [1, 2, 3]}}, {"Gain": {"factor": 2.0}}, "Gain",
        )  # fmt: skip

    def operation(self) -> Item:
        """A function of Keras that keeps the shape, or nearly."""
        return self.one_of(
            "ops.square", {"ops.multiply": {"x2": 0.5}}, {"ops.subtract": {"x1": 1}}, {"ops.maximum": {"x2": "$(1 / 2)"}}, "ops.silu",
            {"ops.clip": {"x_min": -1, "x_max": 1}}, {"ops.softmax": {"axis": 1}}, {"ops.flip": {"axis": 2}}, {"ops.cumsum": {"axis": -1}},
            {"ops.roll": {"shift": 1, "axis": 1}}, {"ops.normalize": {"axis": -1}}, {"ops.transpose": {"axes": [1, 2, 3]}},
            {"ops.pad": {"pad_width": [[0, 1], [1, 0], [0, 0]]}}, {"ops.get_item": {"key": [":", "::2"]}}, {"ops.repeat": {"repeats": 2, "axis": 1}},
            {"ops.take": {"indices": [0, 0], "axis": -1}}, {"ops.mean": {"axis": 1, "keepdims": True}}, {"ops.cast": {"dtype": "float32"}},
        )  # fmt: skip

    def same(self, filters: Any, strides: Any = 1, size: int = 3) -> Item:
        return {
            "Conv2D": {
                "filters": filters,
                "kernel_size": size,
                "strides": strides,
                "padding": "same",
            }
        }

    # --- structure

    def group(self, depth: int) -> Item:
        group = {"layers": self.chain(depth)}
        return {"name": self.name("group"), **group} if self.draw(st.booleans()) else group

    def branches(self, depth: int) -> Item:
        filters = self.number()
        filters = 3 if isinstance(filters, str) and "prev" in filters else filters
        ends = [
            [self.preserving(), self.same(filters, size=self.one_of(1, 3))]
            for _ in range(self.draw(st.integers(1, 3)))
        ]
        merge = self.one_of(
            "Concatenate", "Add", "Maximum", {"Concatenate": {"axis": -1}}, "Average"
        )
        paths = {f"b{index}": path for index, path in enumerate(ends)}
        paths |= {"skip": []} if merge == "Concatenate" and self.draw(st.booleans()) else {}
        paths |= (
            {"off": {"when": "$width > 3", "layers": [self.same(filters)]}}
            if self.draw(st.booleans())
            else {}
        )
        return {"branches": paths, "merge": merge}

    def identity_residual(self, depth: int) -> Item:
        residual = {"residual": [self.preserving() for _ in range(self.draw(st.integers(1, 3)))]}
        return {**residual, "name": self.name("same")} if self.draw(st.booleans()) else residual

    def projected_residual(self, depth: int) -> Item:
        filters, strides = self.draw(SIZES), self.draw(st.integers(1, 2))
        main = [self.preserving(), self.same(filters, strides)]
        around = self.same(filters, strides, size=1)
        conditional = {**around, "when": f"{strides} > 1 or $in.channels == $in.channels"}
        return {
            "residual": main,
            "shortcut": self.one_of([around], [conditional], {"when": True, "layers": [around]}),
        }

    def repeated(self, depth: int) -> Item:
        variable = self.name("v")
        repeat = self.one_of(
            2, 0, 1, "$width", {variable: [1, 2, 3]}, [{variable: 2}, {variable: 1}]
        )
        bound = [variable] if not isinstance(repeat, int | str) else []
        self.variables += [*bound, "i"]
        item = (
            {"name": self.name("stage"), "layers": self.chain(depth)}
            if self.draw(st.booleans())
            else self.call(depth)
        )
        when = {"when": "$i > 0"} if self.one_of(True, False, False) and "from" not in item else {}
        del self.variables[-len(bound) - 1 :]
        return {**(item if isinstance(item, dict) else {item: None}), "repeat": repeat, **when}

    def call(self, depth: int) -> Item:
        arguments = {
            "filters": self.number(),
            **({"strides": 2} if self.draw(st.booleans()) else {}),
        }
        return self.one_of(
            {"conv_bn": arguments},
            {"bottleneck": {"filters": arguments["filters"]}},
            {"twice": None},
            "twice",
            "read",
            {"fractal": {"columns": self.one_of(1, 2, 3)}},
        )

    def join(self, depth: int) -> Item:
        """An item that takes a named one from above, and a block of two inputs."""
        name = self.name("tap")
        taken = self.one_of(
            {"Concatenate": {}, "from": [name, "prev"]},
            {"mix": None, "from": ["prev", name]},
            {"mix": None, "from": {"p": name}},
        )
        return {
            "layers": [{**self.same(self.number()), "name": name}, self.preserving(), taken],
            "name": self.name("join"),
        }

    def side(self, depth: int) -> Item:
        """A named group with a further output of the model in it."""
        ends = self.one_of([], ["GlobalAveragePooling2D", {"Dense": {"units": 2}}], ["Flatten"])
        return {
            "name": self.name("with"),
            "layers": [
                self.layer(),
                {"output": ends, "name": self.name("side")},
                self.preserving(),
            ],
        }

    def skip(self, depth: int) -> Item:
        """Learned scales, parts of a tensor, and an item left out."""
        scale = {
            "branches": {
                "x": [],
                "scale": [
                    {"Parameter": {"shape": [1, 1, "$prev.channels"], "initializer": "ones"}}
                ],
            },
            "merge": "Multiply",
        }
        return self.one_of(
            scale,
            {"Slice": {"axis": -1, "start": 0, "stop": 1}},
            {"conv_bn": {"filters": 2}, "when": "$width > 2"},
            {"layers": []},
        )

    def gathered(self, depth: int) -> Item:
        """A list of names that grows, and one with a gap."""
        name = self.name("x")
        grown: dict[str, Any] = {"name": f"{name}$k", "repeat": {"k": self.one_of([0, 1], [1], [])}}
        gap = {"when": "$k != 0"} if self.draw(st.booleans()) else {}
        first = {**self.same("$prev.channels"), "name": f"{name}0"}
        return {
            "layers": [
                first,
                {self.one_of("ReLU", "Gain", "ops.silu"): {}, "name": f"{name}1"},
                {
                    "from": [{**grown, **gap}, f"{name}1"],
                    self.one_of("Add", "Concatenate", "Maximum"): {},
                },
            ]
        }

    def fan(self, depth: int) -> Item:
        filters = self.draw(SIZES)
        repeat = self.one_of(2, "$width", {"k": [1, 3]}, {"k": [2]})
        label = self.one_of("expert", "wide$(k)") if isinstance(repeat, dict) else "expert"
        size = self.one_of("$k", 1) if isinstance(repeat, dict) else 1
        layers = [self.preserving(), self.same(filters, size=size)]
        paths: dict[str, Any] = {label: {"repeat": repeat, "layers": layers}}
        return {
            "branches": {**paths, "own": [self.same(filters)]},
            "merge": self.one_of("Add", "Average", "Concatenate"),
        }

    def operations(self, depth: int) -> Item:
        """Functions of several tensors, with several results, and of constants."""
        x, y = self.name("o"), self.name("o")
        centred = [
            {"ops.moments": {"axes": [1, 2], "keepdims": True}, "name": y},
            {"from": [x, y], "ops.subtract": {}, "name": f"{y}c"},
            {"from": f"{y}.variance", "layers": [{"ops.add": {"x2": 1e-3}}, "ops.rsqrt"]},
            {"from": [f"{y}c", "prev"], "ops.multiply": {}},
        ]
        rest: list[Item] = self.one_of(
            [
                {"ops.split": {"indices_or_sections": [1], "axis": -2}, "name": y},
                {"from": [f"{y}.1", y], "ops.concatenate": {"axis": 2}},
            ],
            [
                {"ops.top_k": {"k": 1}, "name": y},
                {"from": f"{y}.indices", "ops.cast": {"dtype": "float32"}},
                {"from": ["prev", y], "Add": {}},
            ],
            [{"from": [x, "prev"], "ops.einsum": {"subscripts": "bhwc,bhwc->bhwc"}}],
            centred,
            [
                {"ops.greater": {"x2": 0}, "name": y},
                {"from": {"condition": y, "x1": x}, "ops.where": {"x2": 0.0}},
            ],
            [
                {"Constant": {"value": [[[0.5]]]}, "name": y},
                {"from": [x, y], "ops.multiply": {}},
            ],
        )
        return {"layers": [{**_mapping(self.preserving()), "name": x}, *rest]}

    def part_and_tap(self, depth: int) -> Item:
        """Another spec as a block, and sometimes a tensor from within."""
        name = self.name("p")
        taps = self.one_of([], [{"from": [f"{name}.C1"], "ReLU": {}}])
        return {"layers": [{"part": {}, "name": name}, *taps]}

    def part(self) -> dict[str, Any]:
        freeze = {"trainable": False} if self.draw(st.booleans()) else {}
        changed = {"vars": {"activation": "relu"}} if self.draw(st.booleans()) else {}
        return {"part": {"spec": "lenet5", **changed, "upto": self.one_of("C1", "S2"), **freeze}}

    def towers(self) -> list[Item]:
        """One tower on both inputs, with the same weights."""
        return [
            {"name": "tower", "layers": self.chain(1)},
            {"reuse": "tower", "from": "right", "name": self.one_of("again", "tower_right")},
            {self.one_of("Concatenate", "Subtract"): {}, "from": ["tower", "prev"]},
        ]

    def end(self) -> list[Item]:
        pooled = [
            self.one_of(
                "GlobalAveragePooling2D", "Flatten", {"GlobalMaxPooling2D": {"keepdims": False}}
            )
        ]
        return self.one_of(
            [],
            pooled,
            [{"name": "only", "output": pooled}],
            [
                *pooled,
                {"Dense": {"units": self.number(), "activation": "softmax"}, "name": "logits"},
            ],
        )

    def attention(self) -> Item:
        """To itself or to another, under a mask that operations make."""
        there = {
            "name": "there",
            "layers": [{"ops.mean": {"axis": -1}}, {"ops.greater": {"x2": -0.5}}],
        }
        heads = {
            "from": {"query": "look", "value": self.one_of("look", "first"), "value_mask": "there"},
            "MultiHeadAttention": {"num_heads": 2, "key_dim": 2},
            "call": {"use_causal_mask": self.one_of(True, False)},
        }
        return {"layers": [there, heads]}

    def blocks(self) -> dict[str, Any]:
        projected = {
            "residual": [{"conv_bn": {"filters": "$filters"}}, self.same("$wide", size=1)],
            "shortcut": [self.same("$wide", size=1)],
        }
        return {
            "conv_bn": {
                "args": ["filters", {"strides": 1}],
                "defaults": {"Conv2D": {"padding": "same", "use_bias": False}},
                "layers": [
                    {"Conv2D": {"filters": "$filters", "kernel_size": 3, "strides": "$strides"}},
                    "BatchNormalization",
                    "$act",
                ],
            },
            "bottleneck": {
                "args": ["filters"],
                "let": {"wide": "2 * $filters"},
                "layers": [projected, "ReLU"],
            },
            "fractal": {
                "args": ["columns"],
                "layers": [
                    {
                        "branches": [
                            [self.same("$in.channels")],
                            {
                                "when": "$columns > 1",
                                "layers": [{"fractal": {"columns": "$columns - 1"}, "repeat": 2}],
                            },
                        ],
                        "merge": "Average",
                    }
                ],
            },
            "twice": {"layers": [{"conv_bn": {"filters": "$in.channels"}, "repeat": 2}]},
            "read": {
                "let": {"pixels": "$in.height * $in.width"},
                "layers": [
                    {"Reshape": {"target_shape": ["$pixels", "$in.channels"]}},
                    {"name": "first", "LSTM": {"units": "$in.channels", **STATES}},
                    {
                        "name": "look",
                        "from": self.one_of({"value": "first"}, ["first", "prev"]),
                        "Attention": {},
                        "call": {
                            "use_causal_mask": "$width > 2",
                            "return_attention_scores": self.one_of(True, "$pixels > 0"),
                        },
                    },
                    {"from": ["prev", "first"], "Add": {}},
                    self.attention(),
                    self.one_of(*RECURRENT),
                    {"Reshape": {"target_shape": "$in.shape"}},
                ],
            },
            "mix": {
                "inputs": ["h", "p"],
                "layers": [
                    {"Concatenate": {}, "from": ["h", "p"]},
                    self.same("$h.channels", size=1),
                ],
            },
        }
