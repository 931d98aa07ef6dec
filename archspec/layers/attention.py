"""Attention: of several heads, of heads that share keys, of one head, and without projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, ClassVar

from archspec.layers.attending import (
    DROPOUT,
    OneHead,
    Projecting,
    differ,
    query_value_key,
    refuse_mask_of_several_axes,
)
from archspec.layers.axes import (
    axis_index,
    divisors,
    known,
    need_floats,
    need_mask,
    need_rank,
    need_softmax,
)
from archspec.layers.base import Layer, layer
from archspec.layers.fields import attr, call_attr, named_role, role
from archspec.layers.kernels import new_weight
from archspec.layers.mismatch import Mismatch
from archspec.layers.objects import INITIALIZER
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import (
    FLAG,
    INTEGER,
    POSITIVE,
    SEED,
    Type,
    choice,
    either,
    number,
    optional,
    sequence,
)
from archspec.tensor import Shape, Tensor, Weight, product, show_shape, total


def _listed(words: str, inner: Type) -> Type:
    def accept(value: Any) -> tuple[Any, ...]:
        axes = both.accept(value)
        return axes if isinstance(axes, tuple) else (axes,)

    both = either(words, inner, sequence(words, inner, 1))
    return both._replace(accept=accept)


_SIZES = optional(
    _listed("a positive integer or a list of them", POSITIVE), "the size of the query"
)
_AXES = optional(_listed("an integer or a list of integers", INTEGER), "all but the last")


@layer
class MultiHeadAttention(Projecting):
    """Attention of several heads. One input attends to itself; two are query and value; three are
    query, value and key.

    Shape: query (T…, C), value (S…, D), key (S…, E) → (T…, C), or (T…, *output_shape). Value and
    key have the same positions S; axes that are not attended over (`attention_axes`) are the same
    in all. Scores (heads, T…, S…). Keras ignores a mask of the query, so there is no such role.
    """

    misstated_outputs = frozenset({"scores"})  # as if the query attended to itself, over one axis

    num_heads: int = attr(POSITIVE, doc="the number of heads", before="use_bias")
    key_dim: int = attr(POSITIVE, doc="the length of a head's query and key", before="use_bias")
    value_dim: int | None = attr(
        optional(POSITIVE, "key_dim"), None, "the length of a head's value", before="use_bias"
    )
    dropout: float = attr(
        number("a number from 0 to 1", 0, 1),
        0.0,
        "the share of attention weights dropped in training",
        before="use_bias",
    )
    output_shape: tuple[int, ...] | None = attr(
        _SIZES, None, "the shape of the output at each position", before="kernel_initializer"
    )
    attention_axes: tuple[int, ...] | None = attr(
        _AXES, None, "the axes attended over; the batch is 0", before="kernel_initializer"
    )
    kernel_initializer: Any = attr(INITIALIZER, "glorot_uniform", "how the kernels start")
    bias_initializer: Any = attr(INITIALIZER, "zeros", "how the biases start")
    seed: int | None = attr(SEED, None, "the seed of the dropout")

    def output(self, *inputs: Tensor, **masks: Tensor) -> Tensor:
        query, value, key = query_value_key(inputs)
        for name, x in (("query", query), ("value", value), ("key", key)):
            if len(x.shape) < 2:
                raise Mismatch(
                    f"attention takes two axes or more (positions, channels), and its {name} {x}"
                    f" has {len(x.shape)}",
                    help="keep the positions: put it before the pooling or `Flatten`",
                    shows_input=True,
                )
            known(x.shape[-1], f"the {name}'s last axis")
        self._check_positions(query.shape, value.shape, key.shape)
        attended = len(self._attended(value.shape))
        # The scores' axes: those not attended over, the heads, and the attended ones twice.
        need_softmax(len(value.shape) + attended, attended, at="attention_axes")
        self._check_masks(query, value, masks)
        return Tensor((*query.shape[:-1], *self._output(query)), self.compute_dtype)

    def _check_masks(self, query: Tensor, value: Tensor, masks: Mapping[str, Tensor]) -> None:
        attended = sorted(self._attended(value.shape))
        if self.use_causal_mask and attended != [0]:
            raise Mismatch(
                "a causal mask is one over the first axis alone",
                at="use_causal_mask",
                help="put the positions into one axis, with `Reshape`, and leave out"
                " `attention_axes`",
            )
        scores = self.scores(query, value)
        for name, mask in masks.items():
            if name == "attention_mask":
                need_mask(mask, name, scores, last=2 * len(attended))
            elif attended == [0] and len(value.shape) == 2:
                need_mask(mask, name, value.shape[:1])
            else:
                raise Mismatch(
                    f"`{name}` is for attention over the one axis of positions",
                    help="name an `attention_mask` instead",
                )

    def scores(self, *inputs: Tensor) -> Shape:
        query, value, _ = query_value_key(inputs)
        attended = sorted(self._attended(value.shape))
        free = [axis for axis in range(len(query.shape) - 1) if axis not in attended]
        return (
            *(query.shape[axis] for axis in free),
            self.num_heads,
            *(query.shape[axis] for axis in attended),
            *(value.shape[axis] for axis in attended),
        )

    def _check_positions(self, query: Shape, value: Shape, key: Shape) -> None:
        if value[:-1] != key[:-1]:
            message = (
                "value and key must have the same positions, and they have"
                f" {show_shape(value[:-1])} and {show_shape(key[:-1])}"
            )
            raise Mismatch(
                message, help="`from` names the query, the value and the key, in this order"
            )
        # From here on Keras builds the model, and TensorFlow refuses to run it, or mixes up
        # examples or heads.
        if len(query) != len(value):
            message = (
                f"query and value must have the same number of axes, and they have {len(query)} and"
                f" {len(value)}"
            )
            raise Mismatch(message, help="put the positions of each into one axis, with `Reshape`")
        for axis in set(range(len(value) - 1)) - self._attended(value):
            if None not in (query[axis], value[axis]) and query[axis] != value[axis]:
                message = (
                    "query and value differ along an axis that is not attended over:"
                    f" {show_shape(query)} and {show_shape(value)}"
                )
                raise Mismatch(
                    message,
                    at="attention_axes",
                    help="name that axis in `attention_axes`, or make the sizes equal",
                )

    def _attended(self, shape: Shape) -> set[int]:
        if self.attention_axes is None:
            return set(range(len(shape) - 1))
        axes = [
            axis_index(axis, Tensor(shape), at="attention_axes") for axis in self.attention_axes
        ]
        if len(shape) - 1 in axes:
            raise Mismatch(
                "the last axis holds the channels, and attention is over positions",
                at="attention_axes",
                help="the axis before it is -2",
            )
        if len(set(axes)) < len(axes):
            raise Mismatch(
                "an axis is attended over twice", at="attention_axes", help="name each axis once"
            )
        return set(axes)

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        refuse_mask_of_several_axes(masks)
        return super().mask_axes(inputs, masks)

    def title(self, say: Say = plainly) -> Title:
        heads = say("num_heads", self.num_heads)
        return Title("attention", f", {heads} × {say('key_dim', self.key_dim)}{self.causal}")

    def _output(self, query: Tensor) -> tuple[int, ...]:
        return self.output_shape or (known(query.shape[-1], "the query's last axis"),)

    def weights(self, *inputs: Tensor, **masks: Tensor) -> tuple[Weight, ...]:
        query, value, key = query_value_key(inputs)
        heads, values = self.num_heads, self.value_dim or self.key_dim
        result: list[Weight] = []
        for name, x, size in (
            ("query", query, self.key_dim),
            ("key", key, self.key_dim),
            ("value", value, values),
        ):
            result += self._projection(
                name, (known(x.shape[-1], f"the {name}'s last axis"),), (heads, size)
            )
        return (
            *result,
            *self._projection("attention_output", (heads, values), self._output(query)),
        )

    def _projection(
        self, name: str, taken: tuple[int, ...], outer: tuple[int, ...]
    ) -> list[Weight]:
        kernel = new_weight(self, f"{name}/kernel", (*taken, *outer), "kernel_initializer")
        return (
            [kernel, new_weight(self, f"{name}/bias", outer, "bias_initializer")]
            if self.use_bias
            else [kernel]
        )

    def macs(self, y: Tensor, *inputs: Tensor, **masks: Tensor) -> int | None:
        query, value, key = query_value_key(inputs)
        keys, values = (
            self.num_heads * self.key_dim,
            self.num_heads * (self.value_dim or self.key_dim),
        )
        attended = self._attended(value.shape)
        pairs = (
            *query.shape[:-1],
            *(value.shape[axis] for axis in attended),
        )  # each query position with each that it attends to
        projections = (
            (*query.shape, keys),
            (*key.shape, keys),
            (*value.shape, values),
            (*query.shape[:-1], values, prod(self._output(query))),
        )
        return total(product(sizes) for sizes in (*projections, (*pairs, keys + values)))


@layer
class Attention(OneHead):
    """Attention without projections (Luong et al. 2015): `from` names query, value and, where it is
    another tensor, key.

    Shape: query (T, C), value (S, D), key (S, C) → (T, D), scores (T, S). No weights but `scale`
    and `concat_score_weight`, where they are asked for.
    """

    use_scale: bool = attr(FLAG, False, "whether the scores are multiplied by a learned number")
    score_mode: str = attr(
        choice("dot", "concat"), "dot", "how query and key are compared: product, or tanh of sum"
    )
    dropout: float = attr(DROPOUT, 0.0, "the share of attention weights dropped in training")
    seed: int | None = attr(SEED, None, "the seed of the dropout")

    def weights(self, *inputs: Tensor, **masks: Tensor) -> tuple[Weight, ...]:
        scale = [Weight("scale", ())] if self.use_scale else []
        return (*scale, *([Weight("concat_score_weight", ())] * (self.score_mode == "concat")))


@layer
class AdditiveAttention(OneHead):
    """Attention by the sum of query and key (Bahdanau et al. 2015), without projections: `from`
    names query, value and, where it is another tensor, key.

    Shape: query (T, C), value (S, D), key (S, C) → (T, D), scores (T, S). With `use_scale`, one
    weight of C.
    """

    use_scale: bool = attr(FLAG, True, "whether each channel of the sum has a learned factor")
    dropout: float = attr(DROPOUT, 0.0, "the share of attention weights dropped in training")

    def weights(self, *inputs: Tensor, **masks: Tensor) -> tuple[Weight, ...]:
        size = known(inputs[0].shape[-1], "the query's last axis")
        return (Weight("scale", (size,)),) if self.use_scale else ()


@layer
class GroupQueryAttention(Projecting):
    """Attention whose heads share keys and values in groups (Ainslie et al. 2023). One input
    attends to itself; two are query and value; three are query, value and key.

    Shape: query (T, C), value (S, D), key (S, E) → (T, C), scores (heads, T, S).
    """

    query_mask = named_role("which positions of the query are there, (T)")

    head_dim: int = attr(POSITIVE, doc="the length of a head", before="use_bias")
    num_query_heads: int = attr(POSITIVE, doc="the number of heads", before="use_bias")
    num_key_value_heads: int = attr(
        POSITIVE, doc="the number of groups, which divides that of heads", before="use_bias"
    )
    dropout: float = attr(
        DROPOUT,
        0.0,
        "the share of attention weights dropped in training",
        before="use_bias",
    )
    kernel_initializer: Any = attr(INITIALIZER, "glorot_uniform", "how the kernels start")
    bias_initializer: Any = attr(INITIALIZER, "zeros", "how the biases start")
    seed: int | None = attr(SEED, None, "the seed of the dropout")

    def title(self, say: Say = plainly) -> Title:
        heads = f"{say('num_query_heads', self.num_query_heads)} × {say('head_dim', self.head_dim)}"
        groups = say("num_key_value_heads", self.num_key_value_heads)
        return Title("attention", f", {heads}, {groups} groups{self.causal}")

    def check(self) -> None:
        if self.num_query_heads % self.num_key_value_heads:
            raise Mismatch(
                f"{self.num_query_heads} heads do not divide into"
                f" {self.num_key_value_heads} groups",
                at="num_key_value_heads",
                help=f"it can be {divisors(self.num_query_heads)}",
            )

    def output(self, *inputs: Tensor, **masks: Tensor) -> Tensor:
        query, value, key = query_value_key(inputs)
        for name, x in (("query", query), ("value", value), ("key", key)):
            need_rank(x, 2, "positions, channels", help=f"the {name} needs both")
            need_floats(x)
            known(x.shape[-1], f"the {name}'s last axis")
        if differ(value.shape[0], key.shape[0]):
            raise Mismatch(
                f"value and key must have the same positions, and they have {value.shape[0]} and"
                f" {key.shape[0]}",
                help="`from` names the query, the value and the key, in this order",
            )
        if query.shape[-1] != value.shape[-1]:
            raise Mismatch(
                f"query and value must have the same channels, and they have {query.shape[-1]} and"
                f" {value.shape[-1]}",
                help="bring them to one number of channels, with `Dense`",
            )
        for name, mask in masks.items():
            if name == "attention_mask":
                need_mask(mask, name, self.scores(query, value), last=2)
            else:
                need_mask(mask, name, (query if name == "query_mask" else value).shape[:1])
        return Tensor(query.shape, self.compute_dtype)

    def scores(self, *inputs: Tensor) -> Shape:
        query, value, _ = query_value_key(inputs)
        return (self.num_query_heads, query.shape[0], value.shape[0])

    def weights(self, *inputs: Tensor, **masks: Tensor) -> tuple[Weight, ...]:
        query, value, key = query_value_key(inputs)
        model = known(query.shape[-1], "the query's last axis")
        heads, groups, size = self.num_query_heads, self.num_key_value_heads, self.head_dim
        made: list[Weight] = []
        roles = (("query", query, heads), ("key", key, groups), ("value", value, groups))
        for name, x, count in roles:
            channels = known(x.shape[-1], f"the {name}'s last axis")
            made += self._projection(name, (channels,), (count, size))
        return (*made, *self._projection("attention_output", (heads, size), (model,)))

    def _projection(self, name: str, taken: tuple[int, ...], made: tuple[int, ...]) -> list[Weight]:
        kernel = new_weight(self, f"{name}/kernel", (*taken, *made), "kernel_initializer")
        if not self.use_bias:
            return [kernel]
        return [kernel, new_weight(self, f"{name}/bias", made, "bias_initializer")]

    def macs(self, y: Tensor, *inputs: Tensor, **masks: Tensor) -> int | None:
        query, value, key = query_value_key(inputs)
        wide, narrow = (
            count * self.head_dim for count in (self.num_query_heads, self.num_key_value_heads)
        )
        return total(
            product(sizes)
            for sizes in (
                (*query.shape, wide),
                (*key.shape, narrow),
                (*value.shape, narrow),
                (*query.shape, wide),
                (query.shape[0], value.shape[0], 2 * wide),
            )
        )


@layer
class DotProductAttention(Layer):
    """Attention of several heads without projections, which are made before it: `from` names query,
    value and, where it is another tensor, key. Value and key may have fewer heads than the query,
    each for a group of its heads.

    Shape: query (T, N, H), value and key (S, K, H) → (T, N, H), where K divides N. `bias` is added
    to the scores, `mask` says which positions attend to which: (N, T, S), 1 for all heads or
    positions, or (T, S). No weights. A kind of archspec's own.
    """

    hands_on_mask = True

    arity: ClassVar[tuple[int, int | None]] = (2, 3)
    called = "attention"
    # In Keras, `mask` would be that of the query's positions, which Keras hands on by itself.
    keras_keywords: ClassVar[Mapping[str, str]] = {"mask": "attention_mask"}

    query = role("what attends, (T, N, H)")
    value = role("what is attended to, (S, K, H)")
    key = role("what the query is compared with; the value, if left out", required=False)
    bias = named_role("what is added to the scores, (N, T, S) or (T, S)")
    mask = named_role("which positions attend to which, (N, T, S) or (T, S)")
    use_causal_mask: bool = call_attr(
        FLAG, False, "whether a position attends to none after it, as in a decoder"
    )

    scale: float | None = attr(
        optional(number("a positive number", above=0), "1 / √H"),
        None,
        "what the scores are multiplied by",
    )

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        refuse_mask_of_several_axes(masks)
        return super().mask_axes(inputs, masks)

    def keras_call(
        self, inputs: Sequence[Any], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        positional, named = self.by_role(inputs, roles)
        keywords = {self.keras_keywords.get(name, name): value for name, value in named.items()}
        return list(positional), {**keywords, **self.call}

    def output(self, *inputs: Tensor, **roles: Tensor) -> Tensor:
        query, value, key = query_value_key(inputs)
        for name, x in (("query", query), ("value", value), ("key", key)):
            need_rank(x, 3, "positions, heads, channels", help=f"the {name} needs all three")
            need_floats(x)
            known(x.shape[1], f"the number of the {name}'s heads")
            known(x.shape[2], f"the number of the {name}'s channels")
        if value.shape[1:] != key.shape[1:] or differ(value.shape[0], key.shape[0]):
            raise Mismatch(
                f"value and key must have one shape, and they are {value} and {key}",
                help="`from` names the query, the value and the key, in this order",
                shows_input=True,
            )
        if query.shape[2] != key.shape[2]:
            raise Mismatch(
                f"query and key must have the same channels, and they have {query.shape[2]} and"
                f" {key.shape[2]}",
                help="bring them to one number of channels, with `Dense`",
            )
        heads = known(query.shape[1], "the number of the query's heads")
        if heads % known(key.shape[1], "the number of the key's heads"):
            raise Mismatch(
                f"{heads} heads of the query do not divide into {key.shape[1]} groups",
                help=f"the value can have {divisors(heads)} heads",
            )
        for name, mask in roles.items():
            need_mask(mask, name, (heads, query.shape[0], value.shape[0]), last=2)
        return Tensor(query.shape, self.compute_dtype)

    def macs(self, y: Tensor, *inputs: Tensor, **roles: Tensor) -> int | None:
        query, value, _ = query_value_key(inputs)
        return product((2, *query.shape, value.shape[0]))
