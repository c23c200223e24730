"""Names of coordinate systems, and the way to WGS 84 degrees."""

import csv

import numpy as np
import pytest
import shapely

from sightlines.errors import SourceRefusedError
from sightlines.geodesy import GEOD
from sightlines.sources.columns.crs import is_in_degrees, known_crs, to_wgs84, within

HONG_KONG = shapely.box(113.8, 22.1, 114.5, 22.6)
ESRI_WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("EPSG:2326", "EPSG:2326"),
        (" epsg:2326 ", "EPSG:2326"),
        ("2326", "EPSG:2326"),
        ("urn:ogc:def:crs:EPSG::2326", "EPSG:2326"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("OGC:CRS84", "EPSG:4326"),
        (ESRI_WGS84, "EPSG:4326"),
        ("EPSG:4258", "EPSG:4258"),
    ],
)
def test_known_crs_gives_one_label_to_each_system(text, label):
    assert known_crs(text) == label


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "EPSG:0", "9" * 5_000, "EPSG:4978", "EPSG:5773", "+init=/etc/hosts:x",
     "+proj=utm +zone=32 +init=/etc/hosts:x", 'LOCAL_CS["x"]', "[" * 30_000, "PROJCS[" * 2_000],
)  # fmt: skip
def test_known_crs_refuses_what_is_none(text):
    with pytest.raises(SourceRefusedError, match="No coordinate system is called"):
        known_crs(text)


def test_is_in_degrees_tells_kinds_of_systems_apart():
    assert is_in_degrees("EPSG:4326")
    assert not is_in_degrees("EPSG:3857")


def test_to_wgs84_agrees_with_the_published_point_of_epsg_3035():
    lon, lat = to_wgs84("EPSG:3035", np.array([3962799.45]), np.array([2999718.85]))
    assert (lon[0], lat[0]) == pytest.approx((5.0, 50.0), abs=1e-7)


def test_to_wgs84_keeps_missing_numbers_missing():
    lon, lat = to_wgs84("EPSG:3857", np.array([np.nan, 0.0]), np.array([np.nan, 0.0]))
    assert not np.isfinite(lon[0])
    assert (lon[1], lat[1]) == (0.0, 0.0)


def test_to_wgs84_agrees_with_ottawas_own_degrees(shared_data):
    with (shared_data / "cameras" / "ca_ottawa_redlight.csv").open(encoding="utf-8-sig") as opened:
        rows = list(csv.DictReader(opened))
    x, y, lon, lat = (
        np.array([float(row[name]) for row in rows]) for name in ("X", "Y", "LONGITUDE", "LATITUDE")
    )
    apart_m = GEOD.inv(*to_wgs84("EPSG:32189", x, y), lon, lat)[2]
    # The set's README gives 0.05 m, rounded to centimetres.
    assert apart_m.max() < 0.055


def test_within_takes_the_edge_and_leaves_out_what_is_missing():
    inside = within(HONG_KONG, np.array([113.8, 0.0, np.nan]), np.array([22.1, 0.0, 22.3]))
    assert inside.tolist() == [True, False, False]
