"""What carrying out a network needs to know of a place: names and scopes around it, defaults,
and the way there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from archspec.diagnostics import Span
from archspec.frontend.elaborate.environment import Environment, Feed
from archspec.frontend.program.formulas import NameFormula
from archspec.frontend.program.program import Arguments, ArgumentsByKind, Program
from archspec.layers import Layer
from archspec.tensor import Tensor, Weight

NO_ARGUMENTS: Arguments = {}


class Defaults(NamedTuple):
    """The ``defaults`` of the spec or of one call of a block, with the environment that their
    expressions see.
    """

    arguments: ArgumentsByKind
    environment: Environment


class Frame(NamedTuple):
    """A step of the way from the document to where something is carried out: a block call, a
    repetition or a ``reuse``.

    ``label`` is the block's name, or that of the item that repeats or is used again, read in the
    ``environment``; ``arguments`` are the call's.
    """

    kind: str
    label: str | NameFormula | None
    place: Span
    above: Frame | None
    arguments: Arguments = NO_ARGUMENTS
    environment: Environment | None = None
    index: int | None = None  # type: ignore[assignment]  # hides a method of tuples that nobody calls
    count: int | None = None  # type: ignore[assignment]  # hides a method of tuples that nobody calls


class Context(NamedTuple):
    """Where items are carried out: names and scopes around them.

    ``prefix`` is the path so far and ``visible`` the prefixes in which names are looked up, the
    innermost first; ``automatic`` the part of the prefix up to its last automatic step. ``inputs``
    are the tensors that the block or model names. ``shares`` maps the prefix of a ``reuse`` to that
    of the item it uses again.
    """

    prefix: str
    visible: tuple[str, ...]
    automatic: str
    inputs: Mapping[str, Feed]
    defaults: tuple[Defaults, ...]
    reserved: frozenset[str]
    scope: int
    frame: Frame | None
    blocks: tuple[str, ...]
    depth: int
    shares: tuple[str, str] | None = None


class Plan(NamedTuple):
    """The arguments of a layer of the text: constant ones, computed ones with the ``defaults``
    they come from, and the layers made so far.
    """

    constants: dict[str, Any]
    computed: tuple[tuple[str, Callable[[Any], Any], int | None], ...]
    layers: dict[str, Layer]


class Named(NamedTuple):
    """The path that an item got, and whether the author wrote its last step."""

    path: str
    written: bool


Inferred = tuple[Tensor, tuple[Weight, ...], int | None]


class Workshop(NamedTuple):
    """The layers made so far, each once, and what they do to inputs: shared by the networks of
    one run.
    """

    layers: dict[tuple[str, str], Layer]
    inferred: dict[tuple[int, tuple[Tensor, ...]], Inferred]
    plans: dict[tuple[Any, ...], Plan]
    kept: list[
        Program
    ]  # plans go by the identity of arguments, so the programs that these belong to must live
