"""Codes of countries."""

import pyarrow.parquet as pq
import pytest

from sightlines.settings import ROOT
from sightlines.sources.country_codes import COUNTRIES, NUMERIC, area_code


def test_numeric_has_every_country_once():
    assert len(NUMERIC) == 249
    assert len(set(NUMERIC.values())) == 249
    assert all(number.isdecimal() and len(number) == 3 for number in NUMERIC.values())


@pytest.mark.parametrize(
    ("country", "name"),
    [
        ("FR", "France"),
        ("HK", "Hong Kong"),
        ("TW", "Taiwan"),
        ("UZ", "Uzbekistan"),
        ("XK", "Kosovo"),
        ("US", "United States of America"),
    ],
)
def test_area_code_finds_the_outline_of_a_country(country, name):
    areas = pq.read_table(
        ROOT / "data" / "areas" / "world_countries.parquet", columns=["code", "name"]
    )
    names = dict(zip(areas["code"].to_pylist(), areas["name"].to_pylist(), strict=True))
    assert names[area_code(country)] == name
    assert country in COUNTRIES
