"""``python:mylab.data:load`` → what a function of the user's returns, called with leave from the
command line: ``{"train": (x, y), "test": (x, y)}``, or two pairs as `keras.datasets` gives them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from archspec.training.data.arrays import Arrays, InMemory, checked
from archspec.training.data.source import Locator, Unusable

RETURNS = 'return {"train": (x, y), "test": (x, y)}, with arrays of numbers'


class PythonFunction(InMemory):
    """The examples that a function returns. Its module is imported, and the function called, only
    where the module is among those trusted: leave never comes from a recipe.
    """

    def __init__(self, place: Locator) -> None:
        self.name = f"python:{place.name}"
        self.folder = place.folder
        self.module, _, self.function = place.name.partition(":")
        if not self.module or not self.function:
            raise Unusable(f"`{self.name}` names no function", "write `python:module:function`")
        if self.module not in place.trusted:
            what = f"`{self.name}` runs code of the module `{self.module}`"
            raise Unusable(what, f"if you trust it, add `--trust {self.module}`")

    @cached_property
    def parts(self) -> dict[str, Arrays]:
        """The arrays of each part. Raises `Unusable` for whatever the function raises."""
        returned = self._returned()
        if isinstance(returned, tuple) and len(returned) == 2:
            returned = dict(zip(("train", "test"), returned, strict=True))
        if not isinstance(returned, Mapping) or not returned:
            raise Unusable(f"`{self.name}` returned a {type(returned).__name__}", RETURNS)
        parts = {}
        for part, pair in returned.items():
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise Unusable(f"`{part}` of `{self.name}` is no pair of arrays", RETURNS)
            parts[str(part)] = checked(self.name, str(part), Arrays(*pair))
        return parts

    def _returned(self) -> Any:
        with _importable(self.folder):
            try:
                module = import_module(self.module)
                return getattr(module, self.function)()
            except Exception as error:
                what = f"`{self.name}` failed: {type(error).__name__}: {error}"
                raise Unusable(what, RETURNS) from error


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Within it, modules beside the recipe can be imported."""
    sys.path.insert(0, str(folder.resolve()))
    try:
        yield
    finally:
        sys.path.pop(0)
