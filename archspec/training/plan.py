"""What a user asks for → a `TrainingPlan`: a checked recipe, its network and its source, ready to
be trained. Nothing of it loads Keras.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.library import Reference
from archspec.frontend.overrides import read_override
from archspec.frontend.yaml.document import Document, Value
from archspec.frontend.yaml.writer import write
from archspec.graph import Graph
from archspec.training import checks, reader
from archspec.training.data.source import Contents, Source, Unusable
from archspec.training.data.sources import source
from archspec.training.formulas import Steps
from archspec.training.library import Found
from archspec.training.recipe import Recipe


@dataclass(frozen=True)
class TrainingPlan:
    """A training that can begin. ``spec`` and ``text`` are the network and the recipe as a run
    keeps them, with all changes applied; ``warnings`` are those of both.
    """

    recipe: Recipe
    graph: Graph
    source: Source
    contents: Contents
    spec: str
    text: str
    folder: Path
    workers: int = 1
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def steps_per_epoch(self) -> int:
        """The steps of an epoch."""
        data = self.recipe.data
        number = checks.size(data.train, self.contents)
        rounded = number if data.drop_remainder else number + data.batch_size - 1
        return rounded // data.batch_size

    @property
    def steps(self) -> Steps:
        """What formulas of the recipe may name."""
        epochs, steps = self.recipe.fit.epochs, self.steps_per_epoch
        return Steps(epochs, steps, epochs * steps)


def plan(
    found: Found,
    changes: Mapping[str, Value],
    *,
    compiler: Compiler | None = None,
    workers: int = 1,
    trusted: Collection[str] = (),
) -> TrainingPlan:
    """The plan of a recipe with the changes of ``--set``; its source may run code of the modules
    ``trusted``. Raises `SpecError` with all that does not fit.
    """
    compiler = compiler or Compiler()
    document, reference = changed(found, changes, compiler)
    recipe = reader.understand(document)
    graph = _graph(compiler, reference, recipe)
    made, contents = _source(recipe, found.folder, trusted)
    problems = checks.check(checks.Subject(recipe, graph, contents, workers))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise SpecError(problems, document.sources)
    return TrainingPlan(
        recipe,
        graph,
        made,
        contents,
        compiler.expanded(reference, recipe.variables),
        write(document.root),
        found.folder,
        workers,
        (*graph.warnings, *problems),
    )


def changed(
    found: Found, changes: Mapping[str, Value], compiler: Compiler
) -> tuple[Document, Reference]:
    """A recipe with the changes of ``--set``, and its network. Raises `SpecError`."""
    if "network" in changes and isinstance(changes["network"].data, str):
        found = found._replace(network=changes["network"].data)
        changes = {name: value for name, value in changes.items() if name != "network"}
    document = with_network(reader.read(found.text, found.shown), found)
    reference = network_of(document, found)
    of_network, of_recipe = _split(compiler, reference, document, changes)
    return _with_variables(reader.override(document, of_recipe), of_network), reference


def with_network(document: Document, found: Found) -> Document:
    """The document with the network that a user named in place of its own, and the name of that."""
    if found.network is None:
        return document
    root, stem = document.root, Reference.parse(found.network)
    network = f"{Path(stem.path).stem}{'-' + stem.variant if stem.variant else ''}"
    name = f"{network}-{root.data['name'].text}"
    span = root.first_line
    changed = {
        "name": Value(name, span, text=name, plain=True),
        "network": Value(found.network, span, text=found.network),
    }
    keys = {key: changed.pop(key, value) for key, value in root.data.items()}
    before = {key: keys.pop(key) for key in ("recipe", "name") if key in keys}
    return document._replace(root=root._replace(data={**before, **changed, **keys}))


def network_of(document: Document, found: Found) -> Reference:
    """The reference to a recipe's network, relative to its file. Raises `SpecError`."""
    value = document.root.get("network")
    if value is None or not isinstance(value.data, str):
        help = "add `network: ...`, a spec beside this file or the name of a shipped one"
        message = "this recipe names no network"
        span = value.span if value is not None else document.root.first_line
        raise SpecError([Diagnostic("missing-key", message, span, help=help)], document.sources)
    reference = Reference.parse(value.data)
    if reference.shipped or found.network is not None:
        return reference
    return Reference(str(found.folder / reference.path), reference.variant)


def _split(
    compiler: Compiler, reference: Reference, document: Document, changes: Mapping[str, Value]
) -> tuple[dict[str, Value], dict[str, Value]]:
    """The changes of the network's variables, and those of the recipe's values."""
    if not changes:
        return {}, {}
    variables = compiler.resolve(reference).document.root.get("vars")
    known = variables.data if variables is not None else {}
    own = {name: value for name, value in changes.items() if name in known}
    return own, {name: value for name, value in changes.items() if name not in known}


def _with_variables(document: Document, changes: Mapping[str, Value]) -> Document:
    """The document with changes of the network's variables under ``set``."""
    if not changes:
        return document
    before = document.root.get("set")
    values = {**(before.data if before is not None and before.is_mapping else {}), **changes}
    place = next(iter(changes.values())).span
    inner = (before or Value({}, place))._replace(data=values)
    sources = dict(document.sources)
    for value in changes.values():
        sources.setdefault(value.span.file, value.span.file.removeprefix("--set "))
    root = document.root._replace(data={**document.root.data, "set": inner})
    return document._replace(root=root, sources=sources)


def _graph(compiler: Compiler, reference: Reference, recipe: Recipe) -> Graph:
    try:
        return compiler.compile(reference, recipe.variables)
    except SpecError as error:
        sources = {**recipe.document.sources, **error.sources}
        raise SpecError(error.diagnostics, sources) from None


def _source(recipe: Recipe, folder: Path, trusted: Collection[str]) -> tuple[Source, Contents]:
    try:
        made = source(recipe.data.source, folder, trusted)
        return made, made.contents()
    except Unusable as error:
        raise refused(recipe, error) from None


def refused(recipe: Recipe, error: Unusable) -> SpecError:
    """The refusal of a recipe whose source cannot be used."""
    span = checks.place(recipe, "data", "source")
    problem = Diagnostic("source-unusable", error.message, span, help=error.help)
    return SpecError([problem], recipe.document.sources)


def with_epochs(changes: Mapping[str, Value], epochs: int | None) -> dict[str, Value]:
    """The changes with that of ``--epochs``."""
    if epochs is None:
        return dict(changes)
    name, value = read_override(f"fit.epochs={epochs}")
    return {**changes, name: value}
