"""What the functions of a file share: the names of the module, its constants, the functions of
the blocks, the outputs of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archspec.backends.flat_spec import arguments
from archspec.backends.output_layers import need_dtypes
from archspec.backends.python_source.extras import FUNCTIONS, layer_kinds
from archspec.backends.python_source.facts import Facts, Varies, common
from archspec.backends.python_source.keras_names import CALLED
from archspec.backends.python_source.layer_calls import kinds_in, written_out
from archspec.backends.python_source.layout import Brackets, Piece, around
from archspec.backends.python_source.plan import FilePlan
from archspec.backends.python_source.values import Key
from archspec.backends.python_source.words import BLOCKS, Code, Identifiers, constant, literal
from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.elaborate.recording import Step
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.program.program import Block
from archspec.graph import Node
from archspec.layers import Layer
from archspec.layers.declared import Declaration, Declared

SHORT = 40
"""The length up to which a list is written where it is used."""


@dataclass(frozen=True)
class Function:
    """A function that was written: its arguments and the variables of the spec that it takes,
    by their names in the text; ``passes`` are the dictionaries and lists that it is given.
    """

    name: str
    block: Block
    arguments: Mapping[str, str]
    required: frozenset[str]
    variables: Mapping[str, str]
    passes: frozenset[str]
    lines: list[str]


class Module:
    """A file in the making. ``write`` writes the function of a block for some visits."""

    def __init__(self, facts: Facts, plan: FilePlan, write: Callable[..., Function]) -> None:
        self.facts = facts
        self.plan = plan
        self.write = write
        self.program = facts.recording.program
        self.fixed = frozenset(plan.fixed)
        self.newly_fixed: set[Key] = set()
        self.names = Identifiers((*FUNCTIONS, CALLED))
        self.function_names: dict[tuple[str, int], str] = {}
        for block in self.program.blocks:
            for number in range(len(plan.groups.get(block, ()))):
                self._name_function(block, number)
        self.functions: dict[tuple[str, int], Function] = {}
        self.helpers: set[str] = set()
        self.kinds: set[str] = set()
        self.uses_operations = False
        self.declared: dict[str, Declaration] = {}
        self.tables: dict[tuple[str, str], tuple[str, Piece]] = {}
        self.dispatches: dict[str, str] = {}
        self.outputs_have_dtypes = need_dtypes(facts.recording.graph)
        self.outputs: list[tuple[str, Piece]] = []
        self.always_gathers = False

    def fix(self, keys: Iterable[Key]) -> None:
        """Write out some variables and arguments, from the next time on."""
        self.newly_fixed |= set(keys)

    def variable(self, name: str) -> Any:
        """The value of a variable of the spec."""
        return self.facts.recording.variables.lookup(name)

    def helper(self, function: str) -> str:
        """A function of expressions, or one that the file defines, as it is called in the file."""
        called = BUILTINS[function].python if function in BUILTINS else ""
        if function in (*FUNCTIONS, CALLED) or "." in called:
            self.helpers.add(called.partition(".")[0] or function)
        return called or function

    def kind(self, kind: str) -> str:
        """A layer kind as it is called in the file."""
        self.kinds.add(kind)
        return kind if kind in layer_kinds() else f"layers.{kind}"

    def class_of(self, node: Node) -> str:
        """The class of a layer as it is called in the file. Raises `SpecError` where a declared
        kind names none.
        """
        layer = node.layer
        if layer.keras:
            self.declared[layer.kind()] = Declaration(layer.kind(), (), (), layer.keras, {})
            return layer.kind()
        if not isinstance(layer, Declared):
            return self.kind(layer.kind())
        if layer.declaration.reference is None:
            message = f"the declaration of `{layer.kind()}` names no class to import"
            help = "write `keras: module:Class` into it"
            raise SpecError([Diagnostic("no-class", message, node.span, help=help)])
        self.declared[layer.kind()] = layer.declaration
        return layer.kind()

    def plain(self, layer: Layer) -> tuple[Piece, ...]:
        """The arguments of a layer, all written out."""
        self.kinds.update(kinds_in([layer]))
        return tuple(around(f"{name}=", written_out(layer, name)) for name in arguments(layer))

    def table(self, name: str, value: Any) -> str:
        """A constant at the top of the file."""
        key = name, repr(value)
        if key not in self.tables:
            table = literal(value)
            if (
                isinstance(value, list)
                and any(isinstance(row, list) for row in value)
                and isinstance(table, Brackets)
            ):
                table = table._replace(table=True)
            self.tables[key] = self.names.constant(name), table
        return self.tables[key][0]

    def known(self, name: str, value: Any) -> Code:
        """A value that a name always stands for: written where it is used, or in a constant
        where it is long.
        """
        code = constant(value)
        if isinstance(value, list | dict) and len(code.text) > SHORT:
            return Code(self.table(name, value))
        return code

    def dispatch(self, functions: Sequence[Function]) -> str:
        """The table of blocks by their names."""
        self.dispatches |= {function.block.name: function.name for function in functions}
        return BLOCKS

    def function(self, steps: Sequence[Step]) -> Function:
        """The function that stands for the block that some steps call. Raises `Varies` where
        there are several.
        """
        block = steps[0].target
        while True:
            groups = [(step, self.plan.group[step.visits[""]]) for step in steps]
            number: int = common(groups)
            try:
                return self._written(block, number)
            except Varies as varies:
                self.plan.split(block, number, varies)
                self._split(block)

    def _written(self, block: str, number: int) -> Function:
        key = block, number
        if key not in self.functions:
            visits = self.plan.groups[block][number]
            name = self.function_names[key]
            self.functions[key] = self.write(self, self.program.blocks[block], visits, name)
        return self.functions[key]

    def _split(self, block: str) -> None:
        """Name the functions of a block that a split has added. What was written is thrown away
        in the end, so that the names need not be those of the next time.
        """
        self.functions = {
            key: function for key, function in self.functions.items() if key[0] != block
        }
        for number in range(len(self.plan.groups[block])):
            if (block, number) not in self.function_names:
                self._name_function(block, number)

    def _name_function(self, block: str, number: int) -> None:
        wanted = f"{block}_{number + 1}" if number else block
        self.function_names[block, number] = self.names.new(wanted, f"{block}_block")
