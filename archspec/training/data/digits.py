"""The 1,797 handwritten digits that archspec ships, 8×8 pixels of 0 to 16.

The test set of E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C50P49, under CC BY 4.0, in the file that
scikit-learn carries: a row for each, its 64 pixels and its digit.
"""

from __future__ import annotations

from pathlib import Path

import numpy

from archspec.training.data.source import Contents, Examples, Locator

FILE = Path(__file__).with_name("digits.csv.gz")

ROWS = 1797
EVERY = 5
"""Every fifth row, from the first, is of the part ``test``: rows in a row are by one writer."""


class Digits:
    """The digits: 1,437 to train on, 360 to test on, or ``all``, in the order of the file."""

    def __init__(self, place: Locator) -> None:
        pass

    def contents(self) -> Contents:
        """Images of 8×8, in ten classes."""
        tested = len(range(0, ROWS, EVERY))
        parts = {"train": ROWS - tested, "test": tested, "all": ROWS}
        return Contents(parts, (8, 8, 1), "uint8", 10, tuple("0123456789"), "add `resize: input`")

    def examples(self, part: str) -> Examples:
        """The digits of a part."""
        rows = numpy.loadtxt(FILE, delimiter=",", dtype=numpy.uint8)
        tested = numpy.arange(ROWS) % EVERY == 0
        if part != "all":
            rows = rows[tested if part == "test" else ~tested]
        return Examples(rows[:, :-1].reshape(-1, 8, 8, 1), rows[:, -1].astype(numpy.int64))
