"""The line that cites a view."""

from dataclasses import replace

from sightlines.downloads.release import citation


def test_citation_names_site_snapshot_filter_number_and_licence(release):
    line = citation(replace(release, bbox=(24.9, 60.1, 25.0, 60.2)), "Sightlines")
    assert line == (
        "Sightlines, snapshot snap (2026-01-02), bbox 24.9,60.1,25,60.2: 3 records. "
        "© OpenStreetMap contributors. Open Database License 1.0."
    )


def test_citation_says_whole_set_when_nothing_was_filtered(release):
    assert "whole set" in citation(release, "Sightlines")
