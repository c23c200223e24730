"""The door for XML: what is let in, what is shut out, and how fast."""

import time

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.formats.xml_elements import flattened, gather, plain_names
from sightlines.sources.formats.xml_text import events, find_encoding, root_name

CAMERA = b"<list><camera><name>A</name></camera></list>"


def read(content, encoding=None):
    found = Content.of_bytes(content)
    return list(events(found, find_encoding(found, encoding)))


def element(content):
    following = iter(read(content))
    name, attributes = next(following)
    return gather(name, attributes, following)


def test_events_come_in_the_order_of_the_file_with_local_names():
    content = b'<a:list xmlns:a="urn:x" a:n="1"><b/> <c>x<![CDATA[<script>&]]></c></a:list>'
    assert read(content) == [
        ("list", {"n": "1"}),
        ("b", {}),
        ("b", None),
        ("c", {}),
        (None, "x<script>&"),
        ("c", None),
        ("list", None),
    ]


HOSTILE = [
    (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type"),
    (b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]><a>&x;</a>', "document type"),
    (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]><a/>', "document type"),
    (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "document type"),
    (
        b"<!DOCTYPE a [<!ENTITY a0 'ha'>%s]><a>&a9;</a>"
        % b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)),
        "document type",
    ),
    (
        b"<!DOCTYPE a [<!ENTITY x '%s'>]><a>%s</a>" % (b"x" * 100_000, b"&x;" * 10_000),
        "document type",
    ),
    (b"<a>" * 100_000, "nested more than 100"),
    (b"<a>" * 1_000_000 + b"</a>" * 1_000_000, "nested more than 100"),
    (b"<a>&nbsp;</a>", "near line 1"),
    (b"<a>\n<b>\n</a>", "near line 3"),
    (b"<a><b>", "cut off"),
    (b"<a/><b/>", "near line 1"),
    (b"<a n='%s'/>" % (b"x" * 3_000_000), "more than 1 MiB"),
    (b"<a><!--%s--></a>" % (b"x" * 30_000_000), "more than 1 MiB"),
    (b"<!DOCTYPE html><html lang=en><p>", "web page"),
    (b"<html><body/></html>", "web page"),
    (b"<HTML>", "web page"),
    (b"<script>alert(1)</script>", "web page"),
    (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "drawing"),
    (b'<xsl:stylesheet xmlns:xsl="x"/>', "style sheet"),
    (b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>", "VRT"),
    (b"<GDAL_WMS><Service/></GDAL_WMS>", "service"),
    (b"lon,lat\n1,2", "not XML"),
    (b"", "not XML|empty"),
]


@pytest.mark.parametrize(("content", "words"), HOSTILE)
def test_events_refuses_what_is_dangerous_or_broken_at_once(content, words):
    started = time.monotonic()
    with pytest.raises(SourceRefusedError, match=words):
        read(content)
    assert time.monotonic() - started < 5


def test_events_leaves_inclusions_as_they_are():
    content = (
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" '
        b'parse="text"/></a>'
    )
    assert read(content)[1] == ("include", {"href": "file:///etc/passwd", "parse": "text"})


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("<a>é</a>".encode(), "utf-8"),
        ("\ufeff<a>é</a>".encode(), "utf-8"),
        ("<a>é</a>".encode("utf-16"), "utf-16"),
        ("<a>é</a>".encode("utf-16-le"), "utf-16-le"),
        ("<a>é</a>".encode("utf-16-be"), "utf-16-be"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"), "iso8859-1"),
        ('<?xml version="1.0" encoding="Big5"?><a>台北</a>'.encode("big5"), "big5"),
        ('<?xml version="1.0" encoding="euc-kr"?><a>위도</a>'.encode("euc-kr"), "euc_kr"),
        ('<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode(), "utf-8"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode(), "utf-8"),
        ('<?xml version="1.0" encoding="rot13"?><a>é</a>'.encode(), "utf-8"),
    ],
)
def test_find_encoding_believes_the_bytes_before_the_declaration(content, encoding):
    assert find_encoding(Content.of_bytes(content)) == encoding
    assert read(content)[1][1] in {"é", "台北", "위도"}


def test_find_encoding_takes_what_somebody_names():
    content = "<a>Жук</a>".encode("cp1251")
    assert read(content, "windows-1251")[1] == (None, "Жук")
    with pytest.raises(SourceRefusedError, match="No encoding"):
        read(content, "base64")
    with pytest.raises(SourceRefusedError, match="not encoded in UTF-8"):
        read(content, "utf-8")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<kml xmlns='x'>", "kml"),
        (b"\xef\xbb\xbf \n<?xml version='1.0'?><!-- <osm> --><gpx:GPX", "gpx"),
        ("<?xml version='1.0'?><osm version='0.6'>".encode("utf-16"), "osm"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><list>", "list"),
        (b"<!doctype HTML PUBLIC><body>", "html"),
        (b"{}", None),
        (b"", None),
        (b"<!--", None),
        (b"< 3", None),
    ],
)
def test_root_name_reads_the_name_of_the_root(head, name):
    assert root_name(head) == name


def test_flattened_writes_elements_and_attributes_as_cells():
    record = element(
        b'<camera id="7"><name lang="en">A</name><at><lat>1</lat><lon>2</lon></at>'
        b"<url>x</url><url>y</url><none/></camera>"
    )
    assert flattened(record) == {
        "@id": "7",
        "name.@lang": "en",
        "name": "A",
        "at.lat": "1",
        "at.lon": "2",
        "url": "x;y",
        "none": "",
    }


def test_plain_names_keeps_the_sign_of_an_attribute_that_is_named_like_an_element():
    assert plain_names(("@id", "name", "@name", "at.@lat")) == ("id", "name", "@name", "at.lat")


@pytest.mark.parametrize("inner", [b"text<b/>" * 100_001, b"<b>x</b>" * 100_001, b"x " * 9_000_000])
def test_gather_refuses_a_record_that_is_too_large_at_once(inner):
    started = time.monotonic()
    with pytest.raises(SourceRefusedError, match="too large for one record"):
        element(b"<a>%s</a>" % inner)
    assert time.monotonic() - started < 8


def test_gather_joins_texts_in_time():
    started = time.monotonic()
    record = element(b"<a>%s</a>" % (b"some text" * 10 + b"<b>x</b>"))
    assert record.text == "some text" * 10
    large = element(b"<a>%s</a>" % ((b"some text " * 10 + b"<b>x</b>") * 90_000))
    assert len(flattened(large)["b"]) == 2 * 90_000 - 1
    assert time.monotonic() - started < 8
