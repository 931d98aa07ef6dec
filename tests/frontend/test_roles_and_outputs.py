"""Several outputs, roles in `from` and arguments of the call: each sentence of their page holds.

The cases are those of `tests.frontend.test_language`, with the roles of what a node takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from archspec.backends.flat_spec import flat
from archspec.compiler import compile
from archspec.diagnostics import SpecError
from archspec.graph import Graph
from tests.frontend.test_language import Case, check_nodes, check_paths, check_totals, compiled

SEQUENCE = "input: [6, 4]\nlayers:\n"
ENCODER = "  - {name: e, LSTM: {units: 4, return_sequences: true, return_state: true}}\n"
MASKED = "inputs: {x: [6, 4], m: {shape: [6], dtype: bool}, n: [6, 4]}\nlayers:\n"
ONE = MASKED.replace(", n: [6, 4]", "")
HEADS = "MultiHeadAttention: {num_heads: 2, key_dim: 2}"

Roles = Mapping[str, str]

OUTPUTS: list[tuple[Case, Roles]] = [
    (
        Case(
            "the item stands for the first output",
            f"{SEQUENCE}{ENCODER}  - {{name: z, Dense: {{units: 4}}}}\n"
            "  - {from: [z, e], Concatenate: {}}",
            takes={"z": "e", "concatenate": "z e"},
        ),
        {},
    ),
    (
        Case(
            "the others are steps below it, by Keras's names",
            f"{SEQUENCE}{ENCODER}  - {{from: [e.state_h, e.state_c], Add: {{}}}}",
            takes={"add": "e.state_h e.state_c"},
            shapes={"e": (6, 4), "e.state_h": (4,), "e.state_c": (4,), "main": (4,)},
        ),
        {},
    ),
    (
        Case(
            "a tensor of a kind's own that nobody takes is no dead end",
            f"{SEQUENCE}{ENCODER}  - Flatten",
            nodes="e flatten",
        ),
        {},
    ),
    (
        Case(
            "nor is the layer whose further output alone is taken",
            f"{SEQUENCE}{ENCODER}  - {{from: e.state_c, Dense: {{units: 2}}}}",
            takes={"dense": "e.state_c"},
        ),
        {},
    ),
    (
        Case(
            "expect takes such paths",
            f"{SEQUENCE}{ENCODER}  - Flatten\nexpect: {{shapes: {{e.state_h: [4]}}}}",
        ),
        {},
    ),
    (
        Case(
            "and says what does not hold",
            f"{SEQUENCE}{ENCODER}  - Flatten\nexpect: {{shapes: {{e.state_h: [5]}}}}",
            refused="expectation",
        ),
        {},
    ),
    (
        Case(
            "an output of the model may be a further output of a layer",
            f"{SEQUENCE}{ENCODER}  - {{name: state, output: [{{from: e.state_h, layers: []}}]}}\n"
            "  - Flatten",
            outputs={"main": "flatten", "state": "e.state_h"},
        ),
        {},
    ),
    (
        Case(
            "a name that is counted has its outputs in each repetition",
            f"{SEQUENCE}  - {{name: r, repeat: 2, GRU: {{units: 4, return_sequences: true,"
            " return_state: true}}\n  - {from: [r1.state_h, r2.state_h], Add: {}}",
            takes={"add": "r1.state_h r2.state_h"},
        ),
        {},
    ),
    (
        Case(
            "a block that is called twice gives its outputs twice",
            "input: [6, 4]\nblocks: {b: {layers: [{name: l, LSTM: {units: 4, return_state: true,"
            " return_sequences: true}}, {from: [l, l], Add: {}}]}}\nlayers: [{name: a, b: {}},"
            " {name: c, b: {}}, Flatten, {from: [a.l.state_h, c.l.state_h, prev], Concatenate: {}}]",
            takes={"concatenate": "a.l.state_h c.l.state_h flatten", "c.add": "c.l c.l"},
        ),
        {},
    ),
    (
        Case(
            "reuse gives the outputs of the second use",
            f"{SEQUENCE}{ENCODER}  - {{name: again, reuse: e}}\n"
            "  - {from: [e.state_h, again.state_h], Add: {}}",
            takes={"add": "e.state_h again.state_h"},
            shares={"again": "e"},
        ),
        {},
    ),
    (
        Case(
            "an output is no item to use again",
            f"{SEQUENCE}{ENCODER}  - {{reuse: e.state_h}}",
            refused="unknown-name",
        ),
        {},
    ),
    (
        Case(
            "an output of a layer without a name cannot be taken: that would move",
            f"{SEQUENCE}  - LSTM: {{units: 4, return_state: true}}\n"
            "  - {from: lstm.state_h, Dense: {units: 2}}",
            refused="unknown-name",
        ),
        {},
    ),
    (
        Case(
            "an input may be optional",
            "inputs: {x: [6, 4], m: {shape: [6], dtype: bool, optional: true}}\n"
            "layers: [{from: {mask: m}, LSTM: {units: 2}}]",
            dtypes={"m": "bool"},
        ),
        {"lstm": "sequences=x mask=m"},
    ),
    (
        Case(
            "an optional input is not for what is needed",
            "inputs: {x: [6, 4], m: {shape: [6, 4], optional: true}}\nlayers: [{from: [x, m], Add: {}}]",
            refused="wrong-inputs",
        ),
        {},
    ),
]

ROLES: list[tuple[Case, Roles]] = [
    (
        Case(
            "attention to itself says so under a mask, whatever stands before it",
            "inputs: {x: [6, 4], m: {shape: [6], dtype: bool}}\nlayers:\n"
            f"  - {{name: a, from: {{query: x, value: x, value_mask: m}}, {HEADS}}}\n"
            "  - {from: [prev, x], Add: {}}",
            takes={"a": "x m"},
        ),
        {"a": "query=x value_mask=m"},
    ),
    (
        Case(
            "and takes its value from the query where only its key is another's",
            "inputs: {x: [6, 4], k: [6, 4]}\nlayers:\n"
            f"  - {{name: a, from: {{key: k}}, {HEADS}}}",
        ),
        {"a": "query=x value=x key=k"},
    ),
    (
        Case(
            "what stands before it in the flat spec is not its value",
            "inputs: {x: [6, 4], m: {shape: [6], dtype: bool}}\nlayers:\n"
            "  - {name: d, Dense: {units: 4}}\n"
            f"  - {{name: a, from: {{query: x, value: x, value_mask: m}}, {HEADS}}}\n"
            "  - {from: [prev, d], Add: {}}",
            takes={"a": "x m"},
        ),
        {"a": "query=x value_mask=m"},
    ),
    (
        Case(
            "from may name roles",
            f"{MASKED}  - {{name: a, from: {{query: x, value: n}}, {HEADS}}}\n"
            f"  - {{from: {{value: n, query: a, key: n, value_mask: m}}, {HEADS}}}",
        ),
        {
            "a": "query=x value=n",
            "multi_head_attention": "query=a value=n key=n value_mask=m",
        },
    ),
    (
        Case(
            "a role may take several tensors",
            f"{SEQUENCE}{ENCODER}  - {{name: d, from: {{sequences: input, initial_state:"
            " [e.state_h, e.state_c]}, LSTM: {units: 4}}",
        ),
        {"d": "sequences=input initial_state=e.state_h initial_state=e.state_c"},
    ),
    (
        Case(
            "prev takes the first role that is not named",
            f"{MASKED}  - {{name: a, from: {{mask: m}}, LSTM: {{units: 4, return_sequences: true}}}}\n"
            f"  - {{name: b, from: {{value: n}}, {HEADS}}}\n"
            f"  - {{name: c, from: {{query: n}}, {HEADS}}}",
        ),
        {
            "a": "sequences=x mask=m",
            "b": "query=a value=n",
            "c": "query=n value=b",
        },
    ),
    (
        Case(
            "and none where all that the layer needs is named",
            f"{MASKED}  - {{from: {{query: x, value: n, value_mask: m}}, {HEADS}}}",
        ),
        {"multi_head_attention": "query=x value=n value_mask=m"},
    ),
    (
        Case(
            "without roles a list is by position",
            f"{MASKED}  - {{name: a, from: [x, n], {HEADS}}}\n  - {{from: [a, n, x], {HEADS}}}"
            "\n  - {from: {mask: m}, GRU: {units: 2}}",
        ),
        {"a": "query=x value=n", "multi_head_attention": "query=a value=n key=x"},
    ),
    (
        Case(
            "the roles of a block are the names of its inputs",
            "inputs: {x: [6, 4], y: [6, 4]}\nblocks: {b: {inputs: [h, p], layers: [{from: [h, p],"
            " Subtract: {}}]}}\nlayers: [{name: a, from: {p: x, h: y}, b: {}}, {name: c, from:"
            " {p: y}, b: {}}]",
            takes={"a.subtract": "y x", "c.subtract": "a.subtract y"},
        ),
        {},
    ),
    (
        Case(
            "of a block each must be named but the one that prev takes",
            "inputs: {x: [4], y: [4]}\nblocks: {b: {inputs: [h, p, q], layers: [{from: [h, p, q],"
            " Add: {}}]}}\nlayers: [{from: {p: y}, b: {}}]",
            refused="wrong-inputs",
        ),
        {},
    ),
    (Case("a group has no roles", f"{ONE}  - {{from: {{mask: m}}, layers: [ReLU]}}", refused="wrong-inputs"), {}),
    (Case("a role that a kind has not", f"{ONE}  - {{from: {{maks: m}}, GRU: {{units: 2}}}}", refused="unknown-role"), {}),
    (Case("two tensors for one role", f"{ONE}  - {{from: {{mask: [m, m]}}, GRU: {{units: 2}}}}", refused="wrong-inputs"), {}),
    (Case("a mask of the wrong shape", f"{ONE.replace('[6], d', '[5], d')}  - {{from: {{mask: m}}, GRU: {{units: 2}}}}", refused="shape-mismatch"), {}),
    (
        Case(
            "a variable may name the kind",
            f"vars: {{kind: GRU}}\n{ONE}  - {{from: {{mask: m}}, $kind: {{units: 2}}}}",
        ),
        {"gru": "sequences=x mask=m"},
    ),
]  # fmt: skip

CALLS: list[tuple[Case, Roles]] = [
    (
        Case(
            "call gives constants",
            f"{SEQUENCE}  - {{name: a, {HEADS}, call: {{use_causal_mask: true,"
            " return_attention_scores: true}}\n  - {name: b, BatchNormalization: {}, call:"
            " {training: false}}\n  - {name: c, from: a.scores, Flatten: {}}\n"
            "  - {name: s, output: [{from: b, Flatten: {}}]}\n  - {from: c, ReLU: {}}",
            args={"a": {"use_causal_mask": True}, "b": {"training": False}},
            shapes={"a.scores": (2, 6, 6)},
        ),
        {},
    ),
    (
        Case(
            "they may be expressions",
            f"vars: {{causal: true}}\n{SEQUENCE}  - {{name: a, {HEADS}, call: {{use_causal_mask:"
            " $causal}}",
            args={"a": {"use_causal_mask": True}},
        ),
        {},
    ),
    (
        Case(
            "it stands beside reuse: a projection that is tied to an embedding",
            "inputs: {tokens: {shape: [6], dtype: int32}}\nlayers: [{name: words,"
            " ReversibleEmbedding: {input_dim: 10, output_dim: 4}}, {name: logits, reuse: words,"
            " call: {reverse: true}}]",
            shapes={"words": (6, 4), "logits": (6, 10)},
            shares={"logits": "words"},
            parameters=10 * 4,
            macs=6 * 4 * 10,
        ),
        {},
    ),
    (
        Case(
            "an item that is used again keeps the arguments of its call",
            f"{SEQUENCE}  - {{name: a, {HEADS}, call: {{use_causal_mask: true}}}}\n"
            "  - {name: b, reuse: a}\n  - {name: c, reuse: a, call: {training: false}}",
            args={"b": {"use_causal_mask": True}, "c": {"use_causal_mask": True, "training": False}},
        ),
        {},
    ),
    (Case("an unknown call argument", f"{SEQUENCE}  - {{{HEADS}, call: {{causal: true}}}}", refused="unknown-argument"), {}),
    (Case("a call argument of another type", f"{SEQUENCE}  - {{{HEADS}, call: {{use_causal_mask: 1}}}}", refused="wrong-argument"), {}),
    (Case("also where it is computed", f"vars: {{n: 1}}\n{SEQUENCE}  - {{{HEADS}, call: {{use_causal_mask: $n}}}}", refused="wrong-argument"), {}),
    (Case("only the call of a layer has arguments", f"{SEQUENCE}  - {{layers: [ReLU], call: {{training: true}}}}", refused="wrong-call"), {}),
    (
        Case(
            "also beside reuse",
            f"{SEQUENCE}  - {{name: g, layers: [ReLU]}}\n  - {{reuse: g, call: {{training: true}}}}",
            refused="wrong-call",
        ),
        {},
    ),
    (
        Case(
            "and beside a block",
            f"blocks: {{b: {{layers: [ReLU]}}}}\n{SEQUENCE}  - {{b: {{}}, call: {{training: true}}}}",
            refused="wrong-call",
        ),
        {},
    ),
    (
        Case(
            "an output that this configuration does not give",
            f"{SEQUENCE}  - {{name: a, {HEADS}}}\n  - {{from: a.scores, Flatten: {{}}}}",
            refused="unknown-name",
        ),
        {},
    ),
]  # fmt: skip

OPERATIONS: list[tuple[Case, Roles]] = [
    (Case("an operation is a function of keras.ops", f"{SEQUENCE}  - ops.sqrt", kinds={"sqrt": "ops.sqrt"}), {}),
    (
        Case(
            "with its argument names",
            f"{SEQUENCE}  - ops.mean: {{axis: -1, keepdims: true}}",
            args={"mean": {"axis": -1, "keepdims": True}},
            shapes={"main": (6, 1)},
        ),
        {},
    ),
    (Case("a constant may be its first argument", f"{SEQUENCE}  - ops.subtract: {{x1: 1}}", args={"subtract": {"x1": 1}}), {"subtract": "x2=input"}),
    (
        Case(
            "tensors come from `from` by position",
            "inputs: {q: [6, 2, 4], k: [7, 2, 4]}\n"
            'layers: [{from: [q, k], ops.einsum: {subscripts: "bqhd,bkhd->bhqk"}}]',
            shapes={"main": (2, 6, 7)},
            macs=2 * 6 * 7 * 4,
        ),
        {},
    ),
    (
        Case(
            "or by role",
            f"{SEQUENCE}  - {{name: a, ReLU: {{}}}}\n  - {{from: {{x2: a, x1: input}}, ops.subtract: {{}}}}",
        ),
        {"subtract": "x1=input x2=a"},
    ),
    (
        Case(
            "its outputs have Keras's names",
            f"{SEQUENCE}  - {{name: top, ops.top_k: {{k: 2}}}}\n"
            "  - {name: kept, output: [{from: top.indices, layers: []}]}\n  - {from: top.values, ReLU: {}}",
            takes={"re_lu": "top"},
            outputs={"main": "re_lu", "kept": "top.indices"},
            shapes={"top": (6, 2), "top.indices": (6, 2)},
        ),
        {},
    ),
    (
        Case(
            "and numbers where Keras has none",
            f"{SEQUENCE}  - {{name: split, ops.split: {{indices_or_sections: 2, axis: -1}}}}\n"
            "  - {from: [split.1, split.0, split], Concatenate: {}}",
            takes={"concatenate": "split.1 split split"},
            shapes={"split.0": (6, 2), "split.1": (6, 2)},
        ),
        {},
    ),
    (
        Case(
            "a key names the axes after the batch",
            f'{SEQUENCE}  - ops.get_item: {{key: [":", "::2"]}}',
            shapes={"main": (6, 2)},
        ),
        {},
    ),
    (
        Case(
            "products count multiply-adds",
            "inputs: {x: [6, 4], y: [4, 5]}\nlayers: [{from: [x, y], ops.matmul: {}}]",
            shapes={"main": (6, 5)},
            macs=6 * 4 * 5,
        ),
        {},
    ),
    (Case("shapes do not count the batch", f"{SEQUENCE}  - ops.reshape: {{newshape: [3, 8]}}", shapes={"main": (3, 8)}), {}),
    (Case("an axis does, and is none of the batch", f"{SEQUENCE}  - ops.sum: {{axis: 0}}", refused="shape-mismatch"), {}),
    (Case("the batch stays first", f"{SEQUENCE}  - ops.transpose: {{axes: [1, 0]}}", refused="shape-mismatch"), {}),
    (
        Case(
            "a constant is not learned, and its value may be an expression",
            "vars: {n: 3}\ninput: [3]\nlayers: [{name: c, Constant: {value: '$([2 * k for k in range(n)])'}},"
            " {from: [input, c], Multiply: {}}]",
            args={"c": {"value": (0, 2, 4)}},
            parameters=0,
        ),
        {},
    ),
    (
        Case(
            "an input may be of texts",
            "inputs: {x: {shape: [3], dtype: string}}\nlayers: [StringLookup: {vocabulary: [a, b]}]",
            dtypes={"x": "string"},
        ),
        {},
    ),
]  # fmt: skip

SECTIONS = {"outputs": OUTPUTS, "roles": ROLES, "calls": CALLS, "operations": OPERATIONS}
CASES = [
    pytest.param(case, roles, id=f"{section}: {case.sentence}")
    for section, cases in SECTIONS.items()
    for case, roles in cases
]


@pytest.mark.parametrize(("case", "roles"), CASES)
def test_the_page_holds(case: Case, roles: Roles, tmp_path: Path) -> None:
    if case.refused:
        with pytest.raises(SpecError) as refusal:
            compiled(case, tmp_path)
        assert {one.code for one in refusal.value.diagnostics} == {case.refused}
        return
    graph = compiled(case, tmp_path)
    check_nodes(case, graph)
    check_paths(case, graph)
    check_totals(case, graph)
    nodes = {node.name: node for node in graph.nodes}
    edges = {name: " ".join(f"{role}={x}" for x, role in nodes[name].edges) for name in roles}
    assert edges == roles
    assert_same(graph, compile(flat(graph)))


def assert_same(graph: Graph, again: Graph) -> None:
    """The flat spec is the same network."""
    for node, other in zip(graph.nodes, again.nodes, strict=True):
        assert node._replace(scope=0, span=None) == other._replace(scope=0, span=None)  # type: ignore[arg-type]
    assert graph.outputs == again.outputs
    assert graph.optional == again.optional
