"""The bytes of a file → its text: UTF-8, within the bound of `archspec.limits`."""

from __future__ import annotations

from archspec import limits
from archspec.diagnostics import Diagnostic, Span, SpecError


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, within the bound. Raises `SpecError`."""
    if len(data) > limits.TEXT_BYTES:
        message = (
            f"this file has more than {limits.TEXT_BYTES:,} bytes, the most that a spec may have"
        )
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
