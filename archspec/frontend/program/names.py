"""The variables that are visible at a place of a program, and what to say of other names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.expressions.expression import BUILTINS, RESERVED
from archspec.frontend.vocabulary import VARIABLE_NAME
from archspec.spelling import did_you_mean, listed_names

COUNTER = "i"
"""The variable that counts repetitions, unless an argument of the block has that name."""

RESERVED_FOR = {
    "i": "`$i` counts repetitions",
    "in": "`$in` is the input of a block",
    "prev": "`$prev` is the output of the item before",
}


class Visible(NamedTuple):
    """The variables that are visible at a place, those of the ``spec`` among them or hidden;
    ``everything`` where a table in a variable binds names that only running shows.
    """

    known: frozenset[str]
    spec: frozenset[str]
    everything: bool = False

    def plus(self, names: Iterable[str]) -> Visible:
        """With more names, the nearer ones."""
        return self._replace(known=self.known | frozenset(names))


def is_wrongly_called(name: str, seen: Visible) -> bool:
    """Whether a variable has the name of a function or a word of expressions."""
    return name in RESERVED and name not in RESERVED_FOR and name in seen.known


def variable_problem(name: str, place: Span) -> Diagnostic | None:
    """What is wrong with the name of a variable, an argument or an input of a block."""
    if name in RESERVED:
        kind = "function" if name in BUILTINS else "word"
        what = RESERVED_FOR.get(name, f"`{name}` is a {kind} of expressions")
        message = f"{what}, and no variable can have that name"
        return Diagnostic("reserved-name", message, place, help="choose another name")
    if re.fullmatch(VARIABLE_NAME, name):
        return None
    near = re.sub(r"[^A-Za-z0-9_]", "_", name)
    help = "use letters, digits and `_`, not beginning with a digit"
    if re.fullmatch(VARIABLE_NAME, near):
        help = f"write `{near}`"
    return Diagnostic("wrong-name", f"`{name}` is no name for a variable", place, help=help)


def unknown_variable(
    name: str, seen: Visible, block: str, own: str | None, text: str = ""
) -> tuple[str, str | None]:
    """What to say of a variable that cannot be seen, and the help. ``block`` is the block that it
    stands in, ``own`` the variable that is computed there, ``text`` the whole expression.
    """
    if name == "i":
        inside = (
            f"a block does not see its caller's `$i`: add an argument to `{block}`, and"
            " call it with `$i`"
        )
        return (
            "`$i` counts repetitions, and nothing here repeats",
            inside if block else "use it in an item with `repeat`",
        )
    if name in ("in", "prev"):
        where = "use it in `layers`" + (", or in a block's `let`" if name == "in" else "")
        return f"`${name}` is a tensor of a running network, and there is none here yet", where
    from archspec.frontend.foreign.texts import entry_of_variables

    candidates = sorted(seen.known - {"in", "prev", "i"})
    entry = entry_of_variables(text, candidates)
    near = entry or did_you_mean(name, candidates, "`${}`")
    if near and own and near == did_you_mean(name, [own], "`${}`"):
        near = f"if `${own}` is meant: a variable cannot be computed from itself; write its value"
    if block and not near and name not in seen.spec:
        near = (
            f"a block sees its own `args` and `let`, and `vars`: add `{name}` to the `args` of"
            f" `{block}`, and give it in the calls"
        )
    known = [f"${variable}" for variable in [*candidates[:12], *({"i"} & seen.known)]]
    return (
        f"there is no variable `{name}` here",
        near or f"add it to `vars`; the variables here: {listed_names(known) or 'none'}",
    )
