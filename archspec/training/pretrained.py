"""The weights that a recipe starts from → the network with them, as ``archspec build --weights``
and ``--weights-partial`` have it.
"""

from __future__ import annotations

from pathlib import Path

import keras

from archspec.backends.keras.applications import published
from archspec.backends.keras.families import FAMILY_OF, Application, Unknown
from archspec.backends.keras.weights import (
    load_weights,
    load_what_fits,
    move_weights,
    move_what_fits,
)
from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.library import Reference
from archspec.graph import Graph
from archspec.model_names import PREFIX
from archspec.reports.transfer import transfer_table
from archspec.training import checks
from archspec.training.plan import TrainingPlan


def load(network: keras.Model, plan: TrainingPlan) -> str:
    """Load the weights; a sentence that says what was moved. Raises `SpecError`."""
    written, partial = str(plan.recipe.weights.source), plan.recipe.weights.partial
    if written == "imagenet" or written.startswith(PREFIX):
        application = _application(written, plan)
        store = published(
            application, [node.name for node in plan.graph.nodes], _graph(application)
        )
        if partial:
            return transfer_table(move_what_fits(network, store, written), written)
        move_weights(network, plan.graph, store, written)
        return f"weights of {written}"
    path = Path(written) if Path(written).is_absolute() else plan.folder / written
    if partial:
        return transfer_table(load_what_fits(network, path), written)
    load_weights(network, plan.graph, path)
    return f"weights of {written}"


def _application(written: str, plan: TrainingPlan) -> Application:
    name = plan.graph.name if written == "imagenet" else written.removeprefix(PREFIX)
    try:
        if written == "imagenet" and name not in FAMILY_OF:
            raise Unknown(f"keras.applications has no function called `{name}`")
        return Application.parse(name)
    except Unknown as error:
        span = checks.place(plan.recipe, "weights")
        help = f"name the function: `{PREFIX}ResNet50`, with `partial: true` where not all fits"
        problem = Diagnostic("no-such-weights", str(error), span, help=help)
        raise SpecError([problem], plan.recipe.document.sources) from error


def _graph(application: Application) -> Graph | None:
    """The network of a function whose layers are recognised by their order."""
    if not application.family.by_order:
        return None
    return Compiler().compile(Reference.parse(application.spec))
