"""A finished training → its report, curves and weights as text, in the folder of its run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from archspec.training import checks
from archspec.training.checkpoint import Progress
from archspec.training.plan import TrainingPlan
from archspec.training.run import Run, written

NO_CURVES = "note: no curves, which matplotlib draws: pip install 'archspec-nn[plot]'"


def finish(
    plan: TrainingPlan,
    run: Run,
    progress: Progress,
    network: Any,
    digests: list[str],
    say: Callable[[str], None],
) -> list[str]:
    """Write what a run ends with: the report last, which says that it is finished. What the recipe
    expects and did not come true, in lines; ``say`` takes a line on what could not be written.
    """
    if "weights_text" in plan.recipe.outputs:
        with written(run / "weights.txt") as beside:
            beside.write_text(weights_text(network), encoding="utf-8")
    if "curves" in plan.recipe.outputs and not curves(run, progress.history):
        say(NO_CURVES)
    run.write("report.json", json.dumps(report(plan, progress, digests), indent=2) + "\n")
    return unmet(plan, progress)


def unmet(plan: TrainingPlan, progress: Progress) -> list[str]:
    """What a recipe expects of the last epoch and did not come true."""
    row = progress.history[-1]
    return [
        f"{name} is {row[name]:.4g}, and the recipe expects {lowest:g} to {highest:g}"
        for name, (lowest, highest) in plan.recipe.expect.items()
        if not lowest <= row[name] <= highest
    ]


def report(plan: TrainingPlan, progress: Progress, digests: list[str]) -> dict[str, Any]:
    """The numbers of a run; ``digests`` are those of the workers' last states, which are equal."""
    row = progress.history[-1]
    return {
        "name": plan.recipe.name,
        "network": plan.graph.name,
        "parameters": plan.graph.parameters,
        "epochs": progress.epoch,
        "stopped_early": progress.stopped,
        "examples": checks.size(plan.recipe.data.train, plan.contents),
        "seconds": round(progress.seconds, 3),
        "last": row,
        "best": {plan.recipe.checkpoint.best: progress.best} if progress.best is not None else {},
        "unmet": unmet(plan, progress),
        "workers": digests,
    }


def weights_text(network: Any) -> str:
    """Name, shape and values of every weight, as the course's scripts print them."""
    parts = []
    with numpy.printoptions(threshold=10**9, linewidth=100):
        for weight in network.weights:
            values = numpy.asarray(weight)
            parts.append(f"{weight.path}\n{tuple(values.shape)}\n{values}\n")
    return "\n".join(parts)


def curves(run: Run, history: Sequence[Mapping[str, float]]) -> bool:
    """Accuracy and loss, of training and of validation, as ``curves.svg`` and ``curves.png``;
    ``False`` in an environment without matplotlib, where there are none.
    """
    try:
        from archspec.charts.curves import draw  # noqa: PLC0415 - needs the extra `plot`
    except ImportError:
        return False
    for ending in ("svg", "png"):
        with written(run / f"curves.{ending}") as beside:
            draw(history, beside)
    return True
