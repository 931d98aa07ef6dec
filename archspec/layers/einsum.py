"""The equation of an `EinsumDense`, `abc,cd->abd` → its letters, and the sizes that they stand for.

The first axis is the batch, which an equation counts and a shape here does not.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from typing import Any, NamedTuple

from archspec.layers.mismatch import Mismatch
from archspec.layers.types import text
from archspec.tensor import Shape, Size, show_shape

_WORDS = "an equation such as `abc,cd->abd`, or with `...` at the start or the end of both tensors"
_FORMS = (
    r"(?P<x>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)",
    r"(?P<before>\.\.\.)(?P<x>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->\.\.\.(?P<y>[a-zA-Z]+)",
    r"(?P<x>[a-zA-Z]{2,})(?P<after>\.\.\.),(?P<kernel>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)\.\.\.",
)


EQUATION = text(_WORDS, "|".join(re.sub(r"\?P<[a-z]+>", "", form) for form in _FORMS))
"""The type of an argument that is an equation of one tensor and one kernel."""


class Sizes(NamedTuple):
    """What an equation makes of an input: the shapes of the output and the kernel, the sizes of the
    output's letters and of all letters, and those that `...` stands for, all without the batch.
    """

    output: Shape
    kernel: Shape
    outer: dict[str, Size]
    letters: dict[str, Size]
    elided: Shape


class Equation:
    """The letters of the input, kernel and output, and where `...` stands for other axes."""

    def __init__(self, equation: str) -> None:
        parts = next(
            match for form in _FORMS if (match := re.fullmatch(form, equation))
        ).groupdict()
        self.x, self.kernel, self.y = parts["x"], parts["kernel"], parts["y"]
        self.elides_before = parts.get("before") is not None
        self.elides_after = parts.get("after") is not None

    def check(self) -> None:
        """Raise `Mismatch` where the letters contradict one another."""
        for what, letters in (("input", self.x), ("kernel", self.kernel), ("output", self.y)):
            twice = next((letter for letter in letters if letters.count(letter) > 1), None)
            if twice is not None:
                raise _wrong(
                    f"names `{twice}` twice in the {what}", "give each axis its own letter"
                )
        lost = next((letter for letter in self.y if letter not in self.x + self.kernel), None)
        if lost is not None:
            raise _wrong(
                f"has `{lost}` in the output alone", "take it from the input or the kernel"
            )
        free = next((letter for letter in self.kernel if letter not in self.x + self.y), None)
        if free is not None:
            raise _wrong(
                f"has `{free}` in the kernel alone", "name it in the input or in the output too"
            )

    def sizes(self, x: Shape, output_shape: Shape) -> Sizes:
        """The sizes for an input and an `output_shape`, which leaves out the batch and what `...`
        stands for. Raises `Mismatch`.
        """
        axes: tuple[Any, ...] = ("batch", *x)
        count = len(axes) - len(self.x)
        if count < 0 or (count and not (self.elides_before or self.elides_after)):
            letters = f"{len(self.x)} axes of the input, the batch counted"
            raise _wrong(
                f"names {letters}, and it has {len(axes)}", "name every axis, or write `...`"
            )
        elided = axes[:count] if self.elides_before else axes[len(axes) - count :]
        named = axes[count:] if self.elides_before else axes[: len(self.x)]
        mapped = dict(zip(self.x, named, strict=True))
        batch = next((letter for letter, size in mapped.items() if size == "batch"), None)
        if batch is not None and (batch in self.kernel or not self.y.startswith(batch)):
            raise _wrong(
                f"moves or mixes `{batch}`, the batch", "let it stand first in the output too"
            )
        outer = self.y[1:] if batch is not None else self.y
        if len(outer) != len(output_shape):
            raise Mismatch(
                f"`output_shape` has {len(output_shape)} sizes, and the equation's output"
                f" `{self.y}` needs {len(outer)}",
                at="output_shape",
                help="give a size for each letter of the output but the batch's",
            )
        return self._sized(mapped, dict(zip(outer, output_shape, strict=True)), elided)

    def _sized(
        self, mapped: dict[str, Any], outer: dict[str, Size], elided: tuple[Any, ...]
    ) -> Sizes:
        for letter, size in outer.items():
            if letter in mapped and size is not None and size != mapped[letter]:
                there = "an unknown size" if mapped[letter] is None else mapped[letter]
                raise Mismatch(
                    f"`{letter}` is {there} in the input and {size} in `output_shape`",
                    at="output_shape",
                    help="write `null` there: the size is the input's",
                )
        letters = {**outer, **{letter: size for letter, size in mapped.items() if size != "batch"}}
        rest: Shape = tuple(size for size in elided if size != "batch")
        if self.elides_before and rest != rest[::-1]:
            # Keras states their sizes from the last to the first, and the layers behind would be
            # built for those.
            raise _wrong(
                f"leaves out axes of different sizes, {show_shape(rest)}, which Keras swaps",
                "name every axis instead of writing `...`",
            )
        output = (*rest, *outer.values()) if self.elides_before else (*outer.values(), *rest)
        kernel = tuple(outer.get(letter, mapped.get(letter)) for letter in self.kernel)
        return Sizes(output, kernel, outer, letters, rest)

    def bias(self, axes: str, sizes: Sizes) -> Shape:
        """The shape of a bias along some letters of the output, broadcast along those after the
        first of them.
        """
        strange = next((letter for letter in axes if letter not in self.y), None)
        if strange is not None:
            raise Mismatch(
                f"`bias_axes` names `{strange}`, which is not in the output `{self.y}`",
                at="bias_axes",
                help="name letters of the output",
            )
        first = min(self.y.index(letter) for letter in axes)
        along = (sizes.outer.get(letter) if letter in axes else 1 for letter in self.y[first:])
        ones = () if self.elides_before else (1,) * len(sizes.elided)
        return (*along, *ones)


def _wrong(problem: str, help: str) -> Mismatch:
    return Mismatch(f"the equation {problem}", at="equation", help=help)
