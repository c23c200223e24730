"""What counts, by the table of DEFINITIONS."""

import pytest

from sightlines.cameras.counting import COUNTED, counted_reason


@pytest.mark.parametrize("kind", ["cctv", "alpr", "unknown"])
def test_counted_reason_counts_active_cameras(kind):
    assert counted_reason(kind, "active") == COUNTED


@pytest.mark.parametrize("kind", ["enforcement", "guard", "gunshot_detector"])
def test_counted_reason_names_the_kind_when_it_never_counts(kind):
    assert counted_reason(kind, "active") == kind


@pytest.mark.parametrize("status", ["planned", "disused", "removed"])
def test_counted_reason_names_the_status_when_not_active(status):
    assert counted_reason("cctv", status) == status


def test_counted_reason_leaves_out_what_hangs_indoors():
    assert counted_reason("cctv", "active", surveillance="indoor") == "indoor"
    assert counted_reason("cctv", "active", indoor=True) == "indoor"
    assert counted_reason("cctv", "active", surveillance="outdoor", indoor=False) == COUNTED
