"""Dates as tables write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.sources.columns.dates import days_of, iso_date, iso_time, order_of


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("20/01/12", "dmy", "2012-01-20"),
        ("02/17/2006", "mdy", "2006-02-17"),
        ("3.4.2019", "dmy", "2019-04-03"),
        ("03/04/2019", "mdy", "2019-03-04"),
        ("03/04/2019", "unknown", "2019"),
        ("04/04/2019", "unknown", "2019-04-04"),
        ("31/12/99", "dmy", "1999-12-31"),
        ("17/02/2006 08:00", "dmy", "2006-02-17"),
        ("200910", "unknown", "2009-10"),
        ("20091031", "unknown", "2009-10-31"),
        ("200913", "unknown", None),
        ("2019", "dmy", "2019"),
        ("2010-02-12T00:00:00Z", "dmy", "2010-02-12"),
        ("Début 2019", "dmy", "2019"),
        ("2018 or 2019", "dmy", None),
        ("2019년 3월", "dmy", "2019-03"),
        ("2019年3月5日", "dmy", "2019-03-05"),
        # The French list of Paris writes one day as 40898 and, in the other file, as 21/12/11.
        ("40898", "dmy", "2011-12-21"),
        ("13/13/2019", "dmy", None),
        ("0000-00-00", "dmy", None),
        ("inconnue", "dmy", None),
        ("", "dmy", None),
    ],
)
def test_iso_date_reads_a_date_as_precisely_as_it_is_certain(text, order, expected):
    assert iso_date(text, order) == expected


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_iso_date_gives_back_every_day_however_it_was_written(day):
    assert iso_date(day.strftime("%d/%m/%y"), "dmy") == day.isoformat()
    assert iso_date(day.strftime("%m/%d/%Y"), "mdy") == day.isoformat()
    assert iso_date(day.strftime("%Y%m%d"), "unknown") == day.isoformat()


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["01/02/2003", "17/01/2004"], "dmy"),
        (["01/02/2003", "01/17/2004"], "mdy"),
        (["01/02/2003"], "unknown"),
        (["17/01/2003", "01/17/2003"], "unknown"),
        (["2003-01-17"], "unknown"),
        ([], "unknown"),
    ],
)
def test_order_of_tells_days_from_months_by_the_whole_column(texts, order):
    assert order_of(texts) == order


def test_iso_time_reads_a_time_that_names_its_zone_and_no_other():
    assert iso_time("2018-06-28T12:24:19Z") == datetime(2018, 6, 28, 12, 24, 19, tzinfo=UTC)
    assert iso_time("2018-06-28T14:24:19.5+02:00") == datetime(2018, 6, 28, 12, 24, 19, tzinfo=UTC)
    for text in ("2018-06-28 12:24:19", "2018-06-28", "9999-01-01T00:00:00Z", "yesterday", ""):
        assert iso_time(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("平成30年3月", "2018-03"),
        ("令和2年4月1日", "2020-04-01"),
        ("令和元年5月", "2019-05"),
        ("昭和64年", "1989"),
        ("H30.3.1", "2018-03-01"),
        ("民國108年5月", "2019-05"),
        ("1420070400000", "2015-01-01"),
        ("令和2年13月", None),
    ],
)
def test_iso_date_reads_eras_and_milliseconds(text, expected):
    assert iso_date(text, "unknown") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31 days", "31"),
        ("10 Tage", "10"),
        ("30일", "30"),
        ("72 días", "72"),
        ("30d", "30"),
        ("30", "30"),
        ("2 months", "2 months"),
        ("bis zu 10 Tage", "bis zu 10 Tage"),
    ],
)
def test_days_of_takes_the_unit_off(text, expected):
    assert days_of(text) == expected


def test_iso_time_reads_a_time_with_slashes_that_names_its_zone():
    assert iso_time("2023/05/02 12:00:00+00") == datetime(2023, 5, 2, 12, tzinfo=UTC)
    assert iso_time("2023/05/02 12:00:00") is None
