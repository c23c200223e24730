"""Opendatasoft portals."""

import pytest

from sightlines.sources.content import Content
from sightlines.sources.fetching.failures import AnswerRefusedError, ChangedError
from sightlines.sources.register import read

CSV = b"id;lon;lat\n1;24.9;60.2\n2;24.8;60.1\n"

GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": n},
            "geometry": {"type": "Point", "coordinates": [24.9, 60.2 + n / 100]},
        }
        for n in range(3)
    ],
}


def opendatasoft(upstream, *totals, export):
    left = list(totals)
    return lambda asked: (
        upstream.json({"total_count": left.pop(0) if len(left) > 1 else left[0], "results": []})
        if asked.path.endswith("/records")
        else upstream.json(export)
    )


ODS = {"reader": "opendatasoft", "dataset": "cams", "format": "geojson"}


def test_fetch_opendatasoft_gives_an_export_that_holds_what_is_counted(fetched, upstream):
    upstream.script = opendatasoft(upstream, 3, export=GEOJSON)
    found = fetched(url=f"{upstream.url}/", **ODS)
    root = "/api/explore/v2.1/catalog/datasets/cams"
    assert [asked.path for asked in upstream.asked] == [
        f"{root}/records",
        f"{root}/exports/geojson",
    ]
    assert upstream.asked[0].query == {"limit": "0"}
    assert read(Content.of_path(found.path)).rows.num_rows == 3


def test_fetch_opendatasoft_reads_again_what_has_changed_meanwhile(fetched, upstream):
    upstream.script = opendatasoft(upstream, 4, 3, export=GEOJSON)
    assert fetched(url=upstream.url, **ODS).notes == {"read_again": 1}


def test_fetch_opendatasoft_refuses_an_export_that_lacks_records(fetched, upstream):
    upstream.script = opendatasoft(upstream, 400, export=GEOJSON)
    with pytest.raises(ChangedError, match=r"holds 3 records.*counts 400"):
        fetched(url=upstream.url, **ODS)


@pytest.mark.parametrize("count", [{}, {"total_count": "3"}, {"total_count": True}, [], None])
def test_fetch_opendatasoft_refuses_a_count_that_is_none(fetched, upstream, count):
    upstream.in_turn(upstream.json(count))
    with pytest.raises(AnswerRefusedError, match="how many records"):
        fetched(url=upstream.url, **ODS)


@pytest.mark.parametrize("export", [{"error_code": "x"}, "nothing", {"features": {}}])
def test_fetch_opendatasoft_refuses_an_export_without_a_list(fetched, upstream, export):
    upstream.script = opendatasoft(upstream, 0, export=export)
    with pytest.raises(AnswerRefusedError, match="no list of records"):
        fetched(url=upstream.url, **ODS)


def test_fetch_opendatasoft_takes_csv_uncounted(fetched, upstream):
    upstream.in_turn(upstream.reply(CSV))
    found = fetched(url=upstream.url, reader="opendatasoft", dataset="cams", format="csv")
    assert (found.path.name, found.n_requests) == ("aa_test.csv", 1)
