"""Every layer kind, by its name: `KINDS`.

A *family* is a file of this package with kinds in it, and is imported when one of its kinds is
first looked up: most networks use kinds of a few families. Which kinds there are is read from the
text of the files, so that a kind is one class in one file and stands in no list beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path

from archspec.layers.base import REGISTERED, Layer, Mismatch

__all__ = ["KINDS", "Layer", "Mismatch"]

_KIND = re.compile(r"^@layer\nclass (\w+)", re.MULTILINE)


class Kinds(Mapping[str, type[Layer]]):
    """Layer kinds by name, in the order of the files and of the text in them. Names are looked up
    without importing anything; values import their family.
    """

    @cached_property
    def families(self) -> Mapping[str, str]:
        """The family of each kind."""
        return {
            kind: path.stem
            for path in sorted(Path(__file__).parent.glob("*.py"))
            for kind in _KIND.findall(path.read_text(encoding="utf-8"))
        }

    def of_family(self, family: str) -> list[str]:
        """The names of the kinds of a family, without importing it."""
        return [kind for kind, its in self.families.items() if its == family]

    def __getitem__(self, kind: str) -> type[Layer]:
        if kind not in REGISTERED:
            import_module(f"{__name__}.{self.families[kind]}")
        return REGISTERED[kind]

    def __contains__(self, kind: object) -> bool:
        return kind in self.families

    def __iter__(self) -> Iterator[str]:
        return iter(self.families)

    def __len__(self) -> int:
        return len(self.families)


KINDS = Kinds()
