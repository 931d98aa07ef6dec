"""Sums of products by an equation: `ops.einsum`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from archspec.layers.broadcasting import stretched
from archspec.layers.fields import attr
from archspec.layers.mismatch import Mismatch
from archspec.layers.operations.base import Operation, row
from archspec.layers.operations.dtypes import product_dtype
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import text
from archspec.spelling import cut
from archspec.tensor import Size, Tensor, product

_TERM = r"[a-z ]*(?:\.\.\.)?[a-z ]*"
_WRITTEN = text(
    "an equation such as `bij,bjk->bik`, the batch's letter first in every tensor",
    rf"{_TERM}(?:,{_TERM})*->{_TERM}",
)
_EQUATION = _WRITTEN._replace(accept=lambda value: _WRITTEN.accept(value).replace(" ", ""))


class _Einsum(Operation):
    arity: ClassVar[tuple[int, int | None]] = (1, None)
    tensors = ("operands",)
    many = True
    rule = "the sizes of the letters behind `->`."

    subscripts: Any = attr(
        _EQUATION, doc="the letters of the tensors' axes, and those of the result's"
    )

    def title(self, say: Say = plainly) -> Title:
        return Title("einsum", f" {cut(say('subscripts', self.subscripts), 40)}")

    def check(self) -> None:
        terms, result = self._terms()
        for term in (*terms, result):
            twice = next(
                (letter for letter in term if letter != "." and term.count(letter) > 1), None
            )
            if twice:
                raise _wrong(f"names `{twice}` twice in `{term}`", "give each axis its own letter")
        heads = {(term[:1] or "no letter") for term in (*terms, result)}
        if len(heads) > 1:
            raise _wrong(
                "would move or mix the batch, which is the first axis of every tensor",
                "let the same letter stand first in every tensor and behind `->`",
            )
        head = next(iter(heads))
        lost = next((letter for letter in result if letter not in "".join(terms)), None)
        if lost:
            raise _wrong(f"has `{lost}` behind `->` alone", "take it from one of the tensors")
        if head == "no letter":
            raise _wrong("names no axis", "begin with the letter of the batch")

    def keras_call(
        self, inputs: Sequence[Any], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        return [self.subscripts, *inputs], {}

    def result(self, *xs: Tensor) -> Tensor:
        sizes, elided = self._sizes(xs)
        _, result = self._terms()
        shape: list[Size] = []
        for letter in re.findall(r"\.\.\.|[a-z]", result):
            shape += elided if letter == "..." else [sizes[letter]]
        return Tensor(tuple(shape[1:]), product_dtype(*xs))

    def products(self, y: Tensor, *xs: Tensor) -> int | None:
        if len(xs) == 1:
            return 0
        sizes, elided = self._sizes(xs)
        terms, _ = self._terms()
        batch = terms[0][0]
        rest = elided[1:] if batch == "." else elided
        return product([*(size for letter, size in sizes.items() if letter != batch), *rest])

    def _terms(self) -> tuple[list[str], str]:
        tensors, _, result = self.subscripts.partition("->")
        return tensors.split(","), result

    def _sizes(self, xs: Sequence[Tensor]) -> tuple[dict[str, Size], list[Size]]:
        """The sizes of the letters, and of the axes that `...` stands for, the batch's 1."""
        terms, _ = self._terms()
        if len(terms) != len(xs):
            raise _wrong(
                f"is of {len(terms)} tensors, and there are {len(xs)}", "name as many in `from`"
            )
        sizes: dict[str, Size] = {}
        elided: list[tuple[Size, ...]] = []
        for term, x in zip(terms, xs, strict=True):
            before, dots, after = term.partition("...")
            axes: tuple[Size, ...] = (1, *x.shape)
            count = len(axes) - len(before) - len(after)
            if count < 0 or (count and not dots):
                raise _wrong(
                    f"has {len(before + after)} letters in `{term}`, and the tensor {x} has"
                    f" {len(axes)} axes with the batch",
                    "name every axis, the batch first, or write `...`",
                )
            if dots:
                elided.append(axes[len(before) : len(axes) - len(after)])
            named = (*axes[: len(before)], *axes[len(axes) - len(after) :])
            for letter, size in zip(before + after, named, strict=True):
                known = sizes.setdefault(letter, size)
                if known is None:
                    sizes[letter] = size
                elif size is not None and size != known:
                    raise _wrong(
                        f"makes `{letter}` {known} in one tensor and {size} in another",
                        "a letter stands for one size",
                    )
        if len({len(axes) for axes in elided}) > 1:
            raise _wrong(
                "has `...` for different numbers of axes", "name the axes that are not in both"
            )
        rest = stretched([Tensor(axes) for axes in elided], "matched") if elided else ()
        return sizes, list(rest)


def _wrong(problem: str, help: str) -> Mismatch:
    return Mismatch(f"the equation {problem}", at="subscripts", help=help)


row(_Einsum, "einsum", "Products of tensors, summed as an equation says.", gives=product_dtype)
