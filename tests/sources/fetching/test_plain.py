"""Files at addresses of the web, and what is told of them."""

import pytest

from sightlines.sources.content import Content
from sightlines.sources.fetching.limits import Unchanged, Validators
from sightlines.sources.register import read

CSV = b"id,lon,lat\n1,24.9,60.2\n2,24.8,60.1\n"


def test_fetch_plain_gives_a_file_that_a_reader_takes(fetched, upstream):
    upstream.in_turn(upstream.reply(CSV, headers={"ETag": 'W/"7"'}))
    found = fetched(reader="url", url=f"{upstream.url}/a/cameras.csv?x=1")
    assert (found.path.name, found.etag, found.n_requests) == ("aa_test.csv", 'W/"7"', 1)
    assert found.n_bytes == len(CSV)
    assert read(Content.of_path(found.path)).rows.num_rows == 2


@pytest.mark.parametrize(
    ("path", "content_type", "name"),
    [
        ("/x.GeoJSON", "", "aa_test.geojson"),
        ("/x.osm.pbf", "", "aa_test.osm.pbf"),
        ("/x.php", "text/csv; charset=utf-8", "aa_test.csv"),
        ("/download", "application/octet-stream", "aa_test"),
        ("/..%2F..%2Fetc%2Fpasswd", "", "aa_test"),
        ("/v1.2/x", "", "aa_test"),
    ],
)
def test_fetch_plain_names_the_file_as_address_and_server_say(
    fetched, upstream, path, content_type, name
):
    upstream.in_turn(upstream.reply(CSV, headers={"Content-Type": content_type}))
    assert fetched(reader="url", url=upstream.url + path).path.name == name


def test_fetch_plain_says_that_nothing_has_changed(fetched, upstream):
    upstream.in_turn(upstream.reply(status=304, headers={"ETag": '"1"'}))
    url = f"{upstream.url}/x.csv"
    found = fetched(Validators(url, '"1"', None), reader="url", url=url)
    assert found == Unchanged(url, '"1"', None, 1)


def test_fetch_plain_sends_back_only_validators_that_are_plain(fetched, upstream):
    upstream.in_turn(upstream.reply(CSV, headers={"ETag": "x" * 2_000, "Last-Modified": "é"}))
    found = fetched(reader="url", url=f"{upstream.url}/x.csv")
    assert (found.etag, found.last_modified) == (None, None)
