"""The line that cites a view."""

from dataclasses import replace

from sightlines.downloads.release import bbox_text, citation


def test_citation_names_site_snapshot_filter_number_and_licence(release):
    line = citation(replace(release, bbox=(24.9, 60.1, 25.0, 60.2)), "Sightlines")
    assert line == (
        "Sightlines, snapshot snap (2026-01-02), bbox 24.9,60.1,25,60.2: 3 records. "
        "© OpenStreetMap contributors. Open Database License 1.0."
    )


def test_citation_says_whole_set_when_nothing_was_filtered(release):
    assert "whole set" in citation(release, "Sightlines")


def test_licence_is_odbl_as_soon_as_one_source_is(release):
    assert release.licence == "ODbL-1.0"


def test_licence_names_every_licence_when_none_is_odbl(release):
    mixed = replace(release, source_licences=["OGL-UK-3.0", "CC0-1.0", "OGL-UK-3.0"])
    assert mixed.licence == "CC0-1.0 AND OGL-UK-3.0"
    assert replace(release, source_licences=[]).licence == ""


def test_bbox_text_keeps_seven_decimals_and_no_more():
    assert bbox_text((24.94, -0.5, 180.0, 60.1234567)) == "24.94,-0.5,180,60.1234567"
