"""The figures of a view, recounted from the sample file."""

import osmium
import pytest
from pyproj import Geod


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
    assert view["sources"][0]["n_cameras"] == len(inside)


def test_view_gives_the_density_of_the_covered_ground(reader):
    # A box inside the extract: covered, so cameras by geodesic square kilometres.
    bbox = (24.94, 60.165, 24.95, 60.17)
    view = reader.get("/view?bbox=" + ",".join(map(str, bbox))).json
    west, south, east, north = bbox
    parallels = [west + (east - west) * step / 100 for step in range(101)]
    lons = [*parallels, *parallels[::-1]]
    lats = [south] * 101 + [north] * 101
    km2 = abs(Geod(ellps="WGS84").polygon_area_perimeter(lons, lats)[0]) / 1e6
    (source,) = view["sources"]
    assert source["coverage"] == "covered"
    assert source["density_per_km2"] == pytest.approx(source["n_cameras"] / km2, rel=1e-6)


def test_view_has_no_density_where_no_source_covers(reader):
    view = reader.get("/view?bbox=0,0,1,1").json
    assert view["sources"] == []


def test_view_says_when_the_records_were_last_edited(reader):
    # DEFINITIONS: last edited between 2008 and 2018, median August 2011.
    edited = reader.get("/view?bbox=24.9,60.1,25.0,60.2").json["sources"][0]["last_edited"]
    assert edited["first"].startswith("2008")
    assert edited["median"].startswith("2011-08")
    assert edited["last"].startswith("2018")
