"""Functions of `keras.applications`, all if none is named → the table of their proofs; exit code 1
where a spec is not equal.

python -m tests.equivalence [FUNCTION...]
"""

from __future__ import annotations

import sys

from tests.equivalence.table import FOOT, HEAD, is_equal, proofs, row
from tests.equivalence.zoo import CASES, LABELLED


def main(labels: list[str]) -> int:
    equal = True
    print(HEAD)
    for one in proofs([LABELLED[label] for label in labels] or CASES):
        print(row(one), flush=True)
        equal = equal and is_equal(one)
    print(FOOT)
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
