"""Which observations are one camera: rulings, reference numbers, order, and what has changed."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightlines.cameras.blocking import BESIDE, CROWD
from sightlines.cameras.conflation import conflate, weighed_pairs
from sightlines.cameras.matches import Rulings
from sightlines.cameras.parameters import PARAMETERS
from sightlines.cameras.references import MOST_OF_ONE_REF
from sightlines.schema import COMPARISONS, MATCH

EAST = {"facing": [90]}


def clusters(conflation):
    """Return the clusters as texts of their subjects, sorted."""
    found = {}
    for subject, number in zip(
        conflation.subjects.to_pylist(), conflation.cluster.tolist(), strict=True
    ):
        found.setdefault(number, []).append(subject)
    return sorted(" ".join(sorted(names)) for names in found.values())


def outcomes(conflation):
    return {
        f"{row['first']} {row['second']}": row["outcome"] for row in conflation.matches.to_pylist()
    }


def rulings(*, same=(), different=()):
    return Rulings(
        frozenset(tuple(pair.split()) for pair in same),
        frozenset(tuple(pair.split()) for pair in different),
    )


def seen(name, east_m, north_m=0.0, **more):
    """Return a row whose source is the first letter of its name."""
    return {"subject": name, "source": name[0], "at": (east_m, north_m), **more}


def test_conflate_joins_what_is_near_and_alike(observed):
    found = conflate(observed(seen("a1", 0, **EAST), seen("b1", 4, **EAST), seen("a2", 900)))
    assert clusters(found) == ["a1 b1", "a2"]
    assert outcomes(found) == {"a1 b1": "match"}
    (match,) = found.matches.to_pylist()
    assert match["distance_m"] == pytest.approx(4, abs=1e-6)
    assert (match["direction"], match["kind"], match["operator"]) == (1, 1, 0)
    assert found.matches.schema.equals(MATCH)


def test_conflate_joins_of_two_heads_on_a_pole_the_one_that_looks_the_same_way(observed):
    rows = [seen("a1", 0, facing=[350]), seen("a2", 0, facing=[170]), seen("b1", 1, facing=[10])]
    assert clusters(conflate(observed(*rows))) == ["a1 b1", "a2"]


def test_conflate_keeps_apart_red_light_and_speed_cameras_of_one_corner(observed):
    rows = [
        seen("a1", 0, kind="enforcement", enforcement="traffic_signals"),
        seen("b1", 1, kind="enforcement", enforcement="maxspeed"),
    ]
    assert clusters(conflate(observed(*rows))) == ["a1", "b1"]


def test_conflate_keeps_apart_a_reader_of_number_plates_from_a_camera_beside_it(observed):
    rows = [seen("a1", 0, kind="cctv", **EAST), seen("b1", 1, kind="alpr", **EAST)]
    assert clusters(conflate(observed(*rows))) == ["a1", "b1"]


@pytest.mark.parametrize("ref", ["CHI-1234", "12"])
def test_conflate_keeps_apart_two_rules_although_both_bear_one_number(observed, ref):
    both = {"kind": "enforcement", "ref": ref}
    rows = [
        {**seen("a", 0, **both), "enforcement": "maxspeed"},
        {**seen("b", 2, **both), "enforcement": "traffic_signals"},
    ]
    assert clusters(conflate(observed(*rows))) == ["a", "b"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"kind": "enforcement"}, {"kind": "unknown"}),
        ({"kind": "enforcement"}, {"kind": "enforcement"}),
        ({"kind": "enforcement", "enforcement": "maxspeed"}, {"kind": "enforcement"}),
    ],
)
def test_conflate_asks_a_person_about_a_rule_that_is_not_said_of_both(observed, one, other):
    rows = [seen("a", 0, **one), seen("b", 6, **other)]
    found = conflate(observed(*rows))
    assert outcomes(found) == {"a b": "review"}
    placed_alike = [seen("a", 0, **one), seen("b", 0, **other)]
    assert clusters(conflate(observed(*placed_alike))) == ["a b"]


def test_conflate_never_joins_two_kinds_by_way_of_an_unknown_one(observed):
    rows = [
        seen("a1", 0, kind="cctv", **EAST),
        seen("b1", 1, kind="unknown", **EAST),
        seen("c1", 2, kind="alpr", **EAST),
    ]
    for order in (rows, rows[::-1]):
        found = clusters(conflate(observed(*order)))
        assert len(found) == 2
        assert not any("a1" in cluster and "c1" in cluster for cluster in found)


def test_conflate_never_joins_two_of_one_source(observed):
    heads = [seen("a1", 0, **EAST), seen("a2", 0, **EAST), seen("a3", 0.1, **EAST)]
    assert clusters(conflate(observed(*heads))) == ["a1", "a2", "a3"]
    assert conflate(observed(*heads)).edges.num_rows == 0


def test_conflate_gives_each_head_of_a_pole_one_of_the_other_list(observed):
    rows = [seen(f"{source}{n}", n * 0.1, facing=[90 * n]) for source in "ab" for n in range(4)]
    assert clusters(conflate(observed(*rows))) == ["a0 b0", "a1 b1", "a2 b2", "a3 b3"]


def test_conflate_gives_each_record_of_a_republished_list_its_own_copy(observed):
    # Eight heads a hand's breadth apart, of which nothing else is known.
    rows = [seen(f"{source}{n}", 0.2 * n, 0.1 * n * n) for source in "ab" for n in range(8)]
    assert clusters(conflate(observed(*rows))) == [f"a{n} b{n}" for n in range(8)]


def test_conflate_gives_as_many_of_equal_records_as_both_lists_have(observed):
    rows = [seen(f"a{n}", 0) for n in range(5)] + [seen(f"b{n}", 0) for n in range(3)]
    sizes = sorted(len(cluster.split()) for cluster in clusters(conflate(observed(*rows))))
    assert sizes == [1, 1, 2, 2, 2]


def test_conflate_leaves_alone_what_has_no_position(observed):
    nowhere = {"lon": None, "lat": None}
    rows = [
        {"subject": "b1", "source": "b", "place": "x", "ref": "R-1000", **nowhere},
        {"subject": "a1", "source": "a", "place": "x", "ref": "R-1000", **nowhere},
        {"subject": "c1", "source": "c", "ref": "R-1000", "lon": 1.0, "lat": None},
        seen("d1", 0),
        seen("e1", 1),
    ]
    found = conflate(observed(*rows), rulings=rulings(same=["a1 b1"]))
    assert clusters(found) == ["a1", "b1", "c1", "d1 e1"]
    assert found.subjects.to_pylist() == ["a1", "b1", "c1", "d1", "e1"]
    assert found.records["subject"].to_pylist() == ["d1", "e1"]


def test_conflate_of_nothing_is_nothing(observed):
    found = conflate(observed())
    assert (found.subjects.to_pylist(), found.cluster.tolist()) == ([], [])
    assert found.matches.equals(MATCH.empty_table())


def test_conflate_takes_up_after_nothing_and_comes_back_to_nothing(observed):
    rows = observed(seen("a1", 0), seen("b1", 1))
    nothing = conflate(observed())
    whole = conflate(rows, earlier=nothing)
    assert clusters(whole) == ["a1 b1"]
    assert conflate(observed(), earlier=whole).records.num_rows == 0


def test_conflate_of_what_has_no_position_is_nobody_with_anybody(observed):
    found = conflate(observed({"subject": "a", "lon": None, "lat": None}))
    assert clusters(found) == ["a"]


def test_conflate_of_one_row_is_itself(observed):
    found = conflate(observed(seen("a1", 0)))
    assert clusters(found) == ["a1"]
    assert clusters(conflate(observed(seen("a1", 0)), earlier=found)) == ["a1"]


@pytest.mark.parametrize("east_m", [61, 200, 490])
def test_conflate_compares_beyond_the_radius_what_bears_one_reference_number(observed, east_m):
    rows = [seen("a1", 0, ref="CAM-1234"), seen("b1", east_m, ref="cam 1234")]
    near = [seen("a2", 2_000, ref="CAM-99"), seen("b2", 2_002, ref="CAM-99")]
    found = conflate(observed(*rows, *near))
    assert "a2 b2" in clusters(found)
    weighed = weighed_pairs(observed(*rows, *near), [("a1", "b1")])
    listed = "a1 b1" in outcomes(found)
    assert listed == (weighed["weight"][0].as_py() >= PARAMETERS.review_bits)


@pytest.mark.parametrize(
    ("ref", "east_m"), [("12", 100), ("CAM-1234", 501), ("unknown", 100)], ids=str
)
def test_conflate_compares_nothing_beyond_the_radius_for_less(observed, ref, east_m):
    rows = [seen("a1", 0, ref=ref), seen("b1", east_m, ref=ref)]
    assert conflate(observed(*rows)).edges.num_rows == 0


def far_refs(n_each):
    """Return records of one reference number, a list on either side of a street 61 m wide."""
    return [
        seen(f"{source}{n:02}", across, 3.0 * n, ref="DISTRICT-7", facing=[90])
        for source, across in (("a", 0), ("b", 61))
        for n in range(n_each)
    ]


def test_conflate_takes_a_number_that_many_bear_for_none(observed):
    half = MOST_OF_ONE_REF // 2
    assert conflate(observed(*far_refs(half))).edges.num_rows > 0
    assert conflate(observed(*far_refs(half + 1))).edges.num_rows == 0


def test_conflate_finds_the_same_when_a_number_comes_to_be_borne_by_many(observed):
    few = observed(*far_refs(MOST_OF_ONE_REF // 2))
    # One more that bears the number, and stands where it changes nothing else.
    many = observed(
        *far_refs(MOST_OF_ONE_REF // 2), seen("c1", 90_000, ref="DISTRICT-7", facing=[90])
    )
    for before, after in ((few, many), (many, few)):
        same_answer(conflate(after, earlier=conflate(before)), conflate(after))


# Rulings.


@pytest.mark.parametrize("apart_m", [30, 300, 30_000, 3_000_000])
def test_conflate_joins_what_is_ruled_to_be_one_however_far_apart(observed, apart_m):
    rows = [seen("a1", 0, facing=[0]), seen("b1", apart_m, facing=[180], kind="alpr")]
    found = conflate(observed(*rows), rulings=rulings(same=["b1 a1"]))
    assert clusters(found) == ["a1 b1"]
    assert outcomes(found) == {"a1 b1": "same"}
    assert found.matches["distance_m"][0].as_py() == pytest.approx(apart_m, rel=0.02)


def test_conflate_keeps_apart_what_is_ruled_to_be_two(observed):
    rows = [seen("a1", 0, **EAST), seen("b1", 1, **EAST)]
    found = conflate(observed(*rows), rulings=rulings(different=["a1 b1"]))
    assert clusters(found) == ["a1", "b1"]
    assert outcomes(found) == {"a1 b1": "different"}


def test_conflate_keeps_apart_what_is_ruled_to_be_two_also_by_way_of_others(observed):
    rows = [seen("a1", 0, **EAST), seen("b1", 1, **EAST), seen("c1", 2, **EAST)]
    rows.append(seen("d1", 3, **EAST))
    assert clusters(conflate(observed(*rows))) == ["a1 b1 c1 d1"]
    found = clusters(conflate(observed(*rows), rulings=rulings(different=["a1 d1"])))
    assert not any("a1" in cluster and "d1" in cluster for cluster in found)
    assert len(found) == 2


def test_conflate_lists_what_is_ruled_to_be_two_when_nothing_else_would(observed):
    rows = [seen("a1", 0), seen("b1", 5_000)]
    assert conflate(observed(*rows)).edges.num_rows == 0
    found = conflate(observed(*rows), rulings=rulings(different=["a1 b1"]))
    assert outcomes(found) == {"a1 b1": "different"}


def test_conflate_gives_a_ruling_precedence_over_what_is_nearer(observed):
    rows = [seen("a1", 0, **EAST), seen("b1", 1, **EAST), seen("b2", 200)]
    found = conflate(observed(*rows), rulings=rulings(same=["a1 b2"]))
    assert clusters(found) == ["a1 b2", "b1"]


def test_conflate_does_not_follow_a_ruling_within_one_source(observed):
    rows = [seen("a1", 0, **EAST), seen("a2", 1, **EAST), seen("b1", 500)]
    ruled = rulings(same=["a1 a2"], different=["a2 a1"])
    found = conflate(observed(*rows), rulings=ruled)
    assert clusters(found) == ["a1", "a2", "b1"]
    assert found.edges.num_rows == 0


def test_conflate_does_not_follow_rulings_that_would_join_two_of_one_source(observed):
    rows = [seen("a1", 0), seen("b1", 500), seen("a2", 1_000)]
    found = clusters(conflate(observed(*rows), rulings=rulings(same=["a1 b1", "a2 b1"])))
    assert len(found) == 2
    assert not any("a1" in cluster and "a2" in cluster for cluster in found)


def test_conflate_passes_over_rulings_on_subjects_that_are_not_there(observed):
    ruled = rulings(same=["a1 x9", "x8 x9"], different=["x7 b1"])
    found = conflate(observed(seen("a1", 0), seen("b1", 1)), rulings=ruled)
    assert clusters(found) == ["a1 b1"]


def test_conflate_follows_different_when_a_pair_is_ruled_both(observed):
    ruled = rulings(same=["a1 b1"], different=["b1 a1"])
    found = conflate(observed(seen("a1", 0), seen("b1", 1)), rulings=ruled)
    assert outcomes(found) == {"a1 b1": "different"}


def test_conflate_forgets_a_ruling_that_could_not_be_followed_when_it_is_withdrawn(observed):
    # a1 is one with b1, so it cannot be one with b2 far away. Then b1 goes, and both rulings.
    rows = [seen("a1", 0), seen("b1", 400), seen("b2", 5_000)]
    before = conflate(observed(*rows), rulings=rulings(same=["a1 b1", "a1 b2"]))
    for remaining in (rows, rows[::2], rows[1:], rows[:2]):
        after = observed(*remaining)
        same_answer(conflate(after, earlier=before), conflate(after))


def test_conflate_follows_a_ruling_as_soon_as_nothing_stands_against_it(observed):
    rows = [seen("a1", 0), seen("b1", 400), seen("b2", 5_000)]
    ruled = rulings(same=["a1 b1", "a1 b2"])
    before = conflate(observed(*rows), rulings=ruled)
    kept = next(name for name in ("b1", "b2") if f"a1 {name}" in clusters(before))
    after = observed(*(row for row in rows if row["subject"] != kept))
    found = conflate(after, rulings=ruled, earlier=before)
    assert clusters(found) == [f"a1 {'b2' if kept == 'b1' else 'b1'}"]
    same_answer(found, conflate(after, rulings=ruled))


def test_conflate_forgets_a_ruling_on_two_that_are_not_compared_when_it_is_withdrawn(observed):
    # Of so many at one point the first and the last are never compared unless a person says so.
    n = 2 * BESIDE
    rows = observed(*at_one_point(n))
    first, last = (f"a000{row:012}" for row in (0, n - 1))
    ruled = rulings(same=[f"{first} b000{n - 1:012}", f"{first} b000{0:012}"])
    before = conflate(rows, rulings=ruled)
    assert f"{first} b000{n - 1:012}" in outcomes(before)
    same_answer(conflate(rows, earlier=before), conflate(rows))
    other = rulings(different=[f"{last} b000{0:012}"])
    same_answer(conflate(rows, rulings=other, earlier=before), conflate(rows, rulings=other))


# Crowds.


def at_one_point(n, places=1):
    return [
        {"subject": f"{source}{place:03}{row:012}", "source": source, "at": (2_000.0 * place, 0)}
        for source in "ab"
        for place in range(places)
        for row in range(n)
    ]


def test_conflate_keeps_few_pairs_when_very_many_stand_at_one_point(observed):
    # Lists that put every camera of a district at its middle are no rarity.
    n = 1_000
    found = conflate(observed(*at_one_point(n)))
    assert len(clusters(found)) == n
    assert found.edges.num_rows <= 4 * BESIDE * 2 * n


@pytest.mark.slow
def test_conflate_ends_when_ten_thousand_of_each_source_stand_at_one_point(observed):
    n = 10_000
    rows = observed(*at_one_point(n))
    tracemalloc.start()
    found = conflate(rows)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1_000_000_000
    together = clusters(found)
    assert len(together) == n
    assert all(names[0] == "a" and names[17] == "b" for names in together)


@pytest.mark.slow
def test_conflate_finds_the_same_when_a_crowd_gathers_and_disperses(observed):
    half = CROWD // 2
    crowd = at_one_point(half)
    beside = [seen("c1", 20, **EAST), seen("d1", 21, **EAST), seen("c2", -45), seen("d2", -50)]
    more = [
        {**row, "subject": "x" + row["subject"][1:]}
        for row in at_one_point(40)
        if row["source"] == "a"
    ]
    states = [[*crowd, *beside], [*crowd, *more, *beside], [*crowd[:half], *more, *beside]]
    earlier = None
    for state in [*states, *states[::-1]]:
        rows = observed(*state)
        earlier = conflate(rows, earlier=earlier)
        same_answer(earlier, conflate(rows))


def test_conflate_finds_the_same_when_one_more_stands_where_many_do(observed):
    # It stands before all others of its list, so who is within reach of whom moves on by one.
    many = at_one_point(BESIDE + 40)
    first = {**many[0], "subject": "a" + "0" * 14}
    for before, after in ((many, [first, *many]), ([first, *many], many)):
        found = conflate(observed(*after), earlier=conflate(observed(*before)))
        same_answer(found, conflate(observed(*after)))


def test_conflate_finds_the_same_when_two_come_to_stand_in_a_crowd(observed):
    # Fifty points of forty records, none of them where the two others are.
    crowd = [
        seen(f"a{row:04}", 8.0 * (row % 10), 8.0 * (row // 10 % 5), kind="alpr")
        for row in range(CROWD + 5)
    ]
    two = [seen("c1", 20, 4, **EAST), seen("d1", 21, 4, **EAST)]
    few, many = observed(*two, *crowd[:-15]), observed(*two, *crowd)
    assert "c1 d1" in outcomes(conflate(few))
    assert "c1 d1" not in outcomes(conflate(many))
    for before, after in ((few, many), (many, few)):
        same_answer(conflate(after, earlier=conflate(before)), conflate(after))


# Order, and what has changed.


def same_answer(one, other):
    assert one.subjects.equals(other.subjects)
    assert one.records.equals(other.records)
    assert one.agreements == other.agreements
    assert outcomes(one) == outcomes(other)
    assert one.edges.equals(other.edges)
    assert clusters(one) == clusters(other)


SUBJECTS = [f"{source}{n}" for source in "abcd" for n in range(4)]
PAIR = st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(SUBJECTS)).filter(
    lambda pair: pair[0] != pair[1]
)
RULED = st.builds(
    Rulings,
    st.frozensets(PAIR, max_size=3),
    st.frozensets(PAIR, max_size=3),
)
# Few places and few values, so that there are rivals, chains, copies and lone ones.
ROW = st.fixed_dictionaries(
    {
        "at": st.tuples(
            st.sampled_from([0.0, 2.0, 5.0, 9.0, 31.0, 90.0, 150.0]),
            st.sampled_from([0.0, 3.0, 7.0, 400.0]),
        ),
        "kind": st.sampled_from(["unknown", "unknown", "cctv", "alpr"]),
        "facing": st.sampled_from([[], [], [90], [100], [270], [90, 200]]),
        "ref": st.sampled_from([None, None, "CAM-1000", "CAM-2000", "7"]),
        "operator": st.sampled_from([None, "City of Chicago", "Chicago", "Police"]),
    }
)
NOWHERE = st.just({"lon": None, "lat": None})
STATE = st.dictionaries(st.sampled_from(SUBJECTS), st.one_of(ROW, ROW, ROW, NOWHERE), min_size=1)


def rows_of(state):
    return [{"subject": name, "source": name[0], **row} for name, row in state.items()]


@settings(max_examples=20)
@given(STATE, RULED, st.randoms(use_true_random=False))
def test_conflate_gives_the_same_whatever_the_order_of_rows(observed, state, ruled, random):
    rows = rows_of(state)
    one = conflate(observed(*rows), rulings=ruled)
    same_answer(conflate(observed(*random.sample(rows, len(rows))), rulings=ruled), one)


@settings(max_examples=40)
@given(STATE, RULED)
def test_conflate_never_makes_a_cluster_that_may_not_be(observed, state, ruled):
    found = conflate(observed(*rows_of(state)), rulings=ruled)
    apart = {frozenset(pair) for pair in ruled.different}
    for cluster in clusters(found):
        names = cluster.split()
        assert len({name[0] for name in names}) == len(names)
        couples = [(one, other) for one in names for other in names if one < other]
        # Within one source a ruling says nothing.
        assert not any(frozenset(couple) in apart for couple in couples)
        kinds = {state[name].get("kind") for name in names} - {"unknown", None}
        assert len(names) == 2 or len(kinds) <= 1
        if len(names) > 1:
            assert all("at" in state[name] for name in names)
    matched = [pair.split() for pair, outcome in outcomes(found).items() if outcome == "match"]
    for one, other in matched:
        assert [c for c in clusters(found) if one in c.split()] == [
            c for c in clusters(found) if other in c.split()
        ]


CHANGES = st.lists(
    st.tuples(
        st.dictionaries(
            st.sampled_from(SUBJECTS), st.one_of(st.none(), ROW, ROW, NOWHERE), max_size=3
        ),
        st.one_of(st.none(), RULED),
    ),
    min_size=1,
    max_size=4,
)


def check_from_what_was_known(observed, state, ruled, changes):
    earlier = conflate(observed(*rows_of(state)), rulings=ruled)
    for rows, new_rulings in changes:
        state = {**state, **rows}
        state = {name: row for name, row in state.items() if row is not None}
        ruled = ruled if new_rulings is None else new_rulings
        whole = observed(*rows_of(state))
        earlier = conflate(whole, rulings=ruled, earlier=earlier)
        same_answer(earlier, conflate(whole, rulings=ruled))


@settings(max_examples=20)
@given(STATE, RULED, CHANGES)
def test_conflate_finds_from_what_was_known_what_it_finds_from_the_beginning(
    observed, state, ruled, changes
):
    check_from_what_was_known(observed, state, ruled, changes)


@pytest.mark.slow
@settings(max_examples=200)
@given(STATE, RULED, CHANGES)
def test_conflate_finds_from_what_was_known_the_same_in_many_more_cases(
    observed, state, ruled, changes
):
    check_from_what_was_known(observed, state, ruled, changes)


@settings(max_examples=12)
@given(STATE, STATE, RULED)
def test_conflate_is_not_led_astray_by_what_was_known_of_other_records(
    observed, state, other, ruled
):
    strange = [{**row, "subject": f"z{row['subject']}"} for row in rows_of(other)]
    rows = observed(*rows_of(state))
    earlier = conflate(observed(*strange), rulings=ruled)
    same_answer(conflate(rows, rulings=ruled, earlier=earlier), conflate(rows, rulings=ruled))


def city(offset_m, n=150):
    """Return two lists of one town; what the second says lies so many metres aside."""
    random = np.random.default_rng(5)
    where = random.uniform(0, 3_000, (n, 2))
    aside = random.normal(0, offset_m, (n, 2))
    return [
        *(seen(f"a{row:03}", *where[row].tolist()) for row in range(n)),
        *(seen(f"b{row:03}", *(where[row] + aside[row]).tolist()) for row in range(n)),
    ]


def test_conflate_finds_the_same_when_a_source_moves_everything(observed):
    states = [city(1), city(9), city(1)[:170], city(1)]
    found = [conflate(observed(*state)) for state in states]
    assert found[0].agreements != found[1].agreements != {}
    earlier = None
    for state, expected in zip(states, found, strict=True):
        earlier = conflate(observed(*state), earlier=earlier)
        same_answer(earlier, expected)


def test_conflate_calls_a_pair_rivals_once_one_of_them_has_found_another(observed):
    # b1 is not touched: nothing but the partner of a1 has changed.
    others = [seen("a1", 0, **EAST), seen("b1", 20, facing=[150])]
    before = conflate(observed(*others, seen("b2", 1, kind="alpr", **EAST)))
    assert outcomes(before)["a1 b1"] == "review"
    rows = observed(*others, seen("b2", 1, **EAST))
    found = conflate(rows, earlier=before)
    assert outcomes(found) == {"a1 b2": "match", "a1 b1": "rival"}
    same_answer(found, conflate(rows))


def test_conflate_finds_the_same_when_a_source_vanishes_and_comes_back(observed):
    rows = city(2)
    third = [{**row, "subject": f"c{row['subject']}", "source": "c"} for row in rows[150:]]
    states = [[*rows, *third], rows[:150], third, [*rows, *third], rows[150:]]
    earlier = None
    for state in states:
        earlier = conflate(observed(*state), rulings=rulings(same=["a001 b002"]), earlier=earlier)
        whole = conflate(observed(*state), rulings=rulings(same=["a001 b002"]))
        same_answer(earlier, whole)


def test_conflate_finds_the_same_when_a_subject_changes_its_source(observed):
    rows = city(2, 30)
    other = [{**row, "source": "c"} if n % 7 == 0 else row for n, row in enumerate(rows)]
    found = conflate(observed(*other), earlier=conflate(observed(*rows)))
    same_answer(found, conflate(observed(*other)))


def test_conflate_finds_the_same_when_nothing_has_changed_but_names_of_rows(observed):
    rows = city(2, 30)
    again = [{**row, "id": f"new{n}", "ordinal": 99 - n} for n, row in enumerate(rows)]
    before = conflate(observed(*rows))
    same_answer(conflate(observed(*again), earlier=before), before)


def test_conflate_finds_the_same_when_a_town_changes_street_by_street(observed):
    random = np.random.default_rng(9)
    state = {row["subject"]: row for row in city(4)}
    earlier = conflate(observed(*state.values()))
    for step in range(12):
        for name in random.choice(sorted(state), 4, replace=False).tolist():
            change = random.integers(4)
            if change == 0:
                del state[name]
            else:
                at = state[name]["at"]
                state[name] = seen(name, at[0] + 15 * change, at[1], kind="unknown")
        state[f"c{step}"] = seen(f"c{step}", 250.0 * step, 250.0 * step)
        rows = observed(*state.values())
        earlier = conflate(rows, earlier=earlier)
        same_answer(earlier, conflate(rows))


# Pairs that somebody asks about.


def test_weighed_pairs_weigh_what_was_asked_for_as_conflation_does(observed):
    rows = observed(seen("a1", 0, **EAST), seen("b1", 4, **EAST), seen("c1", 9, **EAST))
    whole = {(row["first"], row["second"]): row for row in conflate(rows).matches.to_pylist()}
    found = weighed_pairs(rows, [("c1", "a1"), ("a1", "b1")]).to_pylist()
    assert [(row["first"], row["second"]) for row in found] == [("a1", "b1"), ("a1", "c1")]
    for row in found:
        expected = whole[row["first"], row["second"]]
        for name in ("weight", "distance_m", "density_per_m2", "agreement", "copied", *COMPARISONS):
            assert row[name] == expected[name]


def test_weighed_pairs_weigh_what_is_far_apart_and_unlike(observed):
    rows = observed(seen("a1", 0, kind="cctv"), seen("b1", 50_000, kind="alpr"))
    (match,) = weighed_pairs(rows, [("a1", "b1")]).to_pylist()
    assert match["weight"] < PARAMETERS.review_bits
    assert (match["kind"], match["direction"]) == (4, 0)


@pytest.mark.parametrize(
    "pair", [("a1", "a2"), ("a1", "a1"), ("a1", "none"), ("none", "none"), ("b1", "n1"), ("", "")]
)
def test_weighed_pairs_leave_out_what_is_no_pair(observed, pair):
    rows = observed(
        seen("a1", 0), seen("a2", 1), seen("b1", 2), {"subject": "n1", "lon": None, "lat": None}
    )
    assert weighed_pairs(rows, [pair]).equals(MATCH.empty_table())


@pytest.mark.parametrize("text", ["é" * 16, "\ud800", "a" * 17])
def test_weighed_pairs_leave_out_what_cannot_be_a_subject(observed, text):
    rows = observed(seen("a1", 0), {"subject": "a" * 16, "source": "x"}, seen("b1", 2))
    assert weighed_pairs(rows, [(text, "b1")]).num_rows == 0
