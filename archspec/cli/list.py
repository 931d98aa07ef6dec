"""`archspec list`: the table of the networks that come with archspec out."""

from __future__ import annotations

import click

from archspec.cli import terminal
from archspec.cli.options import ERRORS, options, output_format
from archspec.cli.session import Session, compiling, graph_of
from archspec.frontend.library import Reference, shipped_names
from archspec.reports.listing import FORMATS, KEYS, ShippedSpec, listing


@click.command(name="list", short_help="The networks that come with archspec.")
@click.option(
    "--sort",
    type=click.Choice(KEYS),
    default="name",
    show_default=True,
    help="The order of the rows.",
)
@options(output_format(FORMATS), ERRORS)
@compiling()
def list_(session: Session, sort: str, format: str) -> None:
    """List the networks that come with archspec, with the numbers that their specs give.

    \b
    Examples:
      archspec list --sort macs
      archspec list --format markdown
    """
    compiler, specs = session.compiler, []
    for name in shipped_names():
        variants = [member.variant or "" for member in compiler.family(Reference(name))][1:]
        network, *others = (
            graph_of(network) for network in compiler.check_family(Reference(name), {})
        )
        specs.append(ShippedSpec(name, network, dict(zip(variants, others, strict=True))))
    terminal.output(listing(specs, format, sort), format)
