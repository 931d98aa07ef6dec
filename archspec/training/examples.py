"""A plan → the examples of its portions, and how they become batches."""

from __future__ import annotations

from typing import Any

import numpy

from archspec.training import checks
from archspec.training.data.batches import Batches
from archspec.training.data.source import Examples, Unusable
from archspec.training.plan import TrainingPlan, refused
from archspec.training.recipe import Portion


def read(plan: TrainingPlan, portion: Portion) -> Examples:
    """The examples of a portion. Raises `SpecError` where they cannot be read, or hold a value
    that is no number.
    """
    try:
        examples = plan.source.examples(portion.of)
        first, last = checks.rows(portion, plan.contents)
        x, y = examples.x[first:last], examples.y[first:last]
        if examples.decode is None and x.dtype.kind == "f" and not numpy.isfinite(x).all():
            row = first + int(numpy.argwhere(~numpy.isfinite(x))[0][0])
            where = f"row {row} of `{portion.of}` of `{plan.recipe.data.source}`"
            raise Unusable(f"{where} holds a value that is not a number", "choose other `rows`")
    except Unusable as error:
        raise refused(plan.recipe, error) from error
    return Examples(x, y, examples.decode)


def batches_of(plan: TrainingPlan, worker: tuple[int, int] = (0, 1)) -> Batches:
    """How the examples of a plan become batches; ``worker`` is one's number, and of how many."""
    data, graph = plan.recipe.data, plan.graph
    (tensor,) = graph.inputs.values()
    size: Any = tensor.shape[:2] if data.resize == "input" else data.resize
    channels = tensor.shape[-1] if data.channels == "input" else None
    losses = checks.losses_of(plan.recipe, graph)
    categorical = {name: losses[name].loss.name in checks.CATEGORICAL for name in graph.outputs}
    first = next(iter(graph.outputs.values()))
    return Batches(data, size, channels, categorical, graph.tensors[first].shape[-1], worker)
