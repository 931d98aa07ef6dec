"""`archspec read`: a model of Keras or ONNX in; the spec that an author would write for it out."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archspec.cli import terminal
from archspec.cli.options import ERRORS, need_ending, options, output_path, text
from archspec.cli.session import Session, compiling
from archspec.files import check_target, size_of, whole_file
from archspec.model_names import is_onnx

if TYPE_CHECKING:
    from archspec.reading.read import Spec

ENDINGS = ("yaml", "yml")

WEIGHTS = "keras"
"""The ending of the file with the weights of an ONNX model."""


@click.command(short_help="The spec of a model of Keras or ONNX.")
@click.argument("model", metavar="MODEL", type=text)
@output_path("Write the spec to this file, .yaml, instead of printing it.")
@click.option(
    "--names",
    type=click.Choice(["keep", "drop"]),
    default="drop",
    show_default=True,
    help="Whether each layer keeps the name that it has in Keras.",
)
@click.option("--flat", is_flag=True, help="Write out every layer with its inputs in `from`.")
@click.option("--no-blocks", is_flag=True, help="Write no blocks.")
@click.option(
    "--weights",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=(
        "Where to write the weights of an ONNX model, as a .keras file.  [default: beside the spec"
        " of -o, unless that file exists]"
    ),
)
@click.option("--no-weights", is_flag=True, help="Write no weights of an ONNX model.")
@options(ERRORS)
@compiling()
def read(
    session: Session,
    model: str,
    output: Path | None,
    weights: Path | None,
    no_weights: bool,
    **layout: Any,
) -> None:
    """Write the spec of a model, as an author would: blocks, repetitions, branches and residuals
    are recovered. What was written is compiled and compared with the model.

    MODEL is a .keras or .h5 file, Keras's JSON, the folder of a SavedModel of Keras 2,
    keras.applications:FUNCTION, or an .onnx file of an image classifier: channels come last in the
    spec, and -o writes the weights too, as a Keras model that is run and compared with the file
    where onnxruntime is installed. No code of a file is run. The last line says what was found.

    \b
    Examples:
      archspec read model.keras -o net.yaml
      archspec read keras.applications:ResNet50
      archspec read model.h5 --names keep -o net.yaml
      archspec read model.onnx -o net.yaml
    """
    from archspec.reading.author import Wishes
    from archspec.reading.read import read as spec_of

    need_ending(output, ENDINGS, "-o")
    target = None if no_weights else _target(model, output, weights)
    for path in (output, target):
        if path is not None:
            check_target(path)
    with terminal.progress(f"reading {model}", 0), terminal.quiet():
        wishes = Wishes(layout["names"] == "keep", not layout["no_blocks"], layout["flat"])
        spec = spec_of(model, wishes)
    said = _write(spec, output, target)
    if output is None:
        terminal.output(spec.text.rstrip("\n"), "yaml")
    for words in spec.left_out:
        terminal.say(f"note: not folded {words}", err=True)
    terminal.say(spec.summary, err=output is None)
    if said:
        terminal.say(said, err=output is None)


def _target(model: str, output: Path | None, weights: Path | None) -> Path | None:
    """The file for the weights of a model, ``None`` where there are none to write. Raises a usage
    error where another file would be lost.
    """
    if not is_onnx(model):
        if weights is not None:
            raise click.UsageError("--weights is for ONNX models; a model of Keras has its own")
        return None
    need_ending(weights, (WEIGHTS,), "--weights")
    if weights is not None or output is None:
        return weights
    beside = output.with_suffix(f".{WEIGHTS}")
    if beside.exists():
        raise click.UsageError(
            f"`{beside}`, where the weights would go, exists: name it with --weights to replace it,"
            " or another file, or write none with --no-weights"
        )
    return beside


def _write(spec: Spec, output: Path | None, target: Path | None) -> str:
    """Write the spec, and the weights of an ONNX model: both or none. What to say of the
    weights.
    """
    said = ""
    with ExitStack() as files:
        if output is not None:
            beside = files.enter_context(whole_file(output))
            beside.write_text(spec.text, encoding="utf-8")
        if target is not None and spec.weights is not None:
            beside = files.enter_context(whole_file(target))
            with (
                terminal.progress("building layer", len(spec.graph.nodes)) as step,
                terminal.quiet(),
            ):
                said = spec.weights.write(beside, step)
    if target is None:
        return ""
    from archspec.reports.numbers import size

    return f"wrote {target}, {size(size_of(target))}, the weights: {said}"
