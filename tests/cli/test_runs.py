"""`flask runs` and what `flask import` says of a run that is kept aside."""

import json

import pytest

from sightlines.cli.reading import import_command
from sightlines.cli.runs import runs_group
from sightlines.web.application import create_app


@pytest.fixture
def flask(empty_instance):
    """Return a function that runs a command in an application of its own."""
    app = create_app(empty_instance)

    def run(command, *words):
        with app.app_context():
            return app.test_cli_runner().invoke(command, words)

    return run


@pytest.fixture
def read(flask, tmp_path):
    """Return a function that imports a list of so many cameras."""

    def make(n, *words):
        path = tmp_path / "city.csv"
        rows = [f"{number},{24 + number / 100},60.17" for number in range(n)]
        path.write_text("\n".join(["id,lon,lat", *rows, ""]))
        return flask(import_command, str(path), "--licence", "CC0-1.0", *words)

    return make


@pytest.fixture
def listed(flask):
    """Return a function that returns run and outcome of each run, the newest first."""

    def make(*words):
        rows = json.loads(flask(runs_group, "list", *words, "--json").stdout)
        return {row["outcome"]: row["id"] for row in rows}

    return make


def test_import_says_that_a_run_is_kept_aside_and_how_to_accept_it(flask, read, listed):
    assert read(40).exit_code == 0
    answer = read(30)
    assert answer.exit_code == 2
    assert "quarantined: It has 30 observations" in answer.output
    runs = listed("city")
    assert f"flask runs accept {runs['quarantined']}" in answer.output
    report = json.loads(read(30, "--json").stdout)
    assert (report["outcome"], report["new"]) == ("quarantined", False)
    accepted = flask(runs_group, "accept", runs["quarantined"])
    assert accepted.exit_code == 0
    assert "stands for city: 30 observations, 10 missing" in accepted.output
    assert listed() == {"accepted": runs["quarantined"], "superseded": runs["accepted"]}


def test_rollback_lets_the_run_before_stand_again(flask, read, listed):
    read(40)
    first = listed()["accepted"]
    assert "cameras no longer listed: 1" in read(39).output
    second = listed()["accepted"]
    answer = flask(runs_group, "rollback", second, "--reason", "A test list.")
    assert f"{second} is rolled back; run {first} stands for city" in answer.output
    assert "reason: A test list." in flask(runs_group, "show", second).output
    refused = read(39)
    assert refused.exit_code == 2
    assert "--again" in refused.output
    assert read(39, "--again").exit_code == 0
    assert listed()["accepted"] == second
    flask(runs_group, "rollback", second)
    assert "no run stands" in flask(runs_group, "rollback", first).output


def test_show_tells_what_is_known_of_a_run(flask, read, listed):
    read(40)
    run = listed()["accepted"]
    said = flask(runs_group, "show", run).output
    assert "outcome: accepted" in said
    assert "licence: CC0-1.0" in said
    report = json.loads(flask(runs_group, "show", run, "--json").stdout)
    assert (report["observations"], report["n_missing"], report["url"]) == (40, 0, None)
    assert report["observations_file"].startswith("observations/")


def test_list_says_that_there_is_no_run(flask):
    assert flask(runs_group, "list").output == "There is no run.\n"


@pytest.mark.parametrize("command", ["show", "accept", "rollback"])
def test_runs_refuse_a_run_that_is_unknown(flask, command):
    answer = flask(runs_group, command, "aaaaaaaaaaaaaaaa")
    assert answer.exit_code == 2
    assert "There is no run with this id." in answer.output
