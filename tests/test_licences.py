"""Which licences let rows out."""

import pytest

from sightlines.licences import LICENCES, find, is_publishable, may_go_to_osm


@pytest.mark.parametrize(
    ("licence", "public"),
    [
        ("ODbL-1.0", True),
        ("odbl-1.0", True),
        ("CC0-1.0", True),
        ("CC-BY-4.0", True),
        ("OGL-UK-3.0", True),
        ("CC-BY-SA-4.0", False),
        ("CC-BY-NC-4.0", False),
        ("CC-BY-2.0", True),
        ("OGL-Canada-2.0", True),
        ("OGDL-Taiwan-1.0", True),
        ("KOGL-1", True),
        ("KOGL-2", False),
        ("KOGL-3", False),
        ("DL-DE-BY-2.0", True),
        ("CC-BY-ND-4.0", False),
        ("unstated", False),
        ("something else", False),
    ],
)
def test_is_publishable_follows_the_definitions(licence, public):
    assert is_publishable(licence, publish_unstated=False) is public


def test_is_publishable_lets_only_the_unstated_out_when_overridden():
    assert is_publishable("unstated", publish_unstated=True)
    assert not is_publishable("CC-BY-NC-4.0", publish_unstated=True)


def test_find_names_an_unknown_licence_by_itself():
    assert find("My own").name == "My own"
    assert all(find(key) is row for key, row in LICENCES.items())


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("CC0-1.0", True),
        ("cc0-1.0", True),
        ("PDDL-1.0", True),
        ("public-domain", True),
        ("OGL-UK-3.0", True),
        ("OGL-Canada-2.0", True),
        ("etalab-1.0", True),
        ("etalab-2.0", True),
        ("DL-DE-ZERO-2.0", True),
        ("ODbL-1.0", False),
        ("ODC-By-1.0", False),
        ("CC-BY-4.0", False),
        ("CC-BY-3.0", False),
        ("CC-BY-SA-4.0", False),
        ("CC-BY-NC-4.0", False),
        ("DL-DE-BY-2.0", False),
        ("OGDL-Taiwan-1.0", False),
        ("Open Government Licence - Toronto", False),
        ("unstated", False),
        ("something else", False),
    ],
)
def test_may_go_to_osm_asks_for_a_licence_that_needs_no_waiver(licence, may):
    assert may_go_to_osm(licence) is may


def test_licences_are_read_where_they_may_be_published_or_passed_on():
    for row in LICENCES.values():
        assert row.publishable or not row.osm_compatible
        assert not (row.share_alike and row.osm_compatible)
        assert row.url.startswith("https://") or row.id in {"public-domain", "unstated"}
