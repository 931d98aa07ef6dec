"""The command line: arguments in; text, files and exit codes out. Each command is the file of its
name in this folder, imported when it is called; none but those that build loads Keras.

Exit codes: 0 success, 1 something that the command was given is wrong (a spec, a file), 2 the
command line is wrong, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import click

from archspec.cli import terminal
from archspec.spelling import did_you_mean
from archspec.version import __version__

SHARED = ("__init__", "drawing", "options", "program", "session", "terminal", "weights")
"""The modules of this folder that are no commands."""


class Commands(click.Group):
    """The commands of this folder; whatever goes wrong in one becomes a line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, as click asks for them."""
        return _commands()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, ``None`` if there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"archspec.cli.{cmd_name}")
        commands = (value for value in vars(module).values() if isinstance(value, click.Command))
        return next(command for command in commands if command.name == cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words begin with; a misspelt one raises a usage error."""
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            help = did_you_mean(word, self.list_commands(ctx)) or "`archspec --help` lists them"
            ctx.fail(f"there is no command `{word}`; {help}")
        name, command, words = super().resolve_command(ctx, args)
        if command is not None:
            _refuse_repeated(click.Context(command, info_name=name, parent=ctx), words)
        return name, command, words

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words of the command line. ``-@variant``, a variant of the spec on standard input, is
        no option, so it goes behind ``--``.
        """
        stdin = [word for word in args if word.startswith("-@")]
        words = [word for word in args if word not in stdin]
        ending = ["--"] if stdin and "--" not in words else []
        return super().parse_args(ctx, [*words, *ending, *stdin])

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command and leave with its exit code."""
        by_a_program = bool(args) or "args" in extra  # and not by the command line
        run = terminal.guarded if by_a_program else terminal.alone
        sys.exit(run(lambda: self._code(*args, **extra)))

    def _code(self, *args: Any, **extra: Any) -> int:
        try:
            result = super().main(*args, **{**extra, "standalone_mode": False})
        except click.Abort:
            return terminal.interrupted()
        except click.ClickException as error:
            words = StringIO()
            error.show(words)
            terminal.say(words.getvalue().rstrip("\n"), err=True)
            return error.exit_code
        return result if isinstance(result, int) else 0


@cache
def _commands() -> list[str]:
    modules = {file.stem for file in Path(__file__).parent.iterdir() if file.suffix == ".py"}
    return sorted(modules.difference(SHARED))


def _refuse_repeated(ctx: click.Context, words: list[str]) -> None:
    """Raise a usage error where an option of one value has several, of which click would take the
    last and pass over the others.
    """
    try:
        order = ctx.command.make_parser(ctx).parse_args(list(words))[2]
    except click.UsageError:
        return  # which the command itself says
    for option, number in Counter(order).items():
        single = isinstance(option, click.Option) and not (option.multiple or option.is_flag)
        if number > 1 and single:
            ctx.fail(f"{option.opts[0]} is given {number} times, and takes one value")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="archspec %(version)s")
def main() -> None:
    """A compiler for neural-network architectures: a YAML spec in, a checked Keras model out.

    SPEC is a file, the name of a network that comes with archspec, or - for standard input;
    @VARIANT selects one of its variants.

    \b
    Examples:
      archspec list                              the networks that come with archspec
      archspec check mynet.yaml                  is it right? shapes, parameters, multiply-adds
      archspec summary resnet@resnet50           a table of its stages
      archspec build googlenet --set classes=10  the Keras model, in build/googlenet.keras
      archspec draw resnet@resnet50              its diagram, in resnet50.svg
      archspec compare resnet vgg -o chart.svg   networks side by side, and as a chart
      archspec diff resnet@resnet50 mynet.yaml   what differs
      archspec read model.keras -o mynet.yaml    the spec of a Keras model
      archspec watch mynet.yaml --serve          a picture in the browser, new at every save
      archspec layers Conv2D                     the arguments of a layer
      archspec train lenet5                      trained on digits, in runs/lenet5-digits/
    """
