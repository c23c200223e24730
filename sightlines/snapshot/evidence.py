"""What stands behind a snapshot's cameras: statements, matches, and who was who.

    evidence.arrow     `schema.EVIDENCE`, by camera, best statement first
    identities.arrow   `schema.IDENTITY`, by subject
    records.arrow      `cameras.matches.RECORD`, by subject
    edges.arrow        `cameras.matches.EDGE`, by its rows of `records`
    conflation.json    the parameters, so that every weight can be computed again

The last three are also what the next publication starts from (`conflation_files`).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sightlines.cameras.identity import resolved
from sightlines.cameras.parameters import parameters_from_plain
from sightlines.cameras.subjects import names_of
from sightlines.schema import MATCH, OUTCOMES
from sightlines.snapshot.build import map_arrow

if TYPE_CHECKING:
    from collections.abc import Collection, Container
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from sightlines.cameras.parameters import Parameters

PARAMETERS = "conflation.json"


@dataclass(frozen=True, eq=False)
class Evidence:
    """The files of a snapshot, mapped into memory."""

    statements: pa.Table
    identities: pa.Table
    records: pa.Table
    edges: pa.Table
    parameters: Parameters

    @classmethod
    def open(cls, folder: Path) -> Evidence:
        """Open them.

        Parameters
        ----------
        folder
            Of the snapshot; its digests have been checked.

        Returns
        -------
        Evidence
            Mapped into memory.

        Raises
        ------
        OSError, ValueError, pa.ArrowException
            If a file is not what it should be.
        """
        said = orjson.loads((folder / PARAMETERS).read_bytes())
        return cls(
            statements=map_arrow(folder / "evidence.arrow"),
            identities=map_arrow(folder / "identities.arrow"),
            records=map_arrow(folder / "records.arrow"),
            edges=map_arrow(folder / "edges.arrow"),
            parameters=parameters_from_plain(said),
        )

    def of_camera(self, camera_id: str) -> list[dict[str, Any]]:
        """Return the statements about a camera, best first, as dictionaries."""
        name = camera_id.encode(errors="replace")
        low = int(np.searchsorted(self._cameras, name, "left"))
        high = int(np.searchsorted(self._cameras, name, "right"))
        rows: list[dict[str, Any]] = self.statements.slice(low, high - low).to_pylist()
        return rows

    def matches_of(self, subjects: Collection[str]) -> list[dict[str, Any]]:
        """Return the matches in which any of some subjects takes part.

        Parameters
        ----------
        subjects
            Of statements.

        Returns
        -------
        list of dict
            Rows of `schema.MATCH`, the heaviest first.
        """
        found: set[int] = set()
        for subject in subjects:
            row = self._row_of(subject)
            if row is None:
                continue
            low, high = np.searchsorted(self._first, [row, row + 1])
            found.update(range(int(low), int(high)))
            low, high = np.searchsorted(self._second[0], [row, row + 1])
            found.update(self._second[1][low:high].tolist())
        matches = [self._match(edge) for edge in sorted(found)]
        return sorted(matches, key=lambda row: (-row["weight"], row["first"], row["second"]))

    def camera_of(self, subject: str, live: Container[str]) -> str | None:
        """Return the camera of today that a subject, or an earlier camera's id, leads to.

        Parameters
        ----------
        subject
            Either.
        live
            Ids of this snapshot's cameras; asked with `in`.

        Returns
        -------
        str or None
            None where there is none.
        """
        return resolved(subject, _Looked(self._subjects, self.identities["camera"]), live)

    def outcomes(self, outcome: str) -> list[dict[str, Any]]:
        """Return the matches of one outcome, the most probable first."""
        wanted = OUTCOMES.index(outcome)
        edges = np.flatnonzero(self.edges["outcome"].to_numpy() == wanted)
        matches = [self._match(edge) for edge in edges.tolist()]
        keys = ("probability", "weight")
        return sorted(
            matches, key=lambda row: (*(-row[key] for key in keys), row["first"], row["second"])
        )

    def _match(self, edge: int) -> dict[str, Any]:
        row: dict[str, Any] = self.edges.slice(edge, 1).to_pylist()[0]
        for end in ("first", "second"):
            row[end] = self.records["subject"][row[end]].as_py()
        row["outcome"] = OUTCOMES[row["outcome"]]
        return {name: row[name] for name in MATCH.names}

    def _row_of(self, subject: str) -> int | None:
        name = subject.encode(errors="replace")
        place = int(np.searchsorted(self._records, name))
        there = place < len(self._records) and bytes(self._records[place]) == name
        return place if there else None

    @cached_property
    def _cameras(self) -> NDArray[np.bytes_]:
        return names_of(self.statements["camera"])

    @cached_property
    def _subjects(self) -> NDArray[np.bytes_]:
        return names_of(self.identities["subject"])

    @cached_property
    def _records(self) -> NDArray[np.bytes_]:
        return names_of(self.records["subject"])

    @cached_property
    def _first(self) -> NDArray[np.int64]:
        return np.asarray(self.edges["first"].to_numpy())

    @cached_property
    def _second(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        second = self.edges["second"].to_numpy()
        order = np.argsort(second, kind="stable")
        return second[order], order


@dataclass(frozen=True)
class _Looked:
    """Cameras by subject, found by halving."""

    subjects: NDArray[np.bytes_]
    cameras: pa.ChunkedArray

    def get(self, subject: str, /) -> str | None:
        name = subject.encode(errors="replace")
        place = bisect_left(self.subjects, name, key=bytes)
        if place == len(self.subjects) or bytes(self.subjects[place]) != name:
            return None
        found: str = self.cameras[place].as_py()
        return found
