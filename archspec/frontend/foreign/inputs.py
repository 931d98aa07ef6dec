"""Inputs as other tools write them, with the batch or with channels first → a help with the shape
to write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archspec.frontend.conventions import looks_channels_first
from archspec.frontend.foreign.texts import BATCH
from archspec.spelling import in_words
from archspec.tensor import Shape

CHANNELS = (1, 3, 4)
"""Numbers of channels of images."""

AXES = ("frames", "time", "steps", "length", "depth", "height", "h", "width", "w", "channels", "c")
"""What others call the axes of an input, in their order here."""


def input_help(name: str, shape: Shape, rank: int | None) -> str | None:
    """What to write for an input with the batch first, where a layer needs ``rank`` axes, or with
    channels first.
    """
    inner = shape[1:] if rank is not None and len(shape) == rank + 1 else ()
    known_batch = shape[:1] in ((None,), (1,))
    if (
        inner
        and not known_batch
        and not (inner[-1] in CHANNELS or looks_channels_first(inner, CHANNELS))
    ):
        inner = ()
    image = inner or shape
    if looks_channels_first(image, CHANNELS):
        why = "tensors are channels-last"
        image = (*image[1:], image[0])
        if inner:
            why = f"the batch is never written, and {why}"
    elif inner:
        why = "the batch is never written"
    else:
        return None
    other = ""
    if inner and not known_batch and rank == 3:
        other = f"; where {shape[0]} is a number of frames or slices, use `Conv3D`"
    return f"{why}: write `{name}: {_written(image)}`{other}"


def input_key_help(key: str, value: Any) -> str | None:
    """What to do about a key beside or in place of ``shape`` in an input of the spec."""
    if key in ("batch_size", "batch", "bs"):
        return "remove it: the batch is never written, and its size belongs to a recipe"
    if key in ("batch_shape", "batch_input_shape"):
        shape = _written(value[1:]) if isinstance(value, list) and len(value) > 1 else "[...]"
        return f"the batch is never written: write `shape: {shape}`"
    return {
        "data_format": "remove it: tensors are channels-last",
        "dim": "did you mean `shape`?",
        "name": "write `inputs: {NAME: {shape: [...]}}` for an input with a name of its own",
        "size": "did you mean `shape`?",
        "sparse": "remove it: tensors are dense",
        "type": "did you mean `dtype`?",
    }.get(key)


def shape_of_keys(sizes: Mapping[str, Any]) -> str | None:
    """The shape for an input whose axes are keys: ``{height: 32, width: 32, channels: 3}``."""
    plain = {key.lower(): size for key, size in sizes.items()}
    if not plain or not set(plain) <= {*AXES, *BATCH} or len(plain) > 5:
        return None
    sizes_here = [plain[axis] for axis in AXES if axis in plain]
    return f"write `input: {_written(sizes_here)}`" if sizes_here else None


def is_batch(word: str) -> bool:
    """Whether a word in a shape stands for the size of the batch."""
    return word.strip().lower() in BATCH


def _written(shape: Any) -> str:
    return in_words(list(shape))
