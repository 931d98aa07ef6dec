"""The command line: arguments in; text, files and exit codes out. A command imports what it needs when it runs, and never Keras but to build.

Exit codes: 0 all is well, 1 something given is wrong (a spec, a file), 2 the command is, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click

from archspec import __version__, terminal
from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError, as_github, as_json, as_text, in_order
from archspec.frontend.resolve import Reference, read_override, shipped_names
from archspec.frontend.source import Value
from archspec.graph import Graph
from archspec.networks import Checked, family
from archspec.networks import check as check_network

DIAGNOSTIC_FORMATS = ("text", "json", "github")

Command = Callable[..., Any]


class _Commands(click.Group):
    """The commands in the order of this file; whatever goes wrong in one becomes a line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        sys.exit(terminal.guarded(lambda: self._code(*args, **extra)))

    def _code(self, *args: Any, **extra: Any) -> int:
        try:
            result = super().main(*args, **{**extra, "standalone_mode": False})
        except click.Abort:
            return terminal.interrupted()
        except click.ClickException as error:
            error.show()
            return error.exit_code
        return result if isinstance(result, int) else 0


class _Told:
    """The diagnostics of one run, and the texts that they point into."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, str] = {}

    def add(self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> None:
        """Keep some more of them."""
        self.diagnostics += diagnostics
        self.sources |= sources

    def shown(self, format: str) -> str:
        """All of them, each once: as text, as a JSON array, or as GitHub's annotations."""
        every = in_order(self.diagnostics)
        return {"json": as_json, "github": as_github}.get(format, lambda them: as_text(them, self.sources))(every)


class _Compiling(click.Command):
    """A command that compiles: it is given a compiler, and its errors and warnings go to standard error in the format of ``--errors``."""

    def invoke(self, ctx: click.Context) -> None:
        ctx.obj = told = _Told()
        format, failed = ctx.params.pop("errors"), False
        ctx.params["compiler"] = Compiler(expect=not ctx.params.pop("no_expect", False), allow_outside=ctx.params.pop("allow_outside", False))
        try:
            super().invoke(ctx)
        except SpecError as error:
            told.add(error.diagnostics, error.sources)
            failed = True
        if told.diagnostics or format == "json":
            click.echo(told.shown(format), err=True)
        if failed:
            ctx.exit(1)


_SET = click.option(
    "--set", "sets", multiple=True, metavar="NAME=VALUE", help="Change a variable of the spec; under any, nothing is expected. May be repeated."
)
_NO_EXPECT = click.option("--no-expect", is_flag=True, help="Do not compare the network with what the spec expects.")
_OUTSIDE = click.option("--allow-outside", is_flag=True, help="Let `extends` name files outside the spec's folder.")
_ERRORS = click.option(
    "--errors", type=click.Choice(DIAGNOSTIC_FORMATS), default="text", show_default=True, help="The form of errors and warnings, on standard error."
)


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options in one decorator, listed by ``--help`` in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _format(formats: Iterable[str]) -> Callable[[Command], Command]:
    return click.option("--format", type=click.Choice(list(formats)), default="text", show_default=True, help="The form of the output.")


def _overrides(sets: Iterable[str]) -> dict[str, Value]:
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


def _compile(compiler: Compiler, spec: str, sets: Iterable[str]) -> Graph:
    """The graph of a spec; its warnings, and the texts that errors may still point into, are kept to be told."""
    checked = check_network(compiler, Reference.parse(spec), _overrides(sets))
    click.get_current_context().obj.add(checked.diagnostics, checked.sources)
    return _right(checked)


def _right(checked: Checked) -> Graph:
    """The graph of a network, or its errors as `SpecError`."""
    if checked.graph is None:
        raise SpecError(checked.diagnostics, checked.sources)
    return checked.graph


_COMPILE = _options(_SET, _NO_EXPECT, _OUTSIDE, _ERRORS)
_SPEC = click.argument("spec", metavar="SPEC[@VARIANT]")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="archspec %(version)s")
def main() -> None:
    """A compiler for neural-network architectures: a YAML spec in, a checked Keras model out.

    SPEC is a file, the bare name of a network that archspec ships, or - for standard input; @VARIANT names a variant of it.

    \b
    Examples:
      archspec list                              the networks that are here already
      archspec check mynet.yaml                  is it right? shapes, parameters, multiply-adds
      archspec summary resnet@resnet50           a table of its stages
      archspec build googlenet --set classes=10  the Keras model, in build/googlenet.keras
      archspec layers Conv2D                     what a layer takes
    """


@main.command(cls=_Compiling)
@_SPEC
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="FILE.keras", help="Where to write the model.  [default: build/NAME.keras]")
@click.option("--weights", type=click.Path(path_type=Path), metavar="FILE", help="Load these weights: a .weights.h5 or .keras file.")
@_COMPILE
def build(compiler: Compiler, spec: str, sets: tuple[str, ...], output: Path | None, weights: Path | None) -> None:
    """Compile a spec and write its Keras model.

    Keras's shapes and counts are compared with the inferred ones, layer by layer. The file is written whole or not at all.

    \b
    Examples:
      archspec build googlenet
      archspec build specs/resnet.yaml@resnet50 -o models/resnet50.keras
      archspec build mynet.yaml --set classes=10 --set "depths=[2, 2]"
      archspec build mynet.yaml --weights trained.weights.h5
    """
    _need_ending(output, ("keras",), "-o")
    _need_ending(weights, ("weights.h5", "keras"), "--weights")
    graph = _compile(compiler, spec, sets)
    _build(graph, output or Path("build") / f"{graph.name}.keras", weights, make_folder=output is None)


def _need_ending(path: Path | None, endings: tuple[str, ...], option: str) -> None:
    if path is not None and not path.name.endswith(tuple(f".{ending}" for ending in endings)):
        words = " or ".join(f".{ending}" for ending in endings)
        raise click.UsageError(f"the file of {option} must end in {words}, and `{path}` does not")


def _build(graph: Graph, output: Path, weights: Path | None, *, make_folder: bool) -> None:
    from archspec.files import check_target, whole_file
    from archspec.reports.numbers import size
    from archspec.reports.summary import summary

    check_target(output, make_folder=make_folder)
    model = _model(graph, weights)
    click.echo(summary(graph) + "\n")
    with whole_file(output, make_folder=make_folder) as beside, terminal.progress(f"writing {output}", 0):
        model.save(beside)
    click.echo(f"wrote {output}, {size(output.stat().st_size)}")


def _model(graph: Graph, weights: Path | None) -> Any:
    """The Keras model of a graph, counted and with its weights."""
    try:
        with terminal.progress("loading Keras", 0), terminal.quiet():
            from archspec.backends.keras import build_model, compare_count
            from archspec.backends.keras_weights import load_weights
    except ImportError as error:
        raise click.ClickException(f"Keras cannot be loaded: {error}") from error
    with terminal.progress("building layer", len(graph.nodes)) as step:
        model = build_model(graph, step)
    compare_count(model, graph)
    if weights is not None:
        with terminal.progress(f"loading {weights}", 0):
            load_weights(model, graph, weights)
    return model


@main.command(short_help="Say what networks are, or what is wrong with them.")
@click.argument("specs", metavar="SPEC[@VARIANT]...", nargs=-1, required=True)
@_options(_format(DIAGNOSTIC_FORMATS), _SET, _NO_EXPECT, _OUTSIDE)
def check(specs: tuple[str, ...], format: str, sets: tuple[str, ...], no_expect: bool, allow_outside: bool) -> None:
    """Compile specs and say what each network is, or what is wrong with it.

    A spec without @VARIANT stands for itself and all its variants. The exit code is 1 if any fails.
    As text, errors and warnings go to standard error; as json (one array) and github (annotations) they are the output.

    \b
    Examples:
      archspec check mynet.yaml
      archspec check specs/*.yaml
      archspec check mynet.yaml --format github
    """
    from archspec.reports.check import found, lines, verdict

    values = _overrides(sets)
    compiler = Compiler(expect=not no_expect, allow_outside=allow_outside)
    checked = [one for spec in dict.fromkeys(specs) for one in family(compiler, Reference.parse(spec), values)]
    diagnostics = found(checked)
    told = _Told()
    told.add(diagnostics, {file: text for one in checked for file, text in one.sources.items()})
    if format == "text":
        click.echo(lines(checked))
        if diagnostics:
            sys.stdout.flush()
            click.echo(f"\n{told.shown(format)}\n\n{verdict(checked, diagnostics)}", err=True)
    elif diagnostics or format == "json":
        click.echo(told.shown(format))
    if any(one.graph is None for one in checked):
        click.get_current_context().exit(1)


@main.command(cls=_Compiling, short_help="A table of a network's stages or layers.")
@_SPEC
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="How many steps of a path make a stage.")
@click.option("--layers", "every_layer", is_flag=True, help="A row for every layer.")
@_options(_format(("text", "markdown", "json", "csv")), _COMPILE)
def summary(compiler: Compiler, spec: str, sets: tuple[str, ...], depth: int, every_layer: bool, format: str) -> None:
    """A network's stages: output sizes, parameters, multiply-adds; totals and memory.

    \b
    Examples:
      archspec summary resnet@resnet50
      archspec summary googlenet --depth 2
      archspec summary mynet.yaml --layers --format csv > mynet.csv
    """
    from archspec.reports.summary import summary as report

    click.echo(report(_compile(compiler, spec, sets), format, depth=depth, every_layer=every_layer))


@main.command(cls=_Compiling, short_help="The spec with extends, variant and --set applied.")
@_SPEC
@click.option("--flat", "every_layer", is_flag=True, help="Write out every layer, with its `from`.")
@_COMPILE
def expand(compiler: Compiler, spec: str, sets: tuple[str, ...], every_layer: bool) -> None:
    """A spec with what it extends, its variant and --set applied: a spec of the same network that stands alone.

    \b
    Examples:
      archspec expand resnet@resnet18 > mynet.yaml
      archspec expand mynet.yaml --set classes=10
      archspec expand googlenet --flat
    """
    from archspec.backends.flat import flat
    from archspec.frontend.source import write

    graph = _compile(compiler, spec, sets)
    text = write(flat(graph)) if every_layer else compiler.expanded(Reference.parse(spec), _overrides(sets))
    click.echo(text.rstrip("\n"))


@main.command(short_help="The layer kinds, and what each takes.")
@click.argument("kind", required=False)
def layers(kind: str | None) -> None:
    """The layer kinds or, for one KIND, its arguments and the rule of its shape.

    \b
    Examples:
      archspec layers
      archspec layers Conv2D
    """
    from archspec.layers import KINDS
    from archspec.reports.kinds import overview, page
    from archspec.spelling import did_you_mean

    if kind is None:
        click.echo(overview())
    elif kind in KINDS:
        click.echo(page(KINDS[kind]))
    else:
        help = did_you_mean(kind, KINDS) or "`archspec layers` lists them"
        click.echo(f"error: there is no layer kind `{kind}`\nhelp: {help}", err=True)
        click.get_current_context().exit(1)


@main.command(name="list", cls=_Compiling, short_help="The networks that archspec ships.")
@click.option("--sort", type=click.Choice(("name", "parameters", "macs")), default="name", show_default=True, help="The order of the rows.")
@_options(_format(("text", "markdown", "json")), _ERRORS)
def list_(compiler: Compiler, sort: str, format: str) -> None:
    """The networks that archspec ships, computed from their specs.

    \b
    Examples:
      archspec list --sort macs
      archspec list --format markdown
    """
    from archspec.reports.listing import Family, listing

    families = []
    for name in shipped_names():
        network, *others = (_right(one) for one in family(compiler, Reference(name), {}))
        variants = [member.variant or "" for member in compiler.family(Reference(name))][1:]
        families.append(Family(name, network, dict(zip(variants, others, strict=True))))
    click.echo(listing(families, format, sort))


@main.command()
def schema() -> None:
    """The JSON Schema of specs, for editors.

    \b
    Examples:
      archspec schema > archspec.schema.json

    With `# yaml-language-server: $schema=archspec.schema.json` as its first line, editors that know YAML check and complete a spec.
    """
    import json

    from archspec.frontend.schema import generate

    click.echo(json.dumps(generate(), indent=2, ensure_ascii=False))
