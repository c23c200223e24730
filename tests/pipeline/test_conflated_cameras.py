"""From several lists of one street to cameras with their evidence, published and opened."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import shapely

pytestmark = pytest.mark.slow

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FINLAND = "country:246"


def osm_file(path, *nodes):
    """Write nodes as Overpass answers them: number, position, last edit, tags."""
    elements = [
        {
            "type": "node",
            "id": number,
            "lon": lon,
            "lat": lat,
            "version": 3,
            "timestamp": edited,
            "tags": {"man_made": "surveillance", "surveillance:type": "camera", **tags},
        }
        for number, (lon, lat), edited, tags in nodes
    ]
    path.write_text(json.dumps({"version": 0.6, "generator": "x", "elements": elements}))
    return path


def catalogued(living, name, publisher):
    """Let the catalogue say who publishes a source."""
    text = f'[source]\ntitle = "{name}"\npublisher = "{publisher}"\nlicence = "CC0-1.0"\n'
    (living.settings.catalogue / f"{name}.toml").write_text(text)


def verifications(seen):
    return sorted(row["verification"] for row in seen.cameras)


def statistics_of(seen, code):
    (row,) = [row for row in seen.snapshot.statistics.to_pylist() if row["code"] == code]
    return row


# --- One camera from several voices --------------------------------------------------------------


def test_publish_makes_one_camera_of_two_statements_and_keeps_both(living, place, cam):
    city = living.reads(
        "city",
        [
            cam(7, 0, operator="City of Lahti", check_date="2026-05-01"),
            cam(8, 900, operator="City of Lahti", check_date="2026-05-01"),
        ],
        START,
        licence="CC-BY-4.0",
    )
    path = osm_file(
        living.folder / "extract.json",
        (41, place(3), "2018-08-11T09:30:00Z", {"camera:type": "dome"}),
        (42, place(5000), "2019-01-01T00:00:00Z", {}),
    )
    osm = living.imports(path, START + HOUR, source="osm")
    seen = living.publishes(START + DAY)

    assert (seen.snapshot.manifest.n_records, seen.snapshot.manifest.n_cameras) == (3, 3)
    camera = seen.of("city", "7")
    assert camera["id"] == seen.of("osm", "node/41")["id"]
    assert camera["n_observations"] == 2
    assert camera["sources"] == ["city", "osm"]
    assert camera["runs"] == [city.run, osm.run]
    # Of one row comes what was seen, of the other what was edited: never one for the other.
    assert camera["observed_at"] == "2026-05-01"
    assert camera["last_edited_at"] == datetime(2018, 8, 11, 9, 30, tzinfo=UTC)
    assert camera["retrieved_at"] == START + HOUR
    assert (camera["operator"], camera["camera_type"]) == ("City of Lahti", "dome")
    assert (camera["licence"], camera["verification"]) == ("ODbL-1.0", "corroborated")

    first, second = seen.snapshot.evidence(camera["id"])
    assert (first["source"], first["run"], first["licence"]) == ("city", city.run, "CC-BY-4.0")
    assert (first["observed_at"], first["last_edited_at"]) == ("2026-05-01", None)
    assert first["retrieved_at"] == START
    assert json.loads(first["raw"])["operator"] == "City of Lahti"
    assert (second["source"], second["run"], second["licence"]) == ("osm", osm.run, "ODbL-1.0")
    assert (second["observed_at"], second["native_version"]) == (None, 3)
    assert second["last_edited_at"] == datetime(2018, 8, 11, 9, 30, tzinfo=UTC)
    assert second["retrieved_at"] == START + HOUR
    assert second["operator"] is None

    alone = {row["id"]: row for row in seen.cameras} | {camera["id"]: None}
    licences = sorted(row["licence"] for row in alone.values() if row)
    assert licences == ["CC-BY-4.0", "ODbL-1.0"]
    assert {row["verification"] for row in alone.values() if row} == {"single_source"}


def test_publish_joins_licences_none_of_which_is_odbl(living, cam):
    living.reads("east", [cam(1, 0)], licence="etalab-2.0")
    living.reads("west", [cam(1, 2)], licence="CC-BY-4.0")
    assert living.publishes().of("east", "1")["licence"] == "CC-BY-4.0 AND etalab-2.0"


def test_publish_counts_a_camera_of_two_sources_once_in_every_area(living, cam):
    ground = shapely.box(24.9, 61.4, 25.2, 61.6)
    living.reads("city", [cam(n, 400 * n) for n in range(5)], ground=ground)
    living.reads("state", [cam(n, 400 * n + 2) for n in range(3, 9)], ground=ground)
    seen = living.publishes()
    # Five of one list, six of the other, two of both.
    assert seen.snapshot.manifest.n_cameras == 9
    finland = statistics_of(seen, FINLAND)
    assert (finland["n_cameras"], finland["n_records"], finland["n_corroborated"]) == (9, 9, 2)
    assert sorted(finland["sources"]) == ["city", "state"]
    levels = {}
    for row in seen.snapshot.statistics.to_pylist():
        levels[row["level"]] = levels.get(row["level"], 0) + row["n_cameras"]
    assert set(levels.values()) == {9}
    listed = {row["id"]: row for row in seen.snapshot.sources}
    # A source's own figure is what it lists, whoever else lists it.
    assert (listed["city"]["n_cameras"], listed["state"]["n_cameras"]) == (5, 6)


def test_publish_sums_the_cameras_of_a_site_once(living, cam):
    living.reads("city", [cam(1, 0, camera_count=4)])
    living.reads("state", [cam(1, 2, camera_count=4)])
    seen = living.publishes()
    assert (seen.snapshot.manifest.n_records, seen.snapshot.manifest.n_cameras) == (1, 4)


# --- Never within one source ---------------------------------------------------------------------


def test_publish_never_joins_two_records_of_one_source(living, cam):
    # Two heads on a pole of the city; the state lists one of them, a third list both.
    living.reads("city", [cam("a", 0, direction=0), cam("b", 0, 1, direction=180)])
    living.reads("state", [cam("s", 0.5, direction=180)])
    living.reads("third", [cam("x", 1, direction=5), cam("y", 1, 1, direction=175)])
    seen = living.publishes()
    assert sorted(row["sources"] for row in seen.cameras) == [
        ["city", "state", "third"],
        ["city", "third"],
    ]
    assert seen.of("state", "s")["id"] == seen.of("city", "b")["id"]
    assert seen.of("state", "s")["id"] == seen.of("third", "y")["id"]


def test_publish_keeps_the_doubles_of_one_source_apart_when_nothing_tells_them(living, cam):
    living.reads("city", [cam(n, 0) for n in range(3)])
    living.reads("state", [cam(n, 1) for n in range(2)])
    seen = living.publishes()
    assert seen.snapshot.manifest.n_records == 3
    assert all(len(set(row["sources"])) == len(row["sources"]) for row in seen.cameras)


# --- Independence --------------------------------------------------------------------------------

STREET = [(n, 300 * n, 7 * n) for n in range(12)]


def test_publish_says_corroborated_when_two_publishers_agree(living, cam):
    for name, publisher in (("aa_city", "City of Lahti"), ("aa_state", "Police of Finland")):
        catalogued(living, name, publisher)
    living.reads("aa_city", [cam(*row) for row in STREET])
    living.reads("aa_state", [cam(n, x + 2, y + 1) for n, x, y in STREET])
    assert verifications(living.publishes()) == ["corroborated"] * 12


def test_publish_corroborates_nothing_by_two_lists_of_one_publisher(living, cam):
    for name in ("aa_old", "aa_new"):
        catalogued(living, name, "City of Lahti")
    living.reads("aa_old", [cam(*row) for row in STREET])
    living.reads("aa_new", [cam(n, x + 2, y + 1) for n, x, y in STREET])
    seen = living.publishes()
    assert verifications(seen) == ["single_source"] * 12
    assert {row["family"] for row in seen.snapshot.sources} == {"aa-new"}


def test_publish_corroborates_nothing_by_a_list_republished_under_another_name(living, cam):
    living.reads("city", [cam(*row, operator="City of Lahti") for row in STREET])
    before = living.publishes()
    # Renumbered, in another order, without a column, and one camera more.
    again = [cam(900 + n, x, y) for n, x, y in reversed(STREET)]
    living.reads("portal", [*again, cam(999, 9000)], START + DAY)
    seen = living.publishes(START + DAY)
    assert seen.snapshot.manifest.n_records == 13
    assert verifications(seen) == ["single_source"] * 13
    for n, _, _ in STREET:
        assert seen.ids["city", str(n)] == before.ids["city", str(n)]
        assert seen.ids["portal", str(900 + n)] == before.ids["city", str(n)]
    assert {row["family"] for row in seen.snapshot.sources} == {"city"}


def test_publish_takes_the_old_names_when_a_list_is_republished_and_the_old_one_gone(living, cam):
    old = living.reads("city", [cam(*row) for row in STREET])
    before = living.publishes()
    living.reads("portal", [cam(900 + n, x, y) for n, x, y in STREET], START + DAY)
    living.publishes(START + DAY)
    living.rolls_back(old.run, START + DAY)
    seen = living.publishes(START + DAY)
    assert seen.snapshot.manifest.n_records == 12
    for n, _, _ in STREET:
        assert seen.ids["portal", str(900 + n)] == before.ids["city", str(n)]


def without_header(path, folder):
    """Write a table again without its first line, under a name that says nothing."""
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    copy = folder / "again.csv"
    copy.write_text("".join(lines[1:]), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("name", "other", "ground"),
    [
        ("ch_osm_surveillance_elements.json", "ch_osm_surveillance_wkt.csv", None),
        ("hk_traffic_cams.json", "hk_traffic_cams.xml", None),
        ("uk_trafford_cctv.csv", "uk_trafford_cctv.geojson", None),
        # Without a header only the ground tells 49.1, 6.2 in France from the other way round.
        ("fr_radars.csv", None, shapely.box(-6, 41, 10, 52)),
    ],
    ids=["switzerland", "hong_kong", "trafford", "france"],
)
def test_publish_takes_a_real_list_and_its_twin_for_one_voice(
    living, shared_data, name, other, ground
):
    folder = shared_data / "cameras"
    twin = folder / other if other else without_header(folder / name, living.folder)
    for source, path in (("first", folder / name), ("second", twin)):
        living.imports(path, source=source, licence="CC0-1.0", ground=ground)
    seen = living.publishes()
    several = [row for row in seen.cameras if len(row["sources"]) == 2]
    # Some rows have no position, and some stand where another one could be meant as well.
    assert len(several) >= 0.9 * min(report.observations for report in living.reports)
    assert len(seen.cameras) == len(seen.statements) - len(several)
    assert {row["verification"] for row in seen.cameras} == {"single_source"}


@pytest.mark.parametrize("decimals", [6, 5, 4])
def test_publish_corroborates_nothing_by_a_copy_with_rounded_positions(living, cam, decimals):
    rows = [cam(*row, operator="City of Lahti") for row in STREET]
    living.reads("city", rows)
    for row in rows:
        row["lon"], row["lat"] = (f"{float(row[name]):.{decimals}f}" for name in ("lon", "lat"))
    living.reads("portal", rows)
    assert verifications(living.publishes()) == ["single_source"] * 12


# --- Red lights and speed ------------------------------------------------------------------------

ENFORCEMENT = {"kind": "enforcement"}
RED, SPEED = {"title": "Red light cameras"}, {"title": "Speed cameras"}


def joined_of_two(living, paths, said):
    """Read two lists as they are called there; return how many cameras have both."""
    for path, options in zip(paths, said, strict=True):
        living.imports(path, licence="CC0-1.0", **options)
    seen = living.publishes()
    assert len(seen.statements) == sum(report.observations for report in living.reports)
    return sum(len(row["sources"]) > 1 for row in seen.cameras)


@pytest.mark.parametrize(
    "said",
    [(RED, SPEED), (RED | ENFORCEMENT, SPEED | ENFORCEMENT), ({"kind": "cctv"}, ENFORCEMENT)],
    ids=["titles", "titles_and_kind", "kinds"],
)
def test_publish_never_joins_red_light_and_speed_cameras_of_one_corner(living, cam, said):
    paths = [
        living.list_file(f"list_{n}", [cam(k, 300 * k + 4 * n) for k in range(12)]) for n in (0, 1)
    ]
    assert joined_of_two(living, paths, said) == 0


@pytest.mark.parametrize("town", ["us_chicago", "ca_ottawa"])
@pytest.mark.parametrize(
    "said",
    [({}, {}), (ENFORCEMENT, ENFORCEMENT)],
    ids=["nothing", "kind_alone"],
)
def test_publish_joins_no_red_light_and_speed_cameras_of_real_lists_without_their_names(
    living, shared_data, town, said
):
    paths = [living.folder / f"list_{n}.csv" for n in (0, 1)]
    for path, rule in zip(paths, ("redlight", "speed"), strict=True):
        path.write_bytes((shared_data / "cameras" / f"{town}_{rule}.csv").read_bytes())
    # Nothing but their distance keeps these apart: only one pair of Chicago is within 60 m.
    assert joined_of_two(living, paths, said) == 0


# --- What people contribute ----------------------------------------------------------------------


def test_publish_lets_a_contribution_corroborate_a_source(living, place, cam):
    living.reads("city", [cam(1, 0, operator="City of Lahti")], START)
    living.publishes(START)
    living.contributes(START + DAY, place(3))
    living.contributes(START + DAY, place(4000))
    seen = living.publishes(START + DAY)
    camera = seen.of("city", "1")
    assert (camera["sources"], camera["verification"]) == (
        ["city", "contributions"],
        "corroborated",
    )
    assert camera["id"] == seen.subject("city", "1")
    (alone,) = [row for row in seen.cameras if row["sources"] == ["contributions"]]
    assert alone["verification"] == "unverified"


def test_publish_does_not_let_contributions_corroborate_each_other(living, place):
    living.contributes(START, place(0))
    living.publishes(START)
    living.contributes(START + DAY, place(1))
    seen = living.publishes(START + DAY)
    assert verifications(seen) == ["unverified", "unverified"]


def test_publish_corroborates_nothing_by_positions_copied_from_a_list(living, place, cam):
    living.reads("city", [cam(*row) for row in STREET])
    living.contributes(START, *(place(x, y) for _, x, y in STREET))
    assert verifications(living.publishes()) == ["single_source"] * 12


def test_publish_keeps_a_source_camera_when_the_contribution_beside_it_is_rolled_back(
    living, place, cam
):
    living.contributes(START, place(0))
    before = living.publishes(START)
    living.reads("city", [cam(1, 2)], START + DAY)
    merged = living.publishes(START + DAY)
    (founding,) = [row["id"] for row in before.cameras]
    assert merged.of("city", "1")["id"] == founding
    (batch,) = [row["run"] for row in merged.statements if row["source"] == "contributions"]
    living.rolls_back(batch, START + DAY)
    seen = living.publishes(START + DAY)
    assert [row["id"] for row in seen.cameras] == [founding]
    assert verifications(seen) == ["single_source"]
