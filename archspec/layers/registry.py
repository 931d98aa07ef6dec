"""Every layer kind, by its name: `KINDS`; and the cells that recurrences repeat: `CELLS`.

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

from archspec.layers.base import REGISTERED, Layer
from archspec.layers.operations import OPS
from archspec.layers.plugins import shipped

_OPERATION = re.compile(r'^row\(\s*\w+,\s*"([\w.]+)"', re.MULTILINE)


class Kinds(Mapping[str, type[Layer]]):
    """The classes that a decorator of `archspec.layers.base` registers, by name, in the order of
    the files and of the text in them. Names are looked up without importing anything; values
    import their family.
    """

    def __init__(self, decorator: str, *, operations: bool = False) -> None:
        self.pattern = re.compile(rf"^@{decorator}\nclass (\w+)", re.MULTILINE)
        self.with_operations = operations

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """The module of each kind, below this package."""
        here = Path(__file__).parent
        kinds = {
            kind: path.stem
            for path in sorted(here.glob("*.py"))
            for kind in self.pattern.findall(path.read_text(encoding="utf-8"))
        }
        rows = here.joinpath("operations").glob("*.py") if self.with_operations else ()
        operations = {
            f"{OPS}{function}": f"operations.{path.stem}"
            for path in sorted(rows)
            for function in _OPERATION.findall(path.read_text(encoding="utf-8"))
        }
        return kinds | operations

    @cached_property
    def families(self) -> Mapping[str, str]:
        """The family of each kind: the name of its file."""
        return {kind: module.rpartition(".")[2] for kind, module in self.modules.items()}

    def of_family(self, family: str) -> list[str]:
        """The names of the kinds of a family, without importing it."""
        return [kind for kind, its in self.families.items() if its == family]

    def __getitem__(self, kind: str) -> type[Layer]:
        if kind in self.modules:
            if kind not in REGISTERED:
                import_module(f"archspec.layers.{self.modules[kind]}")
            return REGISTERED[kind]
        from_library = shipped(kind) if self.with_operations else None
        if from_library is None:
            raise KeyError(kind)
        return from_library

    def __contains__(self, kind: object) -> bool:
        return kind in self.modules or (self.with_operations and shipped(kind) is not None)

    def __iter__(self) -> Iterator[str]:
        return iter(self.families)

    def __len__(self) -> int:
        return len(self.families)


KINDS = Kinds("layer", operations=True)
"""The kinds of items, operations among them, and those that installed libraries ship, which are not
listed.
"""

CELLS = Kinds("cell")
"""The kinds that stand in the `cell` of an `RNN` only."""


def kind_of(name: str) -> type[Layer]:
    """The kind or cell of a name. Raises KeyError."""
    return (CELLS if name in CELLS else KINDS)[name]


def is_layer(kind: str, argument: str) -> bool:
    """Whether an argument of a kind is a layer itself, or several."""
    field = kind_of(kind).attributes.get(argument)
    return field is not None and field.type.expects.what == "layer"


def is_kind(name: object) -> bool:
    """Whether there is a kind or cell of a name."""
    return name in KINDS or name in CELLS
