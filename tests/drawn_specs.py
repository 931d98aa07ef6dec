"""Chance → whole specs for the tests of laws: parsed mappings, small, right more often than not."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import strategies as st

Item = Any
Spec = dict[str, Any]

SIZES = st.integers(1, 4)
STATES = {"return_sequences": True, "return_state": True}
PADDING = st.sampled_from(["same", "valid"])


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
    return {
        **spec,
        "blocks": author.blocks(),
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
        )
        return self.one_of(*kinds)(depth - 1)

    # --- layers

    def layer(self) -> Item:
        return self.one_of(self.window, self.preserving, self.preserving)()

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
            {"Dense": {"units": "$prev.channels", "activation": "relu"}}, {"Permute": {"dims": [1, 2, 3]}},
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
            [
                *pooled,
                {"Dense": {"units": self.number(), "activation": "softmax"}, "name": "logits"},
            ],
        )

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
                    {
                        "from": {"initial_state": ["first.state_h", "first.state_c"]},
                        "LSTM": {"units": "$in.channels", "return_sequences": True},
                    },
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
