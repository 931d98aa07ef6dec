"""`archspec check`: specs in; a line for each network, or what is wrong with it, out."""

from __future__ import annotations

import click

from archspec.cli import terminal
from archspec.cli.options import (
    DIAGNOSTIC_FORMATS,
    INPUT,
    NO_EXPECT,
    NO_PLUGINS,
    OUTSIDE,
    SET,
    SPECS,
    options,
    output_format,
)
from archspec.cli.session import Session, compiling


@click.command(short_help="Check specs: a line for each network, or its mistakes.")
@SPECS
@options(output_format(DIAGNOSTIC_FORMATS), SET, INPUT, NO_EXPECT, OUTSIDE, NO_PLUGINS)
@compiling()
def check(session: Session, specs: tuple[str, ...], format: str) -> None:
    """Compile specs and print a line for each network, or what is wrong with it.

    A spec without @VARIANT stands for itself and all its variants. The exit code is 1 if any
    network is wrong. With --format text, errors and warnings go to standard error; with json (one
    array) and github (annotations) they are the output.

    \b
    Examples:
      archspec check mynet.yaml
      archspec check specs/*.yaml
      archspec check mynet.yaml --format github
      archspec check unet --input 512,512,3
    """
    from archspec.reports.check import lines, verdict

    networks = [network for members in session.families(specs) for network in members]
    if format == "text":
        terminal.say(lines(networks))
    session.verdict = verdict(networks)
