"""Numbers of cameras in several columns."""

import pytest

from sightlines.sources.columns.count_parts import count_parts, sum_of


@pytest.mark.parametrize(
    ("headers", "parts"),
    [
        (["설치대수 고정", "설치대수 회전"], ("설치대수 고정", "설치대수 회전")),
        (["설치대수 고정", "설치대수 회전", "설치대수 계"], ("설치대수 계",)),
        (["설치대수 2019", "설치대수 2020"], ()),
        (["설치대수 고정", "설치대수 예정"], ()),
        (["설치대수", "설치대수 고정", "설치대수 회전"], ()),
        (["Number of cameras", "CCTV count"], ()),
        ([], ()),
    ],
)
def test_count_parts_finds_what_adds_up(headers, parts):
    assert count_parts(dict.fromkeys(headers, "camera_count")) == parts


@pytest.mark.parametrize(
    ("texts", "total"),
    [(["2", "1"], "3"), (["", "4"], "4"), (["", " "], ""), (["2", "n/a"], ""), (["0", "0"], "0")],
)
def test_sum_of_adds_up_what_is_there(texts, total):
    assert sum_of(texts) == total
