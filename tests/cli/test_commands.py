"""The commands as a shell sees them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sightlines.cli import COMMANDS
from sightlines.cli.documenting import pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def flask(instance):
    """Return a function that runs a command on a copy of the sample's instance."""
    environment = {
        **os.environ,
        "SIGHTLINES_INSTANCE": str(instance.instance),
        "SIGHTLINES_PUBLISH_DELAY_S": "0",
    }

    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_every_command_has_help(flask):
    listed = flask("--help").stdout
    assert all(name in listed for name in COMMANDS)


@pytest.mark.slow
def test_import_reports_for_machines_and_changes_nothing_the_second_time(flask, tmp_path):
    path = tmp_path / "my list.csv"
    path.write_text("lon,lat,operator\n24.94,60.17,A\n0,0,B\n999,5,C\n")
    first = json.loads(flask("import", str(path), "--licence", "CC0-1.0", "--json").stdout)
    assert first["rows_read"] == 3
    assert (first["observations"], first["cameras_counted"]) == (1, 1)
    assert first["rejected"] == {"null_island": 1, "out_of_range": 1}
    assert (first["source"], first["format"], first["new"]) == ("my-list", "csv", True)
    assert first["mapping"]["operator"] == "operator"
    second = json.loads(flask("import", str(path), "--licence", "CC0-1.0", "--json").stdout)
    assert second == {**first, "new": False}


@pytest.mark.slow
def test_import_gives_a_mapping_that_can_be_edited_and_given_back(flask, tmp_path):
    path, mapping = tmp_path / "liste.csv", tmp_path / "liste.toml"
    path.write_text("Breite;Länge;Zustand\n60,1712;24,9423;im Aufbau\n60,1813;24,9534;im Aufbau\n")
    first = flask("import", str(path), "--dry-run", "--save-mapping", str(mapping))
    assert first.returncode == 0
    assert "Breite means lat" in first.stdout
    edited = mapping.read_text(encoding="utf-8").replace(
        "[columns]", '[columns]\nZustand = "status"'
    )
    if "[columns]" not in edited:
        edited += '\n[columns]\nZustand = "status"\n'
    mapping.write_text(edited + '\n[values.status]\n"im Aufbau" = "planned"\n', encoding="utf-8")
    answer = flask("import", str(path), "--dry-run", "--mapping", str(mapping), "--json")
    report = json.loads(answer.stdout)
    assert (report["observations"], report["cameras_counted"]) == (2, 0)
    assert report["mapping"] == {"Zustand": "status", "Länge": "lon", "Breite": "lat"}


@pytest.mark.slow
def test_import_takes_a_catalogued_source_by_its_id(flask, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("camera_id,location,area_name,lon,lat\n7,High Street,Ward,-2.3,53.4\n")
    options = ("--source", "uk_trafford_cctv", "--dry-run", "--json")
    report = json.loads(flask("import", str(path), *options).stdout)
    assert (report["licence"], report["publishable"]) == ("OGL-UK-3.0", True)
    assert report["mapping"]["area_name"] == "place"


@pytest.mark.slow
def test_import_names_faulty_rows_and_sends_no_control_characters_to_the_terminal(flask, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("lon,lat,oper\x1b[31mator,camera\x1b[0m type\n1,2,x,dome\n999,2,x,dome\n")
    told = flask("import", str(path), "--dry-run").stdout
    assert "row 2, lon: Longitude must lie between" in told
    assert "\x1b" not in told


def test_import_refuses_with_a_sentence_and_exit_code_2(flask, tmp_path):
    path = tmp_path / "text.osm.pbf"
    path.write_text("not an extract")
    answer = flask("import", str(path))
    assert answer.returncode == 2
    assert answer.stderr.startswith("text.osm.pbf: ")
    assert "Traceback" not in answer.stderr


@pytest.mark.slow
def test_publish_prints_the_id_of_the_snapshot(flask):
    answer = flask("publish")
    assert answer.returncode == 0
    assert json.loads(flask("publish", "--json").stdout)["id"] == answer.stdout.strip()


@pytest.mark.slow
def test_statistics_gives_the_table_for_machines(flask):
    answer = json.loads(flask("statistics", "--area", "country:246", "--json").stdout)
    (finland,) = answer["areas"]
    assert finland["name"] == "Finland"
    assert (finland["n_cameras"], finland["n_enforcement"]) == (221, 2)
    assert finland["coverage"] == "partly covered"
    assert finland["rate_per_1000"] is None
    assert finland["rate_reason"]
    assert finland["sources"] == ["helsinki-centre"]
    assert flask("statistics", "--area", "none").returncode == 2


@pytest.mark.slow
def test_moderate_lists_nothing_when_nothing_is_pending(flask):
    assert flask("moderate", "list").stdout.strip() == "Nothing is pending."
    assert flask("moderate", "accept", "none").returncode == 2


def test_docs_are_those_that_the_tables_write():
    for path, text in pages(ROOT / "docs").items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make docs`"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented(name):
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"`flask {name}" in text
