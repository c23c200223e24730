"""Which licences let rows out."""

import pytest

from sightlines.licences import LICENCES, find, is_publishable


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
