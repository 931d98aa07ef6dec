"""`archspec read`: a Keras model in; the spec that an author would write for it out."""

from __future__ import annotations

from pathlib import Path

import click

from archspec.cli import terminal
from archspec.cli.options import ERRORS, need_ending, options, output_path, text
from archspec.cli.session import Session, compiling
from archspec.files import check_target, whole_file

ENDINGS = ("yaml", "yml")


@click.command(short_help="The spec of a Keras model.")
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
@options(ERRORS)
@compiling()
def read(
    session: Session, model: str, output: Path | None, names: str, flat: bool, no_blocks: bool
) -> None:
    """Write the spec of a Keras model, as an author would: blocks, repetitions, branches and
    residuals are recovered. What was written is compiled and compared with the model.

    MODEL is a .keras or .h5 file, Keras's JSON, the folder of a SavedModel of Keras 2, or
    keras.applications:FUNCTION. No code of a file is run. The last line says what became of the
    model.

    \b
    Examples:
      archspec read model.keras -o net.yaml
      archspec read keras.applications:ResNet50
      archspec read model.h5 --names keep -o net.yaml
    """
    from archspec.reading.author import Wishes
    from archspec.reading.read import read as spec_of

    need_ending(output, ENDINGS, "-o")
    if output is not None:
        check_target(output)
    with terminal.progress(f"reading {model}", 0), terminal.quiet():
        spec = spec_of(model, Wishes(names=names == "keep", blocks=not no_blocks, flat=flat))
    if output is None:
        terminal.output(spec.text.rstrip("\n"), "yaml")
    else:
        with whole_file(output) as beside:
            beside.write_text(spec.text, encoding="utf-8")
    for words in spec.left_out:
        terminal.say(f"note: not folded {words}", err=True)
    terminal.say(spec.summary, err=output is None)
