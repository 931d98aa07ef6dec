"""`archspec layers`: the kinds of layers, or the page of one, out."""

from __future__ import annotations

import click

from archspec.cli import terminal


@click.command(short_help="The kinds of layers, and the arguments of each.")
@click.argument("kind", required=False)
def layers(kind: str | None) -> None:
    """List the kinds of layers or, for one KIND, its arguments and how it changes the shape.

    \b
    Examples:
      archspec layers
      archspec layers Conv2D
    """
    from archspec.layers import CELLS, KINDS
    from archspec.layers.registry import is_kind, kind_of
    from archspec.reports.kinds import overview, page
    from archspec.spelling import did_you_mean

    if kind is None:
        terminal.say(overview())
    elif is_kind(kind):
        terminal.say(page(kind_of(kind)))
    else:
        help = did_you_mean(kind, (*KINDS, *CELLS)) or "`archspec layers` lists them"
        terminal.say(f"error: there is no layer kind `{kind}`\nhelp: {help}", err=True)
        click.get_current_context().exit(1)
