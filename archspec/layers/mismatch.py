"""A layer does not fit its arguments or its input: what to say of it, as an exception."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from archspec.layers.types import Expects, Refused
from archspec.tensor import Tensor

LAYER = "{layer}"
"""Where the sentence of a `Mismatch` names the layer."""


@dataclass(eq=False)
class Mismatch(Exception):
    """A layer does not fit its arguments or its input.

    ``sentence`` is plain English without a full stop, `LAYER` standing for the layer. ``at`` is the
    argument that it is about (``None``: the layer) and ``expects`` what that argument must be;
    ``help`` says what to do, and ``advise`` gives a better help where the input is known.

    What the complaint is about: ``axes`` is the number of axes that the layer needs, where the
    input has another, and ``rank`` the same where ``help`` does not know the layer's own way out;
    ``unknown`` says that it needs a size that is unknown; ``shows_input`` that
    the sentence states the input's shape; ``inputs`` are the indices of the inputs that disagree;
    ``inside`` is the path within the argument, where that is a layer itself.
    """

    sentence: str
    _: KW_ONLY
    at: str | None = None
    help: str | None = None
    advise: Callable[[Tensor], str | None] | None = None
    expects: Expects | None = None
    rank: int | None = None
    axes: int | None = None
    unknown: bool = False
    inside: tuple[str | int, ...] = ()
    shows_input: bool = False
    inputs: tuple[int, ...] = ()
    layer: str = "this layer"

    def __post_init__(self) -> None:
        super().__init__(self.sentence)

    @property
    def message(self) -> str:
        """The sentence, the layer named."""
        return self.sentence.replace(LAYER, self.layer)


def wrong_argument(name: str, refused: Refused) -> Mismatch:
    """The complaint about an argument that its type refuses."""
    if isinstance(refused.inner, Mismatch):
        inner = refused.inner
        return Mismatch(
            inner.message, at=name, help=inner.help, expects=inner.expects, inside=refused.inside
        )
    return Mismatch(
        f"`{name}` must be {refused.words}", at=name, help=refused.help, expects=refused.expects
    )
