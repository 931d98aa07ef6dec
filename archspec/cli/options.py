"""What the commands share: options → a compiler, a graph, and what there is to tell about it.
With ``cli`` the only importer of click.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from archspec.cli import terminal
from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError, as_github, as_json, as_text, in_order
from archspec.frontend.overrides import read_override
from archspec.frontend.resolve import Reference
from archspec.frontend.yaml.reader import Value
from archspec.graph import Graph
from archspec.networks import Checked, check, distinct, family
from archspec.reports.check import found

DIAGNOSTIC_FORMATS = ("text", "json", "github")

Command = Callable[..., Any]


class Commands(click.Group):
    """Commands, each imported when it is called from its module in ``rooms``; whatever goes
    wrong in one becomes a line and an exit code.
    """

    def __init__(self, *args: Any, rooms: Mapping[str, str], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.rooms = rooms

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, as click asks for them."""
        return list(self.rooms)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, ``None`` if there is none."""
        if cmd_name not in self.rooms:
            return None
        room = import_module(f"archspec.cli.{self.rooms[cmd_name]}")
        return next(
            one
            for one in vars(room).values()
            if isinstance(one, click.Command) and one.name == cmd_name
        )

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command and leave with its exit code."""
        given = bool(args) or "args" in extra  # by another program, not by the command line
        run = terminal.guarded if given else terminal.alone
        sys.exit(run(lambda: self._code(*args, **extra)))

    def _code(self, *args: Any, **extra: Any) -> int:
        try:
            result = super().main(*args, **{**extra, "standalone_mode": False})
        except click.Abort:
            return terminal.interrupted()
        except click.ClickException as error:
            error.show()
            return error.exit_code
        return result if isinstance(result, int) else 0


class Told:
    """The diagnostics of one run, and the texts that they point into; ``verdict`` is a last
    line of their text.
    """

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, str] = {}
        self.verdict = ""

    def add(self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> None:
        """Keep some more of them."""
        self.diagnostics += diagnostics
        self.sources |= sources

    def show(self, format: str, *, err: bool) -> None:
        """Print all of them, each once: as text, as a JSON array, or as GitHub's annotations."""
        every = in_order(self.diagnostics)
        if format == "json":
            terminal.say(as_json(every), err=err)
        elif every and format == "github":
            terminal.say(as_github(every), err=err)
        elif every:
            terminal.say(
                as_text(every, self.sources) + (self.verdict and f"\n\n{self.verdict}"), err=True
            )


class Compiling(click.Command):
    """A command that compiles: it is given a compiler and, as the context's object, `Told`, which
    is shown at the end.

    With ``--errors`` that is on standard error. A command without it may have ``--format`` for its
    diagnostics, which are then its output.
    """

    failure = 1
    """The exit code where a spec is wrong."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words of the command line, of which ``-@variant`` is none of click's options."""
        stdin = [word for word in args if word.startswith("-@")]
        words = [word for word in args if word not in stdin]
        return super().parse_args(
            ctx, [*words, *([] if "--" in words or not stdin else ["--"]), *stdin]
        )

    def invoke(self, ctx: click.Context) -> None:
        """Run the command, then tell what there is to tell; exit with 1 after an error."""
        ctx.obj = kept = Told()
        given = ctx.params
        apart, failed = "errors" in given, False
        format = given.pop("errors") if apart else given.get("format", "text")
        given["compiler"] = Compiler(
            expect=not given.pop("no_expect", False),
            allow_outside=given.pop("allow_outside", False),
        )
        try:
            super().invoke(ctx)
        except SpecError as error:
            kept.add(error.diagnostics, error.sources)
            failed = True
        kept.show(format, err=apart)
        if failed:
            ctx.exit(self.failure)


SET = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a variable of the spec; under any, nothing is expected. May be repeated.",
)
NO_EXPECT = click.option(
    "--no-expect", is_flag=True, help="Do not compare the network with what the spec expects."
)
OUTSIDE = click.option(
    "--allow-outside", is_flag=True, help="Let `extends` name files outside the spec's folder."
)
ERRORS = click.option(
    "--errors",
    type=click.Choice(DIAGNOSTIC_FORMATS),
    default="text",
    show_default=True,
    help="The form of errors and warnings, on standard error.",
)


def options(*chosen: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options in one decorator, listed by ``--help`` in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(chosen):
            command = option(command)
        return command

    return decorate


def output_format(formats: Iterable[str]) -> Callable[[Command], Command]:
    """The option ``--format``."""
    return click.option(
        "--format",
        type=click.Choice(list(formats)),
        default="text",
        show_default=True,
        help="The form of the output.",
    )


def overrides(sets: Iterable[str]) -> dict[str, Value]:
    """The values of ``--set``; the mistakes of all are told together."""
    values: dict[str, Value] = {}
    wrong: list[SpecError] = []
    for text in sets:
        try:
            name, value = read_override(text)
            values[name] = value
        except SpecError as error:
            wrong.append(error)
    if wrong:
        sources = {file: source for error in wrong for file, source in error.sources.items()}
        raise SpecError([one for error in wrong for one in error.diagnostics], sources)
    return values


def told() -> Told:
    """What there is to tell in this run."""
    kept: Told = click.get_current_context().obj
    return kept


def compile_spec(compiler: Compiler, spec: str, sets: Iterable[str]) -> Graph:
    """The graph of a spec; its warnings, and the texts that errors may still point into, are
    kept to be told.
    """
    checked = check(compiler, Reference.parse(spec), overrides(sets))
    told().add(checked.diagnostics, checked.sources)
    return right(checked)


def compile_families(
    compiler: Compiler, specs: Iterable[str], sets: Iterable[str]
) -> list[Checked]:
    """The networks of some specs, a spec without a variant standing for all that it has; if any
    is wrong, the errors of all as `SpecError`.
    """
    values = overrides(sets)
    families = [
        list(family(compiler, Reference.parse(spec), values)) for spec in dict.fromkeys(specs)
    ]
    networks = [one for members in families for one in members]
    sources = {file: text for one in networks for file, text in one.sources.items()}
    if any(one.graph is None for one in networks):
        raise SpecError(found(networks), sources)
    told().add(found(networks), sources)
    return list(
        {(one.spec, one.name): one for members in families for one in distinct(members)}.values()
    )


def right(checked: Checked) -> Graph:
    """The graph of a network, or its errors as `SpecError`."""
    if checked.graph is None:
        raise SpecError(checked.diagnostics, checked.sources)
    return checked.graph


def need_ending(path: Path | None, endings: tuple[str, ...], option: str) -> None:
    """Raise a usage error unless the file of an option has one of the endings, or is not given."""
    if path is not None and not path.name.endswith(tuple(f".{ending}" for ending in endings)):
        words = " or ".join(f".{ending}" for ending in endings)
        raise click.UsageError(f"the file of {option} must end in {words}, and `{path}` does not")


COMPILING = options(SET, NO_EXPECT, OUTSIDE, ERRORS)
SPEC = click.argument("spec", metavar="SPEC[@VARIANT]")
