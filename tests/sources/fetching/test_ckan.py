"""CKAN portals."""

import pytest

from sightlines.sources.fetching.failures import AnswerRefusedError
from sightlines.sources.fetching.limits import Unchanged, Validators

CSV = b"id,lon,lat\n1,24.9,60.2\n2,24.8,60.1\n"


def package(*resources, success=True):
    return {"success": success, "result": {"resources": list(resources)}}


def test_fetch_ckan_takes_the_resource_that_is_named(fetched, upstream):
    resources = package(
        {"id": "a", "format": "CSV", "url": f"{upstream.url}/a.csv"},
        {"id": "b", "format": "CSV", "url": "/files/b"},
    )
    upstream.script = lambda asked: (
        upstream.json(resources) if "package_show" in asked.path else upstream.reply(CSV)
    )
    found = fetched(
        reader="ckan", url=f"{upstream.url}/", dataset="cams", resource="b", format="csv"
    )
    assert [asked.path for asked in upstream.asked] == ["/api/3/action/package_show", "/files/b"]
    assert upstream.asked[0].query == {"id": "cams"}
    assert (found.path.name, found.url) == ("aa_test.csv", f"{upstream.url}/files/b")


@pytest.mark.parametrize("word", ["CSV", "csv", ".csv", "text/csv"])
def test_fetch_ckan_takes_the_first_resource_of_the_format(fetched, upstream, word):
    resources = package(
        "no resource",
        {"id": "a", "format": "application/geo+json", "url": f"{upstream.url}/a"},
        {"id": "e", "format": word, "url": " "},
        {"id": "b", "format": word, "url": f" {upstream.url}/b "},
        {"id": "c", "format": word, "url": f"{upstream.url}/c"},
    )
    upstream.script = lambda asked: (
        upstream.json(resources) if "package_show" in asked.path else upstream.reply(CSV)
    )
    assert fetched(reader="ckan", url=upstream.url, dataset="cams", format="csv").url.endswith("/b")
    assert fetched(reader="ckan", url=upstream.url, dataset="cams", format="geojson").url.endswith(
        "/a"
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"success": False, "error": {"__type": "Not Found Error"}},
        {"success": "true", "result": {"resources": []}},
        {"success": True, "result": None},
        {"success": True, "result": {"resources": {}}},
        package(),
        package({"id": "a", "format": "PDF", "url": "http://a.example/"}),
        package({"id": "a", "format": None, "url": None}),
        [],
        None,
    ],
)
def test_fetch_ckan_says_what_is_missing(fetched, upstream, answer):
    upstream.in_turn(upstream.json(answer))
    with pytest.raises(AnswerRefusedError, match=r"the package cams|package cams has no"):
        fetched(reader="ckan", url=upstream.url, dataset="cams", format="csv")


def test_fetch_ckan_asks_with_the_validators_of_the_resource(fetched, upstream):
    url = f"{upstream.url}/b"
    resources = package({"id": "b", "format": "CSV", "url": url})
    upstream.script = lambda asked: (
        upstream.json(resources)
        if "package_show" in asked.path
        else upstream.reply(status=304 if asked.headers.get("if-none-match") == '"1"' else 500)
    )
    found = fetched(
        Validators(url, '"1"'), reader="ckan", url=upstream.url, dataset="cams", format="csv"
    )
    assert isinstance(found, Unchanged)
