"""The page of one camera: what is said, by whom, and what nobody says."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from sightlines.attributes import BY_NAME
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import publish
from sightlines.web.application import create_app
from sightlines.web.camera_words import in_words, label_of
from sightlines.web.evidence import element_of, n_independent, statements

ATTACK = "<script>alert(1)</script>"
SHRUNK_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def cameras(reader):
    return reader.get("/download/cameras.geojson").json["features"]


@pytest.fixture(scope="module")
def both(place_of):
    """Return the id of the camera that both lists know."""
    return place_of(24.0, "osm-tampere")


def words_of(page):
    """Return a page's text, tags taken out."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_camera_page_shows_tags_source_licence_and_evidence(reader, cameras):
    panning = next(c for c in cameras if c["properties"]["camera_type"] == "panning")
    page = reader.get(f"/cameras/{panning['id']}").text
    assert "revolving" in page
    assert "Helsinki" in page
    assert "Open Database License 1.0" in page
    assert "node/" in page
    assert "Operator unknown" in page
    assert "an edit is not a confirmation" in page
    assert "All of this rests on one source" in page
    assert "Why one camera?" not in page


def test_camera_page_says_why_a_record_does_not_count(reader, cameras):
    speed = next(c for c in cameras if c["properties"]["kind"] == "enforcement")
    page = reader.get(f"/cameras/{speed['id']}").text
    assert "shown but not counted as a camera: enforcement" in page


def test_camera_page_shows_what_each_source_says_and_which_word_is_shown(lists_reader, both):
    page = lists_reader.get(f"/cameras/{both}").text
    table = page[page.index('class="table statements"') : page.index("</table>")]
    rows = {
        words_of(cells[0]).strip(): [words_of(cell).strip() for cell in cells[1:]]
        for cells in (
            re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            for row in table.partition("<tbody>")[2].split("</tr>")[:-1]
        )
    }
    # Where nothing else tells which is better, the sources stand in the order of their ids.
    assert rows["Operator"] == ["City of Tampere (shown)", "City of Tampere (shown)"]
    assert rows["Camera type they differ"] == ["dome (shown)", "fixed"]
    assert rows["Direction they differ"] == ["90° (E) (shown)", "95° (E)"]
    assert rows["Position"] == ["as shown", "1.2 m from where it is shown"]
    assert rows["Still listed"] == ["yes", "yes"]


def test_camera_page_counts_independent_sources_in_words(lists_reader, both):
    page = lists_reader.get(f"/cameras/{both}").text
    assert "corroborated: 2 independent sources" in page
    assert f'href="/cameras/{both}/matches">Why one camera?' in page


def test_camera_page_leads_to_openstreetmap_from_its_own_data_only(lists_reader, both, place_of):
    page = lists_reader.get(f"/cameras/{both}").text
    assert 'href="https://www.openstreetmap.org/edit?node=2500" rel="noreferrer noopener"' in page
    assert 'href="https://www.openstreetmap.org/node/2500" rel="noreferrer noopener"' in page
    alone = lists_reader.get(f"/cameras/{place_of(24.6, 'fi-city-list')}").text
    assert "openstreetmap.org" not in alone


def test_camera_page_names_another_camera_that_is_perhaps_the_same(lists_reader, alike):
    osm, city = alike
    page = lists_reader.get(f"/cameras/{osm}").text
    link = rf'Perhaps the same camera as <a href="/cameras/{city}">one \d\d m away</a>'
    assert re.search(link, page)
    assert f'href="/cameras/{osm}/matches">Compare them' in page
    assert f'<a href="/cameras/{osm}">' in lists_reader.get(f"/cameras/{city}").text


def test_camera_page_keeps_dates_of_each_observation_apart(lists_reader, both):
    page = words_of(lists_reader.get(f"/cameras/{both}").text)
    for words in ("Last seen by somebody unknown", "Last edited there unknown"):
        assert page.count(words) >= 2
    assert page.count("Read by us 22 November 2026") == 2


def test_camera_page_shows_text_from_outside_as_text(lists_reader, both):
    page = lists_reader.get(f"/cameras/{both}").text
    assert ATTACK in unescape(page)
    assert "<script>alert" not in page


def test_camera_page_of_a_dropped_camera_says_since_when_and_then_that_it_is_removed(lists, opened):
    ledger, client = opened(lists), create_app(lists).test_client()
    features = client.get("/download/cameras.geojson").json["features"]
    last = max(
        (row for row in features if row["properties"]["sources"] == ["fi-city-list"]),
        key=lambda row: row["geometry"]["coordinates"][0],
    )["id"]
    city = lists.instance.parent / "city.csv"
    kept = [row for row in city.read_text().splitlines() if not row.startswith("K-39,")]
    city.write_text("\n".join(kept) + "\n")
    options = ImportOptions(source="fi-city-list", kind="cctv")
    import_file(lists, ledger, city, options, now=SHRUNK_AT)
    publish(lists, ledger, now=SHRUNK_AT)
    page = words_of(client.get(f"/cameras/{last}").text)
    assert "This source does not list it since 23 November 2026." in page
    assert "a source that drops a camera is given 24 hours to put it right" in page
    assert "counts as removed" not in page
    publish(lists, ledger, now=SHRUNK_AT + timedelta(hours=25))
    page = words_of(client.get(f"/cameras/{last}").text)
    assert "No source lists this camera since 23 November 2026: it counts as removed." in page
    assert "24 hours" not in page
    assert client.get("/sources/fi-city-list").text.count('<td class="number">1</td>') >= 1


@pytest.mark.parametrize("end", ["", ".geojson", "/matches"])
def test_id_that_belongs_to_another_camera_leads_there(lists_reader, both, end):
    (evidence,) = (
        row
        for row in lists_reader.get(f"/cameras/{both}.geojson").json["evidence"]
        if row["subject"] != both
    )
    answer = lists_reader.get(f"/cameras/{evidence['subject']}{end}")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/cameras/{both}{end}"


@pytest.mark.parametrize("name", ["none", "a" * 16, "a" * 3000, "%00", "%F0%9F%98%80", "..%2Fx"])
def test_camera_page_is_not_found_for_what_never_was(lists_reader, name):
    for end in ("", ".geojson", "/matches"):
        assert lists_reader.get(f"/cameras/{name}{end}").status_code == 404


def test_camera_geojson_is_the_feature_of_the_download(reader, cameras):
    one = reader.get(f"/cameras/{cameras[0]['id']}.geojson").json
    assert one["properties"] == cameras[0]["properties"]
    assert one["source_titles"] == ["Helsinki"]


def test_camera_geojson_carries_evidence_without_the_sources_own_words(lists_reader, both):
    one = lists_reader.get(f"/cameras/{both}.geojson").json
    assert {row["source"] for row in one["evidence"]} == {"fi-city-list", "osm-tampere"}
    (osm,) = (row for row in one["evidence"] if row["source"] == "osm-tampere")
    assert osm["says"]["camera_type"] == "fixed"
    assert osm["says"]["camera_direction"][0]["bearing_deg"] == 95
    assert osm["licence"] == "ODbL-1.0"
    assert osm["retrieved_at"] == "2026-11-22T09:00:00Z"
    assert osm["observed_at"] is None
    assert {"raw", "native_id", "private_home"}.isdisjoint(osm.keys() | osm["says"].keys())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("camera_direction", [{"bearing_deg": 0.0, "width_deg": None}], "0° (N)"),
        ("camera_direction", [{"bearing_deg": 350.0, "width_deg": 45.0}], "350° (N, 45° wide)"),
        ("height", 5.0, "5 m"),
        ("camera_angle", 15.0, "15°"),
        ("surveillance_zone", ["town", "traffic"], "town, traffic"),
        ("surveillance_zone", ["shop_entrance"], "shop entrance"),
        ("camera_mount", "street_lamp", "street lamp"),
        ("operator", "under_score", "under_score"),
        ("indoor", False, "no"),
    ],
)
def test_in_words_writes_values_for_people(name, value, words):
    assert in_words(BY_NAME[name], value) == words


@pytest.mark.parametrize(
    ("column", "label"),
    [("camera_type", "Camera type"), ("native_id", "Its own id"), ("new_thing", "New thing")],
)
def test_label_of_names_every_column(column, label):
    assert label_of(column) == label


@pytest.mark.parametrize(
    ("native_id", "licence", "source", "editor"),
    [
        ("node/25", "ODbL-1.0", "x", "https://www.openstreetmap.org/edit?node=25"),
        ("way/7", "ODbL-1.0", "x", "https://www.openstreetmap.org/edit?way=7"),
        ("relation/1", "ODbL-1.0", "x", "https://www.openstreetmap.org/edit?relation=1"),
        ("node/25", "CC-BY-4.0", "x", None),
        ("node/25", "ODbL-1.0", "contributions", None),
        ("node/0", "ODbL-1.0", "x", None),
        ("node/25\n", "ODbL-1.0", "x", None),
        ("node/25&edit=1", "ODbL-1.0", "x", None),
        ("node/٢٥", "ODbL-1.0", "x", None),
        ("K-25", "ODbL-1.0", "x", None),
        (None, "ODbL-1.0", "x", None),
    ],
)
def test_element_of_knows_what_is_in_openstreetmap(native_id, licence, source, editor):
    found = element_of({"native_id": native_id, "licence": licence, "source": source})
    assert (found and found.editor) == editor


def said(**values):
    """Return a row that says nothing but this."""
    return {
        "kind": "unknown",
        "status": "active",
        "camera_count": None,
        "place": None,
        **dict.fromkeys(BY_NAME),
        **values,
    }


def test_statements_do_not_take_spelling_for_contradiction():
    rows = [said(operator="Städtische Polizei"), said(operator="STADTISCHE  POLIZEI.")]
    (operator,) = (row for row in statements(rows[0], rows) if row.name == "operator")
    assert not operator.differ
    assert [saying.is_shown for saying in operator.sayings] == [True, True]


def test_statements_take_silence_for_no_contradiction():
    rows = [said(height=5.0), said()]
    found = {row.name: row for row in statements(rows[0], rows)}
    assert found["height"].sayings[1] is None
    assert not found["height"].differ
    # A kind that is not known is no statement of a kind.
    assert found.keys() == {"status", "height"}


@pytest.mark.parametrize(
    ("missing", "families", "n"),
    [
        ((None, None), ("a", "b"), 2),
        ((None, None), ("a", "a"), 1),
        # Dropped a week ago: it has no say; an hour ago: it still has.
        ((None, timedelta(days=7)), ("a", "b"), 1),
        ((None, timedelta(hours=1)), ("a", "b"), 2),
        # Nobody lists it any more: then all of them are heard.
        ((timedelta(days=7), timedelta(days=8)), ("a", "b"), 2),
    ],
)
def test_n_independent_counts_families_that_have_a_say(missing, families, n):
    now = datetime(2026, 11, 22, tzinfo=UTC)
    rows = [
        {"source": str(number), "missing_since": None if ago is None else now - ago}
        for number, ago in enumerate(missing)
    ]
    sources = {str(number): {"family": family} for number, family in enumerate(families)}
    assert n_independent(rows, sources, now - timedelta(days=1)) == n
