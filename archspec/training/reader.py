"""The text of a recipe → `Recipe`, or every complaint about it; ``--set`` of a recipe's values.

Only what the recipe shows by itself is looked at here; `checks` knows its network and its data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.yaml import reader
from archspec.frontend.yaml.document import Document, Value
from archspec.layers.types import Configured
from archspec.spelling import did_you_mean, listed_names
from archspec.training.recipe import (
    ALL_OUTPUTS,
    Data,
    FitOptions,
    Loss,
    Portion,
    Recipe,
    Saving,
    Weights,
)
from archspec.training.schema import RECIPE
from archspec.training.shapes import mappings_of


def read(text: str, name: str) -> Document:
    """The document of a recipe's text, ``name`` being its file for spans. Raises `SpecError`."""
    document = reader.read(text, name)
    if not document.root.is_mapping or "recipe" not in document.root.data:
        help = "a recipe starts with `recipe: 1`, then `name`, `network`, `data` and `fit`"
        span = document.root.first_line if document.root.is_mapping else document.root.span
        raise SpecError(
            [
                Diagnostic(
                    "wrong-value", "this is no recipe", span._replace(end_line=span.line), help=help
                )
            ],
            document.sources,
        )
    return document


def understand(document: Document) -> Recipe:
    """The recipe of a document. Raises `SpecError` with all that is wrong in it."""
    problems: list[Diagnostic] = []
    keys = RECIPE.read(document.root, "the recipe", problems)
    problems += _overlong(document.root) if not problems else ()
    if problems:
        raise SpecError(problems, document.sources)
    return _recipe(keys, document)


def _recipe(keys: Mapping[str, Any], document: Document) -> Recipe:
    same = ("name", "seed", "backend", "precision", "deterministic", "outputs", "expect")
    search = keys["search"]
    return Recipe(
        **{key: keys[key] for key in same},
        network=keys["network"] or "",
        variables=keys["set"],
        data=_data(keys["data"]),
        fit=_fit(keys["fit"]),
        weights=_weights(keys["weights"], keys["freeze"]),
        checkpoint=Saving(keys["checkpoint"]["steps"], keys["checkpoint"]["best"]),
        search=None if search is None else search.unwrapped(),
        document=document,
    )


def _data(keys: Mapping[str, Any]) -> Data:
    parts = {
        name: None if keys[name] is None else Portion(**keys[name])
        for name in ("train", "validation", "test")
    }
    return Data(**{**keys, **parts})


def _fit(keys: Mapping[str, Any]) -> FitOptions:
    losses, metrics = keys["loss"], keys["metrics"]
    return FitOptions(
        keys["epochs"],
        keys["optimizer"],
        {name: _loss(loss) for name, loss in _by_output(losses)},
        dict(_by_output(metrics)),
        keys["callbacks"],
    )


def _by_output(value: Any) -> Iterator[tuple[str, Any]]:
    yield from value.items() if isinstance(value, dict) else [(ALL_OUTPUTS, value)]


def _loss(value: Any) -> Loss:
    return Loss(value) if isinstance(value, Configured) else Loss(value["loss"], value["weight"])


def _weights(source: Any, freeze: Any) -> Weights:
    frozen: dict[str, Any] = (
        freeze if isinstance(freeze, dict) else {"paths": freeze or (), "until": None}
    )
    if isinstance(source, dict):
        return Weights(source["from"], source["partial"], frozen["paths"], frozen["until"])
    return Weights(source, False, frozen["paths"], frozen["until"])


def _overlong(root: Value) -> Iterator[Diagnostic]:
    """What is contradictory within a recipe."""
    data = root.data["data"]
    both = [data.data[key] for key in ("scale", "standardize") if data.get(key) is not None]
    if len(both) == 2 and data.data["standardize"].data is not None:
        help = "keep one of them: a standardized image does not depend on its scale"
        message = "`scale` and `standardize` cannot stand together"
        yield Diagnostic("two-scales", message, both[1].place, help=help)


def override(document: Document, changes: Mapping[str, Value]) -> Document:
    """The document with the values of ``--set`` in their places: ``fit.epochs``, or the last step
    of a path where only one ends in it. A whole path may name what the recipe leaves out. Raises
    `SpecError`.
    """
    root, problems = document.root, []
    sources = dict(document.sources)
    for name, value in changes.items():
        sources.setdefault(value.span.file, value.span.file.removeprefix("--set "))
        paths = _paths_of(root, name)
        if not paths and _is_known(tuple(name.split("."))):
            paths = [tuple(name.split("."))]
        if len(paths) == 1:
            root = _replaced(root, paths[0], value)
        else:
            problems.append(_no_place(root, name, value, paths))
    if problems:
        raise SpecError(problems, sources)
    return document._replace(root=root, sources=sources)


def _paths_of(root: Value, name: str) -> list[tuple[str | int, ...]]:
    """The places that a name may mean: itself as a path from the top, else those that end in
    it.
    """
    steps = tuple(name.split("."))
    places = list(_places(root))
    exact = [path for path in places if tuple(map(str, path)) == steps]
    return exact or [
        path
        for path in places
        if path[0] != "search" and tuple(map(str, path))[-len(steps) :] == steps
    ]


def _is_known(steps: tuple[str, ...]) -> bool:
    """Whether a recipe may have a value at a path of keys."""
    shapes: list[Any] = [RECIPE]
    for step in steps:
        mappings = [mapping for shape in shapes for mapping in mappings_of(shape)]
        shapes = [mapping.keys[step].shape for mapping in mappings if step in mapping.keys]
    return bool(shapes)


def _places(value: Value, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = value.items() if value.is_mapping else enumerate(value.elements())
    for step, one in inner:
        yield (*path, step)
        yield from _places(one, (*path, step))


def _replaced(value: Value, path: tuple[str | int, ...], new: Value) -> Value:
    if not path:
        return new._replace(key=new.key)
    inner: Any = list(value.data) if value.is_list else dict(value.data)
    left_out = Value({}, new.span)
    before = inner[path[0]] if value.is_list else inner.get(path[0], left_out)
    inner[path[0]] = _replaced(before, path[1:], new)
    return value._replace(data=inner)


def _no_place(root: Value, name: str, value: Value, paths: list[Any]) -> Diagnostic:
    if paths:
        dotted = [".".join(map(str, path)) for path in paths]
        message, help = f"`{name}` may mean {listed_names(dotted)}", "write the whole path"
    else:
        dotted = [".".join(map(str, path)) for path in _places(root)]
        message = f"neither the network nor the recipe has `{name}`"
        lasts = {one.rpartition(".")[2] for one in dotted}
        help = did_you_mean(name, [*dotted, *lasts]) or (
            "a value that the recipe does not have yet is written into it;"
            " `archspec train --print-recipe` shows it"
        )
    return Diagnostic("unknown-variable", message, value.place, help=help)
