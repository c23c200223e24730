"""What headers say of positions."""

import pytest

from sightlines.sources.columns.position_names import fold, position_name, position_role

LON = (
    "longitude|LON|lng|long|Longitud|Längengrad|Längengrad (WGS84)|geogr. Länge|dl_geogr|経度|经度|"
    "經度|東經|경도|долгота|довгота|ลองจิจูด|خط الطول|boylam|zemepisna dlzka|Zeměpisná délka|"
    "PositionLon|startLng|WGS84경도|WGSX|gps_lon|lon_wgs84|geo_lon|GPS經度|lon_dd|설치위치 경도|"
    "position.lon|X (WGS84)|długość geograficzna|Ilguma|kinh độ|GPSLNG"
)
LAT = (
    "latitude|LAT|latitud|Breitengrad|Breite|geogr. Breite|szer_geogr|緯度|纬度|北緯|위도|широта|"
    "ละติจูด|خط العرض|enlem|zemepisna sirka|PositionLat|endLat|WGS84위도|WGSY|gps_lat|lat_wgs84|"
    "geo_lat|GPS緯度|lat_dms|latitudeE7|vĩ độ|GPSLAT"
)
EASTING = (
    "x|X좌표|POINT_X|coord_x|XCOORD|TM_X|easting|Rechtswert|utm_e|este|X (EPSG:2326)|x_3857|TWD97X|"
    "E_LV95|GRS80TM X|X-Koordinate|Coordonnée X (L93)|TM128 X"
)
NORTHING = "y|Y座標|POINT_Y|YCOORD|northing|Hochwert|norte|y_3857|TWD97_Y|N_LV95|coord. Y"
POINT = (
    "geometry|the_geom|geom|wkt|shape|location|coordinates|coordenadas|geo_point_2d|latlng|position|"
    "좌표|座標|geolocation|lat/long|위도경도|geometry.coordinates|lonlat|GPS|Koordinaten"
)
NOTHING = (
    "Latitude Street|geometry.type|LOCATION ID|location_desc|Shape_Length|index|proxy|toy|max|text|"
    "resolution x|name|address|flat|platform|연도|주소|длина||  |description|elongation|1"
)


@pytest.mark.parametrize(
    ("header", "role"),
    [
        (header, role)
        for headers, role in (
            (LON, "lon"), (LAT, "lat"), (EASTING, "easting"), (NORTHING, "northing"),
            (POINT, "point"), (NOTHING, None),
        )
        for header in headers.split("|")
    ],
)  # fmt: skip
def test_position_role_knows_names_in_many_languages(header, role):
    assert position_role(header) == role


@pytest.mark.parametrize(
    ("header", "folded"),
    [
        ("PositionLon", "position lon"),
        ("WGS84위도", "wgs 84 위도"),
        ("Längengrad", "langengrad"),
        ("DŁ_GEOGR", "dl geogr"),
        ("\uff12\uff38", "2 x"),
        ("\ufeff lat\u200b", "lat"),
    ],
)
def test_fold_writes_a_header_in_one_way(header, folded):
    assert fold(header) == folded


@pytest.mark.parametrize(
    ("header", "rest"),
    [("start_lat", "start"), ("lat", ""), ("lat_dd", ""), ("endLng", "end"), ("lon 2", "2")],
)
def test_position_name_tells_sets_apart(header, rest):
    name = position_name(header)
    assert name is not None
    assert name.rest == rest


@pytest.mark.parametrize(
    ("header", "order"),
    [("lat_lon", "lat_lon"), ("lnglat", "lon_lat"), ("경도위도", "lon_lat"), ("position", None)],
)
def test_position_name_tells_the_order_of_a_point(header, order):
    name = position_name(header)
    assert name is not None
    assert (name.role, name.order) == ("point", order)


@pytest.mark.parametrize("header", ["gcj_lng", "lon_gcj02", "bd09_lng", "高德经度", "百度经度"])
def test_position_name_knows_shifted_datums(header):
    name = position_name(header)
    assert name is not None
    assert (name.role, name.is_shifted) == ("lon", True)


@pytest.mark.parametrize(("header", "unit"), [("latitudeE7", 1e-7), ("lat_e6", 1e-6), ("lat", 1.0)])
def test_position_name_knows_whole_numbers_of_a_fraction(header, unit):
    name = position_name(header)
    assert name is not None
    assert name.degrees_per_unit == pytest.approx(unit, rel=1e-12)


def test_position_name_is_quick_when_a_header_is_endless():
    assert position_name("lat" * 100_000) is None


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Bredde", "lat"),
        ("Længde", "lon"),
        ("E (ETRS-TM35FIN)", "easting"),
        ("N (ETRS-TM35FIN)", "northing"),
    ],
)
def test_position_role_knows_northern_names(header, role):
    assert position_role(header) == role
