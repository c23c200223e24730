"""Rows that are no cameras."""

import pytest

from sightlines.sources.columns.remark_rows import is_remark, is_total


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Total cameras", "2", ""], True),
        (["", "합 계", "3"], True),
        (["Total:", "", "6"], True),
        (['סה"כ', "", "6"], True),
        (["Total Garage, High Street", "", "2"], False),
        (["Totalview", "", "2"], False),
        (["", "", ""], False),
    ],
)
def test_is_total_knows_the_sum_of_other_rows(cells, expected):
    assert is_total(cells) is expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["Source: Police Department", "", ""], True),
        (["", "Stand: 01.03.2023", ""], True),
        (["* Excludes traffic cameras", "", ""], True),
        (["출처: 시청", "", ""], True),
        (["Cameras under repair are not listed here", "", ""], True),
        (["", "The camera above the door of the station", ""], False),
        (["Standish Street", "", ""], False),
        (["", "Stand 12", ""], False),
        (["Stand 2023-03-01", "", ""], True),
        (["CAM 12", "", ""], False),
        (["Source: Police", "", "12"], False),
        (["Source: Police"], False),
        (["", "", ""], False),
    ],
)
def test_is_remark_knows_a_line_about_the_table(cells, expected):
    assert is_remark(cells, told=[1]) is expected
