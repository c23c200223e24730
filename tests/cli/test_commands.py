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


def test_import_refuses_with_a_sentence_and_exit_code_2(flask, tmp_path):
    path = tmp_path / "text.osm.pbf"
    path.write_text("not an extract")
    answer = flask("import", str(path))
    assert answer.returncode == 2
    assert answer.stderr.startswith("text.osm.pbf: ")
    assert "Traceback" not in answer.stderr


def test_publish_prints_the_id_of_the_snapshot(flask):
    answer = flask("publish")
    assert answer.returncode == 0
    assert json.loads(flask("publish", "--json").stdout)["id"] == answer.stdout.strip()


def test_statistics_gives_the_table_for_machines(flask):
    answer = json.loads(flask("statistics", "--area", "country:246", "--json").stdout)
    (finland,) = answer["areas"]
    assert finland["name"] == "Finland"
    assert (finland["n_cameras"], finland["n_enforcement"]) == (221, 2)
    assert finland["coverage"] == "partly covered"
    assert finland["rate_per_1000"] is None
    assert finland["rate_reason"]
    assert [row["source"] for row in finland["by_source"]] == [finland["source"]]
    assert flask("statistics", "--area", "none").returncode == 2


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
