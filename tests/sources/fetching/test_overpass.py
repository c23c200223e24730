"""Overpass servers."""

import re

import orjson
import pytest

from sightlines.sources.content import Content
from sightlines.sources.fetching.failures import (
    AnswerRefusedError,
    BudgetSpentError,
    FetchFailedError,
)
from sightlines.sources.fetching.overpass import DEEPEST
from sightlines.sources.register import read

pytestmark = pytest.mark.slow

QUERY = 'node["man_made"="surveillance"]({{bbox}});'
BOX = (24.0, 60.0, 25.0, 61.0)
TIMED_OUT = 'runtime error: Query timed out in "query" at line 4 after 2 seconds.'
OUT_OF_MEMORY = "runtime error: Query run out of memory using about 2048 MB of RAM."


def node(id_, lon=24.5, lat=60.5, version=1):
    return {
        "type": "node",
        "id": id_,
        "lat": lat,
        "lon": lon,
        "timestamp": "2024-05-31T12:00:00Z",
        "version": version,
        "changeset": 4711,
        "user": "somebody",
        "uid": 42,
        "tags": {"man_made": "surveillance", "surveillance:type": "camera"},
    }


def answer(*elements, **rest):
    return {
        "version": 0.6,
        "generator": "Overpass API 0.7.62",
        "osm3s": {"timestamp_osm_base": "2026-11-22T12:00:00Z"},
        "elements": list(elements),
        **rest,
    }


def count(total):
    tags = {"nodes": str(total), "ways": "0", "relations": "0", "total": str(total)}
    return {"type": "count", "id": 0, "tags": tags}


def box_of(query):
    """Return west, south, east, north of the box that a query names."""
    south, west, north, east = map(
        float, re.search(r"\(([-\d.]+,){3}[-\d.]+\)", query)[0][1:-1].split(",")
    )
    return west, south, east, north


def server(upstream, nodes, *, widest=360.0, remark=TIMED_OUT):
    """Answer as a server does that cannot manage boxes wider than so many degrees."""

    def script(asked):
        query = asked.query["data"]
        west, south, east, north = box_of(query)
        inside = [
            row for row in nodes if west <= row["lon"] <= east and south <= row["lat"] <= north
        ]
        if "out count" in query:
            return upstream.json(answer(count(len(inside))))
        if east - west > widest:
            return upstream.json(answer(*inside[:1], remark=remark))
        return upstream.json(answer(*inside))

    return script


def overpass(fetched, *upstreams, **changes):
    said = {"reader": "overpass", "query": QUERY, "bbox": BOX, **changes}
    return fetched(url=" ".join(f"{row.url}/api/interpreter" for row in upstreams), **said)


def written(found):
    return orjson.loads(found.path.read_bytes())


def test_fetch_overpass_asks_for_versions_but_keeps_no_editor(fetched, upstream):
    upstream.script = server(upstream, [node(2, version=3), node(1)])
    found = overpass(fetched, upstream)
    query = upstream.asked[0].query["data"]
    assert re.match(r"\[out:json\]\[timeout:\d+\]\[maxsize:\d+\];\(node", query)
    assert query.endswith(";);out meta center;")
    assert "(60.0000000,24.0000000,61.0000000,25.0000000)" in query
    root = written(found)
    assert [row["id"] for row in root["elements"]] == [1, 2]
    assert [row["version"] for row in root["elements"]] == [1, 3]
    assert b"somebody" not in found.path.read_bytes()
    assert not {"user", "uid", "changeset"} & set(root["elements"][0])
    assert found.url == f"{upstream.url}/api/interpreter"


def test_fetch_overpass_writes_a_file_that_the_reader_takes(fetched, upstream):
    upstream.script = server(upstream, [node(1), node(2, 24.9)])
    reading = read(Content.of_path(overpass(fetched, upstream).path))
    assert (reading.format, reading.rows.num_rows) == ("overpass", 2)
    assert reading.extent.bounds == BOX


def test_fetch_overpass_writes_the_same_file_for_the_same_elements(fetched, upstream):
    upstream.script = server(upstream, [node(1), node(2, 24.9)])
    before = overpass(fetched, upstream).path.read_bytes()
    again = answer(node(2, 24.9), node(1), osm3s={"timestamp_osm_base": "2027-01-01T00:00:00Z"})
    upstream.in_turn(upstream.json(again))
    assert overpass(fetched, upstream).path.read_bytes() == before


def test_fetch_overpass_asks_for_an_area_by_its_code(fetched, upstream):
    upstream.in_turn(upstream.json(answer(node(1))))
    overpass(fetched, upstream, bbox=None, area="FR", query='node["a"](area.place);')
    assert 'area["ISO3166-1"="FR"]' in upstream.asked[0].query["data"]
    overpass(fetched, upstream, bbox=None, area="US-CA", query='node["a"](area.place);')
    assert 'area["ISO3166-2"="US-CA"]' in upstream.asked[1].query["data"]


@pytest.mark.parametrize("remark", [TIMED_OUT, OUT_OF_MEMORY, "runtime error: unknown"])
def test_fetch_overpass_cuts_what_a_server_cannot_finish(fetched, upstream, remark):
    nodes = [node(n, 24 + n / 20 + 0.01, 60 + n / 20 + 0.01) for n in range(20)]
    upstream.script = server(upstream, nodes, widest=0.3, remark=remark)
    found = overpass(fetched, upstream)
    assert [row["id"] for row in written(found)["elements"]] == list(range(20))
    assert found.notes["overpass:split"] == 5  # the whole, and its four quarters


def test_fetch_overpass_cuts_an_area_into_boxes_inside_it(fetched, upstream):
    bounds = {"minlat": 60.0, "minlon": 24.0, "maxlat": 61.0, "maxlon": 25.0}

    def script(asked):
        query = asked.query["data"]
        if "out ids bb" in query:
            return upstream.json(answer({"type": "relation", "id": 9, "bounds": bounds}))
        if "(area.place)(" not in query:
            return upstream.json(answer(remark=TIMED_OUT))
        west, south, _, _ = box_of(query)
        return upstream.json(answer(node(int(west * 10 + south * 1_000), west, south), node(7)))

    upstream.script = script
    found = overpass(fetched, upstream, bbox=None, area="FI", query='node["a"](area.place);')
    assert [row["id"] for row in written(found)["elements"]] == [7, 60240, 60245, 60740, 60745]
    assert found.notes == {"overpass:split": 1, "overpass:repeated": 3}


def test_fetch_overpass_cuts_no_smaller_than_it_must(fetched, upstream):
    upstream.in_turn(upstream.json(answer(node(1), remark=TIMED_OUT)))
    with pytest.raises(FetchFailedError, match="did not finish the query"):
        overpass(fetched, upstream)
    assert len(upstream.asked) == DEEPEST + 1


def test_fetch_overpass_never_takes_elements_beside_a_failure(fetched, upstream):
    upstream.in_turn(
        upstream.json(answer(node(1), node(2), remark=TIMED_OUT)),
        *(upstream.json(answer(node(n))) for n in (3, 4, 5, 6)),
    )
    assert [row["id"] for row in written(overpass(fetched, upstream))["elements"]] == [3, 4, 5, 6]


@pytest.mark.parametrize(
    "remark", [TIMED_OUT, "something new", {"runtime": "error"}, 7, "\x1b[31mrun\x00time"]
)
def test_fetch_overpass_refuses_an_empty_list_with_a_remark(fetched, upstream, remark):
    upstream.in_turn(upstream.json(answer(remark=remark)))
    with pytest.raises(FetchFailedError) as failed:
        overpass(fetched, upstream)
    assert str(failed.value).isprintable()


def test_fetch_overpass_notes_a_remark_that_is_no_failure(fetched, upstream):
    upstream.in_turn(upstream.json(answer(node(1), remark="runtime remark: Test")))
    assert overpass(fetched, upstream).notes == {"overpass:remark": 1}


def test_fetch_overpass_takes_an_empty_list_only_if_nothing_is_counted(fetched, upstream):
    upstream.script = server(upstream, [])
    found = overpass(fetched, upstream)
    assert written(found)["elements"] == []
    assert found.notes == {"overpass:empty": 1}
    upstream.in_turn(upstream.json(answer()), upstream.json(answer(count(3))))
    with pytest.raises(AnswerRefusedError, match="counts 3 elements"):
        overpass(fetched, upstream)


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        ([], "how much it has"),
        ([count(0)], "how much it has"),
        ([count(0), count(0)], "no area FI"),
        ([count(1), count(2)], "counts 2"),
        ([count(1), {"type": "count", "tags": {"total": "none"}}], "how much it has"),
    ],
)
def test_fetch_overpass_refuses_an_empty_area_that_the_server_does_not_know(
    fetched, upstream, counted, words
):
    upstream.in_turn(upstream.json(answer()), upstream.json(answer(*counted)))
    with pytest.raises(AnswerRefusedError, match=words):
        overpass(fetched, upstream, bbox=None, area="FI", query="node(area.place);")
    query = upstream.asked[1].query["data"]
    assert ".place out count;" in query
    assert query.endswith("out count;")


BUSY = (
    "runtime error: open64: 0 Success osm_base Dispatcher_Client::timeout. The server is too busy"
)


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 504},
        {"status": 429, "headers": {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}},
        {"status": 400},
        {"body": b"<!DOCTYPE html><p>Error: busy</p>"},
        {"body": b'{"elements": [{"type": "no'},
        {"body": orjson.dumps(answer(remark=BUSY))},
        {"body": b"[]"},
        {"body": b'{"elements": {}}'},
        {"raw": b""},
        {"status": 302, "headers": {"Location": "http://169.254.169.254/"}},
        {"status": 302, "headers": {"Location": "file:///etc/passwd"}},
    ],
    ids=[
        "504",
        "429",
        "400",
        "html",
        "cut_off",
        "busy",
        "list",
        "no_list",
        "nothing",
        "redirect_inside",
        "redirect_to_file",
    ],
)
def test_fetch_overpass_turns_to_the_next_server(upstreams, make_fetched, failure):
    first, second = upstreams(), upstreams()
    first.in_turn(first.reply(**failure))
    second.script = server(second, [node(1)], widest=0.6)
    found = overpass(make_fetched(first, second), first, second)
    assert [row["id"] for row in written(found)["elements"]] == [1]
    assert found.url.startswith(second.url)
    assert found.notes["overpass:next_mirror"] == 1
    n_first = len(first.asked)
    assert n_first <= 3  # and never again, although more boxes were asked for
    assert len(second.asked) > 4


def test_fetch_overpass_says_why_when_no_server_answers(upstreams, make_fetched):
    first, second = upstreams(), upstreams()
    first.in_turn(first.reply(status=429))
    second.in_turn(second.reply(status=403))
    with pytest.raises(AnswerRefusedError, match="status 403"):
        overpass(make_fetched(first, second), first, second)


def test_fetch_overpass_cuts_on_504_once_all_servers_say_so(fetched, upstream):
    def script(asked):
        west, _, east, _ = box_of(asked.query["data"])
        if east - west > 0.6:
            return upstream.reply(status=504)
        return upstream.json(answer(node(int(west * 10))))

    upstream.script = script
    found = overpass(fetched, upstream)
    assert [row["id"] for row in written(found)["elements"]] == [240, 245]


def test_fetch_overpass_keeps_the_newest_of_elements_with_one_id(fetched, upstream):
    way = {"type": "way", "id": 1, "version": 1, "center": {"lat": 60.1, "lon": 24.1}, "tags": {}}
    rows = [node(1, version=2), node(1, 24.1, version=7), node(1, version=3), way]
    upstream.in_turn(upstream.json(answer(*rows)))
    found = overpass(fetched, upstream)
    kept = written(found)["elements"]
    assert [(row["type"], row["id"], row["version"]) for row in kept] == [
        ("node", 1, 7),
        ("way", 1, 1),
    ]
    assert found.notes == {"overpass:repeated": 2}


def test_fetch_overpass_drops_what_is_no_element(fetched, upstream):
    rows = [None, {"type": "area", "id": 1}, {"type": "node", "id": "1"}, node(True), node(5)]
    upstream.in_turn(upstream.json(answer(*rows)))
    found = overpass(fetched, upstream)
    assert [row["id"] for row in written(found)["elements"]] == [5]
    assert found.notes == {"overpass:not_an_element": 4}


def test_fetch_overpass_ends_when_its_requests_are_spent(upstreams, make_fetched):
    first, second = upstreams(), upstreams()
    for row in (first, second):
        row.script = server(row, [], widest=0.0001)
    with pytest.raises((BudgetSpentError, FetchFailedError)):
        overpass(make_fetched(first, second), first, second)
    assert len(first.asked) + len(second.asked) <= 200
