"""`archspec verify`: a spec and a Keras model in; whether they are one network, or which layer
first differs, out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archspec.backends.keras.families import FAMILY_OF, Application, Unknown
from archspec.cli import terminal
from archspec.cli.build import built
from archspec.cli.options import COMPILING, SPEC, TRUST, need_ending, options, output_format
from archspec.cli.session import Session, compiling
from archspec.model_names import PREFIX
from archspec.reports.verified import FORMATS, verified

MODELS = ("keras", "h5", "json")
"""Endings of files that hold a model."""


@click.command(short_help="Is it the same network as a Keras model?")
@SPEC
@click.option(
    "--against",
    required=True,
    metavar="keras.applications:FUNCTION|FILE",
    help=(
        "The model: a function, perhaps with arguments, 'keras.applications:MobileNet(alpha=0.5)',"
        " or a .keras, .h5 or .json file."
    ),
)
@click.option(
    "--outputs/--no-outputs",
    default=True,
    show_default=True,
    help="Compare the outputs for the same random weights and input.",
)
@options(output_format(FORMATS), COMPILING)
@TRUST
@compiling(failure=2)
def verify(session: Session, spec: str, against: str, outputs: bool, format: str) -> int:
    """Compare a network with a Keras model: the kind, settings and weights of each layer, then the
    outputs of both for random weights and a random input.

    Layers are paired by name, an underscore in Keras's for a dot in the spec's, or by order where
    Keras leaves them unnamed. Names, initial values and seeds may differ. A layer without weights
    that has no counterpart is judged by the outputs alone. Nothing is downloaded.

    The exit code is 0 if the two are equal, 1 if they differ, and 2 if they cannot be compared,
    for example because the spec is wrong.

    \b
    Examples:
      archspec verify keras/resnet@ResNet50 --against keras.applications:ResNet50
      archspec verify mynet.yaml --against "keras.applications:MobileNet(alpha=0.5)"
      archspec verify mynet.yaml --against trained.keras
    """
    source = _source(against)
    graph = session.compile(spec)
    ours = built(graph)
    with terminal.progress(f"building {against}", 0), terminal.quiet():
        theirs = _model(source)
    with terminal.progress("comparing", 0), terminal.quiet():
        from archspec.backends.keras.verify import verify as compare

        function = source.function if isinstance(source, Application) else graph.name
        by_order = function in FAMILY_OF and FAMILY_OF[function].by_order
        outcome = compare(ours, theirs, against, in_order=by_order, outputs=outputs)
    terminal.output(verified(outcome, format), format)
    return 0 if outcome.equal else 1


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
    from archspec.backends.keras.model_files import read_model

    return read_model(source) if isinstance(source, Path) else make(source)
