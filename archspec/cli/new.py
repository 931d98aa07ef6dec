"""`archspec new`: a name in; a small spec that is right, to start from, out."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from archspec.cli import terminal
from archspec.cli.options import text
from archspec.cli.session import Session, compiling
from archspec.diagnostics import printable
from archspec.files import check_target, whole_file
from archspec.frontend.yaml.writer import write
from archspec.spelling import spec_name

HEAD = """\
# yaml-language-server: $schema=archspec.schema.json
archspec: 1
name: {name}
"""

NETWORK = """\
input: [32, 32, 3]
vars: {classes: 10}
layers:
  - {name: stem, Conv2D: {filters: 16, kernel_size: 3, padding: same, activation: relu}}
  - name: stage
    repeat: {filters: [32, 64]}
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, strides: 2, padding: same}
      - BatchNormalization
      - ReLU
  - GlobalAveragePooling2D
  - {name: head, Dense: {units: $classes, activation: softmax}}
"""

VARIATION = """\
{extends}\
# Everything of it is taken over. Give variables of `vars` other values, and blocks of `blocks`
# other layers; `archspec expand {words}` prints what there is.
"""


@click.command(short_help="Write a small spec to start from.")
@click.argument("name", type=text)
@click.option(
    "--from", "base", metavar="SPEC[@VARIANT]", type=text, help="Extend this spec instead."
)
@compiling()
def new(session: Session, name: str, base: str | None) -> None:
    """Write NAME.yaml, a small spec that is right as it stands.

    \b
    Examples:
      archspec new mynet
      archspec new mynet --from resnet@resnet18
    """
    if spec_name(name) != name:
        raise click.UsageError(f"`{name}` is no name for a spec: write `{spec_name(name)}`")
    if base is not None and not base.isprintable():
        raise click.UsageError("`extends` takes no path with control characters: rename that file")
    path = Path(f"{name}.yaml")
    if path.exists():
        raise click.ClickException(f"{path} exists already, and is left as it is")
    check_target(path)
    if base is not None:
        session.compile(base)
    body = NETWORK if base is None else _variation(base)
    with whole_file(path) as beside:
        beside.write_text(HEAD.format(name=name) + body, encoding="utf-8")
    terminal.say(f"wrote {path}\nfor your editor: archspec schema > archspec.schema.json")


def _variation(base: str) -> str:
    """The lines of a spec that extends another, whose path may hold anything."""
    return VARIATION.format(extends=write({"extends": base}), words=shlex.quote(printable(base)))
