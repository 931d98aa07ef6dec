"""Specs that ask for too much, each as text, with the code of the diagnostic that must refuse
it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

HEAD = "archspec: 1\nname: hostile\ninput: [8, 8, 3]\n"


class Oversized(NamedTuple):
    """A spec that passes a bound. ``words`` must stand in the message: they name the bound."""

    text: Callable[[], str]
    code: str = ""
    words: str = ""


def _doubling() -> str:
    """300 bytes that stand for 2 ** 30 values."""
    return (
        HEAD
        + "vars:\n  a0: &a0 [1, 1]\n"
        + "".join(f"  a{i + 1}: &a{i + 1} [*a{i}, *a{i}]\n" for i in range(30))
        + "layers: [ReLU]\n"
    )


def _calls(body: str, levels: int = 30) -> str:
    """Blocks that call the next one twice: 2 ** levels calls."""
    blocks = "".join(f"  b{i}: {{layers: [b{i + 1}: , b{i + 1}: ]}}\n" for i in range(levels))
    return f"{HEAD}blocks:\n{blocks}  b{levels}: {{layers: [{body}]}}\nlayers: [b0]\n"


def _residual_calls() -> str:
    blocks = "".join(
        f"  b{i}: {{layers: [{{residual: [b{i + 1}], shortcut: [b{i + 1}]}}]}}\n" for i in range(18)
    )
    return f"{HEAD}blocks:\n{blocks}  b18: {{layers: [ReLU]}}\nlayers: [b0]\n"


def _argument(value: str) -> str:
    return f"{HEAD}layers: [{{Conv2D: {{filters: {value}, kernel_size: 1}}}}]\n"


def _vars(text: str) -> str:
    return f"{HEAD}vars: {{{text}}}\nlayers: [ReLU]\n"


def _long(kind: str) -> str:
    long = "x" * 100_000
    return {
        "key": f"{HEAD}vars:\n  ? {long}\n  : 1\nlayers: [ReLU]\n",
        "key on one line": _vars(f"{long}: 1"),
        "name": f"{HEAD}layers: [{{ReLU: , name: {long}}}]\n",
        "from": f"{HEAD}layers: [{{ReLU: , from: {long}}}]\n",
        "item": f"{HEAD}layers: [{long}]\n",
        "block": f"{HEAD}blocks:\n  ? {long}\n  : {{layers: []}}\nlayers: [{long}]\n",
        "grown": f"{HEAD}vars: {{t: {'x' * 900}}}\nlayers: [{{ReLU: , name: $t$t}}]\n",
        "path": (
            HEAD
            + "layers:\n"
            + "".join(f"{'  ' * i}- name: {'x' * 90}\n{'  ' * i}  layers:\n" for i in range(20))
            + "  " * 20
            + "- ReLU\n"
        ),
        "merge": f"{HEAD}layers: [{{branches: {{a: []}}, merge: {long}}}]\n",
        "extends": f"archspec: 1\nname: a\nextends: {long}\n",
        "spec": f"archspec: 1\nname: {long}\ninput: [8]\nlayers: [ReLU]\n",
        "expect": f"{HEAD}layers: [ReLU]\nexpect: {{shapes: {{{'x' * 999}: [1]}}}}\n",
    }[kind]


def _row_of_blocks(length: int) -> str:
    blocks = "".join(f"  b{i}: {{layers: [b{i + 1}: ]}}\n" for i in range(length))
    return f"{HEAD}blocks:\n{blocks}  b{length}: {{layers: [ReLU]}}\nlayers: [b0]\n"


def _doubling_reuse() -> str:
    """Each group uses the one before it twice."""
    groups = "".join(
        f"  - {{name: g{i + 1}, layers: [{{reuse: g{i}}}, {{reuse: g{i}}}]}}\n" for i in range(40)
    )
    return f"{HEAD}layers:\n  - {{name: g0, layers: [ReLU]}}\n{groups}"


def _misspelt_blocks(count: int) -> str:
    blocks = "".join(f"  block_number_{i}: {{layers: [ReLU]}}\n" for i in range(count))
    return f"{HEAD}blocks:\n{blocks}layers:\n" + "".join(
        f"  - blok_number_{i}\n" for i in range(count)
    )


def _misspelt_arguments(count: int) -> str:
    return f"{HEAD}layers:\n" + "".join(f"  - Conv2D: {{filtres_{i}: 1}}\n" for i in range(count))


def _misspelt_names(count: int) -> str:
    return f"{HEAD}layers:\n" + "".join(
        f"  - {{ReLU: , name: relu_number_{i}, from: rulu_number_{i}}}\n" for i in range(count)
    )


def _missing_variables(count: int) -> str:
    variables = ", ".join(f"variable_{i}: 1" for i in range(count))
    return f"{HEAD}vars: {{{variables}}}\nlayers:\n" + "".join(
        f"  - Dense: {{units: $variabel_{i}}}\n" for i in range(count)
    )


def _misspelt_keys(count: int) -> str:
    return f"{HEAD}layers:\n" + "".join(f"  - {{ReLU: , nmae_{i}-: a}}\n" for i in range(count))


def _wrong_values(count: int) -> str:
    return f"{HEAD}layers:\n" + "".join(
        f"  - Conv2D: {{filters: many_{i}, kernel_size: 1}}\n" for i in range(count)
    )


def _wrong_shapes(count: int) -> str:
    return f"{HEAD}layers:\n" + "".join(
        "  - {MaxPooling2D: {pool_size: 100}, from: input}\n" for i in range(count)
    )


def _dead_ends(count: int) -> str:
    return f"{HEAD}layers:\n" + "".join("  - {ReLU: , from: input}\n" for i in range(count))


def _uneven_rows(count: int) -> str:
    rows = ", ".join(f"{{key_{i}: 1}}" for i in range(count))
    return f"{HEAD}layers: [{{Dense: {{units: 1}}, repeat: [{rows}]}}]\n"


def _long_argument(items: str) -> str:
    return (
        f"{HEAD}vars: {{long: '$([1] * 9000)'}}\nblocks: {{b: {{args: [k], layers:"
        f" [ReLU]}}}}\nlayers: [{items}]\n"
    )


def _misread(text: str) -> str:
    return _argument(text * (100_000 // len(text)))


def _broken(text: str) -> str:
    return f"{HEAD}layers: [{text * (100_000 // len(text))}\n  ] ] :"


MISTAKES = [
    ("a misspelt block", _misspelt_blocks, 5_000, "unknown-layer"),
    ("a misspelt argument", _misspelt_arguments, 10_000, "unknown-argument"),
    ("a misspelt name", _misspelt_names, 8_000, "unknown-name"),
    ("a missing variable", _missing_variables, 10_000, "unknown-name"),
    ("a misspelt key", _misspelt_keys, 10_000, "unknown-key"),
    ("a wrong value", _wrong_values, 10_000, "wrong-value"),
    ("a wrong shape", _wrong_shapes, 10_000, "shape-mismatch"),
    ("a dead end", _dead_ends, 15_000, "dead-end"),
    ("a row of another shape", _uneven_rows, 10_000, "wrong-repeat"),
]
"""Mistakes by the thousand, where each could be compared with thousands of names."""

MISREAD = {
    "digits and signs": "1+", "spaces": "1 ", "names": "width ", "dollars": "$", "quotes": "'a' ", "dots": "1.1.", "colons": "a:b",
}  # fmt: skip
BROKEN = {
    "x": "x", "quotes": "'a' ", "commas": "a, ", "colons": "a: b ", "brackets": "[a], ", "dashes": "- ", "dollars": "$a [",
    "comments": " #", "tabs": "\t",
}  # fmt: skip
"""Texts that take a pattern of a complaint's words long to read."""

LONG = {
    "key": ("bound-name", "characters"),
    "key on one line": ("yaml-syntax", ""),
    "name": ("wrong-name", "characters"),
    "from": ("wrong-name", "characters"),
    "item": ("unknown-layer", ""),
    "block": ("bound-name", "characters"),
    "grown": ("wrong-name", "characters"),
    "path": ("bound", "characters"),
    "merge": ("unknown-layer", ""),
    "extends": ("file-not-found", ""),
    "spec": ("bound-name", "characters"),
    "expect": ("unknown-name", ""),
}


def _many_inputs() -> str:
    """A layer that takes a thousand tensors, ninety thousand times."""
    named = "".join(f"  - {{ReLU: , name: a{i}}}\n" for i in range(1_000))
    names = ", ".join(f"a{i}" for i in range(1_000))
    return f"{HEAD}layers:\n{named}  - {{repeat: 90_000, from: [{names}], Add: }}\n"


def _attention() -> str:
    return (
        "archspec: 1\nname: hostile\ninput: [4, 4]\nlayers:\n  - {name: a, ReLU: }\n  - {repeat: 9_000,"
        " from: [a, a], MultiHeadAttention: {num_heads: 1, key_dim: 1, output_shape: '$([1] * 9999)'}}\n"
    )


TABLE = {
    "attention with an output of 10,000 axes": Oversized(_attention, "shape-mismatch", "axes"),
    "an input of 90,000 axes": Oversized(
        lambda: f"archspec: 1\nname: hostile\ninput: [{'1, ' * 90_000}1]\nlayers: [ReLU]\n",
        "bound-network",
        "axes",
    ),
    "90,000 layers of 1,000 inputs": Oversized(_many_inputs, "bound-network", "more than"),
    "layers that each take all before them": Oversized(
        lambda: (
            f"{HEAD}layers:\n- {{name: x0, ReLU: }}\n- repeat: {{t: '$(range(1, 3000))'}}\n"
            "  name: x$t\n  from: [{name: x$k, repeat: {k: range($t)}}, input]\n  Add:\n"
        ),
        "bound-network",
        "more than",
    ),
    "fans in fans": Oversized(
        lambda: (
            f"{HEAD}layers: [{{branches: {{e: {{repeat: 300, layers: [{{branches: {{f: {{repeat: 300,"
            " layers: [ReLU]}}, merge: Add}]}}, merge: Add}]\n"
        ),
        "bound-network",
        "more than",
    ),
    "declared kinds of 900 weights": Oversized(
        lambda: (
            f"{HEAD}kinds: {{Big: {{keras: 'm:K', weights: {{"
            + ", ".join(f"w{number}: '$([2] * 30)'" for number in range(900))
            + "}}}\nlayers: [{repeat: 50000, Big: }]\n"
        ),
        "bound-network",
        "more than",
    ),
    "100,000 different layers": Oversized(
        lambda: f"{HEAD}layers: [{{repeat: 99_999, Rescaling: {{scale: '$([$i] * 3)'}}}}]\n",
        "bound-network",
        "more than",
    ),
    "lists of 10,000 numbers as arguments": Oversized(
        lambda: (
            "archspec: 1\nname: hostile\ninput: [9999]\n"
            "layers: [{repeat: 99_999, Rescaling: {scale: '$([$i] * 9999)'}}]\n"
        ),
        "bound-network",
        "elements",
    ),
    "text of 5 MB": Oversized(
        lambda: HEAD + "layers:\n" + "  - ReLU\n" * 500_000, "bound-text", "bytes"
    ),
    "one comment of 5 MB": Oversized(lambda: HEAD + "#" * 5_000_000, "bound-text", "bytes"),
    "10,000 brackets": Oversized(
        lambda: HEAD + "layers: " + "[" * 10_000 + "]" * 10_000, "bound-nesting", "levels"
    ),
    "10,000 brackets that are not closed": Oversized(
        lambda: HEAD + "layers: " + "[" * 10_000, "bound-nesting", "levels"
    ),
    "10,000 braces": Oversized(
        lambda: HEAD + "vars: " + "{a: " * 10_000 + "}" * 10_000, "bound-nesting", "levels"
    ),
    "10,000 dashes": Oversized(
        lambda: HEAD + "layers:\n  " + "- " * 10_000 + "ReLU\n", "bound-nesting", "levels"
    ),
    "1,000 indented keys": Oversized(
        lambda: "".join(" " * i + "a:\n" for i in range(1_000)), "bound-nesting", "levels"
    ),
    "10,000 brackets as a key": Oversized(
        lambda: HEAD + "vars: {" + "? [" * 10_000, "bound-nesting", "levels"
    ),
    "groups in one another": Oversized(
        lambda: HEAD + "layers: " + "[layers: " * 3_000 + "[ReLU]" + "]" * 3_000,
        "bound-nesting",
        "levels",
    ),
    "doubling aliases": Oversized(_doubling, "bound-values", "values"),
    "a cycle of aliases": Oversized(
        lambda: HEAD + "layers: &a [layers: *a]\n", "yaml-cycle", "never end"
    ),
    "100,000 values": Oversized(
        lambda: HEAD + "vars: {a: [" + "1, " * 100_001 + "1]}\nlayers: [ReLU]\n",
        "bound-values",
        "values",
    ),
    "many aliases": Oversized(
        lambda: HEAD + "vars:\n  a: &a [1]\n  b: [" + "*a, " * 100_001 + "]\nlayers: [ReLU]\n",
        "bound-values",
        "values",
    ),
    "repeat: 1000000000": Oversized(
        lambda: HEAD + "layers: [{ReLU: , repeat: 1000000000}]\n", "bound-network", "repetitions"
    ),
    "repeat by an expression": Oversized(
        lambda: HEAD + "layers: [{ReLU: , repeat: $(10 ** 9)}]\n", "bound-network", "repetitions"
    ),
    "repeats that multiply": Oversized(
        lambda: (
            HEAD + "layers: [{repeat: 1000, layers: [{repeat: 1000, layers: [{repeat: 1000, layers:"
            " [ReLU]}]}]}]\n"
        ),
        "bound",
        "layers",
    ),
    "empty repeats that multiply": Oversized(
        lambda: (
            HEAD + "layers: [{repeat: 1000, layers: [{repeat: 1000, layers: [{repeat: 1000, layers:"
            " []}]}]}]\n"
        ),
        "bound",
        "layers",
    ),
    "repeats of what is left out": Oversized(
        lambda: (
            HEAD
            + "layers: [{repeat: 100000, layers: [{ReLU: , when: false, repeat: 100000}]}, ReLU]\n"
        ),
        "bound",
        "layers",
    ),
    "repeats of no repetition": Oversized(
        lambda: (
            HEAD
            + "layers: [{repeat: 100000, layers: ["
            + "{ReLU: , repeat: 0}, " * 1000
            + "]}, ReLU]\n"
        ),
        "bound",
        "layers",
    ),
    "blocks that double": Oversized(lambda: _calls("ReLU"), "bound", "layers"),
    "blocks that double nothing": Oversized(lambda: _calls(""), "bound", "layers"),
    "blocks that double a mistake": Oversized(
        lambda: _calls("{Conv2D: {filters: $(1 / 0), kernel_size: 1}}"), "expression-value", "zero"
    ),
    "blocks that double in residuals": Oversized(_residual_calls, "bound", "layers"),
    "a row of 1,000 blocks": Oversized(lambda: _row_of_blocks(1000), "bound", "deep"),
    "reuse that doubles": Oversized(_doubling_reuse, "bound", "layers"),
    "blocks in a circle": Oversized(
        lambda: HEAD + "blocks: {a: {layers: [b]}, b: {layers: [a]}}\nlayers: [a]\n",
        "recursion",
        "itself",
    ),
    "9**9**9": Oversized(lambda: _argument("$(9**9**9)"), "bound", "integer"),
    "9**9**9 of variables": Oversized(
        lambda: (
            f"{HEAD}vars: {{n: 9}}\nlayers: [{{Conv2D: {{filters: $n ** $n ** $n, kernel_size:"
            " 1}}]\n"
        ),
        "bound",
        "integer",
    ),
    "[0] * 10**9": Oversized(lambda: _argument('"$([0] * 10**9)"'), "bound", "elements"),
    "range(10**9)": Oversized(lambda: _argument("$(len(range(10**9)))"), "bound", "elements"),
    "lists of lists": Oversized(
        lambda: _argument('"$([[[0] * 5000] * 5000] * 5000)"'), "bound", "elements"
    ),
    "comprehensions in one another": Oversized(
        lambda: _argument(
            '"$(len([[[x for x in range(5000)] for y in range(5000)] for z in range(5000)]))"'
        ),
        "bound",
        "elements",
    ),
    "sums in a comprehension in a repeat": Oversized(
        lambda: (
            f'{HEAD}layers: [{{repeat: 10000, ReLU: , when: "sum([sum(range(5000)) for $x in'
            ' range(5000)]) == 0"}, ReLU]\n'
        ),
        "bound",
        "elements",
    ),
    "an expression of 100 kB": Oversized(
        lambda: _argument("$(" + "1 + " * 25_000 + "1)"), "bound", "characters"
    ),
    "a deep expression": Oversized(
        lambda: _argument("$(" + "(" * 900 + "1" + ")" * 900 + ")"), "bound", "deep"
    ),
    "a deep chain of signs": Oversized(
        lambda: _argument("$(" + "-" * 1900 + "1)"), "bound", "deep"
    ),
    "a deep chain of nots": Oversized(
        lambda: f"{HEAD}layers: [{{ReLU: , when: $({'not ' * 450}true)}}]\n", "bound", "deep"
    ),
    "a deep chain of ifs": Oversized(
        lambda: _argument("$(" + "1 if true else " * 120 + "1)"), "bound", "deep"
    ),
    "a deep chain of powers": Oversized(
        lambda: _argument("$(" + "1 ** " * 390 + "1)"), "bound", "deep"
    ),
    "a deep chain of indices": Oversized(
        lambda: _argument('"$(' + "[" * 300 + "1" + "]" * 300 + "[0]" * 300 + ')"'), "bound", "deep"
    ),
    "a number of 1,000 digits": Oversized(
        lambda: _argument("1" * 1000), "bound-number", "larger than"
    ),
    "a number of 100,000 digits": Oversized(lambda: _argument("1" * 100_000), "bound-number"),
    "a float beyond floats": Oversized(lambda: _argument("1e999"), "bound-number"),
    "a number of 1,500 digits in an expression": Oversized(
        lambda: _argument("$(" + "1" * 1500 + ")"), "bound", "integer"
    ),
    "300 variables in a chain": Oversized(
        lambda: _vars(", ".join([*(f"v{i}: $v{i + 1} + 1" for i in range(300)), "v300: 1"])),
        "bound-network",
        "variables",
    ),
    "variables that double a list": Oversized(
        lambda: _vars(", ".join(["l0: [0]", *(f"l{i + 1}: $l{i} + $l{i}" for i in range(40))])),
        "bound",
        "elements",
    ),
    "variables that double a product": Oversized(
        lambda: _vars(", ".join(["l0: 9", *(f"l{i + 1}: $l{i} * $l{i}" for i in range(40))])),
        "bound",
        "integer",
    ),
    "100,000 branches": Oversized(
        lambda: (
            HEAD
            + "layers: [{merge: Add, branches: {"
            + ", ".join(f"b{i}: []" for i in range(100_000))
            + "}}]\n"
        ),
        "bound-",
    ),
    "a table of 100,000 rows": Oversized(
        lambda: HEAD + "layers: [{Dense: {units: $k}, repeat: [" + "{k: 1}, " * 100_000 + "]}]\n",
        "bound-",
    ),
    **{
        f"{count:,} times {what}": Oversized(partial(make, count), code)
        for what, make, count, code in MISTAKES
    },
    "a long list for a block that repeats": Oversized(
        lambda: _long_argument("{b: {k: $long}, repeat: 100000}"), "bound", "elements"
    ),
    "a long list for a layer that repeats": Oversized(
        lambda: _long_argument("{Reshape: {target_shape: $long}, repeat: 100000}"), "shape-mismatch"
    ),
    "a long shape": Oversized(
        lambda: _long_argument("{Reshape: {target_shape: $long}}, {ReLU: , repeat: 100000}"), ""
    ),
    **{
        f"100 kB of {kind} where a number belongs": Oversized(partial(_misread, text))
        for kind, text in MISREAD.items()
    },
    **{
        f"100 kB of {kind} in a broken line": Oversized(partial(_broken, text))
        for kind, text in BROKEN.items()
    },
    "an axis of 10**18": Oversized(
        lambda: "archspec: 1\nname: a\ninput: [1000000000000000000]\nlayers: [ReLU]\n",
        "wrong-value",
    ),
    "an axis that grows": Oversized(
        lambda: HEAD + "layers: [{UpSampling2D: {size: 1000}, repeat: 1000}]\n", "shape-mismatch"
    ),
    "channels that double": Oversized(
        lambda: HEAD + "layers: [{Concatenate: {}, from: [prev, prev], repeat: 1000}]\n",
        "shape-mismatch",
    ),
    **{
        f"100 kB of {kind}": Oversized(partial(_long, kind), code, words)
        for kind, (code, words) in LONG.items()
    },
}
