"""Proposals to OpenStreetMap as values, and how many there are of each kind (`osm_review`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Proposal:
    """One node to be looked at.

    Parameters
    ----------
    number
        OpenStreetMap's number of the node; None for one that it does not have.
    version
        That the proposal is made against; None for a new node.
    lon, lat
        WGS 84 degrees; OpenStreetMap's own for a node that it has.
    tags
        All tags of the node with those proposed.
    remark
        What to check, at most 255 characters.
    is_flag
        Whether it only says that the camera may be gone.
    """

    number: int | None
    version: int | None
    lon: float
    lat: float
    tags: dict[str, str]
    remark: str
    is_flag: bool = False


@dataclass
class Tally:
    """How many proposals there are, and what was left out.

    Parameters
    ----------
    new, changed, flagged
        Numbers of proposals.
    withheld
        Cameras of which something would be proposed, if a licence allowed it.
    left_out
        Number of cameras by reason: `not_active`, `not_located`, `disputed`, `private_home`,
        `no_camera`, `other_enforcement`, `outside_osm`, `once_in_osm` (others know a
        camera that people took out of OpenStreetMap), `not_a_node`, `no_version`, `incomplete` (we
        do not hold all of its tags, which an upload would take away).
    """

    new: int = 0
    changed: int = 0
    flagged: int = 0
    withheld: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
