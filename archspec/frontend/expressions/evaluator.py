"""The syntax tree of an expression -> closures that evaluate it: each node's operation, with the
place of what can go wrong.

Closures, because a repeat evaluates an expression many times and a walk over the tree would ask the
same questions every time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from archspec import limits
from archspec.frontend.expressions import operators, values
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.expressions.causes import Cause
from archspec.frontend.expressions.lexer import ExpressionError
from archspec.frontend.expressions.parser import ATTRIBUTES
from archspec.frontend.expressions.parser_complaints import too_deep
from archspec.frontend.expressions.places import located, located_in_chain
from archspec.frontend.expressions.tree import (
    Attribute,
    Call,
    Chain,
    Compare,
    Comprehension,
    Conditional,
    Index,
    ListOf,
    Literal,
    Logic,
    Name,
    Node,
    Not,
    Sign,
    SliceOf,
    Stretch,
    Variable,
)
from archspec.frontend.expressions.values import Fault, TensorValue, Value
from archspec.spelling import did_you_mean

Frame: TypeAlias = (
    "list[Any]"  # the scope, then the values of the variables that comprehensions bind
)
Code: TypeAlias = "Callable[[Frame], Value]"
Condition: TypeAlias = "Callable[[Frame], bool]"


class Closures:
    """The nodes of one text as closures, and the variables that they mention."""

    def __init__(self, in_template: bool = False) -> None:
        self.in_template = in_template
        self.names: list[Name] = []
        self.bound: dict[str, int] = {}
        self.slots = 0
        self.depth = 0
        self.count = 0  # nodes compiled so far

    def code(self, node: Node) -> Code:
        """Compile one node, and those below it."""
        self.depth += 1
        self.count += 1
        if self.depth > limits.EXPRESSION_DEPTH:
            raise too_deep(node.start, node.end)
        code = _RULES[type(node)](self, node)
        self.depth -= 1
        return code

    def codes(self, nodes: Sequence[Node]) -> list[Code]:
        """Compile several nodes."""
        return [self.code(node) for node in nodes]

    def binding(self, node: Comprehension) -> tuple[int, Code, Condition | None]:
        """Compile the element and the condition of a comprehension, which see one variable more;
        return the place of its value in the frame, too.
        """
        outer = self.bound
        self.slots += 1
        slot = self.slots
        self.bound = {**outer, node.variable: slot}
        code = self.code(node.element)
        condition = None if node.condition is None else _condition(self, node.condition)
        self.bound = outer
        return slot, code, condition

    def free_names(self) -> tuple[Name, ...]:
        """Return the variables mentioned, in the order of the text."""
        return tuple(sorted(self.names, key=lambda name: name.start))


# --- A rule for each kind of node


def _literal(closures: Closures, node: Literal) -> Code:
    value = node.value
    return lambda frame: value


def _raw_variable(closures: Closures, node: Variable) -> Code:
    name, slot = node.name, closures.bound.get(node.name.text)
    if slot is not None:
        place = slot
        return lambda frame: frame[place]
    closures.names.append(name)

    def run(frame: Frame) -> Value:
        try:
            return frame[0].lookup(name.text)
        except KeyError:
            raise ExpressionError(
                f"there is no variable `{name.text}`",
                name.start,
                name.end,
                code="unknown-name",
                cause=Cause.NO_VARIABLE,
            ) from None

    return run


def _variable(closures: Closures, node: Variable) -> Code:
    raw, name = _raw_variable(closures, node), node.name
    form = "$({}.{})" if closures.in_template else "${}.{}"
    listed = [f"`{form.format(name.text, attribute)}`" for attribute in ATTRIBUTES]

    def run(frame: Frame) -> Value:
        value = raw(frame)
        if type(value) is TensorValue:
            help = f"write {', '.join(listed[:-1])} or {listed[-1]}"
            raise ExpressionError(
                f"`${name.text}` is a tensor, not a value",
                name.start,
                name.end,
                code="expression-value",
                help=help,
            )
        return value

    return run


def _attribute(closures: Closures, node: Attribute) -> Code:
    target, name = node.target, node.name
    code = (
        _raw_variable(closures, target) if isinstance(target, Variable) else closures.code(target)
    )

    def run(frame: Frame) -> Value:
        tensor = code(frame)
        try:
            if type(tensor) is not TensorValue:
                raise Fault(f"`.{name}` belongs to a tensor", 0, found=(values.described(tensor),))
            return getattr(tensor, name)
        except Fault as fault:
            raise located(fault, node, target) from None

    return run


def _list(closures: Closures, node: ListOf) -> Code:
    items = closures.codes(node.items)

    def run(frame: Frame) -> Value:
        found = [item(frame) for item in items]
        try:
            return values.built(found, frame[0])
        except Fault as fault:
            raise located(fault, node) from None

    return run


def _comprehension(closures: Closures, node: Comprehension) -> Code:
    source = closures.code(node.source)
    before = closures.count
    slot, element, condition = closures.binding(node)
    steps = closures.count - before

    def run(frame: Frame) -> Value:
        over = source(frame)
        try:
            sequence = operators.sequence(over)
            if condition is not None:
                sequence = _chosen(frame, sequence, slot, condition)
            return _collected(frame, sequence, slot, element, steps)
        except Fault as fault:
            raise located(fault, node, node.source) from None

    return run


def _chosen(frame: Frame, over: list[Value], slot: int, condition: Condition) -> list[Value]:
    """The values for which the condition of a comprehension holds."""
    values.check_length(len(over))
    found = []
    for value in over:
        frame[0].spend(1)
        frame[slot] = value
        if condition(frame):
            found.append(value)
    return found


def _collected(
    frame: Frame, over: list[Value], slot: int, element: Code, steps: int
) -> list[Value]:
    """Evaluate the element, of so many steps, for each value; the bound is watched on the way,
    as elements may be long lists.
    """
    spend, found, total = frame[0].spend, [], len(over)
    values.check_length(total)
    for frame[slot] in over:
        spend(steps)
        value = element(frame)
        if type(value) in values.COLLECTIONS:
            total += len(values.elements([value])) - 1
            values.check_length(total)
        found.append(value)
    return found


def _sign(closures: Closures, node: Sign) -> Code:
    operand, symbol = closures.code(node.operand), node.symbol

    def run(frame: Frame) -> Value:
        value = operand(frame)
        try:
            return operators.signed(symbol, value)
        except Fault as fault:
            raise located(fault, node, node.operand) from None

    return run


def _condition(closures: Closures, node: Node) -> Code:
    code = closures.code(node)

    def run(frame: Frame) -> bool:
        value = code(frame)
        if value is True or value is False:
            return value
        try:
            return operators.truth(value)
        except Fault as fault:
            raise located(fault, node, node) from None

    return run


def _not(closures: Closures, node: Not) -> Code:
    operand = _condition(closures, node.operand)
    return lambda frame: not operand(frame)


def _logic(closures: Closures, node: Logic) -> Code:
    operands = [_condition(closures, operand) for operand in node.operands]
    if node.symbol == "and":
        return lambda frame: all(operand(frame) for operand in operands)
    return lambda frame: any(operand(frame) for operand in operands)


def _conditional(closures: Closures, node: Conditional) -> Code:
    condition = _condition(closures, node.condition)
    then, otherwise = closures.code(node.then), closures.code(node.otherwise)
    return lambda frame: then(frame) if condition(frame) else otherwise(frame)


def _chain(closures: Closures, node: Chain) -> Code:
    nodes = (node.first, *(operand for _, operand in node.rest))
    first, *operands = closures.codes(nodes)
    steps = [
        (operators.OPERATORS[symbol], operand)
        for (symbol, _), operand in zip(node.rest, operands, strict=True)
    ]
    if len(steps) == 1:
        return _operation(nodes, first, *steps[0])

    def run(frame: Frame) -> Value:
        scope, value = frame[0], first(frame)
        for position, (operate, operand) in enumerate(steps):
            right = operand(frame)
            try:
                value = operate(value, right, scope)
            except Fault as fault:
                raise located_in_chain(fault, nodes, position) from None
        return value

    return run


def _operation(
    nodes: Sequence[Node], first: Code, operate: operators.Operation, second: Code
) -> Code:
    """A chain of two operands, as most are."""

    def run(frame: Frame) -> Value:
        left, right = first(frame), second(frame)
        try:
            return operate(left, right, frame[0])
        except Fault as fault:
            raise located_in_chain(fault, nodes, 0) from None

    return run


def _comparison(closures: Closures, node: Compare) -> Code:
    nodes = (node.first, *(operand for _, operand in node.rest))
    first, *operands = closures.codes(nodes)
    tests = [
        _comparing(symbol, *pair)
        for (symbol, _), pair in zip(node.rest, pairwise(nodes), strict=True)
    ]
    steps = list(zip(tests, operands, strict=True))

    def run(frame: Frame) -> bool:
        scope, left = frame[0], first(frame)
        for position, (test, operand) in enumerate(steps):
            right = operand(frame)
            try:
                if not test(left, right, scope):
                    return False
            except Fault as fault:
                raise located(
                    fault,
                    Stretch(nodes[position].start, nodes[position + 1].end),
                    *nodes[position : position + 2],
                ) from None
            left = right
        return True

    return run


def _comparing(symbol: str, left: Node, right: Node) -> operators.Operation:
    beside_null = any(isinstance(node, Literal) and node.value is None for node in (left, right))
    return (
        operators.NULL_COMPARISONS[symbol]
        if beside_null and symbol in operators.NULL_COMPARISONS
        else operators.COMPARISONS[symbol]
    )


def _index(closures: Closures, node: Index) -> Code:
    target, index = closures.codes((node.target, node.index))

    def run(frame: Frame) -> Value:
        whole, place = target(frame), index(frame)
        try:
            return operators.item(whole, place)
        except KeyError:
            raise located(_no_key(whole, place), node, node.target, node.index) from None
        except Fault as fault:
            error = located(fault, node, node.target, node.index)
            error.about = node.target.name.text if isinstance(node.target, Variable) else None
            raise error from None

    return run


def _no_key(row: dict[str, Value], key: str) -> Fault:
    listed = ", ".join(values.shown(known) for known in list(row)[:10])
    return Fault(
        f"the row has no key {values.shown(key)}",
        1,
        help=did_you_mean(key, row, "'{}'") or f"its keys are {listed}",
    )


def _slice(closures: Closures, node: SliceOf) -> Code:
    target = closures.code(node.target)
    parts = [part and closures.code(part) for part in node.parts]

    def run(frame: Frame) -> Value:
        whole = target(frame)
        bounds = [part and part(frame) for part in parts]
        try:
            return operators.part(whole, bounds, frame[0])
        except Fault as fault:
            raise located(
                fault, node, node.target, *(part or node for part in node.parts)
            ) from None

    return run


def _call(closures: Closures, node: Call) -> Code:
    function, arguments = BUILTINS[node.function].call, closures.codes(node.arguments)

    def run(frame: Frame) -> Value:
        given = [argument(frame) for argument in arguments]
        try:
            return function(frame[0], *given)
        except Fault as fault:
            raise located(fault, node, *node.arguments) from None

    return run


_RULES: dict[type[Node], Callable[[Closures, Any], Code]] = {
    Literal: _literal,
    Variable: _variable,
    Attribute: _attribute,
    ListOf: _list,
    Comprehension: _comprehension,
    Sign: _sign,
    Not: _not,
    Logic: _logic,
    Conditional: _conditional,
    Chain: _chain,
    Compare: _comparison,
    Index: _index,
    SliceOf: _slice,
    Call: _call,
}
