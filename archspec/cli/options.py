"""The arguments and options that several commands have, and what is checked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from archspec import trust
from archspec.layers import plugins

DIAGNOSTIC_FORMATS = ("text", "json", "github")

Command = Callable[..., Any]


def text(word: str) -> str:
    """A word of the command line that is not a path. Raises a usage error if its bytes are not
    UTF-8, which Python marks by characters that cannot be written.
    """
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        raise click.BadParameter(f"`{word}` is not text in UTF-8") from None
    return word


def options(*chosen: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options in one decorator, listed by ``--help`` in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(chosen):
            command = option(command)
        return command

    return decorate


def output_path(help: str, metavar: str = "FILE") -> Callable[[Command], Command]:
    """The option ``-o``, a file or folder to write, as the argument ``output``."""
    path = click.Path(path_type=Path)
    return click.option("-o", "output", type=path, metavar=metavar, help=help)


def output_format(formats: Iterable[str]) -> Callable[[Command], Command]:
    """The option ``--format``."""
    return click.option(
        "--format",
        type=click.Choice(list(formats)),
        default="text",
        show_default=True,
        help="The format of the output.",
    )


SPEC = click.argument("spec", metavar="SPEC[@VARIANT]")
SPECS = click.argument("specs", metavar="SPEC[@VARIANT]...", nargs=-1, required=True)

SET = click.option(
    "--set",
    "sets",
    type=text,
    multiple=True,
    metavar="NAME=VALUE",
    help=(
        "Override a variable. The spec's `expect` numbers are not checked then. May be repeated."
    ),
)
INPUT = click.option(
    "--input",
    "inputs",
    type=text,
    multiple=True,
    metavar="[NAME=]SIZES",
    help=(
        "Set the sizes of an input where the spec has `null`: 512,512,3 or tokens=128. The spec's"
        " `expect` numbers are not checked then. May be repeated."
    ),
)
NO_EXPECT = click.option(
    "--no-expect", is_flag=True, help="Do not check the spec's `expect` numbers."
)
OUTSIDE = click.option(
    "--allow-outside", is_flag=True, help="Let `extends` name files outside the spec's folder."
)
ERRORS = click.option(
    "--errors",
    type=click.Choice(DIAGNOSTIC_FORMATS),
    default="text",
    show_default=True,
    help="The format of errors and warnings, which go to standard error.",
)


def _plugins_off(context: click.Context, option: click.Parameter, off: bool) -> None:
    if off:
        token = plugins.OFF.set(True)
        context.call_on_close(lambda: plugins.OFF.reset(token))


NO_PLUGINS = click.option(
    "--no-plugins",
    is_flag=True,
    envvar=plugins.VARIABLE,
    expose_value=False,
    callback=_plugins_off,
    help="Do not look for kinds that installed libraries ship.",
)
COMPILING = options(SET, NO_EXPECT, OUTSIDE, NO_PLUGINS, ERRORS)
"""The options of the commands whose output is not their diagnostics."""


def _trusted(context: click.Context, option: click.Parameter, modules: tuple[str, ...]) -> None:
    context.meta[TRUSTED] = trust.listed(modules)
    token = trust.give(context.meta[TRUSTED])
    context.call_on_close(lambda: trust.take_back(token))


TRUSTED = "archspec.trusted"
"""Where click keeps the modules of ``--trust``."""

TRUST = click.option(
    "--trust",
    multiple=True,
    metavar="MODULE",
    envvar="ARCHSPEC_TRUST",
    expose_value=False,
    callback=_trusted,
    help="Let code of this Python module run. May be repeated.",
)


def trusted_modules() -> tuple[str, ...]:
    """The modules whose code the running command may run: leave that comes from the command line,
    or from ``ARCHSPEC_TRUST``, never from a file.
    """
    modules: tuple[str, ...] = click.get_current_context().meta.get(TRUSTED, ())
    return modules


def need_ending(path: Path | None, endings: tuple[str, ...], option: str) -> None:
    """Raise a usage error if the file of an option is there and has none of the endings."""
    if path is not None and not path.name.endswith(tuple(f".{ending}" for ending in endings)):
        words = " or ".join(f".{ending}" for ending in endings)
        raise click.UsageError(f"the file of {option} must end in {words}, and `{path}` does not")
