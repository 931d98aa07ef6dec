"""`Recording` → what the writers ask of it: which tensors are named again, which layers are
used again, which lists belong to which function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archspec.frontend.elaborate.recording import Recording, Step, Visit
from archspec.frontend.program.program import SideOutput, VariableCall


class Varies(Exception):
    """What is to be written once for several steps differs between them; ``facts`` are the
    steps or visits, each with what it is there.
    """

    def __init__(self, facts: list[tuple[Step | Visit, Any]]) -> None:
        super().__init__()
        self.facts = facts


def one(facts: Sequence[tuple[Step | Visit, Any]]) -> Any:
    """What all steps have in common. Raises `Varies`."""
    first = facts[0][1]
    if any(fact != first for _, fact in facts):
        raise Varies(list(facts))
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


class Facts:
    """What is asked of one recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.bodies = {id(block.items): block.name for block in recording.program.blocks.values()}
        self.steps = list(steps_in(recording.root))
        self.calls: dict[str, list[Visit]] = {}
        self.simple: dict[tuple[int, int], int] = {}
        self.held: set[int] = set()
        self.kept: dict[str, str] = {}
        self.tapped: set[int] = set()
        self.shared: set[str] = set()
        self.outside: set[str] = set()
        self.passing: dict[str, set[str]] = {"tensors": set(), "shared": set(), "outputs": set()}
        self.uniform: set[str] = set()
        self.again: set[int] = set()
        self.origins: dict[int, int] = {}
        self._calls()
        self._references()
        self._reuses()
        self._outputs()

    def activation(self, visit: Visit) -> Visit:
        """The visit of the block's own list, or of the model's, that a visit belongs to."""
        while visit.step is not None and not (
            id(visit.items) in self.bodies and visit.step.values is not None
        ):
            visit = visit.step.visit
        return visit

    def block(self, visit: Visit) -> str:
        """The block that a visit belongs to; nothing for the model itself."""
        return self.bodies.get(id(self.activation(visit).items), "")

    def _calls(self) -> None:
        targets: dict[int, set[str]] = {}
        for step in self.steps:
            for visit in step.visits.values():
                if self.activation(visit) is visit:
                    self.calls.setdefault(self.bodies[id(visit.items)], []).append(visit)
            if isinstance(step.item.operation, VariableCall):
                targets.setdefault(id(step.item), set()).add(step.target)
        self.uniform = {
            name for several in targets.values() if len(several) > 1 for name in several
        }

    # --- names in `from`

    def _references(self) -> None:
        found: dict[tuple[int, int], list[tuple[Step, str]]] = {}
        for step in self.steps:
            for place, taken in enumerate(step.taken):
                if taken.kind == "item":
                    found.setdefault((id(step.item), place), []).append((step, taken.path))
        for key, readings in found.items():
            parts = {self._part(reader, path) for reader, path in readings}
            if len(parts) == 1 and None not in parts:
                self.simple[key] = part = next(one for one in parts if one is not None)
                self.held.add(part)
            else:
                for reader, path in readings:
                    self._tap(reader, path)

    def _part(self, reader: Step, path: str) -> int | None:
        """What a name stands for, if a local variable can hold it: no repetition or call ends
        in between.
        """
        owner, part = self.recording.owners[path]
        if any(step.reused for step in list(within(owner))[1:]) or self.activation(
            owner.visit
        ) is not self.activation(reader.visit):
            return None
        loops, around = self._loops(owner), self._loops(reader)
        return part if loops == around[: len(loops)] else None

    def _loops(self, step: Step) -> list[tuple[int, int]]:
        home = self.activation(step.visit)
        here = [one for one in within(step) if self.activation(one.visit) is home]
        return [(id(one.item), one.index) for one in reversed(here) if one.index is not None]

    def _tap(self, reader: Step, path: str) -> None:
        owner, part = self.recording.owners[path]
        self.kept[path] = self.recording.graph.endpoints[path]
        self.tapped.add(part)
        self._pass("tensors", owner.visit, reader.visit)

    def _pass(self, what: str, inner: Visit, outer: Visit) -> None:
        """Let every function between two visits pass something on."""
        home = self.activation(outer)
        visit = self.activation(inner)
        while visit is not home and visit.step is not None:
            self.passing[what].add(self.block(visit))
            visit = self.activation(visit.step.visit)

    # --- layers used again

    def _reuses(self) -> None:
        nodes = {node.name: node for node in self.recording.graph.nodes}
        owners = {
            step.node.name: step for step in self.steps if step.node is not None and not step.reused
        }
        steps = [step for step in self.steps if step.reused]
        origins = {id(step): origin for step in steps if (origin := self._origin(step)) is not None}
        while True:
            for step in steps:
                if id(step) not in origins:
                    self._outside(step, owners)
            left = {key: origin for key, origin in origins.items() if not self._is_read(origin)}
            if len(left) == len(origins):
                break
            origins = left
        self.origins = {key: id(origin.item) for key, origin in origins.items()}
        self.again = set(self.origins.values())
        for step in steps:
            for name in sorted(self.recording.graph.nodes[place].name for place in step.nodes):
                original = nodes[name].weights_of
                if original is not None:
                    self.shared.add(original)
                    self._pass("shared", owners[original].visit, step.visit)

    def _is_read(self, origin: Step) -> bool:
        """Whether a tensor within an item is read from outside."""
        return any(self.recording.graph.nodes[place].name in self.outside for place in origin.nodes)

    def _origin(self, step: Step) -> Step | None:
        """The step whose item a function can stand for, there and here: all layers are shared,
        and nobody looks inside or takes an output.
        """
        origin = step
        while origin.reused:
            owner, part = self.recording.owners[origin.reused]
            if part != id(owner.item):
                return None
            origin = owner
        graph = self.recording.graph
        made = [graph.nodes[place] for place in step.nodes]
        shared = all(node.weights_of == origin.path + node.name[len(step.path) :] for node in made)
        parts = {
            part
            for path, (_, part) in self.recording.owners.items()
            if path.startswith((f"{origin.path}.", f"{step.path}."))
        }
        looked = bool(parts & (self.tapped | self.held_outside(origin)))
        outputs = any(
            path.startswith((f"{origin.path}.", f"{step.path}.")) for path in graph.outputs
        )
        level = not self._loops(origin) and self.activation(origin.visit) is self.activation(
            step.visit
        )
        plain = not any(
            around.item.when is not None
            for around in within(origin)
            if self.activation(around.visit) is self.activation(origin.visit)
        )
        named = origin.written and not isinstance(origin.item.operation, SideOutput)
        level = level and len(step.item.sources or "1") == len(origin.item.sources or "1")
        return (
            origin
            if shared and level and plain and named and made and not looked and not outputs
            else None
        )

    def held_outside(self, origin: Step) -> set[int]:
        """The parts of an item that are named outside of it."""
        inside = {
            id(one.item) for one in self.steps if any(around is origin for around in within(one))
        }
        return {part for (reader, _), part in self.simple.items() if reader not in inside}

    def _outside(self, step: Step, owners: dict[str, Step]) -> None:
        """Keep the tensors from outside that an item takes when it is used again, besides those
        that it is given.
        """
        made = [self.recording.graph.nodes[place] for place in step.nodes]
        home = self.activation(step.visit)
        given = (
            {node.name for node in made}
            | set(step.feeds)
            | set(home.step.feeds if home.step else self.recording.graph.inputs)
        )
        for name in sorted({name for node in made for name in node.inputs} - given):
            self.outside.add(name)
            self._pass("tensors", owners[name].visit, step.visit)

    def _outputs(self) -> None:
        for step in self.steps:
            if isinstance(step.item.operation, SideOutput):
                self._pass("outputs", step.visit, self.recording.root)
