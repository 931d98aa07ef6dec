"""``npz:FILE`` → the arrays ``x_train`` and ``y_train``, ``x_test`` and ``y_test``, and those of
other parts by the same rule, of a file that numpy has written; or one ``x`` and ``y``, the part
``all``.
"""

from __future__ import annotations

import zipfile
from functools import cached_property
from pathlib import Path

import numpy

from archspec.files import reason
from archspec.spelling import listed_names
from archspec.training.data.arrays import Arrays, InMemory, checked
from archspec.training.data.source import Locator, Unusable

LAYOUT = "store `x_train`, `y_train`, `x_test` and `y_test`, as `numpy.savez` does by keywords"


class Npz(InMemory):
    """The parts of an ``.npz`` file. Nothing in it is unpickled, so that it runs no code."""

    def __init__(self, place: Locator) -> None:
        self.name = f"npz:{place.name}"
        self.path = place.folder / place.name

    @cached_property
    def parts(self) -> dict[str, Arrays]:
        """The arrays of each part. Raises `Unusable`."""
        arrays = _arrays(self.path)
        parts = {}
        for name in arrays:
            stem, _, part = name.partition("_")
            if stem != "x" or (part == "" and name != "x"):
                continue
            labels = name.replace("x", "y", 1)
            if labels not in arrays:
                raise Unusable(f"`{self.path}` has `{name}` and no `{labels}`", LAYOUT)
            parts[part or "all"] = checked(
                self.name, part or "all", Arrays(arrays[name], arrays[labels])
            )
        if not parts:
            held = f"it holds {listed_names(arrays)}" if arrays else "it is empty"
            raise Unusable(f"`{self.path}` has no arrays of examples: {held}", LAYOUT)
        return parts


def _arrays(path: Path) -> dict[str, numpy.ndarray]:
    try:
        file = numpy.load(path, allow_pickle=False)
        if isinstance(file, numpy.ndarray):
            raise Unusable(f"`{path}` holds one array, and no examples with labels", LAYOUT)
        with file:
            return {name: file[name] for name in file.files}
    except OSError as error:
        raise Unusable(f"`{path}` could not be read: {reason(error)}") from error
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        what = f"`{path}` is damaged, or no `.npz` file with arrays of numbers"
        raise Unusable(what, "write it anew with `numpy.savez`") from error
