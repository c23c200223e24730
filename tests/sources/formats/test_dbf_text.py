from __future__ import annotations

import struct

import pytest

from sightlines.sources.formats.dbf_text import dbf_encoding


def dbf(name: bytes, width: int, *cells: bytes) -> bytes:
    """Return a dBASE table of one column of texts."""
    field = name.ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    header = struct.pack("<B3BIHH20x", 3, 126, 11, 22, len(cells), 32 + 32 + 1, 1 + width)
    return header + field + b"\r" + b"".join(b" " + cell.ljust(width) for cell in cells) + b"\x1a"


TEXTS = {
    "cp949": "경상남도 진주시 중앙로 교차로",
    "utf-8": "경상남도 진주시",
    "cp1252": "Café de la Gare, Champs-Élysées",
    "shift_jis": "東京都新宿区の防犯カメラ",
}


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("stated", [None, b"System", b"UTF-8", b""])
def test_dbf_encoding_finds_one_that_reads_the_texts(encoding: str, stated: bytes | None) -> None:
    text = TEXTS[encoding]
    table = dbf(b"name", 80, *[text.encode(encoding)] * 5)
    found = dbf_encoding(table, stated)
    assert text.encode(encoding).decode(found) == text


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        (b"949", "cp949"), (b"UTF-8", "utf-8"), (b"65001", "utf-8"), (b"ANSI 1252", "cp1252"),
        (b"ISO 88591", "iso8859-1"), (b"ISO-8859-15\n", "iso8859-15"), (b"Big5", "big5"),
        (b"OEM 850", "cp850"),
    ],
)  # fmt: skip
def test_dbf_encoding_knows_the_names_that_are_in_use(stated: bytes, found: str) -> None:
    assert dbf_encoding(dbf(b"name", 10, b"abc"), stated) == found


def test_dbf_encoding_does_not_stumble_over_a_character_that_is_cut() -> None:
    whole = "서울특별시 강남구".encode()
    table = dbf(b"name", 16, whole[:16], "서울".encode())
    assert dbf_encoding(table, None) == "utf-8"


@pytest.mark.parametrize("start", [b"", b"\3" * 40, b"\3" + b"\xff" * 500, bytes(64)])
def test_dbf_encoding_takes_anything(start: bytes) -> None:
    assert dbf_encoding(start, b"\xff\xfe") in {"utf-8", "cp1252"}
