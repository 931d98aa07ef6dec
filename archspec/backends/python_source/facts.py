"""`Recording` → what writing its source asks of it: which tensors are named again, which layers are
used again, which lists belong to which function.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from archspec.frontend.elaborate.recording import Address, Recording, Step, Visit
from archspec.frontend.program.program import SideOutput, VariableCall


class Varies(Exception):
    """What is to be written once for several steps differs between them; ``facts`` are the
    steps or visits, each with what it is there.
    """

    def __init__(self, facts: Sequence[tuple[Step | Visit, Any]]) -> None:
        super().__init__()
        self.facts = facts


def common(facts: Sequence[tuple[Step | Visit, Any]]) -> Any:
    """What all steps have in common. Raises `Varies`."""
    first = facts[0][1]
    if any(fact != first for _, fact in facts):
        raise Varies(facts)
    return first


def steps_in(visit: Visit) -> Iterator[Step]:
    """All steps of a visit and within it, those left out and those within a ``reuse`` excepted."""
    for repetitions in visit.steps:
        for step in repetitions:
            if step.present:
                yield step
                if not step.reused:
                    for inner in step.visits.values():
                        yield from steps_in(inner)


def within(step: Step) -> Iterator[Step]:
    """A step and those around it, up to the model's list."""
    around: Step | None = step
    while around is not None:
        yield around
        around = around.visit.step


def activation(visit: Visit) -> Visit:
    """The visit of the block's own list, or of the model's, that a visit belongs to."""
    while visit.step is not None and not visit.block:
        visit = visit.step.visit
    return visit


def repetitions_around(step: Step) -> list[tuple[Address, int]]:
    """The repeated items around a step in its function, and which repetition it is in, the
    outermost first.
    """
    home = activation(step.visit)
    here = [one for one in within(step) if activation(one.visit) is home]
    return [(one.address, one.index) for one in reversed(here) if one.index is not None]


def roles_of(step: Step) -> list[str]:
    """The roles of what the layer or block of a step takes, in order; of what takes one tensor,
    none.
    """
    if step.node is not None and not step.visits:
        return [edge.role for edge in step.node.edges]
    return list(step.inputs)


class SourceName(NamedTuple):
    """A name in a ``from``: who reads it, and the item or branch that it stands for."""

    reader: Step
    path: str
    owner: Step
    part: Address

    @property
    def is_branch(self) -> bool:
        """Whether the name is that of a branch or shortcut of the owner."""
        return self.part != self.owner.address


class Facts:
    """What is asked of one recording.

    ``local`` maps a name in a ``from``, by its item and place, to the item or branch that it
    stands for, where a local variable can hold that; ``held`` are those items and branches. Other
    names are looked up in the dictionary ``tensors``: ``tapped`` are the items and branches that
    are kept there, ``kept`` the nodes by path. ``shared`` are the layers that are used again, and
    ``outside`` the layers whose output an item takes from outside when it is used again.
    ``passing`` says which blocks pass a dictionary or list on. ``uniform`` are the blocks that one
    call names by a variable. ``functions`` are the items that become a function, called where they
    are used again; ``origins`` maps each such use to its item.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.steps = list(steps_in(recording.root))
        self.calls: dict[str, list[Visit]] = {}
        self.local: dict[tuple[Address, int], Address] = {}
        self.held: set[Address] = set()
        self.kept: dict[str, str] = {}
        self.tapped: set[Address] = set()
        self.shared: set[str] = set()
        self.outside: set[str] = set()
        self.passing: dict[str, set[str]] = {"tensors": set(), "shared": set(), "outputs": set()}
        self.uniform: set[str] = set()
        self.origins: dict[Step, Address] = {}
        self._looked_into: set[Address] = set()
        self._find_calls()
        self._find_references()
        self.kept_paths = sorted(self.kept)
        self.output_paths = sorted(recording.graph.outputs)
        self._find_reuses()
        self._find_outputs()
        self.functions = set(self.origins.values())

    def original(self, step: Step) -> tuple[Step, bool]:
        """The step whose item a step carries out: of a ``reuse`` the one that is used again; and
        whether it is all of that item, and no branch of it.
        """
        while step.reused:
            step, part = self.recording.owners[step.reused]
            if part != step.address:
                return step, False
        return step, True

    def is_side_output(self, step: Step) -> bool:
        """Whether an item is a side path, so that the chain goes on from before it."""
        original, whole = self.original(step)
        return whole and isinstance(original.item.operation, SideOutput)

    def has_outputs(self, visits: list[Visit]) -> bool:
        """Whether an output of the model ends in some lists, or in the blocks that they call."""
        return any(
            isinstance(step.item.operation, SideOutput)
            or (step.reused and self.outputs_within(step))
            for visit in visits
            for step in steps_in(visit)
        )

    def _find_calls(self) -> None:
        targets: dict[Address, set[str]] = {}
        for step in self.steps:
            for visit in step.visits.values():
                if visit.block and not step.reused:
                    self.calls.setdefault(visit.block, []).append(visit)
            if isinstance(step.item.operation, VariableCall):
                targets.setdefault(step.address, set()).add(step.target)
        self.uniform = {
            name for several in targets.values() if len(several) > 1 for name in several
        }

    # --- names in `from`

    def _find_references(self) -> None:
        names: dict[tuple[Address, int], list[SourceName]] = {}
        for step in self.steps:
            for number, taken in enumerate(step.taken):
                if taken.kind == "item":
                    owner, part = self._owner(taken.path)
                    name = SourceName(step, taken.path, owner, part)
                    names.setdefault((step.address, number), []).append(name)
        for key, several in names.items():
            parts = {name.part for name in several}
            in_part = any(name.owner.is_part and name.is_branch for name in several)
            if len(parts) == 1 and not in_part and all(map(_is_local, several)):
                self.local[key] = part = parts.pop()
                self.held.add(part)
                for name in several:
                    inside = {step.address for step in within(name.reader)}
                    self._looked_into |= set(_around(name)) - inside
            else:
                for name in several:
                    self._tap(name)

    def _owner(self, path: str) -> tuple[Step, Address]:
        """The step that a path belongs to, and which part of it: for what lies in a block that is
        another spec its call, and the path itself.
        """
        owners = self.recording.owners
        call = path
        while call not in owners:
            call = call.rpartition(".")[0]
        owner, part = owners[call]
        return owner, part if call == path else (*part, f".{path[len(call) :]}")

    def _tap(self, name: SourceName) -> None:
        self.kept[name.path] = self.recording.graph.endpoints[name.path]
        self.tapped.add(name.part)
        self._looked_into |= set(_around(name))
        self._pass("tensors", name.owner.visit, name.reader.visit)

    def _pass(self, what: str, inner: Visit, outer: Visit) -> None:
        """Let every function between two visits pass something on."""
        home = activation(outer)
        visit = activation(inner)
        while visit is not home and visit.step is not None:
            self.passing[what].add(visit.block)
            visit = activation(visit.step.visit)

    # --- layers used again

    def _find_reuses(self) -> None:
        graph = self.recording.graph
        nodes = {node.name: node for node in graph.nodes}
        owners = {
            step.node.name: step for step in self.steps if step.node is not None and not step.reused
        }
        steps = [step for step in self.steps if step.reused]
        written_out = [step for step in self.steps if step.reused or step.is_part]
        owners |= {graph.nodes[number].name: step for step in written_out for number in step.nodes}
        owners |= {
            name: owners[node.name]
            for node in graph.nodes
            if node.outputs and node.name in owners
            for name in node.tensors
        }
        origins = {
            step: origin for step in steps if (origin := self._function_of(step)) is not None
        }
        while True:
            for step in steps:
                if step not in origins:
                    self._keep_outside(step, owners)
            left = {
                step: origin
                for step, origin in origins.items()
                if not self._is_read(origin) and not self._is_read(step)
            }
            if len(left) == len(origins):
                break
            origins = left
        self.origins = {step: origin.address for step, origin in origins.items()}
        for step in steps:
            for number in step.nodes:
                original = nodes[graph.nodes[number].name].weights_of
                if original is not None:
                    self.shared.add(original)
                    self._pass("shared", owners[original].visit, step.visit)

    def _is_read(self, step: Step) -> bool:
        """Whether a tensor within an item is read where another is used again."""
        nodes = [self.recording.graph.nodes[place] for place in step.nodes]
        return any(name in self.outside for node in nodes for name in node.tensors)

    def _function_of(self, step: Step) -> Step | None:
        """The step whose item a function can stand for, there and here: all layers are shared,
        and nothing within is taken from outside, or is an output.
        """
        origin, whole = self.original(step)
        graph = self.recording.graph
        made = [graph.nodes[place] for place in step.nodes]
        nodes = {graph.nodes[place].name: graph.nodes[place] for place in origin.nodes}
        shared = all(
            node.weights_of == (there := origin.path + node.name[len(step.path) :])
            and there in nodes
            and nodes[there].layer == node.layer
            for node in made
        )
        paths = (origin.path, step.path)
        looked = {origin.address, step.address} & self._looked_into
        inside = any(paths_within(path, self.output_paths) for path in paths)
        level = not repetitions_around(origin) and activation(origin.visit) is activation(
            step.visit
        )
        plain = not any(
            around.item.when is not None
            for around in within(origin)
            if activation(around.visit) is activation(origin.visit)
        )
        named = origin.written and not isinstance(origin.item.operation, SideOutput)
        alike = roles_of(step) == roles_of(origin)
        fits = whole and made and shared and level and plain and named and alike
        return origin if fits and not looked and not inside else None

    def _keep_outside(self, step: Step, owners: Mapping[str, Step]) -> None:
        """Keep the tensors from outside that an item takes or gives on when it is used again,
        besides those that a variable holds there.
        """
        graph = self.recording.graph
        made = [graph.nodes[place] for place in step.nodes]
        known = {name for node in made for name in node.tensors}
        known |= set(tensors_at(step, graph.inputs))
        taken = {name for node in made for name in node.inputs} | {step.result}
        taken |= {graph.outputs[path] for path in self.outputs_within(step)}
        taken |= {graph.endpoints[path] for path in self.kept_within(step)}
        for name in sorted(taken - known):
            self.outside.add(name)
            self._pass("tensors", owners[name].visit, step.visit)

    def outputs_within(self, step: Step) -> list[str]:
        """The outputs of the model that an item ends in when it is used again, in their order."""
        outputs = self.recording.graph.outputs
        paths = {*paths_within(step.path, self.output_paths), step.path}
        return [path for path in outputs if path in paths] if paths & outputs.keys() else []

    def kept_within(self, step: Step) -> list[str]:
        """The names within an item that are read elsewhere."""
        return paths_within(step.path, self.kept_paths)

    def _find_outputs(self) -> None:
        for step in self.steps:
            if isinstance(step.item.operation, SideOutput):
                self._pass("outputs", step.visit, self.recording.root)


def tensors_at(step: Step, inputs: Mapping[str, Any]) -> list[str]:
    """The nodes and inputs that a variable holds where an item is used again: those of the block
    or model, what the item is given, and what the item before it gave.
    """
    home = activation(step.visit)
    around = home.step.feeds if home.step is not None else tuple(inputs)
    return [*around, *step.feeds, step.before]


def paths_within(path: str, ordered: list[str]) -> list[str]:
    """Those of some ordered paths that lie within one."""
    return ordered[bisect_left(ordered, f"{path}.") : bisect_left(ordered, f"{path}/")]


def _is_local(name: SourceName) -> bool:
    """Whether a local variable can hold what a name stands for: no repetition or call ends in
    between.
    """
    owner, reader = name.owner, name.reader
    if any(step.reused for step in list(within(owner))[1:]) or activation(
        owner.visit
    ) is not activation(reader.visit):
        return False
    around = repetitions_around(owner)
    return around == repetitions_around(reader)[: len(around)]


def _around(name: SourceName) -> Iterator[Address]:
    """The items that what a name stands for lies within."""
    steps = within(name.owner)
    if not name.is_branch:
        next(steps)
    yield from (step.address for step in steps)
