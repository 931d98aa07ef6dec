"""The language page, sentence by sentence: a small spec for each, and what the page says must come
of it.

What is expected comes from the page, or from Keras where the page points there; never from what the
compiler happens to give.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

import archspec
from archspec import SpecError
from archspec.compiler import Compiler
from archspec.frontend.elaborate.block_cache import BlockCache
from archspec.frontend.library import Reference
from archspec.frontend.overrides import read_override
from archspec.graph import Graph


class Case(NamedTuple):
    """A spec, and what must come of it; ``refused`` holds the codes of an error.

    The text may leave out the version, the name (`net`), the input (8×8×4) and, where it begins
    with `- `, the key `layers`.
    """

    sentence: str
    text: str
    files: Mapping[str, str] = {}
    variant: str = ""
    given: tuple[str, ...] = ()
    """What stands behind ``--set``."""
    refused: str = ""
    nodes: str | None = None
    """The nodes' names, in their order."""
    takes: Mapping[str, str] = {}
    """Inputs of nodes."""
    shapes: Mapping[str, tuple[int | None, ...]] = {}
    """Shapes by path, `main` or input."""
    args: Mapping[str, Mapping[str, Any]] = {}
    outputs: Mapping[str, str] | None = None
    """Which node each output comes from, in their order."""
    inputs: str | None = None
    shares: Mapping[str, str] | None = None
    """Whose weights a node uses once more."""
    kinds: Mapping[str, str] = {}
    dtypes: Mapping[str, str] = {}
    named: str = ""
    parameters: int | None = None
    macs: int | None = None
    warns: str = ""
    """What nothing mentions."""
    scopes: tuple[str, ...] | None = None
    """`kind path` of every piece of structure, the model's first."""
    described: tuple[str | None, str | None] | None = None


Sections = dict[str, list[Case]]


def whole(text: str) -> str:
    """A text with what the case may leave out."""
    text = dedent(text).strip("\n") + "\n"
    if text.startswith("- "):
        text = f"layers:\n{text}"
    head = "" if re.search(r"^archspec:", text, re.MULTILINE) else "archspec: 1\n"
    head += "" if re.search(r"^name:", text, re.MULTILINE) else "name: net\n"
    head += "" if re.search(r"^(inputs?|extends):", text, re.MULTILINE) else "input: [8, 8, 4]\n"
    return head + text


def compiled(case: Case, folder: Path) -> Graph:
    for name, text in {**case.files, "spec.yaml": case.text}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(
            text if name == "spec.yaml" and text.startswith("%") else whole(text), encoding="utf-8"
        )
    reference = Reference(str(folder / "spec.yaml"), case.variant or None)
    return Compiler().compile(reference, dict(read_override(one) for one in case.given))


DOCUMENT = [
    Case(
        "one file describes one network",
        """
        archspec: 1
        name: resnet
        description: Deep residual networks.
        source: "He et al., Table 1"
        vars: {classes: 10, depths: [3, 4]}
        input: [8, 8, 3]
        defaults:
          Conv2D: {padding: same, use_bias: false}
        blocks: {head: {layers: [Flatten, Dense: {units: $classes}]}}
        layers:
          - Conv2D: {filters: "$depths[1]", kernel_size: 3}
          - head
        variants: {small: {vars: {classes: 2}}}
        expect: {parameters: 2678, macs: 9472, shapes: {conv2d: [8, 8, 4], main: [10]}}
        """,
        named="resnet",
        nodes="conv2d head.flatten head.dense",
        parameters=3 * 3 * 3 * 4 + 8 * 8 * 4 * 10 + 10,
        described=("Deep residual networks.", "He et al., Table 1"),
    ),
    Case("the version is required", "name: x\narchspec: 2\nlayers: [ReLU]", refused="wrong-value"),
    Case("a name is [a-z0-9_-]+", "name: 18-net_x\nlayers: [ReLU]", named="18-net_x"),
    Case("a name is [a-z0-9_-]+, no dot", "name: net.x\nlayers: [ReLU]", refused="wrong-value"),
    Case(
        "a name is [a-z0-9_-]+, also where it looks like a number",
        "name: 1.5\nlayers: [ReLU]",
        refused="wrong-value",
    ),
    Case("a name is [a-z0-9_-]+, as written", "name: 5e1\nlayers: [ReLU]", named="5e1"),
    Case(
        "a name is [a-z0-9_-]+, no capital in a number",
        "name: 5E1\nlayers: [ReLU]",
        refused="wrong-value",
    ),
    Case("a name is [a-z0-9_-]+, a word of YAML too", "name: true\nlayers: [ReLU]", named="true"),
    Case(
        "input is required",
        "archspec: 1\nname: x\ninput: null\nlayers: [ReLU]",
        refused="wrong-value",
    ),
    Case("layers is required", "vars: {a: 1}", refused="missing-key"),
    Case("an unknown key is an error", "layer: []\nlayers: [ReLU]", refused="unknown-key"),
    Case(
        "an unknown key is an error in an item", "- ReLU: {}\n  repeats: 3", refused="unknown-key"
    ),
    Case(
        "an unknown key is an error in a block",
        "blocks: {b: {arg: [x], layers: [ReLU]}}\nlayers: [b]",
        refused="unknown-key",
    ),
    Case(
        "an unknown key is an error in expect",
        "expect: {params: 1}\nlayers: [ReLU]",
        refused="unknown-key",
    ),
    Case(
        "an unknown key is an error in input",
        "input: {shape: [3], type: float32}\nlayers: [ReLU]",
        refused="unknown-key",
    ),
    Case(
        "input is a shape without the batch axis, called input",
        "- ReLU",
        takes={"re_lu": "input"},
        shapes={"input": (8, 8, 4)},
        inputs="input",
    ),
    Case(
        "input may have a dtype, float32 if left out",
        "input: {shape: [5], dtype: int32}\nlayers: [Embedding: {input_dim: 9, output_dim: 2}]",
        dtypes={"input": "int32", "embedding": "float32"},
        shapes={"main": (5, 2)},
    ),
    Case("float32 if left out", "input: {shape: [5]}\nlayers: [ReLU]", dtypes={"input": "float32"}),
    Case(
        "a Keras dtype", "input: {shape: [5], dtype: int31}\nlayers: [ReLU]", refused="wrong-value"
    ),
    Case(
        "null is unknown until the model is called",
        "input: [null, null, 3]\nlayers: [ReLU]",
        shapes={"main": (None, None, 3)},
    ),
    Case(
        "inputs names several; the first feeds the first item, the others are reached with from",
        """
        inputs: {left: [6], right: {shape: [6], dtype: float16}}
        layers:
          - Dense: {units: 6}
          - Add: {}
            from: [right, prev, left]
        """,
        inputs="left right",
        takes={"dense": "left", "add": "right dense left"},
        dtypes={"right": "float16"},
    ),
    Case("no input is called prev", "inputs: {prev: [6]}\nlayers: [ReLU]", refused="wrong-name"),
    Case(
        "an input is an item's path that is taken",
        "- {name: input, ReLU: }",
        refused="duplicate-name",
    ),
    Case(
        "the first feeds the first item, and must be used",
        "inputs: {a: [6], b: [6]}\nlayers: [{ReLU: , from: b}]",
        refused="unused-input",
    ),
    Case(
        "inputs names one input",
        "inputs: {image: [6]}\nlayers: [ReLU]",
        takes={"re_lu": "image"},
        inputs="image",
    ),
    Case(
        "inputs stands in the place of input",
        "input: [6]\ninputs: {a: [6]}\nlayers: [ReLU]",
        refused="two-inputs",
    ),
    Case(
        "shapes may use vars",
        "vars: {n: 6}\ninput: [$n, 2 * $n, $n / 2]\nlayers: [ReLU]",
        shapes={"main": (6, 12, 3)},
    ),
    Case(
        "a whole shape may be a variable",
        "vars: {s: [6, 2]}\ninput: $s\nlayers: [ReLU]",
        shapes={"main": (6, 2)},
    ),
    Case(
        "shapes of inputs do not see $in",
        "input: [$in.channels]\nlayers: [ReLU]",
        refused="unknown-name",
    ),
    Case(
        "the outputs are the end of layers, called main, then every output item in the order of the"
        " text, by its path",
        """
        - Conv2D: {filters: 2, kernel_size: 1}
        - name: zeta
          output: [Flatten]
        - name: g
          layers:
            - name: alpha
              output: []
            - ReLU
        - name: beta
          output: [Flatten, Dense: {units: 3}]
        - ELU
        """,
        outputs={
            "main": "elu",
            "zeta": "zeta.flatten",
            "g.alpha": "conv2d",
            "beta": "beta.dense",
        },
    ),
    Case(
        "an output in an output comes after it, in the order of the text",
        """
        - name: a
          output:
            - ReLU
            - {name: b, output: [Flatten]}
            - Dense: {units: 2}
        - ReLU
        """,
        outputs={"main": "re_lu", "a": "a.dense", "a.b": "a.b.flatten"},
    ),
    Case(
        "no output can be called main", "- ReLU\n- {name: main, output: []}", refused="wrong-name"
    ),
    Case(
        "channels last: a convolution's filters are the last axis",
        "- Conv2D: {filters: 7, kernel_size: 3}",
        shapes={"main": (6, 6, 7)},
    ),
    Case(
        "an axis counts as in Keras, the batch being 0",
        "- Slice: {axis: 1, stop: 5}",
        shapes={"main": (5, 8, 4)},
    ),
    Case("an axis from the end", "- Slice: {axis: -1, stop: 3}", shapes={"main": (8, 8, 3)}),
    Case("axis 0 is an error", "- Slice: {axis: 0, stop: 5}", refused="shape-mismatch"),
    Case(
        "axis 0 is an error in a merge",
        "- branches: {a: [], b: []}\n  merge: {Concatenate: {axis: 0}}",
        refused="shape-mismatch",
    ),
    Case(
        "an axis that names the batch from the end is an error",
        "- Slice: {axis: -4, stop: 5}",
        refused="shape-mismatch",
    ),
    Case(
        "axis 0 is an error of normalization",
        "- BatchNormalization: {axis: 0}",
        refused="shape-mismatch",
    ),
]

ITEMS = [
    Case(
        "each item takes the output of the one before it",
        "- ReLU\n- Flatten\n- Dense: {units: 2}",
        takes={"flatten": "re_lu", "dense": "flatten"},
    ),
    Case("exactly one operation: two", "- ReLU: {}\n  Flatten: {}", refused="two-operations"),
    Case("exactly one operation: none", "- name: x\n  when: true", refused="no-operation"),
    Case(
        "a layer has Keras's argument names and defaults",
        "- Conv2D: {filters: 2, kernel_size: 3, strides: 2}",
        shapes={"main": (3, 3, 2)},
        parameters=3 * 3 * 4 * 2 + 2,
        macs=3 * 3 * 2 * 3 * 3 * 4,
    ),
    Case(
        "a layer kind is CamelCase, as in Keras",
        "- conv2d: {filters: 2, kernel_size: 3}",
        refused="unknown-layer",
    ),
    Case("Keras's argument names", "- Conv2D: {filters: 2, kernel: 3}", refused="unknown-argument"),
    Case(
        "a call of a block",
        "blocks: {b: {args: [n], layers: [Dense: {units: $n}]}}\nlayers: [b: {n: 3}]",
        nodes="b.dense",
        shapes={"b": (8, 8, 3)},
    ),
    Case(
        "$name calls the layer or block that the variable names",
        """
        vars: {act: ReLU, body: b, drop: {kind: 1}}
        blocks: {b: {args: [n], layers: [Dense: {units: $n}]}}
        layers:
          - $act
          - $act: {max_value: 6}
          - name: x
            $body: {n: "$drop['kind']"}
          - $kind: {units: 2}
            repeat: {kind: [Dense]}
        """,
        nodes="re_lu re_lu_2 x.dense dense",
        args={"re_lu_2": {"max_value": 6}},
    ),
    Case(
        "a call through a variable has its arguments checked",
        "vars: {act: ReLU}\nlayers: [$act: {units: 6}]",
        refused="unknown-argument",
    ),
    Case(
        "a call through a variable that names nothing",
        "vars: {act: relu}\nlayers: [$act]",
        refused="unknown-layer",
    ),
    Case(
        "a call through a variable that is no text",
        "vars: {act: 3}\nlayers: [$act]",
        refused="wrong-value",
    ),
    Case(
        "a group's items run in sequence",
        "- layers: [ReLU, Flatten]\n- Dense: {units: 2}",
        nodes="re_lu flatten dense",
        takes={"dense": "flatten"},
    ),
    Case(
        "every branch takes the same input",
        "- ReLU\n- branches: {a: [Flatten], b: [Flatten, ReLU], c: [Flatten]}\n  merge:"
        " Concatenate",
        takes={
            "a.flatten": "re_lu",
            "b.flatten": "re_lu",
            "concatenate": "a.flatten b.re_lu c.flatten",
        },
        shapes={"main": (768,)},
    ),
    Case(
        "the items' output is added to their input",
        "- residual: [ReLU, Dense: {units: 4}]",
        takes={"add": "dense input"},
    ),
    Case(
        "the shortcut holds the layers on the way around",
        "- residual: [ReLU, Dense: {units: 3}]\n  shortcut: [Dense: {units: 3}]",
        takes={"shortcut.dense": "input", "add": "dense shortcut.dense"},
    ),
    Case(
        "reuse: once more, on another input, with the same weights",
        "inputs: {a: [5], b: [5]}\nlayers:\n  - {name: t, Dense: {units: 3}}\n  - {name: u, reuse:"
        " t, from: b}\n  - {Subtract: , from: [t, u]}",
        takes={"t": "a", "u": "b"},
        shares={"u": "t"},
        parameters=5 * 3 + 3,
        macs=2 * 5 * 3,
    ),
    Case(
        "the main path goes on from before an output",
        "- ReLU\n- {name: aux, output: [Flatten]}\n- Dense: {units: 2}",
        takes={"dense": "re_lu"},
        outputs={"main": "dense", "aux": "aux.flatten"},
    ),
    Case(
        "[] taps the feature map as it is",
        "- ReLU\n- {name: tap, output: []}\n- Flatten",
        outputs={"main": "flatten", "tap": "re_lu"},
    ),
    Case(
        "a tap of the input",
        "- {name: tap, output: []}\n- Flatten",
        outputs={"main": "flatten", "tap": "input"},
    ),
    Case("name is required for output", "- ReLU\n- output: []", refused="missing-key"),
    Case("merge is required with branches", "- branches: {a: [], b: []}", refused="missing-key"),
    Case("merge with branches only", "- layers: [ReLU]\n  merge: Add", refused="missing-key"),
    Case(
        "merge is a merging layer",
        "- branches: {a: [], b: []}\n  merge: Dense",
        refused="unknown-layer",
    ),
    Case(
        "merge may have arguments",
        "- branches: {a: [], b: []}\n  merge: {Concatenate: {axis: -2}}",
        shapes={"main": (8, 16, 4)},
    ),
    Case("shortcut with residual only", "- layers: [ReLU]\n  shortcut: []", refused="missing-key"),
    Case(
        "an empty shortcut is the identity",
        "- residual: [ReLU]\n  shortcut: []",
        takes={"add": "re_lu input"},
    ),
    Case(
        "a bare word, and the colon with modifiers",
        "- Flatten\n- Flatten:\n- Flatten: {}\n- ReLU:\n  repeat: 2",
        nodes="flatten flatten_2 flatten_3 re_lu re_lu_2",
    ),
    Case(
        "a bare word keeps no colon before a modifier below it",
        "- ReLU\n  repeat: 2\n- ReLU  # with a comment\n\n  name: a\n- Add\n  from: [a, prev]",
        nodes="re_lu re_lu_2 a add",
        takes={"add": "a a"},
    ),
    Case(
        "a bare block, and one that a variable names",
        "vars: {act: ReLU}\nblocks: {b: {layers: [ReLU]}}\nlayers:\n- b\n  name: x\n"
        "- $act\n  when: true\n  repeat: 2",
        nodes="x.re_lu re_lu re_lu_2",
    ),
    Case(
        "when is read before from and name",
        "- ReLU\n- {ReLU: , name: $(1 / 0)x, from: nobody, when: false}\n- Flatten",
        nodes="re_lu flatten",
        takes={"flatten": "re_lu"},
    ),
    Case(
        "repeat is read before when, whatever the order of the keys",
        "- when: $k > 1\n  name: d$k\n  Dense: {units: $k}\n  repeat: {k: [1, 2, 3]}",
        nodes="d2 d3",
        takes={"d3": "d2"},
    ),
    Case(
        "a name sees what repeat binds, and repeat 0 reads nothing else",
        "- Flatten\n- {repeat: 0, when: $(1 / 0), name: $(1 / 0)x, ReLU: }",
        nodes="flatten",
    ),
    Case(
        "from may name the item before of that name, for from is read before name",
        "- {name: x1, ReLU: }\n- {name: x$(i + 2), from: x$(i + 1), ReLU: , repeat: 2}",
        takes={"x2": "x1", "x3": "x2"},
    ),
    Case(
        "prev is, for the first item of a list, what the list was given",
        """
        - name: stem
          ReLU:
        - layers: [{Add: , from: [prev, stem]}]
        - branches:
            a: [{Add: , from: [prev, prev]}]
            b: [{Add: , from: [stem, prev]}]
          merge: Add
        - residual: [{Multiply: , from: [prev, stem]}]
          shortcut: [{Subtract: , from: [prev, stem]}]
        - name: o
          output: [{Maximum: , from: [prev, stem]}]
        """,
        takes={
            "add": "stem stem",
            "a.add": "add add",
            "b.add": "stem add",
            "add_2": "a.add b.add",
            "multiply": "add_2 stem",
            "shortcut.subtract": "add_2 stem",
            "add_3": "multiply shortcut.subtract",
            "o.maximum": "add_3 stem",
        },
    ),
    Case(
        "a list is given its item's input, which from may name",
        """
        - {name: stem, ReLU: }
        - {name: d, Dense: {units: 4}}
        - {name: g, from: stem, layers: [{Add: , from: [prev, prev]}]}
        - {name: m, from: stem, branches: {a: [Softmax], b: []}, merge: Add}
        - {name: o, from: stem, output: [Flatten]}
        - {Add: , from: [d, g, m]}
        """,
        takes={
            "g.add": "stem stem",
            "m.a.softmax": "stem",
            "m.add": "m.a.softmax stem",
            "o.flatten": "stem",
            "add": "d g.add m.add",
        },
    ),
    Case(
        "a residual with from adds to what from names",
        "- {name: a, ReLU: }\n- {name: b, Flatten: }\n- {residual: [Dense: {units: 4}], from: a,"
        " name: r}\n- {Flatten: }\n- {Add: , from: [b, prev]}",
        takes={"r.dense": "a", "r.add": "r.dense a", "flatten": "r.add", "add": "b flatten"},
    ),
    Case(
        "prev of a block is its first input",
        "blocks: {b: {inputs: [h, p], layers: [{Add: , from: [prev, p]}]}}\nlayers: [{name: s,"
        " ReLU: }, {b: , from: [input, s]}]",
        takes={"b.add": "input s"},
    ),
    Case(
        "in a repetition after the first prev is the output of the repetition before",
        "- Dense: {units: $prev.channels + 1}\n  repeat: 3",
        shapes={"dense": (8, 8, 5), "dense_2": (8, 8, 6), "dense_3": (8, 8, 7)},
    ),
    Case(
        "prev inside a repeated group is the group's input, then the item before",
        "- repeat: 2\n  layers: [{Add: , from: [prev, prev]}, {Multiply: , from: [prev, prev]}]",
        takes={
            "add": "input input",
            "multiply": "add add",
            "add_2": "multiply multiply",
            "multiply_2": "add_2 add_2",
        },
    ),
    Case(
        "an output, an item left out and an empty group hand on what they got",
        "- ReLU\n- {name: o, output: [Flatten]}\n- {Flatten: , when: false}\n- layers: []\n-"
        " {Flatten: , repeat: 0}\n- {layers: [{Flatten: , when: false}], repeat: 2}\n- {Add: ,"
        " from: [prev, prev]}",
        takes={"add": "re_lu re_lu"},
    ),
    Case(
        "an item left out hands on what is before it, not what from names",
        "- {name: a, ReLU: }\n- Dense: {units: 3}\n- {Flatten: , from: a, when: false}\n- Softmax",
        takes={"softmax": "dense"},
    ),
    Case(
        "the main path goes on from before an output, also where that takes another tensor",
        "- {name: a, ReLU: }\n- Dense: {units: 3}\n- {name: o, output: [Flatten], from: a}\n-"
        " Softmax",
        takes={"o.flatten": "a", "softmax": "dense"},
    ),
    Case(
        "an empty group hands on what it got by from",
        "- {name: a, ReLU: }\n- {name: b, Dense: {units: 4}}\n- {layers: [], from: a, name: c}\n-"
        " {Add: , from: [prev, b, c]}",
        takes={"add": "a b a"},
    ),
    Case("a merging layer takes two tensors or more", "- Add", refused="wrong-inputs"),
    Case(
        "MultiHeadAttention takes what Keras takes",
        "- {MultiHeadAttention: {num_heads: 1, key_dim: 2}, from: [prev, prev, prev]}",
        shapes={"main": (8, 8, 4)},
    ),
    Case(
        "anything else takes one",
        "- {Dense: {units: 2}, from: [prev, prev]}",
        refused="wrong-inputs",
    ),
    Case("a group takes one", "- {layers: [ReLU], from: [prev, prev]}", refused="wrong-inputs"),
    Case(
        "a layer whose output reaches no output is an error",
        "- {name: a, ReLU: }\n- {Flatten: , from: input}",
        refused="dead-end",
    ),
    Case(
        "an input that nothing uses is an error",
        "inputs: {a: [3], b: [3]}\nlayers: [ReLU]",
        refused="unused-input",
    ),
    Case(
        "lists stand for Keras's tuples, null is None",
        "- Conv2D: {filters: 2, kernel_size: [3, 1], bias_regularizer: null}",
        args={"conv2d": {"kernel_size": (3, 1), "bias_regularizer": None}},
        shapes={"main": (6, 8, 2)},
    ),
    Case("null where Keras does not allow it", "- Dense: {units: null}", refused="wrong-value"),
    Case(
        "initializers are names or written like layers",
        "- Dense: {units: 2, kernel_initializer: he_normal, kernel_regularizer: {L2: {l2: 1e-4}},"
        " activation: relu}",
        args={"dense": {"kernel_initializer": "he_normal", "activation": "relu"}},
    ),
    Case("name is no argument", "- Dense: {units: 2, name: d}", refused="unknown-argument"),
    Case(
        "data_format is no argument",
        "- Conv2D: {filters: 2, kernel_size: 1, data_format: channels_last}",
        refused="unknown-argument",
    ),
    Case(
        "an argument comes from the layer, else the block's defaults, else the spec's, else Keras",
        """
        defaults: {Conv2D: {kernel_size: 3, padding: same, strides: 1, filters: 2}}
        blocks:
          b:
            defaults: {Conv2D: {kernel_size: 5, filters: 3}}
            layers: [{Conv2D: {filters: 4}}, {name: c, Conv2D: }]
        layers: [{Conv2D: {use_bias: false}}, b]
        """,
        args={
            "conv2d": {
                "kernel_size": (3, 3),
                "filters": 2,
                "use_bias": False,
                "padding": "same",
                "dilation_rate": (1, 1),
            },
            "b.conv2d": {"kernel_size": (5, 5), "filters": 4, "padding": "same", "use_bias": True},
            "b.c": {"kernel_size": (5, 5), "filters": 3},
        },
    ),
    Case(
        "defaults are for layer kinds, not blocks",
        "defaults: {b: {n: 3}}\nblocks: {b: {args: [n], layers: [ReLU]}}\nlayers: [b: {n: 1}]",
        refused="unknown-layer",
    ),
    Case(
        "defaults reach the layers of merge and residual",
        """
        defaults: {Concatenate: {axis: -2}, Add: {dtype: float64}}
        layers:
          - residual: [ReLU]
          - {branches: {a: [], b: []}, merge: Concatenate}
        """,
        shapes={"main": (8, 16, 4)},
        dtypes={"add": "float64"},
    ),
    Case(
        "a block's defaults reach the layers of merge and residual in it",
        """
        blocks:
          b:
            defaults: {Concatenate: {axis: 1}, Add: {dtype: float64}}
            layers: [{branches: {p: [], q: []}, merge: Concatenate}, residual: [ReLU]]
        layers: [b, {branches: {p: [], q: []}, merge: Concatenate}]
        """,
        shapes={"b": (16, 8, 4), "main": (16, 8, 8)},
        dtypes={"b": "float64"},
    ),
    Case(
        "the arguments of merge come before its defaults",
        "defaults: {Concatenate: {axis: 1}}\nlayers: [{branches: {p: [], q: []}, merge:"
        " {Concatenate: {axis: 2}}}]",
        shapes={"main": (8, 16, 4)},
    ),
    Case(
        "defaults reach no kind but the one named",
        "defaults: {Conv2D: {padding: same}}\nlayers: [SeparableConv2D: {filters: 2,"
        " kernel_size: 3}]",
        shapes={"main": (6, 6, 2)},
    ),
    Case(
        "an expression in defaults sees what is visible where it is written",
        """
        vars: {n: 5}
        defaults: {Dense: {units: $n + $in.channels}}
        blocks:
          b: {args: [n], layers: [Dense]}
          c: {args: [n], let: {m: 2 * $n}, defaults: {Dense: {units: $m + $in.channels}}, layers: [Dense, {Dense: , repeat: {n: [100]}}]}
        layers: [{b: {n: 50}}, {c: {n: 10}}, {Dense: , repeat: {n: [7]}}]
        """,
        shapes={
            "b.dense": (8, 8, 9),
            "c.dense": (8, 8, 29),
            "c.dense_2": (8, 8, 29),
            "dense": (8, 8, 9),
        },
    ),
    Case(
        "an expression in defaults does not see a block's names",
        "defaults: {Dense: {units: $n}}\nblocks: {b: {args: [n], layers: [Dense]}}\nlayers: [b:"
        " {n: 5}]",
        refused="unknown-name",
    ),
    Case(
        "an expression in defaults does not see $i",
        "defaults: {Dense: {units: $i + 1}}\nlayers: [{Dense: , repeat: 2}]",
        refused="unknown-name",
    ),
    Case(
        "reuse takes no arguments",
        "- {name: a, ReLU: }\n- reuse: {a: {max_value: 6}}",
        refused="wrong-value",
    ),
    Case("reuse names an item above it", "- reuse: a\n- {name: a, ReLU: }", refused="unknown-name"),
    Case("reuse names an item, not a tensor", "- reuse: input", refused="unknown-name"),
    Case(
        "name, repeat, when and from stand beside reuse",
        "- {name: a, Dense: {units: 4}}\n- {reuse: a, name: b, repeat: 3, when: $i != 1}\n- {reuse:"
        " a, from: b1}\n- {Add: , from: [prev, b3]}",
        nodes="a b1 b3 a_2 add",
        takes={"b1": "a", "b3": "b1", "a_2": "b1"},
        shares={"b1": "a", "b3": "a", "a_2": "a"},
        parameters=4 * 4 + 4,
        macs=4 * 8 * 8 * 4 * 4,
    ),
    Case(
        "reuse of a group, and of what was reused",
        """
        - name: t
          layers: [Dense: {units: 4}, {name: n, BatchNormalization: }]
        - {name: u, reuse: t}
        - {name: v, reuse: u}
        - {Add: , from: [t.n, u.n, v]}
        """,
        nodes="t.dense t.n u.dense u.n v.dense v.n add",
        shares={"u.dense": "t.dense", "u.n": "t.n", "v.dense": "t.dense", "v.n": "t.n"},
        takes={"add": "t.n u.n v.n"},
        parameters=4 * 4 + 4 + 4 * 4,
    ),
    Case(
        "reuse of a layer within a group, from outside",
        "- {name: t, layers: [{name: d, Dense: {units: 4}}]}\n- reuse: t.d",
        nodes="t.d d",
        shares={"d": "t.d"},
    ),
    Case(
        "reuse of a block, which sees the arguments of its call",
        "blocks: {b: {args: [n], layers: [{Dense: {units: $n}, repeat: 2}]}}\nlayers: [{name: x, b:"
        " {n: 4}}, {name: y, reuse: x}]",
        shares={"y.dense": "x.dense", "y.dense_2": "x.dense_2"},
        shapes={"y": (8, 8, 4)},
    ),
    Case(
        "reuse of a branch",
        "- name: m\n  branches: {l: [Dense: {units: 4}], r: []}\n  merge: Add\n- {name: again,"
        " reuse: m.l}",
        shares={"again.dense": "m.l.dense"},
        takes={"again.dense": "m.add"},
    ),
    Case(
        "reuse of a branching and of a residual with its shortcut",
        "- name: m\n  branches: {l: [Dense: {units: 4}], r: []}\n  merge: Add\n- {name: m2, reuse:"
        " m}\n- {name: r, residual: [ReLU], shortcut: [Dense: {units: 4}]}\n- {name: r2, reuse: r}",
        nodes=(
            "m.l.dense m.add m2.l.dense m2.add r.re_lu r.shortcut.dense r.add r2.re_lu"
            " r2.shortcut.dense r2.add"
        ),
        parameters=2 * (4 * 4 + 4),
    ),
    Case(
        "reuse of a side output makes a further one",
        "- ReLU\n- {name: o, output: [Dense: {units: 2}]}\n- Dense: {units: 4}\n- {name: p, reuse:"
        " o}\n- Softmax",
        outputs={"main": "softmax", "o": "o.dense", "p": "p.dense"},
        shares={"p.dense": "o.dense"},
        takes={"p.dense": "dense", "softmax": "dense"},
    ),
    Case(
        "reuse of a shortcut and of a main path's layer",
        "- {name: r, residual: [{name: d, Dense: {units: 4}}], shortcut: [Dense: {units: 4}]}\n-"
        " {reuse: r.d}\n- {reuse: r.shortcut}",
        nodes="r.d r.shortcut.dense r.add d shortcut.dense",
        shares={"d": "r.d", "shortcut.dense": "r.shortcut.dense"},
    ),
    Case(
        "reuse of a side output leaves the main path, and reuse under a false when hands on",
        "- ReLU\n- {name: o, output: [Flatten]}\n- {name: p, reuse: o, from: input}\n- {name: q,"
        " reuse: o, when: false}\n- ELU",
        takes={"p.flatten": "input", "elu": "re_lu"},
        outputs={"main": "elu", "o": "o.flatten", "p": "p.flatten"},
    ),
    Case(
        "names within what is reused are found at the new place, and are names there",
        """
        - {name: s, ReLU: }
        - name: t
          layers: [{name: a, Dense: {units: 4}}, {Dense: {units: 4}}, {Add: , from: [prev, a, s]}]
        - {name: u, reuse: t}
        - {Add: , from: [prev, u.a, t.a]}
        """,
        takes={
            "t.add": "t.dense t.a s",
            "u.a": "t.add",
            "u.add": "u.dense u.a s",
            "add": "u.add u.a t.a",
        },
        shares={"u.a": "t.a", "u.dense": "t.dense"},
    ),
    Case(
        "reuse within what is reused",
        "- {name: g, layers: [{name: d, Dense: {units: 4}}, {name: e, reuse: d}]}\n- {name: h,"
        " reuse: g}\n- {name: k, reuse: h.e}",
        takes={"h.d": "g.e", "h.e": "h.d", "k": "h.e"},
        shares={"g.e": "g.d", "h.d": "g.d", "h.e": "g.d", "k": "g.d"},
        parameters=4 * 4 + 4,
        macs=5 * 8 * 8 * 4 * 4,
    ),
    Case(
        "reuse of a repetition, with the variables it had",
        "- {name: d, Dense: {units: $k}, repeat: {k: [4, 4]}}\n- {reuse: d1, repeat: {k: [9]}}",
        shares={"d1_2": "d1"},
        shapes={"main": (8, 8, 4)},
    ),
    Case(
        "reuse of an item left out",
        "- ReLU\n- {name: a, ELU: , when: false}\n- reuse: a",
        refused="unknown-name",
    ),
    Case(
        "reuse of a name without the count",
        "- {name: a, ReLU: , repeat: 2}\n- reuse: a",
        refused="unknown-name",
    ),
    Case(
        "reuse of a branch counted up",
        "- {branches: {p: [ReLU], q: []}, merge: Add, repeat: 2}\n- reuse: p_2",
        refused="unknown-name",
    ),
    Case("reuse of prev", "- ReLU\n- reuse: prev", refused="wrong-name"),
    Case(
        "reuse of more tensors than it takes",
        "- {name: a, ReLU: }\n- {reuse: a, from: [prev, prev]}",
        refused="wrong-inputs",
    ),
    Case(
        "reuse of a side output without a name",
        "- ReLU\n- {name: o, output: [Dense: {units: 2}]}\n- {reuse: o}\n- Softmax",
        refused="missing-key",
    ),
    Case(
        "reuse with a list in from",
        "blocks: {b: {inputs: [p, q], layers: [{Add: , from: [p, q]}, {Dense: {units: 4}}]}}\n"
        "layers: [{name: x, b: , from: [prev, prev]}, {name: y, reuse: x, from: [x, input]}]",
        takes={"y.add": "x.dense input"},
        shares={"y.dense": "x.dense"},
    ),
    Case(
        "reuse inside a block, which names only what stands in the block",
        "blocks: {b: {layers: [{name: d, Dense: {units: 4}}, {reuse: d}]}}\nlayers: [b, b]",
        shares={"b.d_2": "b.d", "b_2.d_2": "b_2.d"},
        parameters=2 * (4 * 4 + 4),
    ),
    Case(
        "reuse does not look out of a block",
        "blocks: {b: {layers: [reuse: d]}}\nlayers: [{name: d, ReLU: }, b]",
        refused="unknown-name",
    ),
    Case("reuse takes no automatic name", "- ReLU\n- reuse: re_lu", refused="unknown-name"),
    Case(
        "a name in reuse may hold a variable",
        "- {name: d, Dense: {units: 4}, repeat: 2}\n- {reuse: d$(i + 1), repeat: 2}",
        shares={"d1_2": "d1", "d2_2": "d2"},
        nodes="d1 d2 d1_2 d2_2",
    ),
    Case(
        "what depends on the input is worked out anew",
        """
        - {name: t, layers: [{ReLU: , when: $prev.height == 8}, {Dense: {units: 4}}, {MaxPooling2D: {pool_size: $prev.height}}]}
        - {name: u, reuse: t}
        """,
        nodes="t.re_lu t.dense t.max_pooling2d u.dense u.max_pooling2d",
        shares={"u.dense": "t.dense"},
        args={"t.max_pooling2d": {"pool_size": (8, 8)}, "u.max_pooling2d": {"pool_size": (1, 1)}},
        macs=8 * 8 * 4 * 4 + 4 * 4,
    ),
    Case(
        "a weight whose shape would come out different is an error",
        "- {name: t, Dense: {units: 3}}\n- reuse: t",
        refused="reuse-mismatch",
    ),
    Case(
        "LocalResponseNormalization",
        "- LocalResponseNormalization: {depth_radius: 2}",
        shapes={"main": (8, 8, 4)},
        parameters=0,
    ),
    Case(
        "StochasticDepth",
        "- residual: [ReLU, StochasticDepth: {rate: 0.1}]",
        nodes="re_lu stochastic_depth add",
    ),
    Case(
        "Slice: a part of a tensor",
        "- Slice: {axis: -1, start: 1, stop: 3}",
        shapes={"main": (8, 8, 2)},
    ),
    Case(
        "Parameter: a learned tensor of that shape",
        "- {branches: {x: [], s: [Parameter: {shape: [4], initializer: ones}]}, merge: Multiply}",
        shapes={"s": (4,), "main": (8, 8, 4)},
        parameters=4,
    ),
]

EXPRESSIONS = [
    Case(
        "a text with $ is an expression wherever a value stands",
        """
        vars: {n: 2, m: 2 * $n, row: {a: $m, b: [1, $n]}, join: Concatenate}
        input: [8, 8, $m]
        defaults: {Dense: {use_bias: $n > 2}}
        blocks: {b: {args: [x, y: $x + 1], let: {z: 10 * $y}, layers: [{Dense: {units: $z}}]}}
        layers:
          - Conv2D: {filters: 4 * $n, kernel_size: [$n, 1], strides: 2 if $n == 2 else 1}
          - {b: {x: "$row['b'][1]"}, when: $n > 1}
          - {Dense: {units: "$row['a']"}, repeat: $m - 2}
          - {branches: {p: [], q: []}, merge: $join}
          - {branches: {p: [], q: []}, merge: {Concatenate: {axis: -$n}}}
        """,
        nodes="conv2d b.dense dense dense_2 concatenate concatenate_2",
        shapes={
            "input": (8, 8, 4),
            "conv2d": (4, 4, 8),
            "b": (4, 4, 30),
            "dense_2": (4, 4, 4),
            "concatenate": (4, 4, 8),
            "main": (4, 8, 8),
        },
        args={"b.dense": {"use_bias": False}},
    ),
    Case(
        "its value keeps its kind",
        "vars: {t: 'same', yes_: true, f: 0.5}\nlayers: [Conv2D: {filters: 2, kernel_size: 3,"
        " padding: $t, use_bias: $yes_}, Dropout: {rate: $f}]",
        args={"conv2d": {"padding": "same", "use_bias": True}, "dropout": {"rate": 0.5}},
    ),
    Case(
        "$() makes a text an expression where it names no variable",
        "- Rescaling: {scale: $(1 / 127.5)}",
        args={"rescaling": {"scale": 1 / 127.5}},
    ),
    Case(
        "inside $() the $ of a name may be left out",
        "vars: {n: 3}\nlayers: [Dense: {units: $(n + 1)}, Dense: {units: $($n + 1)}]",
        shapes={"dense": (8, 8, 4), "dense_2": (8, 8, 4)},
    ),
    Case(
        "a text without $ is text, and an error where a truth value belongs",
        "- {ReLU: , when: no}",
        refused="wrong-value",
    ),
    Case(
        "a text without $ is text, and an error where a number belongs",
        "- {ReLU: , repeat: 2 * 3}",
        refused="wrong-value",
    ),
    Case(
        "a text without $ is text, and an error as an argument",
        "- Dense: {units: 2 * 3}",
        refused="wrong-value",
    ),
    Case(
        "a text without $ is text in vars too",
        "vars: {n: 2 * 3}\nlayers: [Dense: {units: $n}]",
        refused="wrong-argument",
    ),
    Case(
        "name, from and reuse are text in which variables are replaced",
        """
        vars: {t: left, n: 3, f: 8.0}
        layers:
          - {name: "$(t)_$n.x", Dense: {units: 4}}
          - {name: a$(n + 1)b, reuse: "$(t)_$(n).x"}
          - {name: c$(f / 4), Add: , from: [a$(4)b, "$t$(t == 'x')"], when: false}
          - {name: c$(f / 4), Add: , from: ["a$(n + 1)b", "$(t)_3.x"]}
        """,
        nodes="left_3.x a4b c2",
        takes={"c2": "a4b left_3.x"},
    ),
    Case(
        "only integers and text can be put in: no fraction",
        "- {name: a$(1 / 2), ReLU: }",
        refused="expression-value",
    ),
    Case(
        "only integers and text can be put in: no truth value",
        "vars: {t: true}\nlayers: [{name: a$t, ReLU: }]",
        refused="expression-value",
    ),
    Case(
        "only integers and text can be put in: no list",
        "vars: {t: [1]}\nlayers: [{name: a$t, ReLU: }]",
        refused="expression-value",
    ),
    Case(
        "only integers and text can be put in: no null",
        "vars: {t: null}\nlayers: [{name: a$t, ReLU: }]",
        refused="expression-value",
    ),
    Case(
        "description and source are never expressions",
        "description: costs $5\nsource: $nobody\nlayers: [ReLU]",
        described=("costs $5", "$nobody"),
    ),
    Case(
        "extends is never an expression",
        "vars: {b: base.yaml}\nextends: $b",
        refused="file-not-found",
    ),
    Case(
        "expect is never an expression",
        "vars: {n: 0}\nexpect: {parameters: $n}\nlayers: [ReLU]",
        refused="wrong-value",
    ),
    Case(
        "a key is never an expression: a branch",
        "vars: {n: x}\nlayers: [{branches: {$n: [], b: []}, merge: Add}]",
        refused="wrong-name",
    ),
    Case(
        "a key is never an expression: a row",
        "vars: {n: x, t: {$n: 5}}\nlayers: [Dense: {units: \"$t['$n']\"}]",
        args={"dense": {"units": 5}},
    ),
    Case(
        "numbers, text, words, lists",
        """
        vars: {a: "$([1, 2] + [3])", b: "$([0] * 2)", c: $(true), d: $(null), e: "$('same')", t: [$a, $b, $c, $d]}
        layers:
          - Conv2D: {filters: 2, kernel_size: 3, padding: $e, use_bias: $c}
          - Dense: {units: "$(a[-1] + b[0])", activation: $d}
          - {ReLU: , when: "$t == [[1, 2, 3], [0, 0], true, null]"}
        """,
        nodes="conv2d dense re_lu",
        args={
            "conv2d": {"padding": "same", "use_bias": True},
            "dense": {"units": 3, "activation": None},
        },
    ),
    Case(
        "Python's arithmetic, comparison, logic, conditional, indexing and slicing",
        """
        vars:
          n: 7
          row: {depth: 3, kind: x}
          all:
            - $n // 2 == 3 and $n % 2 == 1 and $n ** 2 == 49 and -$n // 2 == -4 and $n / 2 == 3.5
            - 1 < $n <= 7 and 2 in [$n, 2] and 3 not in [$n] and not $n == 8
            - $n if false else true
            - "[5, 6, 7, $n][1:3] == [6, 7] and [$n, 8][-1] == 8"
            - $row['depth'] == 3 and $row['kind'] == 'x'
            - "[2 * $x for $x in [2, 3]] == [4, 6] and [$x + $n for $x in range(2)] == [7, 8]"
            - "min(3, $n) + max([1, $n]) + abs(-1) + sum([1, $n]) + len([$n]) + int(7.9) == 27"
            - "round(2.5 * $n / 7) == 2 and round(3.5 * $n / 7) == 4 and floor($n / 2) == 3 and ceil($n / 2) == 4"
            - "range(3) == [0, 1, 2] and range(1, $n, 3) == [1, 4] and range(3) + [$n] == [0, 1, 2, 7]"
        layers: [{ReLU: , when: $w, repeat: {w: $all}, name: all$i}]
        """,
        nodes="all0 all1 all2 all3 all4 all5 all6 all7 all8",
    ),
    Case(
        "make_divisible",
        """
        vars:
          v: [[1, 8], [12, 16], [11, 16], [20, 24], [44.8, 48], [92, 96], [91, 88], [9, 16]]
        layers:
          - ReLU:
            name: ok$i
            when: make_divisible($v[$i][0]) == $v[$i][1] and make_divisible(7, 4) == 8 and make_divisible(6, 4) == 8
            repeat: $(len(v))
        """,
        nodes="ok0 ok1 ok2 ok3 ok4 ok5 ok6 ok7",
    ),
    Case(
        "functions are called by position",
        "vars: {n: 'max(a=1, b=2) + $m', m: 1}\nlayers: [Dense: {units: $n}]",
        refused="expression-syntax",
    ),
    Case(
        "no attribute but those of tensors",
        "vars: {n: [1]}\nlayers: [Dense: {units: $n.length}]",
        refused="expression-syntax",
    ),
    Case(
        "no text but to compare and choose",
        "vars: {n: same}\nlayers: [Conv2D: {filters: 1, kernel_size: 1, padding: $n + 'x'}]",
        refused="expression-value",
    ),
    Case(
        "bounded sizes",
        "vars: {n: $(10 ** 30)}\nlayers: [Dense: {units: $n}]",
        refused="bound-expression",
    ),
    Case(
        "names, the nearest first: repeat, then args and let, then vars",
        """
        vars: {a: 1, b: 2, c: 3}
        blocks:
          x:
            args: [b]
            let: {c: 30}
            layers: [{Dense: {units: 100 * $a + 10 * $b + $c}, repeat: {a: [5]}}, {Dense: {units: $a + $b + $c}}]
        layers:
          - {x: {b: 20}, repeat: {b: [200]}}
          - Dense: {units: $a + $b + $c}
          - {layers: [{Dense: {units: $b}, repeat: {b: [8]}}, {Dense: {units: $b}}], repeat: {b: [9]}}
        """,
        shapes={
            "x.dense": (8, 8, 730),
            "x.dense_2": (8, 8, 51),
            "dense": (8, 8, 6),
            "dense_2": (8, 8, 8),
            "dense_3": (8, 8, 9),
        },
    ),
    Case(
        "a block does not see its caller's variables",
        "blocks: {x: {layers: [Dense: {units: $k}]}}\nlayers: [{x: , repeat: {k: [3]}}]",
        refused="unknown-name",
    ),
    Case(
        "a block does not see its caller's $i",
        "blocks: {x: {layers: [Dense: {units: $i + 1}]}}\nlayers: [{x: , repeat: 2}]",
        refused="unknown-name",
    ),
    Case(
        "a block does not see its calling block's arguments",
        "blocks: {x: {layers: [Dense: {units: $k}]}, y: {args: [k], layers: [x]}}\nlayers: [y:"
        " {k: 2}]",
        refused="unknown-name",
    ),
    Case(
        "vars may use one another in any order",
        "vars: {a: $b + 1, b: $c + 1, c: 1}\nlayers: [Dense: {units: $a}]",
        shapes={"main": (8, 8, 3)},
    ),
    Case(
        "a circle of vars is an error",
        "vars: {a: $b, b: $a}\nlayers: [Dense: {units: $a}]",
        refused="circular",
    ),
    Case(
        "let values may use one another, the args and $in",
        "blocks: {x: {args: [n], let: {a: $b + $n, b: $in.channels}, layers: [Dense: {units:"
        " $a}]}}\nlayers: [x: {n: 2}]",
        shapes={"main": (8, 8, 6)},
    ),
    Case(
        "a circle of let values is an error",
        "blocks: {x: {let: {a: $b, b: $a}, layers: [Dense: {units: $a}]}}\nlayers: [x]",
        refused="circular",
    ),
    Case(
        "$in is the input of the innermost block, outside blocks the model's; $prev is what"
        " prev is",
        """
        blocks:
          x:
            layers:
              - Dense: {units: $in.channels + 1}
              - Dense: {units: $in.channels + $prev.channels}
              - layers: [Dense: {units: $in.channels}]
        layers:
          - Dense: {units: 10}
          - x
          - Dense: {units: $in.channels + $prev.channels}
          - layers: [{Dense: {units: $in.channels}}, {Dense: {units: $prev.channels + 1}, repeat: 2}]
        """,
        shapes={
            "x.dense": (8, 8, 11),
            "x.dense_2": (8, 8, 21),
            "x.dense_3": (8, 8, 10),
            "dense_2": (8, 8, 14),
            "dense_3": (8, 8, 4),
            "dense_5": (8, 8, 6),
        },
    ),
    Case(
        "in a block with inputs they are tensors, and $in is the first",
        """
        blocks:
          x:
            inputs: [h, p]
            let: {n: $p.channels}
            layers: [Dense: {units: $h.channels + $n}, Dense: {units: $in.channels + $prev.channels}, {Concatenate: , from: [prev, p]}]
        layers: [{name: d, Dense: {units: 3}}, {x: , from: [input, d]}]
        """,
        shapes={"x.dense": (8, 8, 7), "x.dense_2": (8, 8, 11), "main": (8, 8, 14)},
    ),
    Case(
        "tensors have channels, height, width and shape",
        """
        input: [5, 6, 7]
        layers: [Dense: {units: 100 * $in.height + 10 * $in.width + $in.channels}, Dense: {units: '$prev.shape[0] + len($in.shape)'}]
        """,
        shapes={"dense": (5, 6, 567), "main": (5, 6, 8)},
    ),
    Case(
        "height is of three axes",
        "input: [5, 6]\nlayers: [Dense: {units: $in.height}]",
        refused="expression-value",
    ),
    Case(
        "channels is the last axis",
        "input: [5, 6]\nlayers: [Dense: {units: $in.channels + 1}]",
        shapes={"main": (5, 7)},
    ),
    Case(
        "an unknown size can be compared with null",
        "input: [null, 8, 3]\nlayers: [{ReLU: , when: $in.height == null}, {Softmax: , when: null"
        " != $in.height}, {ELU: , when: $in.width != null}, {Softmax: , when: '$in.shape[0] !="
        " null'}]",
        nodes="re_lu elu",
    ),
    Case(
        "anything else done with an unknown size is an error: compared",
        "input: [null, 8, 3]\nlayers: [{ReLU: , when: $in.height > 3}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: with a number",
        "input: [null, 8, 3]\nlayers: [{ReLU: , when: $in.height == 3}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: two of them",
        "input: [null, null, 3]\nlayers: [{ReLU: , when: $in.height == $in.width}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: in a list",
        "input: [null, 8, 3]\nlayers: [{ReLU: , when: '$in.shape == [8, 8, 3]'}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: searched",
        "input: [null, 8, 3]\nlayers: [{ReLU: , when: 8 in $in.shape}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: computed",
        "input: [null, 8, 3]\nlayers: [Dense: {units: 2 * $in.height}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: an argument",
        "input: [null, 8, 3]\nlayers: [Dense: {units: $in.height}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: a name",
        "input: [null, 8, 3]\nlayers: [{ReLU: , name: a$(in.height)}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: a truth value",
        "input: [null, 8, 3]\nlayers: [{ReLU: , when: not $in.height}]",
        refused="unknown-size",
    ),
    Case(
        "anything else done with an unknown size is an error: a count",
        "input: [null, 8, 3]\nlayers: [{ReLU: , repeat: $in.height}]",
        refused="unknown-size",
    ),
    Case(
        "a whole float where an integer belongs is that integer",
        """
        vars: {f: 64}
        input: [16.0, 16, $f / 16]
        layers: [{Conv2D: {filters: $f / 4, kernel_size: 3.0}, repeat: $f / 32}, {Dense: {units: '[1, 2][$f / 64]'}}]
        """,
        shapes={"input": (16, 16, 4), "conv2d_2": (12, 12, 16), "main": (12, 12, 2)},
    ),
    Case(
        "16.5 is an error",
        "vars: {f: 33}\nlayers: [Dense: {units: $f / 2}]",
        refused="wrong-argument",
    ),
    Case("16.5 is an error as written", "- Dense: {units: 16.5}", refused="wrong-value"),
    Case(
        "2.5 is an error in repeat",
        "vars: {f: 5}\nlayers: [{ReLU: , repeat: $f / 2}]",
        refused="wrong-repeat",
    ),
    Case(
        "true is no number",
        "vars: {t: true}\nlayers: [Dense: {units: $t}]",
        refused="wrong-argument",
    ),
    Case(
        "true is no number in arithmetic",
        "vars: {t: true}\nlayers: [Dense: {units: $t + 1}]",
        refused="expression-value",
    ),
    Case(
        "true is no number in repeat",
        "vars: {t: true}\nlayers: [{ReLU: , repeat: $t}]",
        refused="wrong-repeat",
    ),
    Case(
        "true is no number in a shape",
        "vars: {t: true}\ninput: [8, $t]\nlayers: [ReLU]",
        refused="wrong-value",
    ),
    Case(
        "1 is no truth value", "vars: {t: 1}\nlayers: [{ReLU: , when: $t}]", refused="wrong-value"
    ),
    Case("1 is no truth value as written", "- {ReLU: , when: 1}", refused="wrong-value"),
    Case(
        "1 is no truth value in a condition",
        "vars: {t: 1}\nlayers: [{Dense: {units: 3 if $t else 4}}]",
        refused="expression-value",
    ),
    Case(
        "'no' is no truth value",
        "vars: {t: no}\nlayers: [{ReLU: , when: $t}]",
        refused="wrong-value",
    ),
    Case(
        "'no' is no truth value of an argument",
        "- Dense: {units: 3, use_bias: no}",
        refused="wrong-value",
    ),
    Case(
        "1 and true are not equal",
        "vars: {t: true}\nlayers: [ReLU, {Flatten: , when: $t == 1}]",
        nodes="re_lu",
    ),
]

REPEATS = [
    Case(
        "repeat: 3, three times",
        "- {ReLU: , repeat: 3}",
        nodes="re_lu re_lu_2 re_lu_3",
        takes={"re_lu_3": "re_lu_2"},
    ),
    Case("0 leaves the item out", "- ReLU\n- {Flatten: , repeat: 0}", nodes="re_lu"),
    Case(
        "0 leaves the item out, and it has no name",
        "- ReLU\n- {name: f, Flatten: , repeat: 0}\n- {Add: , from: [prev, f]}",
        refused="unknown-name",
    ),
    Case(
        "a negative count",
        "vars: {n: 1}\nlayers: [{ReLU: , repeat: $n - 2}]",
        refused="wrong-repeat",
    ),
    Case(
        "once for each value",
        "- {Dense: {units: $k}, repeat: {k: [3, 2, 2]}}",
        shapes={"dense": (8, 8, 3), "dense_2": (8, 8, 2), "main": (8, 8, 2)},
    ),
    Case(
        "several lists run in parallel",
        "vars: {s: [1, 2]}\nlayers: [{Conv2D: {filters: $f, kernel_size: 1, strides: $s}, repeat:"
        " {f: [2, 3], s: $s}}]",
        shapes={"conv2d": (8, 8, 2), "conv2d_2": (4, 4, 3)},
    ),
    Case(
        "several lists must be of equal length",
        "- {Dense: {units: $k}, repeat: {k: [3, 2], s: [1]}}",
        refused="wrong-repeat",
    ),
    Case(
        "once for each of no values",
        "- ReLU\n- {Dense: {units: $k}, repeat: {k: []}}",
        nodes="re_lu",
    ),
    Case(
        "once for each row, its keys bound",
        "- repeat: [{f: 2, s: 1}, {f: 3, s: 2}]\n  Conv2D: {filters: $f, kernel_size: 1,"
        " strides: $s}",
        shapes={"conv2d": (8, 8, 2), "conv2d_2": (4, 4, 3)},
    ),
    Case(
        "every row has the same keys",
        "- repeat: [{f: 2, s: 1}, {f: 3}]\n  Dense: {units: $f}",
        refused="wrong-repeat",
    ),
    Case(
        "a variable may hold such a table",
        """
        vars: {t: [{f: 2}, {f: 3}], c: {f: [4, 5]}}
        layers: [{Dense: {units: $f}, repeat: $t}, {Dense: {units: $f}, repeat: $c}, {Dense: {units: $f}, repeat: '$t[1:]'}]
        """,
        shapes={
            "dense": (8, 8, 2),
            "dense_2": (8, 8, 3),
            "dense_3": (8, 8, 4),
            "dense_4": (8, 8, 5),
            "dense_5": (8, 8, 3),
        },
        nodes="dense dense_2 dense_3 dense_4 dense_5",
    ),
    Case(
        "a block's argument may hold such a table",
        "vars: {t: [{f: 2}, {f: 3}]}\nblocks: {b: {args: [rows], layers: [{Dense: {units: $f},"
        " repeat: $rows}]}}\nlayers: [b: {rows: $t}]",
        shapes={"b.dense": (8, 8, 2), "b.dense_2": (8, 8, 3)},
    ),
    Case(
        "rows may hold expressions",
        "vars: {w: 2}\nlayers: [{Dense: {units: $f}, repeat: [{f: $w}, {f: $w + 1}]}]",
        shapes={"dense": (8, 8, 2), "dense_2": (8, 8, 3)},
    ),
    Case(
        "a row's key is a variable, which i is not",
        "- {Dense: {units: $i}, repeat: {i: [1, 2]}}",
        refused="reserved-name",
    ),
    Case(
        "a row's key in a variable is a variable, which i is not",
        "vars: {t: [{i: 3}]}\nlayers: [{Dense: {units: $i + 1}, repeat: $t}]",
        refused="reserved-name",
    ),
    Case(
        "a row's key in an argument is a variable, which i is not",
        "vars: {t: [[{i: 3}]]}\nblocks: {b: {args: [t], layers: [{Dense: {units: $i + 1}, repeat:"
        " $t}]}}\nlayers: [b: {t: '$t[0]'}]",
        refused="wrong-repeat",
    ),
    Case(
        "counts and values are evaluated once, outside the repetition",
        "- layers: [{Dense: {units: $prev.channels + $k}, repeat: {k: [$prev.channels, $i]}},"
        " {ReLU: , repeat: $i}]\n  repeat: 2",
        shapes={
            "dense": (8, 8, 8),
            "dense_2": (8, 8, 8),
            "dense_3": (8, 8, 16),
            "dense_4": (8, 8, 17),
        },
        nodes="dense dense_2 dense_3 dense_4 re_lu",
    ),
    Case(
        "$i counts from 0 and is the innermost repeat's; to see an outer one, bind it",
        "- repeat: {stage: [0, 1]}\n  layers: [{name: s$(stage)i$i, Dense: {units: 10 * $stage + $i"
        " + 1}, repeat: 2}]",
        nodes="s0i0 s0i1 s1i0 s1i1",
        shapes={"s1i1": (8, 8, 12)},
    ),
    Case(
        "$i of a group is seen within it",
        "- repeat: 2\n  layers: [{layers: [{name: a$i, ReLU: }]}]",
        nodes="a0 a1",
    ),
    Case(
        "a named item gets the count from 1 appended, also where there is only one",
        "- {name: a, ReLU: , repeat: 2}\n- {name: b, repeat: 1, layers: [ReLU]}",
        nodes="a1 a2 b1.re_lu",
    ),
    Case(
        "a repetition left out keeps its number",
        "- {name: a, ReLU: , repeat: 3, when: $i != 1}",
        nodes="a1 a3",
        takes={"a3": "a1"},
    ),
    Case(
        "unless its name uses $i or a variable of this repeat",
        "- {name: a$i, ReLU: , repeat: 2}\n- {name: b_$k, ReLU: , repeat: {k: [x, y]}}\n- {name:"
        " c$(i + 5), ReLU: , repeat: 1}",
        nodes="a0 a1 b_x b_y c5",
    ),
    Case(
        "a name that uses another variable is counted",
        "vars: {v: x}\nlayers: [{repeat: {k: [p, q]}, layers: [{name: a$k, ReLU: , repeat: 2},"
        " {name: $(v)_$k, ReLU: , repeat: 1}]}]",
        nodes="ap1 ap2 x_p1 aq1 aq2 x_q1",
    ),
    Case(
        "a name that uses a variable of the table is not counted",
        "vars: {t: [{k: p}, {k: q}]}\nlayers: [{name: a$k, ReLU: , repeat: $t}]",
        nodes="ap aq",
    ),
    Case(
        "the name without the count is then nobody's",
        "- {name: a, ReLU: , repeat: 2}\n- {Add: , from: [prev, a]}",
        refused="unknown-name",
    ),
    Case(
        "the name without the count is nobody's, also where there is one",
        "- {name: a, ReLU: , repeat: 1}\n- {Add: , from: [prev, a]}",
        refused="unknown-name",
    ),
    Case(
        "the name without the count is nobody's, and free",
        "- {name: a, ReLU: , repeat: 1}\n- {name: a, ReLU: }",
        nodes="a1 a",
    ),
    Case(
        "the name without the count is nobody's, and free for an automatic step",
        "- ReLU\n- {name: re_lu, ReLU: , repeat: 2}",
        nodes="re_lu re_lu1 re_lu2",
    ),
    Case(
        "from is read anew in each repetition: cells that take the two before them",
        """
        blocks: {cell: {inputs: [h, p], layers: [{Add: , from: [h, p]}, {Dense: {units: 4}}]}}
        layers:
          - {name: cell1, ReLU: }
          - {name: cell2, ReLU: }
          - name: cell$(i + 3)
            from: [prev, cell$(i + 1)]
            cell: {}
            repeat: 3
        """,
        takes={
            "cell3.add": "cell2 cell1",
            "cell4.add": "cell3.dense cell2",
            "cell5.add": "cell4.dense cell3.dense",
        },
    ),
    Case(
        "from is read anew in each repetition, so that all take the same",
        "- {name: a, ReLU: }\n- {ReLU: , from: a, repeat: 2}",
        refused="dead-end",
    ),
    Case(
        "from finds a name of an earlier repetition of an unnamed group",
        "- {name: x0, ReLU: }\n- repeat: {k: [1, 2, 3]}\n  layers: [{Dense: {units: 4}}, {name:"
        " x$k, Add: , from: [prev, x$(k - 1)]}]",
        takes={"x1": "dense x0", "x2": "dense_2 x1", "x3": "dense_3 x2"},
    ),
    Case(
        "from finds a name in an earlier repetition of a named group by its count",
        "- {name: g, repeat: 2, layers: [{name: a, ReLU: }, {Dense: {units: 4}}]}\n- {Add: , from:"
        " [g1.a, g2.a, g2]}",
        takes={"add": "g1.a g2.a g2.dense"},
    ),
    Case(
        "outputs may repeat",
        "- ReLU\n- {name: o, output: [Flatten], repeat: 2}\n- Softmax",
        outputs={"main": "softmax", "o1": "o1.flatten", "o2": "o2.flatten"},
    ),
    Case("$i is not seen outside of a repeat", "- {ReLU: , name: a$i}", refused="unknown-name"),
    Case(
        "a variable of a repeat is not seen after it",
        "- {Dense: {units: $k}, repeat: {k: [3]}}\n- Dense: {units: $k}",
        refused="unknown-name",
    ),
]

BLOCKS = [
    Case(
        "a bare name is required",
        "blocks: {b: {args: [n], layers: [ReLU]}}\nlayers: [b]",
        refused="missing-argument",
    ),
    Case(
        "name: value is a default",
        "blocks: {b: {args: [n: 3], layers: [Dense: {units: $n}]}}\nlayers: [b, b: {n: 5}]",
        shapes={"b": (8, 8, 3), "b_2": (8, 8, 5)},
    ),
    Case(
        "a block has no other arguments",
        "blocks: {b: {args: [n: 3], layers: [Dense: {units: $n}]}}\nlayers: [b: {m: 5}]",
        refused="unknown-argument",
    ),
    Case(
        "null is a value of an argument, not its absence",
        "blocks: {b: {args: [n: relu], layers: [Dense: {units: 3, activation: $n}]}}\nlayers: [b:"
        " {n: null}]",
        args={"b.dense": {"activation": None}},
    ),
    Case(
        "arguments are evaluated in the caller",
        "blocks: {b: {args: [n, m: 1], layers: [Dense: {units: $n}]}, c: {args: [m], layers: [b:"
        " {n: $m + $in.channels}]}}\nlayers: [{Dense: {units: 5}}, {b: {n: $i + $prev.channels},"
        " repeat: 2}, {c: {m: 1}}]",
        shapes={"b": (8, 8, 5), "b_2": (8, 8, 6), "c.b": (8, 8, 7)},
    ),
    Case(
        "a default is evaluated in the block, where it sees vars, $in and the arguments before it",
        """
        vars: {v: 100}
        blocks: {b: {args: [n, m: $n + $in.channels + $v, k: 2 * $m], layers: [Dense: {units: $k}]}}
        layers: [b: {n: 10}, b: {n: 10, m: 3}]
        """,
        shapes={"b": (8, 8, 228), "b_2": (8, 8, 6)},
    ),
    Case(
        "a default does not see the arguments after it",
        "blocks: {b: {args: [n: $m, m: 3], layers: [Dense: {units: $n}]}}\nlayers: [b]",
        refused="unknown-name",
    ),
    Case(
        "a default does not see let",
        "blocks: {b: {args: [n: $m], let: {m: 3}, layers: [Dense: {units: $n}]}}\nlayers: [b]",
        refused="unknown-name",
    ),
    Case(
        "a block with several inputs uses their names in its own from",
        """
        blocks: {b: {inputs: [h, p], layers: [{Dense: {units: 4}, from: p}, {layers: [{Subtract: , from: [prev, h]}]}]}}
        layers: [{name: s, ReLU: }, {b: , from: [input, s]}]
        """,
        takes={"b.dense": "s", "b.subtract": "b.dense input"},
    ),
    Case(
        "a block with several inputs is called with from",
        "blocks: {b: {inputs: [h, p], layers: [{Add: , from: [h, p]}]}}\nlayers: [b]",
        refused="wrong-inputs",
    ),
    Case(
        "a block takes as many as its inputs",
        "blocks: {b: {inputs: [h, p], layers: [{Add: , from: [h, p]}]}}\nlayers: [{b: , from:"
        " [prev, prev, prev]}]",
        refused="wrong-inputs",
    ),
    Case(
        "a block without inputs takes one",
        "blocks: {b: {layers: [ReLU]}}\nlayers: [{b: , from: [prev, prev]}]",
        refused="wrong-inputs",
    ),
    Case(
        "a block with one named input",
        "blocks: {b: {inputs: [x], layers: [Dense: {units: $x.channels}, {Add: , from: [prev,"
        " x]}]}}\nlayers: [b]",
        takes={"b.add": "b.dense input"},
    ),
    Case(
        "a block's inputs are not its caller's names",
        "blocks: {b: {inputs: [h], layers: [ReLU]}}\nlayers: [b, {Add: , from: [prev, h]}]",
        refused="unknown-name",
    ),
    Case(
        "a block does not see the model's inputs",
        "blocks: {b: {layers: [{Add: , from: [prev, input]}]}}\nlayers: [b]",
        refused="unknown-name",
    ),
    Case(
        "a block's defaults are for the layers written in it, not in blocks that it calls",
        """
        defaults: {Dense: {units: 2}}
        blocks: {b: {defaults: {Dense: {units: 3}}, layers: [{layers: [Dense]}, c]}, c: {layers: [Dense]}}
        layers: [b, Dense]
        """,
        shapes={"b.dense": (8, 8, 3), "b.c.dense": (8, 8, 2), "dense": (8, 8, 2)},
    ),
    Case(
        "a block cannot call itself without an end",
        "blocks: {b: {layers: [ReLU, b]}}\nlayers: [b]",
        refused="recursion",
    ),
    Case(
        "a block cannot call itself around",
        "blocks: {b: {layers: [c]}, c: {layers: [b]}}\nlayers: [b]",
        refused="recursion",
    ),
    Case(
        "a block cannot call itself through a variable",
        "vars: {x: b}\nblocks: {b: {layers: [$x]}}\nlayers: [b]",
        refused="recursion",
    ),
    Case(
        "a block's name is [a-z][a-z0-9_]*",
        "blocks: {B: {layers: [ReLU]}}\nlayers: [ReLU]",
        refused="wrong-name",
    ),
    Case(
        "a block's name begins with a letter",
        "blocks: {3b: {layers: [ReLU]}}\nlayers: [ReLU]",
        refused="wrong-name",
    ),
    Case(
        "a block's name is no operation",
        "blocks: {residual: {layers: [ReLU]}}\nlayers: [ReLU]",
        refused="wrong-name",
    ),
    Case(
        "a block's name is no modifier",
        "blocks: {shortcut: {layers: [ReLU]}}\nlayers: [ReLU]",
        refused="wrong-name",
    ),
    Case(
        "variables have letters, digits and _",
        "vars: {a-b: 1}\nlayers: [ReLU]",
        refused="wrong-name",
    ),
    Case(
        "variables may be in capitals",
        "vars: {_A1: 3}\nlayers: [Dense: {units: $_A1}]",
        shapes={"main": (8, 8, 3)},
    ),
    *(
        Case(
            f"{word} is no variable",
            f"vars: {{{word}: 1}}\nlayers: [ReLU]",
            refused="reserved-name",
        )
        for word in ("i", "in", "prev", "max", "make_divisible", "true", "null", "if", "and")
    ),
    Case(
        "i is no local value",
        "blocks: {b: {let: {i: 1}, layers: [ReLU]}}\nlayers: [b]",
        refused="reserved-name",
    ),
    Case(
        "prev is no let value",
        "blocks: {b: {let: {prev: 1}, layers: [ReLU]}}\nlayers: [b]",
        refused="reserved-name",
    ),
    Case(
        "in is no input",
        "blocks: {b: {inputs: [in], layers: [ReLU]}}\nlayers: [b]",
        refused="reserved-name",
    ),
    Case(
        "one name is not two things of a block",
        "blocks: {b: {args: [n], let: {n: 1}, layers: [Dense: {units: $n}]}}\nlayers: [b: {n: 1}]",
        refused="duplicate-name",
    ),
    Case(
        "the bottleneck of the page",
        """
        defaults: {Conv2D: {padding: same, use_bias: false}}
        blocks:
          conv_bn:
            args: [filters, kernel_size: 3, strides: 1]
            layers: [{Conv2D: {filters: $filters, kernel_size: $kernel_size, strides: $strides}}, BatchNormalization]
          bottleneck:
            args: [filters, strides: 1]
            let: {wide: 4 * $filters}
            layers:
              - residual:
                  - conv_bn: {filters: $filters, kernel_size: 1, strides: $strides}
                  - ReLU
                  - conv_bn: {filters: $filters}
                  - ReLU
                  - conv_bn: {filters: $wide, kernel_size: 1}
                shortcut:
                  - conv_bn: {filters: $wide, kernel_size: 1, strides: $strides}
                    when: $strides > 1 or $in.channels != $wide
              - ReLU
        layers: [{name: block, bottleneck: {filters: 2, strides: $(2 if i == 0 else 1)}, repeat: 2}]
        """,
        nodes=(
            "block1.conv_bn.conv2d block1.conv_bn.batch_normalization block1.re_lu"
            " block1.conv_bn_2.conv2d block1.conv_bn_2.batch_normalization block1.re_lu_2"
            " block1.conv_bn_3.conv2d block1.conv_bn_3.batch_normalization"
            " block1.shortcut.conv_bn.conv2d block1.shortcut.conv_bn.batch_normalization block1.add"
            " block1.re_lu_3 block2.conv_bn.conv2d block2.conv_bn.batch_normalization block2.re_lu"
            " block2.conv_bn_2.conv2d block2.conv_bn_2.batch_normalization block2.re_lu_2"
            " block2.conv_bn_3.conv2d block2.conv_bn_3.batch_normalization block2.add"
            " block2.re_lu_3"
        ),
        takes={"block2.add": "block2.conv_bn_3.batch_normalization block1.re_lu_3"},
        shapes={"block1": (4, 4, 8)},
    ),
]

NAMES = [
    Case(
        "a named item, a block call, a branch and a shortcut are each a step; unnamed groups,"
        " residuals and branchings are none",
        """
        blocks: {b: {layers: [ReLU, {residual: [ReLU], shortcut: [ReLU]}]}}
        layers:
          - name: stage
            layers:
              - layers: [b, {name: x, b: }]
              - residual: [{branches: {p: [ReLU], q: [b]}, merge: Add}]
          - {name: r, residual: [ReLU], shortcut: [b]}
          - {name: m, branches: {p: [], q: [ReLU]}, merge: Add}
        """,
        nodes=(
            "stage.b.re_lu stage.b.re_lu_2 stage.b.shortcut.re_lu stage.b.add stage.x.re_lu"
            " stage.x.re_lu_2 stage.x.shortcut.re_lu stage.x.add stage.p.re_lu stage.q.b.re_lu"
            " stage.q.b.re_lu_2 stage.q.b.shortcut.re_lu stage.q.b.add stage.add stage.add_2"
            " r.re_lu r.shortcut.b.re_lu r.shortcut.b.re_lu_2 r.shortcut.b.shortcut.re_lu"
            " r.shortcut.b.add r.add m.q.re_lu m.add"
        ),
        scopes=None,
    ),
    Case(
        "the structure that the author wrote",
        """
        blocks: {b: {layers: [ReLU]}}
        layers:
          - {name: g, layers: [{b: , repeat: 2}]}
          - {residual: [ReLU], shortcut: [ReLU]}
          - {branches: {p: [ReLU], q: []}, merge: Add}
          - {name: o, output: [ReLU]}
          - {name: again, reuse: g}
        """,
        scopes=(
            "model ",
            "group g",
            "repetition g",
            "block g.b",
            "repetition g",
            "block g.b_2",
            "residual ",
            "main ",
            "shortcut shortcut",
            "branches ",
            "branch p",
            "branch q",
            "output o",
            "reuse ",
            "group again",
            "repetition again",
            "block again.b",
            "repetition again",
            "block again.b_2",
        ),
    ),
    Case(
        "a step is the kind in snake_case, as Keras makes it",
        """
        - Conv2D: {filters: 4, kernel_size: 1}
        - ReLU
        - LayerNormalization
        - PReLU
        - ZeroPadding2D
        - SeparableConv2D: {filters: 2, kernel_size: 1}
        - ELU
        - LocalResponseNormalization
        """,
        nodes=(
            "conv2d re_lu layer_normalization p_re_lu zero_padding2d separable_conv2d elu"
            " local_response_normalization"
        ),
    ),
    Case(
        "an automatic step that is taken in its scope counts up",
        "- ReLU\n- ReLU\n- {name: g, layers: [ReLU, ReLU]}",
        nodes="re_lu re_lu_2 g.re_lu g.re_lu_2",
    ),
    Case(
        "an automatic step that is taken in its scope by a name counts up",
        "- {name: re_lu, ReLU: }\n- ReLU\n- {name: re_lu_3, ReLU: }\n- ReLU",
        nodes="re_lu re_lu_2 re_lu_3 re_lu_4",
    ),
    Case(
        "an automatic step that is taken by an input counts up",
        "inputs: {re_lu: [3]}\nlayers: [ReLU]",
        nodes="re_lu_2",
    ),
    Case(
        "branches and shortcuts of unnamed items do the same",
        "- {branches: {p: [ReLU], q: []}, merge: Add, repeat: 2}\n- {residual: [ReLU], shortcut:"
        " [ReLU], repeat: 2}",
        nodes=(
            "p.re_lu add p_2.re_lu add_2 re_lu shortcut.re_lu add_3 re_lu_2 shortcut_2.re_lu add_4"
        ),
    ),
    Case(
        "blocks do the same",
        "blocks: {b: {layers: [ReLU]}}\nlayers: [b, {layers: [b]}, b]",
        nodes="b.re_lu b_2.re_lu b_3.re_lu",
    ),
    Case(
        "a repetition left out takes no automatic number",
        "- {ReLU: , repeat: 3, when: $i != 1}",
        nodes="re_lu re_lu_2",
    ),
    Case(
        "names of the page",
        """
        - name: 3a
          branches: {5x5: [{Conv2D: {filters: 2, kernel_size: 1}}, {Conv2D: {filters: 2, kernel_size: 1}}], 1x1: []}
          merge: Concatenate
        """,
        nodes="3a.5x5.conv2d 3a.5x5.conv2d_2 3a.concatenate",
    ),
    Case(
        "paths are the handles of expect: layers, groups, branches, automatic ones, what is counted"
        " up, inputs and main",
        """
        layers:
          - {branches: {p: [Dense: {units: 2}], q: [Dense: {units: 3}]}, merge: Concatenate, repeat: 2}
          - {name: g, layers: [Dense: {units: 6}]}
          - {name: o, output: [Flatten]}
          - {residual: [ReLU], shortcut: [Dense: {units: 6}]}
        expect:
          shapes:
            {input: [8, 8, 4], p: [8, 8, 2], p.dense: [8, 8, 2], q_2: [8, 8, 3], concatenate: [8, 8, 5], concatenate_2: [8, 8, 5], g: [8, 8, 6],
             g.dense: [8, 8, 6], shortcut: [8, 8, 6], add: [8, 8, 6], o: [384], o.flatten: [384], main: [8, 8, 6]}
        """,
    ),
    Case("a name is letters, digits, _ and -", "- {name: a b, ReLU: }", refused="wrong-name"),
    Case(
        "a name is letters, digits, _ and -, in any order", "- {name: -_9Z, ReLU: }", nodes="-_9Z"
    ),
    Case(
        "a name may be several joined by dots",
        "- {name: a.b.c, ReLU: }\n- {name: a.b.d, Dense: {units: 4}}\n- {Add: , from: [a.b.c,"
        " a.b.d]}",
        nodes="a.b.c a.b.d add",
    ),
    Case("a dot joins two names", "- {name: a., ReLU: }", refused="wrong-name"),
    Case("prev is taken", "- {name: prev, ReLU: }", refused="wrong-name"),
    Case(
        "prev is taken also where it is put in",
        "vars: {n: prev}\nlayers: [{name: $n, ReLU: }]",
        refused="wrong-name",
    ),
    Case(
        "a name that is put in must be one",
        "vars: {n: a b}\nlayers: [{name: $n, ReLU: }]",
        refused="wrong-name",
    ),
    Case(
        "a branch's name must be one",
        "- {branches: {a b: [], c: []}, merge: Add}",
        refused="wrong-name",
    ),
    Case(
        "two items with one path are an error",
        "- {name: a, ReLU: }\n- {name: a, ReLU: }",
        refused="duplicate-name",
    ),
    Case(
        "two items with one path are an error, dots and groups alike",
        "- {name: a, layers: [{name: b, ReLU: }]}\n- {name: a.b, ReLU: }",
        refused="duplicate-name",
    ),
    Case(
        "two items with one path are an error, counted ones too",
        "- {name: a1, ReLU: }\n- {name: a, ReLU: , repeat: 2}",
        refused="duplicate-name",
    ),
    Case(
        "one name in two scopes is two paths",
        "- {name: g, layers: [{name: a, ReLU: }]}\n- {name: h, layers: [{name: a, ReLU: }]}\n-"
        " {name: a, ReLU: }",
        nodes="g.a h.a a",
    ),
    Case(
        "one name in two unnamed groups is one path",
        "- layers: [{name: a, ReLU: }]\n- layers: [{name: a, ReLU: }]",
        refused="duplicate-name",
    ),
    Case(
        "an unnamed group that repeats needs variables in its names",
        "- {repeat: 2, layers: [{name: a, ReLU: }]}",
        refused="duplicate-name",
    ),
    Case(
        "or a name of its own",
        "- {name: g, repeat: 2, layers: [{name: a, ReLU: }]}",
        nodes="g1.a g2.a",
    ),
    Case(
        "a name stands for what its item gives on",
        """
        - {name: l, ReLU: }
        - {name: g, layers: [ReLU, Dense: {units: 4}]}
        - {name: m, branches: {p: [Dense: {units: 4}], q: [], last: [ReLU, ELU]}, merge: Add}
        - {name: r, residual: [Softmax]}
        - {name: o, output: [Dense: {units: 4}]}
        - {Add: , from: [l, g, m, m.p, m.q, m.last, r, o]}
        """,
        takes={"add": "l g.dense m.add m.p.dense g.dense m.last.elu r.add o.dense"},
    ),
    Case(
        "from finds first in its own list and group, then outward",
        """
        - {name: a, ReLU: }
        - {name: b, Dense: {units: 4}}
        - name: g
          layers: [{name: a, ELU: }, {Add: , from: [prev, a, b]}, {layers: [{Multiply: , from: [prev, a]}]}]
        - {Add: , from: [prev, a]}
        """,
        takes={"g.add": "g.a g.a b", "g.multiply": "g.add g.a", "add": "g.multiply a"},
    ),
    Case(
        "the names of the model's inputs",
        "- {name: g, layers: [ReLU, {Add: , from: [prev, input]}]}",
        takes={"g.add": "g.re_lu input"},
    ),
    Case(
        "dots lead inward",
        """
        blocks: {b: {layers: [{name: c, ReLU: }, {Dense: {units: 4}}]}}
        layers: [{name: stage2, layers: [{name: block, b: , repeat: 2}]}, {Add: , from: [prev, stage2.block1, stage2.block1.c]}]
        """,
        takes={"add": "stage2.block2.dense stage2.block1.dense stage2.block1.c"},
    ),
    Case(
        "from cannot look out of a block",
        "blocks: {b: {layers: [ReLU, {Add: , from: [prev, a]}]}}\nlayers: [{name: a, ReLU: }, b]",
        refused="unknown-name",
    ),
    Case(
        "every step must be one that the author wrote: a layer",
        "- ReLU\n- {Add: , from: [prev, re_lu]}",
        refused="unknown-name",
    ),
    Case(
        "every step must be one that the author wrote: a block",
        "blocks: {b: {layers: [{name: c, ReLU: }]}}\nlayers: [b, {Add: , from: [prev, b.c]}]",
        refused="unknown-name",
    ),
    Case(
        "every step must be one that the author wrote: a merge",
        "- {name: m, residual: [ReLU]}\n- {Add: , from: [prev, m.add]}",
        refused="unknown-name",
    ),
    Case(
        "every step must be one that the author wrote: a branch of an unnamed item is",
        "- {branches: {p: [ReLU], q: []}, merge: Add}\n- {Add: , from: [prev, p]}",
        takes={"add_2": "add p.re_lu"},
    ),
    Case(
        "every step must be one that the author wrote: a shortcut is",
        "- {residual: [ReLU], shortcut: [Dense: {units: 4}]}\n- {Add: , from: [prev, shortcut]}",
        takes={"add_2": "add shortcut.dense"},
    ),
    Case(
        "a branch counted up moves when the text is edited",
        "- {branches: {p: [ReLU], q: []}, merge: Add, repeat: 2}\n- {Add: , from: [prev, p_2]}",
        refused="unknown-name",
    ),
    Case(
        "within an automatic step its names are found",
        "blocks: {b: {layers: [{name: c, ReLU: }, {layers: [{Add: , from: [prev, c]}]}]}}\nlayers:"
        " [b, b]",
        takes={"b_2.add": "b_2.c b_2.c"},
    ),
    Case(
        "from takes what stands above",
        "- {Add: , from: [prev, a]}\n- {name: a, ReLU: }",
        refused="unknown-name",
    ),
    Case(
        "from does not take the item around",
        "- {name: g, layers: [ReLU, {Add: , from: [prev, g]}]}",
        refused="unknown-name",
    ),
    Case(
        "an item left out has no name",
        "- {name: a, ReLU: , when: false}\n- {Add: , from: [prev, a]}",
        refused="unknown-name",
    ),
    Case(
        "an item left out has no name, which another may have",
        "vars: {x: false}\nlayers: [{name: a, ReLU: , when: $x}, {name: a, ELU: , when: not $x}]",
        nodes="a",
    ),
]

BRANCHES = [
    Case(
        "the inception block of the page",
        """
        defaults: {Conv2D: {padding: same}, MaxPooling2D: {padding: same}}
        blocks:
          inception:
            args: [c1, r3, c3, r5, c5, proj]
            layers:
              - branches:
                  1x1:
                    - Conv2D: {filters: $c1, kernel_size: 1}
                  3x3:
                    - Conv2D: {filters: $r3, kernel_size: 1}
                    - Conv2D: {filters: $c3, kernel_size: 3}
                  5x5:
                    - Conv2D: {filters: $r5, kernel_size: 1}
                    - Conv2D: {filters: $c5, kernel_size: 5}
                  pool:
                    - MaxPooling2D: {pool_size: 3, strides: 1}
                    - Conv2D: {filters: $proj, kernel_size: 1}
                merge: Concatenate
        input: [28, 28, 192]
        layers: [{name: 3a, inception: {c1: 64, r3: 96, c3: 128, r5: 16, c5: 32, proj: 32}}]
        """,
        nodes=(
            "3a.1x1.conv2d 3a.3x3.conv2d 3a.3x3.conv2d_2 3a.5x5.conv2d 3a.5x5.conv2d_2"
            " 3a.pool.max_pooling2d 3a.pool.conv2d 3a.concatenate"
        ),
        takes={"3a.concatenate": "3a.1x1.conv2d 3a.3x3.conv2d_2 3a.5x5.conv2d_2 3a.pool.conv2d"},
        shapes={"main": (28, 28, 256)},
    ),
    Case(
        "branches are merged in the order of the text",
        "- {branches: {z: [ReLU], a: [ELU], m: []}, merge: Concatenate}",
        takes={"concatenate": "z.re_lu a.elu input"},
    ),
    Case("branches: {} is an error", "- {branches: {}, merge: Add}", refused="wrong-value"),
    Case("residual: [] is an error", "- residual: []", refused="wrong-value"),
    Case("a model without a layer is an error", "layers: []", refused="empty"),
    Case(
        "a model without a layer is an error, also where the last is left out",
        "- {ReLU: , when: false}",
        refused="empty",
    ),
    Case(
        "a model without a layer is an error, also where all are empty",
        "- layers: []\n- {name: o, output: []}",
        refused="empty",
    ),
    Case(
        "main path and shortcut must be of one shape",
        "- residual: [Dense: {units: 1}]",
        refused="shape-mismatch",
    ),
    Case(
        "a merging layer broadcasts as in Keras",
        "- {branches: {a: [Dense: {units: 1}], b: []}, merge: Multiply}",
        shapes={"main": (8, 8, 4)},
    ),
    Case(
        "a branch may have a condition; with one path left a merge is that path",
        """
        - {name: m, branches: {a: {when: false, layers: [ReLU]}, b: {when: true, layers: [ELU]}}, merge: Add}
        - {branches: {a: {when: $i == 1, layers: [ReLU]}, b: [], c: [Softmax]}, merge: Add, repeat: 2}
        - {Add: , from: [prev, m, m.b]}
        """,
        nodes="m.b.elu c.softmax add a.re_lu c_2.softmax add_2 add_3",
        takes={
            "add": "m.b.elu c.softmax",
            "add_2": "a.re_lu add c_2.softmax",
            "add_3": "add_2 m.b.elu m.b.elu",
        },
    ),
    Case(
        "with none left it is an error",
        "- {branches: {a: {when: false, layers: [ReLU]}}, merge: Add}",
        refused="empty",
    ),
    Case(
        "a branch left out has no name",
        "- {name: m, branches: {a: {when: false, layers: [ReLU]}, b: [ELU]}, merge: Add}\n- {Add: ,"
        " from: [prev, m.a]}",
        refused="unknown-name",
    ),
    Case(
        "one branch as written is that path",
        "- {branches: {a: [ReLU]}, merge: Add}",
        nodes="a.re_lu",
    ),
    Case(
        "residual only where the shapes allow it",
        "- {residual: [Dense: {units: $f}], shortcut: {when: $prev.channels == $f, layers: []},"
        " repeat: {f: [4, 5, 5]}}",
        nodes="dense add dense_2 dense_3 add_2",
        takes={"add": "dense input", "dense_3": "dense_2", "add_2": "dense_3 dense_2"},
    ),
    Case(
        "a shortcut that is false is no way around",
        "- {name: r, residual: [ReLU], shortcut: {when: false, layers: [ELU]}}\n- {Add: , from:"
        " [prev, r]}",
        nodes="r.re_lu add",
        takes={"add": "r.re_lu r.re_lu"},
    ),
    Case(
        "an item's own when leaves the identity instead",
        "- {residual: [ReLU], shortcut: [{ELU: , when: false}]}",
        takes={"add": "re_lu input"},
    ),
    Case(
        "an item's own when leaves the identity in a branch",
        "- {branches: {a: [{ReLU: , when: false}], b: [ELU]}, merge: Add}",
        takes={"add": "input b.elu"},
    ),
    Case(
        "an item's own when leaves the identity of a residual",
        "- ELU\n- {residual: [ReLU], when: false}",
        nodes="elu",
    ),
    Case(
        "a U-Net's skip",
        "- {name: enc3, ReLU: }\n- MaxPooling2D\n- UpSampling2D\n- Concatenate: {}\n  from: [enc3,"
        " prev]",
        takes={"concatenate": "enc3 up_sampling2d"},
        shapes={"main": (8, 8, 8)},
    ),
]

FAMILY = """
name: net
description: A family.
source: A paper.
vars: {n: 3, wide: 2 * $n, act: ReLU, free: null, flag: true, sizes: [1, 2]}
input: [8, 8, 4]
defaults: {Dense: {units: $wide, use_bias: false}, Conv2D: {filters: 2, padding: same}}
blocks: {a: {layers: [Dense]}, b: {layers: [Conv2D: {kernel_size: 3}]}}
layers: [a, b, {$act: , repeat: {k: $sizes}, when: $flag or $free}]
variants:
  plain: {}
  same:
  netx: {vars: {n: 5}, description: Another., source: Elsewhere.}
  NetBig: {vars: {n: 6, free: 7}, expect: {parameters: 480}}
  other-input: {input: [6]}
  blocks: {blocks: {b: {layers: [Dense: {units: 9}]}}}
  layers: {layers: [b]}
  inputs: {inputs: {p: [4], q: [4]}, layers: [{Add: , from: [p, q]}]}
  defaults: {defaults: {Dense: {use_bias: true}, Conv2D: {padding: valid}}}
  wrong-name: {vars: {m: 3}}
  wrong-kind: {vars: {n: three}}
  wrong-kind-of-expression: {vars: {n: $act}}
  wrong-over-expression: {vars: {wide: three}}
  wrong-key: {vars: {n: 3}}
expect: {parameters: 132}
"""

VARIANTS = [
    Case(
        "the document as it stands",
        FAMILY,
        named="net",
        parameters=4 * 6 + 6 * 2 * 9 + 2 - 2,
        described=("A family.", "A paper."),
        refused="expectation",
    ),
    Case(
        "its network is called NAME-VARIANT",
        FAMILY,
        variant="plain",
        named="net-plain",
        parameters=4 * 6 + 9 * 6 * 2 + 2,
        described=("A family.", "A paper."),
    ),
    Case("a variant may change nothing", FAMILY, variant="same", named="net-same", parameters=134),
    Case(
        "or just VARIANT where that already begins with NAME; a variant changes vars, description"
        " and source; what is computed changes with it",
        FAMILY,
        variant="netx",
        named="netx",
        shapes={"a": (8, 8, 10)},
        described=("Another.", "Elsewhere."),
    ),
    Case(
        "in whatever case; a variable that is null may become anything",
        FAMILY,
        variant="NetBig",
        refused="expectation",
    ),
    Case(
        "in whatever case",
        FAMILY.replace("480", "266"),
        variant="NetBig",
        named="NetBig",
        shapes={"a": (8, 8, 12)},
    ),
    Case(
        "a variant may change input",
        FAMILY.replace("layers: [a, b", "layers: [a"),
        variant="other-input",
        shapes={"a": (6,)},
    ),
    Case(
        "blocks are merged by block",
        FAMILY,
        variant="blocks",
        nodes="a.dense b.dense re_lu re_lu_2",
        shapes={"b": (8, 8, 9)},
    ),
    Case(
        "inputs are replaced by input",
        "inputs: {p: [4], q: [4]}\nlayers: [{Add: , from: [p, q]}]\nvariants: {v: {input: [5],"
        " layers: [ReLU]}}",
        variant="v",
        inputs="input",
        shapes={"main": (5,)},
    ),
    Case(
        "layers are replaced",
        FAMILY,
        variant="layers",
        nodes="b.conv2d",
        shapes={"main": (8, 8, 2)},
    ),
    Case(
        "input and inputs replace each other", FAMILY, variant="inputs", inputs="p q", nodes="add"
    ),
    Case(
        "defaults are merged by layer kind and argument",
        FAMILY,
        variant="defaults",
        args={
            "a.dense": {"units": 6, "use_bias": True},
            "b.conv2d": {"filters": 2, "padding": "valid"},
        },
    ),
    Case("a variant that does not exist", FAMILY, variant="plane", refused="unknown-variant"),
    Case(
        "in a variant a variable that does not exist is an error",
        FAMILY,
        variant="wrong-name",
        refused="unknown-variable",
    ),
    Case(
        "in a variant a value of another kind is an error",
        FAMILY,
        variant="wrong-kind",
        refused="variable-kind",
    ),
    Case(
        "in a variant an expression of another kind is an error",
        FAMILY,
        variant="wrong-kind-of-expression",
        refused="variable-kind",
    ),
    Case(
        "in a variant a value of another kind than an expression's is an error",
        FAMILY,
        variant="wrong-over-expression",
        refused="variable-kind",
    ),
    Case(
        "a variant does not change name",
        "layers: [ReLU]\nvariants: {a: {name: b}}",
        refused="unknown-key",
    ),
    Case(
        "a variant has no variants and extends nothing",
        "layers: [ReLU]\nvariants: {a: {extends: b.yaml}}",
        refused="unknown-key",
    ),
    Case(
        "a variant has one of input and inputs",
        "layers: [ReLU]\nvariants: {a: {input: [3], inputs: {a: [3]}}}",
        refused="two-inputs",
    ),
    Case(
        "what is extended, with its own variant, then this document, then its variant, then --set",
        """
        extends: sub/base.yaml@big
        vars: {b: 20, c: 20, d: 20, new: 5}
        variants: {v: {vars: {c: 30, d: 30}}}
        """,
        files={
            "sub/base.yaml": (
                "name: base\nvars: {a: 1, b: 1, c: 1, d: 1, all: '[$a, $b, $c, $d]'}\nlayers:"
                " [{Dense: {units: $n}, repeat: {n: $all}}]\nvariants: {big: {vars: {a: 10, b: 10,"
                " c: 10, d: 10}}}"
            )
        },
        variant="v",
        given=("d=40",),
        named="net-v",
        shapes={
            "dense": (8, 8, 10),
            "dense_2": (8, 8, 20),
            "dense_3": (8, 8, 30),
            "dense_4": (8, 8, 40),
        },
    ),
    Case(
        "name, description, source, expect and variants are not inherited",
        "extends: base.yaml",
        files={
            "base.yaml": (
                "name: base\ndescription: D\nsource: S\nlayers: [Dense: {units: 3}]\nexpect:"
                " {parameters: 15}\nvariants: {v: {}}"
            )
        },
        named="net",
        described=(None, None),
    ),
    Case(
        "expect is not inherited",
        "extends: base.yaml\nvars: {n: 4}",
        files={
            "base.yaml": (
                "name: base\nvars: {n: 3}\nlayers: [Dense: {units: $n}]\nexpect: {parameters: 15}"
            )
        },
        parameters=20,
    ),
    Case(
        "variants are not inherited",
        "extends: base.yaml",
        variant="v",
        files={"base.yaml": "name: base\nlayers: [ReLU]\nvariants: {v: {}}"},
        refused="unknown-variant",
    ),
    Case(
        "a document merges with the one it extends as a variant does",
        "extends: base.yaml\ninputs: {p: [4]}\nvars: {m: 7}\ndefaults: {Dense: {use_bias:"
        " false}}\nblocks: {c: {layers: [Dense: {units: $n + $m}]}}",
        files={
            "base.yaml": (
                "name: base\nvars: {n: 3, m: 4}\ndefaults: {Dense: {activation: relu}}\n"
                "blocks: {b: {layers: [Dense: {units: $m}]}, c: {layers: [ReLU]}}\nlayers: [b, c]"
            )
        },
        nodes="b.dense c.dense",
        shapes={"p": (4,), "b": (7,), "c": (10,)},
        args={"c.dense": {"use_bias": False, "activation": "relu"}},
    ),
    Case(
        "a document may give a variable another kind than the one it extends",
        "extends: base.yaml\nvars: {act: [ReLU]}\nlayers: [{$a: , repeat: {a: $act}}]",
        files={"base.yaml": "name: base\nvars: {act: ReLU}\nlayers: [$act]"},
        nodes="re_lu",
    ),
    Case(
        "a path is relative to the file that holds it",
        "extends: sub/a.yaml",
        files={"sub/a.yaml": "name: a\nextends: b.yaml", "sub/b.yaml": "name: b\nlayers: [ELU]"},
        nodes="elu",
    ),
    Case(
        "a bare name is a spec shipped with archspec",
        "extends: lenet5",
        named="net",
        parameters=61_706,
    ),
    Case(
        "a bare name with a variant is one too",
        "extends: resnet@resnet50",
        named="net",
        parameters=25_610_152,
    ),
    Case(
        "a bare name is never a file",
        "extends: base",
        files={"base.yaml": "name: base\nlayers: [ReLU]"},
        refused="file-not-found",
    ),
    Case("a document cannot extend itself", "extends: spec.yaml", refused="extends-cycle"),
    Case(
        "--set changes a variable, and what is computed from it",
        FAMILY,
        given=("n=10",),
        shapes={"a": (8, 8, 20)},
    ),
    Case(
        "--set reads YAML: a list",
        FAMILY,
        given=("sizes=[1, 2, 3]",),
        nodes="a.dense b.conv2d re_lu re_lu_2 re_lu_3",
    ),
    Case(
        "--set reads YAML: a truth value",
        FAMILY,
        given=("flag=false", "free=false"),
        nodes="a.dense b.conv2d",
    ),
    Case(
        "--set reads YAML: an expression", FAMILY, given=("wide=4 * $n",), shapes={"a": (8, 8, 12)}
    ),
    Case(
        "--set reads YAML: an expression in quotes",
        FAMILY,
        given=("wide='4 * $n'",),
        shapes={"a": (8, 8, 12)},
    ),
    Case(
        "--set reads YAML: a text", FAMILY, given=("act=ELU",), nodes="a.dense b.conv2d elu elu_2"
    ),
    Case(
        "--set of a variable that does not exist",
        FAMILY,
        given=("m=1",),
        refused="unknown-variable",
    ),
    Case(
        "null may become anything",
        FAMILY,
        given=("free=[1]", "flag=true"),
        nodes="a.dense b.conv2d re_lu re_lu_2",
    ),
    *(
        Case(f"--set to another kind: {given}", FAMILY, given=(given,), refused="variable-kind")
        for given in (
            "n=x",
            "n=true",
            "n=[1]",
            "n='3'",
            "act=1",
            "act=[a]",
            "flag=1",
            "flag=yes",
            "sizes=1",
            "sizes={a: 1}",
            "wide=x",
            "wide=[1]",
            "n=$act",
        )
    ),
]

EXPECT = [
    Case(
        "what the paper claims is checked",
        "layers: [Dense: {units: 3}]\nexpect: {parameters: 15, trainable_parameters: 15, macs: 768,"
        " shapes: {dense: [8, 8, 3]}}",
        parameters=15,
    ),
    Case(
        "parameters are with the moving statistics",
        "layers: [BatchNormalization]\nexpect: {parameters: 16, trainable_parameters: 8}",
        parameters=16,
    ),
    Case(
        "a difference is an error: parameters",
        "layers: [Dense: {units: 3}]\nexpect: {parameters: 16}",
        refused="expectation",
    ),
    Case(
        "a difference is an error: trainable parameters",
        "layers: [BatchNormalization]\nexpect: {trainable_parameters: 16}",
        refused="expectation",
    ),
    Case(
        "a difference is an error: macs",
        "layers: [Dense: {units: 3}]\nexpect: {macs: 1}",
        refused="expectation",
    ),
    Case(
        "a difference is an error: a shape",
        "layers: [Dense: {units: 3}]\nexpect: {shapes: {main: [8, 8, 4]}}",
        refused="expectation",
    ),
    Case(
        "the values are plain numbers",
        "layers: [ReLU]\nexpect: {parameters: none}",
        refused="wrong-value",
    ),
    Case(
        "null in a shape is a size that is unknown",
        "input: [null, 8, 3]\nlayers: [ReLU]\nexpect: {shapes: {re_lu: [null, 8, 3], input: [null,"
        " 8, 3]}}",
        shapes={"main": (None, 8, 3)},
    ),
    Case(
        "null is not a size that is known",
        "layers: [ReLU]\nexpect: {shapes: {re_lu: [null, 8, 4]}}",
        refused="expectation",
    ),
    Case(
        "shapes takes what has a path",
        "layers: [ReLU]\nexpect: {shapes: {relu: [8, 8, 4]}}",
        refused="unknown-name",
    ),
    Case(
        "multiply-adds that depend on an unknown size cannot be expected",
        "input: [null, 8, 3]\nlayers: [Dense: {units: 3}]\nexpect: {macs: 72}",
        refused="expectation",
    ),
    Case(
        "the document's expect does not speak of its variant",
        "vars: {n: 3}\nlayers: [Dense: {units: $n}]\nexpect: {parameters: 15}\nvariants: {v: {vars:"
        " {n: 4}}}",
        variant="v",
        parameters=20,
    ),
    Case(
        "the variant's expect speaks of the variant",
        "vars: {n: 3}\nlayers: [Dense: {units: $n}]\nvariants: {v: {vars: {n: 4}, expect:"
        " {parameters: 15}}}",
        variant="v",
        refused="expectation",
    ),
    Case(
        "the variant's expect does not speak of the document",
        "vars: {n: 3}\nlayers: [Dense: {units: $n}]\nvariants: {v: {vars: {n: 4}, expect:"
        " {parameters: 21}}}",
        parameters=15,
    ),
    Case(
        "under any --set nothing is expected",
        "vars: {n: 3}\nlayers: [Dense: {units: $n}]\nexpect: {parameters: 16}",
        given=("n=3",),
        parameters=15,
    ),
]

TEXT = [
    Case(
        "YAML 1.2's scalars",
        """
        vars: {a: 1e-3, b: yes, c: on, d: no, e: 010, f: 1_000, g: 3:30, h: 2026-01-02, i2: 0x1F, j: 0o17, k: ~, l: 1_0.5, m: off, n: y, o: .5, p: +1}
        layers:
          - ReLU
          - Softmax:
            when: $a != 0.001 or $b != 'yes' or $c != 'on' or $d != 'no' or $e != 10 or $f != 1000 or $g != '3:30' or $h != '2026-01-02'
          - Softmax:
            when: $i2 != 31 or $j != 15 or $k != null or $l != 10.5 or $m != 'off' or $n != 'y' or $o != 0.5 or $p != 1
        """,
        nodes="re_lu",
    ),
    Case(
        "keys and names are text exactly as written",
        """
        layers:
          - {name: 5e1, ReLU: }
          - {name: 1.10, Dense: {units: 4}}
          - {name: 010, Dense: {units: 4}}
          - {name: true, Dense: {units: 4}}
          - {name: x, from: 5e1, branches: {18: [], 1.10: [ReLU], null: [], no: []}, merge: Add}
          - {name: 1_0, reuse: 1.10, from: true}
          - {Add: , from: [5e1, 1.10, 010, true, x.1.10, x, prev]}
        expect: {shapes: {5e1: [8, 8, 4], x.18: [8, 8, 4], 010: [8, 8, 4], x.null: [8, 8, 4]}}
        """,
        nodes="5e1 1.10 010 true x.1.10.re_lu x.add 1_0 add",
        takes={
            "x.1.10.re_lu": "5e1",
            "x.add": "5e1 x.1.10.re_lu 5e1 5e1",
            "1_0": "true",
            "add": "5e1 1.10 010 true x.1.10.re_lu x.add 1_0",
        },
    ),
    Case(
        "variants are text exactly as written",
        "layers: [ReLU]\nvariants: {18: {}, 1.10: {description: x}}",
        variant="1.10",
        named="net-1.10",
        described=("x", None),
    ),
    Case(
        "inputs are text exactly as written",
        "inputs: {1e3: [4], 010: [4]}\nlayers: [{Add: , from: [1e3, 010]}]",
        inputs="1e3 010",
    ),
    Case(
        "a key given twice is an error",
        "layers: [ReLU]\nlayers: [ELU]",
        refused="yaml-duplicate-key",
    ),
    Case(
        "a key given twice is an error in an item",
        "- Dense: {units: 3, units: 4}",
        refused="yaml-duplicate-key",
    ),
    Case(
        "18 and 0x12 are two keys",
        "- {branches: {18: [ReLU], 0x12: []}, merge: Add}",
        nodes="18.re_lu add",
    ),
    Case(
        "anchors and aliases work from one section to another",
        "vars: {n: &n 3}\nblocks: {b: {layers: &l [ReLU, Dense: {units: *n}]}}\nlayers: [b,"
        " {layers: *l}]",
        nodes="b.re_lu b.dense re_lu dense",
    ),
    Case(
        "anchors and aliases work for values, names and items",
        "layers: [{name: &x left, Dense: &d {units: &n 4}}, &i {Dense: *d}, *i, {Dense: {units:"
        " *n}}, {Add: , from: [prev, *x]}]",
        nodes="left dense dense_2 dense_3 add",
        takes={"add": "dense_3 left"},
    ),
    Case(
        "a bound on what aliases expand to",
        """
        vars:
          a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
          b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
          c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
          d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
          e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
        layers: [ReLU]
        """,
        refused="bound-values",
    ),
    Case(
        "merge keys are errors",
        "layers: [Dense: &d {units: 3}, Dense: {<<: *d}]",
        refused="yaml-merge-key",
    ),
    Case("tags are errors", "layers: [Dense: {units: !!int 3}]", refused="yaml-tag"),
    Case("cycles are errors", "layers: &l [{layers: *l}]", refused="yaml-cycle"),
    Case(
        "several documents are errors",
        "layers: [ReLU]\n---\nlayers: [ReLU]",
        refused="yaml-documents",
    ),
    Case(
        "numbers have bounds",
        "vars: {n: 9223372036854775808}\nlayers: [ReLU]",
        refused="bound-number",
    ),
    Case(
        "numbers have bounds: infinity", "layers: [Dropout: {rate: .inf}]", refused="bound-number"
    ),
    Case("repeats have bounds", "layers: [{ReLU: , repeat: 1000000000}]", refused="bound-network"),
    Case(
        "nesting has bounds",
        f"vars: {{n: {'[' * 60}{']' * 60}}}\nlayers: [ReLU]",
        refused="bound-nesting",
    ),
    Case(
        "lists have bounds",
        "vars:\n  n: $(len([0] * 100000))\nlayers: [Dense: {units: $n}]",
        refused="bound-expression",
    ),
    Case(
        "files are UTF-8",
        "description: größer × kleiner\nlayers: [ReLU]",
        described=("größer × kleiner", None),
    ),
    Case(
        "quotes around an expression that holds a comma",
        'vars: {f: 4}\nlayers: [Dense: {units: "max(8, $f)"}]',
        shapes={"main": (8, 8, 8)},
    ),
    *(
        Case(
            f"quotes around an expression that begins with {char}",
            f"vars: {{n: 3}}\nlayers:\n  - Dense:\n      units: {char}$n",
            refused=codes,
        )
        for char, codes in {
            "*": "yaml-syntax",
            "&": "yaml-syntax",
            "!": "yaml-tag",
            "%": "yaml-syntax",
            "@": "yaml-syntax",
            "`": "yaml-syntax",
        }.items()
    ),
    Case(
        "quotes around an expression that holds a colon and a space",
        "layers:\n  - ReLU:\n    when: $(1) == 'a: b'",
        refused="yaml-syntax",
    ),
    Case(
        "without quotes it is an error",
        "vars: {f: 4}\nlayers: [Dense: {units: max(8, $f)}]",
        refused="unquoted-expression",
    ),
    Case(
        "quotes around an expression that begins with a quote",
        "vars: {s: 1}\nlayers:\n  - Conv2D: {filters: 1, kernel_size: 1, padding: \"'same' if $s =="
        " 1 else 'valid'\"}",
        args={"conv2d": {"padding": "same"}},
    ),
]

CHECKS = [
    Case(
        "what when leaves out is checked for keys",
        "- ReLU\n- {ReLU: , when: false, nam: x}",
        refused="unknown-key",
    ),
    Case(
        "what when leaves out is checked for arguments",
        "- ReLU\n- {ReLU: {maximum: 3}, when: false}",
        refused="unknown-argument",
    ),
    Case(
        "what when leaves out is checked for kinds",
        "- ReLU\n- {Relu: , when: false}",
        refused="unknown-layer",
    ),
    Case(
        "what when leaves out is checked for kinds of values",
        "- ReLU\n- {Dense: {units: many}, when: false}",
        refused="wrong-value",
    ),
    Case(
        "what when leaves out is checked for names of variables",
        "- ReLU\n- {Dense: {units: $many}, when: false}",
        refused="unknown-name",
    ),
    Case(
        "what when leaves out is checked for blocks' arguments",
        "blocks: {b: {args: [n], layers: [ReLU]}}\nlayers: [ReLU, {b: {m: 3, n: 2}, when: false}]",
        refused="unknown-argument",
    ),
    Case(
        "a branch that when leaves out is checked",
        "- {branches: {a: {when: false, layers: [Dense: {units: $many}]}, b: [ReLU]}, merge: Add}",
        refused="unknown-name",
    ),
    Case(
        "what repeat leaves out is checked",
        "- ReLU\n- {Dense: {units: $many}, repeat: 0}",
        refused="unknown-name",
    ),
    Case(
        "a block that nothing calls is checked",
        "blocks: {b: {layers: [Dense: {units: $many}]}}\nlayers: [ReLU]",
        refused="unknown-name",
    ),
    Case(
        "no argument is required by the schema, since defaults may bring it",
        "defaults: {Dense: {units: 3}}\nlayers: [Dense]",
        shapes={"main": (8, 8, 3)},
    ),
    Case("required arguments are checked by the compiler", "- Dense", refused="missing-argument"),
    Case(
        "required arguments of what is left out may come from elsewhere",
        "- ReLU\n- {Dense: , when: false}",
        nodes="re_lu",
    ),
    Case(
        "a text with $ passes for any value",
        'vars: {p: same}\nlayers: [Conv2D: {filters: $(2), kernel_size: "$([1, 1])", padding: $p,'
        " use_bias: $(true)}]",
        nodes="conv2d",
    ),
    Case(
        "values are checked after evaluation",
        "vars: {p: sam}\nlayers: [Conv2D: {filters: 2, kernel_size: 1, padding: $p}]",
        refused="wrong-argument",
    ),
    Case(
        "a variable that nothing mentions is a warning",
        "vars: {n: 1, m: 2}\nlayers: [Dense: {units: $n}]",
        warns="m",
    ),
    Case(
        "a let value that nothing mentions is a warning",
        "blocks: {b: {let: {n: 1, m: 2}, layers: [Dense: {units: $n}]}}\nlayers: [b]",
        warns="m",
    ),
    Case(
        "a block that nothing mentions is a warning",
        "blocks: {b: {layers: [ReLU]}, c: {layers: [ReLU]}}\nlayers: [b]",
        warns="c",
    ),
    Case(
        "a block that only a variable names is mentioned",
        "vars: {v: b}\nblocks: {b: {layers: [ReLU]}}\nlayers: [$v]",
        warns="",
    ),
    Case(
        "a block that only a variant mentions is mentioned",
        "vars: {v: b}\nblocks: {b: {layers: [ReLU]}, c: {layers: [ELU]}}\nlayers: [$v]\nvariants:"
        " {x: {vars: {v: c}}}",
        warns="",
    ),
    Case(
        "an argument need not be used",
        "blocks: {b: {args: [n, m: 2], layers: [ReLU]}}\nlayers: [b: {n: 1}]",
        warns="",
    ),
    Case("a variable of a repeat need not be used", "- {ReLU: , repeat: {k: [1, 2]}}", warns=""),
]

SECTIONS: Sections = {
    "1": DOCUMENT, "2": ITEMS, "3": EXPRESSIONS, "4": REPEATS, "5": BLOCKS, "6": NAMES, "7": BRANCHES, "8": VARIANTS, "9": EXPECT, "10": TEXT,
    "11": CHECKS,
}  # fmt: skip


def cases_of(sections: Sections) -> list[Any]:
    """The cases of a page as the parameters of a test, called by their sentences."""
    return [
        pytest.param(case, id=f"{section}: {case.sentence}")
        for section, cases in sections.items()
        for case in cases
    ]


CASES = cases_of(SECTIONS)


@pytest.mark.parametrize("case", CASES)
def test_the_page_holds(case: Case, tmp_path: Path) -> None:
    check_case(case, tmp_path)


def check_case(case: Case, folder: Path) -> None:
    if case.refused:
        with pytest.raises(SpecError) as refusal:
            compiled(case, folder)
        codes = {one.code for one in refusal.value.diagnostics}
        assert codes == {case.refused}, str(refusal.value)
        return
    graph = compiled(case, folder)
    check_nodes(case, graph)
    check_paths(case, graph)
    check_totals(case, graph)


def check_nodes(case: Case, graph: Graph) -> None:
    nodes = {node.name: node for node in graph.nodes}
    if case.nodes is not None:
        assert list(nodes) == case.nodes.split()
    assert {name: " ".join(nodes[name].inputs) for name in case.takes} == case.takes
    assert {
        name: {key: getattr(nodes[name].layer, key) for key in args}
        for name, args in case.args.items()
    } == case.args
    if case.shares is not None:
        assert {
            name: node.weights_of
            for name, node in nodes.items()
            if node.weights and node.weights_of
        } == case.shares


def check_paths(case: Case, graph: Graph) -> None:
    paths = {
        **{name: name for name in graph.inputs},
        **graph.endpoints,
        **graph.outputs,
    }
    assert {path: graph.tensors[paths[path]].shape for path in case.shapes} == case.shapes
    assert {path: graph.tensors[paths[path]].dtype for path in case.dtypes} == case.dtypes
    if case.outputs is not None:
        assert list(graph.outputs.items()) == list(case.outputs.items())
    if case.inputs is not None:
        assert " ".join(graph.inputs) == case.inputs
    if case.scopes is not None:
        assert tuple(f"{scope.kind} {scope.path}" for scope in graph.scopes) == case.scopes


def check_totals(case: Case, graph: Graph) -> None:
    assert case.named in ("", graph.name)
    assert case.parameters in (None, graph.parameters)
    assert case.macs in (None, graph.macs)
    assert case.described in (None, (graph.description, graph.source))
    unused = [one.message for one in graph.warnings]
    assert [
        re.sub(r".* `(.*)`", r"\1", message) for message in unused
    ] == case.warns.split() or not case.sentence.endswith(("warning", "mentioned", "used"))


EXPECTING = {
    "archspec": 1,
    "name": "net",
    "vars": {"n": 3},
    "input": [5],
    "layers": [{"Dense": {"units": "$n"}}],
    "expect": {"parameters": 0},
}


def test_under_a_keyword_of_the_python_api_nothing_is_expected() -> None:
    with pytest.raises(SpecError) as refusal:
        archspec.compile(EXPECTING)
    assert [one.code for one in refusal.value.diagnostics] == ["expectation"]
    assert archspec.compile(EXPECTING, n=3).parameters == 5 * 3 + 3
    assert archspec.compile(EXPECTING, n=4).parameters == 5 * 4 + 4


@pytest.mark.parametrize("case", [one for one in CASES if not one.values[0].refused])
def test_pressing_is_carrying_out(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed = compiled(case, tmp_path)
    monkeypatch.setattr(BlockCache, "copy", lambda *_: None)
    carried_out = compiled(case, tmp_path)
    assert (pressed.nodes, pressed.scopes, pressed.endpoints, pressed.outputs) == (
        carried_out.nodes, carried_out.scopes, carried_out.endpoints, carried_out.outputs,
    )  # fmt: skip
