"""A `Graph` → the text of a spec for it, compiled and compared before it is given out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from archspec.backends.flat_spec import flat as flat_spec
from archspec.compiler import Compiler
from archspec.diagnostics import SpecError
from archspec.frontend.resolve import lay
from archspec.frontend.yaml import reader
from archspec.frontend.yaml.writer import write
from archspec.graph import Graph
from archspec.reading.agreement import disagreement
from archspec.reading.document import document
from archspec.reading.emit import Unexplained, Writer
from archspec.reading.explain import explain
from archspec.reading.fold import folded
from archspec.reading.item_names import ItemNames, Unnameable
from archspec.reading.lifting import with_vars
from archspec.reading.references import referenced
from archspec.reading.regions import structured
from archspec.reading.taps import with_taps
from archspec.reading.tree import Tree


class Written(NamedTuple):
    """A spec that was compiled and agrees: its text, its graph, and in ``left_out`` what could not
    be folded, and why.
    """

    text: str
    graph: Graph
    left_out: tuple[str, ...] = ()


class NoSpec(Exception):
    """No spec of a graph agrees with it; ``reasons`` say why, one for each that was tried."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(f"no spec of this network compiles to it: {reasons[-1]}")
        self.reasons = reasons


@dataclass(frozen=True)
class Wishes:
    """How a spec is to be written. ``names``: every layer bears its old name. ``blocks``: with
    blocks. ``flat``: every layer with its inputs, nothing folded.
    """

    names: bool = False
    blocks: bool = True
    flat: bool = False


class WayToWrite(NamedTuple):
    """One way to write a spec: what is not folded in it, in words, and how its data is made."""

    lost: str
    data: Callable[[], dict[str, Any]]


def written(graph: Graph, wishes: Wishes = Wishes()) -> Written:
    """The spec of a graph that folds most and agrees. Raises `NoSpec` where none does."""
    reasons: list[str] = []
    for way in _ways(graph, wishes):
        try:
            text = write(way.data())
            compiled = compiled_text(text)
        except (Unnameable, Unexplained, SpecError, RecursionError) as error:
            reasons.append(_in_a_line(error))
            continue
        difference = disagreement(graph, compiled, names=wishes.names)
        if difference is None:
            why = next(iter(reasons), "every layer is to bear its old name")
            return Written(text, compiled, (f"{way.lost}: {why}",) if way.lost else ())
        reasons.append(f"the folded spec differs in {difference}")
    raise NoSpec(reasons)


def _in_a_line(error: Exception) -> str:
    text = str(error).partition("\n")[0]
    return text or "it is nested too deep"


def _ways(graph: Graph, wishes: Wishes) -> Iterator[WayToWrite]:
    """The ways to write a spec, the one that folds most first."""
    if not wishes.flat and not wishes.names:
        tree = structured(graph)
        tapped = with_taps(tree)
        if tapped is not tree:
            yield WayToWrite("", lambda: _shorter(tree, tapped, wishes))
        yield WayToWrite("", lambda: _folded(tree, wishes))
        yield WayToWrite("", lambda: _carefully_folded(tree, wishes))
    if not wishes.flat:
        yield WayToWrite("repetitions and blocks", lambda: _unfolded(graph, wishes))
    lost = "" if wishes.flat else "branches, repetitions and blocks"
    yield WayToWrite(lost, lambda: flat_spec(graph))


def _shorter(tree: Tree, tapped: Tree, wishes: Wishes) -> dict[str, Any]:
    """The document of one of two trees of a network, the one that takes fewer lines."""
    documents = [_folded(one, wishes) for one in (tapped, tree)]
    return min(documents, key=lambda document: len(write(document).splitlines()))


def _folded(tree: Tree, wishes: Wishes) -> dict[str, Any]:
    """The document of a folded tree, in which whatever an item takes has a name."""
    return spec_data(folded(tree, blocks=wishes.blocks, accepts=_has_names))


def _has_names(tree: Tree) -> bool:
    try:
        referenced(tree, ItemNames())
    except Unnameable:
        return False
    return True


def _carefully_folded(tree: Tree, wishes: Wishes) -> dict[str, Any]:
    """The document of a tree of which every fold was tried before it was made."""
    return spec_data(folded(tree, blocks=wishes.blocks, accepts=_can_be_written))


def _can_be_written(tree: Tree) -> bool:
    try:
        spec_data(tree)
    except (Unnameable, Unexplained):
        return False
    return True


def _unfolded(graph: Graph, wishes: Wishes) -> dict[str, Any]:
    tree = structured(graph, branches=not wishes.names)
    return spec_data(tree, ItemNames(exact=wishes.names))


def spec_data(tree: Tree, names: ItemNames | None = None) -> dict[str, Any]:
    """The document of a tree."""
    references = referenced(tree, names or ItemNames())
    explained = explain(tree, references.numbers)
    writer = Writer(tree, references, explained)
    data = document(tree.graph, writer.layers(), writer.blocks())
    return with_vars(data, tree.graph, writer.classifiers.classes)


def compiled_text(text: str) -> Graph:
    """The graph of a text. Raises `SpecError`."""
    compiler = Compiler(expect=False)
    read = compiler.library.accept(reader.read(text, "<spec>"))
    return compiler.graph(lay(compiler.library, read, None, {}), expect=False)
