"""Text → `Document`: plain values, each with its span. The only module that knows YAML's parser.

PyYAML's own resolver is of YAML 1.1; scalars are read by `scalars`. Duplicate keys, tags, merge
keys, cycles and several documents are refused, and so is text beyond the bounds of
`archspec.limits`. What explains mistakes is loaded where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from archspec import limits
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.frontend.yaml import scalars
from archspec.frontend.yaml.document import Document, Value
from archspec.spelling import cut, did_you_mean

Parser: Any = getattr(yaml, "CLoader", yaml.Loader)


def read(text: str, name: str) -> Document:
    """The document that a text holds, ``name`` being its file for spans. Raises `SpecError`."""
    builder = _Builder(name, text, text.splitlines())
    try:
        root = builder.build()
    except yaml.YAMLError as error:
        from archspec.frontend.yaml.bare_items import with_colons

        builder = _Builder(name, with_colons(text), builder.lines)
        if builder.text == text:
            raise _unreadable(error, text, name) from None
        try:
            root = builder.build()
        except yaml.YAMLError as other:
            raise _unreadable(other, text, name) from None
    if builder.problems:
        raise SpecError(builder.problems, {name: text})
    return Document(name, root, {name: text})


def _unreadable(error: yaml.YAMLError, text: str, name: str) -> SpecError:
    from archspec.frontend.yaml import complaints

    return SpecError([complaints.translate(error, text, name)], {name: text})


@dataclass(eq=False, repr=False)
class _Frame:
    """A list or mapping being read. ``start`` counts the values before it, ``height`` the levels in
    it so far.

    ``cut`` is where, in brackets, an expression begins that a comma may have cut, and how many of
    its parentheses are open; ``has_cuts`` says that one has been complained of.
    """

    data: Any
    event: Any
    start: int
    key: tuple[str, Span] | None = None
    at_key: bool = True
    height: int = 0
    bad_key: bool = False
    cut: tuple[Span, int] | None = None
    has_cuts: bool = False


@dataclass(eq=False, repr=False)
class _Builder:
    """Turns the parser's events into a `Value`, without recursion, so that no nesting can
    exhaust the stack. ``lines`` are the author's, ``text`` what is parsed.
    """

    name: str
    text: str
    lines: list[str]
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
        start = value.span.column - 1
        written = self.lines[value.span.line - 1][max(start - 1, 0) : value.span.end_column]
        from archspec.frontend.foreign.texts import template_help

        help = template_help(written) or help
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
        if value.plain and frame.event.flow_style:
            self._watch_for_cuts(frame, value)
        if isinstance(frame.data, list):
            frame.data.append(value)
        elif frame.at_key:
            self._key(frame, value)
        else:
            self._entry(frame, value)

    def _watch_for_cuts(self, frame: _Frame, value: Value) -> None:
        """Complain of an expression that a comma has cut, as `max(8, $width)`, at its last
        piece.
        """
        text = value.text or ""
        depth = text.count("(") - text.count(")")
        if frame.cut is None:
            if depth > 0 and not (isinstance(frame.data, dict) and frame.at_key):
                frame.cut = value.span, depth
            return
        start, before = frame.cut
        frame.cut = (start, before + depth) if before + depth > 0 else None
        if frame.cut is None:
            frame.has_cuts = True
            span = start._replace(end_line=value.span.end_line, end_column=value.span.end_column)
            self._complain_of_cut(span)

    def _complain_of_cut(self, span: Span) -> None:
        from archspec.frontend.foreign.texts import list_help
        from archspec.frontend.yaml.faults import quoted

        line = self.text.splitlines()[span.line - 1]
        whole = line[span.column - 1 : span.end_column - 1] if span.line == span.end_line else ""
        message = "within brackets, an expression that holds a comma needs quotes around it"
        if as_list := list_help(whole):
            message = "a list is written in brackets, not in parentheses"
        self._note("unquoted-expression", message, span, help=as_list or quoted(whole))

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
            if frame.has_cuts:  # two pieces of expressions that are alike
                return
            first = frame.data[name].key
            where = (
                f"at column {first.column}" if first.line == span.line else f"on line {first.line}"
            )
            self._note(
                "yaml-duplicate-key",
                f"`{cut(name)}` is given twice",
                span,
                f"the first is {where}",
                "remove or rename one of them",
            )
            return
        frame.data[name] = Value(value.data, value.span, span, value.text, value.plain)

    def _resolve(self, text: str, span: Span) -> Any:
        """The value of a plain scalar; 0 for a number that a spec cannot hold."""
        try:
            return scalars.resolve(text)
        except scalars.OutOfBounds as error:
            self._note("bound-number", error.message, span, help=error.help)
            return 0

    def _span(self, event: Any) -> Span:
        return self._between(event.start_mark, event.end_mark)

    def _between(self, start: Any, end: Any) -> Span:
        """From the parser's marks, which count from 0, to a span. A block ends where its last
        line does, not where the next begins.
        """
        if end.line == start.line:
            width = len(self.lines[start.line]) if start.line < len(self.lines) else 0
            line, first, after = start.line + 1, min(start.column, width), min(end.column, width)
            return Span(self.name, line, first + 1, line, after + 1)
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
            [*self.problems, Diagnostic(code, message, span, help=help)],
            {self.name: "\n".join(self.lines)},
        )

    def _too_deep(self, span: Span) -> None:
        from archspec.frontend.yaml import mark_complaints

        words = mark_complaints.too_deep()
        self._stop(words.code, words.message, span, words.help)


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:60]
