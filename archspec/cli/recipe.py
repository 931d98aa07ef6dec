"""`archspec recipe`: the recipes that archspec ships, or the text of one, out."""

from __future__ import annotations

import click

from archspec.cli import terminal
from archspec.cli.session import Session, compiling


@click.command(short_help="The recipes that archspec ships, or the text of one.")
@click.argument("name", required=False)
@compiling()
def recipe(session: Session, name: str | None) -> None:
    """List the recipes that archspec ships or, for one NAME, print its text.

    \b
    Examples:
      archspec recipe
      archspec recipe lenet5-digits > myrecipe.yaml
    """
    from archspec.training.library import read_recipe
    from archspec.training.listing import listing

    if name is None:
        terminal.say(listing())
    else:
        terminal.say(read_recipe(name).text.rstrip("\n"))
