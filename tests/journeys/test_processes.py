"""The processes of `make run`: they start, hold each other up, and end, even when killed."""

import os
import shutil
import signal
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sightlines.observations.moderation import decide
from sightlines.observations.submissions import pending
from sightlines.settings import Settings
from sightlines.snapshot.manifest import read_manifest, snapshot_id, swap_current, write_manifest

pytestmark = pytest.mark.browser


def import_one_camera(server, folder, name="one"):
    """Import a list of one camera from a shell, as a host would."""
    path = folder / f"{name}.csv"
    path.write_text("lon,lat,operator\n24.94,60.17,A\n")
    server.told("import", str(path), "--licence", "CC0-1.0")


def sources_of(server):
    return {name for row in server.cameras() for name in row["properties"]["sources"]}


def submit(server, **fields):
    """Send one camera by form, without a browser; return the status."""
    page = server.ask("/contribute").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    words = {"token": token, "lon": "24.94", "lat": "60.17", **fields}
    body = "&".join(f"{name}={value}" for name, value in words.items()).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return server.ask("/contribute", body, kind).status


def accept(ledger, submission):
    """Accept without the second that a command takes to start."""
    now = datetime.now(UTC)
    decide(ledger, submission, decision="accepted", moderator="owl", reason="", now=now)


def sealed_copy(snapshots, base_map):
    """Copy the current snapshot as a whole one of its own: only the base map is another."""
    manifest = read_manifest(snapshots / (snapshots / "current").read_text().strip())
    renamed = replace(manifest, base_map=base_map, id=snapshot_id(manifest.files, base_map))
    shutil.copytree(snapshots / manifest.id, snapshots / renamed.id)
    write_manifest(snapshots / renamed.id, renamed)
    return renamed.id


def test_serve_ends_everything_when_only_its_first_process_is_told_to(prepare, until):
    server = prepare()
    server.start()
    assert len(until(lambda: server.publishers(), 20, "the publisher runs")) == 1
    os.kill(server.process.pid, signal.SIGTERM)
    assert server.process.wait(30) == 0
    until(lambda: not server.running(), 10, "every process has ended")


def test_serve_ends_well_when_the_web_processes_hear_of_it_first(prepare, until):
    server = prepare()
    server.start()
    web = until(server.web_processes, 20, "the web processes run")
    os.kill(server.process.pid, signal.SIGSTOP)
    os.killpg(server.process.pid, signal.SIGTERM)
    until(lambda: not set(web) & set(server.running()), 20, "the web processes have ended")
    os.kill(server.process.pid, signal.SIGCONT)
    assert server.process.wait(30) == 0, server.said()
    until(lambda: not server.running(), 10, "every process has ended")


def test_web_process_is_started_again_after_it_was_killed(own_served, until):
    first, second = until(own_served.web_processes, 20, "two web processes run")
    started = own_served.said().count("Started worker")
    os.kill(first, signal.SIGKILL)
    until(
        lambda: own_served.said().count("Started worker") > started,
        20,
        "another web process has started",
    )
    assert first not in own_served.web_processes()
    assert second in own_served.web_processes()
    assert len(own_served.web_processes()) == 2
    assert {own_served.ask("/healthz").status for _ in range(30)} == {200}


def test_serve_refuses_a_taken_port_with_a_sentence(served):
    refused = served.flask("serve", "--port", str(served.port))
    assert refused.returncode == 2
    assert f"127.0.0.1:{served.port}" in refused.stderr
    assert "set PORT" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout


@pytest.mark.parametrize("when", ["while it starts", "at rest"])
def test_publisher_is_started_again_after_it_was_killed(own_served, until, tmp_path, when):
    (first,) = until(own_served.publishers, 20, "the publisher runs")
    if when == "at rest":
        own_served.be_at_rest()
    before, looked = own_served.snapshot(), own_served.said().count("is current")
    os.kill(first, signal.SIGKILL)
    until(lambda: set(own_served.publishers()) - {first}, 20, "another publisher runs")
    until(lambda: own_served.said().count("is current") > looked, 30, "it is at rest")
    import_one_camera(own_served, tmp_path)
    until(lambda: own_served.snapshot() != before, 30, "the camera is published")
    assert len(own_served.publishers()) == 1
    assert "one" in sources_of(own_served)


@pytest.mark.parametrize("when", ["while it starts", "at rest"])
def test_publisher_ends_after_its_supervisor_was_killed(prepare, until, when):
    server = prepare()
    server.start()
    until(server.publishers, 20, "the publisher runs")
    if when == "at rest":
        server.be_at_rest()
    os.kill(server.process.pid, signal.SIGKILL)
    assert server.process.wait(30) == -signal.SIGKILL
    until(lambda: not server.publishers(), 15, "the publisher has ended")


def test_import_during_publication_is_published_too(own_served, until, tmp_path, sample_pbf):
    """What comes while a snapshot is being sealed must not wait for the next change."""
    snapshots = own_served.instance / "snapshots"
    own_served.be_at_rest()
    own_served.told("import", str(sample_pbf), "--source", "again")
    until(lambda: list(snapshots.glob(".staged-*")), 20, "a snapshot is being sealed")
    import_one_camera(own_served, tmp_path, "late")
    until(lambda: "again" in sources_of(own_served), 60, "the first import is published")
    until(lambda: "late" in sources_of(own_served), 30, "the import that came late is published")


def test_broken_snapshot_is_not_served_and_the_last_good_one_stays(own_served, until):
    snapshots = own_served.instance / "snapshots"
    own_served.be_at_rest()
    first, good = own_served.snapshot(), sealed_copy(snapshots, "")
    swap_current(snapshots, good)
    until(lambda: own_served.snapshot() == good, 10, "a whole snapshot is served at once")
    broken = sealed_copy(snapshots, "another")
    index = snapshots / broken / "index.bin"
    content = bytearray(index.read_bytes())
    content[len(content) // 2] ^= 1
    index.write_bytes(content)
    swap_current(snapshots, broken)
    # There are two web processes, and the other one may not have been asked for the good one.
    assert {own_served.snapshot() for _ in range(30)} <= {first, good}
    assert len(own_served.cameras()) == 223
    assert own_served.ask("/").status == 200
    log = own_served.said()
    assert f"The file index.bin of snapshot {broken} is not what its manifest says" in log


def test_acceptance_during_publication_is_published_too(own_served, opened, until):
    """A second decision comes while the first is being sealed, as when a moderator works fast."""
    snapshots = own_served.instance / "snapshots"
    ledger = opened(Settings(instance=own_served.instance))
    own_served.be_at_rest()
    assert [submit(own_served, operator=name) for name in "AB"] == [303, 303]
    first, second = (row.id for row in pending(ledger))
    accept(ledger, first)
    until(lambda: list(snapshots.glob(".staged-*")), 20, "a snapshot is being sealed")
    accept(ledger, second)
    until(lambda: len(own_served.cameras()) == 225, 30, "both are published")
