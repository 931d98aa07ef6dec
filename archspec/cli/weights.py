"""What ``--weights`` of `archspec build` names → weights in the model, or in a part of it; and what
to tell of that.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from pathlib import Path
from typing import Any, NamedTuple

import click

from archspec.backends.keras.families import FAMILY_OF, Application, Unknown
from archspec.cli import terminal
from archspec.cli.options import need_ending
from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from archspec.graph import Graph
from archspec.model_names import PREFIX
from archspec.spelling import did_you_mean

WEIGHTS = ("weights.h5", "keras", "h5")
"""Endings of files of weights."""

IMAGENET = "imagenet"


class WeightsSource(NamedTuple):
    """Where weights come from, and the path of the part that takes them, "" for the whole model."""

    place: Path | Application
    part: str = ""


class Loading(NamedTuple):
    """A model that takes weights, with its graph; ``partial`` loads what fits."""

    model: Any
    graph: Graph
    compiler: Compiler
    partial: bool


def sources_of(weights: str, graph: Graph) -> list[WeightsSource]:
    """What ``--weights`` names: one source or, for `imagenet` where only parts of the network are
    functions of keras.applications, one for each of them.
    """
    part, equals, what = weights.partition("=")
    functions = _functions(graph)
    if equals and part in functions:
        return [WeightsSource(_place(what, functions[part]), part)]
    if equals and not weights.startswith(PREFIX) and not Path(weights).exists():
        near = did_you_mean(part, functions) or "`archspec summary --layers` lists the paths"
        raise click.UsageError(f"--weights: no group or block is called `{part}`; {near}")
    parts = [path for path, function in functions.items() if function in FAMILY_OF]
    if weights == IMAGENET and graph.name not in FAMILY_OF and parts:
        return [WeightsSource(_place(IMAGENET, functions[path]), path) for path in parts]
    return [WeightsSource(_place(weights, graph.name))]


def _functions(graph: Graph) -> dict[str, str]:
    """The paths of groups and blocks, each with the variant of the spec that it is, "" if of none,
    which may be a function of keras.applications. What repeats within a block has its path too.
    """
    functions: dict[str, str] = {}
    for scope in graph.scopes:
        if scope.path:
            functions[scope.path] = functions.get(scope.path) or scope.spec.rpartition("@")[2]
    return functions


def _place(weights: str, name: str) -> Path | Application:
    """A file, or a call of a function of keras.applications; `imagenet` is that of a name."""
    if weights != IMAGENET and not weights.startswith(PREFIX):
        need_ending(Path(weights), WEIGHTS, "--weights")
        return Path(weights)
    if weights == IMAGENET and name not in FAMILY_OF:
        message = (
            "`--weights imagenet` is for networks with the name of a function of"
            f" keras.applications, and this one is `{name}`"
        )
        raise click.UsageError(
            f"{message}; name the function: `--weights {PREFIX}ResNet50 --weights-partial`"
        )
    try:
        return Application.parse(name if weights == IMAGENET else weights.removeprefix(PREFIX))
    except Unknown as error:
        raise click.UsageError(str(error)) from error


def load(loading: Loading, source: WeightsSource) -> str:
    """Load weights into a model, and tell what was moved if that need not be all."""
    with terminal.progress(f"loading {source.place}", 0):
        return (_load_part if source.part else _load_all)(loading, source)


def _load_all(loading: Loading, source: WeightsSource) -> str:
    from archspec.backends.keras.weights import (
        load_weights,
        load_what_fits,
        move_weights,
        move_what_fits,
    )
    from archspec.reports.transfer import transfer_table

    model, graph, _, partial = loading
    place = source.place
    if isinstance(place, Path):
        if partial:
            return transfer_table(load_what_fits(model, place), str(place))
        load_weights(model, graph, place)
        return ""
    store = _published(loading, place, [node.name for node in graph.nodes])
    if partial:
        return transfer_table(move_what_fits(model, store, str(place)), str(place))
    move_weights(model, graph, store, str(place))
    return ""


def _load_part(loading: Loading, source: WeightsSource) -> str:
    from archspec.backends.keras.part_weights import load_part, move_part, names_within
    from archspec.reports.transfer import transfer_table

    model, graph, _, partial = loading
    place, part = source
    if isinstance(place, Path):
        transfer = load_part(model, graph, part, place, partial=partial)
    else:
        store = _published(loading, place, list(names_within(graph, part).values()))
        transfer = move_part(model, graph, part, store, str(place), partial=partial)
    return transfer_table(transfer, f"{place} in {part}")


def _published(loading: Loading, source: Application, names: list[str]) -> Any:
    """The published weights of a function, which may go with layers that the network lacks."""
    from archspec.backends.keras.applications import published

    _, graph, compiler, _ = loading
    reference = compiler.compile(Reference.parse(source.spec)) if source.family.by_order else None
    store = published(source, names, reference)
    there, here = (
        [layer.kind for layer in store.layers].count("Rescaling"),
        [node.layer.kind() for node in graph.nodes].count("Rescaling"),
    )
    if source.family.imagenet and there > here:
        message = f"with these weights Keras rescales the input of {source.function} once more"
        terminal.say(
            f"note: {message}, and so does {source.spec} with `--set {source.family.imagenet}`",
            err=True,
        )
    return store
