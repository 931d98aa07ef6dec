"""`archspec expand`: a spec in; a spec of the same network that stands alone out."""

from __future__ import annotations

import click

from archspec.cli import terminal
from archspec.cli.options import COMPILING, SPEC
from archspec.cli.session import Session, compiling
from archspec.frontend.library import Reference


@click.command(short_help="The spec with extends, its variant and --set applied.")
@SPEC
@click.option(
    "--flat", "every_layer", is_flag=True, help="Write out every layer with its inputs in `from`."
)
@COMPILING
@compiling()
def expand(session: Session, spec: str, every_layer: bool) -> None:
    """Print a spec with what it extends, its variant and --set applied: a spec of the same network
    that stands alone.

    \b
    Examples:
      archspec expand resnet@resnet18 > mynet.yaml
      archspec expand mynet.yaml --set classes=10
      archspec expand googlenet --flat
    """
    from archspec.backends.flat_spec import flat
    from archspec.frontend.yaml.writer import write

    graph = session.compile(spec)
    if every_layer:
        text = write(flat(graph))
    else:
        text = session.compiler.expanded(Reference.parse(spec), session.overrides)
    terminal.output(text.rstrip("\n"), "yaml")
