"""The protocols, by the names that the catalogue has for them."""

import pytest

from sightlines.errors import RequestInvalidError
from sightlines.sources.addresses import READERS
from sightlines.sources.catalogue import CataloguedSource
from sightlines.sources.fetching.limits import FetchLimits
from sightlines.sources.fetching.overpass import MIRRORS
from sightlines.sources.fetching.register import PROTOCOLS, fetch


def test_protocols_are_those_that_a_catalogue_may_name():
    assert set(PROTOCOLS) == set(READERS)


def test_fetch_refuses_an_entry_without_an_address(tmp_path):
    with pytest.raises(RequestInvalidError, match="no address"):
        fetch(CataloguedSource("aa_x", "A", "CC0-1.0"), tmp_path, FetchLimits(), None)


def test_mirrors_are_asked_over_tls():
    assert len(MIRRORS) > 1
    assert all(mirror.startswith("https://") for mirror in MIRRORS)
