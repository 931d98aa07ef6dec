"""What a complaint advises works when it is followed literally: the words of its help, the edit
that they ask for, and what is wrong then.

Every way that a help offers has a row of its own, since a reader may take any of them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.library import Reference
from archspec.frontend.overrides import read_override
from tests.paths import CORPUS


class Advice(NamedTuple):
    """Words of a help of a spec of the corpus, the edits that follow them (the old text stands
    there once), and the codes that remain.
    """

    name: str
    words: str
    edits: tuple[tuple[str, str], ...]
    remain: tuple[str, ...] = ()
    variant: str = ""
    sets: tuple[str, ...] = ()


POOLING = "  - GlobalAveragePooling2D: {}\n    from: stem\n"
NESTED = "  - repeat: 2\n    layers:\n      - repeat: 2\n        layers:\n"
SHORTCUT = "      - shortcut:\n          - Conv2D: {filters: 16, kernel_size: 1}\n"
INSIDE = "        shortcut: [Conv2D: {filters: 32, kernel_size: 1}]\n      - ReLU\n"
MAPPING = """\
      layers:
        - Conv2D: {filters: 16, kernel_size: 3, padding: same}
      shortcut:
        - Conv2D: {filters: 16, kernel_size: 1}
"""
INLINE = (
    "residual: [Conv2D: {filters: 8, kernel_size: 1}, shortcut: [Conv2D: {filters: 8, kernel_size:"
    " 1}]]"
)

ADVICE = [
    # A dead end: the item that takes another tensor, the whole chain, or another use of it
    Advice(
        "dead-end-layer", "remove that `from`", ((POOLING, "  - GlobalAveragePooling2D: {}\n"),)
    ),
    Advice(
        "dead-end-layer",
        "remove `Conv2D` on line 7 and `ReLU` on line 8, which lead only here",
        (("  - Conv2D: {filters: 32, kernel_size: 3, padding: same}\n  - ReLU\n", ""),),
    ),
    Advice(
        "dead-end-layer",
        "put `name: kept` beside that `ReLU:`, and take it further down with `from: kept`",
        (("  - ReLU\n", "  - ReLU:\n    name: kept\n"), ("from: stem", "from: kept")),
    ),
    Advice("dead-end-branch-output", "remove that `from`", (("          from: a\n", ""),)),
    Advice("dead-end-calls", "remove that `from`", (("    from: stem\n", ""),)),
    Advice(
        "dead-end-merge", "add `prev` to that `from`", (("[left, right]", "[left, right, prev]"),)
    ),
    Advice(
        "dead-end-beside-other-mistakes",
        "remove that `from`",
        (("    from: stem\n", ""),),
        ("shape-mismatch",),
    ),
    Advice(
        "dead-end-from-with-repeat",
        "put the item in a group, `- layers: [...]`, and the `from` beside it",
        (
            (
                (
                    "  - Conv2D: {filters: 16, kernel_size: 3, padding: same}\n    from: stem\n   "
                    " repeat: 3\n"
                ),
                (
                    "  - layers:\n      - Conv2D: {filters: 16, kernel_size: 3, padding: same}\n   "
                    "     repeat: 3\n    from: stem\n"
                ),
            ),
        ),
    ),
    Advice(
        "dead-end-repeated-group",
        "remove that `from`, so that each repetition goes on from the one before",
        (("        from: stem\n", ""),),
    ),
    # Names in repetitions
    Advice("name-twice-in-repeat", "write `name: conv$i`", (("name: conv", "name: conv$i"),)),
    Advice(
        "name-twice-by-equal-values",
        "write `name: conv$k-$i`",
        (("name: conv$k", "name: conv$k-$i"),),
    ),
    Advice(
        "name-twice-in-nested-repeats",
        "give every repeated group around it, on line 6 and line 8, a name too, such as `name:"
        " stage`",
        (
            (
                NESTED,
                NESTED.replace("layers:", "name: stage\n    layers:", 1).replace(
                    "        layers:", "        name: stage\n        layers:"
                ),
            ),
        ),
    ),
    Advice(
        "structure-repeat-lists",
        "give `strides` one value for each of the 3 repetitions",
        (("[1, 2]", "[1, 2, 2]"), ("$stride,", "$stride,")),
    ),
    # Residuals and what stands beside them
    Advice(
        "shape-residual-channels",
        "beside `residual`, indented as it is, add `shortcut: [Conv2D: {filters: 128, kernel_size:"
        " 1}]`",
        (
            (
                "      - BatchNormalization\n",
                (
                    "      - BatchNormalization\n    shortcut: [Conv2D: {filters: 128, kernel_size:"
                    " 1}]\n"
                ),
            ),
        ),
    ),
    Advice(
        "schema-shortcut-inside",
        "move it below all these items, without its `- `, and indent it by 4 spaces, as `residual`"
        " on line 6",
        (
            (SHORTCUT, SHORTCUT.replace("      - shortcut", "    shortcut")),
            (INSIDE, "      - ReLU\n    shortcut: [Conv2D: {filters: 32, kernel_size: 1}]\n"),
            (
                MAPPING,
                re.sub("^      (layers:\n)|^  (?=    shortcut)", "", MAPPING, flags=re.MULTILINE),
            ),
            (
                f"  - {INLINE}",
                (
                    "  - {residual: [Conv2D: {filters: 16, kernel_size: 1}], shortcut: [Conv2D:"
                    " {filters: 16, kernel_size: 1}]}"
                ),
            ),
        ),
    ),
    Advice(
        "schema-shortcut-after",
        "to belong to the item above, remove its `- ` and indent it by 4 spaces",
        (
            ("  - shortcut:", "    shortcut:"),
            ("kernel_size: 1}\n    shortcut: []\n", "kernel_size: 1}\n"),
        ),
    ),
    Advice(
        "text-shortcut-among-items",
        "indent it by 4 spaces, as `residual` on line 6",
        (("      shortcut:\n", "    shortcut:\n"),),
    ),
    Advice(
        "text-shortcut-below-bare-item",
        "indent it by 4 spaces, as `residual` on line 6",
        (("        shortcut:", "    shortcut:"),),
    ),
    Advice(
        "structure-empty-residual",
        "such as `residual: [BatchNormalization]`",
        (("residual: []", "residual: [BatchNormalization]"),),
    ),
    Advice(
        "schema-merge-inside",
        "move it below all these branches, and indent it by 4 spaces, as `branches` on line 6",
        (
            ("      merge: Concatenate\n", "    merge: Concatenate\n"),
            ("          merge: Add\n", ""),
            ("      merge: {Concatenate", "    merge: {Concatenate"),
            ("  - merge: Add", "    merge: Add"),
        ),
    ),
    Advice(
        "schema-identity",
        "write `skip: []`",
        (("skip: identity", "skip: []"), ("shortcut: true", "shortcut: []")),
    ),
    Advice("name-identity", "a list without items, `[]`, is the identity", (("[identity]", "[]"),)),
    # Items and lists
    Advice(
        "structure-two-operations",
        "make each an item of its own, `- BatchNormalization` and `- ReLU`, its `-` below the one"
        " of `Conv2D`",
        (
            ("    BatchNormalization:\n    ReLU:\n", "  - BatchNormalization\n  - ReLU\n"),
            ("    layers:\n", "  - layers:\n"),
        ),
    ),
    Advice(
        "structure-two-operations",
        "to have the items of `layers` in the residual, put them into the list below `residual:`",
        (
            ("    BatchNormalization:\n    ReLU:\n", "  - BatchNormalization\n  - ReLU\n"),
            ("    layers:\n", ""),
        ),
    ),
    Advice(
        "text-item-at-the-column-of-keys",
        "indent it by 2 spaces if it is an item of its own",
        (("    - ReLU:", "  - ReLU:"),),
    ),
    Advice(
        "schema-output-is-a-word",
        "`output: []` for what the item above gives",
        (
            ("output: aux\n", "output: []\n"),
            ("output: Flatten", "output: [Flatten]"),
            ("layers: relu", "layers: [ReLU]"),
            ("  - output: aux1", "  - name: aux1\n    output: []"),
        ),
    ),
    Advice(
        "schema-repeat-lists",
        "write `repeat: {units: [128, 64]}`",
        (
            ("{units: 128}", "{units: [128, 128]}"),
            ("repeat: [128, 64]", "repeat: {units: [128, 64]}"),
        ),
    ),
    Advice(
        "schema-variant-keys",
        "a variant's name is its key, `widest`: remove this",
        (
            ("{width: 12}", "{vars: {width: 12}}"),
            ("{var:", "{vars:"),
            ("name: huge, ", ""),
            ("[3]", "{vars: {width: 3}}"),
        ),
    ),
    # Shapes
    Advice(
        "shape-rank-flatten-missing",
        "put `- Reshape: {target_shape: [28, 28, 1]}` before it",
        (
            (
                "  - Conv2D: {filters: 16",
                "  - Reshape: {target_shape: [28, 28, 1]}\n  - Conv2D: {filters: 16",
            ),
        ),
    ),
    Advice(
        "shape-rank-after-pooling",
        "put `- Reshape: {target_shape: [16, 1]}` before it",
        (
            ("1D\n  - Conv1D", "1D\n  - Reshape: {target_shape: [16, 1]}\n  - Conv1D"),
            ("  - Dense", "  - Flatten\n  - Dense"),
        ),
    ),
    Advice(
        "shape-reshape-rest",
        "such as `[2, 10]`",
        (("[3, -1]", "[2, 10]"), ("[7, 5]", "[-1, 5]")),
        ("shape-mismatch",),
    ),
    Advice(
        "shape-unknown-size",
        "`GlobalAveragePooling2D` in place of `Flatten`",
        (("Flatten", "GlobalAveragePooling2D"),),
    ),
    Advice(
        "shape-unknown-size",
        "write sizes in place of `null` in `input` on line 3",
        (("[null, null, 3]", "[28, 28, 3]"),),
    ),
    Advice(
        "shape-groups-of-filters",
        "for 32 channels and 30 filters, `groups` can be 1, 2",
        (("groups: 4}", "groups: 2}"),),
    ),
    # Text, and the command line
    Advice(
        "text-asterisk",
        "put the other factor before it: `2 * $width`",
        (("*$width", "2 * $width"),),
    ),
    Advice(
        "text-tab",
        "indent this line by 6 spaces instead, and likewise line 12",
        (("\tfilters", "      filters"), ("\tkernel", "      kernel")),
    ),
    Advice(
        "text-control-character",
        "delete it with what follows, `ESC[1m`",
        (("\x1b[1m", ""), ("\x1b[0m", "")),
    ),
    Advice("variant-kind-of-expression", "write a number", (('"[$deep]"', "8"),), variant="wide"),
    Advice(
        "extends-without-yaml",
        "for the file write `bases/lenet.yaml`",
        (("bases/lenet", "bases/lenet.yaml"),),
    ),
    Advice(
        "set-argument",
        "put `units: 100` into `vars`, write `Dense: {units: $units}` and give `--set units=10`",
        (
            ("{width: 6}", "{width: 6, units: 100}"),
            ("Dense: {units: 100}", "Dense: {units: $units}"),
        ),
        sets=("units=10",),
    ),
]


def complaints(path: Path, variant: str = "", sets: tuple[str, ...] = ()) -> tuple[Diagnostic, ...]:
    try:
        graph = Compiler(allow_outside=True).compile(
            Reference(str(path), variant or None), dict(map(read_override, sets))
        )
    except SpecError as error:
        return error.diagnostics
    return graph.warnings


def before(one: Advice) -> tuple[Diagnostic, ...]:
    path = CORPUS / f"{one.name}.yaml"
    sets = tuple(re.findall(r"--set (\S+)", path.read_text(encoding="utf-8").partition("\n")[0]))
    return complaints(path, one.variant, sets)


@pytest.mark.parametrize("one", ADVICE, ids=lambda one: f"{one.name}: {one.words[:40]}")
def test_advice_works(one: Advice, tmp_path: Path) -> None:
    assert any(one.words in (told.help or "") for told in before(one)), [
        told.help for told in before(one)
    ]
    text = (CORPUS / f"{one.name}.yaml").read_text(encoding="utf-8")
    for old, new in one.edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    (tmp_path / "bases").symlink_to(CORPUS / "bases")
    mended = tmp_path / f"{one.name}.yaml"
    mended.write_text(text, encoding="utf-8")
    assert tuple(told.code for told in complaints(mended, one.variant, one.sets)) == one.remain
