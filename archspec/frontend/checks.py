"""What is checked of a whole network: names that nothing mentions, and layers that reach no output.

After other mistakes, only certain dead ends are reported: what a layer that could not be made
would have taken is none.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, Span, at_line, stopped
from archspec.frontend.program.program import Item, LayerCall, key_of
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph, Node, Scope
from archspec.layers import KINDS
from archspec.layers.base import FLOATS, Layer
from archspec.spelling import listed, listed_names
from archspec.tensor import Tensor


def unused_names(root: Value, texts: Iterable[Value], own: str) -> list[Diagnostic]:
    """Warnings for variables, ``let`` values, declared kinds and blocks of the file ``own`` that
    nothing in ``texts`` mentions.
    """
    words = _mentions(texts)
    warnings = [
        _unused("variable", f"${name}", value)
        for name, value in _section(root, "vars")
        if f"${name}" not in words
    ]
    warnings += [
        _unused("kind", kind, body) for kind, body in _section(root, "kinds") if kind not in words
    ]
    for block, body in _section(root, "blocks"):
        if block not in words:
            warnings.append(_unused("block", block, body))
        inside = _mentions([body])
        warnings += [
            _unused("local value", f"${name}", value)
            for name, value in _section(body, "let")
            if f"${name}" not in inside
        ]
    return [warning for warning in warnings if warning.span.file == own]


def without_unused(root: Value) -> Value:
    """The document without the variables, kinds and blocks that nothing in it mentions, such as
    those that a variant replaced.
    """
    words, data = _mentions([root]), dict(root.data)
    for key, sign in (("vars", "$"), ("kinds", ""), ("blocks", "")):
        used = {name: value for name, value in _section(root, key) if f"{sign}{name}" in words}
        if key in data and used:
            data[key] = data[key]._replace(data=used)
        else:
            data.pop(key, None)
    smaller = root._replace(data=data)
    return smaller if _names(smaller) == _names(root) else without_unused(smaller)


def _names(root: Value) -> list[str]:
    return [name for key in ("vars", "kinds", "blocks") for name, _ in _section(root, key)]


def _unused(what: str, name: str, value: Value) -> Diagnostic:
    return Diagnostic(
        "unused",
        f"nothing mentions the {what} `{name.removeprefix('$')}`",
        value.place,
        help="use it, or remove it",
        severity="warning",
    )


def _section(value: Value, key: str) -> Iterator[tuple[str, Value]]:
    section = value.get(key)
    return section.items() if section is not None else iter(())


def _mentions(values: Iterable[Value]) -> set[str]:
    """The words that could be names in some values: ``$name`` in expressions, texts and keys as
    names of blocks and kinds.
    """
    words: set[str] = set()
    left = list(values)
    while left:
        value = left.pop()
        if value.is_mapping:
            for key, entry in value.items():
                words.update(_words(key))
                left.extend(
                    (body for _, body in entry.items()) if key in ("blocks", "kinds") else (entry,)
                )
        elif value.is_list:
            left.extend(value.elements())
        elif isinstance(value.data, str):
            words.update(_words(value.data))
    return words


def _words(text: str) -> list[str]:
    """A text, and the variables that it may name."""
    variables = re.findall(r"[A-Za-z_]\w*", text) if "$" in text else ()
    return [text, *(f"${name}" for name in variables)]


# --- whole numbers


def truncated_inputs(graph: Graph) -> list[Diagnostic]:
    """Warnings for layers that take whole numbers and get others, each line once."""
    warnings: dict[Span, Diagnostic] = {}
    for node in graph.nodes:
        if node.layer.truncates and not getattr(node.layer, "reverse", False):
            tensor = graph.tensors[node.inputs[0]]
            span = _use(graph, node)
            if tensor.dtype in FLOATS and span not in warnings:
                warnings[span] = _truncated(node, tensor, span)
    return list(warnings.values())


def _use(graph: Graph, node: Node) -> Span:
    """Where a layer is used: at its item, or at the `reuse` of it."""
    scope = graph.scopes[node.scope]
    return scope.span if scope.kind == "reuse" else node.span


def _truncated(node: Node, tensor: Tensor, span: Span) -> Diagnostic:
    kind = node.layer.kind()
    help = "give the model's `input` a `dtype`: `{shape: [...], dtype: int32}`"
    if node.weights_of is not None:
        help = "for products with its table use `ReversibleEmbedding` and `call: {reverse: true}`"
    return Diagnostic(
        "truncated-input",
        f"`{kind}` takes whole numbers, and cuts off the fractions of {tensor.dtype}",
        span,
        notes=(f"its input, `{node.inputs[0]}`, is {tensor}",),
        help=help,
        severity="warning",
    )


# --- what Keras does wrong


def cautions(graph: Graph) -> list[Diagnostic]:
    """Warnings for layers that Keras builds, and runs otherwise than it says; each line once."""
    kinds = {type(node.layer) for node in graph.nodes}
    cautious = {kind for kind in kinds if kind.caution is not Layer.caution}
    warnings: dict[Span, Diagnostic] = {}
    for node in [node for node in graph.nodes if cautious and type(node.layer) in cautious]:
        caution = node.layer.caution(*(graph.tensors[name] for name in node.inputs))
        if caution is not None:
            span = _use(graph, node)
            made = Diagnostic(
                "keras-fault", caution.message, span, help=caution.help, severity="warning"
            )
            warnings.setdefault(span, made)
    return list(warnings.values())


# --- dead ends

MOST_PARTS = 4
"""Items of a dead chain that one diagnostic names."""

NEW_NAME = "kept"
"""The name that is suggested for an item that a `from` is to take."""


class Outcome(NamedTuple):
    """A network as carried out: its nodes and scopes, the names that its outputs need, the paths
    that the author wrote with what they give, and, for what an item gives, the next item, if that
    takes other tensors.
    """

    nodes: Sequence[Node]
    scopes: Sequence[Scope]
    needed: Collection[str]
    written: Mapping[str, str]
    bypasses: Mapping[str, Item]


class DeadItem(NamedTuple):
    """An item of a dead chain: the largest piece of the structure that reaches no output as a
    whole, or a layer by itself.
    """

    name: str
    kind: str
    place: Span
    scope: Scope | None


def dead_ends(network: Outcome, inputs: Mapping[str, Span]) -> list[Diagnostic]:
    """Chains of layers that reach no output, and inputs that nothing uses."""
    reached = set(network.needed)
    for node in reversed(network.nodes):
        if node.name in reached or node.gives(reached):
            reached.update((node.name, *node.inputs))
    dead = [node for node in network.nodes if node.name not in reached]
    taken = {name for node in network.nodes for name in node.inputs}
    used = taken.union(
        node.name for node in dead if node.outputs and not taken.isdisjoint(node.tensors)
    )
    problems = [*islice(_chains(network, dead, used), limits.MISTAKES)]
    for name, span in inputs.items():
        if name not in reached and (name not in used or not problems):
            help = f"take it with `from: {name}`, or remove it"
            problems.append(
                Diagnostic(
                    "unused-input",
                    f"no output of the model depends on the input `{name}`",
                    span,
                    help=help,
                )
            )
    return stopped(problems) if len(problems) >= limits.MISTAKES else problems


def _chains(network: Outcome, dead: Sequence[Node], used: Collection[str]) -> Iterator[Diagnostic]:
    """One complaint for each place of the text where a chain ends: a line in a block that is
    called six times ends dead once.
    """
    if not dead:
        return
    order = {name: number for number, node in enumerate(dead) for name in node.tensors}
    living = _living_scopes(network, order)
    reported: set[Span] = set()
    for node in dead:
        end = None if node.name in used else _part(node, network.scopes, living)
        if end is not None and end.place not in reported:
            reported.add(end.place)
            chain = [dead[number] for number in sorted(_chain(node, dead, order))]
            yield _told(
                network,
                node,
                _once(_part(dead_node, network.scopes, living) for dead_node in chain),
            )


def _living_scopes(network: Outcome, dead: Collection[str]) -> set[int]:
    """The scopes with a layer that reaches an output."""
    living: set[int] = set()
    for node in network.nodes:
        scope: int | None = node.scope
        while node.name not in dead and scope is not None and scope not in living:
            living.add(scope)
            scope = network.scopes[scope].parent
    return living | {0}


def _chain(last: Node, dead: Sequence[Node], order: Mapping[str, int]) -> set[int]:
    """The dead layers that a last one comes from, by their numbers."""
    numbers = {order[last.name]}
    left = [last]
    while left:
        for number in [order[name] for name in left.pop().inputs if name in order]:
            if number not in numbers:
                numbers.add(number)
                left.append(dead[number])
    return numbers


def _part(node: Node, scopes: Sequence[Scope], living: Collection[int]) -> DeadItem:
    part, at = DeadItem(node.name, node.layer.kind(), node.span, None), node.scope
    while at not in living:
        scope = scopes[at]
        own = scope.parent is not None and scope.path != scopes[scope.parent].path
        kind = (
            scope.label
            if scope.kind in ("block", "repetition") and scope.label
            else WORDS.get(scope.kind, scope.kind)
        )
        name = scope.path if own else part.name if scope.span == part.place else ""
        part, at = DeadItem(name, kind, scope.span, scope), scope.parent or 0
    return part


WORDS = {"group": "layers", "main": "residual", "branch": "branches", "repetition": "layers"}
"""The key of the text for the kinds of scopes that are called otherwise."""


def _once(parts: Iterable[DeadItem]) -> list[DeadItem]:
    """The parts, the repetitions of one item once: the last of them, called as the item is."""
    by_place: dict[Span, DeadItem] = {}
    for part in parts:
        before = by_place.get(part.place)
        by_place[part.place] = part if before is None or before == part else part._replace(name="")
    return list(by_place.values())


def _told(network: Outcome, last: Node, parts: list[DeadItem]) -> Diagnostic:
    end = parts[-1]
    called = [part.name or part.kind for part in parts]
    chain = f"a chain from `{called[0]}` to `{called[-1]}`"
    subject = listed_names(called) if len(called) <= MOST_PARTS else chain
    verb = "reaches" if len(called) == 1 else "reach"
    message = f"{subject} {verb} no output of the model"
    by = network.bypasses.get(last.name)
    again = None if by is None else _passed_by_the_next_repetition(network, last, end, by)
    notes = () if by is None else (_passing(by, again, end),)
    ways = _ways(network, last, parts, by) if again is None else _ways_in_repetitions(by, end)
    return Diagnostic(
        "dead-end", message, end.place, "nothing takes what it gives", notes, "; or ".join(ways)
    )


def _passed_by_the_next_repetition(
    network: Outcome, last: Node, end: DeadItem, by: Item
) -> Scope | None:
    """The repetition that a chain ends, where it is the next one of the same item that takes
    another tensor.
    """
    scope = end.scope or _repetition(network.scopes, last)
    repeats = scope is not None and scope.kind == "repetition" and scope.index != scope.count
    return scope if repeats and (scope is end.scope or by.place <= end.place) else None


def _repetition(scopes: Sequence[Scope], node: Node) -> Scope | None:
    """The repetition that a layer stands in, without a block between."""
    scope: Scope | None = scopes[node.scope]
    while scope is not None and scope.kind != "repetition":
        scope = (
            scopes[scope.parent]
            if scope.parent is not None and scope.kind not in ("block", "model")
            else None
        )
    return scope


def _passing(by: Item, again: Scope | None, end: DeadItem) -> str:
    """Which item passes by what the chain gives; ``again`` is the repetition before that in
    which it does.
    """
    assert by.sources is not None
    takes = f"takes {listed_names([source.text for source in by.sources])} instead"
    if again is None:
        return f"the next item, `{key_of(by.operation)}` {at_line(by.place, end.place)}, {takes}"
    next_one = (
        "the next one"
        if by.place == end.place
        else f"in the next one `{key_of(by.operation)}` {at_line(by.place, end.place)}"
    )
    return f"it is in repetition {again.index} of {again.count}, and {next_one} {takes}"


def _ways_in_repetitions(by: Item | None, end: DeadItem) -> Iterator[str]:
    """What can be done where every repetition takes the same tensor, and so drops what the one
    before gives.
    """
    if by is not None and by.place == end.place:
        yield (
            "if the item's `from` was for its first repetition: put the item in a group, `- layers:"
            " [...]`, and the `from` beside it"
        )
    else:
        yield (
            "remove that `from`, so that each repetition goes on from the one before; to begin"
            " elsewhere, put it beside a group around all of them"
        )


def _ways(network: Outcome, last: Node, parts: list[DeadItem], by: Item | None) -> Iterator[str]:
    """What can be done about a chain: let the next item take it, remove it, or take it
    elsewhere.
    """
    if by is not None and by.sources is not None and len(by.sources) == 1:
        yield "remove that `from`"
    elif by is not None:
        merges = isinstance(by.operation, LayerCall) and KINDS[by.operation.kind].arity[1] is None
        yield (
            "add `prev` to that `from`"
            if merges
            else "write `prev` in place of one name in that `from`"
        )
    end = parts[-1]
    shown = [f"`{part.kind}` {at_line(part.place, end.place)}" for part in parts]
    shown = [f"all from {shown[0]} to {shown[-1]}"] if len(shown) > MOST_PARTS else shown
    name = next((path for path, giver in network.written.items() if giver == last.name), None)
    gone = "" if name is None or by is not None else ", and its name wherever a `from` has it"
    yield (
        f"remove {shown[0]}{gone}"
        if len(parts) == 1
        else f"remove {listed(shown, MOST_PARTS)}, which lead only here"
    )
    if name is not None:
        yield f"take it further down with `from: {name.rpartition('.')[2]}`"
    else:
        yield (
            f"put `name: {NEW_NAME}` beside that `{end.kind}:`, and take it further down with"
            f" `from: {NEW_NAME}`"
        )
