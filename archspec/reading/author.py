"""A `Graph` → the text of a spec for it, compiled and compared before it is given out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
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
from archspec.reading.emit import Writer
from archspec.reading.explain import explain
from archspec.reading.explained import Unexplained
from archspec.reading.fold import folded
from archspec.reading.item_names import ItemNames, Unnameable
from archspec.reading.kept_names import kept_names, names_section, whole_paths
from archspec.reading.lifting import with_vars
from archspec.reading.name_schemes import schemes
from archspec.reading.recursion import holds_itself, recursive_blocks
from archspec.reading.references import referenced
from archspec.reading.regions import enlarges, structured
from archspec.reading.taps import with_taps
from archspec.reading.tree import BranchesItem, Tree, walk

MANY_LINES = ((50, 400), (140, 2000))
"""Lines of a spec from which on, and layers up to which, a network is folded in another way too."""

FEW_OUTPUTS = 3
"""Outputs up to which each stands where it is made."""

MUCH_SHORTER = 0.9
"""The share of lines from which on a spec is far shorter than another."""


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
    """One way to write a spec: what is not folded in it, in words, and how its documents are made,
    of which the shortest counts.
    """

    lost: str
    documents: Callable[[], list[dict[str, Any]]]


def written(graph: Graph, wishes: Wishes = Wishes()) -> Written:
    """The spec of a graph that folds most and agrees. Raises `NoSpec` where none does."""
    reasons: list[str] = []
    for way in _ways(graph, wishes):
        try:
            spec = _shortest(graph, way.documents(), names=wishes.names)
        except (Unnameable, Unexplained, SpecError, RecursionError) as error:
            reasons.append(_in_a_line(error))
            continue
        difference = disagreement(graph, spec.graph, names=wishes.names)
        if difference is None:
            return spec._replace(left_out=(f"{way.lost}: {reasons[0]}",) if way.lost else ())
        reasons.append(f"the folded spec differs in {difference}")
    raise NoSpec(reasons)


def _shortest(graph: Graph, documents: list[dict[str, Any]], *, names: bool) -> Written:
    """The one of some documents that has the fewest lines, with the names that layers keep."""
    if not names:
        return _compiled(graph, min(documents, key=_lines), names=False)
    specs = [_compiled(graph, document, names=names) for document in documents]
    return min(specs, key=lambda spec: spec.text.count("\n"))


def _lines(document: dict[str, Any]) -> int:
    return write(document).count("\n")


def _compiled(graph: Graph, document: dict[str, Any], *, names: bool) -> Written:
    """A document as text, compiled; where the layers keep their ``names``, with those that their
    paths are not.
    """
    text = write(document)
    compiled = compiled_text(text)
    if not names or disagreement(graph, compiled) is not None:
        return Written(text, compiled)
    kept = kept_names(graph, compiled)
    text, compiled = _with_names(document, names_section(kept))
    if any(compiled.name_in_keras(path) != name for path, name in kept.items()):
        text, compiled = _with_names(document, whole_paths(kept))
    return Written(text, compiled)


def _with_names(document: dict[str, Any], section: dict[str, Any]) -> tuple[str, Graph]:
    text = write({**document, "names": section} if section else document)
    return text, compiled_text(text)


def _in_a_line(error: Exception) -> str:
    text = str(error).partition("\n")[0]
    return text or "it is nested too deep"


def _ways(graph: Graph, wishes: Wishes) -> Iterator[WayToWrite]:
    """The ways to write a spec, the one that folds most first."""
    if not wishes.flat:
        tree = structured(graph, names=wishes.names)
        yield WayToWrite("", lambda: _in_several_ways(tree, wishes))
        yield WayToWrite("", lambda: _folded([tree], wishes, _has_names))
        yield WayToWrite("", lambda: _folded([tree], wishes, _can_be_written))
        yield WayToWrite("repetitions and blocks", lambda: _documents(tree, wishes))
    lost = "" if wishes.flat else "branches, repetitions and blocks"
    yield WayToWrite(lost, lambda: [flat_spec(replace(graph, names={}))])


def _in_several_ways(tree: Tree, wishes: Wishes) -> list[dict[str, Any]]:
    """The documents of a tree that is folded also with what is summed up at the end where it is
    made, if that is another tree, with blocks that call themselves, and, where that is long,
    against the names of its layers, of which only what is far shorter counts.
    """
    tapped = with_taps(tree)
    trees = [tree] if tapped is tree else [tapped, tree]
    if len(tree.graph.outputs) > FEW_OUTPUTS:
        last = structured(tree.graph, outputs_last=True, names=wishes.names)
        trees.append(last)
    documents = _folded(trees, wishes, _has_names)
    documents += _nested(tree, wishes)
    least, layers = min(map(_lines, documents)), len(tree.graph.nodes)
    is_long = any(least >= lines and layers <= most for lines, most in MANY_LINES)
    if wishes.names or not is_long:
        return documents
    try:
        blind = folded(tree, blocks=wishes.blocks, by_names=False, accepts=_has_names)
        others = _documents(blind, wishes)
    except (Unnameable, Unexplained):
        return documents
    return others if min(map(_lines, others)) < MUCH_SHORTER * least else documents


def _nested(tree: Tree, wishes: Wishes) -> list[dict[str, Any]]:
    """The documents of a tree with a block that calls itself, if there is one; the skips of a U-Net
    are ways around then, which nest.
    """
    if not wishes.blocks:
        return []
    trees = [tree]
    if enlarges(tree.graph):
        within = structured(tree.graph, nested=True, names=wishes.names)
        trees += [within] if _branchings(within) > _branchings(tree) else []
    documents: list[dict[str, Any]] = []
    for one in trees:
        if not holds_itself(one):
            continue
        made = folded(one, recursion=True, accepts=_has_names)
        if recursive_blocks(made):
            with suppress(Unnameable, Unexplained):
                documents += _documents(made, wishes)
    return documents


def _branchings(tree: Tree) -> int:
    return sum(isinstance(item, BranchesItem) for _, _, item in walk(tree.main))


def _folded(
    trees: list[Tree], wishes: Wishes, accepts: Callable[[Tree], bool]
) -> list[dict[str, Any]]:
    """The documents of some trees, folded, every fold of which was accepted."""
    every = [folded(tree, blocks=wishes.blocks, accepts=accepts) for tree in trees]
    return [document for tree in every for document in _documents(tree, wishes)]


def _documents(tree: Tree, wishes: Wishes) -> list[dict[str, Any]]:
    """The documents of a tree: where its layers are to keep their names, with names of items that
    are taken from theirs, in two ways.
    """
    if not wishes.names:
        return [spec_data(tree)]
    graph = tree.graph
    names = {node.name: graph.name_in_keras(node.name) for node in graph.nodes}
    found = [schemes(tree, names, stages=stages) for stages in (False, True)]
    ways = found if found[0].keys() != found[1].keys() else found[:1]
    return [spec_data(tree, ItemNames(way)) for way in ways]


def _has_names(tree: Tree) -> bool:
    try:
        referenced(tree, ItemNames())
    except Unnameable:
        return False
    return True


def _can_be_written(tree: Tree) -> bool:
    try:
        spec_data(tree)
    except (Unnameable, Unexplained):
        return False
    return True


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
