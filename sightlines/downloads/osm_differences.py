"""Write our differences from OpenStreetMap as a file for JOSM, for people to review.

Nothing of it goes to OpenStreetMap by itself: `upload="false"` makes JOSM warn before it sends the
layer. A camera that OpenStreetMap does not have is a new node; one that it has is that node in the
version we know, marked as changed, with all of its own tags and the proposed ones. What to check
stands in the tag `fixme`, which JOSM finds by a search and its validator lists, and which has to be
taken out before an upload; a node that has a `fixme` of its own keeps it, and gets `fixme:review`.

References
----------
OpenStreetMap wiki, JOSM file format, OSM XML, Key:fixme, Import/Guidelines.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from sightlines.downloads.osm_ground import osm_ground
from sightlines.downloads.osm_review import proposals
from sightlines.downloads.osm_tags import in_xml
from sightlines.licences import ODBL, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    import shapely

    from sightlines.downloads.osm_proposals import Proposal, Tally
    from sightlines.snapshot.reader import Snapshot

MEDIA_TYPE = "application/vnd.openstreetmap.data+xml"

_REMARK, _SECOND_REMARK = "fixme", "fixme:review"
# OpenStreetMap's own precision: a node that is changed must not move.
_DECIMALS = 7


def osm_differences(
    evidence: pa.Table,
    cameras: pa.Table,
    tally: Tally,
    *,
    generator: str,
    ground: Mapping[str, shapely.Geometry] | None = None,
    held_until: datetime | None = None,
) -> Iterator[bytes]:
    """Write what people may want to put right in OpenStreetMap.

    Parameters
    ----------
    evidence
        `schema.EVIDENCE` of one snapshot.
    cameras
        Its `schema.CAMERA`.
    tally
        Filled while the file is taken.
    generator
        What wrote the file, for example the site's name.
    ground, held_until
        As in `osm_review.proposals`.

    Yields
    ------
    bytes
        UTF-8; together one document in OSM XML 0.6: new nodes -1, -2, ..., then those that
        OpenStreetMap has, by number. The last line is a comment with the numbers of each.
    """
    known: list[Proposal] = []
    yield _head(generator).encode()
    for proposal in proposals(evidence, cameras, tally, ground=ground, held_until=held_until):
        if proposal.number is None:
            yield _node(proposal, -tally.new).encode()
        else:
            known.append(proposal)
    for proposal in sorted(known, key=lambda one: one.number or 0):
        yield _node(proposal, proposal.number or 0).encode()
    yield f"</osm>\n<!-- {summary_text(tally)} -->\n".encode()


def differences_of(
    snapshot: Snapshot, tally: Tally, *, site_name: str, removal_hold_s: int
) -> Iterator[bytes]:
    """Write the differences of a snapshot from OpenStreetMap.

    Parameters
    ----------
    snapshot
        Whose cameras are compared.
    tally
        As for `osm_differences`.
    site_name
        What this site is called.
    removal_hold_s
        How long a camera that its source no longer lists still counts as listed.

    Returns
    -------
    iterator of bytes
        As from `osm_differences`; the same for the same snapshot.
    """
    # A snapshot does not say when it was sealed. Its newest reading came no later, so nobody is
    # called gone here whom the snapshot itself still heard.
    date = snapshot.manifest.date
    hold = timedelta(seconds=removal_hold_s)
    statements = snapshot.behind.statements
    return osm_differences(
        statements,
        snapshot.cameras,
        tally,
        generator=f"{site_name}, snapshot {snapshot.id}",
        ground=osm_ground(statements, snapshot.sources),
        held_until=datetime.fromisoformat(date) - hold if date else None,
    )


def summary_text(tally: Tally) -> str:
    """Write a tally as one line for people."""
    left_out = sum(tally.left_out.values())
    return (
        f"{tally.new} new, {tally.changed} changed, {tally.flagged} perhaps gone; "
        f"{tally.withheld} withheld because of their licence, {left_out} left out."
    )


def _head(generator: str) -> str:
    licence = quoteattr(find(ODBL).url)
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<osm version="0.6" generator={quoteattr(in_xml(generator))} upload="false" '
        f'attribution="https://www.openstreetmap.org/copyright" license={licence}>\n'
    )


def _node(proposal: Proposal, number: int) -> str:
    version = "" if proposal.version is None else f' version="{proposal.version}"'
    key = _SECOND_REMARK if _REMARK in proposal.tags else _REMARK
    tags = {**proposal.tags, key: in_xml(proposal.remark)}
    lines = [
        f'  <node id="{number}"{version} action="modify" visible="true" '
        f'lat="{proposal.lat:.{_DECIMALS}f}" lon="{proposal.lon:.{_DECIMALS}f}">\n',
        *(f"    <tag k={quoteattr(k)} v={quoteattr(v)}/>\n" for k, v in tags.items()),
        "  </node>\n",
    ]
    return "".join(lines)
