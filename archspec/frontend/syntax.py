"""`Document` → `Program`: items, blocks and formulas as data, every name in them known to be one.

What can be said without running the network is said here, for every item, also those that a ``when`` leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.expressions import RESERVED
from archspec.frontend.formulas import Formula, Located, Mention, NameFormula, formula, name_formula
from archspec.frontend.source import Document, Value
from archspec.frontend.vocabulary import BLOCK_NAME, MODIFIERS, OPERATIONS, RESERVED_STEPS, STEP, VARIABLE_NAME
from archspec.layers import KINDS
from archspec.spelling import did_you_mean

Arguments = Mapping[str, Formula]


class LayerCall(NamedTuple):
    """A layer of a kind, with the arguments that stand at it."""

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


class Items(NamedTuple):
    """A list of items. ``reserved`` are the names written in it and in its unnamed groups, which automatic names avoid."""

    items: tuple[Item, ...]
    reserved: frozenset[str]
    place: Span


class Group(NamedTuple):
    """``layers``: the items run in sequence."""

    items: Items
    place: Span


class Path(NamedTuple):
    """A branch or a shortcut: its items, and the condition under which there is one."""

    label: str
    items: Items
    when: Formula | None
    place: Span


class Branches(NamedTuple):
    """``branches`` with the layer that ``merge`` names: a kind, or a formula that gives its name."""

    paths: tuple[Path, ...]
    merge: Formula
    arguments: Arguments
    place: Span


class Residual(NamedTuple):
    """``residual`` with its ``shortcut``, ``None`` for the identity."""

    items: Items
    shortcut: Path | None
    place: Span


class Reuse(NamedTuple):
    """``reuse``: the item of that name once more."""

    target: NameFormula
    place: Span


class SideOutput(NamedTuple):
    """``output``: a side path that ends in an output of the model."""

    items: Items
    place: Span


Operation = LayerCall | BlockCall | VariableCall | Group | Branches | Residual | Reuse | SideOutput


class Item(NamedTuple):
    """One item: an operation with its modifiers. ``place`` is where the operation's key stands."""

    operation: Operation
    name: NameFormula | None
    repeat: Formula | None
    when: Formula | None
    sources: tuple[NameFormula, ...] | None
    place: Span


class Parameter(NamedTuple):
    """An argument of a block: ``default`` is ``None`` where it is required."""

    name: str
    default: Formula | None
    place: Span


Defaults = Mapping[str, Arguments]


class Block(NamedTuple):
    """A block: its arguments, local values, inputs, defaults and items."""

    name: str
    parameters: Mapping[str, Parameter]
    let: Mapping[str, Formula]
    inputs: tuple[str, ...]
    defaults: Defaults
    items: Items
    place: Span


class Input(NamedTuple):
    """An input of the model: its shape and dtype as formulas."""

    name: str
    shape: Formula
    dtype: Formula | None
    place: Span


class Program(NamedTuple):
    """A network as written, ready to be carried out."""

    name: str
    description: str | None
    source: str | None
    variables: Mapping[str, Formula]
    inputs: tuple[Input, ...]
    defaults: Defaults
    blocks: Mapping[str, Block]
    items: Items


class Names(NamedTuple):
    """The variables that are visible at a place; ``everything`` where a table in a variable binds names that only running shows."""

    known: frozenset[str]
    everything: bool = False

    def plus(self, names: Iterable[str]) -> Names:
        """With more names, the nearer ones."""
        return Names(self.known | frozenset(names), self.everything)


T = TypeVar("T")
NAME = re.compile(rf"{STEP}(?:\.{STEP})*")


def parse(document: Document) -> tuple[Program | None, list[Diagnostic]]:
    """The program of a document, and what is wrong with it; no program where something is."""
    reader = _Reader(document.root)
    program = reader.program()
    return (None if reader.problems else program), reader.problems


@dataclass(eq=False, repr=False)
class _Reader:
    """Reads a document's values into a `Program`, gathering complaints."""

    root: Value
    problems: list[Diagnostic] = field(default_factory=list)
    block_values: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    calls: dict[str, list[BlockCall]] = field(default_factory=dict)
    current: str = ""

    def program(self) -> Program:
        self.block_values = dict(self._section("blocks"))
        self.variables = dict(self._section("vars"))
        for name, value in self.variables.items():
            self._check_variable(name, value.place)
        seen = Names(frozenset(self.variables))
        variables = {name: one for name, value in self.variables.items() if (one := self._formula(value, seen))}
        inputs = tuple(self._inputs(seen))
        defaults = self._defaults(self.root.get("defaults"), seen.plus(["in"]))
        blocks = {name: self._block(name, value, seen) for name, value in self.block_values.items()}
        self.current = ""
        layers = self.root.data["layers"]
        items = self._items(layers, seen.plus(["in", "prev"]))
        if not items.items:
            self._problem("empty", "a model needs at least one layer", layers.place)
        self._check_recursion()
        return Program(
            str(self.root.data["name"].text), self._text("description"), self._text("source"), variables, inputs, defaults, blocks, items,
        )  # fmt: skip

    def _section(self, key: str) -> Iterator[tuple[str, Value]]:
        value = self.root.get(key)
        return value.items() if value is not None else iter(())

    def _text(self, key: str) -> str | None:
        value = self.root.get(key)
        return None if value is None else value.data

    def _inputs(self, seen: Names) -> Iterator[Input]:
        single = self.root.get("input")
        entries = [("input", single)] if single is not None else list(self._section("inputs"))
        for name, value in entries:
            assert value is not None
            if single is None:
                self._check_name(name, value.place)
            shape = value.get("shape") or value
            dtype = value.get("dtype")
            found = self._formula(shape, seen)
            if found is not None:
                yield Input(name, found, dtype and self._formula(dtype, seen), value.place)

    # --- names

    def _check_variable(self, name: str, place: Span) -> None:
        if name in RESERVED:
            self._problem("reserved-name", f"`{name}` is a word of the language, and no variable can have it", place, help="choose another name")
        elif not re.fullmatch(VARIABLE_NAME, name):
            self._problem("wrong-name", f"`{name}` is no name for a variable", place, help="use letters, digits and `_`, not beginning with a digit")

    def _check_name(self, name: str, place: Span) -> None:
        problem = name_problem(name)
        if problem:
            self._problem("wrong-name", problem, place, help="use letters, digits, `_`, `-`, and dots between steps")

    def _check_mentions(self, mentions: Iterable[Mention], seen: Names) -> None:
        for mention in mentions:
            if mention.name in seen.known or (seen.everything and mention.name not in ("in", "prev", "i")):
                continue
            message, help = self._unknown(mention.name, seen)
            self._problem("unknown-name", message, mention.span, help)

    def _unknown(self, name: str, seen: Names) -> tuple[str, str | None]:
        if name == "i":
            return "`$i` counts repetitions, and nothing here repeats", "put it in an item with `repeat`"
        if name in ("in", "prev"):
            return f"`${name}` is a tensor of a running network, and there is none here yet", "use it in `layers`, or in a block's `let`"
        candidates = sorted(seen.known - {"in", "prev"})
        near = did_you_mean(name, candidates, "`${}`")
        outside = name in self.variables
        if self.current and not near and not outside:
            near = f"a block sees its own `args` and `let`, and `vars`: add `{name}` to the `args` of `{self.current}`"
        listed = ", ".join(f"`${one}`" for one in candidates)
        return f"there is no variable `{name}` here", near or (f"there are {listed}" if listed else "add it to `vars`")

    # --- formulas

    def _guarded(self, read: Callable[[Value], T], value: Value) -> T | None:
        try:
            return read(value)
        except Located as error:
            self.problems.append(error.diagnostic)
            return None

    def _formula(self, value: Value, seen: Names) -> Formula | None:
        found = self._guarded(formula, value)
        if found is not None:
            self._check_mentions(found.mentions, seen)
        return found

    def _name(self, value: Value, seen: Names, *, prev: bool = False) -> NameFormula | None:
        found = self._guarded(name_formula, value)
        if found is None:
            return None
        self._check_mentions(found.mentions, seen)
        if found.template is None and not (prev and found.text == "prev"):
            self._check_name(found.text, value.span)
        return found

    def _arguments(self, value: Value | None, seen: Names) -> dict[str, Formula]:
        entries = value.items() if value is not None else iter(())
        return {name: found for name, one in entries if (found := self._formula(one, seen)) is not None}

    def _defaults(self, value: Value | None, seen: Names) -> Defaults:
        entries = value.items() if value is not None else iter(())
        return {kind: self._arguments(one, seen) for kind, one in entries}

    # --- blocks

    def _block(self, name: str, value: Value, seen: Names) -> Block:
        self.current = name
        if name in RESERVED_STEPS or not re.fullmatch(BLOCK_NAME, name):
            why = "is a word of the language" if name in RESERVED_STEPS else "is no name for a block"
            self._problem("wrong-name", f"`{name}` {why}", value.place, help="use lower-case letters, digits and `_`, beginning with a letter")
        inputs = tuple(str(one.text) for one in value.data["inputs"].elements()) if value.get("inputs") else ()
        for one in value.data["inputs"].elements() if inputs else ():
            self._check_variable(str(one.text), one.span)
        parameters = self._parameters(value.get("args"), seen.plus(["in", *inputs]))
        let = value.get("let")
        local = dict(let.items()) if let is not None else {}
        self._check_distinct(value, inputs, parameters, local)
        inner = seen.plus([*inputs, *parameters, *local, "in"])
        values = {key: found for key, one in local.items() if (found := self._formula(one, inner)) is not None}
        defaults = self._defaults(value.get("defaults"), inner)
        items = self._items(value.data["layers"], inner.plus(["prev"]))
        return Block(name, parameters, values, inputs, defaults, items, value.place)

    def _parameters(self, value: Value | None, seen: Names) -> dict[str, Parameter]:
        parameters: dict[str, Parameter] = {}
        for one in value.elements() if value is not None else ():
            name, default = next(one.items()) if one.is_mapping else (str(one.text), None)
            place = default.place if default is not None else one.span
            self._check_variable(name, place)
            if name in parameters:
                self._problem("duplicate-name", f"the argument `{name}` stands twice", place)
            parameters[name] = Parameter(name, default and self._formula(default, seen), place)
            seen = seen.plus([name])
        return parameters

    def _check_distinct(self, block: Value, inputs: tuple[str, ...], parameters: Iterable[str], let: Mapping[str, Value]) -> None:
        taken = set(inputs)
        if len(taken) != len(inputs):
            self._problem("duplicate-name", "two inputs of this block have one name", block.data["inputs"].place)
        for name in parameters:
            if name in taken:
                self._problem("duplicate-name", f"`{name}` is an input of this block and an argument too", block.data["args"].place)
            taken.add(name)
        for name, value in let.items():
            self._check_variable(name, value.place)
            if name in taken:
                self._problem(
                    "duplicate-name", f"`{name}` is an argument or input of this block already", value.place, help="give the local value another name"
                )

    def _check_recursion(self) -> None:
        """Blocks that call themselves, directly or around, each circle told once."""
        told: set[frozenset[str]] = set()
        for start in self.calls:
            for circle in self._circles(start):
                names = frozenset(call.block for call in circle)
                if names not in told and start in self.block_values:
                    told.add(names)
                    way = " → ".join([start, *(f"{call.block}" for call in circle)])
                    self._problem(
                        "recursion", f"the block `{start}` calls itself: {way}", circle[0].place, help="a block cannot contain itself; use `repeat`"
                    )

    def _circles(self, start: str) -> Iterator[list[BlockCall]]:
        """The shortest chain of calls from a block back to itself, if there is one."""
        seen: set[str] = set()
        chains = [[call] for call in self.calls.get(start, ())]
        while chains:
            chain = chains.pop(0)
            last = chain[-1].block
            if last == start:
                yield chain
                return
            if last not in seen:
                seen.add(last)
                chains += [[*chain, call] for call in self.calls.get(last, ())]

    # --- items

    def _items(self, value: Value, seen: Names) -> Items:
        items = tuple(item for one in value.elements() if (item := self._item(one, seen)) is not None)
        return Items(items, frozenset(_written_names(items)), value.place)

    def _item(self, value: Value, seen: Names) -> Item | None:
        if not value.is_mapping:
            operation = self._bare(value, seen)
            return None if operation is None else Item(operation, None, None, None, None, value.span)
        key = self._operation_key(value)
        if key is None:
            return None
        inner = seen
        repeat = value.get("repeat")
        repeats = None
        if repeat is not None:
            repeats = self._formula(repeat, seen)
            inner = self._bound_by(repeat, seen)
        when = value.get("when")
        name = value.get("name")
        operation = self._operation(key, value, inner)
        item_name = name and self._name(name, inner)
        item_when = when and self._formula(when, inner)
        sources = self._sources(value.get("from"), inner)
        return None if operation is None else Item(operation, item_name, repeats, item_when, sources, value.data[key].place)

    def _bare(self, value: Value, seen: Names) -> Operation | None:
        word = str(value.text)
        if value.span.line != value.span.end_line:
            message = f"`{word}` runs over two lines, and YAML has read it as one text"
            self._problem("unknown-layer", message, value.span, help="give each item a line of its own, all indented alike")
            return None
        if re.match(r"[A-Za-z_$][\w$]*:\S", word):
            self._problem("unknown-layer", f"`{word}` is one text", value.span, help="put a space behind the colon")
            return None
        return self._call(word, None, value.span, seen)

    def _operation_key(self, item: Value) -> str | None:
        keys = [key for key, _ in item.items() if key not in MODIFIERS]
        if len(keys) == 1:
            return keys[0]
        if not keys:
            near = "; ".join(f"`{key}`" for key in item.data)
            self._problem(
                "no-operation", f"this item has no operation, only {near}", item.first_line, help="add a layer, a block, or `layers: [...]`"
            )
            return None
        named = " and ".join(f"`{key}`" for key in keys) if len(keys) == 2 else ", ".join(f"`{key}`" for key in keys)
        self._problem("two-operations", f"an item has one operation, and this one has {named}", item.data[keys[1]].place, help=self._two(item, keys))
        return None

    def _two(self, item: Value, keys: list[str]) -> str:
        for key in keys:
            block = self.block_values.get(key)
            args = block.get("args") if block is not None else None
            names = [next(one.items())[0] if one.is_mapping else str(one.text) for one in args.elements()] if args is not None else []
            inside = [other for other in keys if other in names]
            if inside and item.data[key].data is None:
                return f"`{inside[0]}` is an argument of the block `{key}`: indent it below `{key}:`"
        return f"begin a new item with `- ` before `{keys[1]}`"

    def _operation(self, key: str, item: Value, seen: Names) -> Operation | None:
        value = item.data[key]
        if key in OPERATIONS:
            return self._structure(key, item, value, seen)
        return self._call(key, value, value.place, seen)

    def _structure(self, key: str, item: Value, value: Value, seen: Names) -> Operation | None:
        if key == "layers":
            return Group(self._items(value, seen), value.place)
        if key == "output":
            return SideOutput(self._items(value, seen), value.place)
        if key == "residual":
            shortcut = item.get("shortcut")
            return Residual(self._items(value, seen), shortcut and self._path("shortcut", shortcut, seen), value.place)
        if key == "branches":
            return self._branches(value, item.data["merge"], seen)
        target = self._name(value, seen)
        return target and Reuse(target, value.place)

    def _branches(self, value: Value, merge: Value, seen: Names) -> Branches | None:
        for label, one in value.items():
            self._check_name(label, one.place)
        paths = tuple(self._path(label, one, seen) for label, one in value.items())
        name, arguments = next(merge.items()) if merge.is_mapping else (None, None)
        if name is None:
            kind = self._formula(merge, seen)
        else:
            assert arguments is not None
            kind = Formula(Value(name, arguments.place, text=name, plain=True), (), name)
        if kind is None:
            return None
        if kind.constant:
            self._check_merge(str(kind.data), kind.value.span)
        given = self._arguments(arguments, seen)
        if kind.constant and kind.data in KINDS:
            self._check_arguments(str(kind.data), given)
        return Branches(paths, kind, given, value.place)

    def _check_merge(self, kind: str, span: Span) -> None:
        complaint = merge_problem(kind)
        if complaint:
            self._problem("unknown-layer", complaint[0], span, help=complaint[1])

    def _path(self, label: str, value: Value, seen: Names) -> Path:
        if value.is_mapping:
            when, layers = value.data["when"], value.data["layers"]
            return Path(label, self._items(layers, seen), self._formula(when, seen), value.place)
        return Path(label, self._items(value, seen), None, value.place)

    def _sources(self, value: Value | None, seen: Names) -> tuple[NameFormula, ...] | None:
        if value is None:
            return None
        names = value.data if value.is_list else [value]
        return tuple(found for one in names if (found := self._name(one, seen, prev=True)) is not None)

    def _bound_by(self, repeat: Value, seen: Names) -> Names:
        """The names that a ``repeat`` binds for the rest of its item."""
        table = repeat
        if isinstance(repeat.data, str) and (match := re.fullmatch(rf"\$({VARIABLE_NAME})", repeat.data)):
            table = self.variables.get(match[1], repeat) if match[1] not in self._hidden() else repeat
        if isinstance(table.data, str):
            return Names(seen.known | {"i"}, everything=True)
        rows = [table] if table.is_mapping else [row for row in table.elements() if row.is_mapping]
        names = [(name, value) for row in rows for name, value in row.items()]
        for name, value in names if table is repeat else []:
            if rows.index(next(row for row in rows if row.get(name) is value)) == 0:
                self._check_variable(name, value.place)
        return seen.plus(["i", *(name for name, _ in names)])

    def _hidden(self) -> frozenset[str]:
        """Names of the block being read that hide variables of the spec."""
        block = self.block_values.get(self.current)
        if block is None:
            return frozenset()
        args = block.get("args")
        names = [next(one.items())[0] if one.is_mapping else str(one.text) for one in args.elements()] if args is not None else []
        let = block.get("let")
        return frozenset([*names, *(let.data if let is not None and let.is_mapping else ())])

    # --- calls

    def _call(self, word: str, value: Value | None, place: Span, seen: Names) -> Operation | None:
        arguments = self._arguments(value, seen)
        if word.startswith("$"):
            self._check_mentions([Mention(word[1:], place)], seen)
            if re.fullmatch(VARIABLE_NAME, word[1:]):
                return VariableCall(word[1:], arguments, place)
        if word in KINDS:
            self._check_arguments(word, arguments)
            return LayerCall(word, arguments, place)
        if word in self.block_values:
            call = BlockCall(word, arguments, place)
            self.calls.setdefault(self.current, []).append(call)
            self._check_block_arguments(call)
            return call
        message, help = unknown_operation(word, self.block_values)
        self._problem("unknown-layer", message, place, help)
        return None

    def _check_arguments(self, kind: str, arguments: Arguments) -> None:
        for name, one in arguments.items():
            if name not in KINDS[kind].attributes:
                near = did_you_mean(name, KINDS[kind].attributes)
                self._problem("unknown-argument", f"`{kind}` has no argument `{name}`", one.value.place, help=near)

    def _check_block_arguments(self, call: BlockCall) -> None:
        args = self.block_values[call.block].get("args")
        given = args.elements() if args is not None else iter(())
        known = {next(one.items())[0] if one.is_mapping else str(one.text): not one.is_mapping for one in given}
        for diagnostic in block_argument_problems(call.block, known, call.arguments, call.place):
            self.problems.append(diagnostic)

    def _problem(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        self.problems.append(Diagnostic(code, message, span, help=help))


def block_argument_problems(block: str, known: Mapping[str, bool], given: Arguments, place: Span) -> Iterator[Diagnostic]:
    """What is wrong with the arguments of a call; ``known`` says of each argument of the block whether it is required."""
    listed = ", ".join(known) if known else "none"
    for name, one in given.items():
        if name not in known:
            help = did_you_mean(name, [other for other in known if other not in given]) or f"its arguments are {listed}"
            yield Diagnostic("unknown-argument", f"the block `{block}` has no argument `{name}`", one.value.place, help=help)
    misspelt = len([name for name in given if name not in known])
    missing = [name for name, required in known.items() if required and name not in given]
    if missing and not misspelt:
        names = " and ".join(f"`{name}`" for name in missing) if len(missing) < 3 else ", ".join(f"`{name}`" for name in missing)
        example = ", ".join(f"{name}: ..." for name in missing)
        yield Diagnostic("missing-argument", f"the block `{block}` needs {names}", place, help=f"write `{block}: {{{example}}}`")


def unknown_operation(word: str, blocks: Iterable[str]) -> tuple[str, str | None]:
    """What to say of a word that names neither a layer kind nor a block, and the help."""
    blocks = list(blocks)
    camel = re.sub(r"(?:^|_)([a-z])", lambda match: match[1].upper(), word)
    near = f"did you mean `{camel}`?" if camel in KINDS else did_you_mean(word, [*blocks, *KINDS, *OPERATIONS])
    shown = word if len(word) <= 60 else word[:57] + "..."
    if re.fullmatch(r"[A-Z]\w*", word):
        return f"there is no layer kind `{shown}`", near or "`archspec layers` lists the layer kinds"
    if not re.fullmatch(r"\w+", word):
        return f"`{shown}` names neither a layer kind nor a block", near or "write `- Layer: {argument: value}`"
    return f"there is no block `{shown}`", near or (f"the blocks are {', '.join(blocks)}" if blocks else "the spec has no `blocks`")


def merge_problem(kind: str) -> tuple[str, str | None] | None:
    """What is wrong with a word as the kind of a merging layer, and the help; ``None`` if nothing."""
    merging = [name for name, one in KINDS.items() if one.arity[0] > 1]
    if kind in merging:
        return None
    near = did_you_mean(kind, merging)
    return f"`{kind}` is no merging layer", near or f"the merging layers are {', '.join(merging)}"


def name_problem(name: str) -> str | None:
    """What is wrong with a name, or ``None``."""
    if len(name) > limits.NAME_LENGTH:
        return f"this name has {len(name):,} characters, and a name may have {limits.NAME_LENGTH}"
    if name == "prev":
        return "`prev` stands for the previous output, and nothing else can have that name"
    return None if NAME.fullmatch(name) else f"`{name}` is no name" if name else "a name cannot be empty"


def _written_names(items: Iterable[Item]) -> Iterator[str]:
    """The first steps of the names written in a list, and in its parts that are no steps of their own."""
    for item in items:
        if item.name is not None:
            yield item.name.text.partition(".")[0]
        elif isinstance(item.operation, Group | Residual):
            yield from item.operation.items.reserved
        elif isinstance(item.operation, Branches):
            yield from (path.label for path in item.operation.paths)
