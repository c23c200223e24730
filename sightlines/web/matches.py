"""Why observations are one camera, or perhaps are: each comparison in words, and a way to object.

Terms
-----
pair
    Two observations of different sources that were compared, with what came of it.
ask
    To send a ruling on a pair in, for a moderator to accept or reject. What is kept is the pair,
    the word and the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from sightlines.cameras.weights import explain
from sightlines.errors import RequestInvalidError
from sightlines.observations.ceiling import take_place
from sightlines.observations.rulings import Verdict, ask_ruling, rulings_of
from sightlines.observations.tables import ACCEPTED
from sightlines.web.camera_words import KIND_NAMES, label_of
from sightlines.web.cameras import camera_now
from sightlines.web.evidence import said_in_words
from sightlines.web.form_token import make_token
from sightlines.web.sent_forms import check_sent
from sightlines.web.site import site

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from werkzeug.wrappers import Response as WerkzeugResponse

    from sightlines.snapshot.reader import Snapshot

blueprint = Blueprint("matches", __name__)

FORM = "matches"
# What a person may say of a pair, by what conflation has made of it.
MAY_ASK: dict[str, tuple[Verdict, ...]] = {
    "match": ("different",),
    "review": ("different", "same"),
}
OUTCOMES = {
    "match": "taken for one camera",
    "review": "too uncertain: kept as two",
    "rival": "kept as two: one of them fits another better",
    "same": "one camera, as a moderator has decided",
    "different": "two cameras, as a moderator has decided",
}
_ORDER = tuple(OUTCOMES)
_PAIRS_SHOWN = 50
_COLUMNS = {"direction": "camera_direction"}


@dataclass(frozen=True)
class Side:
    """One observation of a pair.

    Parameters
    ----------
    row
        Of `schema.EVIDENCE`.
    title
        Its source's.
    """

    row: Mapping[str, Any]
    title: str


@dataclass(frozen=True)
class Comparison:
    """What one comparison has found.

    Parameters
    ----------
    label
        What was compared.
    said
        What each of the two says of it, in words; "" where that is no one thing.
    found
        What came of it, in words.
    bits
        What it weighs.
    """

    label: str
    said: tuple[str, str]
    found: str
    bits: float


@dataclass(frozen=True)
class Pair:
    """Two observations that were compared.

    Parameters
    ----------
    match
        A row of `schema.MATCH`.
    sides
        The observation of this camera first.
    comparisons
        Those that could be made.
    unknown
        What could not be compared, because it is not known of both.
    decided
        What a moderator has decided since the snapshot; None where nobody has.
    """

    match: Mapping[str, Any]
    sides: tuple[Side, Side]
    comparisons: Sequence[Comparison]
    unknown: Sequence[str]
    decided: str | None

    @property
    def within(self) -> bool:
        """Say whether both belong to one camera."""
        one, other = self.sides
        return bool(one.row["camera"] == other.row["camera"])

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return what a person may say of it; nothing where a moderator has decided."""
        return () if self.decided else MAY_ASK.get(self.match["outcome"], ())


@blueprint.get("/cameras/<camera_id>/matches")
def matches_page(camera_id: str) -> str:
    """Show each pair of a camera's observations with what speaks for and against it."""
    snapshot = site().snapshot()
    camera = camera_now(snapshot, camera_id)
    pairs, n_pairs = _pairs(snapshot, camera["id"])
    return render_template(
        "matches/index.html",
        camera=camera,
        title=KIND_NAMES[camera["kind"]],
        pairs=pairs,
        n_pairs=n_pairs,
        outcomes=OUTCOMES,
        parameters=snapshot.behind.parameters,
        token=make_token(site().signing_key, FORM),
    )


@blueprint.post("/cameras/<camera_id>/matches")
def ask(camera_id: str) -> WerkzeugResponse:
    """Take what somebody says of a pair, for a moderator to rule on."""
    check_sent(FORM)
    here = site()
    snapshot = here.snapshot()
    camera = camera_now(snapshot, camera_id)
    pair = request.form.get("first", ""), request.form.get("second", "")
    verdict = _verdict(snapshot, camera["id"], pair, request.form.get("verdict", ""))
    now = datetime.now(UTC)
    take_place(here.ledger, ceiling=here.settings.rate_submissions_per_hour, now=now)
    ask_ruling(here.ledger, *pair, verdict=verdict, received_on=now.date())
    return redirect(url_for("matches.thanks", camera_id=camera["id"]), 303)


@blueprint.get("/cameras/<camera_id>/matches/thanks")
def thanks(camera_id: str) -> str:
    """Say what happens next."""
    camera = camera_now(site().snapshot(), camera_id)
    return render_template("matches/thanks.html", camera=camera)


def _verdict(snapshot: Snapshot, camera_id: str, pair: tuple[str, str], said: str) -> Verdict:
    """Return what somebody says of a pair, if it stands in the snapshot and that can be said of it.

    Raises
    ------
    RequestInvalidError
        If not.
    """
    subjects = {row["subject"] for row in snapshot.evidence(camera_id)}
    low, high = sorted(pair)
    outcome = next(
        (
            match["outcome"]
            for match in snapshot.matches_of(subjects & {low, high})
            if (match["first"], match["second"]) == (low, high)
        ),
        "",
    )
    decided = _decided([low, high]) if outcome else {}
    for verdict in MAY_ASK.get(outcome, ()):
        if verdict == said and (low, high) not in decided:
            return verdict
    raise RequestInvalidError(
        "That cannot be said of these two: open the page again and see how they stand now."
    )


def _decided(subjects: Collection[str]) -> dict[tuple[str, str], str]:
    """Return the rulings on pairs of some subjects that stand in the ledger.

    What waits is nobody's business: when something was sent in must not be seen from outside.
    """
    rulings = rulings_of(site().ledger, subjects)
    return {(row.first, row.second): row.verdict for row in rulings if row.state == ACCEPTED}


def _pairs(snapshot: Snapshot, camera_id: str) -> tuple[list[Pair], int]:
    """Return the first pairs of a camera, and how many it has.

    Its own come first, then what a person may decide, the rest last; the likeliest before others.
    """
    own = {row["subject"]: row for row in snapshot.evidence(camera_id)}
    matches = sorted(
        snapshot.matches_of(own.keys()),
        key=lambda match: (
            not {match["first"], match["second"]} <= own.keys(),
            _ORDER.index(match["outcome"]),
            -match["weight"],
        ),
    )
    shown = matches[:_PAIRS_SHOWN]
    others = {match[end] for match in shown for end in ("first", "second")} - own.keys()
    rows = own | _rows_of(snapshot, others)
    titles = {row["id"]: row["title"] for row in snapshot.sources}
    decided = _decided(own.keys())
    pairs = []
    for match in shown:
        ends = sorted((match["first"], match["second"]), key=lambda end: end not in own)
        if all(end in rows for end in ends):
            one, other = (Side(rows[end], titles[rows[end]["source"]]) for end in ends)
            ruling = decided.get((match["first"], match["second"]))
            pairs.append(_pair(snapshot, match, (one, other), ruling))
    return pairs, len(matches)


def _rows_of(snapshot: Snapshot, subjects: set[str]) -> dict[str, dict[str, Any]]:
    """Return the evidence of subjects that belong to other cameras."""
    cameras = {snapshot.camera_of(subject) for subject in subjects} - {None}
    return {
        row["subject"]: row
        for camera in sorted(cameras, key=str)
        for row in snapshot.evidence(str(camera))
        if row["subject"] in subjects
    }


def _pair(
    snapshot: Snapshot, match: Mapping[str, Any], sides: tuple[Side, Side], ruling: str | None
) -> Pair:
    comparisons, unknown = [], []
    for finding in explain(match, snapshot.weights):
        name = _COLUMNS.get(finding.comparison, finding.comparison)
        label = label_of(name)
        if match.get(finding.comparison) == 0:
            unknown.append(label.lower())
            continue
        one, other = (said_in_words(name, side.row.get(name)) or "" for side in sides)
        comparisons.append(Comparison(label, (one, other), finding.label, finding.bits))
    decided = None if match["outcome"] == ruling else ruling
    return Pair(match, sides, comparisons, unknown, decided)
