"""Values of each type, read by a made-up row so that no real attribute is needed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.attributes import Attribute
from sightlines.sources.values import read_date, read_value

HEIGHT = Attribute("tallness", "Tallness", "number", unit="m", bounds=(0, 300))
TILT = Attribute("tilt", "Tilt", "number", unit="deg", bounds=(0, 90))
MOUNT = Attribute(
    "mount",
    "Mount",
    "choice",
    choices=("street_lamp", "ALPR"),
    aliases=(("street_light", "street_lamp"),),
)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("5", 5.0),
        ("5 m", 5.0),
        ("5m", 5.0),
        ("3,5", 3.5),
        ("16'", 4.8768),
        ("16 ft", 4.8768),
        ("5'6\"", 1.6764),
        ("250 cm", 2.5),
        ("0", 0.0),
    ],
)
def test_read_value_reads_metres(text, metres):
    assert read_value(HEIGHT, text).value == pytest.approx(metres)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-3", "out_of_bounds"),
        ("301", "out_of_bounds"),
        ("high", "not_a_number"),
        ("5 miles", "not_a_number"),
        ("nan", "not_a_number"),
        ("1e400", "not_a_number"),
    ],
)
def test_read_value_gives_null_and_a_remark_when_it_is_no_height(text, code):
    outcome = read_value(HEIGHT, text)
    assert outcome.value is None
    assert [(remark.code, remark.lost) for remark in outcome.remarks] == [(code, True)]


def test_read_value_reads_degrees():
    assert read_value(TILT, "15°").value == 15.0


@pytest.mark.parametrize("text", ["street_lamp", "Street Lamp", "street_light", "STREET-LIGHT"])
def test_read_value_finds_a_choice_in_any_spelling(text):
    assert read_value(MOUNT, text).value == "street_lamp"


def test_read_value_takes_the_first_of_several_choices_with_a_note():
    outcome = read_value(MOUNT, "alpr;street_lamp")
    assert outcome.value == "ALPR"
    assert [remark.reason for remark in outcome.remarks] == ["mount:several_values"]


def test_read_value_does_not_repeat_what_was_written():
    outcome = read_value(MOUNT, "<script>")
    assert outcome.value is None
    assert "<script>" not in outcome.remarks[0].message


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2019", "2019"),
        ("2019-05", "2019-05"),
        ("2019-05-31", "2019-05-31"),
        ("2019-5-1", "2019-05-01"),
        ("2019-05-31T10:00:00Z", "2019-05-31"),
        ("0000-00-00", None),
        ("9999", None),
        ("9999-12-31", None),
        ("2019-02-30", None),
        ("2019-13", None),
        ("31/05/2019", None),
        ("unknown", None),
    ],
)
def test_read_date_keeps_a_partial_date_partial_and_drops_an_impossible_one(text, date):
    assert read_date(text) == date


@pytest.mark.parametrize(
    "text",
    ["", " ", "yesterday", "2019-05-31 -----", "2019-05-31T", "2019-05-31x", "2019--05", "-2019",
     "20190531", "٢٠١٩", "2019\n", "2019-05-31; rm", "9" * 5_000],
)  # fmt: skip
def test_read_date_gives_none_for_garbage(text):
    assert read_date(text) is None


@pytest.mark.parametrize(
    "time", ["T10:00", " 9:05:30", "T10:00:00.123456Z", " 00:00:00+00", "T10:00:00 +05:30", " 10"]
)
def test_read_date_leaves_a_time_of_day_out(time):
    assert read_date(f"2019-05-31{time}") == "2019-05-31"


@given(st.text())
def test_read_date_takes_nothing_but_dates(text):
    found = read_date(text)
    assert found is None or re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", found)


@pytest.mark.parametrize(("text", "truth"), [("yes", True), ("No", False), ("1", True)])
def test_read_value_reads_a_truth(text, truth):
    assert read_value(Attribute("inside", "Inside", "boolean"), text).value is truth


def test_read_value_reads_a_whole_number():
    assert read_value(Attribute("heads", "Heads", "integer"), "3").value == 3
    assert read_value(Attribute("heads", "Heads", "integer"), "3.5").value is None


def test_read_value_cuts_a_long_text_and_calls_that_a_loss():
    outcome = read_value(Attribute("nickname", "Nickname", "text"), "x" * 201)
    assert outcome.value == "x" * 200
    assert [(remark.code, remark.lost) for remark in outcome.remarks] == [("too_long", True)]
