"""Every layer kind, by its name: `KINDS`; and the cells that recurrences repeat: `CELLS`.

A *family* is a file of this package with kinds in it, and is imported when one of its kinds is
first looked up: most networks use kinds of a few families. Which kinds there are is read from the
text of the files, so that a kind is one class in one file and stands in no list beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from archspec.layers.base import REGISTERED, Layer
from archspec.layers.operations import OPS
from archspec.layers.plugins import shipped


class _Modules(NamedTuple):
    """The module of each kind, below this package, by the name of the kind."""

    layers: Mapping[str, str]
    cells: Mapping[str, str]


@cache
def _modules() -> _Modules:
    """What the texts of the families say: read once, and without patterns, for each command waits
    for it.
    """
    here = Path(__file__).parent
    layers, cells = {}, {}
    for module, text in _texts(here):
        layers.update(dict.fromkeys(_classes(text, b"layer"), module))
        cells.update(dict.fromkeys(_classes(text, b"cell"), module))
    for module, text in _texts(here / "operations"):
        layers.update(dict.fromkeys(_rows(text), f"operations.{module}"))
    return _Modules(layers, cells)


def _texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The name and text of each module of a folder."""
    for path in sorted(path for path in folder.iterdir() if path.suffix == ".py"):
        with path.open("rb", buffering=0) as file:
            yield path.stem, file.read()


def _classes(text: bytes, decorator: bytes) -> list[str]:
    """The names of the classes that stand below a decorator."""
    below = text.split(b"\n@%b\nclass " % decorator)[1:]
    return [part[: part.index(b"(")].decode() for part in below]


def _rows(text: bytes) -> list[str]:
    """The names of the operations, of `row(RULE, "NAME", …`."""
    below = text.split(b"\nrow(")[1:]
    return [OPS + part.split(b'"', 2)[1].decode() for part in below]


class Kinds(Mapping[str, type[Layer]]):
    """The kinds whose modules are listed, in the order of the files and of the text in them. Names
    are looked up without importing anything; values import their family.
    """

    def __init__(self, *, cells: bool) -> None:
        self.cells = cells

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """The module of each kind, below this package."""
        return _modules().cells if self.cells else _modules().layers

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
        from_library = None if self.cells else shipped(kind)
        if from_library is None:
            raise KeyError(kind)
        return from_library

    def __contains__(self, kind: object) -> bool:
        return kind in self.modules or (not self.cells and shipped(kind) is not None)

    def __iter__(self) -> Iterator[str]:
        return iter(self.modules)

    def __len__(self) -> int:
        return len(self.modules)


KINDS = Kinds(cells=False)
"""The kinds of items, operations among them, and those that installed libraries ship, which are not
listed.
"""

CELLS = Kinds(cells=True)
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
