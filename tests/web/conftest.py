"""Clients of an application: over the sample, over a copy a test may change, over two lists.

The two lists speak of the same streets. `fi-city-list` has a row of forty cameras, 1.1 km apart,
`osm-tampere` has some of them too: one beside its twin, eight further and further away of which
nothing is said, one that is another camera. What outsiders may write in them is an attack.
"""

import json
import shutil
from datetime import UTC, datetime

import pytest

from sightlines.observations.ledger import open_ledger
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.pipeline.publication import publish
from sightlines.settings import Settings
from sightlines.web.application import create_app

ATTACK = "<script>alert(1)</script>"
READ_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
N_CITY = 40
# The city's list has one row more, with a position that was never filled in.
CITY_ROWS = [
    f"K-{n},{24 + n / 50:.5f},61.00000,City of Tampere,dome,90,{ATTACK}" for n in range(N_CITY)
]
ENTRY = f"""
[source]
title = "Cameras of Tampere {ATTACK}"
publisher = "City of Tampere {ATTACK}"
country = "FI"
licence = "CC-BY-4.0"
page = "https://example.org/cameras?a=1&b=2"

[address]
reader = "url"
url = "https://example.org/cameras.csv"
seen = "github example/list : cameras.csv"
checked = "unverified"

[meaning]
nr = "Number on the pole {ATTACK}"
operator = "Who runs it"
"""
UNREAD = """
[source]
title = "Cameras of Turku"
publisher = "City of Turku"
country = "FI"
licence = "CC0-1.0"
"""


def osm_camera(number, lon, lat, **tags):
    return {
        "type": "Feature",
        "id": f"node/{number}",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"man_made": "surveillance", "surveillance:type": "camera", **tags},
    }


OSM = [
    # 1.2 m from K-0, the same in everything but for the type.
    osm_camera(
        2500,
        24.00001,
        61.00001,
        **{
            "operator": "City of Tampere",
            "camera:type": "fixed",
            "camera:direction": "95",
            "description": ATTACK,
        },
    ),
    # 20, 25, ... 55 m from K-1, K-2, ... K-8, and nothing is said of them.
    *(
        osm_camera(2500 + n, 24 + n / 50, round(61 + (15 + 5 * n) / 111_430, 7))
        for n in range(1, 9)
    ),
    # 500 m from everything.
    osm_camera(2510, 24.21, 61.0),
]


@pytest.fixture(scope="session")
def reader(sample_instance):
    """Return a client for tests that only read."""
    return create_app(Settings(instance=sample_instance)).test_client()


@pytest.fixture
def app(instance):
    """Return an application over a copy of the sample's instance."""
    return create_app(instance)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(scope="session")
def two_lists(sample_instance, tmp_path_factory):
    """Return the folder of an instance with both lists beside the sample; tests only read it."""
    folder = tmp_path_factory.mktemp("two_lists")
    shutil.copytree(sample_instance, folder / "instance")
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / "fi_city_list.toml").write_text(ENTRY)
    (folder / "catalogue" / "fi_turku.toml").write_text(UNREAD)
    header = f"nr,lon,lat,operator,camera:type,camera:direction,{ATTACK}"
    rows = [header, *CITY_ROWS, f"K-x,0,0,City of Tampere,dome,90,{ATTACK}"]
    (folder / "city.csv").write_text("\n".join(rows) + "\n")
    collection = {"type": "FeatureCollection", "features": OSM}
    (folder / "osm.geojson").write_text(json.dumps(collection))
    settings = Settings(instance=folder / "instance", catalogue=folder / "catalogue")
    ledger = open_ledger(settings)
    city = ImportOptions(source="fi-city-list", kind="cctv")
    import_file(settings, ledger, folder / "city.csv", city, now=READ_AT)
    osm = ImportOptions(source="osm-tampere", title="OSM Tampere", licence="ODbL-1.0")
    import_file(settings, ledger, folder / "osm.geojson", osm, now=READ_AT)
    publish(settings, ledger, now=READ_AT)
    ledger.close()
    return folder


@pytest.fixture(scope="session")
def lists_reader(two_lists):
    """Return a client over both lists for tests that only read."""
    settings = Settings(instance=two_lists / "instance", catalogue=two_lists / "catalogue")
    return create_app(settings).test_client()


@pytest.fixture
def lists(two_lists, tmp_path):
    """Return the settings of a copy of both lists that a test may change."""
    shutil.copytree(two_lists, tmp_path / "lists")
    folder = tmp_path / "lists"
    return Settings(instance=folder / "instance", catalogue=folder / "catalogue", publish_delay_s=0)


@pytest.fixture(scope="session")
def place_of(lists_reader):
    """Return a function that gives the id of the camera of a list nearest a longitude."""
    features = lists_reader.get("/download/cameras.geojson").json["features"]

    def find(lon, source):
        of_source = [row for row in features if source in row["properties"]["sources"]]
        return min(of_source, key=lambda row: abs(row["geometry"]["coordinates"][0] - lon))["id"]

    return find


@pytest.fixture(scope="session")
def alike(lists_reader, place_of):
    """Return the ids of two cameras, OpenStreetMap's and the city's, that are perhaps one."""
    for n in range(1, 9):
        one, other = (place_of(24 + n / 50, name) for name in ("osm-tampere", "fi-city-list"))
        if "These are one camera" in lists_reader.get(f"/cameras/{one}/matches").text:
            return one, other
    pytest.fail("none of eight pairs, 20 to 55 m apart, is uncertain")
