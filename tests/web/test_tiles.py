"""Tiles over HTTP."""

import gzip

import mapbox_vector_tile


def test_camera_tile_of_the_world_counts_everything(reader):
    layers = mapbox_vector_tile.decode(reader.get("/tiles/cameras/0/0/0.mvt").data)
    features = layers["clusters"]["features"]
    assert sum(feature["properties"]["n"] for feature in features) == 221
    assert sum(feature["properties"]["not_counted"] for feature in features) == 2


def test_camera_tile_is_empty_where_there_is_nothing(reader):
    assert reader.get("/tiles/cameras/10/0/0.mvt").status_code == 204


def test_camera_tile_of_a_snapshot_may_be_kept_for_an_hour(reader):
    snapshot = reader.get("/healthz").json["snapshot"]
    answer = reader.get(f"/tiles/{snapshot}/cameras/0/0/0.mvt")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.content_type == "application/vnd.mapbox-vector-tile"


def test_base_map_tile_shows_the_sample_streets(reader):
    base = reader.get("/").text.split("/tiles/base/")[1].split("/")[0]
    # The tile of WebMercatorQuad at zoom 14 that holds Helsinki's railway station.
    path = f"/tiles/base/{base}/14/9327/4742.mvt"
    plain = reader.get(path)
    assert "Content-Encoding" not in plain.headers
    layers = mapbox_vector_tile.decode(plain.data)
    assert {"street", "building"} <= layers.keys()
    names = {f["properties"].get("name") for f in layers["street"]["features"]}
    assert "Mannerheimintie" in names
    packed = reader.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
