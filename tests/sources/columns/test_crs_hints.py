"""What headers say of a coordinate system."""

import numpy as np
import pytest

from sightlines.sources.columns.crs import to_wgs84
from sightlines.sources.columns.crs_hints import crs_of_headers


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        ("X (EPSG:2326)", ("EPSG:2326",)),
        ("x_3857", ("EPSG:3857",)),
        ("easting_27700", ("EPSG:27700",)),
        ("TWD97X", ("EPSG:3826", "EPSG:3825")),
        ("E_LV95", ("EPSG:2056",)),
        ("Coordonnée X (L93)", ("EPSG:2154",)),
        ("UTM_X_32N", ("EPSG:32632",)),
        ("utm 33 easting", ("EPSG:32633", "EPSG:32733")),
        ("X_2019", ()),
        ("x", ()),
        ("x_1234567", ()),
    ],
)
def test_crs_of_headers_reads_hints(header, labels):
    assert crs_of_headers([header]) == labels


def test_crs_of_headers_knows_katec_which_has_no_code():
    (katec,) = crs_of_headers(["TM128_X"])
    # The origin of KATEC is 38 N 128 E on Bessel 1841; its shift to WGS 84 is some 300 m.
    lon, lat = to_wgs84(katec, np.array([400000.0]), np.array([600000.0]))
    assert (lon[0], lat[0]) == pytest.approx((128.0, 38.0), abs=0.005)
