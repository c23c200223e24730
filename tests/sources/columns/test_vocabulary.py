"""What headers mean."""

import pytest

from sightlines.attributes import ATTRIBUTES, Attribute
from sightlines.sources.columns.vocabulary import (
    KNOWN_KEYS,
    candidates,
    header_meaning,
    header_word,
    known_keys,
)


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("cameraCount", "camera_count"),
        ("Camera Count", "camera_count"),
        ("CCTVID", "cctvid"),
        ("PositionLat", "position_lat"),
        ("HTTPServerName", "http_server_name"),
        (" camera:type ", "camera_type"),
        ("설치대수", "설치대수"),
        ("()", ""),
    ],
)
def test_header_word_writes_a_header_in_one_way(header, word):
    assert header_word(header) == word


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("camera:type", "camera:type"),
        ("Camera type", "camera:type"),
        ("Direction", "direction"),
        ("카메라대수", "camera_count"),
        ("설치대수(대)", "camera_count"),
        ("cameraCount", "camera_count"),
        ("Nombre de caméras", "camera_count"),
        ("소재지도로명주소", "addr_full"),
        ("安裝地址", "addr_full"),
        ("Implantation", "addr_full"),
        ("Standort", "addr_full"),
        ("攝影方向", "camera_direction"),
        ("촬영방면정보", "camera_direction"),
        ("所屬單位", "operator"),
        ("관리기관명", "operator"),
        ("Betreiber", "operator"),
        ("編號", "native_id"),
        ("관리번호", "native_id"),
        ("Numéro", "native_id"),
        ("설치연월", "start_date"),
        ("GO-LIVE DATE", "start_date"),
        ("Date de mise en service", "start_date"),
        ("읍면동", "place"),
        ("縣市", "place"),
        ("Stadtteil", "place"),
        ("보관일수", "retention_days"),
        ("설치목적구분", "purpose"),
        ("데이터기준일자", "observed_at"),
        ("위도", "lat"),
        ("longitude", "lon"),
        ("Anything else", None),
        ("", None),
    ],
)
def test_header_meaning_knows_many_languages(header, meaning):
    assert header_meaning(header) == meaning


@pytest.mark.parametrize(
    "header",
    ["road_direction", "RoadDirection", "관리기관전화번호", "traffic direction", "Traffic Image",
     "VideoStreamURL", "speed_limit", "LocationMile"],
)  # fmt: skip
def test_candidates_knows_what_speaks_of_something_else(header):
    assert candidates(header) == []


def test_candidates_puts_the_attribute_table_before_all_synonyms():
    assert candidates("operator") == [("operator", 0)]
    (synonym,) = candidates("managed by")
    assert synonym[0] == "operator"
    assert synonym[1] > 0


def test_known_keys_is_driven_by_the_table():
    made_up = Attribute("lens_count", "How many lenses", "integer", keys=("lens:count",))
    found = known_keys((*ATTRIBUTES, made_up))
    assert {found[word] for word in ("lens_count", "how_many_lenses")} == {
        "lens:count",
        "lens_count",
    }
    assert "lens_count" not in KNOWN_KEYS


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda row: row.name)
def test_header_meaning_knows_every_attribute_by_key_name_and_label(attribute):
    for header in (*attribute.keys, attribute.name, attribute.label):
        assert header_meaning(header) in {attribute.name, *attribute.keys}


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Typ kamery", "kind"),
        ("KAMERATYP", "camera_type"),
        ("soort camera", "kind"),
        ("aantal camera's", "camera_count"),
        ("Antal kameror", "camera_count"),
        ("Anzahl der Kameras", "camera_count"),
        ("Total cameras", "camera_count"),
        ("N° caméra", "native_id"),
        ("cameranummer", "native_id"),
        ("idcamara", "native_id"),
        ("Cam No.", "native_id"),
        ("nama_cctv", "name"),
        ("Kamera Ad\u0131", "name"),
        ("Camera URL", None),
        ("camera phone", None),
        ("camera", None),
    ],
)
def test_header_meaning_reads_what_stands_beside_the_word_for_a_camera(header, meaning):
    assert header_meaning(header) == meaning


def test_candidates_leaves_to_the_values_what_two_languages_write_alike():
    assert [meaning for meaning, _ in candidates("Nombre Camara")] == ["camera_count", "name"]


@pytest.mark.parametrize(
    ("header", "meaning"),
    [("SITUACAO", "status"), ("Situação", "status"), ("İlçe", "place"), ("ETAT", "status")],
)
def test_header_meaning_knows_a_word_without_the_marks_on_its_letters(header, meaning):
    assert header_meaning(header) == meaning
