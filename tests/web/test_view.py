"""The figures of a view, recounted from the sample file and from the snapshot's own table."""

import csv
from datetime import UTC, datetime

import numpy as np
import osmium
import pytest
from pyproj import Geod

from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import publish
from sightlines.snapshot.query import rows_in
from sightlines.snapshot.reader import CurrentSnapshot
from sightlines.web.map_page import extents_of
from sightlines.web.view import records_of, sources_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def nodes(sample_pbf):
    """Return longitude and latitude of the surveillance nodes, read with a plain loop."""
    return [
        (node.location.lon, node.location.lat)
        for node in osmium.FileProcessor(sample_pbf, osmium.osm.NODE)
        if node.tags.get("man_made") == "surveillance"
    ]


@pytest.mark.parametrize(
    "bbox",
    [
        (24.9351762, 60.1641550, 24.9534145, 60.1791130),
        (24.94, 60.165, 24.95, 60.17),
        (24.9, 60.1, 25.0, 60.2),
        (-180, -90, 180, 90),
        (170, 60, 25, 61),
    ],
)
def test_view_counts_what_lies_in_the_box(reader, nodes, bbox):
    west, south, east, north = bbox
    if east < west:
        inside = [1 for lon, lat in nodes if (lon >= west or lon <= east) and south <= lat <= north]
    else:
        inside = [1 for lon, lat in nodes if west <= lon <= east and south <= lat <= north]
    view = reader.get("/view?bbox=" + ",".join(map(str, bbox))).json
    assert view["n_cameras"] == len(inside)
    # The two speed cameras of the sample are of the same source and do not count.
    numbers = [source["n_records"] for source in view["sources"]]
    assert numbers == ([len(inside)] if inside else [])


def test_view_gives_the_density_of_the_covered_ground(reader):
    # A box inside the extract: covered, so cameras by geodesic square kilometres.
    bbox = (24.94, 60.165, 24.95, 60.17)
    view = reader.get("/view?bbox=" + ",".join(map(str, bbox))).json
    west, south, east, north = bbox
    parallels = [west + (east - west) * step / 100 for step in range(101)]
    lons = [*parallels, *parallels[::-1]]
    lats = [south] * 101 + [north] * 101
    km2 = abs(Geod(ellps="WGS84").polygon_area_perimeter(lons, lats)[0]) / 1e6
    assert view["coverage"] == "covered"
    assert view["density_per_km2"] == pytest.approx(view["n_cameras"] / km2, rel=1e-6)


def test_view_has_no_density_where_no_source_covers(reader):
    view = reader.get("/view?bbox=0,0,1,1").json
    assert (view["n_cameras"], view["sources"]) == (0, [])
    assert (view["coverage"], view["density_per_km2"]) == ("not covered", None)


def test_view_says_when_the_records_were_last_edited(reader):
    # DEFINITIONS: last edited between 2008 and 2018, median August 2011.
    edited = reader.get("/view?bbox=24.9,60.1,25.0,60.2").json["last_edited"]
    assert edited["first"].startswith("2008")
    assert edited["median"].startswith("2011-08")
    assert edited["last"].startswith("2018")


@pytest.fixture
def two_sources(instance, opened, tmp_path, client):
    """Publish a list of five cameras in and beside Helsinki, and its ground, beside the sample."""
    path, ground = tmp_path / "city.csv", tmp_path / "city.geojson"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["lon", "lat", "operator", "camera:mount"])
        rows.writerows([24.9452 + step / 1000, 60.1741, "City", "pole"] for step in range(5))
    ground.write_text(
        '{"type": "Polygon", "coordinates":'
        " [[[24.94, 60.17], [24.96, 60.17], [24.96, 60.18], [24.94, 60.18], [24.94, 60.17]]]}"
    )
    options = ImportOptions(title="A city", licence="CC0-1.0", extent=ground)
    import_file(instance, opened(instance), path, options, now=NOW)
    publish(instance, opened(instance), now=NOW)
    return client


def test_view_names_each_source_once_with_its_records(two_sources, instance):
    view = two_sources.get("/view?bbox=24.9,60.1,25.0,60.2").json
    snapshot = CurrentSnapshot(instance.snapshots_folder).get()
    counted = [row for row in snapshot.cameras.to_pylist() if row["counted"]]
    expected = {
        name: sum(name in row["sources"] for row in counted) for name in ("city", "helsinki-centre")
    }
    found = {source["id"]: source["n_records"] for source in view["sources"]}
    assert found == expected
    assert [source["title"] for source in view["sources"]] == ["Helsinki", "A city"]
    assert view["n_records"] == len(counted)


def test_view_counts_covered_ground_of_both_sources(two_sources):
    # The city's ground reaches beyond the extract; each alone covers a part of this box.
    both = two_sources.get("/view?bbox=24.95,60.172,24.958,60.178").json
    assert both["coverage"] == "covered"
    assert both["n_cameras_covered"] == both["n_cameras"]


def test_map_page_draws_ground_of_two_sources_once(two_sources, instance):
    snapshot = CurrentSnapshot(instance.snapshots_folder).get()
    drawn = extents_of(snapshot)["features"]
    assert len([row for row in snapshot.sources if row["extent"]]) == 2
    assert len(drawn) == 1


def test_sources_of_and_records_of_equal_the_table(two_sources, instance):
    snapshot = CurrentSnapshot(instance.snapshots_folder).get()
    rows = rows_in(snapshot, (24.94, 60.17, 24.96, 60.18))
    records = records_of(snapshot, rows)
    table = snapshot.cameras.take(rows).to_pylist()
    assert records.weight.tolist() == [row["camera_count"] for row in table]
    assert records.counted.tolist() == [row["counted"] for row in table]
    assert records.active.tolist() == [row["status"] == "active" for row in table]
    assert records.corroborated.tolist() == [
        row["verification"] in ("corroborated", "photographed") for row in table
    ]
    nobody = sources_of(snapshot, np.empty(0, np.int64), np.empty(0, np.bool_))
    assert nobody == []
