"""CSV that a spreadsheet can open without calculating anything."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightlines.downloads.csv import COLUMNS, safe_cell, write_csv


def test_write_csv_keeps_coordinates_numbers(cameras, release):
    text = b"".join(write_csv([cameras], release)).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["longitude"], rows[0]["latitude"]) == ("-70.5", "-33.87")
    assert rows[2]["longitude"] == ""
    assert {row["snapshot"] for row in rows} == {"snap"}
    assert {row["attribution"] for row in rows} == {"© OpenStreetMap contributors"}
    assert sum(int(row["camera_count"]) for row in rows) == 5
    assert rows[0]["counted"] == "true"
    assert rows[0]["sources"] == '["list"]'
    assert rows[0]["retrieved_at"] == "2026-01-02T03:04:05Z"


def test_write_csv_disarms_a_formula(cameras, release):
    text = b"".join(write_csv([cameras], release)).decode()
    assert list(csv.DictReader(io.StringIO(text)))[1]["description"] == "'=1+1"


def test_write_csv_has_its_header_when_there_is_no_camera(release):
    assert b"".join(write_csv([], release)).decode().rstrip().split(",") == list(COLUMNS)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", " @"])
def test_safe_cell_disarms_every_start_of_a_formula(start):
    assert safe_cell(start + "cmd|' /C calc'!A0").startswith("'")


@pytest.mark.parametrize("number", [-33.87, 0, -1, 2.5])
def test_safe_cell_leaves_numbers_alone(number):
    assert safe_cell(number) == number


@given(st.text())
def test_safe_cell_never_starts_like_a_formula(text):
    assert not str(safe_cell(text)).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
