"""An allocation that failed → what a training needs, as archspec reckons, and a batch that fits."""

from __future__ import annotations

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
    smaller = max(plan.workers, batch // 2 // plan.workers * plan.workers)
    if smaller < batch:
        lines.append(f"try half of it: `--set data.batch_size={smaller}`")
    return tuple(lines)


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
