"""The folder of a run → what `archspec evaluate` needs of it, without Keras."""

from __future__ import annotations

import json
from pathlib import Path

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.training.library import Found
from archspec.training.plan import TrainingPlan, plan
from archspec.training.recipe import Portion

MODELS = ("best.keras", "final.keras")


def opened(run: Path, compiler: Compiler | None = None) -> TrainingPlan:
    """What was trained in the folder of a run. Raises `SpecError` where it is none."""
    try:
        text = (run / "recipe.yaml").read_text(encoding="utf-8")
        folder = json.loads((run / "environment.json").read_text(encoding="utf-8"))["folder"]
    except (OSError, ValueError, KeyError) as error:
        message = f"`{run}` is not the folder of a run"
        help = "name one that `archspec train` has written, such as runs/lenet5-digits"
        raise SpecError([_problem("no-run", message, run, help)]) from error
    opened_recipe = Found(text, str(run / "recipe.yaml"), Path(folder), str(run / "spec.yaml"))
    return plan(opened_recipe, {}, compiler=compiler)


def model_of(run: Path, which: str | None) -> Path:
    """The file of a run's best or final model; ``None``: the best where there is one. Raises
    `SpecError`.
    """
    names = [f"{which}.keras"] if which else MODELS
    for name in names:
        if (run / name).exists():
            return run / name
    message = f"`{run}` has no {' or '.join(names)}"
    help = "the best model is kept with `checkpoint: {best: val_loss}`, the final one at the end"
    raise SpecError([_problem("no-model", message, run, help)])


def part_of(planned: TrainingPlan, run: Path, name: str | None) -> tuple[str, Portion]:
    """The examples to evaluate on: by name, else those of ``test``, else of ``validation``. Raises
    `SpecError`.
    """
    for part in [name] if name else ("test", "validation"):
        portion: Portion | None = getattr(planned.recipe.data, part)
        if portion is not None:
            return part, portion
    message = f"the recipe of `{run}` has no {name or 'test or validation'} data"
    raise SpecError([_problem("no-such-part", message, run / "recipe.yaml", "choose with `--on`")])


def _problem(code: str, message: str, path: Path, help: str) -> Diagnostic:
    return Diagnostic(code, message, Span(str(path), 1, 1, 1, 1), help=help)
