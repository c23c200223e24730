"""Bytes to text, strictly."""

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.encoding import decode


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("é".encode(), "utf-8"),
        ("é".encode("utf-8-sig"), "utf-8"),
        ("é".encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + "é".encode("utf-16-be"), "utf-16"),
    ],
)
def test_decode_reads_utf8_and_marked_utf16(content, name):
    assert decode(content) == ("é", name)


def test_decode_takes_the_encoding_that_somebody_names():
    assert decode("서울".encode("cp949"), "cp949") == ("서울", "cp949")


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        (b"", None, "empty"),
        (b" \n", None, "empty"),
        ("é".encode("latin-1"), None, "UTF-8"),
        ("서울".encode("cp949"), None, "UTF-8"),
        (b"PK\x03\x04", None, "spreadsheet"),
        (b"\x1f\x8b\x08", None, "gzip"),
        (b"<html>", None, "HTML"),
        (b"lon,lat\n1,\x002", None, "not a table"),
        (b"x", "klingon", "No encoding"),
        (b"x", "base64", "No encoding"),
    ],
)
def test_decode_refuses_with_a_sentence_that_says_why(content, encoding, words):
    with pytest.raises(SourceRefusedError, match=words):
        decode(content, encoding)
