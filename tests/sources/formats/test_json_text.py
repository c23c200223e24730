"""JSON: documents, sequences, values as texts, and what HOSTILE.md names."""

import json
import time

import pytest

from sightlines.errors import SourceRefusedError
from sightlines.sources.content import Content
from sightlines.sources.formats.json_text import (
    UNREADABLE,
    as_text,
    cells_of,
    flattened,
    names_in,
    read_json,
)


def read(content):
    return read_json(Content.of_bytes(content))


@pytest.mark.parametrize(
    ("content", "root"),
    [
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
        (b'["\\ud800", "\\ud83d\\ude00"]', ["\ufffd", "\U0001f600"]),
        (b'["\\\\ud800", "\\ud800"]', ["\\ud800", "\ufffd"]),
        (b"[1e400, -Infinity]", [float("inf"), float("-inf")]),
        (b'["a\tb"]', ["a\tb"]),
        (b'{"__proto__": {"x": 1}}', {"__proto__": {"x": 1}}),
        (b"[%s, 1e400]" % (b"9" * 30), [int("9" * 30), float("inf")]),
    ],
)
def test_read_json_reads_what_can_be_read(content, root):
    assert read(content).root == root


def test_read_json_keeps_the_digits_of_a_number_of_5000():
    assert read(b"[NaN, %s]" % (b"7" * 5_000)).root[1] == "7" * 5_000


@pytest.mark.parametrize("separator", [b"\n", b"\r\n", b"\n\n", b"\n\x1e"])
def test_read_json_reads_a_sequence(separator):
    content = separator.join([b'{"a": 1}', b'{"a": 2}', b'{"a": 3}'])
    found = read(content)
    assert found.root == [{"a": 1}, {"a": 2}, {"a": 3}]
    assert found.is_sequence


def test_read_json_marks_a_broken_line_and_reads_the_others():
    assert read(b'{"a": 1}\n{"a": \n{"a": 3}\n').root == [{"a": 1}, UNREADABLE, {"a": 3}]


def test_read_json_reads_records_of_several_lines_behind_separators():
    assert read(b'\x1e{\n"a": 1}\n\x1e{\n"a": 2}\n').root == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":NaN,"b":' + b"[" * 100_000, "nested too deeply"),
        (b'{"a": [1, 2', "cut off"),
        (b'[\n{"a": 1},\n{"a": 2}', "near line 3"),
        (b'{"a": 1}{"a": 2}', "more behind its first"),
        (b"var cameras = [];", "not valid JSON"),
        (b"", "empty"),
        (b"{'a': 1}", "not valid JSON"),
    ],
)
def test_read_json_refuses_what_is_no_json_at_once(content, words):
    started = time.monotonic()
    with pytest.raises(SourceRefusedError, match=words):
        read(content)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (1001.0, "1001"),
        (1.5, "1.5"),
        (-0.25, "-0.25"),
        (1234567890123456789, "1234567890123456789"),
        (1e22, "1e+22"),
        (True, "yes"),
        (False, "no"),
        (["a", None, 1], "a;1"),
        ({"bearing_deg": 180, "width_deg": 360}, "0-360"),
        ([{"bearing_deg": 0.5, "width_deg": 45.0}, {"bearing_deg": 90.0}], "338-23;90"),
        ({"a": 1}, '{"a":1}'),
        ([[1, 2], [3]], "[[1,2],[3]]"),
        (float("inf"), ""),
        (float("nan"), ""),
    ],
)
def test_as_text_writes_a_value_as_a_cell(value, text):
    assert as_text(value) == text


def test_flattened_joins_the_names_of_inner_objects():
    record = {"id": 7, "position": {"lat": 1.5, "lon": {"deg": 2}}, "tags": ["a", "b"], "x": {}}
    cells = {"id": "7", "position.lat": "1.5", "position.lon.deg": "2", "tags": "a;b", "x": ""}
    assert flattened(record) == cells
    assert list(names_in(record)) == list(cells)
    assert cells_of(record, ["tags", "position.lat", "none"]) == ["a;b", "1.5", ""]


def test_flattened_survives_a_deep_object():
    deep = json.loads('{"a":' * 900 + "1" + "}" * 900)
    (name,) = flattened(deep)
    assert name.count("a") == 33
