"""One function in the making: its names, its variables and its statements, written in the order
in which they run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from archspec.backends.python_source.expressions import Known, Tensor
from archspec.backends.python_source.facts import Varies
from archspec.backends.python_source.layout import Compound, Line, Piece, Statement
from archspec.backends.python_source.values import Bound, Key, Scope, Values
from archspec.backends.python_source.words import Code, Identifiers, Template, joined
from archspec.frontend.elaborate.recording import Step, Visit
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import Block

if TYPE_CHECKING:
    from archspec.backends.python_source.module import Module

CHAIN = "x"
"""The variable that holds what flows along the chain."""


class NeedsInput(Exception):
    """The function reads its input again after `x` has got another value, so that the input
    needs a name of its own.
    """


class Place(NamedTuple):
    """Where items are written: the names that expressions see, the paths around, the innermost
    first, and the variable that the chain goes into.
    """

    scope: Scope
    prefixes: tuple[Template, ...]
    target: str

    def inside(self, name: Template) -> Place:
        """The place inside a named piece of structure."""
        return self._replace(prefixes=(joined(self.prefixes[0], name), *self.prefixes))


class Loop(NamedTuple):
    """A loop that is written as one: its item, and the variable that counts from 0."""

    item: int
    counter: str


class Writer:
    """Writes one function, for all the visits that it stands for."""

    def __init__(
        self, module: Module, block: Block | None, visits: list[Visit], input_name: str
    ) -> None:
        self.module = module
        self.facts = module.facts
        self.block = block
        self.visits = visits
        self.names = Identifiers(
            {*module.names.taken, CHAIN, "inputs", "name", "outputs", "tensors", "shared"}
        )
        self.input = input_name
        self.clobbered = False
        self.body: list[Statement] = []
        self.first: list[Statement] = []
        self.used: set[str] = set()
        self.uses: dict[str, set[str]] = {}
        self.flags: set[str] = set()
        self.depth = 0
        self.quiet = False
        self.loops: list[Loop] = []
        self.held: dict[int, str] = {}
        self.functions: dict[int, str] = {}
        self.local: dict[str, Bound] = {}
        self.variables: dict[str, str] = {}
        self.values = Values(self.find, self.peek, module.helper, module.known)

    # --- names

    def find(self, name: str, scope: Scope) -> Bound:
        """What a name stands for at a place."""
        found = (
            scope.get(name) or self.local.get(name) or self.local_value(name) or self.variable(name)
        )
        if isinstance(found.meaning, Code) and not self.quiet:
            self.used.add(found.meaning.text.partition("[")[0])
        if name == "in" and self.clobbered and self.input == CHAIN and not self.quiet:
            raise NeedsInput
        return found

    def peek(self, name: str, scope: Scope) -> Bound:
        """What a name stands for, without its being used by that."""
        quiet, self.quiet = self.quiet, True
        try:
            return self.find(name, scope)
        finally:
            self.quiet = quiet

    def local_value(self, name: str) -> Bound | None:
        """A value of the block's ``let``, computed where the function begins."""
        if self.block is None or name not in self.block.let:
            return None
        formula = self.block.let[name]
        state, self.clobbered, self.quiet, self.used = (
            (self.clobbered, self.quiet, self.used),
            False,
            False,
            set(),
        )
        raws = self.values.raws(
            formula, [(visit, self.environment(visit)) for visit in self.visits]
        )
        code = self.values.code(formula, raws, {})
        sources = self.values.sources(formula, {})
        variable = self.names.new(name, f"{name}_")
        self.uses[variable] = self.used
        self.clobbered, self.quiet, self.used = state
        self.first.append(Line(code.text, variable))
        self.local[name] = Bound(Code(variable), sources)
        return self.local[name]

    def all_used(self) -> set[str]:
        """The variables that are used, and those that the local values among them use."""
        found = set(self.used)
        for variable in reversed(self.uses):
            if variable in found:
                found |= self.uses[variable]
        return found

    def environment(self, visit: Visit) -> object:
        """What expressions see where a function begins."""
        return visit.environment if self.block is None else visit.step.values  # type: ignore[union-attr]  # a block has a call

    def variable(self, name: str) -> Bound:
        """A variable of the spec: written out where the code holds for no other value."""
        sources = frozenset({("", name)})
        if ("", name) in self.module.fixed:
            return Bound(Known(self.module.variable(name)), sources)
        if name not in self.variables:
            self.variables[name] = self.names.new(name, f"{name}_")
        return Bound(Code(self.variables[name]), sources)

    def fix(self, formula: Formula | None, place: Place, cur: str) -> None:
        """Write out the variables that a formula depends on: what is written holds for no other
        values.
        """
        if formula is not None:
            self.fix_sources(self.sources(formula, self.seen(place, cur)))

    def sources(self, formula: Formula, scope: Scope) -> frozenset[Key]:
        """The variables and arguments that a formula depends on."""
        return self.values.sources(formula, scope)

    def fix_sources(self, sources: frozenset[Key]) -> None:
        """Write out these variables."""
        self.module.fix(sources)

    def seen(self, place: Place, cur: str) -> Scope:
        """The names that an item sees, ``prev`` among them."""
        return {**place.scope, "prev": Bound(Tensor(cur))}

    # --- statements

    def emit(self, statement: Statement) -> None:
        """Add a statement."""
        if isinstance(statement, Line) and statement.target == CHAIN:
            self.clobbered = True
        self.body.append(statement)

    def assign(self, target: str, value: Piece) -> str:
        """Add an assignment; the variable."""
        if value != target:
            self.emit(Line(value, target))
        return target

    @contextmanager
    def nested(self, statements: list[Statement]) -> Iterator[None]:
        """Let statements be added to a body further in."""
        outer, self.body = self.body, statements
        self.depth += 1
        try:
            yield
        finally:
            self.body = outer
            self.depth -= 1

    def under(
        self,
        condition: Code,
        place: Place,
        cur: str,
        write: Callable[[], str],
        *,
        is_read: bool = True,
    ) -> str:
        """What ``write`` writes, under a condition: the variable that holds the result either
        way, if that ``is_read`` at all.
        """
        inner: list[Statement] = []
        with self.nested(inner):
            result = write() if is_read else (write() and cur)
            if result not in (cur, place.target):
                result = self.assign(place.target, result)
        if result != cur:
            self.assign(place.target, cur)
        if inner:
            self.emit(_merged(condition, inner))
        return result

    def is_kept(self, variable: str) -> bool:
        """Whether a variable keeps its value to the end of its list."""
        return variable in self.held.values() or variable in self.fixed_tensors()

    def fixed_tensors(self) -> set[str]:
        """The tensors that the function is given, which it never assigns."""
        return {
            one.meaning.variable for one in self.local.values() if isinstance(one.meaning, Tensor)
        } - {CHAIN}

    # --- names of layers

    def step_name(self, steps: list[Step], names: list[str], base: str) -> Template:
        """An automatic name: a text where it is always the same, else counted by the loop
        around it. Raises `Varies`.
        """
        facts = list(zip(steps, names, strict=True))
        if len(set(names)) == 1:
            return (names[0],)
        for loop in reversed(self.loops):
            found = self._counted(facts, base, loop)
            if found is not None:
                return found
        raise Varies(list(facts))

    def _counted(self, facts: list[tuple[Step, str]], base: str, loop: Loop) -> Template | None:
        numbers: dict[int, int] = {}
        for step, name in facts:
            index = _index_of(step, loop)
            number = _number(name, base)
            if not number or numbers.setdefault(index, number) != number:
                return None
        indices = sorted(numbers)
        slope = (
            (numbers[indices[-1]] - numbers[indices[0]]) // (indices[-1] - indices[0])
            if len(indices) > 1
            else 1
        )
        start = numbers[indices[0]] - slope * indices[0]
        if any(number != start + slope * index for index, number in numbers.items()):
            return None
        self.used.add(loop.counter)
        times = loop.counter if slope == 1 else f"{slope} * {loop.counter}"
        count = f"{times} + {start}" if start > 0 else times if not start else f"{times} - {-start}"
        if min(numbers.values()) > 1:
            return (f"{base}_", Code(count, 5))
        return (Code(f'{self.module.helper("numbered")}("{base}", {count})'),)


def _number(name: str, base: str) -> int:
    """``conv`` → 1, ``conv_2`` → 2; 0 for another name."""
    rest = name.removeprefix(f"{base}_")
    return 1 if name == base else int(rest) if rest != name and rest.isdigit() else 0


def _index_of(step: Step, loop: Loop) -> int:
    around: Step | None = step
    while around is not None and id(around.item) != loop.item:
        around = around.visit.step
    assert around is not None
    assert around.index is not None
    return around.index


def _merged(condition: Code, inner: list[Statement]) -> Compound:
    """An ``if``, joined with one that is all that stands in it."""
    only = inner[0]
    if (
        len(inner) == 1
        and isinstance(only, Compound)
        and isinstance(only.head, str)
        and only.head.startswith("if ")
    ):
        first = condition.text if condition.level > 1 else f"({condition.text})"
        second = only.head[3:]
        second = f"({second})" if " or " in second or " if " in second else second
        return Compound(f"if {first} and {second}", only.body)
    return Compound(f"if {condition.text}", inner)
