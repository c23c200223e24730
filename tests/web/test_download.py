"""Downloads recounted with plain GeoPandas, pandas and GDAL."""

import io
import re
import shutil
from datetime import UTC, datetime, timedelta

import geopandas
import osmium
import pandas
import pyogrio
import pytest

from sightlines.observations.ledger import open_ledger
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import publish
from sightlines.settings import Settings
from sightlines.web.application import create_app

READ_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def frame(reader):
    return geopandas.read_file(io.BytesIO(reader.get("/download/cameras.geojson").data))


def test_download_recount_equals_the_pages(reader, frame):
    counted = frame[frame["counted"]]
    view = reader.get("/view?bbox=-180,-90,180,90").json
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


# Beside cameras of the sample: node 445401871 (version 2) and node 322525580, which has a `fixme`;
# two where OpenStreetMap has none; one outside the ground of the extract.
OPEN_LIST = """nr,lon,lat,operator,camera:type
1,24.9533530,60.1702760,City of Helsinki,dome
2,24.9442115,60.1648290,City of Helsinki,fixed
3,24.9393200,60.1751100,City of Helsinki,dome
4,25.1000000,60.1700000,City of Helsinki,dome
"""
# Node 317947097, and a camera that OpenStreetMap does not have.
CLOSED_LIST = """nr,lon,lat,operator,camera:type
1,24.9492160,60.1688990,Secret Ltd,dome
2,24.9477700,60.1765600,Secret Ltd,dome
"""
# In the order of the attribute table.
REMARK = "camera:type, operator from open (CC0-1.0)"


@pytest.fixture(scope="module")
def differences(sample_instance, tmp_path_factory):
    """Return the answer with the differences of three lists from the sample of OpenStreetMap."""
    folder = tmp_path_factory.mktemp("differences")
    shutil.copytree(sample_instance, folder / "instance")
    settings = Settings(instance=folder / "instance")
    ledger = open_ledger(settings)
    lists = {
        "open": (OPEN_LIST, "CC0-1.0"),
        "closed": (CLOSED_LIST, "CC-BY-4.0"),
        # Not even published here.
        "unpublished": (CLOSED_LIST.replace("24.94777", "24.94495"), "CC-BY-NC-4.0"),
    }
    for name, (text, licence) in lists.items():
        path = folder / f"{name}.csv"
        path.write_text(text)
        options = ImportOptions(licence=licence, kind="cctv")
        import_file(settings, ledger, path, options, now=READ_AT)
    publish(settings, ledger, now=READ_AT)
    ledger.close()
    return create_app(settings).test_client().get("/download/osm-differences.osm")


def test_osm_differences_is_a_file_to_be_saved(differences):
    assert differences.status_code == 200
    assert differences.content_type == "application/vnd.openstreetmap.data+xml"
    disposition = differences.headers["Content-Disposition"]
    assert re.fullmatch(
        r'attachment; filename="sightlines-[a-z2-7]{16}-osm-differences\.osm"', disposition
    )
    assert differences.headers["Cache-Control"] == "no-cache"
    assert b'upload="false"' in differences.data


def test_osm_differences_of_a_real_extract_read_by_libosmium(differences):
    source = osmium.io.FileBuffer(differences.data, "osm")
    found = {thing.id: (thing.version, dict(thing.tags)) for thing in osmium.FileProcessor(source)}
    plain = {"man_made": "surveillance", "surveillance:type": "camera"}
    assert found == {
        -1: (
            0,
            {
                **plain,
                "operator": "City of Helsinki",
                "camera:type": "dome",
                "fixme": "Check before adding: open (CC0-1.0) has it, OpenStreetMap had not.",
            },
        ),
        322525580: (
            3,
            {
                **plain,
                "operator": "City of Helsinki",
                "camera:type": "fixed",
                "fixme": "location, direction",
                "fixme:review": f"Check: surveillance:type, {REMARK}",
            },
        ),
        445401871: (
            2,
            {
                **plain,
                "operator": "City of Helsinki",
                "camera:type": "dome",
                "fixme": f"Check: surveillance:type, {REMARK}",
            },
        ),
    }


def test_osm_differences_tells_nothing_of_what_its_licence_keeps_here(differences):
    assert b"Secret" not in differences.data
    assert differences.data.endswith(
        b"<!-- 1 new, 2 changed, 0 perhaps gone; 2 withheld because of their licence, "
        b"1 left out. -->\n"
    )


def test_osm_differences_asks_whether_a_camera_is_gone_once_the_hold_is_over(
    instance, opened, client, tmp_path
):
    ledger = opened(instance)
    # The last one stands beside node 445401871, the others elsewhere.
    rows = [f"{n},{25 + n / 100},60.5,A" for n in range(40)] + ["40,24.9533530,60.1702760,A"]
    path = tmp_path / "register.csv"

    def read(rows, days):
        path.write_text("\n".join(["nr,lon,lat,operator", *rows, ""]))
        moment = READ_AT + timedelta(days=days)
        options = ImportOptions(licence="CC0-1.0", kind="unknown")
        assert import_file(instance, ledger, path, options, now=moment).outcome == "accepted"
        publish(instance, ledger, now=moment)
        return client.get("/download/osm-differences.osm").text

    listed = read(rows, 0)
    assert "Check: operator from register (CC0-1.0)" in listed
    held = read(rows[:-1], 1)
    assert "Check: operator from register (CC0-1.0)" in held
    over = read([row.replace(",A", ",B") for row in rows[:-1]], 3)
    assert "Check whether it still stands: register (CC0-1.0) no longer has it." in over


def test_osm_differences_of_openstreetmap_alone_is_empty(reader):
    assert b"<node" not in reader.get("/download/osm-differences.osm").data


def test_osm_differences_is_offered_to_people_who_edit_openstreetmap(reader):
    assert 'href="/download/osm-differences.osm"' in reader.get("/download").text
