"""Figures and dates in words."""

import datetime

import pytest

from sightlines.web.words import day, figure, percent, whole


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0.00"), (0.0042, "0.0042"), (1.004, "1.00"), (12.34, "12.3"), (1234.5, "1\u202f234")],
)
def test_figure_has_three_significant_digits(value, words):
    assert figure(value) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0\u202f%"),
        (0.001, "under 1\u202f%"),
        (0.5, "50\u202f%"),
        (0.9999, "over 99\u202f%"),
        (1, "100\u202f%"),
    ],
)
def test_percent_never_rounds_something_to_nothing_or_all(share, words):
    assert percent(share) == words


def test_whole_parts_thousands():
    assert whole(1234567) == "1\u202f234\u202f567"


def test_day_writes_a_date_for_people():
    assert day(datetime.date(2011, 8, 5)) == "5 August 2011"
    assert day(None) == ""
