"""The command line: arguments in; text, files and exit codes out. A command imports what it needs
when it runs, and never Keras but to build.

Exit codes: 0 all is well, 1 something given is wrong (a spec, a file), 2 the command is, 130
interrupted.
"""

from __future__ import annotations

import click

from archspec.cli.options import Commands
from archspec.version import __version__

ROOMS = {
    "build": "build",
    "draw": "draw",
    "check": "check",
    "summary": "check",
    "expand": "check",
    "layers": "check",
    "list": "check",
    "schema": "check",
    "compare": "compare",
    "diff": "compare",
    "watch": "watch",
    "verify": "verify",
}
"""The commands, in the order of the help, and the module that each is in."""


@click.group(
    cls=Commands,
    rooms=ROOMS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="archspec %(version)s")
def main() -> None:
    """A compiler for neural-network architectures: a YAML spec in, a checked Keras model out.

    SPEC is a file, the bare name of a network that archspec ships, or - for standard input;
    @VARIANT names a variant of it.

    \b
    Examples:
      archspec list                              the networks that are here already
      archspec check mynet.yaml                  is it right? shapes, parameters, multiply-adds
      archspec summary resnet@resnet50           a table of its stages
      archspec build googlenet --set classes=10  the Keras model, in build/googlenet.keras
      archspec draw resnet@resnet50              its diagram, in resnet50.svg
      archspec compare resnet vgg -o chart.svg   networks side by side, and as a chart
      archspec diff resnet@resnet50 mynet.yaml   what differs
      archspec watch mynet.yaml --serve          a picture in the browser, new at every save
      archspec layers Conv2D                     what a layer takes
    """
