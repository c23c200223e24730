"""What is read: a file or bytes, opened as often as a reader needs, never past a limit.

A reader first looks at the head, later at the whole, and a large table is passed through more than
once; none of them needs to know whether the bytes lie on a disk, in memory or inside an archive.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

HEAD_BYTES = 65_536
_PIECE_BYTES = 4 * 1024**2


@dataclass(frozen=True)
class Limits:
    """How much of a file is taken.

    Parameters
    ----------
    rows
        Most rows; None for no limit.
    inflated_bytes
        Most bytes that come out of an archive.
    whole_bytes
        Most bytes of a file that has to be held in memory at once.
    """

    rows: int | None = None
    inflated_bytes: int = 4 * 1024**3
    whole_bytes: int = 1024**3


@dataclass(frozen=True)
class Content:
    """A file's bytes.

    Parameters
    ----------
    name
        The file's name, for sentences and for what its words say; "" where it has none.
    open
        Opens it at its start; each call gives a stream of its own, which the caller closes.
    path
        Where it lies on the disk as it is; None for bytes and for what comes out of an archive.
    limits
        How much of it is taken.
    """

    name: str
    open: Callable[[], BinaryIO]
    path: Path | None = None
    limits: Limits = Limits()

    @classmethod
    def of_path(cls, path: Path, limits: Limits | None = None) -> Content:
        """Return the content of a file on the disk."""
        return cls(path.name, lambda: path.open("rb"), path, limits or Limits())

    @classmethod
    def of_bytes(cls, content: bytes, name: str = "", limits: Limits | None = None) -> Content:
        """Return bytes as a content."""
        return cls(name, lambda: io.BytesIO(content), None, limits or Limits())

    @property
    def stem(self) -> str:
        """Return the name without any of its endings (`x.csv.gz` gives `x`)."""
        return self.name.split(".")[0] or self.name

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return the first bytes.

        Parameters
        ----------
        size
            Most bytes returned.
        """
        with self.open() as opened:
            return opened.read(size)

    def whole(self) -> bytes:
        """Return all bytes.

        Raises
        ------
        SourceRefusedError
            If there are more than `limits.whole_bytes`.
        """
        found = bytearray()
        with self.open() as opened:
            # Piece by piece: asking for the limit at once would reserve all of it.
            while piece := opened.read(min(_PIECE_BYTES, self.limits.whole_bytes + 1 - len(found))):
                found += piece
        if len(found) > self.limits.whole_bytes:
            raise SourceRefusedError(
                f"The file is larger than {self.limits.whole_bytes // 1024**2} MiB, "
                "too large to be read at once: split it."
            )
        return bytes(found)
