"""What publishers' words mean."""

import pytest

from sightlines.sources.columns.value_words import (
    choice_of,
    kind_of_title,
    names_cameras,
    names_enforcement,
)


@pytest.mark.parametrize(
    ("meaning", "text", "choice"),
    [
        ("kind", "speed_camera", "enforcement"),
        ("kind", "Radar feu rouge", "enforcement"),
        ("kind", "과속단속", "enforcement"),
        ("kind", "測速照相", "enforcement"),
        ("kind", "ANPR", "alpr"),
        ("kind", "License Plate Reader", "alpr"),
        ("kind", "traffic_camera", "cctv"),
        ("kind", "CCTV", "cctv"),
        ("kind", "gunshot detector", "gunshot_detector"),
        ("kind", "telephone box", None),
        ("kind", "", None),
        ("camera_type", "SC-PTZ Camera", "panning"),
        ("camera_type", "SC-Fixed Camera", "fixed"),
        ("camera_type", "고정형", "fixed"),
        ("camera_type", "회전형", "panning"),
        ("camera_type", "Speed Dome", "panning"),
        ("camera_type", "mini dome", "dome"),
        ("camera_type", "speed_camera", None),
        ("status", "ACTIVE", "active"),
        ("status", "INACTIVE", "disused"),
        ("status", "Not operational", "disused"),
        ("status", "REMOVED", "removed"),
        ("status", "VOID", "removed"),
        ("status", "DESIRED", "planned"),
        ("status", "운영중", "active"),
        ("status", "TX", None),
        ("status", "Non attiva", "disused"),
        ("status", "No operativa", "disused"),
        ("status", "не работает", "disused"),
        ("status", "Tidak Aktif", "disused"),
        ("status", "niet in gebruik", "disused"),
        ("status", "is not currently working", "disused"),
        ("status", "לא פעיל", "disused"),
        ("status", "ไม่ใช้งาน", "disused"),
        ("status", "비정상", "disused"),
        ("status", "미사용", "disused"),
        ("status", "未使用", "disused"),
        ("status", "Desativado", "disused"),
        ("status", "mimo provoz", "disused"),
        ("status", "TURNED_OFF", "disused"),
        ("status", "TURNED_ON", "active"),
        ("status", "Em funcionamento", "active"),
        ("status", "v provozu", "active"),
        ("status", "Norte, activa", "active"),
        ("status", "gepland", "planned"),
        ("status", "EM IMPLANTAÇÃO", "planned"),
        ("status", "미설치", "planned"),
        ("status", "not installed", "planned"),
        ("status", "poistettu", "removed"),
        ("camera_type", "draaibare camera", "panning"),
        ("camera_type", "Schwenkbar", "panning"),
        ("camera_type", "stała", "fixed"),
        ("camera_type", "sabit", "fixed"),
        ("camera_type", "Dôme", "dome"),
        ("camera_mount", "Lamp post", "street_lamp"),
        ("camera_mount", "전주", "pole"),
        ("surveillance", "옥외", "outdoor"),
        ("surveillance", "실내", "indoor"),
        ("operator_type", "Municipal", "government"),
        ("nothing we know", "x", None),
    ],
)
def test_choice_of_reads_the_words_of_many_languages(meaning, text, choice):
    assert choice_of(meaning, text) == choice


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("city_redlight", "enforcement"),
        ("RedLightCameras", "enforcement"),
        ("town_speed", "enforcement"),
        ("fixed-speed-cameras", "enforcement"),
        ("speed_dome_cameras", None),
        ("radars", "enforcement"),
        ("plate_readers", "alpr"),
        ("alpr_2024", "alpr"),
        ("council_cctv", "cctv"),
        ("videosurveillance", "cctv"),
        ("traffic_cameras", None),
        ("caméras", None),
        ("cameras", None),
        ("export (3)", None),
        ("", None),
    ],
)
def test_kind_of_title_says_what_a_list_is_about(title, kind):
    assert kind_of_title(title) == kind


def test_kind_of_title_asks_the_titles_in_their_order():
    assert kind_of_title("cameras", "red light") == "enforcement"
    assert kind_of_title("cctv", "red light") == "cctv"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("traffic_cams", True), ("CCTV_by_ward", True), ("監視器", True), ("population", False),
     ("scamper", False)],
)  # fmt: skip
def test_names_cameras_knows_a_list_of_cameras(text, expected):
    assert names_cameras(text) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ENFORCEMENT_TYPE", True),
        ("Photo enforcement type", True),
        ("단속구분", True),
        ("Type", False),
        ("law enforcement agency", False),
    ],
)
def test_names_enforcement_knows_a_list_of_such_devices(header, expected):
    assert names_enforcement(header) is expected
