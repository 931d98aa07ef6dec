"""What the kinds of attention share: what they are called with, which tensors they take, and how
those must fit one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from archspec.layers.axes import (
    need_floats,
    need_mask,
    need_rank,
)
from archspec.layers.base import Layer
from archspec.layers.fields import call_attr, named_role, role, training_mode
from archspec.layers.kernels import WithKernel
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import (
    FLAG,
    number,
)
from archspec.tensor import Shape, Tensor, product, total

DROPOUT = number("a number from 0 to 1", 0, 1)


class Attending(Layer):
    """What the kinds of attention are called with."""

    hands_on_mask = True

    called = "attention"
    further_outputs: ClassVar[Mapping[str, str]] = {
        "scores": "call: {return_attention_scores: true}"
    }

    value_mask = named_role("which positions of the value are there, (S)")
    use_causal_mask: bool = call_attr(
        FLAG, False, "whether a position attends to none after it, as in a decoder"
    )
    return_attention_scores: bool = call_attr(
        FLAG, False, "whether to give the scores too, after the softmax"
    )
    training: bool | None = training_mode()

    @property
    def causal(self) -> str:
        """What a title says of a causal mask."""
        return ", causal" if self.use_causal_mask else ""

    def outputs(self, *inputs: Tensor, **roles: Any) -> Mapping[str, Tensor]:
        y = self.output(*inputs, **roles)
        if not self.return_attention_scores:
            return {"": y}
        return {"": y, "scores": Tensor(self.scores(*inputs), self.compute_dtype)}

    def scores(self, *inputs: Tensor) -> Shape:
        """The shape of the scores."""
        raise NotImplementedError(self.kind())


class Projecting(WithKernel, Attending):
    """Attention whose tensors Keras takes one by one. One tensor is query and value at once."""

    arity: ClassVar[tuple[int, int | None]] = (1, 3)
    builds_in_call = True

    query = role("what attends, position by position")
    value = role("what is attended to; the query, if it attends to itself", default="query")
    key = role("what the query is compared with; the value, if left out", required=False)
    key_mask = named_role("which positions of the key are there, (S)")
    attention_mask = named_role("which positions attend to which, (T, S) or (heads, T, S)")

    def keras_call(
        self, inputs: Sequence[Any], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        positional, named = self.by_role(inputs, roles)
        both = positional * 2 if len(positional) == 1 else positional
        return list(both), {**named, **self.call}


class OneHead(Attending):
    """Attention whose tensors Keras takes in lists, one of inputs and one of masks."""

    def title(self, say: Say = plainly) -> Title:
        return Title("attention", self.causal)

    arity: ClassVar[tuple[int, int | None]] = (2, 3)

    query = role("what attends, position by position")
    value = role("what is attended to")
    key = role("what the query is compared with; the value, if left out", required=False)
    query_mask = named_role("which positions of the query are there, (T)")

    def keras_call(
        self, inputs: Sequence[Any], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        positional, named = self.by_role(inputs, roles)
        masks = [named.get("query_mask"), named.get("value_mask")]
        return [list(positional)], {**({"mask": masks} if named else {}), **self.call}

    def output(self, *inputs: Tensor, **masks: Tensor) -> Tensor:
        query, value, key = query_value_key(inputs)
        for name, x in (("query", query), ("value", value), ("key", key)):
            need_rank(x, 2, "positions, channels", help=f"the {name} needs both")
            need_floats(x)
        if differ(value.shape[0], key.shape[0]):
            raise Mismatch(
                f"value and key must have the same positions, and they have {value.shape[0]} and"
                f" {key.shape[0]}",
                help="`from` names the query, the value and the key, in this order",
            )
        if differ(query.shape[-1], key.shape[-1]):
            raise Mismatch(
                f"query and key must have the same channels, and they have {query.shape[-1]} and"
                f" {key.shape[-1]}",
                help="bring them to one number of channels, with `Dense`",
            )
        for name, mask in masks.items():
            need_mask(mask, name, (query if name == "query_mask" else value).shape[:1])
        return Tensor((query.shape[0], value.shape[-1]), self.compute_dtype)

    def scores(self, *inputs: Tensor) -> Shape:
        query, _, key = query_value_key(inputs)
        return (query.shape[0], key.shape[0])

    def macs(self, y: Tensor, *inputs: Tensor, **masks: Tensor) -> int | None:
        query, value, key = query_value_key(inputs)
        pairs = (query.shape[0], value.shape[0])
        return total((product((*pairs, key.shape[-1])), product((*pairs, value.shape[-1]))))


def query_value_key(inputs: tuple[Tensor, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """Query, value and key, in Keras's order: what is missing is the one before it."""
    return inputs[0], inputs[min(1, len(inputs) - 1)], inputs[-1]


def differ(one: int | None, other: int | None) -> bool:
    """Whether two sizes are known to differ."""
    return None not in (one, other) and one != other


def refuse_mask_of_several_axes(masks: Sequence[int | None]) -> None:
    """Raise `Mismatch` for a mask that comes with an input and is not one of a single axis."""
    for axes in masks:
        if axes is not None and axes > 1:
            raise Mismatch(
                f"{LAYER} takes a mask of one axis of positions, and that which comes with an"
                f" input here has {axes}",
                help="leave out `mask_zero`, or bring the positions to one axis before, with"
                " `Reshape`",
            )
