"""The command line: arguments in; text, files and exit codes out. A command imports what it needs when it runs, and never Keras but to build.

Exit codes: 0 all is well, 1 something given is wrong (a spec, a file), 2 the command is, 130 interrupted.
"""

from __future__ import annotations

import gc
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archspec import __version__, terminal
from archspec.cli_compiling import (
    COMPILING,
    DIAGNOSTIC_FORMATS,
    ERRORS,
    NO_EXPECT,
    OUTSIDE,
    SET,
    SPEC,
    Commands,
    Compiling,
    compile_families,
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
from archspec.graph import Graph
from archspec.networks import family


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
      archspec compare resnet vgg -o chart.svg   networks side by side, and as a chart
      archspec diff resnet@resnet50 mynet.yaml   what differs
      archspec layers Conv2D                     what a layer takes
    """


@main.command(cls=Compiling)
@SPEC
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="FILE.keras", help="Where to write the model.  [default: build/NAME.keras]")
@click.option("--weights", type=click.Path(path_type=Path), metavar="FILE", help="Load these weights: a .weights.h5 or .keras file.")
@COMPILING
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
    graph = compile_spec(compiler, spec, sets)
    name = re.sub(r"[^\w.-]+", "-", graph.name)  # a variant's may hold anything
    _build(graph, output or Path("build") / f"{name}.keras", weights, make_folder=output is None)


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
    terminal.say(summary(graph) + "\n")
    with whole_file(output, make_folder=make_folder) as beside, terminal.progress(f"writing {output}", 0):
        model.save(beside)
    terminal.say(f"wrote {output}, {size(output.stat().st_size)}")


def _model(graph: Graph, weights: Path | None) -> Any:
    """The Keras model of a graph, counted and with its weights."""
    gc.enable()  # Keras leaves much to sweep up
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


@main.command(cls=Compiling, short_help="Say what networks are, or what is wrong with them.")
@click.argument("specs", metavar="SPEC[@VARIANT]...", nargs=-1, required=True)
@options(output_format(DIAGNOSTIC_FORMATS), SET, NO_EXPECT, OUTSIDE)
def check(compiler: Compiler, specs: tuple[str, ...], sets: tuple[str, ...], format: str) -> None:
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

    values = overrides(sets)
    checked = [one for spec in dict.fromkeys(specs) for one in family(compiler, Reference.parse(spec), values)]
    if format == "text":
        terminal.say(lines(checked))
    told().verdict = verdict(checked)
    problems, sources = found(checked), {file: text for one in checked for file, text in one.sources.items()}
    if any(one.graph is None for one in checked):
        raise SpecError(problems, sources)
    told().add(problems, sources)


@main.command(cls=Compiling, short_help="A table of a network's stages or layers.")
@SPEC
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="How many steps of a path make a stage.")
@click.option("--layers", "every_layer", is_flag=True, help="A row for every layer.")
@options(output_format(("text", "markdown", "json", "csv")), COMPILING)
def summary(compiler: Compiler, spec: str, sets: tuple[str, ...], depth: int, every_layer: bool, format: str) -> None:
    """A network's stages: output sizes, parameters, multiply-adds; totals and memory.

    \b
    Examples:
      archspec summary resnet@resnet50
      archspec summary googlenet --depth 2
      archspec summary mynet.yaml --layers --format csv > mynet.csv
    """
    from archspec.reports.summary import summary as report

    terminal.say(report(compile_spec(compiler, spec, sets), format, depth=depth, every_layer=every_layer))


@main.command(cls=Compiling, short_help="The spec with extends, variant and --set applied.")
@SPEC
@click.option("--flat", "every_layer", is_flag=True, help="Write out every layer, with its `from`.")
@COMPILING
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

    graph = compile_spec(compiler, spec, sets)
    text = write(flat(graph)) if every_layer else compiler.expanded(Reference.parse(spec), overrides(sets))
    terminal.say(text.rstrip("\n"))


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
        terminal.say(overview())
    elif kind in KINDS:
        terminal.say(page(KINDS[kind]))
    else:
        help = did_you_mean(kind, KINDS) or "`archspec layers` lists them"
        terminal.say(f"error: there is no layer kind `{kind}`\nhelp: {help}", err=True)
        click.get_current_context().exit(1)


@main.command(name="list", cls=Compiling, short_help="The networks that archspec ships.")
@click.option("--sort", type=click.Choice(("name", "parameters", "macs")), default="name", show_default=True, help="The order of the rows.")
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

    terminal.say(json.dumps(generate(), indent=2, ensure_ascii=False))


@main.command(cls=Compiling, short_help="Networks side by side, and as a chart.")
@click.argument("specs", metavar="SPEC[@VARIANT]...", nargs=-1, required=True)
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="FILE.svg|png", help="Draw parameters or accuracy against multiply-adds.")
@click.option("--accuracy", "words", multiple=True, metavar="NAME=VALUE", help="The accuracy of a network in percent. May be repeated.")
@click.option("--csv", "table", type=click.Path(path_type=Path), metavar="FILE", help="Accuracies, in the columns `name` and `accuracy`.")
@options(output_format(("text", "markdown", "json", "csv")), COMPILING)
def compare(
    compiler: Compiler, specs: tuple[str, ...], sets: tuple[str, ...], format: str, output: Path | None, words: tuple[str, ...], table: Path | None
) -> None:
    """Networks side by side: parameters, multiply-adds, activation memory, depth.

    A spec without @VARIANT stands for all its variants, and for itself if it is none of them. Depth counts the layers with weights on the
    longest path, as papers do: convolutions, dense layers and attention, without normalizations. Accuracies name networks as the table does.
    With -o, a bubble chart: multiply-adds across, parameters up and activation memory as the area; with accuracies, these up and parameters
    as the area.

    \b
    Examples:
      archspec compare resnet vgg
      archspec compare mynet.yaml resnet@resnet50 -o chart.svg
      archspec compare resnet --accuracy resnet50=76.1 --accuracy resnet101=77.4 -o chart.png
    """
    from archspec.reports.compare import Network
    from archspec.reports.compare import compare as report

    _need_ending(output, ("svg", "png"), "-o")
    checked = compile_families(compiler, specs, sets)
    alike = {name for name, number in Counter(one.name for one in checked).items() if number > 1}
    names = [f"{one.name} ({one.spec})" if one.name in alike else one.name for one in checked]
    accuracies = _accuracies(words, table, names)
    networks = [Network(name, one.spec, right(one), accuracies.get(name)) for name, one in zip(names, checked, strict=True)]
    if output is not None:
        _draw(networks, output)
    terminal.say(report(networks, format))


def _accuracies(words: tuple[str, ...], table: Path | None, names: list[str]) -> dict[str, float]:
    """The accuracies of the command line, over those of the file, in which other networks may stand too."""
    from archspec.accuracies import Unreadable, from_csv, from_words, strangers
    from archspec.reports.numbers import listed
    from archspec.spelling import did_you_mean

    try:
        given = from_words(words)
    except Unreadable as error:
        raise click.UsageError(str(error)) from error
    try:
        kept = from_csv(table) if table else {}
    except Unreadable as error:
        raise click.ClickException(str(error)) from error
    for name in strangers(given, names):
        raise click.UsageError(f"--accuracy names `{name}`, which is not compared; {did_you_mean(name, names) or f'there are {listed(names, 8)}'}")
    if kept and (others := strangers(kept, names)):
        terminal.say(f"note: {table} also names {listed(others)}, which are not compared", err=True)
    return {**kept, **given}


def _draw(networks: list[Any], output: Path) -> None:
    from archspec.files import check_target, whole_file
    from archspec.reports.bubbles import bubbles
    from archspec.reports.numbers import listed

    try:
        from archspec.backends.chart import draw
    except ImportError as error:
        raise click.ClickException("charts need matplotlib: pip install 'archspec-nn[plot]'") from error
    check_target(output)
    found = bubbles(networks)
    for reason, names in found.missing.items():
        terminal.say(f"note: not drawn, as {reason}: {listed(names)}", err=True)
    if not found.points:
        raise click.ClickException(f"there is nothing to draw in {output}")
    with whole_file(output) as beside:
        draw(found.points, found.axes, beside)
    terminal.say(f"wrote {output}", err=True)


class _Comparing(Compiling):
    failure = 2


@main.command(cls=_Comparing, short_help="What changed between two networks.")
@click.argument("a", metavar="A[@VARIANT]")
@click.argument("b", metavar="B[@VARIANT]")
@options(output_format(("text", "json")), NO_EXPECT, OUTSIDE, ERRORS)
def diff(compiler: Compiler, a: str, b: str, format: str) -> None:
    """What changed from network A to network B: the layers added, removed and changed, by stage, and what that does to the numbers.

    Layers answer to one another by the names that the author wrote, then by what they are; repeats that changed alike are told once, ×N.
    As with `diff`, the exit code is 0 if the networks are equal, 1 if they differ, 2 if that cannot be said: a mistake in a spec too.

    \b
    Examples:
      archspec diff resnet@resnet50 resnet@resnet101
      archspec diff resnet mynet.yaml
      archspec diff googlenet googlenet@inference --format json
    """
    from archspec.reports.diff import diff as report
    from archspec.reports.differences import differences

    graphs = [compile_spec(compiler, spec, ()) for spec in (a, b)]
    if graphs[0].name == graphs[1].name:
        graphs = [replace(graph, name=spec) for graph, spec in zip(graphs, (a, b), strict=True)]
    found = differences(*graphs)
    terminal.say(report(found, format))
    if not found.equal:
        click.get_current_context().exit(1)
