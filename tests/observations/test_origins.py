from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.observations.origins import slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Helsinki", "helsinki"),
        ("Trafford wards (2023)", "trafford-wards-2023"),
        ("  __CCTV--list__ ", "cctv-list"),
        ("Zürich", "zurich"),
        ("Zu\u0308rich", "zurich"),
        ("../../etc/passwd", "etc-passwd"),
        ("Straße", "strasse"),
        ("x" * 64, "x" * 64),
    ],
)
def test_slug_keeps_letters_and_digits(text: str, expected: str):
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("監視カメラ", "source-"),
        ("камеры 1", "1-"),
        ("", "source-"),
        ("!!!", "source-"),
        ("x" * 65, "x" * 55 + "-"),
    ],
)
def test_slug_adds_a_digest_when_letters_get_lost(text: str, beginning: str):
    assert slug(text).startswith(beginning)
    assert len(slug(text)) == len(beginning) + 8


def test_slug_keeps_lists_in_other_scripts_apart():
    assert slug("камеры 1") != slug("видео 1") != slug("1")


@given(st.text())
def test_slug_is_safe_in_an_address_whatever_the_text(text: str):
    found = slug(text)
    assert 1 <= len(found) <= 64
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert found == found.strip("-")


def test_origin_digests_parameters_in_any_order(origin: Callable):
    one = origin(kind="alpr", crs="EPSG:4326")
    other = origin(crs="EPSG:4326", kind="alpr")
    assert one.parameters_digest == other.parameters_digest
    assert one.parameters_digest != origin(kind="alpr").parameters_digest
