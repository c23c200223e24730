"""Taking off what a server has packed an answer into, a piece at a time.

Never more than a piece is unpacked at once, however much lies in a packed byte, and how much was
packed is told with each, so that whoever takes the pieces can stop.

References
----------
RFC 9110, 8.4.1, content codings; RFC 1950 to 1952; RFC 7932 for Brotli.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it says nothing of its types

from sightlines.sources.fetching.failures import AnswerRefusedError, PassingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PIECE_BYTES = 65_536
_GZIP = 16 + zlib.MAX_WBITS
_BROKEN = "What comes is packed, and broken or cut off."


def unpacked(packed: Iterable[bytes], coding: str) -> Iterator[tuple[bytes, int]]:
    """Unpack the body of an answer.

    Parameters
    ----------
    packed
        The body as it comes.
    coding
        The header `Content-Encoding`; "" where there is none.

    Yields
    ------
    piece
        At most 64 KiB, unless nothing was packed.
    n_packed
        How many packed bytes have come until now.

    Raises
    ------
    AnswerRefusedError
        If it is packed in another way than was asked for.
    PassingError
        If it is broken or cut off.
    """
    name = coding.strip().casefold()
    counted = _Counted(packed)
    if name in ("", "identity"):
        pieces = iter(counted)
    elif name in ("gzip", "x-gzip"):
        pieces = _inflated(counted, _GZIP)
    elif name == "deflate":
        pieces = _deflated(counted)
    elif name == "br":
        pieces = _debrotlied(counted)
    else:
        raise AnswerRefusedError("What comes is packed in a way that was not asked for.")
    try:
        for piece in pieces:
            yield piece, counted.n_bytes
    except (zlib.error, brotli.error) as reason:
        raise PassingError(_BROKEN) from reason


class _Counted:
    """Pieces, counted while they come."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.n_bytes = 0
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.n_bytes += len(piece)
            yield piece


def _inflated(packed: Iterable[bytes], window: int) -> Iterator[bytes]:
    """Inflate one or more streams behind each other; zeros may follow them."""
    inflating = zlib.decompressobj(window)
    for piece in packed:
        left = piece
        while left and not (inflating.eof and not left.strip(b"\0")):
            if inflating.eof:
                inflating = zlib.decompressobj(window)
            yield inflating.decompress(left, PIECE_BYTES)
            left = inflating.unconsumed_tail or inflating.unused_data
    yield inflating.flush()
    if not inflating.eof:
        raise PassingError(_BROKEN)


def _deflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Inflate what is called `deflate`: with the header of zlib or, as some servers do, without."""
    pieces = iter(packed)
    first = next(pieces, b"")
    has_header = (
        len(first) > 1
        and first[0] & 15 == zlib.DEFLATED
        and not (int.from_bytes(first[:2], "big") % 31)
    )

    def again() -> Iterator[bytes]:
        yield first
        yield from pieces

    yield from _inflated(again(), zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)


def _debrotlied(packed: Iterable[bytes]) -> Iterator[bytes]:
    unpacking = brotli.Decompressor()
    for piece in packed:
        found = unpacking.process(piece, output_buffer_limit=PIECE_BYTES)
        # It may hold more of what came out, also where it would take more in.
        while found or not unpacking.can_accept_more_data():
            yield found
            found = unpacking.process(b"", output_buffer_limit=PIECE_BYTES)
    if not unpacking.is_finished():
        raise PassingError(_BROKEN)
