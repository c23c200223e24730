"""Taking off what an answer is packed into."""

import gzip
import zlib

import brotli
import pytest

from sightlines.sources.fetching.failures import AnswerRefusedError, PassingError
from sightlines.sources.fetching.unpacking import PIECE_BYTES, unpacked

TEXT = b"".join(b"%d;24.9;60.2\n" % number for number in range(20_000))


def raw_deflate(text):
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush()


def cut(packed, size=1_000):
    return [packed[start : start + size] for start in range(0, len(packed), size)]


PACKED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "X-GZIP ": gzip.compress(TEXT[:9_000]) + gzip.compress(TEXT[9_000:]) + bytes(512),
    "deflate": zlib.compress(TEXT),
    "Deflate": raw_deflate(TEXT),
    "br": brotli.compress(TEXT),
}


@pytest.mark.parametrize("coding", sorted(PACKED))
@pytest.mark.parametrize("size", [3, 1_000, 10**7])
def test_unpacked_gives_what_was_packed(coding, size):
    packed = PACKED[coding]
    pieces = list(unpacked(cut(packed, size), coding))
    assert b"".join(piece for piece, _ in pieces) == TEXT
    assert pieces[-1][1] == len(packed)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_unpacked_says_when_it_is_cut_off_or_broken(coding):
    packed = PACKED[coding]
    with pytest.raises(PassingError, match="cut off"):
        list(unpacked(cut(packed[: len(packed) // 2]), coding))
    with pytest.raises(PassingError, match="broken"):
        list(unpacked([b"<html>this is not packed at all</html>"], coding))


def test_unpacked_gives_a_bomb_in_small_pieces():
    bomb = gzip.compress(bytes(50_000_000))
    for piece, n_packed in unpacked([bomb], "gzip"):
        assert len(piece) <= PIECE_BYTES
        assert n_packed == len(bomb)


@pytest.mark.parametrize("coding", ["zstd", "gzip, gzip", "compress", "x"])
def test_unpacked_refuses_what_was_not_asked_for(coding):
    with pytest.raises(AnswerRefusedError, match="not asked for"):
        list(unpacked([b"x"], coding))
