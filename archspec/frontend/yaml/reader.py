"""Text → `Document`: plain values, each with its span. The only module that knows YAML's parser.

Scalars are YAML 1.2's (PyYAML's own resolver is YAML 1.1's): ``1e-3`` is a number, ``on`` a text,
``010`` ten. Duplicate keys, tags, merge keys, cycles and several documents are refused, and so is
text beyond the bounds of `archspec.limits`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple

import yaml

from archspec import limits
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.frontend.yaml import complaints, trouble
from archspec.spelling import did_you_mean

Parser: Any = getattr(yaml, "CLoader", yaml.Loader)
Emitter: Any = getattr(yaml, "CDumper", yaml.Dumper)

NULL = {"", "~", "null", "Null", "NULL"}
BOOLEANS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class Value(NamedTuple):
    """A value of the text: a scalar, or a list or mapping of values.

    ``span`` is where it stands, ``key`` where its key does, for a value in a mapping. ``text`` is a
    scalar exactly as written, which is what names are made of; ``plain`` says that it was written
    without quotes.
    """

    data: Any
    span: Span
    key: Span | None = None
    text: str | None = None
    plain: bool = False

    @property
    def place(self) -> Span:
        """Where to point for the entry as a whole: its key, else the value itself."""
        return self.key or self.span

    @property
    def is_mapping(self) -> bool:
        """Whether this is a mapping of values."""
        return isinstance(self.data, dict)

    @property
    def is_list(self) -> bool:
        """Whether this is a list of values."""
        return isinstance(self.data, list)

    @property
    def first_line(self) -> Span:
        """The part of the value on its first line: a mapping's first key."""
        first: Value | None = (
            next(iter(self.data.values()), None) if isinstance(self.data, dict) else None
        )
        return first.place if first is not None else self.span

    def get(self, key: str) -> Value | None:
        """The value of a key, ``None`` where this is no mapping or has no such key."""
        return self.data.get(key) if isinstance(self.data, dict) else None

    def items(self) -> Iterator[tuple[str, Value]]:
        """Keys and values of a mapping; nothing for anything else."""
        return iter(self.data.items() if isinstance(self.data, dict) else ())

    def elements(self) -> Iterator[Value]:
        """The elements of a list; nothing for anything else."""
        return iter(self.data if isinstance(self.data, list) else ())

    def unwrapped(self) -> Any:
        """The plain data: numbers, texts, lists, mappings."""
        if isinstance(self.data, dict):
            return {key: value.unwrapped() for key, value in self.data.items()}
        if isinstance(self.data, list):
            return [value.unwrapped() for value in self.data]
        return self.data


class Broken(dict[str, Any]):
    """The data of a value whose mistake has been told: what the author wrote there, if it was a
    mapping. Nothing is to be said of it.
    """


class Document(NamedTuple):
    """A spec as data. ``sources`` maps every file that it was made from to its text, the spec's own
    file first.

    ``problems`` have been told of values that are `Broken` since: the rest is still looked at, and
    nothing is made of it.
    """

    name: str
    root: Value
    sources: Mapping[str, str]
    problems: tuple[Diagnostic, ...] = ()

    @property
    def data(self) -> Any:
        """The plain data, without spans."""
        return self.root.unwrapped()

    def at(self, path: tuple[str | int, ...]) -> Value:
        """The value at a path of keys and indices."""
        value = self.root
        for step in path:
            value = value.data[step]
        return value


def read(text: str, name: str) -> Document:
    """The document that a text holds, ``name`` being its file for spans. Raises `SpecError`."""
    builder = _Builder(name, text)
    try:
        root = builder.build()
    except yaml.YAMLError as error:
        raise SpecError([complaints.translate(error, text, name)], {name: text}) from None
    if builder.problems:
        raise SpecError(builder.problems, {name: text})
    return Document(name, root, {name: text})


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, within the bound. Raises `SpecError`."""
    if len(data) > limits.TEXT_BYTES:
        message = f"this file has {len(data):,} bytes, and a spec may have {limits.TEXT_BYTES:,}"
        raise SpecError(
            [
                Diagnostic(
                    "bound-text",
                    message,
                    Span(name, 1, 1, 1, 1),
                    help="use `repeat` and blocks instead of writing every layer out",
                )
            ]
        )
    if data[:2] in UTF_16_MARKS or b"\0" in (data[:1], data[1:2]):
        raise SpecError([_wrong_encoding(Span(name, 1, 1, 1, 1), "it looks like UTF-16")])
    data = data.removeprefix(b"\xef\xbb\xbf")  # some editors' mark of UTF-8
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        lines = f"{before}x".splitlines()
        line, column = len(lines), len(lines[-1])
        byte = data[error.start : error.start + 1]
        letter = byte.decode("cp1252", "replace")
        label = f"the byte 0x{byte.hex()}" + (
            f", `{letter}` in the old encoding of Windows and Latin-1"
            if letter.isprintable()
            else ""
        )
        text = data.decode("utf-8", "replace")
        raise SpecError(
            [_wrong_encoding(Span(name, line, column, line, column + 1), label)], {name: text}
        ) from None


UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def _wrong_encoding(span: Span, label: str) -> Diagnostic:
    help = "save the file as UTF-8: your editor's dialogue for saving has the encoding"
    return Diagnostic("yaml-encoding", "this file is not UTF-8 text", span, label, help=help)


@dataclass(eq=False, repr=False)
class _Frame:
    """A list or mapping being read. ``start`` counts the values before it, ``height`` the levels in
    it so far.

    ``cut`` is where, in brackets, an expression begins that a comma has cut, and how many of its
    parentheses are open.
    """

    data: Any
    event: Any
    start: int
    key: tuple[str, Span] | None = None
    at_key: bool = True
    height: int = 0
    bad_key: bool = False
    cut: tuple[Span, int] | None = None


@dataclass(eq=False, repr=False)
class _Builder:
    """Turns the parser's events into a `Value`, without recursion, so that no nesting can
    exhaust the stack.
    """

    name: str
    text: str
    problems: list[Diagnostic] = field(default_factory=list)
    anchors: dict[str, tuple[Value, int, int] | None] = field(default_factory=dict)
    stack: list[_Frame] = field(default_factory=list)
    count: int = 0
    root: Value | None = None

    def build(self) -> Value:
        documents = 0
        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fail(
                        "yaml-documents",
                        "a second document starts here, and a file holds one spec",
                        event,
                        help="remove the `---`, or use two files",
                    )
            else:
                self._take(event)
        if self.root is None:
            message = (
                "this file holds nothing but comments"
                if self.text.strip()
                else "this file is empty"
            )
            help = "a spec starts with `archspec: 1`, then `name`, `input` and `layers`"
            self._stop("yaml-empty", message, Span(self.name, 1, 1, 1, 1), help)
        assert self.root is not None
        return self.root

    def _events(self) -> Iterator[Any]:
        parser = Parser(self.text)
        try:
            while parser.check_event():
                yield parser.get_event()
        except RecursionError:
            self._too_deep(Span(self.name, 1, 1, 1, 1))
        finally:
            parser.dispose()

    def _take(self, event: Any) -> None:
        if getattr(event, "tag", None) is not None and not isinstance(event, yaml.DocumentEndEvent):
            self._tag(event)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)

    def _tag(self, event: Any) -> None:
        start = self._span(event)
        tag = _short_tag(event.tag)
        if not tag.startswith("!!") and ("$" in tag or tag == "!"):
            negated = self.text[event.start_mark.index + 1 : event.end_mark.index].strip()
            message, help = "a value without quotes cannot begin with `!`", f"write `not {negated}`"
        else:
            message, help = (
                f"`{tag}` is a tag, and a spec holds none",
                "remove it: what a value is shows in how it is written",
            )
            end = (
                start.end_column
                if start.line == start.end_line
                else len(self.text.splitlines()[start.line - 1]) + 1
            )
            start = start._replace(
                end_line=start.line, end_column=min(start.column + len(tag), end)
            )
        self._note("yaml-tag", message, start, help=help)

    def _scalar(self, event: Any) -> None:
        span = self._span(event)
        plain = not event.style
        at_key = (
            bool(self.stack)
            and self.stack[-1].at_key
            and isinstance(self.stack[-1].data, dict)
            and not event.anchor
        )
        data = (
            self._resolve(event.value, span) if plain and not at_key else event.value
        )  # a key is text as written: `1e400:`
        value = Value(data, span, text=event.value, plain=plain)
        self._anchor(event, value, 1, 0)
        self._add(value, 1, 0)

    def _open(self, event: Any) -> None:
        if len(self.stack) >= limits.NESTING:
            self._too_deep(self._span(event))
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(
            _Frame({} if isinstance(event, yaml.MappingStartEvent) else [], event, self.count)
        )

    def _close(self, event: Any) -> None:
        frame = self.stack.pop()
        start, end = frame.event.start_mark, event.end_mark
        value = Value(frame.data, self._between(start, end))
        if self.stack and isinstance(self.stack[-1].data, dict) and self.stack[-1].at_key:
            self._collection_as_key(value)
        size = self.count - frame.start + 1
        self._anchor(frame.event, value, size, frame.height + 1)
        self._add(value, 1, frame.height + 1)

    def _collection_as_key(self, value: Value) -> None:
        """A list or mapping cannot be a key: what follows it is read and dropped."""
        self.stack[-1].bad_key = True
        if any(frame.bad_key for frame in self.stack[:-1]):
            return
        what = "a list" if value.is_list else "a mapping"
        help = (
            "write a line for each of its entries"
            if value.is_list
            else "a variable is written without braces, `$name`; other braces need quotes"
        )
        self._note("yaml-key", f"{what} cannot be a key", value.span, help=help)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if name not in self.anchors:
            near = did_you_mean(name, self.anchors, "`*{}`")
            text = self.text[
                event.start_mark.index : event.end_mark.index + limits.NAME_LENGTH
            ].splitlines()[0]
            number = re.match(r"\*(\d+ *\* *\$\w+)", text)
            quotes = (
                f", as in `{number[1]}`"
                if number
                else ""
                if name.isdigit()
                else ", or put the value in double quotes"
            )
            help = near or f"remove the `*`{quotes}; an alias needs an `&{name}` above"
            self._fail(
                "yaml-alias",
                f"`*{name}` is an alias, and nothing above is marked `&{name}`",
                event,
                help=help,
            )
        known = self.anchors[name]
        if known is None:
            help = (
                "to do something several times write `repeat`; to use layers in several places, a"
                " block"
            )
            self._fail(
                "yaml-cycle",
                f"`*{name}` stands inside what `&{name}` marks, so it would never end",
                event,
                help=help,
            )
        assert known is not None
        value, size, height = known
        if len(self.stack) + height > limits.NESTING:
            self._too_deep(self._span(event))
        self._add(
            Value(value.data, self._span(event), text=value.text, plain=value.plain), size, height
        )

    def _anchor(self, event: Any, value: Value, size: int, height: int) -> None:
        if event.anchor:
            self.anchors[event.anchor] = (value, size, height)

    def _add(self, value: Value, size: int, height: int) -> None:
        self.count += size
        if self.count > limits.VALUES:
            self._stop(
                "bound-values",
                f"this spec holds more than {limits.VALUES:,} values, its aliases expanded",
                value.span,
                "use `repeat` and blocks",
            )
        if not self.stack:
            self.root = value
            return
        frame = self.stack[-1]
        frame.height = max(frame.height, height)
        if value.plain and frame.event.flow_style and self._is_cut(frame, value):
            frame.key = None
            frame.at_key = not frame.at_key
        elif isinstance(frame.data, list):
            frame.data.append(value)
        elif frame.at_key:
            self._key(frame, value)
        else:
            self._entry(frame, value)

    def _is_cut(self, frame: _Frame, value: Value) -> bool:
        """Whether this is a later piece of an expression that a comma has cut, `$width)` of
        `max(8, $width)`, told at its last piece.
        """
        text = value.text or ""
        depth = text.count("(") - text.count(")")
        if frame.cut is None:
            if depth > 0 and not (isinstance(frame.data, dict) and frame.at_key):
                frame.cut = value.span, depth
            return False
        start, before = frame.cut
        frame.cut = (start, before + depth) if before + depth > 0 else None
        if frame.cut is None:
            span = start._replace(end_line=value.span.end_line, end_column=value.span.end_column)
            line = self.text.splitlines()[span.line - 1]
            whole = (
                line[span.column - 1 : span.end_column - 1] if span.line == span.end_line else ""
            )
            message = "within brackets, an expression that holds a comma needs quotes around it"
            self._note("unquoted-expression", message, span, help=trouble.quoted(whole))
        return True

    def _key(self, frame: _Frame, value: Value) -> None:
        frame.at_key = False
        if frame.bad_key or value.text is None:
            frame.key = None
            frame.bad_key = False
            return
        if value.text == "<<" and value.plain:
            self._note(
                "yaml-merge-key",
                "merge keys (`<<`) are not part of the language",
                value.span,
                help="use `defaults`, a block or `extends`",
            )
        if len(value.text) > limits.NAME_LENGTH:
            message = (
                f"this key has {len(value.text):,} characters, and a key may have"
                f" {limits.NAME_LENGTH:,}"
            )
            self._note("bound-name", message, value.span, help="shorten it")
        frame.key = (value.text, value.span)

    def _entry(self, frame: _Frame, value: Value) -> None:
        frame.at_key = True
        if frame.key is None:
            return
        name, span = frame.key
        if name in frame.data:
            first = frame.data[name].key
            where = (
                f"at column {first.column}" if first.line == span.line else f"on line {first.line}"
            )
            self._note(
                "yaml-duplicate-key",
                f"`{_short(name)}` is given twice",
                span,
                f"the first is {where}",
                "remove or rename one of them",
            )
            return
        frame.data[name] = Value(value.data, value.span, span, value.text, value.plain)

    def _resolve(self, text: str, span: Span) -> Any:
        """The value of a plain scalar, by YAML 1.2's core schema, ``_`` allowed between digits."""
        if text in NULL:
            return None
        if text in BOOLEANS:
            return BOOLEANS[text]
        if text[0] not in "+-.0123456789":
            return text
        if INTEGER.fullmatch(text):
            return self._bounded(
                int(text.replace("_", "")) if len(text) < 100 else limits.INTEGER + 1, text, span
            )
        if BASED.fullmatch(text):
            return self._bounded(
                int(text, 0) if len(text) < 100 else limits.INTEGER + 1, text, span
            )
        if FLOAT.fullmatch(text):
            return self._bounded(float(text.replace("_", "")), text, span)
        if INFINITE.fullmatch(text):
            return self._bounded(float("inf"), text, span)
        return text

    def _bounded(self, number: int | float, text: str, span: Span) -> int | float:
        if INFINITE.fullmatch(text):
            self._note(
                "bound-number",
                f"`{text}` is not a finite number, and a spec holds no other",
                span,
                help="write a number with digits",
            )
            return 0
        if not isfinite(number) or (abs(number) > limits.INTEGER and isinstance(number, int)):
            largest = (
                f"integers go to {limits.INTEGER:,}"
                if isinstance(number, int)
                else "the largest is about 1.8e308"
            )
            self._note(
                "bound-number",
                f"the number {_short(text)} is larger than a spec can hold",
                span,
                help=largest,
            )
            return 0
        return number

    def _span(self, event: Any) -> Span:
        return self._between(event.start_mark, event.end_mark)

    def _between(self, start: Any, end: Any) -> Span:
        """From the parser's marks, which count from 0, to a span. A block ends where its last
        line does, not where the next begins.
        """
        if end.line == start.line:
            return Span(self.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        lines = self.text[start.index : end.index].rstrip().splitlines() or [""]
        column = len(lines[-1]) + (start.column if len(lines) == 1 else 0)
        return Span(
            self.name, start.line + 1, start.column + 1, start.line + len(lines), column + 1
        )

    def _note(
        self, code: str, message: str, span: Span, label: str = "", help: str | None = None
    ) -> None:
        self.problems.append(Diagnostic(code, message, span, label, help=help))

    def _fail(self, code: str, message: str, event: Any, help: str | None = None) -> None:
        self._stop(code, message, self._span(event), help)

    def _stop(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        raise SpecError(
            [*self.problems, Diagnostic(code, message, span, help=help)], {self.name: self.text}
        )

    def _too_deep(self, span: Span) -> None:
        words = complaints.too_deep()
        self._stop(words.code, words.message, span, words.help)


def write(value: Any) -> str:
    """The text of a `Value` or of plain data, which `read` turns into the same data. What fits
    on a line is written in brackets.
    """
    events: list[Any] = [yaml.StreamStartEvent(), yaml.DocumentStartEvent()]
    events += _collection(_Written.of(value), 0)
    return str(
        yaml.emit(
            [*events, yaml.DocumentEndEvent(), yaml.StreamEndEvent()],
            Dumper=Emitter,
            width=10_000,
            allow_unicode=True,
        )
    )


LINE = 120
"""Columns that a mapping or list written in brackets may take."""


class _Written(NamedTuple):
    """A value to write: its text, whether that may stand without quotes, or its parts;
    ``width`` is what it takes on one line.
    """

    text: str
    plain: bool
    parts: list[_Written] | None
    mapping: bool
    width: int

    @classmethod
    def of(cls, value: Any) -> _Written:
        text = None
        if isinstance(value, Value):
            value, text = value.data, value.text if value.plain else None
        if isinstance(value, dict):
            parts = [
                part
                for key, one in value.items()
                for part in (cls(str(key), key != "<<", None, False, len(str(key))), cls.of(one))
            ]
            return cls("", False, parts, True, 2 + sum(part.width + 2 for part in parts))
        if isinstance(value, list | tuple):
            parts = [cls.of(one) for one in value]
            return cls("", False, parts, False, 2 + sum(part.width + 2 for part in parts))
        if isinstance(value, str) and text is None:
            return cls(value, _is_text(value), None, False, len(value) + 2)
        shown = (
            text
            if text
            else (
                "null"
                if value is None
                else str(value).lower()
                if isinstance(value, bool)
                else repr(value)
            )
        )
        return cls(shown, True, None, False, len(shown))


def _is_text(text: str) -> bool:
    """Whether a text without quotes is read as a text."""
    return (
        text not in NULL
        and text not in BOOLEANS
        and not any(form.fullmatch(text) for form in (INTEGER, BASED, FLOAT, INFINITE))
    )


def _collection(value: _Written, depth: int) -> Iterator[Any]:
    if value.parts is None:
        yield yaml.ScalarEvent(None, None, (value.plain, True), value.text)
        return
    flow = (
        not value.parts
        or (depth > 1 and value.width + 2 * depth <= LINE)
        or (depth == 1 and value.width <= LINE // 2)
    )
    start, end = (
        (yaml.MappingStartEvent, yaml.MappingEndEvent)
        if value.mapping
        else (yaml.SequenceStartEvent, yaml.SequenceEndEvent)
    )
    yield start(None, None, True, flow_style=flow)
    for part in value.parts:
        yield from _collection(part, depth + 1)
    yield end()


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:20]}..."


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:60]
