"""Which sources are families: copies, one publisher; never those who only agree."""

import numpy as np
import pytest

from sightlines.cameras.conflation import conflate
from sightlines.cameras.independence import families
from sightlines.cameras.matches import Rulings

# Directions that agree make one camera of what stands a few metres apart.
NEAR = {"facing": [90]}


def spread(source, offset_m, places=5):
    """Return one row every 500 m, displaced to the east."""
    return [
        {"subject": f"{source}{n}", "source": source, "at": (500.0 * n + offset_m, 0), **NEAR}
        for n in range(places)
    ]


def family_of(observed, rows, origins=None, rulings=None):
    """Return the family of each source by name."""
    observations = observed(*rows).sort_by("subject")
    conflation = conflate(observations, rulings=rulings or Rulings())
    sources = sorted({row["source"] for row in rows})
    located = observations["lon"].is_valid().to_numpy()
    of_row = np.array([sources.index(name) for name in observations["source"].to_pylist()])
    at = tuple(observations[name].drop_null().to_numpy() for name in ("lon", "lat"))
    found = families(sources, origins or {}, conflation, of_row[located], at)
    return {source: sources[place] for source, place in zip(sources, found, strict=True)}


def test_families_are_each_of_its_own_when_nothing_is_shared(observed):
    rows = [*spread("a", 0), {"subject": "b", "source": "b", "at": (100.0, 3000.0)}]
    assert family_of(observed, rows) == {"a": "a", "b": "b"}


def test_families_hold_a_copy_at_the_same_places(observed):
    rows = [*spread("a", 0), *spread("b", 0.1), *spread("c", 5000)]
    assert family_of(observed, rows) == {"a": "a", "b": "a", "c": "c"}


def test_families_keep_apart_who_surveyed_the_same_cameras_at_3_m(observed):
    assert family_of(observed, [*spread("a", 0), *spread("b", 3)]) == {"a": "a", "b": "b"}


def test_families_keep_apart_who_agree_to_20_cm(observed):
    assert family_of(observed, [*spread("a", 0), *spread("b", 0.2)]) == {"a": "a", "b": "b"}


@pytest.mark.parametrize(("same", "family"), [(2, "b"), (3, "a"), (6, "a")])
def test_families_hold_who_shares_half_at_the_same_places(observed, same, family):
    moved = [
        {**row, "at": (row["at"][0] + (0 if n < same else 3), 0)}
        for n, row in enumerate(spread("b", 0, places=6))
    ]
    assert family_of(observed, [*spread("a", 0, places=6), *moved])["b"] == family


def test_families_do_not_count_what_is_not_shared(observed):
    # Nine more that only b knows, and two that both know at the same place.
    rows = [*spread("a", 0, places=2), *spread("b", 0, places=11)]
    assert family_of(observed, rows)["b"] == "a"


def test_families_are_passed_on(observed):
    # c lists other cameras of a, b those of both, so all three are of one family.
    there = [{**row, "at": (row["at"][0], 2000)} for row in spread("c", 0)]
    both = [{**row, "subject": f"{row['subject']}b", "source": "b"} for row in there]
    rows = [*spread("a", 0), *spread("b", 0), *there, *both]
    assert family_of(observed, rows) == {"a": "a", "b": "a", "c": "a"}


def test_families_hold_the_sources_of_one_origin(observed):
    rows = [*spread("a", 0), *spread("b", 3), *spread("c", 6), *spread("d", 9)]
    origins = {"a": "osm", "b": "city", "c": "osm", "d": ""}
    assert family_of(observed, rows, origins) == {"a": "a", "b": "b", "c": "a", "d": "d"}


def test_families_do_not_unite_sources_whose_origin_nobody_knows(observed):
    assert family_of(observed, [*spread("a", 0), *spread("b", 3)], {"a": "", "b": ""}) == {
        "a": "a",
        "b": "b",
    }


def test_families_unite_by_origin_and_by_copies_together(observed):
    rows = [*spread("a", 0), *spread("b", 3), *spread("c", 3.05)]
    assert family_of(observed, rows, {"a": "city", "b": "city"}) == {"a": "a", "b": "a", "c": "a"}


def test_families_keep_apart_who_was_joined_from_afar_by_a_person(observed):
    rows = [*spread("a", 0, places=1), *spread("b", 300, places=1)]
    same = Rulings(same=frozenset({("a0", "b0")}))
    assert family_of(observed, rows, rulings=same) == {"a": "a", "b": "b"}


def test_families_do_not_see_what_has_no_position(observed):
    nowhere = [
        {"subject": f"a{n}x", "source": "a", "lon": None, "lat": None, "place": "x"}
        for n in range(3)
    ]
    assert family_of(observed, [*nowhere, *spread("a", 0), *spread("b", 0)])["b"] == "a"


def test_families_of_nobody_are_none(observed):
    rows = [{"source": "a"}]
    conflation = conflate(observed(*rows))
    assert families([], {}, conflation, np.array([0]), (np.zeros(1), np.zeros(1))) == []
