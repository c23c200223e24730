"""ArcGIS servers."""

import pytest

from sightlines.sources.content import Content
from sightlines.sources.fetching.failures import AnswerRefusedError, ChangedError
from sightlines.sources.register import read

LAYER = {
    "objectIdField": "OBJECTID",
    "maxRecordCount": 10,
    "supportedQueryFormats": "JSON, geoJSON, PBF",
    "advancedQueryCapabilities": {"supportsPagination": True},
}


def feature(number):
    return {
        "type": "Feature",
        "id": number,
        "properties": {"OBJECTID": number, "NAME": f"camera {number}"},
        "geometry": {"type": "Point", "coordinates": [24.9, 60 + number / 100]},
    }


def esri(number):
    return {
        "attributes": {"OBJECTID": number},
        "geometry": {"x": 24.9, "y": 60 + number / 100},
    }


def server(upstream, numbers, *counts, layer=LAYER, make=feature):
    """Answer as a server does; `counts` in turn, the last for ever."""
    left = list(counts) or [len(numbers)]

    def answer(asked):
        query = asked.query
        if not asked.path.endswith("/query"):
            return upstream.json(layer)
        if "returnCountOnly" in query:
            return upstream.json({"count": left.pop(0) if len(left) > 1 else left[0]})
        if "returnIdsOnly" in query:
            return upstream.json({"objectIdFieldName": "OBJECTID", "objectIds": numbers[::-1]})
        if "resultOffset" in query:
            start = int(query["resultOffset"])
            page = numbers[start : start + int(query["resultRecordCount"])]
        else:
            low, high = (int(part.split("=")[1]) for part in query["where"].split(" AND "))
            page = [number for number in numbers if low <= number <= high]
        found = {
            "features": list(map(make, page)),
            "exceededTransferLimit": page[-1:] != numbers[-1:],
        }
        if query["f"] == "geojson":
            return upstream.json({"type": "FeatureCollection", **found})
        return upstream.json({"spatialReference": {"wkid": 4326, "latestWkid": 4326}, **found})

    return answer


def rows_of(found):
    return read(Content.of_path(found.path)).rows.num_rows


def test_fetch_arcgis_joins_pages_as_geojson(fetched, upstream):
    upstream.script = server(upstream, list(range(1, 26)))
    found = fetched(reader="arcgis", url=f"{upstream.url}/FeatureServer/0/")
    assert (found.path.name, rows_of(found)) == ("aa_test.geojson", 25)
    assert {asked.path for asked in upstream.asked} == {
        "/FeatureServer/0",
        "/FeatureServer/0/query",
    }
    pages = [asked.query for asked in upstream.asked if "resultOffset" in asked.query]
    assert [page["resultOffset"] for page in pages] == ["0", "10", "20"]
    assert {
        key: pages[0][key] for key in ("outSR", "outFields", "f", "orderByFields", "where")
    } == {
        "outSR": "4326",
        "outFields": "*",
        "f": "geojson",
        "orderByFields": "OBJECTID",
        "where": "1=1",
    }


def test_fetch_arcgis_reads_ranges_of_ids_where_there_are_no_pages(fetched, upstream):
    layer = {**LAYER, "advancedQueryCapabilities": {}, "objectIdField": None}
    numbers = [1, 2, 3, 50, 51, 52, *range(100, 115)]
    upstream.script = server(upstream, numbers, layer=layer)
    assert rows_of(fetched(reader="arcgis", url=f"{upstream.url}/0")) == 21
    asked = [asked.query["where"] for asked in upstream.asked if "outFields" in asked.query]
    assert asked == [
        "OBJECTID>=1 AND OBJECTID<=103",
        "OBJECTID>=104 AND OBJECTID<=113",
        "OBJECTID>=114 AND OBJECTID<=114",
    ]


def test_fetch_arcgis_converts_what_comes_as_esri_json(fetched, upstream):
    layer = {**LAYER, "supportedQueryFormats": "JSON, AMF"}
    upstream.script = server(upstream, list(range(12)), layer=layer, make=esri)
    found = fetched(reader="arcgis", url=f"{upstream.url}/MapServer/3")
    rows = next(iter(read(Content.of_path(found.path)).rows.batches())).to_pylist()
    assert [(row["lon"], row["lat"]) for row in rows[:2]] == [(24.9, 60.0), (24.9, 60.01)]


def test_fetch_arcgis_refuses_another_system_than_asked_for(fetched, upstream):
    layer = {**LAYER, "supportedQueryFormats": "JSON"}
    whole = server(upstream, [1], layer=layer, make=esri)

    def answer(asked):
        if "outFields" in asked.query:
            return upstream.json({"spatialReference": {"wkid": 102100}, "features": [esri(1)]})
        return whole(asked)

    upstream.script = answer
    with pytest.raises(AnswerRefusedError, match="another system"):
        fetched(reader="arcgis", url=f"{upstream.url}/0")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"code": 499, "message": "Token Required"}, "Token Required"),
        ({"code": 500, "message": "a\x1b[31m\nb", "details": []}, r"a \[31m b"),
        ({"code": 400}, "no reason"),
        ("broken", "no reason"),
    ],
)
@pytest.mark.parametrize("asked_for", ["f", "returnCountOnly", "resultOffset"])
def test_fetch_arcgis_says_what_an_error_with_status_200_says(
    fetched, upstream, error, words, asked_for
):
    whole = server(upstream, list(range(5)))

    def answer(asked):
        if asked_for in asked.query:
            return upstream.json({"error": error})
        return whole(asked)

    upstream.script = answer
    with pytest.raises(AnswerRefusedError, match=words):
        fetched(reader="arcgis", url=f"{upstream.url}/0")


@pytest.mark.parametrize("counts", [(26,), (25, 26, 25, 26)])
def test_fetch_arcgis_refuses_pages_that_do_not_add_up(fetched, upstream, counts):
    upstream.script = server(upstream, list(range(25)), *counts)
    with pytest.raises(ChangedError, match="hold 25 features"):
        fetched(reader="arcgis", url=f"{upstream.url}/0")


def test_fetch_arcgis_starts_again_once(fetched, upstream):
    upstream.script = server(upstream, list(range(25)), 24, 25)
    found = fetched(reader="arcgis", url=f"{upstream.url}/0")
    assert (found.notes, rows_of(found)) == ({"read_again": 1}, 25)


def test_fetch_arcgis_refuses_a_server_that_pays_no_heed_to_offsets(fetched, upstream):
    whole = server(upstream, list(range(25)))

    def answer(asked):
        if "resultOffset" in asked.query:
            asked.query["resultOffset"] = "0"
        return whole(asked)

    upstream.script = answer
    with pytest.raises(AnswerRefusedError, match="same feature on two pages"):
        fetched(reader="arcgis", url=f"{upstream.url}/0")


def test_fetch_arcgis_ends_pages_that_never_end(fetched, upstream):
    whole = server(upstream, list(range(25)))

    def answer(asked):
        if "resultOffset" in asked.query:
            start = int(asked.query["resultOffset"])
            more = [feature(number) for number in range(start, start + 10)]
            return upstream.json({"features": more, "exceededTransferLimit": True})
        return whole(asked)

    upstream.script = answer
    with pytest.raises(ChangedError, match="More features come than the 25"):
        fetched(reader="arcgis", url=f"{upstream.url}/0")


@pytest.mark.parametrize("answer", [[], {"count": "3"}, {"count": None}, {"count": True}])
def test_fetch_arcgis_refuses_what_is_no_count(fetched, upstream, answer):
    upstream.script = lambda asked: upstream.json(answer if "where" in asked.query else LAYER)
    with pytest.raises(AnswerRefusedError):
        fetched(reader="arcgis", url=f"{upstream.url}/0")


def test_fetch_arcgis_refuses_a_layer_that_neither_pages_nor_numbers(fetched, upstream):
    def answer(asked):
        if "returnCountOnly" in asked.query:
            return upstream.json({"count": 5})
        return upstream.json({"maxRecordCount": -1, "fields": [None]})

    upstream.script = answer
    with pytest.raises(AnswerRefusedError, match="neither pages nor numbers"):
        fetched(reader="arcgis", url=f"{upstream.url}/0")
