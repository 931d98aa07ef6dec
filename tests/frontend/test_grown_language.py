"""What the language has gained since version 1: each sentence of its page holds.

The cases are those of `tests.frontend.test_language`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from archspec.diagnostics import SpecError
from tests.frontend.test_language import (
    Case,
    Sections,
    check_nodes,
    check_paths,
    check_totals,
    compiled,
)

PATHS = [
    Case(
        "a residual adds its items, then the way around",
        """
        - residual: [{name: a, Dense: {units: 4}}]
          shortcut: [{name: b, Dense: {units: 4}}]
        """,
        nodes="a shortcut.b add",
        takes={"add": "a shortcut.b"},
    ),
    Case(
        "first: shortcut makes the way around first, and adds it first",
        """
        - residual: [{name: a, Dense: {units: 4}}]
          shortcut: [{name: b, Dense: {units: 4}}]
          first: shortcut
        """,
        nodes="shortcut.b a add",
        takes={"add": "shortcut.b a"},
        scopes=("model ", "residual ", "shortcut shortcut", "main "),
    ),
    Case(
        "first: shortcut adds the identity first",
        "- ELU\n- {residual: [ReLU], first: shortcut}",
        takes={"add": "elu re_lu"},
    ),
    Case(
        "first: shortcut with a way around that is not there",
        "- {residual: [ReLU], shortcut: {when: false, layers: []}, first: shortcut}",
        nodes="re_lu",
    ),
    Case(
        "what is made first can be taken by what comes after",
        """
        - residual: [{from: shortcut.way, ReLU: {}}]
          shortcut: [{name: way, Dense: {units: 4}}]
          first: shortcut
        """,
        takes={"re_lu": "shortcut.way"},
    ),
    Case("first belongs to residual", "- {layers: [ReLU], first: shortcut}", refused="missing-key"),
    Case(
        "first says shortcut and nothing else",
        "- {residual: [ReLU], first: main}",
        refused="wrong-value",
    ),
    Case(
        "branches without labels are no step of a path",
        "- {branches: [[Dense: {units: 4}], [{Dense: {units: 4}}, ReLU], []], merge: Add}",
        nodes="dense dense_2 re_lu add",
        takes={"add": "dense re_lu input"},
        scopes=("model ", "branches ", "branch ", "branch ", "branch "),
    ),
    Case(
        "a name within a branch without a label stands in the list around it",
        """
        - branches: [[{name: a, ReLU: {}}], [{name: b, ELU: {}}]]
          merge: Add
        - {from: [a, prev, b], Concatenate: {}}
        """,
        takes={"concatenate": "a add b"},
    ),
    Case(
        "two names in branches without labels are in one list",
        "- {branches: [[{name: a, ReLU: {}}], [{name: a, ELU: {}}]], merge: Add}",
        refused="duplicate-name",
    ),
    Case(
        "an automatic name avoids what is written in branches without labels",
        "- {branches: [[ReLU], [{name: re_lu, ELU: {}}]], merge: Add}",
        nodes="re_lu_2 re_lu add",
    ),
    Case(
        "the name of the branching is a step, also without labels",
        "- {name: mix, branches: [[ReLU], [ELU]], merge: Add}",
        nodes="mix.re_lu mix.elu mix.add",
    ),
    Case(
        "branches without labels may depend on conditions",
        """
        - branches:
            - {when: $in.channels == 5, layers: [ReLU]}
            - {when: $in.channels == 4, layers: [ELU]}
            - []
          merge: Add
        """,
        nodes="elu add",
    ),
    Case(
        "an empty list of branches is an error",
        "- {branches: [], merge: Add}",
        refused="wrong-value",
    ),
    Case(
        "a label that begins with _ is no step",
        "- {branches: {_a: [Dense: {units: 4}], b: [Dense: {units: 4}]}, merge: Add}",
        nodes="dense b.dense add",
    ),
    Case(
        "a label that is no step stands for nothing",
        "- {branches: {_a: [ReLU], b: [ELU]}, merge: Add}\n- {from: _a, ReLU: {}}",
        refused="unknown-name",
    ),
    Case(
        "a shortcut that begins with _ is no step",
        "- {residual: [Dense: {units: 4}], _shortcut: [Dense: {units: 4}]}",
        nodes="dense dense_2 add",
        takes={"add": "dense dense_2"},
        scopes=("model ", "residual ", "main ", "shortcut "),
    ),
    Case(
        "a residual has one way around",
        "- {residual: [ReLU], shortcut: [], _shortcut: []}",
        refused="two-operations",
    ),
    Case(
        "a block's names may use the arguments of its call",
        """
        blocks:
          b:
            args: [n, m: x]
            layers:
              - {name: conv_$n, Dense: {units: 4}}
              - {name: "bn_$(n)_$m", from: conv_$n, ReLU: {}}
        layers:
          - {name: one, b: {n: 1}}
          - {name: s$i, b: {n: "$(i + 2)"}, repeat: 2}
        """,
        nodes="one.conv_1 one.bn_1_x s0.conv_2 s0.bn_2_x s1.conv_3 s1.bn_3_x",
    ),
]

NULLS = [
    Case(
        "null that an item left out would have used is no error",
        """
        vars: {n: null}
        layers: [ReLU, {when: $n != null, Dense: {units: 2 * $n}}]
        """,
        nodes="re_lu",
    ),
    Case(
        "null in a local value that only items left out use is no error",
        """
        blocks:
          b:
            args: [n, m: 3 * $n]
            let: {k: 2 * $n, l: $k + $m}
            layers: [ReLU, {when: $n != null, Dense: {units: $l}}]
        layers: [{b: {n: 2}}, {b: {n: null}}]
        """,
        nodes="b.re_lu b.dense b_2.re_lu",
        shapes={"b": (8, 8, 10)},
    ),
    Case(
        "null in a variable of the spec that only items left out use is no error",
        """
        vars: {n: null, m: 2 * $n, k: $m + 1}
        layers: [ReLU, {when: $n != null, Dense: {units: $k}}]
        """,
        nodes="re_lu",
        given=(),
    ),
    Case(
        "null in the repeat of an item left out is no error",
        "vars: {n: null}\nlayers: [ELU, {when: $n != null, repeat: $n - 1, ReLU: {}}]",
        nodes="elu",
    ),
    Case(
        "null in what is carried out is an error",
        "vars: {n: null, m: 2 * $n}\nlayers: [Dense: {units: $m}]",
        refused="expression-value",
    ),
    Case(
        "null in a local value that is used is an error",
        "blocks: {b: {args: [n], let: {k: 2 * $n}, layers: [Dense: {units: $k}]}}\n"
        "layers: [b: {n: null}]",
        refused="expression-value",
    ),
    Case(
        "null in a default that is used is an error",
        "blocks: {b: {args: [n, m: $n + 1], layers: [Dense: {units: $m}]}}\nlayers: [b: {n: null}]",
        refused="expression-value",
    ),
    Case(
        "null in the repeat of an item that is carried out is an error",
        "vars: {n: null}\nlayers: [{when: $n == null, repeat: $n - 1, ReLU: {}}]",
        refused="expression-value",
    ),
]

OUTPUTS = [
    Case(
        "where the last item is an output, the outputs are the named ones alone",
        """
        - {name: c, Dense: {units: 5}}
        - {name: b, output: []}
        - {name: a, output: [Dense: {units: 6}]}
        """,
        outputs={"b": "c", "a": "a.dense"},
        shapes={"a": (8, 8, 6), "b": (8, 8, 5)},
    ),
    Case(
        "the end of layers is main in any other network",
        "- {name: c, ReLU: {}}\n- {name: b, output: []}\n- {name: a, ELU: {}}",
        outputs={"main": "a", "b": "c"},
    ),
    Case(
        "an output at the end that is left out is none",
        "- ReLU\n- {name: a, output: []}\n- {name: b, when: false, output: []}",
        outputs={"main": "re_lu", "a": "re_lu"},
    ),
    Case(
        "an output that repeats at the end",
        "- {name: c, ReLU: {}}\n- {name: a, repeat: 2, output: [ELU]}",
        outputs={"a1": "a1.elu", "a2": "a2.elu"},
    ),
    Case(
        "an output that is used again at the end",
        "- {name: c, ReLU: {}}\n- {name: a, output: [ELU]}\n- {name: d, ReLU: {}}\n"
        "- {name: b, reuse: a}",
        outputs={"a": "a.elu", "b": "b.elu"},
    ),
    Case(
        "a group that is used again at the end is main, whatever it holds",
        "- {name: g, layers: [{name: a, output: []}]}\n- ReLU\n- {name: h, reuse: g}",
        outputs={"main": "re_lu", "g.a": "input", "h.a": "re_lu"},
    ),
    Case(
        "without main, what only leads to the end is a dead end",
        "- {name: c, ReLU: {}}\n- ELU\n- {name: a, from: c, output: []}",
        refused="dead-end",
    ),
    Case(
        "the end is claimed under main only where there is one",
        "layers: [ReLU, {name: a, output: []}]\nexpect: {shapes: {main: [8, 8, 4]}}",
        refused="unknown-name",
    ),
]

SECTIONS: Sections = {"paths": PATHS, "null": NULLS, "outputs": OUTPUTS}
CASES = [
    pytest.param(case, id=f"{section}: {case.sentence}")
    for section, cases in SECTIONS.items()
    for case in cases
]


@pytest.mark.parametrize("case", CASES)
def test_the_page_holds(case: Case, tmp_path: Path) -> None:
    if case.refused:
        with pytest.raises(SpecError) as refusal:
            compiled(case, tmp_path)
        assert {one.code for one in refusal.value.diagnostics} == {case.refused}
        return
    graph = compiled(case, tmp_path)
    check_nodes(case, graph)
    check_paths(case, graph)
    check_totals(case, graph)
