"""What the JSON Schema refuses, as data: where, for which keyword of which fragment, and what the
document says around it.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from archspec.diagnostics import Span
from archspec.frontend.schema.fragments import EXPECTS
from archspec.frontend.vocabulary import MODIFIERS
from archspec.frontend.yaml.document import Document, Value
from archspec.layers import KINDS
from archspec.layers.declared import KIND_NAME
from archspec.layers.registry import is_kind, kind_of
from archspec.layers.types import Expects
from archspec.spelling import did_you_mean

Path = tuple[str | int, ...]

BEGINNING = "a spec starts with `archspec: 1`, then `name`, `input` and `layers`"


class Refusal(NamedTuple):
    """One error of the validator: the value at a ``path`` does not satisfy a ``keyword`` of a
    fragment of the schema.
    """

    document: Document
    path: Path
    keyword: str
    schema: dict[str, Any]

    @classmethod
    def of(cls, document: Document, error: Any) -> Refusal:
        """The refusal for an error of jsonschema's."""
        schema = error.schema if isinstance(error.schema, dict) else {}
        return cls(document, tuple(error.absolute_path), str(error.validator), schema)

    def at(self, path: Path) -> Refusal:
        """The same about another value."""
        return self._replace(path=path)

    @property
    def value(self) -> Value:
        """The value that is refused."""
        return self.document.at(self.path)

    @property
    def text(self) -> str:
        """The text of the file that is checked."""
        return self.document.sources.get(self.document.name, "")

    @property
    def wanted(self) -> Any:
        """What the keyword asks for."""
        return self.schema.get(self.keyword)

    @property
    def key(self) -> str:
        """The nearest key above the value: what the author would call it."""
        return next(
            (str(step) for step in reversed(self.path) if isinstance(step, str)), "the spec"
        )

    @property
    def owner_in_words(self) -> str:
        """What the keys of the value belong to."""
        if not self.path:
            return "a spec"
        nouns = {"blocks": "the block ", "variants": "the variant "}
        noun = nouns.get(str(self.path[-2]), "") if len(self.path) > 1 else ""
        return f"{noun}`{self.key}`"

    @property
    def words(self) -> str:
        """What the value must be, for people."""
        return str(self.schema.get("errorMessage", "something else"))

    @property
    def expects(self) -> Expects:
        """What the value must be, for code."""
        expects = self.schema.get(EXPECTS)
        return expects if isinstance(expects, Expects) else Expects("something else")

    def unknown_keys(self) -> tuple[str, ...]:
        """The keys of the value that the schema does not know, where that is what it is refused
        for.
        """
        if self.keyword != "additionalProperties":
            return ()
        known, patterns = (
            self.schema.get("properties", ()),
            self.schema.get("patternProperties", ()),
        )
        return tuple(
            key
            for key, _ in self.value.items()
            if key not in known
            and not any(re.search(pattern, key) for pattern in patterns)
            and not (patterns and self._may_be_declared(key))
        )

    def _may_be_declared(self, key: str) -> bool:
        """Whether the spec declares a kind of that name, or one that it extends may do so."""
        kinds = self.document.root.get("kinds")
        if kinds is not None and kinds.is_mapping and kinds.get(key) is not None:
            return True
        extends = self.document.root.get("extends") is not None
        return bool(extends and re.fullmatch(KIND_NAME, key) and not did_you_mean(key, KINDS))

    def blocks(self) -> list[str]:
        """The names of the spec's blocks."""
        blocks = self.document.root.get("blocks")
        return [name for name, _ in blocks.items()] if blocks is not None else []

    def beside(self) -> list[str]:
        """The keys beside the value."""
        return (
            list(self.document.at(self.path[:-1]).data)
            if self.path and isinstance(self.path[-1], str)
            else []
        )

    def is_required(self) -> bool:
        """Whether the value cannot be left out: an argument without a default, or what every
        spec has.
        """
        kind, name = self.path[-2:] if len(self.path) > 1 else ("", "")
        attribute = kind_of(str(kind)).attributes.get(str(name)) if is_kind(kind) else None
        return self.path in (("archspec",), ("name",)) or (
            attribute is not None and attribute.required
        )

    def where(self) -> Span:
        """The value, or its key where the value fills several lines."""
        span = self.value.span
        return span if span.line == span.end_line else first_line(self.value.place)

    def variables(self) -> list[str]:
        """The variables that the author may mean: those of the spec, and of the block."""
        sections = [self.document.root.get("vars")]
        block = (
            self.document.at(self.path[:2])
            if self.path[:1] == ("blocks",) and len(self.path) > 1
            else None
        )
        names = self.arguments_of(block)
        sections.append(block.get("let") if block is not None else None)
        return [
            *names,
            *(name for section in sections if section is not None for name, _ in section.items()),
        ]

    def arguments_of(self, block: Value | None) -> list[str]:
        """The names of a block's arguments."""
        args = block.get("args") if block is not None else None
        return [
            name
            for element in (args.elements() if args is not None else ())
            for name in (element.data if element.is_mapping else [str(element.text)])
        ]

    def owner(self, key: str, item: Value) -> str | None:
        """The operation of an item that a key beside it is an argument of."""
        blocks = self.document.root.get("blocks")
        for name, value in item.items():
            if name in KINDS and key in KINDS[name].attributes:
                return name
            block = blocks.get(name) if blocks is not None else None
            if block is not None and key in self.arguments_of(block):
                return name
            if (
                value.data is None
                and name not in MODIFIERS
                and name not in KINDS
                and not did_you_mean(key, MODIFIERS)
            ):
                return name
        return None

    def is_several_inputs(self) -> bool:
        """Whether shapes by name stand where the one shape of ``input`` belongs."""
        known = set(self.schema.get("properties", ()))
        return (
            self.path[-1:] == ("input",)
            and self.value.is_mapping
            and bool(self.value.data)
            and not known & set(self.value.data)
        )

    def is_something_else(self) -> bool:
        """Whether nothing in a document, branch or shortcut is what such a thing may hold."""
        known = set(self.schema.get("properties", ()))
        return (
            bool(self.value.data)
            and (self.expects.what == "path under a condition" or not self.path)
            and not known & set(self.value.data)
        )


def first_line(span: Span) -> Span:
    """The beginning of a span that runs over several lines."""
    return (
        span
        if span.line == span.end_line
        else span._replace(end_line=span.line, end_column=span.column + 1)
    )
