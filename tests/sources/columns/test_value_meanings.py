"""What a column means by its values."""

import pytest

from sightlines.sources.columns.value_meanings import is_count, meaning_of, share_of


@pytest.mark.parametrize(
    ("header", "below", "meaning"),
    [
        ("Zone", ["Teynampet", "Adyar"], "place"),
        ("Zone", ["town;parking", "traffic"], "surveillance_zone"),
        ("Zone", ["1", "2"], None),
        ("surveillance:zone", ["Adyar"], "surveillance:zone"),
        ("soort camera", ["vaste camera", "draaibare camera"], "camera_type"),
        ("device_type", ["Speed camera", "CCTV"], "kind"),
        ("Nombre Camara", ["C1", "C2"], "name"),
        ("Nombre Camara", ["1", "2"], "camera_count"),
        ("Speicherdauer", ["10 Tage", "72 Tage"], "retention_days"),
        ("Speicherdauer", ["lang"], None),
        ("EDITED", ["2023/05/02 12:00:00+00"], "last_edited_at"),
        ("INSTALL_DATE", ["1420070400000"], "start_date"),
    ],
)
def test_meaning_of_holds_a_header_against_its_values(header, below, meaning):
    assert meaning_of(header, below, is_strict=False)[0] == meaning


def test_share_of_counts_the_values_that_pass():
    assert share_of(["1", "2", "x", "1"], is_count) == 0.75
    assert share_of([], is_count) == 0.0
