"""A fault in working out a node of an expression → an error with its place in the text."""

from __future__ import annotations

from collections.abc import Sequence

from archspec.frontend.expressions.lexer import ExpressionError
from archspec.frontend.expressions.tree import Attribute, Node, Stretch
from archspec.frontend.expressions.values import Fault

_AXES = {"channels": "the number of channels", "height": "the height", "width": "the width"}


def located(fault: Fault, whole: Node, *operands: Node) -> ExpressionError:
    """Give a fault its place: that of the operand, or of the whole operation."""
    node = whole if fault.at is None else operands[fault.at]
    if fault.sentence:
        return ExpressionError(
            fault.sentence,
            node.start,
            node.end,
            code=fault.code,
            help=fault.help,
            cause=fault.cause,
            found=fault.found,
        )
    subject = _AXES.get(node.name, "this size") if isinstance(node, Attribute) else "this size"
    help = "an unknown size can only be compared with `null`, as in `$in.height == null`"
    return ExpressionError(
        f"{subject} is unknown until the model is called",
        node.start,
        node.end,
        code=fault.code,
        help=help,
    )


def located_in_chain(fault: Fault, nodes: Sequence[Node], position: int) -> ExpressionError:
    """Place a fault of operator number `position` in a chain, whose left operand is all that
    stands before it.
    """
    left = nodes[0] if position == 0 else Stretch(nodes[0].start, nodes[position].end)
    right = nodes[position + 1]
    return located(fault, Stretch(left.start, right.end), left, right)
