"""`flask osm-differences`: a file for JOSM, and how many differences are in it."""

import json

import osmium
import pytest

from sightlines.cli.mapping_back import osm_differences_command
from sightlines.cli.publishing import publish_command
from sightlines.cli.reading import import_command
from sightlines.web.application import create_app

# Both where OpenStreetMap has none, the second outside the ground of the sample's extract.
LIST = "lon,lat,camera:type\n24.93932,60.17511,dome\n25.10000,60.17000,dome\n"


@pytest.fixture
def flask(instance):
    """Return a function that runs a command over the sample."""
    app = create_app(instance)

    def run(command, *words):
        with app.app_context():
            return app.test_cli_runner().invoke(command, words)

    return run


@pytest.fixture
def with_list(flask, tmp_path):
    """Return that function, a list beside the sample."""
    path = tmp_path / "council.csv"
    path.write_text(LIST)
    assert flask(import_command, str(path), "--licence", "CC0-1.0").exit_code == 0
    assert flask(publish_command).exit_code == 0
    return flask


def test_osm_differences_writes_a_file_and_prints_the_numbers(with_list, tmp_path):
    out = tmp_path / "differences.osm"
    answer = with_list(osm_differences_command, str(out))
    assert answer.exit_code == 0
    assert answer.output == (
        "1 new, 0 changed, 0 perhaps gone; 0 withheld because of their licence, 1 left out.\n"
        "  left out, outside_osm: 1\n"
    )
    (node,) = [(thing.id, dict(thing.tags)) for thing in osmium.FileProcessor(str(out))]
    assert node == (
        -1,
        {
            "man_made": "surveillance",
            "camera:type": "dome",
            "fixme": "Check before adding: council (CC0-1.0) has it, OpenStreetMap had not.",
        },
    )


def test_osm_differences_reports_for_machines(with_list, tmp_path):
    report = json.loads(
        with_list(osm_differences_command, str(tmp_path / "differences.osm"), "--json").stdout
    )
    snapshot = json.loads(with_list(publish_command, "--json").stdout)["id"]
    assert report == {
        "snapshot": snapshot,
        "new": 1,
        "changed": 0,
        "flagged": 0,
        "withheld": 0,
        "left_out": {"outside_osm": 1},
    }


def test_osm_differences_says_when_the_file_cannot_be_written(flask, tmp_path):
    answer = flask(osm_differences_command, str(tmp_path / "nowhere" / "differences.osm"))
    assert answer.exit_code == 2
    assert answer.output.endswith("cannot be written: No such file or directory.\n")


def test_osm_differences_says_that_nothing_is_published(empty_instance, tmp_path):
    app = create_app(empty_instance)
    out = tmp_path / "differences.osm"
    with app.app_context():
        answer = app.test_cli_runner().invoke(osm_differences_command, [str(out)])
    assert (answer.exit_code, answer.output) == (2, "Nothing has been published yet.\n")
    assert not out.exists()
