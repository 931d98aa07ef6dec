"""The text of a spec or recipe → the same document in canonical layout, comments and the author's
choice between brackets and lines kept.

Spaces, indentation, quotes, empty lines and the breaking of long lines are archspec's; the order of
keys, the numbers as they are written, anchors and comments are the author's.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from archspec.frontend.yaml.bare_items import with_colons
from archspec.frontend.yaml.document import Value
from archspec.frontend.yaml.layout import Piece, Placed, printed
from archspec.frontend.yaml.reader import Parser, read
from archspec.frontend.yaml.writer import in_quotes

COLUMNS = re.compile(r",  +[^\s#]")
"""What shows that an author put the values of a row below those of another."""


def formatted(text: str, name: str) -> str:
    """The document in canonical layout; ``name`` is its file, for spans. Raises `SpecError` where
    the text is no document.
    """
    before = read(text, name)
    after = _formatted(text)
    if not _alike(before.root, read(after, name).root):
        raise AssertionError(f"{name} reads otherwise after it was formatted")
    return after


def _formatted(text: str) -> str:
    try:
        return _laid_out(text)
    except yaml.YAMLError:
        return _laid_out(with_colons(text))


def _laid_out(text: str) -> str:
    source = _Source(text)
    root = source.piece()
    if root is None:
        return text
    for comment in source.comments():
        source.attach(comment)
    source.separate()
    return printed(root)


def _alike(one: Value, other: Value) -> bool:
    """Whether two values are the same but for where they stand."""
    if one.is_mapping and other.is_mapping:
        pairs = zip(one.items(), other.items(), strict=False)
        return len(one.data) == len(other.data) and all(
            key == name and _alike(value, twin) for (key, value), (name, twin) in pairs
        )
    if one.is_list and other.is_list:
        return len(one.data) == len(other.data) and all(
            map(_alike, one.elements(), other.elements())
        )
    return bool(one.data == other.data and type(one.data) is type(other.data))


class _Comment(NamedTuple):
    """A comment, and whether it has its line for itself."""

    line: int
    column: int
    text: str
    alone: bool


@dataclass(eq=False)
class _Site:
    """Where an entry stands in the text: its first and last line, the column of its first
    character, and the entry that holds it.
    """

    entry: Placed
    line: int
    column: int
    holder: _Site | None
    in_flow: bool
    last: int = 0

    def holders(self) -> Iterator[_Site]:
        """The entry itself and those that hold it, the innermost first."""
        site: _Site | None = self
        while site is not None:
            yield site
            site = site.holder


@dataclass(eq=False)
class _Open:
    """A collection being read, the site of the entry that it is the value of, and the key that
    waits for its value. ``values`` are the columns of values on their keys' lines, and the lengths
    of these keys.
    """

    piece: Piece
    site: _Site | None
    in_flow: bool
    begin: int
    key: tuple[str, Any] | None = None
    values: list[tuple[int, int]] = field(default_factory=list)


@dataclass(eq=False)
class _Source:
    """A text, its pieces, the sites of its entries in the order of the text, and the stretches of
    it that are scalars.
    """

    text: str
    lines: list[str] = field(init=False)
    sites: list[_Site] = field(default_factory=list)
    scalars: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = self.text.splitlines()

    # --- pieces

    def piece(self) -> Piece | None:
        """The document as a piece, nothing where it is a scalar."""
        stack: list[_Open] = []
        root: Piece | None = None
        for event in yaml.parse(self.text, Loader=Parser):
            if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
                self._add(stack, self._scalar(event), event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                stack.append(self._open(stack, event))
                root = root or stack[-1].piece
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._close(stack.pop(), event)
        return root

    def _open(self, stack: list[_Open], event: Any) -> _Open:
        piece = Piece(
            entries=[],
            mapping=isinstance(event, yaml.MappingStartEvent),
            flow=bool(event.flow_style),
            anchor=f"&{event.anchor}" if event.anchor else "",
        )
        site = self._add(stack, piece, event)
        in_flow = piece.flow or bool(stack and stack[-1].in_flow)
        return _Open(piece, site, in_flow, event.start_mark.index)

    def _close(self, collection: _Open, event: Any) -> None:
        if not collection.in_flow:
            collection.piece.aligned = _has_column(collection.values)
        elif collection.site and collection.piece.flow:
            end = event.end_mark
            self._end(collection.site, end.line)
            has_columns = COLUMNS.search(self.text, collection.begin, end.index)
            collection.piece.aligned = bool(has_columns)

    def _add(self, stack: list[_Open], piece: Piece, event: Any) -> _Site | None:
        """Make a piece an entry of the innermost open collection, or the key of one."""
        if not stack:
            return None
        within = stack[-1]
        if within.piece.mapping and within.key is None:
            within.key = (piece.text, event.start_mark)
            return None
        key, mark = within.key or (None, event.start_mark)
        if key is not None and event.start_mark.line == mark.line:
            within.values.append((event.start_mark.column, len(key)))
        within.key = None
        entry = Placed(piece, key)
        assert within.piece.entries is not None
        within.piece.entries.append(entry)
        column = mark.column
        if key is None and not within.in_flow:
            column = self.text.rfind("-", 0, mark.index) - (
                self.text.rfind("\n", 0, mark.index) + 1
            )
        site = _Site(entry, mark.line, column, within.site, within.in_flow)
        self.sites.append(site)
        if piece.entries is None:
            self._end(site, self._last_line(event))
        return site

    def _end(self, site: _Site, line: int) -> None:
        for holder in site.holders():
            holder.last = max(holder.last, line)

    @staticmethod
    def _last_line(event: Any) -> int:
        start, end = event.start_mark, event.end_mark
        return int(end.line - 1 if end.column == 0 and end.line > start.line else end.line)

    def _scalar(self, event: Any) -> Piece:
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.AliasEvent):
            return Piece(f"*{event.anchor}")
        anchor = f"&{event.anchor}" if event.anchor else ""
        if event.style in ("|", ">"):
            head, *lines = self.text[start.index : end.index].rstrip("\n").splitlines()
            self.scalars.append((start.index + len(head), end.index))
            return Piece(head.split("#")[0].strip(), anchor=anchor, lines=_dedented(lines))
        self.scalars.append((start.index, end.index))
        one_line = start.line == end.line
        if not event.style:
            return Piece(
                event.value, anchor=anchor, folded=not one_line and "\n" not in event.value
            )
        written = self.text[start.index : end.index]
        return Piece(written if one_line else in_quotes(event.value), anchor=anchor)

    # --- comments

    def comments(self) -> Iterator[_Comment]:
        """The comments, in the order of the text."""
        begins = [begin for begin, _ in self.scalars]
        index = 0
        for number, line in enumerate(self.text.splitlines(keepends=True)):
            for match in re.finditer(r"(?:^|(?<=\s))#", line):
                column = match.start()
                at = bisect_right(begins, index + column) - 1
                if at < 0 or index + column >= self.scalars[at][1]:
                    alone = not line[:column].strip()
                    yield _Comment(number, column, line[column:].rstrip(), alone)
                    break
            index += len(line)

    def _on(self, line: int) -> tuple[int, int]:
        """Where the entries begin, and end, that start on a line, among `sites`."""
        start = bisect_left(self.sites, line, key=_line_of)
        return start, bisect_right(self.sites, line, lo=start, key=_line_of)

    def attach(self, comment: _Comment) -> None:
        """Give a comment to the entry that it is about."""
        if not comment.alone:
            self._attach_beside(comment)
            return
        number, _ = self._on(comment.line)
        before = self.sites[number - 1] if number else None
        after = self.sites[number] if number < len(self.sites) else None
        if after is None or after.column < comment.column:
            outer = set(map(id, after.holders())) if after else set()
            for site in before.holders() if before else ():
                if site.column <= comment.column and id(site) not in outer and not site.in_flow:
                    site.entry.below += self._with_gap(comment)
                    return
        if after is not None:
            after.entry.above += self._with_gap(comment)
        elif before:
            [*before.holders()][-1].entry.below += self._with_gap(comment)

    def _attach_beside(self, comment: _Comment) -> None:
        start, end = self._on(comment.line)
        starting = self.sites[start:end]
        ending = [
            site
            for site in reversed([*self.sites[end - 1].holders()])
            if site.line < comment.line == site.last
            and not site.in_flow
            and (site.entry.value.entries is None or site.entry.value.flow)
            and site.entry.value.in_brackets
        ]
        whole = [site for site in starting if site.last == comment.line]
        site = next(iter([*ending, *whole, *starting]), None) or self.sites[-1]
        site.entry.beside = " ".join(filter(None, [site.entry.beside, comment.text]))
        site.entry.column = comment.column

    def _with_gap(self, comment: _Comment) -> list[str]:
        return ["", comment.text] if self._gap_above(comment.line) else [comment.text]

    def _gap_above(self, line: int) -> bool:
        return line > 0 and not self.lines[line - 1].strip()

    def separate(self) -> None:
        """Keep an empty line before an entry where the author left one, never two."""
        seen: set[int] = set()
        for site in self.sites:
            if site.line not in seen and not site.in_flow and self._gap_above(site.line):
                site.entry.above.append("")
            seen.add(site.line)


def _line_of(site: _Site) -> int:
    return site.line


def _has_column(values: list[tuple[int, int]]) -> bool:
    """Whether values behind keys of different lengths begin in one column."""
    lengths: dict[int, set[int]] = {}
    for column, length in values:
        lengths.setdefault(column, set()).add(length)
    return any(len(different) > 1 for different in lengths.values())


def _dedented(lines: list[str]) -> list[str]:
    """The lines of a block scalar without their indentation."""
    depths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    return [line[min(depths, default=0) :].rstrip("\n") for line in lines]
