"""Which name a camera keeps: the same one through re-imports, moves, merges and splits.

A camera's id is the *subject* of its founding observation: the stable name of one source's camera
(`observations.subjects`), 80 bits. What was published before is remembered as pairs of subject and
camera. From there:

- a cluster keeps the earlier camera that most of its observations belonged to; of equals, the one
  that was named first, then the one with the smallest id;
- of several clusters that claim one camera (a split), it stays with the one that holds its
  founding observation, else with the one that holds most of its observations;
- whoever is left without a name takes the subject of an observation of its own.

So a merge leaves one of two ids, the other leads to it (`resolved`), and a split gives it back.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.cameras.subjects import names_of, texts_of
from sightlines.schema import IDENTITY, short_digest

if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Protocol

    from numpy.typing import NDArray

    class _Cameras(Protocol):
        """Camera by subject."""

        def get(self, subject: str, /) -> str | None:
            """Return the camera of a subject; None for one that is not known."""


_NEVER = b""


def camera_ids(
    subjects: NDArray[np.bytes_], cluster: NDArray[np.int64], earlier: pa.Table | None
) -> NDArray[np.bytes_]:
    """Name the clusters of observations.

    Parameters
    ----------
    subjects
        S16, ascending, unique.
    cluster
        Number of the cluster of each.
    earlier
        `schema.IDENTITY` of what was published before; None for nothing.

    Returns
    -------
    array
        S16: the camera of each subject. Clusters have different ones.
    """
    before = _before(subjects, earlier)
    size = np.bincount(cluster, minlength=1)[cluster]
    # Whoever is alone and was never anybody else keeps his own name.
    plain = (size == 1) & ((before == _NEVER) | (before == subjects))
    ids = np.where(plain, subjects, _NEVER).astype(subjects.dtype)
    members: dict[int, list[int]] = {}
    for row in np.flatnonzero(~plain).tolist():
        members.setdefault(int(cluster[row]), []).append(row)
    taken = set(subjects[plain].tolist())
    names = _named(list(members.values()), subjects, before, taken, _turns(earlier))
    for rows, name in zip(members.values(), names, strict=True):
        ids[rows] = name
    return ids


def identities(
    subjects: NDArray[np.bytes_], ids: NDArray[np.bytes_], earlier: pa.Table | None
) -> pa.Table:
    """Remember who is who now, and who was who among those that are gone.

    Parameters
    ----------
    subjects, ids
        As of `camera_ids`.
    earlier
        As of `camera_ids`.

    Returns
    -------
    pa.Table
        `schema.IDENTITY`, by subject.
    """
    turns = _turns(earlier)
    own = np.isin(subjects, ids)
    turn = max(turns.values(), default=0) + 1
    named = [
        turns.get(name, turn if is_named else None)
        for name, is_named in zip(subjects.tolist(), own.tolist(), strict=True)
    ]
    now = pa.table(
        [texts_of(subjects), texts_of(ids), pa.array(named, pa.int64())], schema=IDENTITY
    )
    if earlier is None:
        return now
    gone = earlier.filter(pc.invert(pc.is_in(earlier["subject"], now["subject"])))
    became = _became(_before(subjects, earlier), ids)
    if became:
        # Who is gone follows his camera into the one that most of its subjects are in now.
        names = [became.get(name, name) for name in gone["camera"].to_pylist()]
        gone = gone.set_column(1, IDENTITY.field("camera"), pa.array(names, pa.string()))
    return pa.concat_tables([now, gone]).sort_by("subject").combine_chunks()


def resolved(subject: str, cameras: _Cameras, live: Container[str]) -> str | None:
    """Follow a subject, or the id of a camera that was merged, to a camera of today.

    Parameters
    ----------
    subject
        Either.
    cameras
        Camera by subject, as `identities` remembers.
    live
        Ids of today's cameras; asked with `in`.

    Returns
    -------
    str or None
        None where it never was published, or its camera is gone.
    """
    seen: set[str] = set()
    while subject not in seen:
        seen.add(subject)
        camera = cameras.get(subject)
        if camera is None:
            return None
        if camera in live:
            return camera
        subject = camera
    return None


def _became(before: NDArray[np.bytes_], ids: NDArray[np.bytes_]) -> dict[str, str]:
    """Return for each camera that is no more the one that most of its subjects are in."""
    lost = (before != _NEVER) & (before != ids) & ~np.isin(before, ids)
    votes: dict[bytes, Counter[bytes]] = {}
    for camera, now in zip(before[lost].tolist(), ids[lost].tolist(), strict=True):
        votes.setdefault(camera, Counter())[now] += 1
    return {
        camera.decode(): min(found, key=lambda name: (-found[name], name)).decode()
        for camera, found in votes.items()
    }


def _turns(earlier: pa.Table | None) -> dict[bytes, int]:
    """Return in which turn each camera was named."""
    if earlier is None:
        return {}
    known = earlier.filter(pc.is_valid(earlier["turn"]))
    return dict(zip(names_of(known["subject"]).tolist(), known["turn"].to_pylist(), strict=True))


def _before(subjects: NDArray[np.bytes_], earlier: pa.Table | None) -> NDArray[np.bytes_]:
    found = np.full(len(subjects), _NEVER, dtype=subjects.dtype)
    if earlier is None or not earlier.num_rows or not len(subjects):
        return found
    known, cameras = names_of(earlier["subject"]), names_of(earlier["camera"])
    place = np.minimum(np.searchsorted(known, subjects), len(known) - 1)
    there = known[place] == subjects
    found[there] = cameras[place[there]]
    return found


def _named(
    clusters: list[list[int]],
    subjects: NDArray[np.bytes_],
    before: NDArray[np.bytes_],
    taken: set[bytes],
    turns: dict[bytes, int],
) -> list[bytes]:
    """Return one name a cluster, none of those taken."""
    claims = [Counter(before[row] for row in rows if before[row] != _NEVER) for rows in clusters]
    owner: dict[bytes, tuple[bool, int, int]] = {}
    for number, (rows, claimed) in enumerate(zip(clusters, claims, strict=True)):
        own = {subjects[row] for row in rows}
        for camera, n in claimed.items():
            # The first of equals: clusters come in the order of their smallest subjects.
            claim = (camera in own, n, -number)
            owner[camera] = max(owner.get(camera, claim), claim)
    names: list[bytes | None] = []
    for number, claimed in enumerate(claims):
        won = [c for c in claimed if owner[c][2] == -number and c not in taken]
        # Bound now: the next turn of the loop has other claims.
        best = partial(_rank, claimed, turns)
        names.append(min(won, key=best, default=None))
    used = taken | {name for name in names if name is not None}
    for number, rows in enumerate(clusters):
        if names[number] is None:
            names[number] = _fresh([subjects[row] for row in rows], used)
            used.add(names[number] or b"")
    return [name for name in names if name is not None]


def _rank(
    claimed: Counter[bytes], turns: dict[bytes, int], camera: bytes
) -> tuple[int, int, bytes]:
    return -claimed[camera], turns.get(camera, sys.maxsize), camera


def _fresh(own: list[bytes], used: set[bytes]) -> bytes:
    free = [name for name in own if name not in used]
    if free:
        return free[0]
    # Every one of its subjects is the name of another camera: one made of the first.
    return short_digest("camera", own[0].decode()).encode()
