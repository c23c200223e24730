"""`flask matches`: see why observations are one camera, rule on pairs, undo, learn weights."""

from __future__ import annotations

import csv
import getpass
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
import numpy as np
import orjson

from sightlines.cameras.conflation import weighed_pairs
from sightlines.cameras.parameters import Parameters
from sightlines.cameras.weights import as_plain, explain, learned
from sightlines.cli.shell import command_site, print_json, telling_errors
from sightlines.errors import NotFoundError, RequestInvalidError
from sightlines.observations.rulings import (
    accepted_rulings,
    decide_pair,
    pending_rulings,
    rule,
    withdraw,
)
from sightlines.schema import OUTCOMES, STANDING

if TYPE_CHECKING:
    from sightlines.observations.rulings import RulingRow, Verdict
    from sightlines.snapshot.reader import Snapshot

_BY = click.option("--by", default=getpass.getuser, help="Pseudonym of the moderator.")
_REASON = click.option("--reason", default="", help="Why; stays in the ledger.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Report for machines.")
_WORDS = {"yes": True, "same": True, "1": True, "no": False, "different": False, "0": False}


@click.group("matches")
def matches_group() -> None:
    """Look at which observations are one camera, and rule on it."""


@matches_group.command("list")
@click.option("--outcome", type=click.Choice(OUTCOMES), default="review", help="Which to list.")
@click.option("--limit", type=click.IntRange(1), default=50, help="How many at most.")
@_JSON
def list_command(outcome: str, limit: int, as_json: bool) -> None:
    """List pairs of one outcome, the likeliest first; those for review wait for a ruling."""
    with telling_errors():
        found = command_site().snapshot().behind.outcomes(outcome)
    if as_json:
        print_json({"outcome": outcome, "number": len(found), "matches": found[:limit]})
        return
    for match in found[:limit]:
        click.echo(
            f"{match['first']} {match['second']}  {_probable(match)}, "
            f"{match['weight']:+.1f} bits, {match['distance_m']:.1f} m apart"
        )
    click.echo(f"{len(found)} in all.")


@matches_group.command("why")
@click.argument("camera")
@_JSON
def why_command(camera: str, as_json: bool) -> None:
    """Say why the observations of CAMERA (its id, or a subject) are one camera."""
    with telling_errors():
        snapshot = command_site().snapshot()
        report = _why(snapshot, camera)
    if as_json:
        print_json(report)
        return
    click.echo(f"Camera {report['camera']}: {len(report['observations'])} observations")
    for row in report["observations"]:
        click.echo(f"  {row['subject']}  {row['source']}  {row['native_id'] or ''}")
    for match in report["matches"]:
        click.echo(
            f"{match['first']} {match['second']}: {match['outcome']}, {match['weight']:+.1f} bits, "
            f"with all rivals {_probable(match)}"
        )
        for comparison, label, bits in match["findings"]:
            click.echo(f"  {bits:+5.1f}  {comparison}: {label}")


@matches_group.command("same")
@click.argument("first")
@click.argument("second")
@_BY
@_REASON
def same_command(first: str, second: str, by: str, reason: str) -> None:
    """Rule that two subjects of different sources are one camera."""
    _decide(first, second, "same", by, reason)


@matches_group.command("different")
@click.argument("first")
@click.argument("second")
@_BY
@_REASON
def different_command(first: str, second: str, by: str, reason: str) -> None:
    """Rule that two subjects are two cameras: undo what was joined."""
    _decide(first, second, "different", by, reason)


@matches_group.command("rulings")
@_JSON
def rulings_command(as_json: bool) -> None:
    """List the rulings that stand, and what readers have asked for."""
    ledger = command_site().ledger
    with telling_errors():
        rows = [*pending_rulings(ledger), *accepted_rulings(ledger)]
    if as_json:
        print_json([_plain(row) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.id}  {row.state}  {row.first} {row.second}  {row.verdict}")
    if not rows:
        click.echo("Nobody has ruled or asked yet.")


@matches_group.command("accept")
@click.argument("ruling")
@_BY
@_REASON
def accept_command(ruling: str, by: str, reason: str) -> None:
    """Accept what a reader has asked for."""
    _rule(ruling, "accepted", by, reason)


@matches_group.command("reject")
@click.argument("ruling")
@_BY
@_REASON
def reject_command(ruling: str, by: str, reason: str) -> None:
    """Reject what a reader has asked for."""
    _rule(ruling, "rejected", by, reason)


@matches_group.command("undo")
@click.argument("ruling")
@_BY
@_REASON
def undo_command(ruling: str, by: str, reason: str) -> None:
    """Take a ruling back: the weights decide again."""
    with telling_errors():
        ledger = command_site().ledger
        withdraw(ledger, ruling, moderator=by, reason=reason, now=datetime.now(UTC))
    click.echo(f"{ruling} withdrawn; the next snapshot goes without it.")


@matches_group.command("learn")
@click.argument("labels", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def learn_command(labels: Path, out: Path) -> None:
    """Learn match weights from LABELS and write them to OUT.

    LABELS is a CSV file with the columns `first`, `second` (subjects) and `same` (yes or no). The
    setting SIGHTLINES_MATCH_WEIGHTS then names OUT.
    """
    with telling_errors():
        statements = command_site().snapshot().behind.statements.select(STANDING.names)
        wanted = _labels(labels)
        matches = weighed_pairs(statements, wanted)
        ends = zip(matches["first"].to_pylist(), matches["second"].to_pylist(), strict=True)
        is_one = np.array([wanted[pair] for pair in ends], np.bool_)
        if not is_one.any() or is_one.all():
            raise RequestInvalidError(
                "Weights are learned from pairs of both sorts: some that are one camera and some "
                "that are two, all in the current snapshot."
            )
        weights = learned(matches, is_one, Parameters().weights)
    out.write_bytes(orjson.dumps(as_plain(weights), option=orjson.OPT_INDENT_2))
    click.echo(f"Learned from {len(is_one)} of {len(wanted)} pairs, {int(is_one.sum())} the same.")


def _probable(match: dict[str, Any]) -> str:
    """Say how probable a match is, rounded down: what is not enough must not look as if it were."""
    return f"{math.floor(1000 * match['probability']) / 10:.1f} % probable"


def _why(snapshot: Snapshot, name: str) -> dict[str, Any]:
    camera = name if snapshot.holds(name) else snapshot.camera_of(name)
    if camera is None:
        raise NotFoundError("There is no camera and no observation of this name.")
    rows = snapshot.evidence(camera)
    matches = snapshot.matches_of([row["subject"] for row in rows])
    shown = ("subject", "source", "native_id", "run", "licence", "lon", "lat")
    return {
        "snapshot": snapshot.id,
        "camera": camera,
        "observations": [{key: row[key] for key in shown} for row in rows],
        "matches": [
            {**match, "findings": [tuple(found) for found in explain(match, snapshot.weights)]}
            for match in matches
        ],
    }


def _decide(first: str, second: str, verdict: Verdict, by: str, reason: str) -> None:
    with telling_errors():
        site = command_site()
        low, high = sorted((first, second))
        _refuse_unknown(site.snapshot(), (low, high), verdict)
        now = datetime.now(UTC)
        ruling = decide_pair(
            site.ledger, low, high, verdict=verdict, moderator=by, reason=reason, now=now
        )
    click.echo(f"{ruling.id} recorded: {verdict}. The next snapshot follows it.")


def _refuse_unknown(snapshot: Snapshot, pair: tuple[str, str], verdict: str) -> None:
    sources = []
    for subject in pair:
        camera = snapshot.camera_of(subject)
        rows = [] if camera is None else snapshot.evidence(camera)
        found = [row["source"] for row in rows if row["subject"] == subject]
        if not found:
            raise NotFoundError(f"There is no observation {subject} in the current snapshot.")
        sources += found
    if verdict == "same" and sources[0] == sources[1]:
        raise RequestInvalidError(
            "Two records of one source are never one camera; ask the source to mend its list."
        )


def _rule(ruling: str, state: Literal["accepted", "rejected"], by: str, reason: str) -> None:
    with telling_errors():
        ledger = command_site().ledger
        rule(ledger, ruling, state=state, moderator=by, reason=reason, now=datetime.now(UTC))
    click.echo(f"{ruling} {state}")


def _labels(path: Path) -> dict[tuple[str, str], bool]:
    """Read labelled pairs: ascending subjects -> whether they are one camera."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        pairs = {}
        for row in rows:
            low, high = sorted((row["first"].strip(), row["second"].strip()))
            pairs[low, high] = _WORDS[row["same"].strip().casefold()]
    except (OSError, UnicodeError, csv.Error, KeyError, AttributeError) as reason:
        raise RequestInvalidError(
            "The labels are a CSV file in UTF-8 with the columns first, second and same (yes, no)."
        ) from reason
    return pairs


def _plain(row: RulingRow) -> dict[str, Any]:
    names = ("id", "state", "first", "second", "verdict", "received_on", "decided_at")
    return {name: getattr(row, name) for name in names}
