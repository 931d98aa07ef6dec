"""Random arguments and sizes: the rules agree with Keras, in the shape or in refusing."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kinds.oracle import Outcome, Row, ours, row, theirs

SIZES = st.one_of(st.none(), st.integers(1, 12))
PADDING = st.sampled_from(["valid", "same"])


def per_axis(most: int) -> st.SearchStrategy[Any]:
    return st.one_of(st.integers(1, most), st.lists(st.integers(1, most), min_size=2, max_size=2))


def images(channels: st.SearchStrategy[int | None]) -> st.SearchStrategy[tuple[int | None, ...]]:
    return st.tuples(SIZES, SIZES, channels)


def arguments(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


CONV = arguments(
    {"filters": st.sampled_from([1, 2, 4, 6]), "kernel_size": per_axis(5)},
    strides=per_axis(3), padding=PADDING, dilation_rate=per_axis(3), groups=st.integers(1, 3), use_bias=st.booleans(),
)  # fmt: skip
TRANSPOSED = arguments(
    {"filters": st.integers(1, 4), "kernel_size": per_axis(5)},
    strides=per_axis(3), padding=PADDING, dilation_rate=per_axis(2), output_padding=st.one_of(st.none(), st.integers(0, 2)),
)  # fmt: skip
SEPARABLE = arguments(
    {"filters": st.integers(1, 4), "kernel_size": per_axis(5)},
    strides=per_axis(3), padding=PADDING, dilation_rate=per_axis(3), depth_multiplier=st.integers(1, 3), use_bias=st.booleans(),
)  # fmt: skip
POOLING = arguments(
    {"pool_size": per_axis(5)}, strides=st.one_of(st.none(), per_axis(4)), padding=PADDING
)


def agree(row: Row) -> None:
    mine, keras_says = ours(row), theirs(row)
    if isinstance(mine, Outcome) or isinstance(keras_says, Outcome):
        assert mine == keras_says, f"{row}\n  archspec: {mine!r}\n  Keras:    {keras_says!r}"


@settings(max_examples=80)
@given(CONV, images(st.sampled_from([None, 1, 2, 4, 6, 6])))
def test_conv2d(arguments: dict[str, Any], image: tuple[int | None, ...]) -> None:
    agree(row("Conv2D", arguments, image))


@settings(max_examples=60)
@given(TRANSPOSED, images(st.just(3)))
def test_conv2d_transpose(arguments: dict[str, Any], image: tuple[int | None, ...]) -> None:
    transposed = row("Conv2DTranspose", arguments, image)
    if "even window" not in str(
        ours(transposed)
    ):  # stricter there, as the table of convolutions says
        agree(transposed)


@settings(max_examples=60)
@given(SEPARABLE, images(st.sampled_from([None, 1, 3, 3])))
def test_separable_conv2d(arguments: dict[str, Any], image: tuple[int | None, ...]) -> None:
    agree(row("SeparableConv2D", arguments, image))


@settings(max_examples=60)
@given(
    st.sampled_from(["MaxPooling2D", "AveragePooling2D"]),
    POOLING,
    images(st.sampled_from([None, 3])),
)
def test_pooling(kind: str, arguments: dict[str, Any], image: tuple[int | None, ...]) -> None:
    agree(row(kind, arguments, image))
