"""What the JSON Schema refuses → diagnostics in the author's words: one for each mistake, on
its line, with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.schema.advice import Surroundings, advice, describe, straight_quotes
from archspec.frontend.schema.partners import out_of, where_it_belongs
from archspec.frontend.vocabulary import CALL_PATTERN, MODIFIERS, OPERATIONS, PARTNERS
from archspec.frontend.yaml.document import Document, Value
from archspec.frontend.yaml.line_complaints import BLANKS, NO_SPACE, no_space, not_a_space
from archspec.layers import KINDS
from archspec.layers.types import Expects, Refused, Type
from archspec.spelling import did_you_mean, listed_names

Path = tuple[str | int, ...]

EXPECTS = "x-expects"
"""The keyword that holds, in the schema that specs are checked by, the `Expects` beside each
``errorMessage``."""


class Refusal:
    """One error of the validator: the value at a ``path`` does not satisfy a ``keyword`` of a
    fragment of the schema, whose value is ``wanted``.
    """

    def __init__(self, document: Document, path: Path, keyword: str, schema: Any) -> None:
        self.document = document
        self.path = path
        self.value = document.at(path)
        self.keyword = keyword
        self.schema: dict[str, Any] = schema if isinstance(schema, dict) else {}
        self.wanted: Any = self.schema.get(keyword)

    @classmethod
    def of(cls, document: Document, error: Any) -> Refusal:
        """The refusal for an error of jsonschema's."""
        return cls(document, tuple(error.absolute_path), str(error.validator), error.schema)

    def told(self) -> Iterator[Diagnostic]:
        """The diagnostics for it: none where another error of the validator tells the same
        mistake.
        """
        if self._is_misplaced_merge():
            return
        say = {
            "additionalProperties": self._unknown_keys,
            "required": self._missing_keys,
            "dependentRequired": self._missing_partners,
            "minProperties": self._empty,
            "maxProperties": self._too_many,
            "minItems": self._wrong_value if self.value.data else self._empty,
            "not": self._both_inputs,
        }.get(self.keyword, self._wrong_value)
        yield from say()

    # --- values

    @property
    def key(self) -> str:
        """The nearest key above the value: what the author would call it."""
        return next(
            (str(step) for step in reversed(self.path) if isinstance(step, str)), "the spec"
        )

    @property
    def words(self) -> str:
        """What the value must be, for people."""
        return str(self.schema.get("errorMessage", "something else"))

    @property
    def expects(self) -> Expects:
        """What the value must be, for code."""
        expects = self.schema.get(EXPECTS)
        return expects if isinstance(expects, Expects) else Expects("something else")

    def _wrong_value(self) -> Iterator[Diagnostic]:
        last = self.path[-1] if self.path else None
        if isinstance(last, str) and self._is_call(last):
            yield from self._no_call(last)
        elif self._is_repeated(last):
            return
        else:
            yield self._refused(self._wanted())

    def _wanted(self) -> Refused:
        """What the value must be, and the help: of a layer's argument as its type says; of a
        list with one wrong element, that element.
        """
        for end in range(len(self.path) - 1, 0, -1):
            kind, name = self.path[end - 1 : end + 1]
            if kind in KINDS and isinstance(name, str) and name in KINDS[str(kind)].attributes:
                self.path, self.value = self.path[: end + 1], self.document.at(self.path[: end + 1])
                attribute = KINDS[str(kind)].attributes[name]
                return self._element_wanted(attribute.type) or self._type_wanted(attribute.type)
        is_row = self.path[-2:-1] == ("repeat",) and isinstance(self.path[-1], int)
        return Refused(self.words, self.expects, help=self._row_help() if is_row else None)

    def _type_wanted(self, type: Type) -> Refused:
        try:
            type.accept(self.value.unwrapped())
        except Refused as refused:
            refused.help = refused.help or self._fewer(type)
            return refused
        return Refused(type.words, type.expects)

    def _element_wanted(self, type: Type) -> Refused | None:
        """What the first wrong element of a list must be; the refusal is then about that."""
        for index, one in enumerate(self.value.elements()):
            if isinstance(one.data, str) and "$" in one.data:
                continue
            try:
                type.accept([one.unwrapped()] * len(self.value.data))
            except Refused as refused:
                if refused.entry is not None:
                    self.path, self.value = (*self.path, index), one
                    return refused.entry
        return None

    def _fewer(self, type: Type) -> str | None:
        """The help for a list of equal elements of which there are too many or too few: one
        stands for all.
        """
        elements = [one.unwrapped() for one in self.value.elements()]
        if not elements or any(one != elements[0] for one in elements):
            return None
        try:
            type.accept(elements[0])
        except Refused:
            return None
        return f"write `{self.key}: {elements[0]}`, which stands for every axis"

    def _row_help(self) -> str:
        """What to write for a ``repeat`` over a list of plain values: the variable is the one
        that the item uses and nothing binds.
        """
        values, item = self.document.at(self.path[:-1]), self.document.at(self.path[:-2])
        used = [
            name
            for name in re.findall(r"\$(\w+)", str(item.unwrapped()))
            if name not in {"i", "in", "prev", *self._variables()}
        ]
        name = used[0] if len(set(used)) == 1 else "k"
        listed = ", ".join(str(one.text) for one in values.elements())
        return f"write `repeat: {{{name}: [{listed}]}}`" + (
            "" if used else f", and `${name}` in the item"
        )

    def _refused(self, wanted: Refused) -> Diagnostic:
        last = self.path[-1] if self.path else None
        found = f"found {describe(self.value)}"
        if last is None:
            return Diagnostic(
                "wrong-value", "this is no spec", _first(self.value.span), found, help=_BEGINNING
            )
        what = f"`{self.key}`" if isinstance(last, str) else f"entry {last + 1} of `{self.key}`"
        advised = advice(self.value, self._surroundings(wanted.expects))
        help = (
            straight_quotes(self.value)
            or self._modifier_inside()
            or (advised or wanted.help if self.value.is_list else wanted.help or advised)
        )
        return Diagnostic(
            "wrong-value",
            f"{what} must be {wanted.words}",
            self._where(),
            "" if wanted.within and help else found,
            help=help,
        )

    def _surroundings(self, expects: Expects) -> Surroundings:
        last = self.path[-1]
        return Surroundings(
            self.key,
            f"{last}: " if isinstance(last, str) else "",
            expects,
            self._variables(),
            self._is_required(),
            self._blocks(),
            self._beside(),
        )

    def _modifier_inside(self) -> str | None:
        """The help for a mapping in place of the items of a ``residual`` that holds its
        ``shortcut`` too.
        """
        modifier = self.value.get("shortcut") if self.path[-1:] == ("residual",) else None
        if modifier is None:
            return None
        items = (
            "remove `layers:`, so that its items stand in its place"
            if self.value.get("layers")
            else "begin each item with `- `"
        )
        return f"{items}; {out_of(self.value, modifier, 'shortcut')}"

    def _is_misplaced_merge(self) -> bool:
        """Whether this is a ``merge`` among the branches that it joins, which is told of as
        missing beside them.
        """
        return (
            self.path[-2:] == ("branches", "merge")
            and not self.value.is_list
            and "merge" not in self.document.at(self.path[:-2]).data
        )

    def _blocks(self) -> list[str]:
        """The names of the spec's blocks."""
        return [
            name
            for name, _ in (
                self.document.root.get("blocks") or self.value._replace(data=None)
            ).items()
        ]

    def _beside(self) -> list[str]:
        """The keys beside the value."""
        return (
            list(self.document.at(self.path[:-1]).data)
            if self.path and isinstance(self.path[-1], str)
            else []
        )

    def _is_required(self) -> bool:
        """Whether the value cannot be left out: an argument without a default, or what every
        spec has.
        """
        kind, name = self.path[-2:] if len(self.path) > 1 else ("", "")
        attribute = KINDS[str(kind)].attributes.get(str(name)) if kind in KINDS else None
        return self.path in (("archspec",), ("name",)) or (
            attribute is not None and attribute.required
        )

    def _where(self) -> Span:
        """The value, or its key where the value fills several lines."""
        span = self.value.span
        return span if span.line == span.end_line else _first(self.value.place)

    def _is_repeated(self, last: str | int | None) -> bool:
        """Whether an entry before this one of a ``repeat`` was refused for the same reason."""
        if not isinstance(last, int) or not last or self.path[-2] != "repeat":
            return False
        return type(self.document.at(self.path[:-1]).data[last - 1].data) is type(self.value.data)

    def _variables(self) -> list[str]:
        """The variables that the author may mean: those of the spec, and of the block."""
        sections = [self.document.root.get("vars")]
        block = (
            self.document.at(self.path[:2])
            if self.path[:1] == ("blocks",) and len(self.path) > 1
            else None
        )
        names = self._arguments_of(block)
        sections.append(block.get("let") if block is not None else None)
        return [
            *names,
            *(name for section in sections if section is not None for name, _ in section.items()),
        ]

    def _arguments_of(self, block: Value | None) -> list[str]:
        args = block.get("args") if block is not None else None
        return [
            name
            for one in (args.elements() if args is not None else ())
            for name in (one.data if one.is_mapping else [str(one.text)])
        ]

    # --- calls

    def _is_call(self, key: str) -> bool:
        return (
            re.match(CALL_PATTERN, key) is not None
            and len(self.path) > 1
            and isinstance(self.path[-2], int)
        )

    def _no_call(self, key: str) -> Iterator[Diagnostic]:
        """A lower-case key of an item whose value is no mapping: no block call, so a misspelt
        modifier or a mis-indented argument.
        """
        item = self.document.at(self.path[:-1])
        blocks = self.document.root.get("blocks")
        block = blocks.get(key) if blocks is not None else None
        if block is not None:
            names = self._arguments_of(block)
            help = (
                f"write `{key}: {{{names[0]}: {self.value.text or '...'}}}`"
                if names
                else f"write `{key}: {{}}`: the block has no arguments"
            )
            message = f"the arguments of the block `{key}` are given by name"
            yield Diagnostic(
                "wrong-value", message, self._where(), f"found {describe(self.value)}", help=help
            )
            return
        owner = self._owner(key, item)
        if owner is not None:
            yield from self._misplaced(key, owner, item)
            return
        near = did_you_mean(key, [*MODIFIERS, *OPERATIONS])
        help = near or f"the modifiers are {', '.join(MODIFIERS)}"
        yield Diagnostic(
            "unknown-key", f"an item has no modifier `{key}`", self.value.place, help=help
        )

    def _owner(self, key: str, item: Value) -> str | None:
        """The operation of an item that a key beside it is an argument of."""
        blocks = self.document.root.get("blocks")
        for name, value in item.items():
            if name in KINDS and key in KINDS[name].attributes:
                return name
            block = blocks.get(name) if blocks is not None else None
            if block is not None and key in self._arguments_of(block):
                return name
            if (
                value.data is None
                and name not in MODIFIERS
                and name not in KINDS
                and not did_you_mean(key, MODIFIERS)
            ):
                return name
        return None

    def _misplaced(self, key: str, owner: str, item: Value) -> Iterator[Diagnostic]:
        """Arguments of an operation that stand beside it, told of at the first of them."""
        keys = [
            name
            for name in item.data
            if name != owner and name not in MODIFIERS and self._owner(name, item) == owner
        ]
        if key != keys[0]:
            return
        are = "is an argument" if len(keys) == 1 else "are arguments"
        stands = "stands" if len(keys) == 1 else "stand"
        them = "it" if len(keys) == 1 else "them"
        indent = item.data[owner].place.column + 1
        inside = item.data[owner].data
        help = (
            f"write {them} inside the braces of `{owner}`"
            if inside
            else f"indent {them} below `{owner}:`, by {indent} spaces"
        )
        message = (
            f"{listed_names(keys)} {are} of `{owner}`, and {stands} beside it instead of in it"
        )
        yield Diagnostic("misplaced-argument", message, item.data[key].place, help=help)

    # --- keys

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
            if key not in known and not any(re.search(pattern, key) for pattern in patterns)
        )

    def _unknown_keys(self) -> Iterator[Diagnostic]:
        known = list(self.schema.get("properties", ()))
        if not self._is_something_else():
            for key in self.unknown_keys():
                yield from self._unknown_key(key, self.value.data[key], known)
        elif self.path:
            help = "begin each item with `- `"
            message = f"`{self.key}` must be a list of items, each a line `- Layer: {{...}}`"
            yield Diagnostic(
                "wrong-value", message, _first(self.value.place), "found a mapping", help=help
            )
        else:
            yield Diagnostic(
                "wrong-value",
                "this is no spec",
                self.value.first_line,
                "a spec has no such key",
                help=_BEGINNING,
            )

    def _is_something_else(self) -> bool:
        """Whether nothing in a document, branch or shortcut is what such a thing may hold."""
        known = set(self.schema.get("properties", ()))
        return (
            bool(self.value.data)
            and (self.expects.what == "path under a condition" or not self.path)
            and not known & set(self.value.data)
        )

    def _unknown_key(self, key: str, value: Value, known: list[str]) -> Iterator[Diagnostic]:
        glued = NO_SPACE.fullmatch(key)
        if glued and (value.data is None or glued["value"].startswith(("{", "["))):
            message, help = no_space(
                glued["key"], glued["value"] if value.data is None else "{...}"
            )
            yield Diagnostic(
                "missing-space", message, _part(value.place, glued.end("key"), 1), help=help
            )
            return
        if blank := re.search(f"[{''.join(BLANKS)}]+", key):
            message, help = not_a_space(blank[0])
            yield Diagnostic(
                "yaml-syntax", message, _part(value.place, blank.start(), len(blank[0])), help=help
            )
            return
        if self.expects.what == "item":
            yield from self._unknown_operation(key, value, known)
            return
        owner = self.path[-1] if self.path else None
        near = did_you_mean(key, [name for name in known if name not in self.value.data] or known)
        if owner in KINDS:
            help = (
                self._no_argument(key, str(owner))
                or near
                or _listed(
                    f"`archspec layers {owner}` lists its arguments", "its arguments are", known
                )
            )
            yield Diagnostic(
                "unknown-argument", f"`{owner}` has no argument `{key}`", value.place, help=help
            )
        elif owner == "defaults":
            help = (
                self._no_defaults(key, value) or near or "`archspec layers` lists the layer kinds"
            )
            yield Diagnostic(
                "unknown-layer", f"there is no layer kind `{key}`", value.place, help=help
            )
        else:
            help = self._no_key(key, known) or near or f"it may have {', '.join(known)}"
            yield Diagnostic(
                "unknown-key",
                f"{self._owner_in_words()} has no key `{key}`",
                value.place,
                help=help,
            )

    def _owner_in_words(self) -> str:
        if not self.path:
            return "a spec"
        noun = (
            {"blocks": "the block ", "variants": "the variant "}.get(str(self.path[-2]), "")
            if len(self.path) > 1
            else ""
        )
        return f"{noun}`{self.key}`"

    def _no_argument(self, key: str, owner: str) -> str | None:
        item = self.document.at(self.path[:-1])
        if key in MODIFIERS and self.path[-2:-1] != ("defaults",) and not item.is_list:
            return (
                f"`{key}` belongs to the item: give it a line of its own, indented as `{owner}` is"
            )
        if key == "data_format":
            return "remove it: tensors are channels-last"
        return (
            "remove it: shapes are inferred, from `input` on"
            if key in ("input_shape", "batch_size", "input_dim", "batch_input_shape")
            else None
        )

    def _no_defaults(self, key: str, value: Value) -> str | None:
        blocks = self.document.root.get("blocks")
        if blocks is not None and blocks.get(key) is not None:
            return "`defaults` are for layer kinds; a block has its own in `args`, as `name: value`"
        kinds = [name for name, kind in KINDS.items() if key in kind.attributes]
        kind = next(
            (one for one in kinds if one in self.document.sources.get(self.document.name, "")),
            next(iter(kinds), None),
        )
        return (
            f"name the layer kind first: `{kind}: {{{key}: {value.text or '...'}}}`"
            if kind
            else None
        )

    def _no_key(self, key: str, known: list[str]) -> str | None:
        """Where a key belongs that stands in the wrong place, or the required one that it
        stands for.
        """
        if self.path[:1] == ("variants",) and key in self._variables():
            return (
                f"`{key}` is a variable: write `vars: {{{key}:"
                f" {self.value.data[key].text or '...'}}}`"
            )
        if self.path[:1] == ("variants",) and key == "name":
            called = self.value.data[key].text or "..."
            return (
                f"a variant's name is its key, `{self.key}`: remove this, or write `{called}:` in"
                f" place of `{self.key}:`"
            )
        missing = [name for name in self.schema.get("required", ()) if name not in self.value.data]
        if self.path and len(missing) == 1 and len(self.unknown_keys()) == 1:
            return f"did you mean `{missing[0]}`?"
        if self.path[-2:-1] == ("blocks",) and not did_you_mean(key, known):
            return (
                f"an argument stands in `args`, as `args: [{key}: ...]`, and a local value in `let`"
            )
        return None

    def _unknown_operation(self, key: str, value: Value, known: list[str]) -> Iterator[Diagnostic]:
        owner = self._owner(key, self.value)
        if owner is not None and owner in KINDS:
            yield from self._misplaced(key, owner, self.value)
            return
        what, code = (
            ("layer kind", "unknown-layer")
            if key[:1].isupper()
            else ("operation or modifier", "unknown-key")
        )
        near = did_you_mean(key, known)
        yield Diagnostic(
            code,
            f"there is no {what} `{key}`",
            value.place,
            help=near or "`archspec layers` lists the layer kinds",
        )

    def _missing_keys(self) -> Iterator[Diagnostic]:
        """A required key that is missing, unless a misspelt one stands in its place and is told
        of already.
        """
        missing = [key for key in self.wanted if key not in self.value.data]
        known = set(self.schema.get("properties", ()))
        strangers = [key for key in self.value.data if key not in known]
        if self._is_something_else() or (self.path and len(missing) == 1 and len(strangers) == 1):
            return
        for key in missing:
            if not get_close_matches(key, [one.lower() for one in strangers], 1, 0.6):
                place = _first(self.value.place) if self.path else self.value.first_line
                owner = self._owner_in_words() if self.path else "the spec"
                yield Diagnostic(
                    "missing-key",
                    f"{owner} needs `{key}`",
                    place,
                    help=_HOW_TO.get(key, f"add `{key}: ...`"),
                )

    def _missing_partners(self) -> Iterator[Diagnostic]:
        for key, partners in self.wanted.items():
            for partner in partners:
                if key in self.value.data and partner not in self.value.data:
                    place = self.value.data[key].place
                    near = get_close_matches(
                        partner,
                        [name for name in self.value.data if name not in MODIFIERS],
                        1,
                        0.75,
                    )
                    inside = self.value.data[key].get(partner) if key == "branches" else None
                    if key in PARTNERS:
                        help = where_it_belongs(self.document, self.path, key)
                    elif inside is not None and not inside.is_list:
                        place, help = inside.place, out_of(self.value.data[key], inside, partner)
                    else:
                        help = _PARTNERS[key, partner]
                    if not near and not self._follows(partner):
                        yield Diagnostic(
                            "missing-key", f"`{key}` needs `{partner}` beside it", place, help=help
                        )

    def _follows(self, modifier: str) -> bool:
        """Whether the next item is nothing but a modifier that belongs to this one, which is
        told there.
        """
        items, index = self.document.at(self.path[:-1]), self.path[-1]
        return (
            isinstance(index, int)
            and index + 1 < len(items.data)
            and list(dict(items.data[index + 1].items())) == [modifier]
        )

    # --- the rest

    def _empty(self) -> Iterator[Diagnostic]:
        is_key = bool(self.path) and isinstance(self.path[-1], str)
        what = f"`{self.key}`" if is_key else "this item"
        example = _EXAMPLES.get(self.key)
        help = (
            "remove it, or name a layer"
            if not is_key
            else f"it must be {self.words}" + (f", such as `{example}`" if example else "")
        )
        yield Diagnostic("wrong-value", f"{what} is empty", self._where(), help=help)

    def _too_many(self) -> Iterator[Diagnostic]:
        names = " and ".join(f"`{key}`" for key in self.value.data)
        what = (
            f"`{self.key}`"
            if isinstance(self.path[-1], str)
            else f"entry {self.path[-1] + 1} of `{self.key}`"
        )
        help = (
            "write each as an entry of its own"
            if isinstance(self.path[-1], int)
            else "keep one of them"
        )
        yield Diagnostic(
            "wrong-value",
            f"{what} must be {self.words}",
            self._where(),
            f"found {names}",
            help=help,
        )

    def _both_inputs(self) -> Iterator[Diagnostic]:
        """``input`` beside ``inputs``."""
        second = max(
            (self.value.data[key].place for key in ("input", "inputs")),
            key=lambda span: (span.line, span.column),
        )
        help = "keep one of them: `inputs` names one input or several"
        yield Diagnostic(
            "two-inputs", "`input` and `inputs` cannot stand together", second, help=help
        )


_BEGINNING = "a spec starts with `archspec: 1`, then `name`, `input` and `layers`"

_HOW_TO = {
    "archspec": "begin the file with `archspec: 1`",
    "name": "add `name: mynet`",
    "layers": "add `layers:` with a list of items; an empty one is `layers: []`",
    "shape": "add `shape: [height, width, channels]`",
    "when": "add `when: ...`; without a condition write just the list of items",
}

_EXAMPLES = {
    "residual": "residual: [BatchNormalization]",
    "branches": "branches: {a: [BatchNormalization], b: []}",
    "target_shape": "target_shape: [-1]",
}
"""What to write for a key that is empty, so that it works wherever it stands."""

_PARTNERS = {
    ("branches", "merge"): "say how the branches join: `merge: Concatenate` or `merge: Add`",
    ("output", "name"): "name the output: `name: aux1`",
}


def _part(span: Span, start: int, length: int) -> Span:
    """A part of a span; all of it where it runs over several lines."""
    at = span.column + start
    return (
        span
        if span.line != span.end_line or at + length > span.end_column
        else span._replace(column=at, end_column=at + length)
    )


def _first(span: Span) -> Span:
    """The beginning of a span that runs over several lines."""
    return (
        span
        if span.line == span.end_line
        else span._replace(end_line=span.line, end_column=span.column + 1)
    )


def _listed(otherwise: str, words: str, names: list[str], most: int = 6) -> str:
    """A few names in words, or where many are to be found."""
    return f"{words} {', '.join(names)}" if 0 < len(names) <= most else otherwise
