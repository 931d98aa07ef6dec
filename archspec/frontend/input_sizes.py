"""``512,512,3`` or ``tokens=128`` of ``--input`` → the sizes of an input of the model, which stand
where its shape holds `null`: the same network, at sizes that are known.

Raises `SpecError` for a text that cannot be read. A size that contradicts the spec is a mistake of
the program, found when it is elaborated.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Iterable
from typing import NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.frontend.expressions.expression import Lookup
from archspec.frontend.program.formulas import Formula, Located
from archspec.frontend.program.program import Input, Program
from archspec.frontend.yaml.document import Value
from archspec.spelling import counted, did_you_mean, listed_names
from archspec.tensor import show_shape

_OPTION = "--input "
_SIZE = re.compile(r"[0-9]+")


class InputSizes(NamedTuple):
    """The sizes of one input: of the one called ``name``, or of the only one. ``text`` is what was
    written, and ``starts`` say where in it each size begins.
    """

    text: str
    name: str | None
    sizes: tuple[int, ...]
    starts: tuple[int, ...]

    def span(self, start: int = 0, length: int | None = None) -> Span:
        """A part of the text, as a place in it."""
        end = len(self.text) if length is None else start + length
        return Span(f"{_OPTION}{self.text}", 1, start + 1, 1, max(end, start + 1) + 1)


def read_sizes(text: str) -> InputSizes:
    """What the value of an ``--input`` says. Raises `SpecError`."""
    name, equals, rest = text.rpartition("=")
    start = len(text) - len(rest)
    sizes, starts = [], []
    for part in rest.split(",") if rest.strip() else []:
        at = start + len(part) - len(part.lstrip())
        word = part.strip()
        size = int(word) if _SIZE.fullmatch(word) and len(word) < 20 else 0
        if not 0 < size <= limits.SIZE:
            raise _unreadable(text, at, len(word))
        sizes.append(size)
        starts.append(at)
        start += len(part) + 1
    if not equals and not sizes:
        raise _unreadable(text, 0, len(text))
    return InputSizes(text, name.strip() if equals else None, tuple(sizes), tuple(starts))


def _unreadable(text: str, start: int, length: int) -> SpecError:
    place = InputSizes(text, None, (), ()).span(start, length)
    message = f"`{_OPTION}{text}` holds no sizes" if not text.strip() else "this is no size"
    help = "write positive integers, without the batch: `--input 512,512,3` or `--input x=128`"
    return SpecError([Diagnostic("input-sizes", message, place, help=help)], sources([text]))


def sources(texts: Iterable[str]) -> dict[str, str]:
    """The texts that places in options point into, by the files that they are called."""
    return {f"{_OPTION}{text}": text for text in texts}


def with_sizes(program: Program, given: Iterable[InputSizes]) -> tuple[Program, list[Diagnostic]]:
    """The program with the sizes of its inputs, and what is wrong with their names."""
    inputs = {input.name: input for input in program.inputs}
    problems: list[Diagnostic] = []
    seen: dict[str, InputSizes] = {}
    for sizes in given:
        name = sizes.name or next(iter(inputs), "")
        problem = _wrong_name(sizes, name, list(inputs), seen)
        if problem is not None:
            problems.append(problem)
        else:
            seen[name] = sizes
            inputs[name] = inputs[name]._replace(shape=_sized(inputs[name], sizes))
    return program._replace(inputs=tuple(inputs.values())), problems


def _wrong_name(
    sizes: InputSizes, name: str, names: list[str], seen: dict[str, InputSizes]
) -> Diagnostic | None:
    if name not in names:
        has = f"its {'input is' if len(names) == 1 else 'inputs are'} {listed_names(names)}"
        help = did_you_mean(name, names) or has
        place = sizes.span(0, len(sizes.name or ""))
        return Diagnostic("input-sizes", f"the model has no input `{name}`", place, help=help)
    if sizes.name is None and len(names) > 1:
        message = f"the model has {len(names)} inputs, and these are sizes of one"
        help = f"name it: `--input {names[0]}={sizes.text}`; its inputs are {listed_names(names)}"
        return Diagnostic("input-sizes", message, sizes.span(), help=help)
    if name in seen:
        message = f"`{name}` has sizes already, `{seen[name].text}`"
        return Diagnostic("input-sizes", message, sizes.span(), help="give them once")
    return None


def _sized(input: Input, sizes: InputSizes) -> Formula:
    """The shape of an input with those sizes, compared with the spec's when it is evaluated."""
    span = input.shape.value.span
    elements = [Value(size, span, text=str(size), plain=True) for size in sizes.sizes]

    def compute(scope: Lookup) -> list[int]:
        shape = input.shape.evaluate(scope)
        if isinstance(shape, list):  # else the spec is wrong, and gets that complaint
            _compare(input, sizes, shape)
            return list(sizes.sizes)
        return shape  # type: ignore[no-any-return]

    return Formula(Value(elements, span), input.shape.mentions, None, compute)


def _compare(input: Input, sizes: InputSizes, shape: list[object]) -> None:
    """Raise `Located` where the sizes contradict the spec's shape."""
    written = show_shape(tuple(size if isinstance(size, int) else None for size in shape))
    place = input.shape.value.span
    note = f"its shape is {written}, on line {place.line} of {place.file}"
    if len(sizes.sizes) != len(shape):
        axes = counted(len(shape), "axis")
        message = f"`{input.name}` has {axes}, and these are {counted(len(sizes.sizes), 'size')}"
        help = "give a size for each axis but the batch"
        raise Located(Diagnostic("input-sizes", message, sizes.span(), "", (note,), help))
    for size, fixed, start in zip(sizes.sizes, shape, sizes.starts, strict=True):
        if fixed is not None and fixed != size:
            message = f"`{input.name}` is {fixed} along this axis in the spec, and not {size}"
            help = "only where the spec has `null` can a size be chosen; write its own elsewhere"
            place = sizes.span(start, len(str(size)))
            raise Located(Diagnostic("input-sizes", message, place, "", (note,), help))
