"""Encoding: numbers and texts brought to whole numbers, or to vectors with a place for each. Keras
computes those of texts with TensorFlow only; what they know stands in the spec.
"""

from __future__ import annotations

from typing import Any, ClassVar

from archspec.layers.axes import need_numbers
from archspec.layers.base import Layer, layer
from archspec.layers.fields import attr, named_role, role
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import (
    COUNT,
    FLAG,
    INTEGER,
    NUMBER,
    POSITIVE,
    choice,
    either,
    integer,
    optional,
    sequence,
    text,
)
from archspec.spelling import cut
from archspec.tensor import Shape, Tensor

_TEXT = text("a text", r"[\s\S]*")
_OUTPUT = "what each number becomes: itself, a vector of its own, or one vector of all"
_SALT = optional(
    either(
        "an integer, or a list of two",
        INTEGER,
        sequence("a list of two integers", INTEGER, 2, 2),
    ),
    "none",
)
_MOST_TOKENS = optional(integer("an integer of at least 2", 2), "as many as the vocabulary has")


UNCOUNTED = ("uint8", "int8", "uint16", "int16", "uint32")
"""The integers that TensorFlow cannot count; others become int64 first."""


class _Encoding(Layer):
    """What gives whole numbers, or vectors that say which there are."""

    def encoded(self, x: Tensor, mode: str, size: int, dtype: str) -> Tensor:
        """The output of an ``output_mode`` but ``int``, for so many different numbers."""
        if mode == "one_hot":
            shape = x.shape[:-1] if x.shape[-1:] == (1,) else x.shape
            return Tensor((*shape, size), dtype)
        if len(x.shape) != 1:
            raise Mismatch(
                f"`output_mode: {mode}` makes one vector of the numbers along one axis, and this"
                f" input is {x}",
                at="output_mode",
                help="use `one_hot`, which makes a vector of each number",
                shows_input=True,
            )
        return Tensor((size,), dtype)

    def need_kernel(self, mode: str) -> None:
        """Raise `Mismatch` for a dtype in which TensorFlow cannot count."""
        if mode in ("multi_hot", "count") and self.compute_dtype not in ("float32", "float64"):
            raise Mismatch(
                f"TensorFlow cannot count in {self.compute_dtype}",
                at="dtype",
                help="leave `dtype` out; layers after it cast what they take",
            )


@layer
class CategoryEncoding(_Encoding):
    """Encodes whole numbers as vectors with one entry for each of `num_tokens` categories.

    Shape: (…) → (…, num_tokens) with `output_mode: one_hot`, in the place of a last axis of size 1;
    (L) → (num_tokens) with `multi_hot` and `count`. Floating numbers lose their fraction.
    """

    truncates = True

    num_tokens: int | None = attr(
        optional(POSITIVE, "needed: a spec says how many there are"),
        None,
        "how many different numbers there are, from 0",
    )
    output_mode: str = attr(
        choice("one_hot", "multi_hot", "count"),
        "multi_hot",
        "a vector of each number, or one of all: which there are, or how many of each",
    )

    numbers = role("the whole numbers")
    count_weights = named_role("what each number counts, with `output_mode: count`")

    def title(self, say: Say = plainly) -> Title:
        return Title(self.output_mode.replace("_", "-"), f", {say('num_tokens', self.num_tokens)}")

    def check(self) -> None:
        if self.num_tokens is None:
            raise Mismatch(
                "`num_tokens` must be known",
                at="num_tokens",
                help="write how many different numbers there are, from 0",
            )
        self.need_kernel(self.output_mode)

    def output(self, x: Tensor, count_weights: Tensor | None = None) -> Tensor:
        if count_weights is not None:
            self._check_weights(x, count_weights)
        need_numbers(x, "string", *(UNCOUNTED if self.output_mode != "one_hot" else ()))
        return self.encoded(x, self.output_mode, self.num_tokens or 0, self.compute_dtype)

    def _check_weights(self, x: Tensor, weights: Tensor) -> None:
        if self.output_mode != "count":
            raise Mismatch(
                f"`count_weights` are for `output_mode: count`, and not `{self.output_mode}`",
                at="output_mode",
                help="write `output_mode: count`",
            )
        if weights.shape != x.shape or weights.dtype != self.compute_dtype:
            raise Mismatch(
                f"`count_weights` are {weights} of {weights.dtype}, and the numbers are {x}",
                help=f"give a {self.compute_dtype} for each number",
                shows_input=True,
            )


@layer
class Discretization(_Encoding):
    """Replaces each number by the index of the range that it lies in: `bin_boundaries: [0, 1]`
    makes three ranges.

    Shape: unchanged, of int32; with another `output_mode` as of `CategoryEncoding`, with one entry
    for each range.
    """

    bin_boundaries: tuple[float, ...] | None = attr(
        optional(
            sequence("a list of numbers", NUMBER, 1), "needed: a spec holds what a layer knows"
        ),
        None,
        "the ends of the ranges, in order",
    )
    output_mode: str = attr(choice("int", "one_hot", "multi_hot", "count"), "int", _OUTPUT)

    def check(self) -> None:
        bounds = self.bin_boundaries
        if bounds is None:
            raise Mismatch(
                "`bin_boundaries` must be known",
                at="bin_boundaries",
                help="write the ends of the ranges: `bin_boundaries: [0.0, 1.0]`",
            )
        if list(bounds) != sorted(set(bounds)):
            raise Mismatch(
                "the ends of ranges must grow",
                at="bin_boundaries",
                help=f"write `{sorted(set(bounds))}`",
            )
        self.need_kernel(self.output_mode)

    def output(self, x: Tensor) -> Tensor:
        need_numbers(x, "string")
        if self.output_mode == "int":
            return Tensor(x.shape, "int32")
        size = len(self.bin_boundaries or ()) + 1
        return self.encoded(x, self.output_mode, size, self.compute_dtype)


@layer
class Hashing(_Encoding):
    """Turns texts or whole numbers into numbers below `num_bins`, by a hash.

    Shape: unchanged, of int64; (…, 1) → (…, num_bins) with `output_mode: one_hot`, (L) → (num_bins)
    with `multi_hot` and `count`.
    """

    num_bins: int = attr(POSITIVE, doc="how many different numbers it gives")
    mask_value: Any = attr(
        optional(either("a text or an integer", INTEGER, _TEXT), "none"),
        None,
        "what stands for nothing, which becomes 0",
    )
    salt: Any = attr(_SALT, None, "one or two numbers by which the hash differs")
    output_mode: str = attr(choice("int", "one_hot", "multi_hot", "count"), "int", _OUTPUT)

    def title(self, say: Say = plainly) -> Title:
        return Title("hashing", f", {say('num_bins', self.num_bins)}")

    def check(self) -> None:
        if self.output_mode == "int" and "dtype" in self.arguments:
            raise Mismatch("`output_mode: int` gives int64", at="dtype", help="leave `dtype` out")
        self.need_kernel(self.output_mode)

    def output(self, x: Tensor) -> Tensor:
        need_numbers(x)
        texts = isinstance(self.mask_value, str)
        if self.mask_value is not None and texts != (x.dtype == "string"):
            raise Mismatch(
                f"`mask_value` is looked for among {x.dtype}",
                at="mask_value",
                help="write a text for texts, and an integer for numbers",
            )
        if self.output_mode == "int":
            return Tensor(x.shape, "int64")
        if self.output_mode == "one_hot" and x.shape[-1:] != (1,):
            raise Mismatch(
                f"Keras states the shape of `one_hot` wrongly for {x}",
                at="output_mode",
                help="leave it out, and put a `CategoryEncoding` after it",
                shows_input=True,
            )
        return self.encoded(x, self.output_mode, self.num_bins, self.compute_dtype)


class _Lookup(_Encoding):
    keys: ClassVar[tuple[str, ...]]
    """The dtypes of what is looked up."""

    max_tokens: int | None = attr(_MOST_TOKENS, None, "the greatest number of entries")
    idf_weights: tuple[float, ...] | None = attr(
        optional(sequence("a list of numbers", NUMBER, 1), "none"),
        None,
        "a weight for each entry of the vocabulary, with `output_mode: tf_idf`",
    )
    output_mode: str = attr(
        choice("int", "one_hot", "multi_hot", "count", "tf_idf"), "int", _OUTPUT
    )
    pad_to_max_tokens: bool = attr(
        FLAG, False, "whether vectors have `max_tokens` places, however many entries there are"
    )

    def check_vocabulary(self, special: tuple[Any, ...]) -> None:
        """Raise `Mismatch` for a vocabulary that is missing or holds an entry twice, or one of
        those that stand for something ``special``.
        """
        vocabulary = self.arguments.get("vocabulary")
        if vocabulary is None:
            raise Mismatch(
                "`vocabulary` must be known",
                at="vocabulary",
                help="write the list of entries: a spec holds what a layer knows",
            )
        twice = next((word for word in vocabulary if vocabulary.count(word) > 1), None)
        taken = next((word for word in vocabulary if word in special), twice)
        if taken is not None:
            why = "twice" if taken is twice else "and it stands for something else"
            raise Mismatch(
                f"`vocabulary` holds `{cut(str(taken), 30)}`, {why}",
                at="vocabulary",
                help="leave it out",
            )
        self._check_size(vocabulary)
        self._check_weights(vocabulary)

    def _check_size(self, vocabulary: tuple[Any, ...]) -> None:
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise Mismatch(
                "`pad_to_max_tokens` needs `max_tokens`",
                at="pad_to_max_tokens",
                help="write how many places a vector has: `max_tokens: ...`",
            )
        size = self.entries()
        if self.max_tokens is not None and size > self.max_tokens:
            raise Mismatch(
                f"`vocabulary` has {len(vocabulary)} entries, {size} with those for the rest, and"
                f" `max_tokens` is {self.max_tokens}",
                at="max_tokens",
                help=f"make it {size} or more",
            )

    def _check_weights(self, vocabulary: tuple[Any, ...]) -> None:
        if (self.output_mode == "tf_idf") != (self.idf_weights is not None):
            raise Mismatch(
                "`output_mode: tf_idf` and `idf_weights` need each other",
                at="output_mode" if self.idf_weights is None else "idf_weights",
                help="write both, or neither",
            )
        if self.idf_weights is not None and len(self.idf_weights) != len(vocabulary):
            raise Mismatch(
                f"`vocabulary` has {len(vocabulary)} entries, and `idf_weights` has"
                f" {len(self.idf_weights)}",
                at="idf_weights",
                help="write a weight for each entry",
            )

    def entries(self) -> int:
        """How many different numbers the layer gives."""
        raise NotImplementedError(self.kind())

    def looked_up(self, x: Tensor, shape: Shape) -> Tensor:
        """The output, of ``shape`` where it is numbers."""
        if self.output_mode == "int":
            return Tensor(shape, "int64")
        size = self.max_tokens if self.pad_to_max_tokens else self.entries()
        dtype = "float32" if self.output_mode == "tf_idf" else "int64"
        return self.encoded(x, self.output_mode, size or 0, dtype)

    def need_key(self, x: Tensor) -> None:
        """Raise `Mismatch` for an input of a dtype that is not looked up."""
        if x.dtype not in self.keys:
            raise Mismatch(
                f"{LAYER} looks up {self.keys[0]}, and its input is {x.dtype}",
                help=f"write `dtype: {self.keys[0]}` at the model's input",
            )


class _TokenLookup(_Lookup):
    num_oov_indices: int = attr(
        COUNT, 1, "how many numbers stand for what is not in the vocabulary", before="idf_weights"
    )
    invert: bool = attr(
        FLAG,
        False,
        "whether numbers become entries, instead of entries numbers",
        before="output_mode",
    )
    mask_token: Any
    oov_token: Any
    vocabulary: tuple[Any, ...] | None

    def title(self, say: Say = plainly) -> Title:
        return Title("look-up", f", {len(self.vocabulary or ())} entries")

    def check(self) -> None:
        if self.invert and self.output_mode != "int":
            raise Mismatch(
                "`invert` gives entries, and no vectors", at="output_mode", help="leave it out"
            )
        special = [self.oov_token] if self.oov_token is not None else []
        special += [self.mask_token] if self.mask_token is not None else []
        self.check_vocabulary(tuple(special))

    def entries(self) -> int:
        masked = self.mask_token is not None and self.output_mode == "int"
        return len(self.vocabulary or ()) + self.num_oov_indices + masked

    def output(self, x: Tensor) -> Tensor:
        if self.invert:
            if x.dtype not in ("int64", "int32"):
                raise Mismatch(
                    f"{LAYER} looks up int64 with `invert: true`, and its input is {x.dtype}",
                    help="write `dtype: int64` at the model's input",
                )
            return Tensor(x.shape, self.keys[0])
        self.need_key(x)
        return self.looked_up(x, x.shape)


@layer
class StringLookup(_TokenLookup):
    """Replaces texts by their indices in a vocabulary, or, with `invert: true`, indices by texts.

    Shape: unchanged, of int64; with another `output_mode` as of `CategoryEncoding`, of int64
    (float32 with `tf_idf`). TensorFlow only.
    """

    keys = ("string",)

    mask_token: str | None = attr(
        optional(_TEXT, "none"), None, "the text that stands for nothing", before="idf_weights"
    )
    oov_token: str | None = attr(
        _TEXT, "[UNK]", "what `invert` gives for unknown numbers", before="idf_weights"
    )
    vocabulary: tuple[str, ...] | None = attr(
        optional(sequence("a list of texts", _TEXT, 1), "needed: a spec holds what a layer knows"),
        None,
        "the entries, in the order of their numbers",
        before="idf_weights",
    )
    encoding: str = attr(choice("utf-8"), "utf-8", "the encoding of texts")


@layer
class IntegerLookup(_TokenLookup):
    """Replaces whole numbers by their indices in a vocabulary, or, with `invert: true`, indices by
    numbers.

    Shape: unchanged, of int64; with another `output_mode` as of `CategoryEncoding`, of int64
    (float32 with `tf_idf`). TensorFlow only.
    """

    keys = ("int64", "int32", "int16", "int8", "uint8", "uint16", "uint32")

    mask_token: int | None = attr(
        optional(INTEGER, "none"), None, "the number that stands for nothing", before="idf_weights"
    )
    oov_token: int | None = attr(
        INTEGER, -1, "what `invert` gives for unknown numbers", before="idf_weights"
    )
    vocabulary: tuple[int, ...] | None = attr(
        optional(
            sequence("a list of integers", INTEGER, 1), "needed: a spec holds what a layer knows"
        ),
        None,
        "the entries, in the order of their numbers",
        before="idf_weights",
    )


_NGRAMS = optional(
    either(
        "a positive integer, or a list of them",
        POSITIVE,
        sequence("a list of positive integers", POSITIVE, 1),
    ),
    "single words",
)


@layer
class TextVectorization(_Lookup):
    """Splits texts into words, and replaces those by their indices in a vocabulary.

    Shape: () or (1) → (output_sequence_length), unknown where that is left out; with `output_mode:
    multi_hot`, `count` or `tf_idf`, () → one entry for each word, and one for all other words.
    TensorFlow only.
    """

    keys = ("string",)

    standardize: str | None = attr(
        optional(
            choice("lower_and_strip_punctuation", "lower", "strip_punctuation"), "as they are"
        ),
        "lower_and_strip_punctuation",
        "what is done to texts first",
        before="idf_weights",
    )
    split: str | None = attr(
        choice("whitespace", "character"),
        "whitespace",
        "where texts are split",
        before="idf_weights",
    )
    ngrams: Any = attr(_NGRAMS, None, "how many words make an entry", before="idf_weights")
    output_mode: str = attr(
        choice("int", "multi_hot", "count", "tf_idf"),
        "int",
        "the number of each word, or one vector of all",
    )
    output_sequence_length: int | None = attr(
        optional(POSITIVE, "as many as the longest text of a batch has"),
        None,
        "how many numbers a text becomes: padded with 0, or cut",
    )
    vocabulary: tuple[str, ...] | None = attr(
        optional(sequence("a list of texts", _TEXT, 1), "needed: a spec holds what a layer knows"),
        None,
        "the words, in the order of their numbers",
    )
    encoding: str = attr(choice("utf-8"), "utf-8", "the encoding of texts")

    def title(self, say: Say = plainly) -> Title:
        return Title("text vectorization", f", {len(self.vocabulary or ())} words")

    def check(self) -> None:
        if self.output_sequence_length is not None and self.output_mode != "int":
            raise Mismatch(
                "one vector of all words has no `output_sequence_length`",
                at="output_sequence_length",
                help="leave it out",
            )
        self.check_vocabulary(("", "[UNK]"))

    def entries(self) -> int:
        return len(self.vocabulary or ()) + (2 if self.output_mode == "int" else 1)

    def output(self, x: Tensor) -> Tensor:
        self.need_key(x)
        numbers = self.output_mode == "int"
        if x.shape not in ((), (1,), (None,)) or (x.shape and not numbers):
            raise Mismatch(
                f"{LAYER} takes one text an example, and its input is {x}",
                help="write `shape: []` at the model's input",
                shows_input=True,
            )
        return self.looked_up(Tensor((None,), x.dtype), (self.output_sequence_length,))
