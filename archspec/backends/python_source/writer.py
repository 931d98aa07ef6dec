"""One function in the making: its names, its variables and its statements, written in the order
in which they run.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from archspec.backends.python_source.expressions import Known, TensorVariable
from archspec.backends.python_source.layout import Compound, Line, Piece, Statement
from archspec.backends.python_source.module import Module
from archspec.backends.python_source.values import Bound, Key, Scope, Values
from archspec.backends.python_source.words import CHAIN, Code, Identifiers, Template, joined
from archspec.frontend.elaborate.recording import Address, Step, Visit
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import Block, Item

COUNT = "#"
"""What the count of repetitions is called among the names at a place, whatever `$i` is there."""


class Place(NamedTuple):
    """Where items are written: the names that expressions see, the paths around, the innermost
    first, and the variable that the chain goes into.
    """

    scope: Scope
    prefixes: tuple[Template, ...]
    target: str

    def inside(self, name: Template) -> "Place":
        """The place inside a named piece of structure."""
        return self._replace(prefixes=(joined(self.prefixes[0], name), *self.prefixes))


class ItemSite(NamedTuple):
    """An item that is written once for some steps, all of them of that item; ``chain`` is the
    variable that holds what the item before it gives.
    """

    steps: list[Step]
    place: Place
    chain: str

    @property
    def item(self) -> Item:
        """The item."""
        return self.steps[0].item

    @property
    def address(self) -> Address:
        """Where the item stands in the program."""
        return self.steps[0].address

    @property
    def scope(self) -> Scope:
        """The names that the item sees, ``prev`` among them."""
        return {**self.place.scope, "prev": Bound(TensorVariable(self.chain))}

    def visits(self, part: str = "") -> list[Visit]:
        """The visits of a list within the item."""
        return [step.visits[part] for step in self.steps]


class Loop(NamedTuple):
    """A loop that is written as one: its item, and the variable that counts from 0."""

    item: Address
    counter: str


class Checkpoint(NamedTuple):
    """How far a function was written."""

    statements: int
    first: int
    names: int
    outputs: int
    sizes: tuple[int, ...]
    loops: int
    flags: frozenset[str]
    used: frozenset[str]
    clobbered: bool


class FunctionWriter:
    """Writes one function, for all the visits that it stands for.

    ``inputs`` are the variables of the tensors that the block or model names, by their names;
    ``held`` those of the items and branches that are named again, ``holding`` the other way round;
    ``functions`` those of the items that are called again. ``local`` are the names of the block and
    ``variables`` those of the spec that the function uses. ``first`` are statements for its
    beginning, ``flags`` the dictionaries and lists that it needs.
    """

    def __init__(
        self, module: Module, block: Block | None, visits: list[Visit], input_name: str
    ) -> None:
        self.module = module
        self.facts = module.facts
        self.block = block
        self.visits = visits
        self.names = Identifiers(module.names.taken)
        self.input = input_name
        self.inputs: dict[str, str] = {}
        self.body: list[Statement] = []
        self.first: list[Statement] = []
        self.used: set[str] = set()
        self.uses: dict[str, set[str]] = {}
        self.flags: set[str] = set()
        self.loops: list[Loop] = []
        self.held: dict[Address, str] = {}
        self.holding: dict[str, Address] = {}
        self.functions: dict[Address, str] = {}
        self.local: dict[str, Bound] = {}
        self.variables: dict[str, str] = {}
        self.values = Values(self.find, self.peek, module.helper, module.known)
        self.depth = 0
        self.clobbered = False
        self.needs_input = False
        self._quiet = False

    # --- names

    def find(self, name: str, scope: Scope) -> Bound:
        """What a name stands for at a place."""
        bound = (
            scope.get(name)
            or self.local.get(name)
            or self._local_value(name)
            or self.variable(name)
        )
        if isinstance(bound.meaning, Code) and not self._quiet:
            self.used.add(bound.meaning.text.partition("[")[0])
        if name == "in" and self.clobbered and self.input == CHAIN and not self._quiet:
            self.needs_input = True
        return bound

    def peek(self, name: str, scope: Scope) -> Bound:
        """What a name stands for, without its being used by that."""
        quiet, self._quiet = self._quiet, True
        try:
            return self.find(name, scope)
        finally:
            self._quiet = quiet

    def _local_value(self, name: str) -> Bound | None:
        """A value of the block's ``let``, computed where the function begins."""
        if self.block is None or name not in self.block.let:
            return None
        formula = self.block.let[name]
        state = self.clobbered, self._quiet, self.used
        self.clobbered, self._quiet, self.used = False, False, set()
        raws = self.values.raws(formula, [(visit, seen_at_start(visit)) for visit in self.visits])
        code = self.values.code(formula, raws, {})
        sources = self.values.sources(formula, {})
        variable = self.names.new(name, f"{name}_")
        self.uses[variable] = self.used
        self.clobbered, self._quiet, self.used = state
        self.first.append(Line(code.text, variable))
        self.local[name] = Bound(Code(variable), sources)
        return self.local[name]

    def all_used(self) -> set[str]:
        """The variables that are used, and those that the local values among them use."""
        used = set(self.used)
        for variable in reversed(self.uses):
            if variable in used:
                used |= self.uses[variable]
        return used

    def variable(self, name: str) -> Bound:
        """A variable of the spec: written out where the code holds for no other value."""
        sources = frozenset({("", name)})
        if ("", name) in self.module.fixed:
            return Bound(Known(self.module.variable(name)), sources)
        if name not in self.variables:
            self.variables[name] = self.names.new(name, f"{name}_")
        return Bound(Code(self.variables[name]), sources)

    def fix(self, formula: Formula | None, scope: Scope) -> None:
        """Write out the variables that a formula depends on: what is written holds for no other
        values.
        """
        if formula is not None:
            self.fix_sources(self.values.sources(formula, scope))

    def fix_sources(self, sources: frozenset[Key]) -> None:
        """Write out these variables."""
        self.module.fix(sources)

    # --- statements

    def emit(self, statement: Statement) -> None:
        """Add a statement."""
        if isinstance(statement, Line) and statement.target.partition(",")[0] == CHAIN:
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

    def under(self, condition: Code, site: ItemSite, write: Callable[[], str]) -> str:
        """What ``write`` writes, under a condition: the variable that holds the result either
        way.
        """
        inner: list[Statement] = []
        with self.nested(inner):
            result = write()
            if result not in (site.chain, site.place.target):
                result = self.assign(site.place.target, result)
        if result != site.chain:
            self.assign(site.place.target, site.chain)
        if inner:
            self.emit(_merged(condition, inner))
        return result

    def hold(self, part: Address, variable: str) -> str:
        """Let a variable hold an item or branch that is named again."""
        self.held[part], self.holding[variable] = variable, part
        return variable

    def is_held(self, variable: str) -> bool:
        """Whether a variable holds its value to the end of its list."""
        return variable in self.holding or variable in self.fixed_tensors()

    def fixed_tensors(self) -> set[str]:
        """The tensors that the function is given, which it never assigns."""
        return {
            bound.meaning.variable
            for bound in self.local.values()
            if isinstance(bound.meaning, TensorVariable)
        } - {CHAIN}

    # --- attempts

    def checkpoint(self) -> Checkpoint:
        """How far the function is written, to go back to."""
        return Checkpoint(
            len(self.body),
            len(self.first),
            len(self.names.given),
            len(self.module.outputs),
            tuple(map(len, self._growing())),
            len(self.loops),
            frozenset(self.flags),
            frozenset(self.used),
            self.clobbered,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Forget what was written since."""
        del self.body[checkpoint.statements :]
        del self.loops[checkpoint.loops :]
        del self.module.outputs[checkpoint.outputs :]
        self.names.forget(checkpoint.names)
        for growing, size in zip(self._growing(), checkpoint.sizes, strict=True):
            while len(growing) > size:
                growing.popitem()
        del self.first[checkpoint.first :]
        self.flags, self.used = set(checkpoint.flags), set(checkpoint.used)
        self.clobbered = checkpoint.clobbered

    def _growing(self) -> tuple[dict[Any, Any], ...]:
        return self.held, self.holding, self.functions, self.variables, self.local


def seen_at_start(visit: Visit) -> object:
    """What expressions see where the function of a block, or of the model, begins."""
    return visit.environment if visit.step is None else visit.step.values


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
