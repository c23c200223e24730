"""Archives, honest and hostile: each made here, byte by byte where no library would."""

from __future__ import annotations

import gzip
import io
import random
import stat
import struct
import time
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.archives import (
    check_zip,
    kind_of_zip,
    member,
    shapefile_parts,
    unpack,
)
from sightlines.sources.content import Content, Limits

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLE = b"lon,lat\n24.9384,60.1699\n"
MIB = 1024**2


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


def end_record(n: int, directory_bytes: int, offset: int) -> bytes:
    return struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, n, n, directory_bytes, offset, 0)


def entry(name: bytes, packed: bytes, size: int, checksum: int) -> tuple[bytes, bytes]:
    """Return a deflated file's local header and directory entry (its offset is 0)."""
    sizes = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0x21, checksum, len(packed), size)
    local = b"PK\x03\x04" + sizes + struct.pack("<HH", len(name), 0) + name
    central = (
        b"PK\x01\x02\x14\x00" + sizes + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    )
    return local, central


def overlapping() -> bytes:
    """Return 500 directory entries that all name the same 10 MiB of zeros."""
    zeros = bytes(10 * MIB)
    packed = zlib.compress(zeros, 9)[2:-4]
    local, _ = entry(b"0", packed, len(zeros), zlib.crc32(zeros))
    body = local + packed
    directory = b"".join(
        entry(b"%d" % n, packed, len(zeros), zlib.crc32(zeros))[1] for n in range(500)
    )
    return body + directory + end_record(500, len(directory), len(body))


def lying(size: int) -> bytes:
    """Return an archive of one file that says another size than it has."""
    packed = zlib.compress(TABLE)[2:-4]
    local, central = entry(b"cameras.csv", packed, size, zlib.crc32(TABLE))
    body = local + packed
    return body + central + end_record(1, len(central), len(body))


def encrypted() -> bytes:
    packed = bytearray(zipped(("cameras.csv", TABLE)))
    packed[6] |= 1
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def link() -> bytes:
    packed = io.BytesIO()
    one = zipfile.ZipInfo("cameras.csv")
    one.create_system = 3
    one.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(one, "/etc/passwd")
    return packed.getvalue()


def named(name: str) -> bytes:
    """Return an archive whose one file has a name that a library might not write."""
    stand_in = "x" * len(name.encode())
    return zipped((stand_in, TABLE)).replace(stand_in.encode(), name.encode())


def many(n: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(n):
            archive.writestr(f"{number}.csv", b"")
    return packed.getvalue()


def clashing() -> bytes:
    return zipped(("cameras.csv", TABLE), ("CAMERAS.csv", TABLE))


def bomb() -> bytes:
    return zipped(("cameras.csv", bytes(64 * MIB)))


def noise() -> bytes:
    return random.Random(3).randbytes(3 * MIB)  # noqa: S311 - only has to be incompressible


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nested": (lambda: zipped(("a.zip", zipped(("cameras.csv", TABLE)))), "holds another archive"),
    "a gzip in a zip": (lambda: zipped(("a.gz", gzip.compress(TABLE))), "holds another archive"),
    "a gzip in a gzip": (lambda: gzip.compress(gzip.compress(TABLE)), "holds another archive"),
    "a zip in a gzip": (lambda: gzip.compress(zipped(("a", TABLE))), "holds another archive"),
    "overlapping": (overlapping, "overlap"),
    "ratio of a zip": (bomb, "more than 100 times"),
    "says less than it has": (lambda: lying(10), "the truth about its files' sizes"),
    "says more than it has": (lambda: lying(1000), "the truth about its files' sizes"),
    "says four gigabytes": (lambda: lying(4 * 1024**3 - 2), "more than"),
    "a way up": (lambda: zipped(("../../etc/cron.d/x", TABLE)), "leads elsewhere"),
    "a way up, Windows": (lambda: named("..\\..\\x.csv"), "leads elsewhere"),
    "a root": (lambda: zipped(("/etc/passwd", TABLE)), "leads elsewhere"),
    "a drive": (lambda: named("C:\\x.csv"), "leads elsewhere"),
    "a NUL": (lambda: named("x.csv\0.exe"), "leads elsewhere"),
    "right to left": (lambda: zipped(("cameras\u202evsc.exe", TABLE)), "leads elsewhere"),
    "a link": (link, "a link instead of a file"),
    "names that differ by case": (clashing, "two files of one name"),
    "65,536 files": (lambda: many(65_536), "more than 10000 files"),
    "encrypted": (encrypted, "password"),
    "something in front": (lambda: b"PK" + zipped(("cameras.csv", TABLE)), "Something else"),
    "something behind": (lambda: zipped(("cameras.csv", TABLE)) + b"x", "cut off or damaged"),
    "cut off": (lambda: zipped(("cameras.csv", noise()))[: 2 * MIB], "cut off or damaged"),
    "empty": (zipped, "is empty"),
    "an empty file": (lambda: zipped(("cameras.csv", b"")), "an empty file"),
    "nothing but a read-me": (lambda: zipped(("README.txt", b"hello")), "no file that could"),
    "several": (lambda: zipped(("a.csv", TABLE), ("b.csv", TABLE)), "holds 2 files"),
    "7-Zip": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100), "a 7-Zip archive"),
    "RAR": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100), "a RAR archive"),
    "xz": (lambda: b"\xfd7zXZ\x00" + bytes(100), "packed with xz"),
    "tar": (lambda: b"x".ljust(257, b"\0") + b"ustar\0" + bytes(300), "a tar archive"),
    "a letter": (
        lambda: zipped(("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>")),
        "a text document",
    ),
    "a rare method": (lambda: zipped(("cameras.csv", TABLE), method=14), "a rare method"),
    "a broken checksum": (
        lambda: zipped(("cameras.csv", TABLE)).replace(
            struct.pack("<I", zlib.crc32(TABLE)), b"\1\2\3\4"
        ),
        "cut off or damaged",
    ),
    "gzip cut off": (lambda: gzip.compress(TABLE)[:-9], "cut off"),
    "gzip with rubbish behind": (lambda: gzip.compress(TABLE) + b"rubbish", "something else"),
    "gzip, damaged": (lambda: gzip.compress(TABLE)[:10] + b"\xff" * 40, "damaged"),
    "ratio of a gzip": (lambda: gzip.compress(bytes(64 * MIB)), "more than 100 times"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_unpack_refuses_a_hostile_archive_with_a_sentence(case: str) -> None:
    make, words = HOSTILE[case]
    content = Content.of_bytes(make(), "cameras")
    started = time.monotonic()
    with pytest.raises(SourceRefusedError) as refusal:
        unpack(content).whole()
    assert words in str(refusal.value)
    assert time.monotonic() - started < 5


def test_unpack_ends_a_gzip_while_it_is_read_when_it_inflates_past_the_limit() -> None:
    packed = gzip.compress(noise())
    inside = unpack(Content.of_bytes(packed, "x.gz", Limits(inflated_bytes=2 * MIB)))
    with inside.open() as opened:
        assert len(opened.read(MIB)) == MIB
        with pytest.raises(SourceRefusedError, match="more than 2 MiB"):
            opened.read()


def test_unpack_refuses_a_zip_by_what_it_says_when_that_is_past_the_limit() -> None:
    packed = zipped(("cameras.csv", noise()))
    with pytest.raises(SourceRefusedError, match="more than 2 MiB"):
        unpack(Content.of_bytes(packed, "x.zip", Limits(inflated_bytes=2 * MIB)))


@pytest.mark.parametrize(
    ("name", "inner"), [("cameras.csv.gz", "cameras.csv"), ("cameras", "cameras")]
)
def test_unpack_gives_what_is_in_a_gzip(name: str, inner: str) -> None:
    inside = unpack(Content.of_bytes(gzip.compress(TABLE), name))
    assert (inside.name, inside.whole(), inside.head(3)) == (inner, TABLE, b"lon")
    assert inside.path is None


def test_unpack_reads_a_gzip_of_several_members_as_one() -> None:
    packed = gzip.compress(TABLE) + gzip.compress(TABLE)
    assert unpack(Content.of_bytes(packed, "x.gz")).whole() == TABLE * 2


@pytest.mark.parametrize("name", ["cameras.csv", "a/b/cameras.csv", "CON.csv", "카메라.csv"])
def test_unpack_gives_the_one_file_of_a_zip(name: str) -> None:
    packed = zipped(
        ("__MACOSX/a/._cameras.csv", b"x"), (".DS_Store", b"x"), ("folder/", b""),
        ("README.md", b"x"), ("LICENCE", b"x"), ("terms.pdf", b"x"), (name, TABLE),
    )  # fmt: skip
    inside = unpack(Content.of_bytes(packed, "x.zip"))
    assert (inside.name, inside.whole()) == (name.split("/")[-1], TABLE)


def test_unpack_reads_a_zip64_archive() -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("cameras.csv", "w", force_zip64=True) as opened,
    ):
        opened.write(TABLE)
    plain = packed.getvalue()
    end = plain.rindex(b"PK\x05\x06")
    n, directory_bytes, offset = struct.unpack("<HII", plain[end + 10 : end + 20])
    record = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, n, n, directory_bytes, offset
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    whole = plain[:end] + record + locator + end_record(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    assert unpack(Content.of_bytes(whole, "x.zip")).whole() == TABLE


def test_unpack_gives_back_what_is_no_archive() -> None:
    content = Content.of_bytes(TABLE, "cameras.csv")
    assert unpack(content) is content


def test_unpack_gives_a_spreadsheet_that_was_packed_once_more() -> None:
    workbook = zipped(("[Content_Types].xml", b"<a/>"), ("xl/workbook.xml", b"<a/>"))
    inside = unpack(Content.of_bytes(zipped(("cameras.xlsx", workbook)), "x.zip"))
    assert (inside.name, inside.whole()) == ("cameras.xlsx", workbook)


KINDS = {
    "xlsx": [("[Content_Types].xml", b"<a/>"), ("xl/workbook.xml", b"<a/>")],
    "ods": [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", b"<a/>"),
    ],
    "kmz": [("files/pin.png", b"x"), ("doc.kml", b"<kml/>")],
    "shapefile": [("a.shp", b"x"), ("a.dbf", b"x"), ("a.shp.xml", b"x")],
    "single": [("cameras.csv", TABLE), ("cameras.kml", b"<kml/>")],
}


@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_zip_tells_formats_apart_by_what_they_hold(kind: str) -> None:
    assert kind_of_zip(Content.of_bytes(zipped(*KINDS[kind]))) == kind


def test_kind_of_zip_knows_a_real_shapefile(shared_data: Path) -> None:
    path = shared_data / "boundaries" / "us_nyc_boroughs_epsg2263.zip"
    assert kind_of_zip(Content.of_path(path)) == "shapefile"


def test_member_takes_the_main_document_of_a_kmz() -> None:
    packed = zipped(("a.kml", b"<a/>"), ("doc.kml", b"<kml/>"))
    assert member(Content.of_bytes(packed), ".kml").whole() == b"<kml/>"


def test_member_refuses_an_archive_without_such_a_file() -> None:
    with pytest.raises(SourceRefusedError, match=r"no file that ends in \.kml"):
        member(Content.of_bytes(zipped(("a.csv", TABLE))), ".kml")


def test_shapefile_parts_gives_the_files_of_one_name() -> None:
    packed = zipped(
        ("d/A.SHP", b"1"), ("d/a.dbf", b"2"), ("d/a.shp.xml", b"3"), ("d/b.prj", b"4"),
        ("a.shx", b"5"),
    )  # fmt: skip
    parts = shapefile_parts(Content.of_bytes(packed))
    assert {suffix: part.whole() for suffix, part in parts.items()} == {".shp": b"1", ".dbf": b"2"}


def test_shapefile_parts_refuses_two_shapefiles() -> None:
    packed = zipped(("a.shp", b"1"), ("b.shp", b"2"))
    with pytest.raises(SourceRefusedError, match="holds 2 shapefiles"):
        shapefile_parts(Content.of_bytes(packed))


def test_check_zip_accepts_an_honest_archive(shared_data: Path) -> None:
    check_zip(Content.of_path(shared_data / "boundaries" / "world_naturalearth_lowres_pop.zip"))


@pytest.mark.parametrize("size", [10, 1000])
def test_check_zip_refuses_an_archive_that_lies_about_a_size(size: int) -> None:
    with pytest.raises(SourceRefusedError, match="the truth"):
        check_zip(Content.of_bytes(lying(size)))
