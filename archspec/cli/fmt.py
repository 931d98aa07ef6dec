"""`archspec fmt`: specs and recipes in; the same in canonical layout, in their place, out."""

from __future__ import annotations

from pathlib import Path

import click

from archspec.cli import terminal
from archspec.cli.options import text
from archspec.diagnostics import SpecError, as_text
from archspec.files import check_target, whole_file
from archspec.frontend.library import text_of
from archspec.frontend.yaml.formatter import formatted

ENDINGS = (".yaml", ".yml")
STDIN = "-"


@click.command(short_help="Lay out specs and recipes in the canonical form.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=text)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 if a file is not in canonical form."
)
def fmt(files: tuple[str, ...], check: bool) -> int:
    """Lay out specs and recipes in canonical form: spaces, indentation, empty lines, long lines.

    Comments, the order of keys, numbers as they are written, and columns of tables stay. A list or
    mapping that is written in brackets stays so where it fits on a line. A folder stands for the
    .yaml files in it; - reads standard input and prints the result.

    \b
    Examples:
      archspec fmt mynet.yaml
      archspec fmt --check specs recipes
    """
    mistakes, changed = 0, 0
    for name in files:
        for path in _files(name):
            try:
                changed += _lay_out(path, check=check)
            except SpecError as error:
                terminal.say(as_text(error.diagnostics, error.sources), err=True)
                mistakes += 1
    return 1 if mistakes or (check and changed) else 0


def _files(name: str) -> list[str]:
    """The files that a word of the command line stands for."""
    path = Path(name)
    if name == STDIN or not path.is_dir():
        return [name]
    return sorted(str(file) for file in path.rglob("*") if file.suffix in ENDINGS)


def _lay_out(name: str, *, check: bool) -> bool:
    """Lay out a file, and say so; whether that changes it. ``check``: say only that it would.
    Raises `SpecError`.
    """
    before = text_of(name)
    after = formatted(before, "<stdin>" if name == STDIN else name)
    if name == STDIN and not check:
        terminal.output(after.rstrip("\n"), "yaml")
    elif after != before:
        if not check:
            check_target(Path(name))
            with whole_file(Path(name)) as beside:
                beside.write_text(after, encoding="utf-8")
        terminal.say(f"{'would lay out' if check else 'laid out'} {name}", err=True)
    return after != before
