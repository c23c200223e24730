"""What stands behind a snapshot's cameras: written, found again, reused, refused."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import orjson
import pyarrow as pa
import pytest

from sightlines.cameras.conflation import conflate
from sightlines.cameras.fusion import fuse
from sightlines.cameras.identity import camera_ids, identities
from sightlines.cameras.matches import Rulings
from sightlines.cameras.parameters import Parameters
from sightlines.cameras.subjects import names_of
from sightlines.cameras.weights import WEIGHTS, Surroundings, explain
from sightlines.errors import RequestInvalidError
from sightlines.schema import IDENTITY, MATCH, OUTCOMES, STANDING, TIME, VERSION, short_digest
from sightlines.snapshot.build import write_arrow
from sightlines.snapshot.conflation_files import read_conflation, write_evidence
from sightlines.snapshot.evidence import Evidence
from sightlines.snapshot.manifest import Manifest, folder_files, snapshot_id, write_manifest

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
# Metres east of a corner at 60 degrees north, where a degree has 55.8 km.
PLACES = {
    # One camera of three sources, one that stands alone, and one without a position.
    "city 1": 0,
    "osm 1": 2,
    "police 1": 3,
    "city 2": 5_000,
    "city 3": None,
    # Two that only a person can tell are one, and two that a person keeps apart.
    "city 4": 20_000,
    "osm 4": 20_300,
    "city 5": 30_000,
    "osm 5": 30_001,
    # Too uncertain.
    "city 6": 40_000,
    "osm 6": 40_028,
}
SUBJECT = {name: short_digest(name) for name in PLACES}
NAME = {subject: name for name, subject in SUBJECT.items()}


def standing():
    rows = []
    for n, (name, east_m) in enumerate(PLACES.items()):
        rows.append(
            {
                "id": name,
                "run": "run",
                "source": name.split()[0],
                "licence": "ODbL-1.0",
                "retrieved_at": NOON,
                "ordinal": n,
                "kind": "cctv",
                "status": "active",
                "lon": None if east_m is None else 24 + east_m / 55_800,
                "lat": None if east_m is None else 60.0,
                "private_home": False,
                "raw": "{}",
                "subject": SUBJECT[name],
            }
        )
    return pa.Table.from_pylist(rows, schema=STANDING).sort_by("subject")


def pair(one, other):
    return tuple(sorted((SUBJECT[one], SUBJECT[other])))


RULINGS = Rulings(
    same=frozenset({pair("city 4", "osm 4")}), different=frozenset({pair("city 5", "osm 5")})
)
PARAMETERS = Parameters()


@pytest.fixture(scope="module")
def made():
    observations = standing()
    conflation = conflate(observations, PARAMETERS, RULINGS)
    subjects = names_of(conflation.subjects)
    ids = camera_ids(subjects, conflation.cluster, None)
    remembered = identities(subjects, ids, None)
    # A camera of before, that was merged, and one that is gone.
    past = [
        {"subject": "a" * 16, "camera": SUBJECT["city 2"]},
        {"subject": "b" * 16, "camera": "b" * 16},
    ]
    remembered = pa.concat_tables(
        [remembered, pa.Table.from_pylist(past, schema=IDENTITY)]
    ).sort_by("subject")
    fused = fuse(observations, ids, pa.scalar(NOON, TIME), {})
    return fused, remembered, conflation


@pytest.fixture
def folder(made, tmp_path):
    """Return a sealed folder that holds nothing but evidence."""
    fused, remembered, conflation = made
    draft = tmp_path / "draft"
    draft.mkdir()
    write_evidence(draft, fused.evidence, remembered, conflation, PARAMETERS)
    files = folder_files(draft)
    id_ = snapshot_id(files, "")
    write_manifest(draft, Manifest(id_, VERSION, "", 0, 0, "", files))
    return draft.rename(tmp_path / id_)


@pytest.fixture
def evidence(folder):
    return Evidence.open(folder)


def named(matches):
    """Return matches as (outcome, names), in their order."""
    return [(row["outcome"], *sorted((NAME[row["first"]], NAME[row["second"]]))) for row in matches]


def camera_with(evidence, name):
    found = evidence.camera_of(SUBJECT[name], EVERYTHING)
    assert found is not None
    return found


class _Everything:
    def __contains__(self, camera_id):
        return True


EVERYTHING = _Everything()


def test_write_evidence_writes_the_files_that_are_promised(folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "conflation.json",
        "edges.arrow",
        "evidence.arrow",
        "identities.arrow",
        "manifest.json",
        "records.arrow",
    ]


def test_write_evidence_writes_the_same_bytes_each_time(folder, made, tmp_path):
    fused, remembered, conflation = made
    again = tmp_path / "again"
    again.mkdir()
    write_evidence(again, fused.evidence, remembered, conflation, PARAMETERS)
    for path in again.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_of_camera_gives_the_statements_of_one_camera(evidence):
    rows = evidence.of_camera(camera_with(evidence, "osm 1"))
    assert [row["id"] for row in rows] == ["city 1", "osm 1", "police 1"]
    assert {row["camera"] for row in rows} == {camera_with(evidence, "osm 1")}
    for name in ("city 2", "city 3"):
        rows = evidence.of_camera(camera_with(evidence, name))
        assert [row["id"] for row in rows] == [name]


@pytest.mark.parametrize("text", ["", "a" * 16, "z" * 99, "é" * 8, "\ud800", "../x", "0", "~"])
def test_of_camera_finds_nothing_when_there_is_no_such_camera(evidence, text):
    assert evidence.of_camera(text) == []


def test_matches_of_gives_each_match_of_a_subject_once_and_the_heaviest_first(evidence):
    found = evidence.matches_of([SUBJECT["osm 1"]])
    assert sorted(named(found)) == [("match", "city 1", "osm 1"), ("match", "osm 1", "police 1")]
    whole = evidence.matches_of([SUBJECT[name] for name in ("osm 1", "city 1", "police 1")])
    assert len(whole) == 3
    assert [row["weight"] for row in whole] == sorted(
        (row["weight"] for row in whole), reverse=True
    )
    assert list(whole[0]) == MATCH.names
    for row in whole:
        assert row["first"] < row["second"]


@pytest.mark.parametrize(
    "subjects", [[], ["a" * 16], ["é"], ["\ud800" * 3], ["z" * 200], [""], [SUBJECT["city 2"]]]
)
def test_matches_of_are_none_when_nobody_is_near(evidence, subjects):
    assert evidence.matches_of(subjects) == []


def test_matches_of_do_not_take_a_longer_text_for_a_subject(evidence):
    assert evidence.matches_of([SUBJECT["osm 1"] + "a", SUBJECT["osm 1"] + "\0"]) == []


def test_matches_of_are_explained_by_the_weights_of_the_snapshot(evidence):
    for row in evidence.matches_of(list(NAME)):
        bits = sum(finding.bits for finding in explain(row, evidence.parameters.weights))
        assert bits == pytest.approx(row["weight"])


def test_outcomes_give_what_was_decided(evidence):
    assert named(evidence.outcomes("same")) == [("same", "city 4", "osm 4")]
    assert named(evidence.outcomes("different")) == [("different", "city 5", "osm 5")]
    assert named(evidence.outcomes("review")) == [("review", "city 6", "osm 6")]
    assert evidence.outcomes("rival") == []
    assert len(evidence.outcomes("match")) == 3
    every = [row for outcome in OUTCOMES for row in evidence.outcomes(outcome)]
    assert len(every) == evidence.edges.num_rows


def test_camera_of_follows_subjects_to_cameras_that_live(evidence, made):
    live = set(made[0].cameras["id"].to_pylist())
    one = {evidence.camera_of(SUBJECT[name], live) for name in ("city 1", "osm 1", "police 1")}
    assert len(one) == 1
    assert evidence.camera_of(SUBJECT["city 4"], live) == evidence.camera_of(SUBJECT["osm 4"], live)
    assert evidence.camera_of(SUBJECT["city 5"], live) != evidence.camera_of(SUBJECT["osm 5"], live)
    assert evidence.camera_of(SUBJECT["city 3"], live) == SUBJECT["city 3"]
    assert evidence.camera_of("a" * 16, live) == SUBJECT["city 2"]
    assert evidence.camera_of("b" * 16, live) is None


@pytest.mark.parametrize("text", ["", "c" * 16, "é" * 16, "\ud800", "z" * 999, "a" * 15])
def test_camera_of_leads_nowhere_when_nobody_bears_the_name(evidence, text):
    assert evidence.camera_of(text, EVERYTHING) is None


def test_read_conflation_gives_what_the_next_one_starts_from(folder, made):
    conflation = made[2]
    found = read_conflation(folder, PARAMETERS)
    assert found.records.equals(conflation.records)
    assert found.edges.equals(conflation.edges)
    assert found.agreements == conflation.agreements
    assert found.rulings == conflation.rulings == RULINGS
    again = conflate(standing(), PARAMETERS, RULINGS, found)
    assert again.edges.equals(conflation.edges)
    assert again.subjects.equals(conflation.subjects)
    assert again.cluster.tolist() == conflation.cluster.tolist()


OTHERS = {
    "match_probability": 0.75,
    "review_bits": -1.5,
    "radius_m": 50.0,
    "ref_radius_m": 400.0,
    "weights": replace(WEIGHTS, surroundings=Surroundings(0.1, 1e-5)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_read_conflation_takes_nothing_when_a_parameter_is_another(folder, name):
    assert read_conflation(folder, replace(PARAMETERS, **{name: OTHERS[name]})) is None


def test_read_conflation_knows_every_parameter():
    assert set(OTHERS) == set(Parameters.__dataclass_fields__)


@pytest.mark.parametrize("name", ["conflation.json", "records.arrow", "edges.arrow"])
@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "gone"])
def test_read_conflation_takes_nothing_when_a_file_is_damaged(folder, name, damage):
    path = folder / name
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        half = len(whole) // 2
        changed = whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]
        path.write_bytes({"cut": whole[:half], "changed": changed, "empty": b""}[damage])
    assert read_conflation(folder, PARAMETERS) is None


def test_read_conflation_takes_nothing_when_there_is_no_snapshot(folder, tmp_path):
    assert read_conflation(tmp_path / "nothing", PARAMETERS) is None
    (folder / "manifest.json").write_bytes(b"{")
    assert read_conflation(folder, PARAMETERS) is None


def resealed(folder, said):
    """Seal a folder again with another text of its parameters."""
    (folder / "manifest.json").unlink()
    (folder / "conflation.json").write_bytes(said)
    files = folder_files(folder)
    id_ = snapshot_id(files, "")
    write_manifest(folder, Manifest(id_, VERSION, "", 0, 0, "", files))
    return folder.rename(folder.with_name(id_))


@pytest.mark.parametrize(
    "said",
    [
        b"{}",
        b"{",
        b'{"agreements": [[1]]}',
        b'{"agreements": []}',
        b'{"agreements":[],"rulings":[1]}',
    ],
)
def test_read_conflation_takes_nothing_when_another_version_has_sealed_it(folder, said):
    assert read_conflation(resealed(folder, said), PARAMETERS) is None


@pytest.mark.parametrize("name", ["records", "edges"])
def test_read_conflation_takes_nothing_when_its_tables_have_another_form(folder, made, name):
    table = getattr(made[2], name)
    write_arrow(folder / f"{name}.arrow", table.drop_columns(table.column_names[1]))
    said = (folder / "conflation.json").read_bytes()
    assert read_conflation(resealed(folder, said), PARAMETERS) is None


def test_open_refuses_weights_that_are_none(folder):
    said = orjson.loads((folder / "conflation.json").read_bytes())
    broken = resealed(folder, orjson.dumps({**said, "weights": {}}))
    with pytest.raises(RequestInvalidError):
        Evidence.open(broken)


def test_evidence_of_nothing_can_be_asked(tmp_path):
    nothing = STANDING.empty_table()
    conflation = conflate(nothing)
    fused = fuse(nothing, np.empty(0, "S16"), pa.scalar(NOON, TIME), {})
    write_evidence(tmp_path, fused.evidence, IDENTITY.empty_table(), conflation, PARAMETERS)
    evidence = Evidence.open(tmp_path)
    assert evidence.of_camera("a" * 16) == []
    assert evidence.matches_of(["a" * 16]) == []
    assert evidence.camera_of("a" * 16, EVERYTHING) is None
    assert evidence.outcomes("match") == []
