import re
from collections.abc import Callable

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sightlines.observations.subjects import fresh_subjects, natural_subjects
from sightlines.schema import OBSERVATION

# What the version before this one gave these four rows as ids of cameras.
LANDED = ["sk7pwkid2nl5tkjy", "aj2yi3abqkrzchlx", "zfthkx5nj4fsbyxm", "dxpnr2vvcyyf3tpd"]


def test_natural_subjects_are_the_ids_that_cameras_have_had_before(observed: Callable):
    rows = observed(
        {"native_id": "node/1", "lon": 24.94, "lat": 60.17, "raw": '{"a": 1}'},
        {"lon": 24.94000001, "lat": 60.17, "raw": '{"a": 2}'},
        {"lon": 24.94000001, "lat": 60.17, "raw": '{"a": 2}'},
        {"raw": '{"a": 3}'},
    )
    assert natural_subjects(rows).to_pylist() == LANDED


def test_natural_subjects_have_80_bits_in_lower_case(observed: Callable):
    (name,) = natural_subjects(observed({"native_id": "1"})).to_pylist()
    assert re.fullmatch("[a-z2-7]{16}", name)


def test_natural_subjects_stay_when_a_camera_with_a_native_id_moves_and_changes(
    observed: Callable,
):
    first, second = (
        natural_subjects(observed({"native_id": "1", "lon": lon, "lat": 2.0, "raw": raw}))
        for lon, raw in ((1.0, "{}"), (9.0, "[]"))
    )
    assert first == second


def test_natural_subjects_keep_rows_apart_that_share_a_native_id(observed: Callable):
    alone = {"native_id": "7", "lon": 1.0, "lat": 1.0, "raw": "a"}
    others = [{**alone, "raw": "b"}, {**alone, "lon": 2.0}, alone]
    names = natural_subjects(observed(*others, alone)).to_pylist()
    assert len(set(names)) == 4
    backwards = natural_subjects(observed(alone, *others[::-1])).to_pylist()
    assert set(backwards) == set(names)
    assert natural_subjects(observed(alone)).to_pylist()[0] in {names[2], names[3]}


def test_natural_subjects_of_cameras_that_are_shown_ignore_private_homes(observed: Callable):
    row = {"lon": 1.0, "lat": 1.0, "raw": "a"}
    private, shown = natural_subjects(observed({**row, "private_home": True}, row)).to_pylist()
    assert [shown] == natural_subjects(observed(row)).to_pylist()
    assert private != shown


def test_natural_subjects_read_a_table_in_pieces(observed: Callable):
    whole = observed({"native_id": "1"}, {"lon": 1.0, "lat": 1.0}, {"native_id": "2"})
    pieces = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    assert natural_subjects(pieces) == natural_subjects(whole)
    assert natural_subjects(OBSERVATION.empty_table()).to_pylist() == []


def test_fresh_subjects_give_no_name_that_is_taken(observed: Callable):
    rows = observed({"native_id": "1"}, {"raw": "a"}, {"raw": "a"})
    natural = natural_subjects(rows).to_pylist()
    names = fresh_subjects(rows, taken=natural)
    assert len(set(names) | set(natural)) == 6
    # The ordinals go on where the taken ones end.
    three = natural_subjects(observed({"raw": "a"}, {"raw": "a"}, {"raw": "a"})).to_pylist()
    assert set(three) - set(natural) < set(names)


def test_fresh_subjects_give_a_reused_id_another_name(observed: Callable):
    rows = observed({"native_id": "1"}, {"native_id": "2"})
    names = fresh_subjects(rows, taken=(), reused={"1"})
    natural = natural_subjects(rows).to_pylist()
    assert names[0] != natural[0]
    assert names[1] == natural[1]


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, "1", "2"]),
        st.sampled_from([0.5, 1.5]),
        st.sampled_from(["a", "b"]),
        st.booleans(),
    ),
    max_size=12,
)


@given(ROWS)
def test_natural_subjects_do_not_depend_on_the_order_of_rows(rows):
    def names(ordered):
        table = pa.Table.from_pylist(
            [
                {"source": "s", "native_id": id_, "lon": lon, "lat": 1.0, "raw": raw}
                | {"private_home": private}
                for id_, lon, raw, private in ordered
            ],
            schema=pa.schema(
                [
                    OBSERVATION.field(name)
                    for name in ("source", "native_id", "lon", "lat", "raw", "private_home")
                ]
            ),
        )
        return sorted(zip(ordered, natural_subjects(table).to_pylist(), strict=True), key=str)

    assert names(rows) == names(rows[::-1])
    assert len({name for _, name in names(rows)}) == len(rows)
