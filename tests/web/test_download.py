"""Downloads recounted with plain GeoPandas, pandas and GDAL."""

import io
import re

import geopandas
import pandas
import pyogrio
import pytest


@pytest.fixture(scope="module")
def frame(reader):
    return geopandas.read_file(io.BytesIO(reader.get("/download/cameras.geojson").data))


def test_download_recount_equals_the_pages(reader, frame):
    counted = frame[frame["counted"]]
    view = reader.get("/view?bbox=-180,-90,180,90").json["sources"][0]
    assert counted["camera_count"].sum() == view["n_cameras"] == 221
    finland = reader.get("/areas.geojson?level=country&zoom=2").json["features"]
    (row,) = [f["properties"] for f in finland if f["properties"]["name"] == "Finland"]
    assert row["n_cameras"] == 221


def test_download_of_districts_recounts_with_plain_geopandas(frame, shared_data):
    districts = geopandas.read_file(shared_data / "boundaries" / "fi_helsinki_districts.geojson")
    joined = frame[frame["counted"]].sjoin(districts, predicate="within")
    name = next(
        c for c in districts.columns if districts[c].astype(str).str.casefold().eq("kluuvi").any()
    )
    found = joined.groupby(name)["camera_count"].sum().to_dict()
    # TRUTH: Helsinki extract by district.
    assert {district.capitalize(): n for district, n in found.items()} == {
        "Kluuvi": 112,
        "Kaartinkaupunki": 52,
        "Kamppi": 40,
        "Kruununhaka": 15,
        "Punavuori": 2,
    }


def test_download_csv_has_the_rows_of_the_geojson(reader, frame):
    table = pandas.read_csv(io.BytesIO(reader.get("/download/cameras.csv").data))
    assert table["id"].tolist() == frame["id"].tolist()
    assert table["longitude"].tolist() == pytest.approx(frame.geometry.x.tolist(), abs=1e-9)


def test_download_opens_in_gdal(reader, tmp_path):
    path = tmp_path / "cameras.geojson"
    path.write_bytes(reader.get("/download/cameras.geojson").data)
    description = pyogrio.read_info(path)
    assert description["features"] == 223
    assert description["geometry_type"] == "Point"


def test_download_by_box_holds_what_lies_in_it(reader, frame):
    box = "24.94,60.165,24.95,60.17"
    part = geopandas.read_file(io.BytesIO(reader.get(f"/download/cameras.geojson?bbox={box}").data))
    assert set(part["id"]) == set(frame.cx[24.94:24.95, 60.165:60.17]["id"])
    page = reader.get(f"/download?bbox={box}").text
    assert "bbox 24.94,60.165,24.95,60.17" in page
    assert f": {len(part)} records." in page


def test_download_names_a_file_after_its_snapshot(reader):
    answer = reader.get("/download/cameras.geojson")
    snapshot = reader.get("/healthz").json["snapshot"]
    assert f'filename="sightlines-{snapshot}.geojson"' in answer.headers["Content-Disposition"]
    assert answer.json["snapshot"] == snapshot


def test_download_page_file_and_view_agree_on_a_box_with_edges_on_cameras(reader, frame):
    west, south, east, north = frame.total_bounds.round(7).tolist()
    middle = sorted(frame.geometry.x)[len(frame) // 2]
    box = f"{west:.7f},{south:.7f},{middle:.7f},{north:.7f}"
    page = reader.get(f"/download?bbox={box}").text
    link = re.search(r'/download/cameras\.geojson\?bbox=([^"]+)', page).group(1)
    features = reader.get(f"/download/cameras.geojson?bbox={link}").json["features"]
    cited = int(re.search(r": (\d+) records\.", page).group(1))
    inside = frame[(frame.geometry.x <= middle)]
    assert len(features) == cited == len(inside)
    assert east > middle
