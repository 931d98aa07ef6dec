"""`archspec verify`: a spec and a Keras model in; whether they are one network, or which layer
first differs, out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archspec.backends.keras.families import FAMILY_OF, PREFIX, Application, Unknown
from archspec.cli import terminal
from archspec.cli.build import built
from archspec.cli.options import (
    COMPILING,
    SPEC,
    Compiling,
    compile_spec,
    need_ending,
    options,
    output_format,
)
from archspec.compiler import Compiler

MODELS = ("keras", "h5", "json")
"""Endings of files that hold a model."""


class _Verifying(Compiling):
    failure = 2


@click.command(cls=_Verifying, short_help="Is it the same network as a Keras model?")
@SPEC
@click.option(
    "--against",
    required=True,
    metavar="keras.applications:FUNCTION|FILE",
    help=(
        "What to compare with: a function, with arguments if need be,"
        " 'keras.applications:MobileNet(alpha=0.5)', or a .keras, .h5 or .json file."
    ),
)
@click.option(
    "--outputs/--no-outputs",
    default=True,
    show_default=True,
    help="Run both on the same random weights and input.",
)
@options(output_format(("text", "json")), COMPILING)
def verify(
    compiler: Compiler, spec: str, sets: tuple[str, ...], against: str, outputs: bool, format: str
) -> None:
    """Compare a network with a Keras model: every layer's kind, settings and weights, then the
    outputs for random weights and a random input.

    Layers answer to one another by name, where an underscore there stands for a dot here, or by
    their order where Keras leaves them unnamed. Names, initial values and seeds may differ. A layer
    without weights that has no counterpart is compared by the outputs alone. Nothing is downloaded.
    The exit code is 0 if the two are equal, 1 if they differ, 2 if that cannot be said: a mistake
    in the spec too.

    \b
    Examples:
      archspec verify keras/resnet@ResNet50 --against keras.applications:ResNet50
      archspec verify mynet.yaml --against "keras.applications:MobileNet(alpha=0.5)"
      archspec verify mynet.yaml --against trained.keras
    """
    from archspec.reports.verified import verified

    source = _source(against)
    graph = compile_spec(compiler, spec, sets)
    ours = built(graph)
    with terminal.progress(f"building {against}", 0), terminal.quiet():
        theirs = _model(source)
    with terminal.progress("comparing", 0), terminal.quiet():
        from archspec.backends.keras.verify import verify as compare

        function = source.function if isinstance(source, Application) else graph.name
        by_order = function in FAMILY_OF and FAMILY_OF[function].by_order
        found = compare(ours, theirs, against, in_order=by_order, outputs=outputs)
    terminal.say(verified(found, format))
    if not found.equal:
        click.get_current_context().exit(1)


def _source(against: str) -> Path | Application:
    if not against.startswith(PREFIX):
        if (
            not against.endswith(tuple(f".{ending}" for ending in MODELS))
            and "." not in against.rpartition("/")[2][1:]
        ):
            raise click.UsageError(
                f"--against takes {PREFIX}FUNCTION or a .keras, .h5 or .json file, and `{against}`"
                " is neither"
            )
        need_ending(Path(against), MODELS, "--against")
        return Path(against)
    try:
        return Application.parse(against.removeprefix(PREFIX))
    except Unknown as error:
        raise click.UsageError(str(error)) from error


def _model(source: Path | Application) -> Any:
    from archspec.backends.keras.applications import make
    from archspec.backends.keras.verify import read_model

    return read_model(source) if isinstance(source, Path) else make(source)
