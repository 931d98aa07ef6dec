"""`Document` → `Program`: items, blocks and formulas as data, every name in them known to be one.

What can be said without running the network is said here, for every item, also those that a
``when`` leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from archspec.diagnostics import Complaints, Diagnostic, Enough, Span
from archspec.frontend.program.calls import recursions, two_operations_help
from archspec.frontend.program.complaints import (
    better_name,
    block_argument_problems,
    declared_name_problem,
    merge_problem,
    name_problem,
    no_argument,
    no_call_argument,
    no_layer_to_call,
    unknown_operation,
    unknown_role,
    wrong_call_value,
)
from archspec.frontend.program.formulas import (
    Formula,
    Located,
    Mention,
    NameFormula,
    broken,
    formula,
    mentioned,
    name_formula,
    plain,
)
from archspec.frontend.program.names import (
    COUNTER,
    Visible,
    is_wrongly_called,
    unknown_variable,
    variable_problem,
)
from archspec.frontend.program.program import (
    ArgumentsByKind,
    Block,
    BlockArgument,
    BlockCall,
    Branch,
    Branches,
    DeclaredCall,
    DeclaredKind,
    DeclaredWeight,
    FromName,
    Input,
    Item,
    Items,
    LayerCall,
    LayerGroup,
    Mistaken,
    Operation,
    Program,
    Residual,
    Reuse,
    SideOutput,
    SpecPart,
    VariableCall,
    key_of,
    parts_of,
)
from archspec.frontend.resolve import Resolved
from archspec.frontend.vocabulary import (
    BLOCK_NAME,
    MODIFIERS,
    OPERATIONS,
    RESERVED_STEPS,
    VARIABLE_NAME,
)
from archspec.frontend.yaml.document import Broken, Document, Value
from archspec.layers import KINDS
from archspec.layers.base import wrong_argument
from archspec.layers.declared import Declaration
from archspec.layers.types import Refused
from archspec.spelling import did_you_mean, listed_names, snake_case

Body = tuple[
    tuple[Input, ...],
    ArgumentsByKind,
    Mapping[str, Block],
    Mapping[str, DeclaredKind],
    Items,
    bool,
    Mapping[str, SpecPart],
]

Bodies = dict[Any, tuple[Body, Value]]
"""What stands outside of ``vars``, read once for all variants that change only values of
variables, and the document it was read from.
"""


T = TypeVar("T")


def parse(
    document: Document, bodies: Bodies, parts: Mapping[str, Resolved] | None = None
) -> tuple[Program | None, list[Diagnostic]]:
    """The program of a document, and what is wrong with it. No program where it cannot be
    carried out; else what is wrong is broken in it. ``parts`` are the specs that blocks of it are.
    """
    reader = _Reader(document.root, bodies, parts or {})
    try:
        program = reader.program()
    except Enough:
        return None, reader.problems
    return (None if any(one.code in FATAL for one in reader.problems) else program), reader.problems


FATAL = ("recursion", "duplicate-name", "reserved-name")
"""Codes of mistakes after which carrying out the program would only complain of the same again."""


@dataclass(eq=False, repr=False)
class _Reader:
    """Reads a document's values into a `Program`, gathering complaints."""

    root: Value
    bodies: Bodies
    resolved: Mapping[str, Resolved]
    problems: list[Diagnostic] = field(default_factory=Complaints)
    block_values: Mapping[str, Value] = field(default_factory=dict)
    kind_values: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    calls: dict[str, list[BlockCall]] = field(default_factory=dict)
    current: str = ""
    conditions: int = 0
    """How many `when` and `repeat` stand around what is being read."""
    reuses: bool = False
    parts: dict[str, SpecPart] = field(default_factory=dict)

    def program(self) -> Program:
        self.block_values = dict(self._section("blocks"))
        self.kind_values = dict(self._section("kinds"))
        self.variables = dict(self._section("vars"))
        for name, value in self.variables.items():
            self._check_variable(name, value.place)
        names = frozenset(self.variables)
        seen = Visible(names, names)
        variables = {
            name: self._formula(value, seen, name) for name, value in self.variables.items()
        }
        key = self._body_key()
        body = self.bodies[key][0] if key in self.bodies else self._body(seen)
        if not self.problems:
            self.bodies[key] = body, self.root
        return Program(
            str(self.root.data["name"].text),
            self._text("description"),
            self._text("source"),
            variables,
            *body,
        )

    def _body_key(self) -> Any:
        """What the reading of all but ``vars`` depends on: the other sections, the variables'
        names, and the tables among their values.
        """
        sections = tuple(
            id(self.root.get(key))
            for key in ("input", "inputs", "defaults", "kinds", "blocks", "layers")
        )
        tables = tuple(
            id(value)
            for value in self.variables.values()
            if value.is_mapping or any(row.is_mapping for row in value.elements())
        )
        return sections, tuple(self.variables), tables

    def _body(self, seen: Visible) -> Body:
        inputs = tuple(self._inputs(seen))
        defaults = self._defaults(self.root.get("defaults"), seen.plus(["in"]))
        blocks = {name: self._block(name, value, seen) for name, value in self.block_values.items()}
        self.current = ""
        kinds = {name: self._kind(name, value) for name, value in self.kind_values.items()}
        layers = self.root.data["layers"]
        items = self._items(layers, seen.plus(["in", "prev"]))
        if not items.items:
            self._problem(
                "empty",
                "a model needs at least one layer",
                layers.place,
                "add items to `layers`: `- Dense: {units: 10}`",
            )
        for problem in recursions(self.calls, self.block_values):
            self.problems.append(problem)
        return inputs, defaults, blocks, kinds, items, self.reuses, self.parts

    def _section(self, key: str) -> Iterator[tuple[str, Value]]:
        value = self.root.get(key)
        return value.items() if value is not None else iter(())

    def _text(self, key: str) -> str | None:
        value = self.root.get(key)
        return None if value is None else value.data

    def _inputs(self, seen: Visible) -> Iterator[Input]:
        single = self.root.get("input")
        entries = [("input", single)] if single is not None else list(self._section("inputs"))
        for name, value in entries:
            assert value is not None
            if single is None:
                self._check_name(name, value.place)
            shape = (None if isinstance(value.data, Broken) else value.get("shape")) or value
            dtype, optional = value.get("dtype"), value.get("optional")
            may_lack = optional is not None and optional.data is True
            yield Input(name, self._formula(shape, seen), dtype, value.place, may_lack)

    # --- names

    def _check_name(self, name: str, place: Span) -> None:
        problem = name_problem(name)
        if problem:
            self._problem("wrong-name", problem, place, help=better_name(name))

    def _all_known(
        self, mentions: Iterable[Mention], seen: Visible, own: str | None = None
    ) -> bool:
        """Whether every variable that is mentioned can be seen; those that cannot get a complaint.
        ``own`` is the variable that is computed here.
        """
        known = True
        for mention in mentions:
            if mention.name in seen.known or (
                seen.everything and mention.name not in ("in", "prev", "i")
            ):
                continue
            message, help = unknown_variable(mention.name, seen, self.current, own)
            self._problem("unknown-name", message, mention.span, help)
            known = False
        return known

    def _check_variable(self, name: str, place: Span) -> None:
        problem = variable_problem(name, place)
        if problem is not None:
            self.problems.append(problem)

    # --- formulas

    def _guarded(self, read: Callable[[Value], T], value: Value) -> T | None:
        try:
            return read(value)
        except Located as error:
            self.problems.append(error.diagnostic)
            return None

    def _formula(self, value: Value, seen: Visible, own: str | None = None) -> Formula:
        told = len(self.problems)
        found = self._guarded(formula, value)
        if found is None:
            mentions = mentioned(value)
            if any(is_wrongly_called(one.name, seen) for one in mentions):
                del self.problems[told:]  # its name is what is wrong, and is told where it is given
            self._all_known(mentions, seen, own)
        return (
            found
            if found is not None and self._all_known(found.mentions, seen, own)
            else broken(value)
        )

    def _name(self, value: Value, seen: Visible, *, prev: bool = False) -> NameFormula:
        found = self._guarded(name_formula, value)
        if found is None or not self._all_known(found.mentions, seen):
            return NameFormula(value, (), None, broken=True)
        if found.template is None and not (prev and found.text == "prev"):
            told = len(self.problems)
            self._check_name(found.text, value.span)
            return found._replace(broken=len(self.problems) > told)
        return found

    def _arguments(self, value: Value | None, seen: Visible) -> dict[str, Formula]:
        entries = value.items() if value is not None else iter(())
        return {name: self._formula(one, seen) for name, one in entries}

    def _defaults(self, value: Value | None, seen: Visible) -> ArgumentsByKind:
        entries = value.items() if value is not None else iter(())
        return {kind: self._arguments(one, seen) for kind, one in entries}

    # --- blocks

    def _block(self, name: str, value: Value, seen: Visible) -> Block:
        self.current = name
        if name in RESERVED_STEPS or not re.fullmatch(BLOCK_NAME, name):
            why = (
                "is a word of the language, and no block can have that name"
                if name in RESERVED_STEPS
                else "is no name for a block"
            )
            near = snake_case(re.sub(r"[^A-Za-z0-9_]", "_", name))
            fits = near not in RESERVED_STEPS and re.fullmatch(BLOCK_NAME, near)
            help = (
                f"write `{near}`"
                if fits
                else "choose another name, of lower-case letters, digits and `_`"
            )
            self._problem("wrong-name", f"`{name}` {why}", value.place, help=help)
        if value.get("spec") is not None:
            return self._part(name, value)
        inputs = (
            tuple(str(one.text) for one in value.data["inputs"].elements())
            if value.get("inputs")
            else ()
        )
        for one in value.data["inputs"].elements() if inputs else ():
            self._check_variable(str(one.text), one.span)
        parameters = self._parameters(value.get("args"), seen.plus(["in", *inputs]))
        let = value.get("let")
        local = dict(let.items()) if let is not None else {}
        self._check_distinct(value, inputs, parameters, local)
        inner = seen.plus([*inputs, *parameters, *local, "in"])
        values = {key: self._formula(one, inner, key) for key, one in local.items()}
        defaults = self._defaults(value.get("defaults"), inner)
        items = self._items(value.data["layers"], inner.plus(["prev"]))
        return Block(name, parameters, values, inputs, defaults, items, value.place)

    def _part(self, name: str, value: Value) -> Block:
        """A block that is another spec."""
        for key in ("args", "let", "inputs", "defaults", "layers"):
            if (one := value.get(key)) is not None:
                message = f"`{key}` cannot stand beside `spec`, which brings its own"
                self._problem("unknown-key", message, one.place, "remove one of them")
        resolved = self.resolved[name]
        program, problems = parse(resolved.document, self.bodies, resolved.parts)
        self.problems += [*resolved.document.problems, *problems]
        inputs: tuple[str, ...] = ()
        items = Items((), frozenset(), value.place)
        if program is not None:
            frozen = value.get("trainable")
            self.parts[name] = SpecPart(
                program,
                resolved.kinds,
                str(value.data["spec"].text),
                value.get("upto"),
                frozen is not None and frozen.data is False,
            )
            inputs, items = tuple(one.name for one in program.inputs), program.items
        return Block(name, {}, {}, inputs, {}, items, value.place)

    def _parameters(self, value: Value | None, seen: Visible) -> dict[str, BlockArgument]:
        parameters: dict[str, BlockArgument] = {}
        for one in value.elements() if value is not None else ():
            name, default = next(one.items()) if one.is_mapping else (str(one.text), None)
            place = default.place if default is not None else one.span
            if name != COUNTER:  # an argument may hide it
                self._check_variable(name, place)
            if name in parameters:
                help = f"remove one; the first is on line {parameters[name].place.line}"
                self._problem("duplicate-name", f"the argument `{name}` stands twice", place, help)
            parameters[name] = BlockArgument(name, default and self._formula(default, seen), place)
            seen = seen.plus([name])
        return parameters

    def _check_distinct(
        self,
        block: Value,
        inputs: tuple[str, ...],
        parameters: Iterable[str],
        let: Mapping[str, Value],
    ) -> None:
        taken = set(inputs)
        if len(taken) != len(inputs):
            self._problem(
                "duplicate-name",
                "two inputs of this block have one name",
                block.data["inputs"].place,
                "give each its own",
            )
        for name in parameters:
            if name in taken:
                message = f"`{name}` is an input of this block and an argument too"
                self._problem(
                    "duplicate-name",
                    message,
                    block.data["args"].place,
                    "give one of them another name",
                )
            taken.add(name)
        for name, value in let.items():
            self._check_variable(name, value.place)
            if name in taken:
                self._problem(
                    "duplicate-name",
                    f"`{name}` is an argument or input of this block already",
                    value.place,
                    help="give the local value another name",
                )

    # --- kinds

    def _kind(self, name: str, value: Value) -> DeclaredKind:
        problem = declared_name_problem(name)
        if problem is not None:
            self._problem("wrong-name", problem[0], value.place, problem[1])
        inputs = _texts(value.get("inputs"))
        for one in value.data["inputs"].elements() if inputs else ():
            self._check_variable(str(one.text), one.span)
        outside = Visible(frozenset(), frozenset()).plus(["in", *inputs])
        parameters = self._parameters(value.get("args"), outside)
        self._check_distinct(value, inputs, parameters, {})
        seen = outside.plus(parameters)
        reference = value.get("keras")
        declaration = Declaration(
            name,
            tuple(parameters),
            inputs,
            None if reference is None else str(reference.text),
            {} if isinstance(value.data, Broken) else plain(value),
        )
        macs = value.get("macs")
        return DeclaredKind(
            declaration,
            parameters,
            dict(self._declared_weights(value.get("weights"), seen)),
            dict(self._declared_shapes(value.get("shape"), seen)),
            None if macs is None or macs.data is None else self._formula(macs, seen),
            value.place,
        )

    def _declared_weights(
        self, value: Value | None, seen: Visible
    ) -> Iterator[tuple[str, DeclaredWeight]]:
        for name, one in value.items() if value is not None else iter(()):
            shape = one.get("shape") or one
            trainable = one.get("trainable")
            fixed = trainable is not None and trainable.data is False
            yield name, DeclaredWeight(self._formula(shape, seen), not fixed)

    def _declared_shapes(self, value: Value | None, seen: Visible) -> Iterator[tuple[str, Formula]]:
        if value is not None:
            several = value.items() if value.is_mapping else iter([("", value)])
            yield from ((name, self._formula(one, seen)) for name, one in several)

    # --- items

    def _items(self, value: Value, seen: Visible) -> Items:
        items = tuple(self._item(one, seen) for one in value.elements())
        return Items(items, frozenset(_written_names(items)), value.place)

    def _item(self, value: Value, seen: Visible) -> Item:
        if isinstance(value.data, Broken):
            return self._mistaken(value, seen)
        if not value.is_mapping:
            return Item(
                self._bare(value, seen) or Mistaken(False, value.span),
                None,
                None,
                None,
                None,
                value.span,
            )
        key = self._operation_key(value)
        if key is None:
            return self._mistaken(value, seen)
        inner = seen
        repeat = value.get("repeat")
        repeats = None
        if repeat is not None:
            repeats = self._formula(repeat, seen)
            inner = self._bound_by(repeat, seen)
        when = value.get("when")
        name = value.get("name")
        with self._under(repeat, when):
            operation = self._called(self._operation(key, value, inner), value, inner)
        item_name = name and self._name(name, inner)
        item_when = when and self._formula(when, inner)
        sources = self._sources(value.get("from"), inner)
        self._check_roles(operation, sources or ())
        place = value.data[key].place
        return Item(
            operation or Mistaken(False, place), item_name, repeats, item_when, sources, place
        )

    @contextmanager
    def _under(self, *conditions: Value | None) -> Iterator[None]:
        """While what stands under a ``when`` or a ``repeat`` is read."""
        number = sum(one is not None for one in conditions)
        self.conditions += number
        yield
        self.conditions -= number

    def _mistaken(self, value: Value, seen: Visible) -> Item:
        """An item with a mistake that has a complaint already: only its name counts, and what it
        repeats is not known.
        """
        entries = dict(value.items())
        hides = "repeat" in entries or any(
            key in OPERATIONS or did_you_mean(key, ["name"]) for key in entries if key != "name"
        )
        name = entries.get("name")
        named = (
            name is not None
            and isinstance(name.text, str)
            and "$" not in name.text
            and name_problem(name.text) is None
        )
        operation = Mistaken(hides or (name is not None and not named), value.place)
        return Item(
            operation,
            self._name(name, seen) if name and named else None,
            None,
            None,
            None,
            value.place,
        )

    def _bare(self, value: Value, seen: Visible) -> Operation | None:
        word = str(value.text)
        if value.span.line != value.span.end_line:
            message = f"`{word}` runs over two lines, and YAML has read it as one text"
            self._problem(
                "unknown-layer",
                message,
                value.span,
                help="give each item a line of its own, all indented alike",
            )
            return None
        if re.match(r"[A-Za-z_$][\w$]*:\S", word):
            self._problem(
                "unknown-layer",
                f"`{word}` is one text",
                value.span,
                help="put a space behind the colon",
            )
            return None
        return self._call(word, None, value.span, seen)

    def _operation_key(self, item: Value) -> str | None:
        keys = [key for key, _ in item.items() if key not in MODIFIERS]
        if len(keys) == 1:
            return keys[0]
        if not keys:
            message = f"this item has no operation, only {listed_names(item.data)}"
            self._problem(
                "no-operation",
                message,
                item.first_line,
                help="add what it makes: a layer, a block, or `layers: [...]`",
            )
            return None
        message = f"an item has one operation, and this one has {listed_names(keys)}"
        self._problem(
            "two-operations",
            message,
            item.data[keys[1]].place,
            help=two_operations_help(item, keys, self.block_values),
        )
        return None

    def _operation(self, key: str, item: Value, seen: Visible) -> Operation | None:
        value = item.data[key]
        if key in OPERATIONS:
            return self._structure(key, item, value, seen)
        return self._call(key, value, value.place, seen)

    def _structure(self, key: str, item: Value, value: Value, seen: Visible) -> Operation | None:
        if key == "layers":
            return LayerGroup(self._items(value, seen), value.place)
        if key == "output":
            return SideOutput(self._items(value, seen), value.place)
        if key == "residual":
            shortcut = self._shortcut(item, seen)
            first = item.get("first") is not None
            return Residual(self._items(value, seen), shortcut, first, value.place)
        if key == "branches":
            return self._branches(value, item.data["merge"], seen)
        self.reuses = True
        return Reuse(self._name(value, seen), value.place)

    def _branches(self, value: Value, merge: Value, seen: Visible) -> Branches:
        for label, one in value.items():
            if one.get("repeat") is None:
                self._check_name(label, one.place)
        labelled = value.items() if value.is_mapping else (("", one) for one in value.elements())
        paths = tuple(
            self._path(label, label or str(number), one, seen)
            for number, (label, one) in enumerate(labelled, 1)
        )
        name, arguments = next(merge.items()) if merge.is_mapping else (None, None)
        if name is None:
            kind = self._formula(merge, seen)
        else:
            assert arguments is not None
            kind = Formula(Value(name, arguments.place, text=name, plain=True), (), name)
        given = self._arguments(arguments, seen)
        complaint = merge_problem(str(kind.data)) if kind.constant else None
        if complaint:
            self._problem("unknown-layer", complaint[0], kind.value.span, help=complaint[1])
            kind = broken(kind.value)
        elif kind.constant:
            given = self._checked_arguments(str(kind.data), given)
        return Branches(paths, kind, given, value.place)

    def _shortcut(self, item: Value, seen: Visible) -> Branch | None:
        """The way around a residual, ``None`` for the identity."""
        written = [(word, item.get(word)) for word in ("shortcut", "_shortcut")]
        ways = [(word, value) for word, value in written if value is not None]
        if len(ways) > 1:
            self._problem(
                "two-operations",
                "a residual has one way around, and this one has `shortcut` and `_shortcut`",
                ways[1][1].place,
                "keep one of them; `_shortcut` is no step of the paths of its layers",
            )
        return self._path(ways[0][0], ways[0][0], ways[0][1], seen) if ways else None

    def _path(self, label: str, part: str, value: Value, seen: Visible) -> Branch:
        if not value.is_mapping:
            return Branch(label, part, self._items(value, seen), None, value.place)
        repeat, when, name, inner = value.get("repeat"), value.get("when"), None, seen
        if repeat is not None:
            inner = self._bound_by(repeat, seen)
            if label:
                name = self._name(Value(label, value.place, text=label, plain=True), inner)
        with self._under(repeat, when):
            items = self._items(value.data["layers"], inner)
        return Branch(
            label,
            part,
            items,
            when and self._formula(when, inner),
            value.place,
            repeat and self._formula(repeat, seen),
            name,
        )

    def _sources(self, value: Value | None, seen: Visible) -> tuple[FromName, ...] | None:
        if value is None:
            return None
        by_role = value.items() if value.is_mapping else [("", value)]
        return tuple(
            self._from_name(name, role, seen)
            for role, names in by_role
            for name in (names.data if names.is_list else [names])
        )

    def _from_name(self, value: Value, role: str, seen: Visible) -> FromName:
        if not value.is_mapping:
            return FromName(self._name(value, seen, prev=True), role)
        repeat, when = value.get("repeat"), value.get("when")
        inner = seen if repeat is None else self._bound_by(repeat, seen)
        return FromName(
            self._name(value.data["name"], inner, prev=True),
            role,
            repeat and self._formula(repeat, seen),
            when and self._formula(when, inner),
        )

    def _check_roles(self, operation: Operation | None, sources: Sequence[FromName]) -> None:
        """Complain of roles that a layer kind or a block of the spec does not have."""
        several = True
        if isinstance(operation, LayerCall):
            subject, known = f"`{operation.kind}`", list(KINDS[operation.kind].roles)
            several = KINDS[operation.kind].arity[1] != 1
        elif isinstance(operation, BlockCall):
            inputs = self.block_values[operation.block].get("inputs")
            known = [] if inputs is None else [str(one.text) for one in inputs.elements()]
            subject = f"the block `{operation.block}`"
        else:
            return
        problem = unknown_role(subject, sources, known, several=several)
        if problem is not None:
            self.problems.append(problem)

    def _call_argument(self, kind: str, name: str, formula: Formula) -> Formula:
        """A constant of a layer's call, broken where the call does not have it, or not so."""
        field = KINDS[kind].call_attributes.get(name)
        if isinstance(formula.value.data, Broken):
            return formula
        if field is None:
            message, help = no_call_argument(kind, name)
            self._problem("unknown-argument", message, formula.value.place, help)
            return broken(formula.value)
        if formula.constant:
            try:
                field.type.accept(formula.data)
            except Refused as refused:
                mismatch = wrong_argument(name, refused)
                self.problems.append(wrong_call_value(mismatch, formula.value, formula.data))
                return broken(formula.value)
        return formula

    def _called(self, operation: Operation | None, item: Value, seen: Visible) -> Operation | None:
        """An operation with the ``call`` that stands beside it."""
        call = item.get("call")
        if call is None or operation is None:
            return operation
        arguments = self._arguments(call, seen)
        if isinstance(operation, LayerCall):
            for name, one in arguments.items():
                arguments[name] = self._call_argument(operation.kind, name, one)
        if isinstance(operation, LayerCall | VariableCall | Reuse):
            return operation._replace(call=arguments)
        subject = key_of(operation)
        self.problems += [no_layer_to_call(subject, one) for one in arguments.values()]
        return operation

    def _bound_by(self, repeat: Value, seen: Visible) -> Visible:
        """The names that a ``repeat`` binds for the rest of its item."""
        table = repeat
        if isinstance(repeat.data, str) and (
            match := re.fullmatch(rf"\$({VARIABLE_NAME})", repeat.data)
        ):
            table = (
                self.variables.get(match[1], repeat) if match[1] not in self._hidden() else repeat
            )
        if isinstance(table.data, str):
            return seen.plus(["i"])._replace(everything=True)
        rows = [table] if table.is_mapping else [row for row in table.elements() if row.is_mapping]
        names = [(name, value) for row in rows for name, value in row.items()]
        for name, value in rows[0].items() if rows else ():
            self._check_variable(name, value.place)
        return seen.plus(["i", *(name for name, _ in names)])

    def _hidden(self) -> frozenset[str]:
        """Visible of the block being read that hide variables of the spec."""
        block = self.block_values.get(self.current)
        if block is None:
            return frozenset()
        args = block.get("args")
        names = (
            [next(one.items())[0] if one.is_mapping else str(one.text) for one in args.elements()]
            if args is not None
            else []
        )
        let = block.get("let")
        return frozenset([*names, *(let.data if let is not None and let.is_mapping else ())])

    # --- calls

    def _call(self, word: str, value: Value | None, place: Span, seen: Visible) -> Operation | None:
        arguments = self._arguments(value, seen)
        if word.startswith("$"):
            known = self._all_known([Mention(word[1:], place)], seen)
            return VariableCall(word[1:], arguments, place) if known else None
        if word in KINDS:
            return LayerCall(word, self._checked_arguments(word, arguments), place)
        if word in self.kind_values:
            self._check_declared_arguments(word, arguments, place)
            return DeclaredCall(word, arguments, place)
        if word in self.block_values:
            call = BlockCall(word, arguments, place)
            if not self.conditions:
                self.calls.setdefault(self.current, []).append(call)
            self._check_block_arguments(call)
            return call
        message, help = unknown_operation(word, self.block_values, arguments)
        self._problem("unknown-layer", message, place, help)
        return None

    def _checked_arguments(self, kind: str, arguments: dict[str, Formula]) -> dict[str, Formula]:
        """The arguments, those broken that the kind does not have, which get a complaint."""
        for name, one in arguments.items():
            if name not in KINDS[kind].attributes and not isinstance(one.value.data, Broken):
                message, help = no_argument(kind, name)
                self._problem("unknown-argument", message, one.value.place, help)
        return {
            name: one if name in KINDS[kind].attributes else broken(one.value)
            for name, one in arguments.items()
        }

    def _check_declared_arguments(
        self, kind: str, arguments: dict[str, Formula], place: Span
    ) -> None:
        known = _parameter_names(self.kind_values[kind].get("args"))
        for diagnostic in block_argument_problems(kind, known, arguments, place, ""):
            self.problems.append(diagnostic)

    def _check_block_arguments(self, call: BlockCall) -> None:
        known = _parameter_names(self.block_values[call.block].get("args"))
        for diagnostic in block_argument_problems(call.block, known, call.arguments, call.place):
            self.problems.append(diagnostic)

    def _problem(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        self.problems.append(Diagnostic(code, message, span, help=help))


def _parameter_names(args: Value | None) -> dict[str, bool]:
    """The names of arguments, and whether each is required."""
    given = args.elements() if args is not None else iter(())
    return {
        next(one.items())[0] if one.is_mapping else str(one.text): not one.is_mapping
        for one in given
    }


def _texts(value: Value | None) -> tuple[str, ...]:
    return tuple(str(one.text) for one in value.elements()) if value is not None else ()


def _written_names(items: Iterable[Item]) -> Iterator[str]:
    """The first steps of the names written in a list, and in its parts that are no steps of
    their own.
    """
    for item in items:
        if item.name is not None:
            if (
                item.repeat is None or item.name.mentions
            ):  # else it is counted, and the name without the count stands for nothing
                yield item.name.text.partition(".")[0]
            continue
        operation = item.operation
        if isinstance(operation, LayerGroup | Residual):
            yield from operation.items.reserved
        if isinstance(operation, Branches):
            yield from (
                path.label
                for path in operation.paths
                if path.is_step and (path.repeat is None or (path.name and path.name.mentions))
            )
        for path in parts_of(operation):
            if not path.is_step:
                yield from path.items.reserved
