"""`Recording` → the text of a Python file that makes the network with Keras, and depends on
nothing of archspec.
"""

from __future__ import annotations

import re
import textwrap

from archspec.backends.python_source.extras import (
    FUNCTIONS,
    function_text,
    layer_kinds,
    layer_text,
)
from archspec.backends.python_source.facts import Facts
from archspec.backends.python_source.functions import write_block, write_model
from archspec.backends.python_source.keras_names import CALLED, names_of_file
from archspec.backends.python_source.layout import Brackets, Line
from archspec.backends.python_source.module import Module
from archspec.backends.python_source.plan import FilePlan
from archspec.backends.python_source.words import BLOCKS, BUILD
from archspec.frontend.elaborate.recording import Recording
from archspec.spelling import listed


def source(recording: Recording) -> str:
    """The text of a Python file that makes a network with Keras 3, and needs nothing else.

    It defines ``build_model``, with the variables of the spec as arguments as far as the text holds
    for other values of them; its layers have the names, and its weights the order, of the model
    that `archspec.build` makes. The same recording gives the same text.
    """
    facts = Facts(recording)
    plan = FilePlan(facts)
    while True:
        plan.changed = False
        module = Module(facts, plan, write_block)
        build = write_model(module)
        if not plan.changed:
            plan.fix(module.newly_fixed)
        if not plan.changed:
            return _text(module, build)


def _text(module: Module, build: list[str]) -> str:
    """The file, from the function that builds the model and what it needs."""
    functions = _reached(module, build)
    code = "\n".join(line for lines in [*functions, build] for line in lines)
    helpers = {name for name in module.helpers if f"{name}." in code or f"{name}(" in code}
    names = names_of_file(module.facts.recording.graph) if CALLED in helpers else None
    parts = [_docstring(module), *_imports(module, helpers), *_constants(module, code)]
    if names is not None and names.others:
        parts.append(names.constant())
    classes = [layer_text(kind) for kind in sorted(module.kinds & layer_kinds().keys())]
    texts = [*classes, *(function_text(name) for name in FUNCTIONS if name in helpers)]
    defined = [text.strip("\n").split("\n") for text in texts]
    defined += [names.function()] if names is not None else []
    defined += functions
    if _mentions(code, BLOCKS):
        entries = tuple(f'"{name}": {one}' for name, one in sorted(module.dispatches.items()))
        table = Brackets("{", entries, "}", collection=True)
        defined.append(list(Line(table, BLOCKS).lines("")))
    defined += [build, ['if __name__ == "__main__":', f"    {BUILD}().summary()"]]
    head = "\n\n".join("\n".join(part) for part in parts)
    return f"{head}\n\n\n" + "\n\n\n".join("\n".join(part) for part in defined) + "\n"


def _reached(module: Module, build: list[str]) -> list[list[str]]:
    """The functions that are called, by the one that builds the model or by one another."""
    named = {function.name: key for key, function in module.functions.items()}
    listed = {key for key in module.functions if key[0] in module.dispatches}
    reached: set[tuple[str, int]] = set()
    texts = [build]
    while texts:
        words = set(re.findall(r"\w+", "\n".join(texts.pop())))
        more = {named[word] for word in words & named.keys()}
        more |= listed if BLOCKS in words else set()
        texts += [module.functions[key].lines for key in more - reached]
        reached |= more
    return [function.lines for key, function in module.functions.items() if key in reached]


def _mentions(code: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", code) is not None


def _docstring(module: Module) -> list[str]:
    graph = module.facts.recording.graph
    about = [f"{graph.name}: {graph.description}" if graph.description else graph.name]
    about += [graph.source] if graph.source else []
    modules = sorted({declared.module for declared in module.declared.values()})
    needs = f"and {listed(modules)}" if modules else "and nothing else"
    about.append(f"Written by archspec. It needs Keras 3.12 or later, {needs}.")
    paragraphs = [
        textwrap.fill(_printable(text), 116, break_long_words=False, break_on_hyphens=False)
        for text in about
    ]
    return ['"""' + "\n\n".join(paragraphs) + '\n"""']


def _imports(module: Module, helpers: set[str]) -> list[list[str]]:
    ours = "\n".join(layer_text(kind) for kind in module.kinds & layer_kinds().keys())
    names = ["layers"] if module.kinds - layer_kinds().keys() else []
    names += ["ops"] if module.uses_operations or "ops." in ours else []
    third = ["import keras", *([f"from keras import {', '.join(names)}"] if names else [])]
    third += _imports_of_declared(module)
    return [*([["import math"]] if "math" in helpers else []), third]


def _imports_of_declared(module: Module) -> list[str]:
    """The imports of the classes of declared kinds, under the names of the kinds."""
    names: dict[str, list[str]] = {}
    for kind, declared in sorted(module.declared.items()):
        renamed = "" if declared.name == kind else f" as {kind}"
        names.setdefault(declared.module, []).append(declared.name + renamed)
    return [f"from {name} import {', '.join(kinds)}" for name, kinds in sorted(names.items())]


def _constants(module: Module, code: str) -> list[list[str]]:
    lines = [
        line
        for name, table in module.tables.values()
        if _mentions(code, name)
        for line in Line(table, name).lines("")
    ]
    return [lines] if lines else []


def _printable(text: str) -> str:
    """A text as it can stand in a docstring."""
    words = " ".join(
        "".join(char if char.isprintable() or char.isspace() else "?" for char in text).split()
    )
    escaped = words.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return escaped[:-1] + '\\"' if words.endswith('"') and not words.endswith('"""') else escaped
