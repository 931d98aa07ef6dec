"""A list of items → `Items`: what each makes, its name, condition, repetitions and inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from archspec.frontend.program.call_parser import (
    check_roles,
    checked_arguments,
    parse_call,
    with_call_arguments,
)
from archspec.frontend.program.calls import two_operations_help
from archspec.frontend.program.complaints import (
    merge_problem,
    name_problem,
)
from archspec.frontend.program.formulas import (
    Formula,
    broken,
)
from archspec.frontend.program.names import (
    Visible,
)
from archspec.frontend.program.parser_state import ParserState
from archspec.frontend.program.program import (
    Branch,
    Branches,
    FromName,
    Item,
    Items,
    LayerGroup,
    Mistaken,
    Operation,
    Residual,
    Reuse,
    SideOutput,
    parts_of,
)
from archspec.frontend.vocabulary import (
    BLOCKS_TOO,
    MODIFIERS,
    OPERATIONS,
    VARIABLE_NAME,
)
from archspec.frontend.yaml.document import Broken, Value
from archspec.spelling import cut, did_you_mean, listed_names


def parse_items(state: ParserState, value: Value, seen: Visible) -> Items:
    """A list of items."""
    items = tuple(_item(state, element, seen) for element in value.elements())
    return Items(items, frozenset(_written_names(items)), value.place)


def _item(state: ParserState, value: Value, seen: Visible) -> Item:
    if isinstance(value.data, Broken):
        return _mistaken(state, value, seen)
    if not value.is_mapping:
        return Item(
            _bare(state, value, seen) or Mistaken(False, value.span),
            None,
            None,
            None,
            None,
            value.span,
        )
    key = _operation_key(state, value)
    if key is None:
        return _mistaken(state, value, seen)
    inner = seen
    repeat = value.get("repeat")
    repeats = None
    if repeat is not None:
        repeats = state.formula(repeat, seen)
        inner = _bound_by(state, repeat, seen)
    when = value.get("when")
    name = value.get("name")
    with _under(state, repeat, when):
        operation = _operation(state, key, value, inner)
        call = value.get("call") if key != "call" else None
        operation = with_call_arguments(state, operation, call, inner)
    item_name = name and state.name(name, inner)
    item_when = when and state.formula(when, inner)
    sources = _sources(state, value.get("from"), inner)
    check_roles(state, operation, sources or ())
    place = value.data[key].place
    return Item(operation or Mistaken(False, place), item_name, repeats, item_when, sources, place)


@contextmanager
def _under(state: ParserState, *conditions: Value | None) -> Iterator[None]:
    """While what stands under a ``when`` or a ``repeat`` is read."""
    number = sum(condition is not None for condition in conditions)
    state.conditions += number
    yield
    state.conditions -= number


def _mistaken(state: ParserState, value: Value, seen: Visible) -> Item:
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
        state.name(name, seen) if name and named else None,
        None,
        None,
        None,
        value.place,
    )


def _bare(state: ParserState, value: Value, seen: Visible) -> Operation | None:
    word = str(value.text)
    if value.span.line != value.span.end_line:
        message = f"`{word}` runs over two lines, and YAML has read it as one text"
        state.problem(
            "unknown-layer",
            message,
            value.span,
            help="give each item a line of its own, all indented alike",
        )
        return None
    if re.match(r"[A-Za-z_$][\w$]*:\S", word):
        state.problem(
            "unknown-layer",
            f"`{word}` is one text",
            value.span,
            help="put a space behind the colon",
        )
        return None
    return parse_call(state, word, None, value.span, seen)


def _operation_key(state: ParserState, item: Value) -> str | None:
    keys = [key for key, _ in item.items() if key not in MODIFIERS] or [
        key for key in BLOCKS_TOO if key in item.data and key in state.block_values
    ]
    if len(keys) == 1:
        return keys[0]
    if not keys:
        message = f"this item has no operation, only {listed_names(item.data)}"
        state.problem(
            "no-operation",
            message,
            item.first_line,
            help="add what it makes: a layer, a block, or `layers: [...]`",
        )
        return None
    message = f"an item has one operation, and this one has {listed_names(keys)}"
    state.problem(
        "two-operations",
        message,
        item.data[keys[1]].place,
        help=two_operations_help(item, keys, state.block_values),
    )
    return None


def _operation(state: ParserState, key: str, item: Value, seen: Visible) -> Operation | None:
    value = item.data[key]
    if key in OPERATIONS:
        return _structure(state, key, item, value, seen)
    return parse_call(state, key, value, value.place, seen)


def _structure(
    state: ParserState, key: str, item: Value, value: Value, seen: Visible
) -> Operation | None:
    if key == "layers":
        return LayerGroup(parse_items(state, value, seen), value.place)
    if key == "output":
        return SideOutput(parse_items(state, value, seen), value.place)
    if key == "residual":
        shortcut = _shortcut(state, item, seen)
        first = item.get("first") is not None
        return Residual(parse_items(state, value, seen), shortcut, first, value.place)
    if key == "branches":
        return _branches(state, value, item.data["merge"], seen)
    state.reuses = True
    return Reuse(state.name(value, seen), value.place)


def _branches(state: ParserState, value: Value, merge: Value, seen: Visible) -> Branches:
    for label, branch in value.items():
        if branch.get("repeat") is None:
            state.check_name(label, branch.place)
    labelled = (
        value.items() if value.is_mapping else (("", element) for element in value.elements())
    )
    paths = tuple(
        _path(state, label, label or str(number), body, seen)
        for number, (label, body) in enumerate(labelled, 1)
    )
    name, arguments = next(merge.items()) if merge.is_mapping else (None, None)
    if name is None:
        kind = state.formula(merge, seen)
    else:
        assert arguments is not None
        kind = Formula(Value(name, arguments.place, text=name, plain=True), (), name)
    formulas = state.arguments(arguments, seen)
    complaint = merge_problem(str(kind.data)) if kind.constant else None
    if complaint:
        state.problem("unknown-layer", complaint[0], kind.value.span, help=complaint[1])
        kind = broken(kind.value)
    elif kind.constant:
        formulas = checked_arguments(state, str(kind.data), formulas)
    return Branches(paths, kind, formulas, value.place)


def _shortcut(state: ParserState, item: Value, seen: Visible) -> Branch | None:
    """The way around a residual, ``None`` for the identity."""
    written = [(word, item.get(word)) for word in ("shortcut", "_shortcut")]
    ways = [(word, value) for word, value in written if value is not None]
    if len(ways) > 1:
        state.problem(
            "two-operations",
            "a residual has one way around, and this one has `shortcut` and `_shortcut`",
            ways[1][1].place,
            "keep one of them; `_shortcut` is no step of the paths of its layers",
        )
    return _path(state, ways[0][0], ways[0][0], ways[0][1], seen) if ways else None


def _path(state: ParserState, label: str, part: str, value: Value, seen: Visible) -> Branch:
    if not value.is_mapping:
        return Branch(label, part, parse_items(state, value, seen), None, value.place)
    repeat, when, name, inner = value.get("repeat"), value.get("when"), None, seen
    if repeat is not None:
        inner = _bound_by(state, repeat, seen)
        if label:
            name = state.name(Value(label, value.place, text=label, plain=True), inner)
    with _under(state, repeat, when):
        items = parse_items(state, value.data["layers"], inner)
    return Branch(
        label,
        part,
        items,
        when and state.formula(when, inner),
        value.place,
        repeat and state.formula(repeat, seen),
        name,
    )


def _sources(state: ParserState, value: Value | None, seen: Visible) -> tuple[FromName, ...] | None:
    if value is None:
        return None
    by_role = value.items() if value.is_mapping else [("", value)]
    return tuple(
        _from_name(state, name, role, seen)
        for role, names in by_role
        for name in (names.data if names.is_list else _names_in(state, names))
    )


def _names_in(state: ParserState, value: Value) -> list[Value]:
    """What is taken, as a list: several names in a text, ``a, b``, are read as they are meant."""
    if not value.plain or "," not in (value.text or ""):
        return [value]
    names = [name for name in re.split(r"[\s,]+", str(value.text)) if name]
    help = f"write `from: [{cut(', '.join(names))}]`"
    state.problem("wrong-value", "several tensors are a list", value.span, help=help)
    return [value._replace(data=name, text=name) for name in names]


def _from_name(state: ParserState, value: Value, role: str, seen: Visible) -> FromName:
    if not value.is_mapping:
        return FromName(state.name(value, seen, prev=True), role)
    repeat, when = value.get("repeat"), value.get("when")
    inner = seen if repeat is None else _bound_by(state, repeat, seen)
    return FromName(
        state.name(value.data["name"], inner, prev=True),
        role,
        repeat and state.formula(repeat, seen),
        when and state.formula(when, inner),
    )


def _bound_by(state: ParserState, repeat: Value, seen: Visible) -> Visible:
    """The names that a ``repeat`` binds for the rest of its item."""
    table = repeat
    if isinstance(repeat.data, str) and (
        match := re.fullmatch(rf"\$({VARIABLE_NAME})", repeat.data)
    ):
        table = state.variables.get(match[1], repeat) if match[1] not in state.hidden() else repeat
    if isinstance(table.data, str):
        return seen.plus(["i"])._replace(everything=True)
    rows = [table] if table.is_mapping else [row for row in table.elements() if row.is_mapping]
    names = [(name, value) for row in rows for name, value in row.items()]
    for name, value in rows[0].items() if rows else ():
        state.check_variable(name, value.place)
    return seen.plus(["i", *(name for name, _ in names)])


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
