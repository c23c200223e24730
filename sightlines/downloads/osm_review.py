"""What people may want to put right in OpenStreetMap: proposals to be looked at, one by one.

Terms
-----
element
    What OpenStreetMap says of a camera: a statement whose native id is that of a node, way or
    relation, whoever passed it on to us. An *edition* of a node is one whose version is known.
others
    The statements of the same camera that are no elements.
proposal
    A node that OpenStreetMap does not have; or one that it has, with what others say of it; or one
    that all others say is gone.

A statement is proposed only where its licence lets it go to OpenStreetMap (`licences`), or it was
contributed to that end; one that may not is not even hinted at. OpenStreetMap's own tag always
stays: what contradicts it is a remark. Nothing is ever deleted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
import shapely

from sightlines.attributes import PRIVATE_HOME_TYPES
from sightlines.downloads.osm_candidates import candidates
from sightlines.downloads.osm_comparison import compared, first_said
from sightlines.downloads.osm_proposals import Proposal, Tally
from sightlines.downloads.osm_tags import (
    LONGEST,
    PASSED_ON,
    class_tags,
    has_tags,
    in_xml,
    is_passed_on,
    key_of,
    tag_text,
)
from sightlines.licences import may_go_to_osm
from sightlines.schema import CONTRIBUTIONS
from sightlines.sources.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa

    Row = dict[str, Any]

_NODE = re.compile(r"node/([1-9][0-9]{0,18})")
_MOST_SOURCES = 3


def proposals(
    evidence: pa.Table,
    cameras: pa.Table,
    tally: Tally,
    *,
    ground: Mapping[str, shapely.Geometry] | None = None,
    held_until: datetime | None = None,
) -> Iterator[Proposal]:
    """Compare what we know with what OpenStreetMap says.

    Parameters
    ----------
    evidence
        `schema.EVIDENCE`; the best statement of a camera first.
    cameras
        `schema.CAMERA`; of others there is no word.
    tally
        Filled while the proposals are taken.
    ground
        Kind -> WGS 84 polygons where we know which cameras of it OpenStreetMap has (`osm_ground`):
        elsewhere it may have one that we have not read. None for everywhere.
    held_until
        A source that has not listed a camera since later than that still counts as listing it; None
        for no such hold.

    Yields
    ------
    Proposal
        In the order of the cameras.
    """
    if ground is not None:
        shapely.prepare(list(ground.values()))
    for camera, statements in candidates(evidence, cameras):
        for statement in statements:
            since = statement["missing_since"]
            is_held = since is not None and held_until is not None and since > held_until
            statement["is_gone"] = since is not None and not is_held
        elements = [row for row in statements if row["is_element"]]
        others = [row for row in statements if not row["is_element"]]
        reason = _reason_for_silence(camera, others)
        if reason is not None:
            tally.left_out[reason] += 1
            continue
        found = (
            _changed(elements, others, tally) if elements else _new(camera, others, tally, ground)
        )
        if found is not None:
            yield found


def _reason_for_silence(camera: Row, others: Sequence[Row]) -> str | None:
    """Return why nothing at all is said of a camera; None where something may be."""
    if camera["camera_type"] in PRIVATE_HOME_TYPES or any(row["private_home"] for row in others):
        return "private_home"
    return "disputed" if camera["verification"] == "disputed" else None


def _may_go(statement: Row) -> bool:
    return statement["source"] == CONTRIBUTIONS or may_go_to_osm(statement["licence"])


def _is_current(statement: Row) -> bool:
    return not statement["is_gone"] and statement["status"] == "active"


def _new(
    camera: Row,
    others: Sequence[Row],
    tally: Tally,
    ground: Mapping[str, shapely.Geometry] | None,
) -> Proposal | None:
    """Propose a camera that OpenStreetMap does not have."""
    reason = _reason_against(camera, others)
    if reason is not None:
        tally.left_out[reason] += 1
        return None
    located = [row for row in others if _is_current(row) and row["lon"] is not None]
    said = [row for row in located if _may_go(row)]
    if not said:
        tally.withheld += 1
        return None
    lon, lat = said[0]["lon"], said[0]["lat"]
    kind: str = first_said(said, "kind", "unknown")
    if ground is not None and not shapely.intersects_xy(ground[kind], lon, lat):
        tally.left_out["outside_osm"] += 1
        return None
    if not has_tags(kind, first_said(said, "enforcement")):
        tally.left_out["other_enforcement"] += 1
        return None
    tags = class_tags(kind)
    for attribute in PASSED_ON:
        text = tag_text(attribute, first_said(said, attribute.name))
        if text is not None and is_passed_on(attribute, kind):
            tags[key_of(attribute, kind)] = text
    heads = first_said(said, "camera_count") or 1
    several = f" It counts {heads} cameras here." if heads > 1 else ""
    remark = f"Check before adding: {_named(said)} has it, OpenStreetMap had not.{several}"
    tally.new += 1
    return Proposal(None, None, lon, lat, tags, remark[:LONGEST])


def _reason_against(camera: Row, others: Sequence[Row]) -> str | None:
    """Return why a camera is not proposed, whoever speaks of it; None where it may be."""
    current = [row for row in others if _is_current(row)]
    reasons = {
        "not_active": camera["status"] != "active" or not current,
        "no_camera": camera["camera_count"] == 0,
        "not_located": all(row["lon"] is None for row in current),
        "other_enforcement": not has_tags(camera["kind"], camera["enforcement"]),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _changed(elements: Sequence[Row], others: Sequence[Row], tally: Tally) -> Proposal | None:
    """Propose what others know of a camera that OpenStreetMap has, or that it is gone."""
    listed = [row for row in elements if not row["is_gone"]]
    if not listed:
        if any(map(_is_current, others)):
            tally.left_out["once_in_osm"] += 1
        return None
    element = max(listed, key=lambda row: (row["native_version"] is not None, _edition(row)))
    tags, remark, is_flag, is_withheld = _difference(element, others)
    if is_withheld:
        tally.withheld += 1
    if remark is None:
        return None
    node = _NODE.fullmatch(element["native_id"])
    own = _own_tags(element)
    reason = _reason_against_edit(element, own, is_node=node is not None)
    if reason is not None or node is None or own is None:
        tally.left_out[str(reason)] += 1
        return None
    tally.flagged += is_flag
    tally.changed += not is_flag
    return Proposal(
        int(node[1]),
        element["native_version"],
        element["lon"],
        element["lat"],
        {**own, **tags},
        remark[:LONGEST],
        is_flag,
    )


def _edition(element: Row) -> int:
    return element["native_version"] or 0


def _difference(
    element: Row, others: Sequence[Row]
) -> tuple[dict[str, str], str | None, bool, bool]:
    """Return what to add, what to check, whether that is that it is gone, whether more is withheld.

    Nothing to check is None.
    """
    free = [row for row in others if _may_go(row)]
    if all(row["is_gone"] or row["status"] == "removed" for row in others):
        if element["status"] != "active":
            return {}, None, False, False
        remark = f"Check whether it still stands: {_named(free)} no longer has it."
        return {}, remark if free else None, bool(free), not free
    raw = _own_tags(element) or {}
    said = [row for row in free if _is_current(row)]
    tags, contradictions = compared(element, raw, said)
    if not tags and not contradictions:
        everybody = [row for row in others if _is_current(row)]
        return {}, None, False, any(compared(element, raw, everybody))
    parts = [f"{', '.join(tags)} from {_named(said)}"] if tags else []
    if contradictions:
        parts.append(f"{_named(said)} says otherwise: {'; '.join(contradictions)}")
    return tags, f"Check: {'. '.join(parts)}", False, False


def _own_tags(element: Row) -> dict[str, str] | None:
    """Return the tags of an element; None where its source's own words are no tags."""
    try:
        raw = orjson.loads(element["raw"])
    except orjson.JSONDecodeError:
        return None
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        return None
    return raw


def _reason_against_edit(element: Row, own: dict[str, str] | None, *, is_node: bool) -> str | None:
    """Return why an element cannot be written with what is to be changed; None where it can."""
    if not is_node:
        return "not_a_node"
    if element["native_version"] is None:
        return "no_version"
    if element["lon"] is None:
        return "not_located"
    is_whole = own is not None and all(
        0 < len(key) <= LONGEST
        and len(value) <= LONGEST
        and REDACTED not in key + value
        and in_xml(key + value) == key + value
        for key, value in own.items()
    )
    return None if is_whole else "incomplete"


def _named(statements: Sequence[Row]) -> str:
    """Name the sources of statements with their licences."""
    named = dict.fromkeys(f"{row['source']} ({row['licence']})" for row in statements)
    more = f" and {len(named) - _MOST_SOURCES} more" if len(named) > _MOST_SOURCES else ""
    return ", ".join(list(named)[:_MOST_SOURCES]) + more
