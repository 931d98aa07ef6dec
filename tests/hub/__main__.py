"""Specs of specs/hub, all if none is named → the table of their proofs; exit code 1 where one is
not equal. Needs `keras-hub` (extra ``hub``).

python -m tests.hub [NAME...]
"""

from __future__ import annotations

import sys
import textwrap
import traceback
from typing import Any

from tests.equivalence.table import SAME_TOLERANCE, TOLERANCE
from tests.hub.cases import BY_SPEC, CASES, Case
from tests.hub.prove import is_equal, prove

HEAD = (
    f"{'spec':<12} {'backbone':<20} {'weights':>7} {'parameters':>10} {'difference':>10} {'source':>7}"
    f"  full size"
)

FOOT = f"""
difference: of the outputs of KerasHub's model and ours from the same weights, relative to the largest, at most
{TOLERANCE:.0g}; source: of ours and that of the source that we emit, at most {SAME_TOLERANCE:.0g}; full size: the parameters of
KerasHub's presets, which are ours."""


def main(names: list[str]) -> int:
    equal = True
    print(HEAD)
    for case in [BY_SPEC[f"hub/{name}"] for name in names] or CASES:
        line, right = row(case)
        print(line, flush=True)
        equal = equal and right
    print(FOOT)
    return 0 if equal else 1


def row(case: Case) -> tuple[str, bool]:
    """The proof of a case as a line of the table, and whether it is equal; an error is indented
    below its name.
    """
    name = case.spec.removeprefix("hub/")
    try:
        proof = prove(case)
    except Exception:  # whatever is wrong with this network, the next one is proven
        return f"{name:<12} fails\n" + textwrap.indent(traceback.format_exc(), "    "), False
    right = is_equal(proof)
    return _line(case, name, proof) + ("" if right else "  differs"), right


def _line(case: Case, name: str, proof: dict[str, Any]) -> str:
    backbone = case.backbone.rpartition(".")[2]
    sizes = f"{proof['weights']:>7} {proof['parameters']:>10,}"
    numbers = f"{proof['difference']:>10.1g} {proof['source']:>7.1g}"
    full = ", ".join(f"{parameters:,}" for parameters in case.published.values())
    return f"{name:<12} {backbone:<20} {sizes} {numbers}  {full}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
