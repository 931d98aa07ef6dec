"""The program with what an elaboration made of every item, each time it was carried out: what
source code is written from.

A graph says what a network is, a program how it was written. A `Recording` joins the two: for every
list of items, each time that it was carried out, which items were left out, what was called, which
paths they got and what their formulas see there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from archspec.frontend.elaborate.observer import Observer
from archspec.frontend.elaborate.scope import Defaults, Environment, Feed, Named, Site, Turn
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import (
    Arguments,
    BlockCall,
    Branch,
    Item,
    Items,
    LayerCall,
    Operation,
    Program,
)
from archspec.graph import Graph, Node

Address = tuple[str | int, ...]
"""Where a list or an item stands in the program, whichever time it is carried out: the name of its
block, "" for the model, then the number of each item and the part of it, down to itself. A part is
the label of a branch, its number where it has none, ``shortcut``, or "" for the only or main list
of an item.
"""


@dataclass(eq=False, repr=False)
class Visit:
    """One carrying out of a list of items. ``step`` is the item that it is a part of, ``None`` for
    the model's own list; ``block`` is the block whose own list it is, "" for other lists.

    ``steps`` holds what was made of each item, by its place in the list: one step, or one for each
    repetition. ``repeats`` are the environments of the items' ``repeat``; ``visible`` are the paths
    in which names were looked up.
    """

    items: Items
    address: Address
    block: str
    prefix: str
    visible: tuple[str, ...]
    environment: Environment
    step: Step | None
    steps: list[list[Step]] = field(default_factory=list)
    repeats: dict[int, Environment] = field(default_factory=dict)


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
    """One carrying out of one item, or of one repetition of it, number ``index`` from 0; where
    ``counted``, its number is added to its name.

    ``taken`` are the tensors of its ``from``, ``counts`` how many each name of that stood for.
    ``target`` is the layer kind or block that was called, ``node`` the layer that the item itself
    added: its own, or that of a merge. ``arguments`` and ``call`` are those of the layer's
    constructor and call. ``visits`` are the lists within it by their parts, those of the item that
    it uses again where it is a ``reuse``, and ``labels`` those of its branches by theirs; where it
    ``is_part``, a call of another spec, they are not recorded. ``feeds`` are the tensors that it
    takes and ``inputs`` the names that a block has for them; ``nodes`` is the stretch of the
    graph's nodes that it made.
    """

    item: Item
    address: Address
    visit: Visit
    environment: Environment
    index: int | None
    counted: bool
    present: bool = True
    path: str = ""
    written: bool = False
    taken: list[Taken] = field(default_factory=list)
    counts: tuple[int, ...] = ()
    target: str = ""
    arguments: Arguments = field(default_factory=dict)
    call: Arguments = field(default_factory=dict)
    defaults: tuple[Defaults, ...] = ()
    node: Node | None = None
    values: Environment | None = None
    visits: dict[str, Visit] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    nodes: range = range(0)
    feeds: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    reused: str = ""
    is_part: bool = False
    result: str = ""

    @property
    def name(self) -> str:
        """The last part of the path: what follows the path of the list that the item stands in."""
        prefix = self.visit.prefix
        return self.path[len(prefix) + 1 :] if prefix else self.path

    @property
    def before(self) -> str:
        """The node or input that gives ``prev``."""
        name: str = self.environment.values["prev"].name
        return name


@dataclass(frozen=True, eq=False)
class Recording:
    """A network's program, its graph, the first visit, and for each written path the step that it
    belongs to, and the address of that, for a branch or shortcut of its list, or for an output of
    its layer one more part: the output's name.
    """

    program: Program
    graph: Graph
    root: Visit
    owners: Mapping[str, tuple[Step, Address]]
    variables: Environment


class Recorder(Observer):
    """Notes what an elaboration makes of every item."""

    def __init__(self) -> None:
        self.program: Program | None = None
        self.variables: Environment | None = None
        self.root: Visit | None = None
        self.owners: dict[str, tuple[Step, Address]] = {}
        self.visits: list[Visit] = []
        self.numbers: list[int] = []
        self.steps: list[Step] = []
        self.block = ""
        self.part = ""
        self.order: list[str] = []
        self.done: list[Step] = []

    def recording(self, graph: Graph) -> Recording:
        """The recording of an elaboration that has given this graph."""
        assert self.program is not None
        assert self.root is not None
        assert self.variables is not None
        self._leave_out(graph)
        return Recording(self.program, graph, self.root, self.owners, self.variables)

    def _leave_out(self, graph: Graph) -> None:
        """Number the layers as the graph does, which lacks those of parts that it does not need."""
        if len(self.order) == len(graph.nodes):
            return
        there = {node.name for node in graph.nodes}
        numbers = list(accumulate((name in there for name in self.order), initial=0))
        for step in self.done:
            step.nodes = range(numbers[step.nodes.start], numbers[step.nodes.stop])

    @property
    def step(self) -> Step:
        """The item that is being carried out."""
        return self.steps[-1]

    def program_begun(self, program: Program, variables: Environment) -> None:
        """Remember what the items are read with."""
        self.program, self.variables = program, variables

    def list_entered(self, items: Items, site: Site) -> None:
        """Begin a visit, of the item at work or of the model."""
        block, self.block = self.block, ""
        step = self.steps[-1] if self.steps else None
        part, self.part = self.part, ""
        address = (block,) if step is None or block else (*step.address, part)
        prefix, visible = site.context.prefix, site.context.visible
        visit = Visit(items, address, block, prefix, visible, site.environment, step)
        visit.steps = [[] for _ in items.items]
        if step is None:
            self.root = visit
        else:
            step.visits[part] = visit
        self.visits.append(visit)
        self.numbers.append(0)

    def list_left(self, result: Feed) -> None:
        """End the visit."""
        self.visits.pop()
        self.numbers.pop()

    def branch_begun(self, path: Branch) -> None:
        """Note which part of the item comes next, and what it is called."""
        self.part = path.part
        self.step.labels[path.part] = path.label

    def repeat_begun(self, item: Item, site: Site) -> None:
        """Note what the ``repeat`` sees."""
        environment = site.environment.child({"prev": site.feed})
        self.visits[-1].repeats[self._number(item)] = environment

    def item_begun(self, item: Item, site: Site, turn: Turn | None) -> None:
        """Begin a step of the visit."""
        index, counted = (None, False) if turn is None else (turn.index - 1, turn.counted)
        visit, number = self.visits[-1], self._number(item)
        address, environment = (*visit.address, number), site.environment.child({"prev": site.feed})
        step = Step(item, address, visit, environment, index, counted)
        step.nodes = range(len(self.order), len(self.order))
        visit.steps[number].append(step)
        self.steps.append(step)

    def _number(self, item: Item) -> int:
        """Which item of its list this is: the one at work, or one behind it."""
        items = self.visits[-1].items.items
        while items[self.numbers[-1]] is not item:
            self.numbers[-1] += 1
        return self.numbers[-1]

    def item_ended(self, result: Feed) -> None:
        """End the step."""
        step = self.steps.pop()
        step.nodes, step.result = range(step.nodes.start, len(self.order)), result.name
        self.done.append(step)

    def left_out(self) -> None:
        """Note that there is nothing of the item."""
        self.step.present = False

    def names_taken(self, counts: Sequence[int]) -> None:
        """Note how many tensors each name stood for."""
        self.step.counts = tuple(counts)

    def input_taken(self, name: str, path: str | None, site: Site) -> None:
        """Note what the name stood for, and in which scope it was found."""
        if path is None:
            taken = Taken("prev") if name == "prev" else Taken("input", name)
        else:
            visible = site.context.visible
            paths = [f"{prefix}.{name}" if prefix else name for prefix in visible]
            taken = Taken("item", path, paths.index(path))
        self.step.taken.append(taken)

    def path_given(self, named: Named) -> None:
        """Note the path."""
        self.step.path, self.step.written = named

    def path_settled(self, named: Named, operation: Operation) -> None:
        """Note whose path it is."""
        step = self.step
        address = step.address
        if isinstance(operation, Branch) and named.path != step.path:
            address = (*address, operation.part)
        self.owners[named.path] = step, address

    def output_settled(self, named: Named, output: str) -> None:
        """Note whose path it is, and which output."""
        self.owners[named.path] = self.step, (*self.step.address, output)

    def reused(self, path: str, site: Site) -> None:
        """Note the item, and what it is used on."""
        self.step.reused = path
        self.step.feeds = tuple([feed.name for feed in site.feeds])

    def layer_called(self, call: LayerCall) -> None:
        """Note the call."""
        self.step.target, self.step.arguments, self.step.call = call.kind, call.arguments, call.call

    def block_called(
        self, block: str, arguments: Arguments, site: Site, values: Environment
    ) -> None:
        """Note the call, what it takes and what its items see."""
        self.block = block
        self.step.target, self.step.arguments, self.step.values = block, arguments, values
        assert self.program is not None
        self.step.inputs = self.program.blocks[block].inputs
        self.step.feeds = tuple([feed.name for feed in site.feeds])

    def part_begun(self, call: BlockCall, site: Site) -> None:
        """Note what the part takes; its layers are those of the graph."""
        self.step.is_part, self.step.feeds = True, tuple([feed.name for feed in site.feeds])

    def part_ended(self, nodes: Sequence[Node]) -> None:
        """Count the layers."""
        self.order += [node.name for node in nodes]

    def node_added(self, node: Node, site: Site) -> None:
        """Note the layer, and the defaults that it was made with."""
        self.order.append(node.name)
        self.step.node, self.step.defaults = node, site.context.defaults


def formulas_of(
    kind: str, own: Arguments, defaults: tuple[Defaults, ...]
) -> dict[str, tuple[Formula, Environment | None]]:
    """The arguments of a layer of the text: its own, else the block's defaults, else the
    spec's, with the environment of those from ``defaults``.
    """
    formulas: dict[str, tuple[Formula, Environment | None]] = {}
    for default in defaults:
        formulas |= {
            name: (formula, default.environment)
            for name, formula in default.arguments.get(kind, {}).items()
        }
    return formulas | {name: (formula, None) for name, formula in own.items()}
