"""`Graph` → its elements, as the author wrote them: the first stage of a diagram.

Nothing is guessed from names: the structure is that of the scopes, the edges those of the layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import count, groupby
from typing import NamedTuple

from archspec.diagrams.elements import (
    Card,
    Element,
    Elements,
    Group,
    Path,
    Repeat,
    Side,
    Split,
    nodes_of,
)
from archspec.diagrams.roles import Role, role
from archspec.graph import Graph, Node, Scope
from archspec.spelling import without_count


class Part(NamedTuple):
    """A scope with what it holds, in the order in which it was carried out."""

    scope: Scope
    children: list[Part | Node]


class Reading:
    """How a graph is read into elements. With ``whole`` false every layer is a card of its own."""

    def __init__(self, graph: Graph, *, whole: bool = True) -> None:
        self.graph = graph
        self.whole = whole
        self._numbers = count()
        self._names: dict[str, str] = {}

    @cached_property
    def elements(self) -> Elements:
        """The elements of the whole network."""
        return self._read(self.parts[0].children)

    def scope(self, name: str) -> Group | None:
        """The first block or named group that is called so, also where it is drawn as a part of
        a card; ``None`` if there is none.
        """
        for part in self.parts:
            scope = part.scope
            if scope.kind in ("block", "group") and name in (scope.path, scope.label):
                block = scope.label if scope.kind == "block" else ""
                body = self._read(part.children)
                number, named = next(self._numbers), (scope.path, scope.label)
                return Group(number, *named, body, block, scope.arguments, scope.inputs, scope.spec)
        return None

    @cached_property
    def gathered(self) -> Elements:
        """The elements; cards that follow each other at one size stand together in a group."""
        return tuple(self._gathered())

    def _gathered(self) -> Iterator[Element]:
        for (single, _), run in groupby(
            self.elements, lambda one: (isinstance(one, Card), _sizes(one))
        ):
            together = tuple(run)
            if single and len(together) > 1:
                path = f"{_path(together[0])} … {_path(together[-1])}"
                yield Group(next(self._numbers), path, _ends(together), together, gathered=True)
            else:
                yield from together

    @cached_property
    def parts(self) -> list[Part]:
        """The scopes of the graph with their children. A scope comes where its first layer
        stands, an empty one where it was opened.
        """
        graph = self.graph
        parts = [Part(scope, []) for scope in graph.scopes]
        first = self._first_nodes()
        children: list[list[tuple[int, int, Part | Node]]] = [[] for _ in parts]
        for index, part in enumerate(parts[1:], 1):
            children[part.scope.parent or 0].append((first[index], index, part))
        for number, node in enumerate(graph.nodes):
            children[node.scope].append((number, len(parts), node))
        for part, found in zip(parts, children, strict=True):
            part.children.extend(child for *_, child in sorted(found, key=lambda one: one[:2]))
        return parts

    def _first_nodes(self) -> list[int]:
        """The number of the first layer in each scope; for an empty scope that of the next
        layer, so that it keeps its place.
        """
        unset = len(self.graph.nodes)
        first = [unset] * len(self.graph.scopes)
        for number, node in enumerate(self.graph.nodes):
            scope: int | None = node.scope
            while scope is not None and first[scope] == unset:
                first[scope] = number
                scope = self.graph.scopes[scope].parent
        for index in reversed(range(len(first) - 1)):
            if first[index] == unset:
                first[index] = first[index + 1]
        return first

    @cached_property
    def uses(self) -> Counter[str]:
        """How often each tensor is used; an output of the model is a use."""
        return Counter(
            [name for node in self.graph.nodes for name in self.graph.taken_from(node)]
            + list(map(self.graph.giver, self.graph.outputs.values()))
        )

    def _read(self, children: Sequence[Part | Node]) -> Elements:
        return self._carded(self._loose(children))

    def _loose(self, children: Sequence[Part | Node]) -> list[Element | Node]:
        """The elements of a list; layers that may become parts of a card stand alone."""
        pieces: list[Element | Node] = []
        for _, run in groupby(enumerate(children), lambda one: self._kind_of_run(*one)):
            together = [child for _, child in run]
            first = together[0]
            if isinstance(first, Part) and first.scope.kind == "repetition":
                pieces += self._repeat([child for child in together if isinstance(child, Part)])
            else:
                for child in together:
                    pieces += [child] if isinstance(child, Node) else self._part(child)
        return pieces

    @staticmethod
    def _kind_of_run(number: int, child: Part | Node) -> object:
        """Repetitions of one item share their span; anything else stands alone."""
        if isinstance(child, Part) and child.scope.kind == "repetition":
            return child.scope.span, child.scope.count
        return number

    def _repeat(self, parts: list[Part]) -> list[Element | Node]:
        copies = [self._loose(part.children) for part in parts]
        filled = [copy for copy in copies if copy]
        if len(filled) < 2:
            return [element for copy in filled for element in copy]
        return [
            Repeat(
                next(self._numbers),
                parts[0].scope.label,
                tuple(self._carded(copy) for copy in filled),
            )
        ]

    def _part(self, part: Part) -> list[Element | Node]:
        kind = part.scope.kind
        if kind in ("residual", "branches"):
            return self._split(part)
        if kind == "output":
            return [Side(next(self._numbers), part.scope.path, self._read(part.children))]
        inside = self._loose(part.children)
        self._name_card(part.scope, inside)
        if (
            kind not in ("group", "block")
            or not part.scope.label
            or not any(_layers(inside))
            or self._is_one_card(inside)
        ):
            return inside  # a group without a name, or without layers, is no thing of its own
        body = self._carded(inside)
        if len(body) == 1 and isinstance(body[0], Group) and body[0].path == part.scope.path:
            # a named group that holds one block, or the reverse: the inner one has the arguments
            return list(body)
        return [
            Group(
                next(self._numbers),
                part.scope.path,
                part.scope.label,
                body,
                part.scope.label if kind == "block" else "",
                part.scope.arguments,
                part.scope.inputs,
                part.scope.spec,
            )
        ]

    def _name_card(self, scope: Scope, inside: list[Element | Node]) -> None:
        """Give the card that is all there is in a group or call the name of that."""
        name = scope.path.rpartition(".")[2]
        called = (scope.kind == "group" and scope.label) or (
            scope.kind == "block" and without_count(name) != scope.label
        )
        if called and self._is_one_card(inside):
            self._names |= {node.name: name for node in inside if isinstance(node, Node)}

    def _name_of(self, node: Node) -> str:
        """The name that the author gave to a layer, or to what is nothing but its card."""
        name = node.name.rpartition(".")[2]
        written = without_count(name).replace("_", "") != node.layer.kind().lower()
        return self._names.get(node.name, name if written else "")

    def _is_one_card(self, inside: list[Element | Node]) -> bool:
        """Whether a group is nothing but a layer and what belongs to it, which may then belong
        to a card with its neighbours.
        """
        if not self.whole:
            return False
        nodes = [element for element in inside if isinstance(element, Node)]
        return len(nodes) == len(inside) and len(self._carded(inside)) == 1

    def _split(self, part: Part) -> list[Element | Node]:
        paths = [child for child in part.children if isinstance(child, Part)]
        ends = [child for child in part.children if isinstance(child, Node)]
        if not ends:  # one path is left, and it is not merged
            return [element for path in paths for element in self._loose(path.children)]
        found = [
            Path(path.scope.kind, path.scope.label, self._read(path.children))
            for path in self._in_order(paths)
        ]
        if part.scope.kind == "residual" and len(found) == 1:
            found.append(Path("shortcut", "shortcut", ()))
        return [Split(next(self._numbers), tuple(found), ends[-1])]

    @staticmethod
    def _in_order(paths: list[Part]) -> list[Part]:
        """The main path before the shortcut; branches as they were written."""
        return sorted(
            paths,
            key=lambda path: (
                path.scope.kind == "shortcut",
                path.scope.span.line,
                path.scope.span.column,
            ),
        )

    def _carded(self, loose: Sequence[Element | Node]) -> Elements:
        """Lone layers gathered into cards; what follows a merge belongs to it."""
        elements: list[Element] = []
        waiting: list[Node] = []
        for piece in loose:
            if isinstance(piece, Node):
                self._take(piece, waiting, elements)
            else:
                elements += self._lone(waiting)
                elements.append(piece)
        return (*elements, *self._lone(waiting))

    def _take(self, node: Node, waiting: list[Node], elements: list[Element]) -> None:
        """Put a layer on the card before it, keep it for the one after it, or begin one with it."""
        part = role(node.layer)
        last = None if waiting or not elements else elements[-1]
        if (
            self.whole
            and part is Role.FOLLOWS
            and isinstance(last, Card)
            and self._only(last.nodes[-1], node)
        ):
            elements[-1] = last._replace(nodes=(*last.nodes, node))
        elif (
            self.whole
            and part is Role.FOLLOWS
            and isinstance(last, Split)
            and self._only((last.merge, *last.after)[-1], node)
        ):
            elements[-1] = last._replace(after=(*last.after, node))
        elif waiting and not self._only(waiting[-1], node):
            elements += self._lone(waiting)
            self._take(node, waiting, elements)
        elif self.whole and part is not Role.MAIN:
            waiting.append(node)
        else:
            elements.append(Card(next(self._numbers), (*waiting, node), node, self._name_of(node)))
            waiting.clear()

    def _only(self, before: Node, node: Node) -> bool:
        """Whether a layer is all that another one feeds, and takes nothing else."""
        return node.inputs == (before.name,) and self.uses[before.name] == 1

    def _lone(self, waiting: list[Node]) -> list[Element]:
        """The card of the layers that wait for a main one that never came."""
        if not waiting:
            return []
        card = Card(next(self._numbers), tuple(waiting), waiting[0])
        waiting.clear()
        return [card]


def _layers(loose: Sequence[Element | Node]) -> Iterator[Node]:
    for each in loose:
        yield from (each,) if isinstance(each, Node) else nodes_of(each)


def _sizes(element: Element) -> object:
    nodes = nodes_of(element)
    return nodes[-1].output.shape[:-1] if nodes else None


def _path(element: Element) -> str:
    return element.main.name if isinstance(element, Card) else ""


def _ends(elements: Elements) -> str:
    """The author's names for the first and the last of some cards, where both have one."""
    names = [each.name for each in (elements[0], elements[-1]) if isinstance(each, Card)]
    return " … ".join(names) if all(names) else ""


class Readings:
    """A graph read into elements, in cards and layer by layer, each once however many views are
    tried.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._cards = Reading(graph)
        self._layers = Reading(graph, whole=False)

    @property
    def cards(self) -> Elements:
        """The elements, what belongs to a layer on one card with it."""
        return self._cards.elements

    @property
    def layers(self) -> Elements:
        """The elements, every layer on a card of its own."""
        return self._layers.elements

    def scope(self, name: str, *, whole: bool) -> Group | None:
        """The first block or group of a name, in cards (``whole``) or layer by layer, also where
        no figure of the whole network shows it as such.
        """
        return (self._cards if whole else self._layers).scope(name)

    @property
    def gathered(self) -> Elements:
        """The cards; those that follow each other at one size stand together in a group."""
        return self._cards.gathered
