"""The commands that tell what a spec is, what archspec ships and what the language has:
`check`, `summary`, `expand`, `layers`, `list`, `schema`.
"""

from __future__ import annotations

import click

from archspec.cli import terminal
from archspec.cli.options import (
    COMPILING,
    DIAGNOSTIC_FORMATS,
    ERRORS,
    NO_EXPECT,
    OUTSIDE,
    SET,
    SPEC,
    Compiling,
    compile_spec,
    options,
    output_format,
    overrides,
    right,
    told,
)
from archspec.compiler import Compiler
from archspec.diagnostics import SpecError
from archspec.frontend.resolve import Reference, shipped_names
from archspec.networks import family


@click.command(cls=Compiling, short_help="Say what networks are, or what is wrong with them.")
@click.argument("specs", metavar="SPEC[@VARIANT]...", nargs=-1, required=True)
@options(output_format(DIAGNOSTIC_FORMATS), SET, NO_EXPECT, OUTSIDE)
def check(compiler: Compiler, specs: tuple[str, ...], sets: tuple[str, ...], format: str) -> None:
    """Compile specs and say what each network is, or what is wrong with it.

    A spec without @VARIANT stands for itself and all its variants. The exit code is 1 if any fails.
    As text, errors and warnings go to standard error; as json (one array) and github (annotations)
    they are the output.

    \b
    Examples:
      archspec check mynet.yaml
      archspec check specs/*.yaml
      archspec check mynet.yaml --format github
    """
    from archspec.reports.check import found, lines, verdict

    values = overrides(sets)
    checked = [
        one
        for spec in dict.fromkeys(specs)
        for one in family(compiler, Reference.parse(spec), values)
    ]
    if format == "text":
        terminal.say(lines(checked))
    told().verdict = verdict(checked)
    problems, sources = (
        found(checked),
        {file: text for one in checked for file, text in one.sources.items()},
    )
    if any(one.graph is None for one in checked):
        raise SpecError(problems, sources)
    told().add(problems, sources)


@click.command(cls=Compiling, short_help="A table of a network's stages or layers.")
@SPEC
@click.option(
    "--depth",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many steps of a path make a stage.",
)
@click.option("--layers", "every_layer", is_flag=True, help="A row for every layer.")
@options(output_format(("text", "markdown", "json", "csv")), COMPILING)
def summary(
    compiler: Compiler, spec: str, sets: tuple[str, ...], depth: int, every_layer: bool, format: str
) -> None:
    """A network's stages: output sizes, parameters, multiply-adds; totals and memory.

    \b
    Examples:
      archspec summary resnet@resnet50
      archspec summary googlenet --depth 2
      archspec summary mynet.yaml --layers --format csv > mynet.csv
    """
    from archspec.reports.summary import summary as report

    terminal.say(
        report(compile_spec(compiler, spec, sets), format, depth=depth, every_layer=every_layer)
    )


@click.command(cls=Compiling, short_help="The spec with extends, variant and --set applied.")
@SPEC
@click.option("--flat", "every_layer", is_flag=True, help="Write out every layer, with its `from`.")
@COMPILING
def expand(compiler: Compiler, spec: str, sets: tuple[str, ...], every_layer: bool) -> None:
    """A spec with what it extends, its variant and --set applied: a spec of the same network that
    stands alone.

    \b
    Examples:
      archspec expand resnet@resnet18 > mynet.yaml
      archspec expand mynet.yaml --set classes=10
      archspec expand googlenet --flat
    """
    from archspec.backends.flat_spec import flat
    from archspec.frontend.yaml.reader import write

    graph = compile_spec(compiler, spec, sets)
    text = (
        write(flat(graph))
        if every_layer
        else compiler.expanded(Reference.parse(spec), overrides(sets))
    )
    terminal.say(text.rstrip("\n"))


@click.command(short_help="The layer kinds, and what each takes.")
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
        terminal.say(overview())
    elif kind in KINDS:
        terminal.say(page(KINDS[kind]))
    else:
        help = did_you_mean(kind, KINDS) or "`archspec layers` lists them"
        terminal.say(f"error: there is no layer kind `{kind}`\nhelp: {help}", err=True)
        click.get_current_context().exit(1)


@click.command(name="list", cls=Compiling, short_help="The networks that archspec ships.")
@click.option(
    "--sort",
    type=click.Choice(("name", "parameters", "macs")),
    default="name",
    show_default=True,
    help="The order of the rows.",
)
@options(output_format(("text", "markdown", "json")), ERRORS)
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
        network, *others = (right(one) for one in family(compiler, Reference(name), {}))
        variants = [member.variant or "" for member in compiler.family(Reference(name))][1:]
        families.append(Family(name, network, dict(zip(variants, others, strict=True))))
    terminal.say(listing(families, format, sort))


@click.command()
def schema() -> None:
    """The JSON Schema of specs, for editors.

    \b
    Examples:
      archspec schema > archspec.schema.json

    With `# yaml-language-server: $schema=archspec.schema.json` as its first line, editors that know
    YAML check and complete a spec.
    """
    import json

    from archspec.frontend.schema.json_schema import generate

    terminal.say(json.dumps(generate(), indent=2, ensure_ascii=False))
