"""What the functions of a file share: the names of the module, its constants, the functions of
the blocks, the outputs of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from archspec.backends.flat_spec import arguments
from archspec.backends.python_source.extras import FUNCTIONS, layer_kinds
from archspec.backends.python_source.facts import Facts, Varies
from archspec.backends.python_source.functions import BlockWriter, Function
from archspec.backends.python_source.layout import Brackets, Line, Piece, around
from archspec.backends.python_source.plan import Again, Plan
from archspec.backends.python_source.values import Bound, Key, Scope, tupled
from archspec.backends.python_source.words import Code, Identifiers, constant, literal
from archspec.backends.python_source.writer import CHAIN, NeedsInput, Writer
from archspec.frontend.elaborate.recording import Recording, Visit
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.layers import Layer
from archspec.layers.types import Configured

BUILD = "build_model"
BLOCKS = "BLOCKS"
SHORT = 40
"""The length up to which a list is written where it is used."""


class Module:
    """Writes the file. ``again`` is raised where the plan has changed."""

    def __init__(self, recording: Recording, facts: Facts, plan: Plan) -> None:
        self.recording = recording
        self.program = recording.program
        self.facts = facts
        self.plan = plan
        self.names = Identifiers({CHAIN, "inputs", "name", BUILD, BLOCKS, *FUNCTIONS})
        self.function_names: dict[tuple[str, int], str] = {}
        for block in self.program.blocks:
            for number in range(len(plan.groups.get(block, ()))):
                self.function_names[block, number] = self.names.new(
                    block if not number else f"{block}_{number + 1}", f"{block}_block"
                )
        self.functions: dict[tuple[str, int], Function] = {}
        self.helpers: set[str] = set()
        self.kinds: set[str] = set()
        self.ours = layer_kinds()
        self.tables: dict[tuple[str, str], tuple[str, Piece]] = {}
        self.dispatches: dict[str, list[str]] = {}
        self.outputs: list[str] = []
        self.certain = False
        self.new_fixed: set[Key] = set()

    # --- what writers ask for

    @property
    def fixed(self) -> set[Key]:
        """The variables and arguments that are written out."""
        return self.plan.fixed

    @property
    def appended(self) -> bool:
        """Whether further outputs are gathered in a list while the model is built."""
        return self.plan.appended

    @property
    def straight(self) -> bool:
        """Whether further outputs are variables of the function that builds the model."""
        return not self.plan.appended

    def fix(self, keys: Iterable[Key]) -> None:
        """Write out some variables and arguments, from the next time on."""
        self.new_fixed |= set(keys) - self.plan.fixed

    def variable(self, name: str) -> Any:
        """The value of a variable of the spec."""
        return self.recording.variables.lookup(name)

    def helper(self, function: str) -> str:
        """A function of expressions, or one that the file defines, as it is called in the file."""
        called = BUILTINS[function].python if function in BUILTINS else ""
        if function in FUNCTIONS or "." in called:
            self.helpers.add(called.partition(".")[0] or function)
        return called or function

    def kind(self, kind: str) -> str:
        """A layer kind as it is called in the file."""
        self.kinds.add(kind)
        return kind if kind in self.ours else f"layers.{kind}"

    def plain(self, layer: Layer) -> tuple[Piece, ...]:
        """The arguments of a layer, all written out."""
        given = arguments(layer)
        values = {
            name: (
                value
                if isinstance(value := layer.arguments[name], Configured)
                else tupled(given[name])
            )
            for name in given
        }
        return tuple(around(f"{name}=", literal(value)) for name, value in values.items())

    def outside_blocks(self, writer: Writer) -> Scope:
        """The names that the spec's own ``defaults`` see: its variables, nearer than the
        block's names.
        """
        return _Outside(writer, self.program.variables)

    def table(self, name: str, value: Any) -> str:
        """A constant at the top of the file."""
        key = name, repr(value)
        if key not in self.tables:
            table = literal(value)
            if (
                isinstance(value, list)
                and any(isinstance(one, list) for one in value)
                and isinstance(table, Brackets)
            ):
                table = table._replace(table=True)
            self.tables[key] = self.names.constant(name), table
        return self.tables[key][0]

    def known(self, name: str, value: Any) -> Code:
        """A value that a name always stands for: written where it is used, or in a constant
        where it is long.
        """
        found = constant(value)
        return (
            Code(self.table(name, value))
            if isinstance(value, list | dict) and len(found.text) > SHORT
            else found
        )

    def dispatch(self, functions: Sequence[Function]) -> str:
        """The table of blocks by their names."""
        for function in functions:
            self.dispatches[function.block.name] = [function.name]
        return BLOCKS

    # --- functions

    def group(self, block: str, visit: Visit) -> int:
        """The number of the function that stands for a visit."""
        return next(
            number
            for number, visits in enumerate(self.plan.groups[block])
            if any(one is visit for one in visits)
        )

    def function(self, block: str, number: int) -> Function:
        """The function that stands for some visits of a block."""
        key = block, number
        if key not in self.functions:
            try:
                self.functions[key] = self._written(block, number)
            except Varies as varies:
                self.plan.split(block, number, varies)
                raise Again from None
        return self.functions[key]

    def _written(self, block: str, number: int) -> Function:
        visits = self.plan.groups[block][number]
        name = self.function_names[block, number]
        try:
            return BlockWriter(self, self.program.blocks[block], visits, CHAIN).written_function(
                name
            )
        except NeedsInput:
            return BlockWriter(self, self.program.blocks[block], visits, "inputs").written_function(
                name
            )

    # --- outputs

    def outputs_begin(self, writer: Writer) -> int:
        """A further output begins: its number."""
        if self.straight and (writer.block is not None or writer.depth):
            self.plan.appended = True
            raise Again
        self.outputs.append("")
        if self.appended:
            writer.flags.add("outputs")
            self.certain |= not writer.depth and writer.block is None
        return len(self.outputs) - 1

    def outputs_end(
        self, writer: Writer, number: int, variable: str, own: str, slot: str = ""
    ) -> None:
        """It ends: the variable that holds it, its ``own`` one, and that of its place, if
        outputs within it have come before.
        """
        self.outputs[number] = variable
        if slot:
            writer.emit(Line(f"outputs.insert({slot}, {variable})"))
        elif self.appended:
            last = writer.body[-1] if writer.body else None
            if (
                isinstance(last, Line)
                and last.target == variable == own
                and not writer.is_kept(variable)
            ):
                writer.body[-1] = Line(Brackets("outputs.append(", (last.value,), ")"))
            else:
                writer.emit(Line(f"outputs.append({variable})"))

    def outputs_state(self) -> int:
        """How many outputs there are."""
        return len(self.outputs)

    def outputs_restore(self, count: int) -> None:
        """Forget those written since."""
        del self.outputs[count:]

    def outputs_written(self, main: str) -> Piece:
        """What the model gives."""
        if self.appended:
            return (
                f"[{main}, *outputs]"
                if self.certain
                else f"[{main}, *outputs] if outputs else {main}"
            )
        return (
            main if not self.outputs else Brackets("[", (main, *self.outputs), "]", collection=True)
        )


class _Outside(Mapping[str, Bound]):
    """The variables of the spec, as a function that is written sees them; each is asked for
    when it is mentioned.
    """

    def __init__(self, writer: Writer, names: Mapping[str, Any]) -> None:
        self.writer = writer
        self.names = names

    def __getitem__(self, name: str) -> Bound:
        if name not in self.names:
            raise KeyError(name)
        return self.writer.variable(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)
