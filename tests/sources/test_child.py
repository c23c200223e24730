"""Children as they are started in earnest, with files and bounds that they do and do not hold."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import threading
import time
from pathlib import Path

import pytest

from sightlines.errors import ServiceBusyError, SourceRefusedError
from sightlines.sources.child import (
    COMMAND,
    UPLOAD,
    Turns,
    ask_child,
    parse_in_child,
    read_in_child,
)
from sightlines.sources.content import Content, Limits
from sightlines.sources.contribution import read_file
from sightlines.sources.in_child import is_inside
from sightlines.sources.table import Layout

pytestmark = pytest.mark.slow

TURNS = Turns(at_once=2)
TOO_MUCH = "too large or too complicated"


def contribution(content: bytes) -> Content:
    return Content.of_bytes(content, "cameras", Limits(rows=5_000, inflated_bytes=200 * 1024**2))


@pytest.fixture
def nyc(shared_data: Path) -> Content:
    return Content.of_path(shared_data / "boundaries" / "us_nyc_boroughs_epsg2263.zip")


@pytest.mark.parametrize(
    "name",
    ["uk_trafford_cctv.geojson", "uk_trafford_cctv.csv", "kr_jinju_cp949.csv", "sn_dakar.geojson"],
)
def test_read_in_child_reads_as_the_reader_does(shared_data: Path, name: str) -> None:
    content = contribution((shared_data / "cameras" / name).read_bytes())
    apart = read_in_child("contribution", content, {"encoding": None}, TURNS)
    here = read_file(content, encoding=None)
    assert apart.observations == here.observations
    for member in dataclasses.fields(here):
        if member.name != "rows":
            assert getattr(apart, member.name) == getattr(here, member.name)


def test_read_in_child_gives_on_the_sentence_of_a_refusal() -> None:
    content = contribution(b"%PDF-1.4 and so on")
    with pytest.raises(SourceRefusedError) as apart:
        read_in_child("contribution", content, {"encoding": None}, TURNS)
    with pytest.raises(SourceRefusedError) as here:
        read_file(content, encoding=None)
    assert str(apart.value) == str(here.value)


def test_read_in_child_passes_on_arguments_and_limits(shared_data: Path) -> None:
    korean = (shared_data / "cameras" / "kr_jinju_cp949.csv").read_bytes()
    with pytest.raises(SourceRefusedError, match="UTF-8"):
        read_in_child("contribution", contribution(korean), {"encoding": "utf-8"}, TURNS)
    few = Content.of_bytes(korean, "x", Limits(rows=10))
    with pytest.raises(SourceRefusedError, match="more than 10 rows"):
        read_in_child("contribution", few, {"encoding": None}, TURNS)


def test_read_in_child_waits_for_its_turn_and_says_when_there_is_none() -> None:
    turns = Turns(at_once=1, wait_s=0.1)
    content = contribution(b"lon,lat\n24.9384,60.1699\n")
    with turns.taken(), pytest.raises(ServiceBusyError, match="Too many files") as refusal:
        read_in_child("contribution", content, {"encoding": None}, turns)
    assert refusal.value.retry_after_s > 0
    assert read_in_child("contribution", content, {"encoding": None}, turns).rows_read == 1


def test_read_in_child_gives_its_turn_back_after_a_refusal() -> None:
    turns = Turns(at_once=1, wait_s=0.1)
    for _ in range(2):
        with pytest.raises(SourceRefusedError):
            read_in_child("contribution", contribution(b"%PDF"), {"encoding": None}, turns)


def test_read_in_child_can_be_asked_by_several_threads() -> None:
    content = contribution(b"lon,lat\n24.9384,60.1699\n")
    turns = Turns(at_once=2, wait_s=30)
    found: list[int] = []

    def ask() -> None:
        found.append(read_in_child("contribution", content, {"encoding": None}, turns).rows_read)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1, 1, 1, 1]


def test_read_in_child_parses_within_the_same_child(nyc: Content) -> None:
    reading = read_in_child("contribution", contribution(nyc.whole()), {"encoding": None}, TURNS)
    assert (reading.format, reading.crs, reading.rows_read) == ("shapefile", "EPSG:2263", 5)


def test_parse_in_child_gives_rows_that_outlive_the_child(nyc: Content) -> None:
    table = parse_in_child("gdal_files", nyc, Layout())
    assert [row.cells[1] for row in table.rows] == [
        "Staten Island", "Queens", "Brooklyn", "Manhattan", "Bronx",
    ]  # fmt: skip
    assert len(list(table.rows)) == 5
    assert not is_inside()


def test_parse_in_child_leaves_no_file_behind(nyc: Content, tmp_path: Path) -> None:
    before = tempfile.tempdir
    tempfile.tempdir = str(tmp_path)
    try:
        table = parse_in_child("gdal_files", Content.of_bytes(nyc.whole()), Layout())
        assert len(list(table.rows)) == 5
        with pytest.raises(SourceRefusedError):
            parse_in_child("gdal_files", Content.of_bytes(b"PK nonsense"), Layout())
    finally:
        tempfile.tempdir = before
    assert list(tmp_path.iterdir()) == []


BOUNDS = {
    "wall_s": dataclasses.replace(UPLOAD, wall_s=0),
    "cpu_s": dataclasses.replace(UPLOAD, cpu_s=0),
    "memory_bytes": dataclasses.replace(UPLOAD, memory_bytes=80 * 1024**2),
    "file_bytes": dataclasses.replace(UPLOAD, file_bytes=1_000),
}


@pytest.mark.parametrize("bound", BOUNDS)
def test_ask_child_ends_with_a_sentence_at_every_bound(nyc: Content, bound: str) -> None:
    started = time.monotonic()
    with pytest.raises(SourceRefusedError, match=TOO_MUCH):
        ask_child("gdal_files", nyc, {"layout": Layout()}, BOUNDS[bound])
    assert time.monotonic() - started < 5


def test_ask_child_logs_where_a_mistake_of_ours_is_but_not_what_it_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    content = contribution(b"name,phone\nsecret word,0123\n")
    with pytest.raises(SourceRefusedError, match=TOO_MUCH):
        ask_child("contribution", content, {"no such argument": 1}, UPLOAD)
    assert "TypeError at in_child.py:" in caplog.text
    assert "secret" not in caplog.text
    assert "no such argument" not in caplog.text


def test_ask_child_copies_no_more_than_the_limit() -> None:
    content = Content.of_bytes(bytes(2_000), "x", Limits(inflated_bytes=1_000))
    with pytest.raises(SourceRefusedError, match=TOO_MUCH):
        ask_child("contribution", content, {"encoding": None}, UPLOAD)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_a_child_is_told_nothing_of_our_settings(
    monkeypatch: pytest.MonkeyPatch, shared_data: Path
) -> None:
    monkeypatch.setenv("SIGHTLINES_SECRET_KEY", "a word to be found")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    content = contribution((shared_data / "cameras" / "kr_jinju_cp949.csv").read_bytes())
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            for task in Path("/proc").glob("[0-9]*"):
                try:
                    if (task / "stat").read_text().split(")")[1].split()[1] == str(os.getpid()):
                        seen.add((task / "environ").read_bytes())
                except OSError:
                    continue

    watcher = threading.Thread(target=look)
    watcher.start()
    read_in_child("contribution", content, {"encoding": None}, TURNS)
    done.set()
    watcher.join()
    # Between fork and exec a child is a copy of its parent; after that it has our words alone.
    told = [words for words in seen if b"PROJ_NETWORK=OFF" in words]
    assert told
    assert not any(b"SIGHTLINES" in words or b"PYTHONPATH" in words for words in told)


def test_the_bounds_of_an_upload_are_those_of_the_requirements() -> None:
    assert (UPLOAD.memory_bytes, UPLOAD.cpu_s) == (2 * 1024**3, 20)
    assert UPLOAD.file_bytes == 64 * 1024**2
    assert UPLOAD.wall_s < 10
    assert COMMAND.cpu_s == 600
