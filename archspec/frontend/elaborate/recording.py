"""`Program` → `Recording`: the program with what carrying it out made of every item, each time;
what source code is written from.

A graph says what a network is, a program how it was written. A recording joins the two: for every
list of items, each time that it was carried out, which items were left out, what was called, which
paths they got and what their formulas see there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from archspec.frontend.elaborate.contexts import Context, Defaults, Named, Workshop
from archspec.frontend.elaborate.elaborate import _Elaboration
from archspec.frontend.elaborate.environment import Environment, Feed
from archspec.frontend.program.formulas import Formula, NameFormula
from archspec.frontend.program.program import (
    Arguments,
    Block,
    BlockCall,
    Branches,
    Group,
    Item,
    Items,
    LayerCall,
    Program,
)
from archspec.graph import Graph, Node
from archspec.layers import Layer


@dataclass(eq=False, repr=False)
class Visit:
    """One carrying out of a list of items. ``step`` is the item that it is a part of, ``None`` for
    the model's own list.

    ``steps`` holds what was made of each item, by its place in the list: one step, or one for each
    repetition. ``repeats`` are the environments of the items' ``repeat``; ``visible`` are the paths
    in which names were looked up.
    """

    items: Items
    prefix: str
    visible: tuple[str, ...]
    environment: Environment
    step: Step | None
    given: Feed
    steps: list[list[Step]] = field(default_factory=list)
    repeats: dict[int, Environment] = field(default_factory=dict)
    result: Feed | None = None


@dataclass(frozen=True)
class Taken:
    """What one name of a ``from`` stood for: ``prev``, an input, or the item at a ``path``,
    found in the visible scope number ``level``.
    """

    kind: str
    path: str = ""
    level: int = 0


@dataclass(eq=False, repr=False)
class Step:
    """One carrying out of one item, or of one repetition of it, number ``index`` from 0.

    ``target`` is the layer kind or block that was called, ``node`` the layer that the item itself
    added: its own, or that of a merge. ``visits`` are the lists within it by the identity of their
    `Items`; ``nodes`` is the stretch of the graph's nodes that it made.
    """

    item: Item
    visit: Visit
    environment: Environment
    index: int | None
    counted: bool
    present: bool = True
    path: str = ""
    written: bool = False
    taken: list[Taken] = field(default_factory=list)
    target: str = ""
    arguments: Arguments = field(default_factory=dict)
    defaults: tuple[Defaults, ...] = ()
    node: Node | None = None
    values: Environment | None = None
    visits: dict[int, Visit] = field(default_factory=dict)
    nodes: range = range(0)
    feeds: tuple[str, ...] = ()
    reused: str = ""
    result: str = ""

    @property
    def name(self) -> str:
        """The last part of the path: what follows the path of the list that the item stands in."""
        prefix = self.visit.prefix
        return self.path[len(prefix) + 1 :] if prefix else self.path


@dataclass(frozen=True, eq=False)
class Recording:
    """A network's program, its graph, the first visit, and for each written path the step that it
    belongs to and the part of it.

    The part is the identity of the item, or of the items of a branch or shortcut.
    """

    program: Program
    graph: Graph
    root: Visit
    owners: Mapping[str, tuple[Step, int]]
    variables: Environment


def record(program: Program, kinds: Mapping[str, Any], graph: Graph) -> Recording:
    """The recording of a program that is known to be right: it has given this graph."""
    recorder = _Recorder(program, kinds)
    made = recorder.graph()
    assert made is not None, recorder.problems
    assert recorder.root is not None
    described = replace(graph, nodes=made.nodes, scopes=made.scopes)
    return Recording(program, described, recorder.root, recorder.owners, recorder.variables)


class _Recorder(_Elaboration):
    """Carries out a program and notes what it does. Slower than without: no block is pressed
    from a stamp.
    """

    def __init__(self, program: Program, kinds: Mapping[str, Any]) -> None:
        super().__init__(program, kinds, Workshop({}, {}, {}, []), [])
        self.root: Visit | None = None
        self.step: Step | None = None
        self.visit: Visit | None = None
        self.owners: dict[str, tuple[Step, int]] = {}

    def _run(self, items: Items, context: Context, environment: Environment, feed: Feed) -> Feed:
        visit = Visit(items, context.prefix, context.visible, environment, self.step, feed)
        if self.step is None:
            self.root = visit
        else:
            self.step.visits[id(items)] = visit
        outer, self.visit = self.visit, visit
        visit.result = super()._run(items, context, environment, feed)
        self.visit = outer
        visit.steps += [[] for _ in range(len(items.items) - len(visit.steps))]
        return visit.result

    def _repeated(self, item: Item, context: Context, environment: Environment, feed: Feed) -> Feed:
        visit = self.visit
        assert visit is not None
        place = next(place for place, one in enumerate(visit.items.items) if one is item)
        visit.steps += [[] for _ in range(place + 1 - len(visit.steps))]
        visit.repeats[place] = environment.child({"prev": feed})
        return super()._repeated(item, context, environment, feed)

    def _once(
        self, item: Item, context: Context, environment: Environment, feed: Feed,
        index: int | None = None, count: int | None = None, *, counted: bool = False,
    ) -> Feed:  # fmt: skip
        visit = self.visit
        assert visit is not None
        place = next(place for place, one in enumerate(visit.items.items) if one is item)
        visit.steps += [[] for _ in range(place + 1 - len(visit.steps))]
        step = Step(
            item,
            visit,
            environment.child({"prev": feed}),
            None if index is None else index - 1,
            counted,
        )
        visit.steps[place].append(step)
        outer, self.step = self.step, step
        first = len(self.nodes)
        feed = super()._once(item, context, environment, feed, index, count, counted=counted)
        step.nodes, step.result = range(first, len(self.nodes)), feed.name
        self.step = outer
        return feed

    @property
    def _here(self) -> Step:
        assert self.step is not None
        return self.step

    def _leave_out(
        self, item: Item, context: Context, environment: Environment, index: int | None
    ) -> None:
        self._here.present = False
        super()._leave_out(item, context, environment, index)

    def _written(
        self, name: NameFormula, context: Context, environment: Environment, index: int | None
    ) -> Named | None:
        named = super()._written(name, context, environment, index)
        if named is not None:
            self._here.path, self._here.written = named.path, True
        return named

    def _path(self, written: Named | None, step: str, context: Context, place: Any) -> Named:
        named = super()._path(written, step, context, place)
        self._here.path, self._here.written = named.path, named.written
        return named

    def _source(
        self, source: NameFormula, context: Context, environment: Environment, feed: Feed
    ) -> Feed:
        text = source.fill(environment)
        found = None if text == "prev" else self.names.find(text, context.visible)
        if found is not None:
            path = found[0]
            level = next(
                level
                for level, prefix in enumerate(context.visible)
                if path == (f"{prefix}.{text}" if prefix else text)
            )
            self._here.taken.append(Taken("item", path, level))
        else:
            self._here.taken.append(Taken("prev") if text == "prev" else Taken("input", text))
        return super()._source(source, context, environment, feed)

    def _layer_call(
        self,
        call: LayerCall,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        self._here.target, self._here.arguments = call.kind, call.arguments
        return super()._layer_call(call, context, environment, feeds, written)

    def _block_call(
        self,
        call: BlockCall,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        self._here.target, self._here.arguments = call.block, call.arguments
        self._here.feeds = tuple(feed.name for feed in feeds)
        return super()._block_call(call, context, environment, feeds, written)

    def _block_values(
        self,
        block: Block,
        arguments: Arguments,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
    ) -> Environment:
        self._here.values = super()._block_values(block, arguments, context, environment, feeds)
        return self._here.values

    def _pressed(
        self,
        block: Block,
        call: BlockCall,
        context: Context,
        values: Environment,
        feeds: tuple[Feed, ...],
        named: Named,
    ) -> Feed:
        return self._block_body(block, call, context, values, feeds, named)

    def _merged(
        self,
        branches: Branches,
        ends: Mapping[str, Feed],
        context: Context,
        environment: Environment,
    ) -> Feed:
        self._here.arguments = branches.arguments
        return super()._merged(branches, ends, context, environment)

    def _made(
        self,
        kind: str,
        own: Arguments,
        place: Any,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
    ) -> Layer | None:
        self._here.defaults = context.defaults
        return super()._made(kind, own, place, context, environment, feeds)

    def _add(self, node: Node, context: Context) -> Feed:
        feed = super()._add(node, context)
        self._here.node = self.nodes[-1]
        return feed

    def _reuse(
        self,
        reuse: Any,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed | None:
        found = self.names.find(reuse.target.fill(environment), context.visible)
        self._here.reused = found[0] if found is not None else ""
        self._here.feeds = tuple(feed.name for feed in feeds)
        return super()._reuse(reuse, context, environment, feeds, written)

    def _settle(
        self, named: Named, feed: Feed, operation: Any, context: Context, environment: Environment
    ) -> None:
        super()._settle(named, feed, operation, context, environment)
        step = self._here
        part = (
            id(operation.items)
            if isinstance(operation, Group) and named.path != step.path
            else id(step.item)
        )
        if named.written:
            self.owners[named.path] = step, part


def formulas_of(
    kind: str, own: Arguments, defaults: tuple[Defaults, ...]
) -> dict[str, tuple[Formula, Environment | None]]:
    """The arguments of a layer of the text: its own, else the block's defaults, else the
    spec's, with the environment of those from ``defaults``.
    """
    given: dict[str, tuple[Formula, Environment | None]] = {}
    for one in defaults:
        given |= {
            name: (formula, one.environment)
            for name, formula in one.arguments.get(kind, {}).items()
        }
    return given | {name: (formula, None) for name, formula in own.items()}
