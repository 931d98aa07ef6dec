"""A recipe as data: what is trained, on what, how, and what is written. Checked by `reader` for
itself, and by `checks` against its network and its data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from archspec.frontend.yaml.document import Document
from archspec.layers.types import Configured


class Portion(NamedTuple):
    """Examples of a source: those of its part ``of``, from the first number of ``rows`` up to,
    but not, the second; ``None``: all.
    """

    of: str
    rows: tuple[int, int] | None = None


@dataclass(frozen=True)
class Data:
    """Where examples come from and what is done to them, in this order: given other channels,
    scaled or standardized, resized, and, in training, augmented.

    ``scale`` is a numerator and a denominator. ``channels`` is ``input`` or ``None``,
    ``resize`` ``input`` or height and width.
    ``batch_size`` counts the examples of all workers together.
    """

    source: str
    train: Portion
    validation: Portion | None
    test: Portion | None
    batch_size: int
    drop_remainder: bool
    shuffle: bool
    scale: tuple[float, float] | None
    standardize: str | None
    channels: str | None
    resize: Any
    augment: tuple[Configured, ...]


class Loss(NamedTuple):
    """The loss of one output, and its weight in the sum."""

    loss: Configured
    weight: float = 1.0


@dataclass(frozen=True)
class FitOptions:
    """The arguments of Keras's ``compile`` and ``fit``.

    ``losses`` and ``metrics`` have the names of the network's outputs as keys; those of a network
    with one output, or what is for all outputs, stand under ``*``.
    """

    epochs: int
    optimizer: Configured
    losses: Mapping[str, Loss]
    metrics: Mapping[str, tuple[Configured, ...]]
    callbacks: tuple[Configured, ...]


ALL_OUTPUTS = "*"
"""The key of losses and metrics that are for every output."""


@dataclass(frozen=True)
class Saving:
    """How often the state is saved, in steps (``None``: at the end of each epoch), and by which
    number of an epoch the best model is chosen (``None``: none is).
    """

    steps: int | None
    best: str | None


@dataclass(frozen=True)
class Weights:
    """The weights that training starts from, and the layers that it leaves as they are:
    ``freeze`` holds paths, ``unfreeze_at`` the epoch (from 0) before which they stay so.
    """

    source: str | None
    partial: bool
    freeze: tuple[str, ...]
    unfreeze_at: int | None


@dataclass(frozen=True)
class Recipe:
    """A training. ``variables`` are changes of the network's, as ``--set`` makes them.

    ``document`` is the text that it was read from, for complaints about it.
    """

    name: str
    network: str
    variables: Mapping[str, Any]
    seed: int
    backend: str
    precision: str
    deterministic: bool
    data: Data
    fit: FitOptions
    weights: Weights
    checkpoint: Saving
    outputs: tuple[str, ...]
    expect: Mapping[str, tuple[float, float]]
    search: Mapping[str, Any] | None
    document: Document
