"""`Recording` → the text of a Python file that makes the network with Keras, and depends on
nothing of archspec.
"""

from __future__ import annotations

import re
import textwrap

from archspec.backends.python_source.extras import FUNCTIONS
from archspec.backends.python_source.facts import Facts
from archspec.backends.python_source.functions import ModelWriter
from archspec.backends.python_source.layout import Brackets, Line
from archspec.backends.python_source.module import BLOCKS, BUILD, Module
from archspec.backends.python_source.plan import Again, Plan
from archspec.frontend.elaborate.recording import Recording


class File(Module):
    """Puts the file together."""

    def text(self) -> str:
        """The file. Raises `Again`."""
        build = ModelWriter(self, None, [self.recording.root], "inputs").written_function(BUILD)
        if self.new_fixed:
            self.plan.fixed |= self.new_fixed
            raise Again
        defined = [
            self.ours[kind].strip("\n").split("\n")
            for kind in sorted(self.kinds & self.ours.keys())
        ]
        functions = self._reached(build)
        code = "\n".join(line for lines in [*functions, build] for line in lines)
        self.helpers = {name for name in self.helpers if f"{name}." in code or f"{name}(" in code}
        parts = [self._docstring(), *self._imports(), *self._constants(code)]
        defined += [
            FUNCTIONS[name].strip("\n").split("\n") for name in FUNCTIONS if name in self.helpers
        ]
        defined += functions
        if self._mentions(code, BLOCKS):
            entries = tuple(
                f'"{name}": {function[0]}' for name, function in sorted(self.dispatches.items())
            )
            table = Brackets("{", entries, "}", collection=True)
            defined.append(list(Line(table, BLOCKS).lines("")))
        defined += [build, ['if __name__ == "__main__":', f"    {BUILD}().summary()"]]
        return (
            "\n\n".join("\n".join(part) for part in parts)
            + "\n\n\n"
            + "\n\n\n".join("\n".join(part) for part in defined)
            + "\n"
        )

    def _reached(self, build: list[str]) -> list[list[str]]:
        """The functions that are called, by the one that builds the model or by one another."""
        code = "\n".join(build)
        found: dict[tuple[str, int], list[str]] = {}
        while True:
            names = set(self.dispatches) if self._mentions(code, BLOCKS) else set()
            more = {
                key: one.lines
                for key, one in self.functions.items()
                if key not in found and (self._mentions(code, one.name) or one.block.name in names)
            }
            if not more:
                return [function.lines for key, function in self.functions.items() if key in found]
            found |= more
            code += "\n".join(line for lines in more.values() for line in lines)

    def _mentions(self, code: str, name: str) -> bool:
        return re.search(rf"\b{name}\b", code) is not None

    def _docstring(self) -> list[str]:
        graph = self.recording.graph
        about = [f"{graph.name}: {graph.description}" if graph.description else graph.name]
        about += [graph.source] if graph.source else []
        about.append("Written by archspec. It needs Keras 3.12 or later, and nothing else.")
        paragraphs = [
            "\n".join(
                textwrap.wrap(_printable(text), 116, break_long_words=False, break_on_hyphens=False)
            )
            for text in about
        ]
        return [f'"""{chr(10) + chr(10)}'.strip("\n") + "\n\n".join(paragraphs) + '\n"""']

    def _imports(self) -> list[list[str]]:
        ours = "\n".join(self.ours[kind] for kind in self.kinds & self.ours.keys())
        names = [
            *(["layers"] if self.kinds - self.ours.keys() else []),
            *(["ops"] if "ops." in ours else []),
        ]
        third = ["import keras", *([f"from keras import {', '.join(names)}"] if names else [])]
        return [*([["import math"]] if "math" in self.helpers else []), third]

    def _constants(self, code: str) -> list[list[str]]:
        lines = [
            line
            for name, table in self.tables.values()
            if re.search(rf"\b{name}\b", code)
            for line in Line(table, name).lines("")
        ]
        return [lines] if lines else []


def _printable(text: str) -> str:
    """A text as it can stand in a docstring."""
    words = " ".join(
        "".join(one if one.isprintable() or one.isspace() else "?" for one in text).split()
    )
    escaped = words.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return escaped[:-1] + '\\"' if words.endswith('"') and not words.endswith('"""') else escaped


def source(recording: Recording) -> str:
    """The text of a Python file that makes a network with Keras 3, and needs nothing else.

    It defines ``build_model``, with the variables of the spec as arguments as far as the text holds
    for other values of them; its layers have the names, and its weights the order, of the model
    that `archspec.build` makes. The same recording gives the same text.
    """
    facts = Facts(recording)
    plan = Plan(facts)
    while True:
        try:
            return File(recording, facts, plan).text()
        except Again:
            continue
