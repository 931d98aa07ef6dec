"""A network as written: items, blocks, inputs and formulas, every name in them known to be one.
`syntax` makes it, `elaborate` carries it out.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Mapping
from typing import NamedTuple

from archspec.diagnostics import Span
from archspec.frontend.program.formulas import Formula, NameFormula
from archspec.frontend.vocabulary import NO_STEP
from archspec.frontend.yaml.document import Value
from archspec.layers.declared import Declaration

Arguments = Mapping[str, Formula]


NO_ARGUMENTS: Arguments = {}


class LayerCall(NamedTuple):
    """A layer of a kind, with the arguments that stand at it; ``call`` are those of its call."""

    kind: str
    arguments: Arguments
    place: Span
    call: Arguments = NO_ARGUMENTS


class DeclaredCall(NamedTuple):
    """A layer of a kind that the spec declares."""

    kind: str
    arguments: Arguments
    place: Span


class BlockCall(NamedTuple):
    """A call of a block of the spec."""

    block: str
    arguments: Arguments
    place: Span


class VariableCall(NamedTuple):
    """A call of the layer kind or block that a variable names."""

    variable: str
    arguments: Arguments
    place: Span
    call: Arguments = NO_ARGUMENTS


class Items(NamedTuple):
    """A list of items. ``reserved`` are the names written in it and in its unnamed groups,
    which automatic names avoid.
    """

    items: tuple["Item", ...]
    reserved: frozenset[str]
    place: Span


class LayerGroup(NamedTuple):
    """``layers``: the items run in sequence."""

    items: Items
    place: Span


class Branch(NamedTuple):
    """A branch or a shortcut: its items, and the condition under which there is one.

    ``label`` is empty where the author gave none; ``part`` is what tells it from the other
    branches of its item: its label or, without one, its number. Under a ``repeat`` it is a fan, a
    branch for each repetition, and ``name`` is its label as a formula.
    """

    label: str
    part: str
    items: Items
    when: Formula | None
    place: Span
    repeat: Formula | None = None
    name: NameFormula | None = None

    @property
    def is_step(self) -> bool:
        """Whether its label is a step of the paths of its items."""
        return bool(self.label) and not self.label.startswith(NO_STEP)

    @property
    def words(self) -> str:
        """What to call it in a complaint."""
        return f"branch `{self.label}`" if self.label else f"branch {self.part}"


class Branches(NamedTuple):
    """``branches`` with the layer that ``merge`` names: a kind, or a formula that gives its
    name.
    """

    paths: tuple[Branch, ...]
    merge: Formula
    arguments: Arguments
    place: Span


class Residual(NamedTuple):
    """``residual`` with its ``shortcut``, ``None`` for the identity; ``around_first`` says that
    the way around is made, and added, before the items.
    """

    items: Items
    shortcut: Branch | None
    around_first: bool
    place: Span


class Reuse(NamedTuple):
    """``reuse``: the item of that name once more. ``call`` are arguments of the layer's call that
    differ from those there.
    """

    target: NameFormula
    place: Span
    call: Arguments = NO_ARGUMENTS


class SideOutput(NamedTuple):
    """``output``: a side path that ends in an output of the model."""

    items: Items
    place: Span


class Mistaken(NamedTuple):
    """What stands where an operation belongs, its mistake complained of. ``hides`` says that
    names may stand in it, which are unknown.
    """

    hides: bool
    place: Span


Operation = (
    LayerCall
    | DeclaredCall
    | BlockCall
    | VariableCall
    | LayerGroup
    | Branch
    | Branches
    | Residual
    | Reuse
    | SideOutput
    | Mistaken
)


class FromName(NamedTuple):
    """One name in a ``from``, and the role that the tensor has; none where the ``from`` is a name
    or a list. With a ``repeat`` or a ``when`` it gathers any number of tensors.
    """

    name: NameFormula
    role: str = ""
    repeat: Formula | None = None
    when: Formula | None = None

    @property
    def is_gather(self) -> bool:
        """Whether it may stand for more or less than one tensor."""
        return self.repeat is not None or self.when is not None

    @property
    def text(self) -> str:
        """The name as written."""
        return self.name.text


class Item(NamedTuple):
    """One item: an operation with its modifiers. ``place`` is where the operation's key stands."""

    operation: Operation
    name: NameFormula | None
    repeat: Formula | None
    when: Formula | None
    sources: tuple[FromName, ...] | None
    place: Span


class BlockArgument(NamedTuple):
    """An argument of a block: ``default`` is ``None`` where it is required."""

    name: str
    default: Formula | None
    place: Span


ArgumentsByKind = Mapping[str, Arguments]


class Block(NamedTuple):
    """A block: its arguments, local values, inputs, defaults and items."""

    name: str
    parameters: Mapping[str, BlockArgument]
    let: Mapping[str, Formula]
    inputs: tuple[str, ...]
    defaults: ArgumentsByKind
    items: Items
    place: Span


class DeclaredWeight(NamedTuple):
    """A weight of a declared kind."""

    shape: Formula
    trainable: bool


class DeclaredKind(NamedTuple):
    """A kind that the spec declares: its arguments, and what it does to shapes. ``shapes`` are
    those of its outputs by name, one without a name, or none where the input's shape stays.
    """

    declaration: Declaration
    parameters: Mapping[str, BlockArgument]
    weights: Mapping[str, DeclaredWeight]
    shapes: Mapping[str, Formula]
    macs: Formula | None
    place: Span


class Input(NamedTuple):
    """An input of the model: its shape as a formula, its dtype, which is a plain text, and whether
    it may be left out when the model is called.
    """

    name: str
    shape: Formula
    dtype: Value | None
    place: Span
    optional: bool = False


class SpecPart(NamedTuple):
    """A block that is another spec: its program, and what its variables must remain.

    ``reference`` is how the author names it; ``upto`` is the path that it ends in, ``None`` for its
    own end; where ``frozen``, none of its layers is trained.
    """

    program: "Program"
    kinds: Mapping[str, str | Value]
    reference: str
    upto: Value | None
    frozen: bool


class Program(NamedTuple):
    """A network as written, ready to be carried out. ``parts`` are those of its blocks that are
    other specs.
    """

    name: str
    description: str | None
    source: str | None
    variables: Mapping[str, Formula]
    inputs: tuple[Input, ...]
    defaults: ArgumentsByKind
    blocks: Mapping[str, Block]
    kinds: Mapping[str, DeclaredKind]
    items: Items
    reuses: bool
    parts: Mapping[str, SpecPart]


def parts_of(operation: Operation) -> tuple[Branch, ...]:
    """The branches of an operation, or its shortcut."""
    if isinstance(operation, Branches):
        return operation.paths
    shortcut = operation.shortcut if isinstance(operation, Residual) else None
    return () if shortcut is None else (shortcut,)


def place_of(name: str, items: Items) -> Span | None:
    """Where an item, branch or shortcut of that name stands in a list, or in the groups,
    branches and residuals within.
    """
    for item in items.items:
        operation = item.operation
        if item.name is not None and item.name.text == name:
            return item.name.value.span
        paths = parts_of(operation)
        place = next((path.place for path in paths if path.is_step and path.label == name), None)
        inner = (
            [operation.items] if isinstance(operation, LayerGroup | Residual | SideOutput) else []
        )
        place = place or next(
            (
                inner_place
                for body in [*inner, *(path.items for path in paths)]
                if (inner_place := place_of(name, body))
            ),
            None,
        )
        if place is not None:
            return place
    return None


def key_of(operation: Operation) -> str:
    """What stands in the text for an operation: its layer, its block or a word of the language."""
    names = (getattr(operation, name, None) for name in ("kind", "block", "variable"))
    called = [name for name in names if isinstance(name, str)]
    return called[0] if called else OPERATION_KEYS.get(type(operation), "layers")


OPERATION_KEYS = {Branches: "branches", Residual: "residual", Reuse: "reuse", SideOutput: "output"}
"""The keys of the operations that are no calls, but for groups."""
