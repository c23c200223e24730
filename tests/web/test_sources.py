"""The pages of sources: who says so, under which licence, how fresh, what was read and rejected."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from sightlines.observations.fetches import record_fetch
from sightlines.observations.moderation import decide
from sightlines.observations.submissions import pending
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import publish
from sightlines.web.application import create_app
from sightlines.web.reasons import reason_in_words
from sightlines.web.sources import is_web_address, moment

ATTACK = "<script>alert(1)</script>"
LATER = datetime(2026, 11, 23, 9, tzinfo=UTC)


def words_of(page):
    """Return a page's text, tags taken out."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def cells(page, label):
    """Return the rows of the table in the region of a label, cell by cell."""
    table = re.search(rf'aria-label="{label}">(.*?)</table>', page, re.DOTALL).group(1)
    body = table.partition("<tbody>")[2]
    return [
        [words_of(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def test_sources_page_lists_publisher_country_licence_and_counts(lists_reader):
    rows = {row[0]: row for row in cells(lists_reader.get("/sources").text, "Table of sources")}
    city = rows[f"Cameras of Tampere {ATTACK}"]
    assert city[1:8] == [
        f"City of Tampere {ATTACK}",
        "Finland",
        "CC-BY-4.0",
        "40",
        "40",
        "2026-11-22",
        "\N{EN DASH} not known",
    ]
    assert rows["OSM Tampere"][4] == "10"
    assert "Helsinki" in rows


def test_sources_page_lists_what_the_catalogue_knows_besides(lists_reader):
    page = lists_reader.get("/sources").text
    assert [row[:2] for row in cells(page, "Known, not published here")] == [
        ["Cameras of Turku", "City of Turku"]
    ]


def test_sources_page_stands_without_a_catalogue_that_can_be_read(lists):
    (lists.catalogue / "broken.toml").write_text("[source")
    page = create_app(lists).test_client().get("/sources")
    assert page.status_code == 200
    assert "Turku" not in page.text
    assert "OSM Tampere" in page.text


def test_source_page_keeps_three_sorts_of_freshness_apart(reader):
    page = words_of(reader.get("/sources/helsinki-centre").text)
    assert "Read by us 22 November 2026" in page
    assert re.search(r"Last edited there \d+ \w+ 2018 first \d+ \w+ 2008, half before", page)
    assert "Last seen by somebody" in page


def test_source_page_shows_publisher_address_and_where_it_was_seen(lists_reader):
    page = lists_reader.get("/sources/fi-city-list").text
    assert "unverified" in page
    assert "github example/list : cameras.csv" in page
    link = '<a href="https://example.org/cameras?a=1&amp;b=2" rel="noreferrer noopener nofollow">'
    assert link in page
    assert '<a href="https://creativecommons.org/licenses/by/4.0/" rel="license' in page


def test_source_page_counts_runs_that_add_up_and_names_what_was_rejected(lists_reader):
    page = lists_reader.get("/sources/fi-city-list").text
    assert cells(page, "Runs") == [["2026-11-22", "stands", "41", "40", "1", "0"]]
    assert "Rejected rows position 0, 0, which was never filled in: 1" in words_of(page)


def test_source_page_says_what_each_column_means(lists_reader):
    rows = {
        row[0]: row[1:] for row in cells(lists_reader.get("/sources/fi-city-list").text, "Columns")
    }
    assert rows["operator"] == ["Operator", "Who runs it"]
    assert rows["nr"][1] == f"Number on the pole {ATTACK}"


def test_source_page_shows_text_from_outside_as_text(lists_reader):
    for path in ("/sources", "/sources/fi-city-list", "/sources/osm-tampere"):
        assert "<script>alert" not in lists_reader.get(path).text


def test_source_page_draws_the_ground(reader):
    page = reader.get("/sources/helsinki-centre").text
    assert 'class="outline-land" d="M' in page
    # The sample's box is smaller than a pixel of a map on which Finland's coast is seen.
    assert 'class="outline-mark"' in page
    assert re.search(r"latitude 60\.1\d+ to 60\.1\d+, longitude 24\.9\d+ to 24\.9\d+", page)


def test_source_page_says_where_a_source_states_no_ground(lists_reader):
    assert "It states no ground" in lists_reader.get("/sources/osm-tampere").text


@pytest.mark.parametrize("source", ["none", "fi-turku", "fi_turku", "a" * 3000, "..%2F..", "%00"])
def test_source_page_is_not_found_for_what_is_not_published(lists_reader, source):
    answer = lists_reader.get(f"/sources/{source}")
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_source_page_tells_of_a_run_held_back_since_the_snapshot(lists, opened):
    half = lists.instance.parent / "city.csv"
    half.write_text("".join(half.read_text().splitlines(keepends=True)[:20]))
    options = ImportOptions(source="fi-city-list", kind="cctv")
    import_file(lists, opened(lists), half, options, now=LATER)
    page = words_of(create_app(lists).test_client().get("/sources/fi-city-list").text)
    assert "Since this snapshot 23 November 2026: what was read then is held back." in page
    # What stands is what stood.
    assert "40 cameras recorded" in page


def test_source_page_tells_of_a_fetch_that_failed_since_the_snapshot(lists, opened):
    ledger = opened(lists)
    said = {"source": "fi-city-list", "outcome": "failed"}
    record_fetch(ledger, **said, attempted_at=LATER - timedelta(days=9), message="Too early.")
    record_fetch(ledger, **said, attempted_at=LATER, message=f"It answered 503 {ATTACK}.")
    page = create_app(lists).test_client().get("/sources/fi-city-list").text
    assert f"23 November 2026: it could not be read. It answered 503 {ATTACK}." in words_of(page)
    assert "Too early" not in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://example.org/a?b=c", True),
        ("http://example.org", True),
        ("HTTPS://EXAMPLE.ORG", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("//example.org", False),
        ("https:example.org", False),
        ("https://", False),
        ("http://[::1", False),
        ("data:text/html,x", False),
        ("github owner/repo : path", False),
        ("", False),
        (None, False),
    ],
)
def test_is_web_address_takes_only_what_a_browser_opens_as_a_page(text, is_one):
    assert is_web_address(text) is is_one


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T23:30:00Z", datetime(2026, 11, 22, 23, 30, tzinfo=UTC)),
        ("2026-11-22T23:30:00-02:00", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_moment_reads_times_and_days_as_utc(text, when):
    assert moment(text) == when


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("null_island", "position 0, 0, which was never filled in"),
        ("height:not_a_number", "Height: not a number"),
        ("camera_type:not_a_choice", "Camera type: not one of the known values"),
        ("sheet:left_out", "Sheet: left out"),
        ("something_new", "something new"),
        ("something:quite_new", "Something: quite new"),
    ],
)
def test_reason_in_words_is_for_people(reason, words):
    assert reason_in_words(reason) == words


def test_reading_pages_of_sources_writes_nothing(lists, opened):
    before = sorted((path, path.read_bytes()) for path in lists.snapshots_folder.rglob("*.json"))
    client = create_app(replace(lists)).test_client()
    for path in ("/sources", "/sources/fi-city-list"):
        assert client.get(path).status_code == 200
        assert client.post(path).status_code == 405
    after = sorted((path, path.read_bytes()) for path in lists.snapshots_folder.rglob("*.json"))
    assert before == after


def test_source_page_of_contributions_says_who_they_are_from_and_nothing_of_anybody(lists, opened):
    ledger, client = opened(lists), create_app(lists).test_client()
    assert client.get("/sources/contributions").status_code == 404
    token = re.search(r'name="token" value="([^"]+)"', client.get("/contribute").text).group(1)
    fields = {"token": token, "lon": "24.6", "lat": "61.3", "operator": "Plain"}
    assert client.post("/contribute", data=fields).status_code == 303
    (waiting,) = pending(ledger)
    decide(ledger, waiting.id, decision="accepted", moderator="owl", reason="", now=LATER)
    publish(lists, ledger, now=LATER)
    page = client.get("/sources/contributions").text
    assert "1 camera recorded" in words_of(page)
    assert "Nothing about who sent it is kept" in page
    assert waiting.id not in page
    assert "owl" not in page
    rows = {row[0]: row for row in cells(client.get("/sources").text, "Table of sources")}
    assert any("ontribut" in title for title in rows)
