"""Pages joined into one file of JSON."""

import json
import math

from sightlines.sources.fetching.joining import as_json, joined


def test_joined_writes_a_bare_list(tmp_path):
    path = tmp_path / "x"
    with joined(path) as add:
        add([])
        add([{"a": 1}, {"b": "é"}])
        add([None])
    assert json.loads(path.read_bytes()) == [{"a": 1}, {"b": "é"}, None]


def test_joined_writes_a_list_inside_an_object(tmp_path):
    path = tmp_path / "x"
    with joined(path, {"type": "FeatureCollection"}, "features") as add:
        add(iter([1, b'{"a": 2}']))
    assert json.loads(path.read_bytes()) == {
        "type": "FeatureCollection",
        "features": [1, {"a": 2}],
    }


def test_joined_writes_an_empty_list(tmp_path):
    path = tmp_path / "x"
    with joined(path, {}, "elements"):
        pass
    assert path.read_bytes() == b'{"elements":[]}'


def test_as_json_writes_what_servers_send_beyond_the_standard():
    assert json.loads(as_json({"n": math.nan})) == {"n": None}
    assert json.loads(as_json(10**30)) == 10**30
    assert json.loads(as_json("\ud800x")) == "\ud800x"
