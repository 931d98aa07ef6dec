"""`archspec build`: a spec in; its Keras model, what is made of one, or its source code out."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, INPUT, SPEC, TRUST, options
from archspec.cli.session import Session, compiling
from archspec.cli.weights import Loading, load, sources_of
from archspec.frontend.elaborate.recording import Recorder, Recording
from archspec.graph import Graph
from archspec.model_names import SAVED_MODEL
from archspec.spelling import file_name

SOURCE = "py"
"""The ending of source code, which is written without Keras."""

LOADING = {
    "keras": "load it with keras.saving.load_model({0!r})",
    "json": "load it with keras.models.model_from_json(open({0!r}).read())",
}
"""Endings of what Keras loads as layers, all of which it has to know, and how."""

MODELS = {
    "keras": "",
    "onnx": "run it with onnxruntime.InferenceSession({0!r})",
    "tflite": "run it with ai_edge_litert.interpreter.Interpreter({0!r})",
    "json": LOADING["json"],
}
"""Endings of what Keras writes, by `backends.keras.export`, and how to use it where that is not
plain.
"""

TRIED = {"onnx": "onnxruntime", "tflite": "LiteRT"}
"""Endings of what is run and compared with Keras, and in what."""

BESIDE = ("assets", "fingerprint.pb", "variables")
"""What else a SavedModel's folder holds."""

WITHOUT_WEIGHTS = ("json",)
"""Endings of what Keras writes without weights."""


@click.command(short_help="Build the Keras model, and write it or its source code.")
@SPEC
@click.option(
    "-o",
    "output",
    metavar="FILE|FOLDER/",
    help=(
        "What to write, by its ending: .keras, .py, .onnx, .tflite, .json, or FOLDER/ for a"
        " TensorFlow SavedModel.  [default: build/NAME.keras]"
    ),
)
@click.option(
    "--weights",
    metavar="[PART=]FILE|imagenet|keras.applications:FUNCTION",
    help=(
        "Load weights: a .weights.h5, .keras or .h5 file; `imagenet`, for the published weights of"
        " the function of keras.applications with the network's name; or another function's. PART"
        " is the path of a group or block that takes them."
    ),
)
@click.option(
    "--weights-partial",
    "partial",
    is_flag=True,
    help="Load the weights that fit by name and shape, and list the others.",
)
@options(INPUT, COMPILING)
@TRUST
@compiling()
def build(
    session: Session,
    spec: str,
    output: str | None,
    weights: str | None,
    partial: bool,
) -> None:
    """Compile a spec, build its Keras model, and write it.

    Every layer's shape and parameters in Keras are compared with the inferred ones. A file is
    written whole or not at all.

    \b
    Examples:
      archspec build googlenet
      archspec build specs/resnet.yaml@resnet50 -o models/resnet50.keras
      archspec build mynet.yaml --set classes=10 --set "depths=[2, 2]"
      archspec build mynet.yaml --weights trained.weights.h5 -o mynet.onnx
      archspec build googlenet -o googlenet.py
      archspec build keras/resnet@ResNet50 --weights imagenet
      archspec build mynet.yaml --weights features=resnet50.keras
      archspec build mynet.yaml --weights keras.applications:ResNet50 --weights-partial
    """
    from archspec.reports.summary import summary

    _check_words(output, weights, partial)
    if output and Path(output).suffix[1:] == SOURCE:
        recorder = Recorder()
        graph = session.compile(spec, observer=recorder)
        _write_source(recorder.recording(graph), Path(output))
        return
    graph = session.compile(spec)
    path = Path(output) if output else Path("build") / f"{file_name(graph.name)}.keras"
    sources = sources_of(weights, graph) if weights else []
    folder = output is not None and _is_folder(output)
    _check_place(path, folder, make_folder=output is None)
    model = built(graph, scoped=folder)
    loading = Loading(model, graph, session.compiler, partial)
    moved = [text for source in sources if (text := load(loading, source))]
    terminal.say(f"{summary(graph)}\n")
    for text in moved:
        terminal.say(f"{text}\n")
    (_write_folder if folder else _write_file)(model, graph, path)


def _check_words(output: str | None, weights: str | None, partial: bool) -> None:
    """Raise a usage error where options contradict one another."""
    endings = _dotted(*MODELS, SOURCE)
    if "" in (output, weights):
        raise click.UsageError(
            f"{'-o' if output == '' else '--weights'} is empty: name a file, or leave it out"
        )
    if output and Path(output).name in endings:
        raise click.UsageError(
            f"`{output}` is an ending without a name: write `net{Path(output).name}`"
        )
    if output and not _is_folder(output) and not output.endswith(endings):
        words = " or ".join(endings)
        raise click.UsageError(
            f"the file of -o must end in {words}, or in / for a folder with a SavedModel, and"
            f" `{output}` does not"
        )
    if weights and output and output.endswith(_dotted(*WITHOUT_WEIGHTS, SOURCE)):
        raise click.UsageError(
            f"`{output}` holds no weights: leave out --weights, or write another kind of file"
        )
    if partial and not weights:
        raise click.UsageError("--weights-partial needs --weights, to say which")


def _is_folder(output: str) -> bool:
    return output.endswith("/") or (
        Path(output).is_dir() and not output.endswith(_dotted(*MODELS, SOURCE))
    )


def _dotted(*endings: str) -> tuple[str, ...]:
    return tuple(f".{ending}" for ending in endings)


def _check_place(path: Path, folder: bool, *, make_folder: bool) -> None:
    """Complain, before the work is done, of a place that cannot be written to, or of what is
    not installed.
    """
    from archspec.files import check_folder, check_target

    if folder:
        check_folder(path, SAVED_MODEL, BESIDE)
    else:
        check_target(path, make_folder=make_folder)
    if path.suffix == ".onnx" and not (find_spec("tf2onnx") and find_spec("onnx")):
        raise click.ClickException("ONNX needs tf2onnx: pip install 'archspec-nn[onnx]'")


def built(graph: Graph, *, scoped: bool = False) -> Any:
    """The Keras model of a graph, its parameters counted; ``scoped`` is that of `build_model`."""
    try:
        with terminal.progress("loading Keras", 0), terminal.quiet():
            from archspec.backends.keras.model import build_model, compare_count
    except ImportError as error:
        raise click.ClickException(f"Keras cannot be loaded: {error}") from error
    terminal.sweep_up()
    with terminal.progress("building layer", len(graph.nodes)) as step:
        model = build_model(graph, step, scoped=scoped)
    compare_count(model, graph)
    return model


def _write_file(model: Any, graph: Graph, path: Path) -> None:
    from archspec.backends.keras.export import WRITERS, needed_import
    from archspec.backends.keras.exporting import is_tried
    from archspec.files import whole_file

    ending = path.suffix[1:]
    # Its folder is missing only where it is ours: `_check_place` has seen to that.
    with (
        whole_file(path, make_folder=True) as beside,
        terminal.progress(f"writing {path}", 0),
        terminal.quiet(),
    ):
        WRITERS[ending](model, graph, beside)
    if ending in TRIED and not is_tried(graph):
        terminal.say(f"not run in {TRIED[ending]} and compared with Keras: it is too large")
    statement = needed_import(graph) if ending in LOADING else ""
    _wrote(path, f"{LOADING[ending]}, after `{statement}`" if statement else MODELS[ending])


def _write_folder(model: Any, graph: Graph, path: Path) -> None:
    from archspec.backends.keras.export import write_saved_model
    from archspec.files import whole_folder

    with whole_folder(path) as beside, terminal.progress(f"writing {path}", 0), terminal.quiet():
        write_saved_model(model, graph, beside)
    _wrote(path, "load it with net = tensorflow.saved_model.load({0!r}), and call net.serve(x)")


def _write_source(recording: Recording, path: Path) -> None:
    from archspec.backends.python_source import source
    from archspec.files import check_target, whole_file

    check_target(path)
    text = source(recording)
    with whole_file(path) as beside:
        beside.write_text(text, encoding="utf-8")
    _wrote(path, "its build_model() makes the Keras model, without archspec")


def _wrote(path: Path, use: str) -> None:
    """Say what was written, and in one line how to use it."""
    from archspec.files import size_of
    from archspec.reports.numbers import size

    place = f"{path}/" if path.is_dir() else str(path)
    terminal.say(
        f"wrote {place}, {size(size_of(path))}" + (f"\n{use.format(place)}" if use else "")
    )
