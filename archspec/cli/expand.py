"""`archspec expand`: a spec in; a spec of the same network that stands alone out."""

from __future__ import annotations

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, SPEC
from archspec.cli.session import Session, compiling
from archspec.frontend.library import Reference
from archspec.graph import Graph


@click.command(short_help="The spec with extends, its variant and --set applied.")
@SPEC
@click.option(
    "--flat", "every_layer", is_flag=True, help="Write out every layer with its inputs in `from`."
)
@click.option(
    "--fold",
    "tidied",
    is_flag=True,
    help="Write the network anew, its repetitions and blocks found in its layers.",
)
@COMPILING
@compiling()
def expand(session: Session, spec: str, every_layer: bool, tidied: bool) -> None:
    """Print a spec with what it extends, its variant and --set applied: a spec of the same network
    that stands alone.

    \b
    Examples:
      archspec expand resnet@resnet18 > mynet.yaml
      archspec expand mynet.yaml --set classes=10
      archspec expand googlenet --flat
      archspec expand exported.yaml --fold > tidy.yaml
    """
    from archspec.backends.flat_spec import flat
    from archspec.frontend.yaml.writer import write

    if every_layer and tidied:
        raise click.UsageError("--flat writes every layer out, and --fold none twice: choose one")
    graph = session.compile(spec)
    if tidied:
        text = _tidy(graph)
    elif every_layer:
        text = write(flat(graph))
    else:
        text = session.compiler.expanded(Reference.parse(spec), session.overrides)
    terminal.output(text.rstrip("\n"), "yaml")


def _tidy(graph: Graph) -> str:
    from archspec.reading.author import NoSpec, Wishes, written

    try:
        spec = written(graph, Wishes(names=bool(graph.names)))
    except NoSpec as error:
        raise click.ClickException(f"{error}") from None
    for reason in spec.left_out:
        terminal.say(f"note: not folded {reason}", err=True)
    return spec.text
