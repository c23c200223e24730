"""Areas on pages and for the map."""

import io
import re
from datetime import UTC, datetime

import geopandas
import pytest
import shapely

from sightlines.observations.origins import SourceRow
from sightlines.pipeline.imports import ImportOptions, import_areas, import_file
from sightlines.pipeline.publication import publish
from sightlines.web import areas

CODES = r'"/areas/(country(?::|%3A)[^"]+)"'
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def published(instance, opened, shared_data, client):
    """Return a client that sees the Helsinki districts, Trafford's list and its wards, too."""
    ledger, folder = opened(instance), shared_data / "boundaries"
    wards = folder / "uk_trafford_wards.geojson"
    nothing = dict.fromkeys(("name", "code", "crs"))
    for path, level, population in (
        (folder / "fi_helsinki_districts.geojson", "district", None),
        (wards, "ward", str(folder / "uk_trafford_ward_population_2024.csv")),
    ):
        import_areas(
            instance,
            ledger,
            path,
            source=SourceRow(level, level, "CC-BY-4.0"),
            now=NOW,
            columns={"level": level, "population": population, **nothing},
        )
    options = ImportOptions(licence="OGL-UK-3.0", extent=wards)
    import_file(
        instance, ledger, shared_data / "cameras" / "uk_trafford_cctv.csv", options, now=NOW
    )
    publish(instance, ledger, now=NOW)
    return client


def rows_of(client, level):
    found = client.get(f"/areas.geojson?level={level}&zoom=12").json["features"]
    return [feature["properties"] for feature in found]


def test_areas_of_helsinki_have_the_counts_and_shares_of_the_definitions(published):
    found = rows_of(published, "district")
    rows = {row["name"].capitalize(): row for row in found if row["n_cameras"]}
    # TRUTH (counts) and DEFINITIONS (shares; it prints 13 % for Kruununhaka, which is 12.45 %).
    expected = {
        "Kluuvi": (112, 0.89),
        "Kaartinkaupunki": (52, 0.61),
        "Kamppi": (40, 0.24),
        "Kruununhaka": (15, 0.1245),
        "Punavuori": (2, 0.03),
    }
    assert {name: row["n_cameras"] for name, row in rows.items()} == {
        name: count for name, (count, _) in expected.items()
    }
    for name, (_, share) in expected.items():
        assert rows[name]["covered_share"] == pytest.approx(share, abs=0.005)
        assert rows[name]["coverage"] == "partly covered"
        assert rows[name]["rate_per_1000"] is None


def test_areas_of_trafford_recount_from_the_download(published, shared_data):
    rows = {row["code"]: row for row in rows_of(published, "ward")}
    assert sum(row["n_cameras"] for row in rows.values()) == 163
    assert sum(row["population"] for row in rows.values()) == 241_025
    assert sum(row["area_km2"] for row in rows.values()) == pytest.approx(106.0973, abs=5e-5)
    download = published.get("/download/cameras.geojson").data
    frame = geopandas.read_file(io.BytesIO(download))
    here = frame[frame["sources"].map(lambda s: "uk-trafford-cctv" in str(s))]
    wards = geopandas.read_file(shared_data / "boundaries" / "uk_trafford_wards.geojson")
    joined = here[here["counted"]].sjoin(wards, predicate="within")
    recount = joined.groupby("area_code")["camera_count"].sum()
    for code, row in rows.items():
        n = recount.get(code.removeprefix("ward:"), 0)
        assert row["n_cameras"] == n
        assert row["coverage"] == "covered"
        assert row["rate_per_1000"] == pytest.approx(1000 * n / row["population"])
        assert row["density_per_km2"] == pytest.approx(n / row["area_km2"])
    page = published.get("/areas/ward:E05015240").text
    assert "per 1,000 residents" in page
    assert 'from one source: <a href="/sources/uk-trafford-cctv">' in page
    assert "Corroborated by independent sources" in page


def test_areas_have_one_row_each(published):
    for level in ("district", "ward", "country"):
        codes = [row["code"] for row in rows_of(published, level)]
        assert len(codes) == len(set(codes))


def test_area_page_says_that_nobody_knows_where_nothing_is_covered_or_recorded(reader):
    page = reader.get("/areas/country:752").text
    assert "Sweden" in page
    assert "No source covers this area or has a record in it." in page


def test_area_page_says_partly_covered_and_gives_no_rate(reader):
    page = reader.get("/areas/country:246").text
    assert "Finland" in page
    assert "partly covered (under 1" in page
    assert "no figure: partly covered" in page


def test_areas_page_hides_what_nobody_knows_until_asked(reader):
    assert "Sweden" not in reader.get("/areas?level=country").text
    page = reader.get("/areas?level=country&all=1").text
    assert "Sweden" in page


def test_areas_geojson_gives_simplified_outlines_in_the_box(reader):
    box = reader.get("/areas.geojson?level=country&bbox=24,60,25,61&zoom=4").json
    names = {feature["properties"]["name"] for feature in box["features"]}
    assert "Finland" in names
    assert "Australia" not in names
    fine = reader.get("/areas.geojson?level=country&bbox=24,60,25,61&zoom=9").json
    outlines = [
        geopandas.GeoDataFrame.from_features(found["features"]).geometry for found in (box, fine)
    ]
    coarse_points, fine_points = map(shapely.get_num_coordinates, outlines)
    assert coarse_points.sum() < fine_points.sum()


def test_areas_geojson_hexagons_add_up_to_the_total(reader):
    for level in ("h3-7", "h3-8", "h3-9"):
        features = reader.get(f"/areas.geojson?level={level}&zoom=12").json["features"]
        assert sum(f["properties"]["n_cameras"] for f in features) == 221
        frame = geopandas.GeoDataFrame.from_features(features, crs=4326)
        assert frame.geometry.is_valid.all()


def test_areas_page_is_cut_into_pages_that_hold_every_area_once(reader):
    first = reader.get("/areas?level=country&all=1").text
    assert "Page 1 of" not in first
    assert len(re.findall(CODES, first)) == 254
    assert reader.get("/areas?level=country&page=2").status_code == 400
    assert reader.get("/areas?level=country&page=x").status_code == 400


def test_areas_page_cuts_a_long_table_into_pages(reader, monkeypatch):
    monkeypatch.setattr(areas, "ROWS_A_PAGE", 100)
    pages = [reader.get(f"/areas?level=country&all=1&page={n}").text for n in (1, 2, 3)]
    assert "Page 2 of 3" in pages[1]
    found = [code for page in pages for code in re.findall(CODES, page)]
    assert len(found) == len(set(found)) == 254


def test_areas_geojson_names_whose_outlines_they_are(reader):
    body = reader.get("/areas.geojson?level=country&bbox=24,60,25,61").json
    assert body["attribution"] == "natural-earth (Public domain)"


def test_area_of_a_tiny_country_has_no_density_from_a_coarse_outline(reader):
    # 492 is Monaco's number in ISO 3166-1: 2 km2, drawn as 18 at 1:10 million.
    features = reader.get("/areas.geojson?level=country&bbox=7.3,43.6,7.5,43.8").json["features"]
    (monaco,) = [f["properties"] for f in features if f["id"] == "country:492"]
    assert monaco["density_per_km2"] is None
