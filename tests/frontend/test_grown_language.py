"""What the language has gained since version 1: each sentence of its page holds.

The cases are those of `tests.frontend.test_language`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frontend.test_language import Case, Sections, cases_of, check_case

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

FANS = [
    Case(
        "a branch that repeats is a fan of branches, their names counted",
        "- {branches: {expert: {repeat: 3, layers: [Dense: {units: 4}]}}, merge: Add}",
        nodes="expert1.dense expert2.dense expert3.dense add",
        takes={"add": "expert1.dense expert2.dense expert3.dense"},
        scopes=(
            "model ",
            "branches ",
            "branch expert1",
            "branch expert2",
            "branch expert3",
        ),
    ),
    Case(
        "the name of a fan may hold variables of its repeat",
        """
        - branches:
            $(k)x$(k): {repeat: {k: [1, 3]}, layers: [Conv2D: {filters: $k, kernel_size: 1}]}
            own: []
          merge: Concatenate
        """,
        nodes="1x1.conv2d 3x3.conv2d concatenate",
        shapes={"main": (8, 8, 8)},
    ),
    Case(
        "a fan counts its repetitions with $i, and may have a condition for each",
        "- {branches: {b: {repeat: 3, when: $i != 1, layers: [Dense: {units: $i + 1}]}},"
        " merge: Concatenate}",
        nodes="b1.dense b3.dense concatenate",
        shapes={"main": (8, 8, 4)},
    ),
    Case(
        "a branch of a fan is named in from",
        "- {branches: {b: {repeat: 2, layers: [ReLU]}}, merge: Add}\n- {from: [b1, prev], Add: {}}",
        takes={"add_2": "b1.re_lu add"},
    ),
    Case(
        "a fan without a label is no step of a path",
        "- {branches: [{repeat: 2, layers: [{name: e$i, ReLU: {}}]}, []], merge: Add}",
        nodes="e0 e1 add",
        takes={"add": "e0 e1 input"},
    ),
    Case(
        "two branches of a fan with one name are an error",
        "- {branches: {'b$(k // 2)': {repeat: {k: [2, 3]}, layers: [ReLU]}}, merge: Add}",
        refused="duplicate-name",
    ),
    Case(
        "a branch without a repeat has no variables in its name",
        "vars: {n: 2}\nlayers: [{branches: {b$n: [ReLU], c: []}, merge: Add}]",
        refused="wrong-name",
    ),
    Case(
        "a shortcut does not repeat",
        "- {residual: [ReLU], shortcut: {repeat: 2, layers: [ReLU]}}",
        refused="unknown-key",
    ),
    Case(
        "a comprehension may have one if",
        "vars: {l: [1, 2, 3]}\nlayers: [Dense: {units: '$(sum([x for x in l if x != 2]))'}]",
        shapes={"main": (8, 8, 4)},
    ),
    Case(
        "a comprehension has no second if",
        "vars: {l: [1, 2]}\nlayers: [Dense: {units: '$(sum([x for x in l if x > 0 if x > 1]))'}]",
        refused="expression-syntax",
    ),
    Case(
        "an argument called i hides the counter",
        """
        blocks:
          b: {args: [i, j], layers: [{name: d, repeat: 2, Dense: {units: $i + $j}}]}
        layers: [{b: {i: $i, j: 5}, repeat: 2}]
        """,
        nodes="b.d1 b.d2 b_2.d1 b_2.d2",
        shapes={"b": (8, 8, 5), "b_2": (8, 8, 6)},
    ),
    Case(
        "a block may call itself where a when ends it",
        """
        blocks:
          fractal:
            args: [n]
            layers:
              - branches:
                  - [Dense: {units: 4}]
                  - {when: $n > 1, layers: [{repeat: 2, fractal: {n: $n - 1}}]}
                merge: Average
        layers: [fractal: {n: 3}]
        """,
        nodes="fractal.dense fractal.fractal.dense fractal.fractal.fractal.dense"
        " fractal.fractal.fractal_2.dense fractal.fractal.average fractal.fractal_2.dense"
        " fractal.fractal_2.fractal.dense fractal.fractal_2.fractal_2.dense"
        " fractal.fractal_2.average fractal.average",
    ),
    Case(
        "a block may call itself where a repeat ends it",
        "blocks: {b: {args: [n], layers: [ReLU, {repeat: $n, b: {n: $n - 1}}]}}\n"
        "layers: [b: {n: 2}]",
        nodes="b.re_lu b.b.re_lu b.b.b.re_lu b.b_2.re_lu b.b_2.b.re_lu",
    ),
    Case(
        "calls of itself are bounded by their depth",
        "blocks: {b: {layers: [ReLU, {when: $in.channels > 1, b: {}}]}}\nlayers: [b]",
        refused="recursion",
    ),
]

GATHERS = [
    Case(
        "a list of from may grow with the repetitions, and a merge of one is that tensor",
        """
        - {name: x0, ReLU: {}}
        - repeat: 2
          layers:
            - {from: [{name: x$k, repeat: {k: range($i + 1)}}], Concatenate: {}}
            - {name: "x$(i + 1)", Dense: {units: 4}}
        """,
        nodes="x0 x1 concatenate x2",
        takes={"x1": "x0", "concatenate": "x0 x1", "x2": "concatenate"},
    ),
    Case(
        "a gather may have a condition for each name, beside other names",
        """
        - {name: a0, ReLU: {}}
        - {name: a1, ELU: {}}
        - {name: a2, ReLU: {}}
        - {from: [{name: a$k, repeat: {k: [0, 1, 2]}, when: $k != 1}, a1, prev], Add: {}}
        """,
        takes={"add": "a0 a2 a1 a2"},
    ),
    Case(
        "a name that is gathered gets the count like that of an item",
        "- {name: a, repeat: 2, ReLU: {}}\n- {from: [{name: a, repeat: 2}], Add: {}}",
        takes={"add": "a1 a2"},
    ),
    Case(
        "a gather that is left out takes nothing",
        "- {name: a, ReLU: {}}\n- {from: [{name: a, when: false}, a, prev], Add: {}}",
        takes={"add": "a a"},
    ),
    Case(
        "a named merge of one tensor stands for that",
        "- {name: a, ReLU: {}}\n- {name: m, from: [{name: a, repeat: {k: [1]}, when: false}, a],"
        " Add: {}}\n- {from: m, ELU: {}}",
        nodes="a elu",
    ),
    Case(
        "from with every name left out is an error",
        "- {name: a, ReLU: {}}\n- {from: [{name: a, when: false}], Concatenate: {}}",
        refused="empty",
    ),
    Case(
        "a gather names what stands above, like any name of a from",
        "- {name: a0, ReLU: {}}\n- {from: [{name: a$k, repeat: {k: [0, 1]}}], Add: {}}",
        refused="unknown-name",
    ),
    Case(
        "what is gathered has a name",
        "- {name: a, ReLU: {}}\n- {from: [{repeat: 2}], Add: {}}",
        refused="missing-key",
    ),
    Case(
        "a gather of one tensor for a layer is no merge",
        "- {name: a, ReLU: {}}\n- {from: [{name: a, when: true}], ELU: {}}",
        takes={"elu": "a"},
    ),
]

INNER = """
vars: {n: 2, m: 2 * $n}
input: [4, 4, 4]
defaults: {Dense: {use_bias: false}}
blocks: {b: {args: [k], layers: [{name: d, Dense: {units: $m * $k}}, ReLU]}}
layers:
  - {name: one, b: {k: 1}}
  - {name: head, output: [Dense: {units: 7}]}
  - {name: two, layers: [{name: in, b: {k: 2}}, ELU]}
  - {name: three, Dense: {units: 5}}
variants: {wide: {vars: {n: 3}}}
expect: {parameters: 1}
"""

PARTS = [
    Case(
        "a block may be another spec, with its own vars, defaults and blocks",
        "vars: {n: 100}\nblocks: {p: {spec: inner.yaml}}\nlayers: [p, {Dense: {units: $n}}]",
        files={"inner.yaml": INNER},
        nodes="p.one.d p.one.re_lu p.two.in.d p.two.in.re_lu p.two.elu p.three dense",
        shapes={"p": (8, 8, 5), "main": (8, 8, 100)},
        parameters=4 * 4 + 4 * 8 + 8 * 5 + 5 * 100 + 100,
    ),
    Case(
        "spec is written as in extends, with a variant",
        "blocks: {p: {spec: inner.yaml@wide}}\nlayers: [p]",
        files={"inner.yaml": INNER},
        shapes={"p.one": (8, 8, 6)},
    ),
    Case(
        "vars change as in a variant",
        "blocks: {p: {spec: inner.yaml, vars: {n: 4}}}\nlayers: [p]",
        files={"inner.yaml": INNER},
        shapes={"p.one": (8, 8, 8), "p.two": (8, 8, 16)},
    ),
    Case(
        "vars that the spec does not have are an error",
        "blocks: {p: {spec: inner.yaml, vars: {k: 4}}}\nlayers: [p]",
        files={"inner.yaml": INNER},
        refused="unknown-variable",
    ),
    Case(
        "upto names the path that it ends in",
        "blocks: {p: {spec: inner.yaml, upto: two}}\nlayers: [p, ReLU]",
        files={"inner.yaml": INNER},
        nodes="p.one.d p.one.re_lu p.two.in.d p.two.in.re_lu p.two.elu re_lu",
        takes={"re_lu": "p.two.elu"},
    ),
    Case(
        "upto may lie within a group or a block",
        "blocks: {p: {spec: inner.yaml, upto: two.in}}\nlayers: [{name: q, p: {}}, ReLU]",
        files={"inner.yaml": INNER},
        nodes="q.one.d q.one.re_lu q.two.in.d q.two.in.re_lu re_lu",
        shapes={"q": (8, 8, 8)},
    ),
    Case(
        "the inner names are reached with dots",
        """
        blocks: {p: {spec: inner.yaml, upto: two}}
        layers: [{name: q, p: {}}, {from: [q.one, q.two, q.two.in.d], Concatenate: {}}]
        """,
        files={"inner.yaml": INNER},
        takes={"concatenate": "q.one.re_lu q.two.elu q.two.in.d"},
    ),
    Case(
        "further outputs of it are taps",
        "blocks: {p: {spec: inner.yaml}}\n"
        "layers: [{name: q, p: {}}, {from: q.head, ReLU: {}}, {from: [q, prev], Concatenate: {}}]",
        files={"inner.yaml": INNER},
        takes={"re_lu": "q.head.dense"},
        outputs={"main": "concatenate"},
    ),
    Case(
        "trainable: false reaches every layer",
        "blocks: {p: {spec: inner.yaml, trainable: false}}\nlayers: [p, {Dense: {units: 2}}]",
        files={"inner.yaml": INNER},
        args={
            "p.one.d": {"trainable": False},
            "p.two.elu": {"trainable": False},
            "dense": {"trainable": True},
        },
    ),
    Case(
        "two calls are two networks",
        "blocks: {p: {spec: inner.yaml, upto: one}}\nlayers: [p, p]",
        files={"inner.yaml": INNER},
        nodes="p.one.d p.one.re_lu p_2.one.d p_2.one.re_lu",
    ),
    Case(
        "reuse of a call shares its weights",
        "blocks: {p: {spec: inner.yaml, upto: one}}\n"
        "layers: [{name: a, p: {}}, {name: b, reuse: a}]",
        files={"inner.yaml": INNER},
        shares={"b.one.d": "a.one.d"},
    ),
    Case(
        "several inputs of the spec are the block's",
        "blocks: {p: {spec: two.yaml}}\n"
        "layers: [{name: a, ReLU: {}}, {name: b, ELU: {}}, {from: [a, b], p: {}}]",
        files={"two.yaml": "inputs: {x: [2], y: [3]}\nlayers: [{from: [y, x], Concatenate: {}}]"},
        takes={"p.concatenate": "b a"},
    ),
    Case(
        "a spec that is a block may have blocks that are specs",
        "blocks: {p: {spec: outer.yaml, upto: q.one}}\nlayers: [p]",
        files={
            "inner.yaml": INNER,
            "outer.yaml": "blocks: {p: {spec: inner.yaml}}\nlayers: [{name: q, p: {}}, ReLU]",
        },
        nodes="p.q.one.d p.q.one.re_lu",
    ),
    Case(
        "circles of specs are errors",
        "blocks: {p: {spec: outer.yaml}}\nlayers: [p]",
        files={"outer.yaml": "blocks: {p: {spec: spec.yaml}}\nlayers: [p]"},
        refused="extends-cycle",
    ),
    Case(
        "a spec cannot be a part of itself",
        "blocks: {p: {spec: spec.yaml}}\nlayers: [p]",
        refused="extends-cycle",
    ),
    Case(
        "a tap beyond upto is an error",
        "blocks: {p: {spec: inner.yaml, upto: one}}\n"
        "layers: [{name: q, p: {}}, {from: q.two, ReLU: {}}]",
        files={"inner.yaml": INNER},
        refused="unknown-name",
    ),
    Case(
        "an upto that is not there is an error",
        "blocks: {p: {spec: inner.yaml, upto: four}}\nlayers: [p]",
        files={"inner.yaml": INNER},
        refused="unknown-name",
    ),
    Case(
        "a spec brings its own layers",
        "blocks: {p: {spec: inner.yaml, layers: [ReLU]}}\nlayers: [p]",
        files={"inner.yaml": INNER},
        refused="unknown-key",
    ),
    Case(
        "upto belongs to spec",
        "blocks: {p: {upto: one, layers: [ReLU]}}\nlayers: [p]",
        refused="missing-key",
    ),
    Case(
        "a block needs layers or spec",
        "blocks: {p: {args: [n]}}\nlayers: [ReLU]",
        refused="missing-key",
    ),
    Case(
        "a spec outside of the folder is refused",
        "blocks: {p: {spec: ../inner.yaml}}\nlayers: [p]",
        refused="extends-outside",
    ),
    Case(
        "a variable may name a block that is a spec",
        "vars: {v: p}\nblocks: {p: {spec: inner.yaml, upto: one}}\nlayers: [$v]",
        files={"inner.yaml": INNER},
        nodes="p.one.d p.one.re_lu",
    ),
]

BLOCKS = """
blocks:
  first: {args: [units: 4], layers: [Dense: {units: $units}]}
  call: {args: [training: true], layers: [ReLU]}
"""

WORDS = [
    Case(
        "a block of version 1 that is called as a later word is called as ever",
        f"{BLOCKS}layers: [first, {{first: {{units: 5}}}}, call, {{call: {{training: false}}}}]",
        nodes="first.dense first_2.dense call.re_lu call_2.re_lu",
        shapes={"main": (8, 8, 5)},
    ),
    Case(
        "also beside the modifiers of version 1, and with nothing behind the colon",
        f"""{BLOCKS}layers:
  - {{name: a, first: , repeat: 2}}
  - {{name: b, from: a2, when: $in.channels == 4, call: {{}}}}
""",
        nodes="a1.dense a2.dense b.re_lu",
        takes={"b.re_lu": "a2.dense"},
    ),
    Case(
        "also by a variable, and used again",
        f"vars: {{which: first}}{BLOCKS}layers: [{{name: a, $which: {{}}}}, {{name: b, reuse: a}}]",
        nodes="a.dense b.dense",
        shares={"b.dense": "a.dense"},
    ),
    Case(
        "also in lists within items, also where the word is a modifier of the item",
        f"""{BLOCKS}layers:
  - residual: [call]
    shortcut: [first: {{units: 4}}]
    first: shortcut
  - branches: {{l: [call: {{}}], r: [first]}}
    merge: Add
""",
        nodes="shortcut.first.dense call.re_lu add l.call.re_lu r.first.dense add_2",
        takes={"add": "shortcut.first.dense call.re_lu"},
    ),
    Case(
        "beside another operation it is the modifier",
        f"{BLOCKS}layers: [{{Dropout: {{rate: 0.5}}, call: {{training: false}}}}]",
        args={"dropout": {"training": False}},
    ),
    Case(
        "beside another operation call is no block: it has arguments of the layer's call",
        f"{BLOCKS}layers: [{{Dropout: {{rate: 0.5}}, call: {{}}}}]",
        refused="wrong-value",
    ),
    Case(
        "beside another operation first is no block: it says shortcut",
        f"{BLOCKS}layers: [{{residual: [ReLU], first: {{}}}}]",
        refused="wrong-value",
    ),
    Case(
        "without a block of that name it is no operation",
        "- {name: a, call: {training: false}}",
        refused="no-operation",
    ),
    Case("nor is first", "- {name: a, first: {}}", refused="no-operation"),
]

SECTIONS: Sections = {
    "fans": FANS,
    "gathers": GATHERS,
    "words": WORDS,
    "parts": PARTS,
    "paths": PATHS,
    "null": NULLS,
    "outputs": OUTPUTS,
}


@pytest.mark.parametrize("case", cases_of(SECTIONS))
def test_the_page_holds(case: Case, tmp_path: Path) -> None:
    check_case(case, tmp_path)
