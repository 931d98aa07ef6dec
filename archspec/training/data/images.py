"""Files of images, by path or as bytes → images in batches; one that cannot be decoded is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from archspec.training.data.source import Unusable

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif")
"""The files that TensorFlow decodes as images."""

SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF8")
"""What they begin with, whatever they are called."""

GRAY_PNG = (0, 4)
"""The colour types of a PNG without colours (PNG specification, table 11.1)."""

NO_FRAME = (0xC4, 0xC8, 0xCC)
"""Segments of a JPEG from 0xC0 to 0xCF that are no start of a frame (ITU T.81, table B.1)."""

SHOWN = 5
"""Damaged files that are listed by name."""


class Decoder:
    """Decodes one image, of ``channels``, from its path or, with ``of_bytes``, from its bytes: a
    function of TensorFlow, ``uint8`` of height × width × channels.

    ``named`` gives the words for an element that cannot be decoded; ``fault`` is that of the last
    one, which TensorFlow reports without its name.
    """

    def __init__(
        self, channels: int, named: Callable[[bytes], str], *, of_bytes: bool = False
    ) -> None:
        self.channels = channels
        self.named = named
        self.of_bytes = of_bytes
        self.fault: Unusable | None = None

    def __call__(self, element: Any) -> Any:
        """The image of an element of a dataset."""
        import tensorflow as tf  # noqa: PLC0415 - what a source holds is known without it

        image = tf.numpy_function(self._decoded, [element], tf.uint8)
        image.set_shape([None, None, self.channels])
        return image

    def _decoded(self, element: bytes) -> Any:
        import tensorflow as tf  # noqa: PLC0415 - as above

        try:
            data = element if self.of_bytes else Path(element.decode()).read_bytes()
            image = tf.io.decode_image(data, self.channels, expand_animations=False)
            return image.numpy()
        except (OSError, tf.errors.OpError) as error:
            what = f"{self.named(element)} cannot be decoded as an image"
            self.fault = Unusable(what, "remove it, or replace it by a whole one")
            raise self.fault from error


def check_files(paths: Sequence[Path]) -> None:
    """Raise `Unusable` for files that do not begin as images do, an empty one among them."""
    wrong = [path for path in paths if not _head(path, 8).startswith(SIGNATURES)]
    if wrong:
        names = "".join(f"\n  {path}" for path in wrong[:SHOWN])
        more = f"\n  and {len(wrong) - SHOWN:,} more" if len(wrong) > SHOWN else ""
        number = "1 file is" if len(wrong) == 1 else f"{len(wrong):,} files are"
        help = "remove them, or replace them by whole ones (JPEG, PNG, BMP or GIF)"
        raise Unusable(f"{number} no image or damaged:{names}{more}", help)


def channels_of(path: Path) -> int:
    """1 for a gray PNG or JPEG, 3 for any other image."""
    head = _head(path, 2**16)
    if head.startswith(SIGNATURES[1]) and len(head) > 25:
        return 1 if head[25] in GRAY_PNG else 3
    if head.startswith(SIGNATURES[0]):
        return 1 if _jpeg_components(head) == 1 else 3
    return 3


def _jpeg_components(head: bytes) -> int:
    """The number of components in the first frame of a JPEG (ITU T.81, section B.2.2)."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        if 0xC0 <= head[at + 1] <= 0xCF and head[at + 1] not in NO_FRAME:
            return head[at + 9]
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return 3


def _head(path: Path, length: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(length)
    except OSError:
        return b""
