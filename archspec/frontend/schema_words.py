"""What the JSON Schema refuses → diagnostics in the author's words: one for each mistake, on its line, with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from archspec.diagnostics import Diagnostic
from archspec.frontend.source import Document, Value
from archspec.frontend.vocabulary import CALL_PATTERN, MODIFIERS, OPERATIONS
from archspec.layers import KINDS
from archspec.spelling import did_you_mean


class Refusal:
    """One error of the validator, told as an author would want to hear it."""

    def __init__(self, document: Document, path: tuple[str | int, ...], keyword: str, wanted: Any, schema: Any, message: str) -> None:
        self.document = document
        self.path = path
        self.value = document.at(path)
        self.keyword = keyword
        self.wanted = wanted
        self.schema: dict[str, Any] = schema if isinstance(schema, dict) else {}
        self.message = message

    def told(self) -> Iterator[Diagnostic]:
        """The diagnostics for it: none where another error of the validator tells the same mistake."""
        say = {
            "additionalProperties": self._unknown_keys,
            "required": self._missing_keys,
            "dependentRequired": self._missing_partners,
            "minProperties": self._empty,
            "maxProperties": self._too_many,
            "minItems": self._wrong_value if self.value.data else self._empty,
        }.get(self.keyword, self._wrong_value)
        yield from say()

    @property
    def key(self) -> str:
        """The nearest key above the value: what the author would call it."""
        return next((str(step) for step in reversed(self.path) if isinstance(step, str)), "the spec")

    def _wrong_value(self) -> Iterator[Diagnostic]:
        words = self.schema.get("errorMessage", "something else")
        yield self._refused(words)

    def _refused(self, words: str) -> Diagnostic:
        last = self.path[-1] if self.path else None
        if isinstance(last, str) and self._is_call(last):
            return self._misplaced_call(last)
        what = f"`{self.key}`" if isinstance(last, str) else f"entry {last + 1} of `{self.key}`" if isinstance(last, int) else "a spec"
        kind = found(self.value)
        return Diagnostic("wrong-value", f"{what} must be {words}", self.value.span, f"found {kind}", help=advice(self.value, words))

    def _is_call(self, key: str) -> bool:
        return re.match(CALL_PATTERN, key) is not None and len(self.path) > 1 and isinstance(self.path[-2], int)

    def _misplaced_call(self, key: str) -> Diagnostic:
        """A lower-case key of an item whose value is no mapping: no block call, so a misspelt modifier or a mis-indented argument."""
        item = self.document.at(self.path[:-1])
        owner = next((name for name in item.data if name in KINDS and key in KINDS[name].attributes), None)
        if owner:
            return _outside(key, owner, self.value)
        block = self._block_with(key, item)
        if block:
            return _outside(key, block, self.value)
        near = did_you_mean(key, [*MODIFIERS, *OPERATIONS])
        message = f"an item has no modifier `{key}`, and a block would take a mapping of arguments"
        return Diagnostic("unknown-key", message, self.value.place, help=near or f"the modifiers are {', '.join(MODIFIERS)}")

    def _block_with(self, key: str, item: Value) -> str | None:
        """The block that an item calls and that has an argument of that name."""
        blocks = self.document.root.get("blocks")
        for name, _ in item.items():
            block = blocks.get(name) if blocks is not None else None
            args = block.get("args") if block is not None else None
            entries = args.elements() if args is not None else ()
            if key in [next(iter(one.data), None) if one.is_mapping else str(one.text) for one in entries]:
                return name
        return None

    def unknown_keys(self) -> tuple[str, ...]:
        """The keys of the value that the schema does not know, where that is what it is refused for."""
        if self.keyword != "additionalProperties":
            return ()
        known, patterns = self.schema.get("properties", ()), self.schema.get("patternProperties", ())
        return tuple(key for key, _ in self.value.items() if key not in known and not any(re.search(pattern, key) for pattern in patterns))

    def _unknown_keys(self) -> Iterator[Diagnostic]:
        known = list(self.schema.get("properties", ()))
        for key in self.unknown_keys():
            yield self._unknown_key(key, self.value.data[key], known)

    def _unknown_key(self, key: str, value: Value, known: list[str]) -> Diagnostic:
        if value.data is None and value.text == "" and (key[-1:] in ")]'\"" or "$" in key):
            help = "put the whole expression in double quotes: its comma ended the value"
            return Diagnostic("unquoted-expression", f"`{key}` is a piece of an expression that was cut at a comma", value.place, help=help)
        if "layers" in known and "Conv2D" in known:
            return self._unknown_operation(key, value, known)
        owner = self.path[-1] if self.path else None
        near = did_you_mean(key, [name for name in known if name not in self.value.data] or known)
        if owner in KINDS:
            item = self.document.at(self.path[:-1])
            if key in MODIFIERS and not item.is_list:
                help = f"indent `{key}` as `{owner}` is: it belongs to the item, not to the layer"
                return Diagnostic("unknown-argument", f"`{owner}` has no argument `{key}`", value.place, help=help)
            return Diagnostic(
                "unknown-argument", f"`{owner}` has no argument `{key}`", value.place, help=near or f"its arguments are {_listed(known)}"
            )
        what = f"`{owner}`" if isinstance(owner, str) else "a spec" if owner is None else f"`{self.key}`"
        noun = "key" if owner not in ("defaults",) else "layer kind"
        return Diagnostic("unknown-key", f"{what} has no {noun} `{key}`", value.place, help=near or f"it may have {_listed(known)}")

    def _unknown_operation(self, key: str, value: Value, known: list[str]) -> Diagnostic:
        owner = next((name for name in self.value.data if name in KINDS and key in KINDS[name].attributes), None)
        if owner:
            return _outside(key, owner, value)
        near = did_you_mean(key, known)
        what = "layer kind" if key[:1].isupper() else "operation or modifier"
        return Diagnostic(
            "unknown-layer" if key[:1].isupper() else "unknown-key",
            f"there is no {what} `{key}`",
            value.place,
            help=near or "`archspec layers` lists the layer kinds",
        )

    def _missing_keys(self) -> Iterator[Diagnostic]:
        """A required key that is missing, unless a misspelt one stands in its place and is told of already."""
        missing = [key for key in self.wanted if key not in self.value.data]
        known = set(self.schema.get("properties", ()))
        strangers = [key for key in self.value.data if key not in known]
        for key in missing:
            if not get_close_matches(key, strangers, 1, 0.6) and self.message.startswith(repr(key)):
                place = self.value.place if self.path else self.value.span
                owner = f"`{self.key}`" if self.path else "the spec"
                yield Diagnostic("missing-key", f"{owner} needs `{key}`", _first(place), help=_HOW_TO.get(key, f"add `{key}: ...`"))

    def _missing_partners(self) -> Iterator[Diagnostic]:
        for key, partners in self.wanted.items():
            for partner in partners:
                if key in self.value.data and partner not in self.value.data and f"{partner!r} is a dependency of {key!r}" == self.message:
                    place = self.value.data[key].place
                    yield Diagnostic("missing-key", f"`{key}` needs `{partner}` beside it", place, help=_PARTNERS.get((key, partner)))

    def _empty(self) -> Iterator[Diagnostic]:
        what = f"`{self.key}`" if self.path and isinstance(self.path[-1], str) else "this item"
        words = self.schema.get("errorMessage", "an item with one operation")
        yield Diagnostic("wrong-value", f"{what} is empty", self.value.place if self.value.key else self.value.span, help=f"it must be {words}")

    def _too_many(self) -> Iterator[Diagnostic]:
        words = self.schema.get("errorMessage", "one key")
        names = ", ".join(f"`{key}`" for key in self.value.data)
        yield Diagnostic("wrong-value", f"this must be {words}", self.value.span, f"found {names}", help="write each as an entry of its own")


_HOW_TO = {
    "archspec": "begin the file with `archspec: 1`",
    "name": "add `name: mynet`",
    "layers": "add `layers:` with a list of items; an empty one is `layers: []`",
    "shape": "add `shape: [height, width, channels]`",
    "when": "a branch written as a mapping has `when` and `layers`; without a condition write just the list",
}

_PARTNERS = {
    ("branches", "merge"): "say how the branches join: `merge: Concatenate` or `merge: Add`",
    ("merge", "branches"): "`merge` joins `branches`; a merging layer by itself is an item, `- Concatenate: {}` with `from: [...]`",
    ("shortcut", "residual"): "`shortcut` is the way around a `residual`",
    ("output", "name"): "name the output: `name: aux1`",
}


def _outside(key: str, owner: str, value: Value) -> Diagnostic:
    message = f"`{key}` is an argument of `{owner}`, and stands beside it instead of in it"
    return Diagnostic("misplaced-argument", message, value.place, help=f"indent it below `{owner}:`, or write `{owner}: {{{key}: ...}}`")


def _first(span: Any) -> Any:
    """The first line of a span: an error about a whole mapping points at its beginning."""
    return span if span.line == span.end_line else type(span)(span.file, span.line, span.column, span.line, span.column + 1)


def _listed(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def found(value: Value) -> str:
    """What a value is, for the words under the caret."""
    if value.data is None:
        return "nothing" if value.text == "" else "`null`"
    if isinstance(value.data, bool):
        return f"the truth value {value.text}"
    if isinstance(value.data, int | float):
        return f"the number {value.text}"
    if isinstance(value.data, str):
        return f"the text '{value.data if len(value.data) <= 40 else value.data[:37] + '...'}'"
    return "a list" if value.is_list else "a mapping"


def advice(value: Value, words: str) -> str | None:
    """What to write instead of a value that was refused, where that can be told."""
    text = value.data if isinstance(value.data, str) else ""
    if any(quote in text for quote in "“”‘’„"):
        return "these are typographic quotes; use straight ones, ' or \""
    choices = re.findall(r"`([^`]+)`", words)
    if text and (near := did_you_mean(text, choices)):
        return near
    if text and re.fullmatch(r"[-+]?[0-9.]+", text):
        return "remove the quotes: in quotes a number is a text"
    if text.lower() in ("yes", "no", "on", "off") and "truth value" in words + " truth value" * ("`true`" in words):
        return f"write `{'true' if text.lower() in ('yes', 'on') else 'false'}`"
    if re.search(r"[-+*/()]", text) and re.search(r"[A-Za-z_0-9]", text) and "$" not in text and re.search("integer|number|truth|count", words):
        return "an expression contains `$`: write `$name` for a variable, or `$( ... )` around numbers alone"
    return None
