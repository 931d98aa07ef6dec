"""`archspec build`: a spec in, its Keras model out. The only command that loads Keras."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import click

from archspec import terminal
from archspec.cli_compiling import COMPILING, SPEC, Compiling, compile_spec, need_ending
from archspec.compiler import Compiler
from archspec.graph import Graph
from archspec.spelling import file_name


@click.command(cls=Compiling)
@SPEC
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="FILE.keras", help="Where to write the model.  [default: build/NAME.keras]")
@click.option("--weights", type=click.Path(path_type=Path), metavar="FILE", help="Load these weights: a .weights.h5 or .keras file.")
@COMPILING
def build(compiler: Compiler, spec: str, sets: tuple[str, ...], output: Path | None, weights: Path | None) -> None:
    """Compile a spec and write its Keras model.

    Keras's shapes and counts are compared with the inferred ones, layer by layer. The file is written whole or not at all.

    \b
    Examples:
      archspec build googlenet
      archspec build specs/resnet.yaml@resnet50 -o models/resnet50.keras
      archspec build mynet.yaml --set classes=10 --set "depths=[2, 2]"
      archspec build mynet.yaml --weights trained.weights.h5
    """
    need_ending(output, ("keras",), "-o")
    need_ending(weights, ("weights.h5", "keras"), "--weights")
    graph = compile_spec(compiler, spec, sets)
    _build(graph, output or Path("build") / f"{file_name(graph.name)}.keras", weights, make_folder=output is None)


def _build(graph: Graph, output: Path, weights: Path | None, *, make_folder: bool) -> None:
    from archspec.files import check_target, whole_file
    from archspec.reports.numbers import size
    from archspec.reports.summary import summary

    check_target(output, make_folder=make_folder)
    model = _model(graph, weights)
    terminal.say(summary(graph) + "\n")
    with whole_file(output, make_folder=make_folder) as beside, terminal.progress(f"writing {output}", 0):
        model.save(beside)
    terminal.say(f"wrote {output}, {size(output.stat().st_size)}")


def _model(graph: Graph, weights: Path | None) -> Any:
    """The Keras model of a graph, counted and with its weights."""
    gc.enable()  # Keras leaves much to sweep up
    try:
        with terminal.progress("loading Keras", 0), terminal.quiet():
            from archspec.backends.keras import build_model, compare_count
            from archspec.backends.keras_weights import load_weights
    except ImportError as error:
        raise click.ClickException(f"Keras cannot be loaded: {error}") from error
    with terminal.progress("building layer", len(graph.nodes)) as step:
        model = build_model(graph, step)
    compare_count(model, graph)
    if weights is not None:
        with terminal.progress(f"loading {weights}", 0):
            load_weights(model, graph, weights)
    return model
