"""An allocation that failed → what a training needs, as archspec reckons, and a batch that fits."""

from __future__ import annotations

import os

from archspec.graph import Graph
from archspec.training.plan import TrainingPlan

WORDS = (
    "resource_exhausted",
    "resourceexhausted",
    "out of memory",
    "oom when",
    "failed to allocate",
)
"""What errors of TensorFlow and JAX say of memory, in lower case."""


def out_of_memory(plan: TrainingPlan, error: BaseException) -> tuple[str, ...] | None:
    """The lines to say, ``None`` where the error is another."""
    text = f"{type(error).__name__} {error}".lower()
    if not isinstance(error, MemoryError) and not any(word in text for word in WORDS):
        return None
    batch = plan.recipe.data.batch_size
    lines = [f"out of memory at a batch of {batch}"]
    if (needed := reckoned(plan.graph, batch)) is not None:
        lines.append(
            f"archspec reckons {gigabytes(needed)}: weights, gradients and optimizer"
            f" {gigabytes(reckoned(plan.graph, 0) or 0)}, activations of the batch"
            f" {gigabytes(needed - (reckoned(plan.graph, 0) or 0))}"
        )
    if (smaller := fitting(plan)) < batch:
        lines.append(f"try a smaller one: `--set data.batch_size={smaller}`")
    return tuple(lines)


def fitting(plan: TrainingPlan) -> int:
    """A batch that fits into the memory that is free, as far as archspec reckons: half of what did
    not fit, or a half of that, which the workers can share.
    """
    free, batch = free_bytes(), plan.recipe.data.batch_size
    smaller = batch // 2
    while smaller > 1 and (reckoned(plan.graph, smaller) or 0) > free:
        smaller //= 2
    return max(plan.workers, smaller // plan.workers * plan.workers)


def free_bytes() -> float:
    """The free memory of this machine; infinite where the system does not say."""
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def reckoned(graph: Graph, batch: int) -> int | None:
    """Bytes of a training step: weights, their gradients and two values of the optimizer for each,
    at float32, and the outputs of all layers with their gradients.
    """
    if graph.activation_bytes is None:
        return None
    return (
        4 * (graph.parameters + 3 * graph.trainable_parameters) + 2 * batch * graph.activation_bytes
    )


def gigabytes(number: int) -> str:
    """``1.25 GB``."""
    return f"{number / 1e9:.2f} GB" if number >= 1e7 else f"{number / 1e6:.2f} MB"
