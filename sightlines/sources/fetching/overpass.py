"""Overpass servers: OpenStreetMap's elements, in one piece or in tiles.

An answer is only taken if the server says nothing of a failure: a `remark` may stand beside an
empty list or beside half of the elements. What a server cannot finish is asked for in four smaller
boxes. Of what comes, only the element, its tags, its place, version and time are written: never
who edited it.

References
----------
OpenStreetMap wiki, Overpass API: public instances, "remark", status 429 and 504.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sightlines.sources.fetching.failures import (
    AnswerRefusedError,
    BudgetSpentError,
    FetchFailedError,
)
from sightlines.sources.fetching.joining import as_json, joined
from sightlines.sources.fetching.limits import Fetched
from sightlines.sources.fetching.overpass_query import (
    LONGEST_S,
    WORLD,
    bounds_query,
    count_query,
    elements_query,
    quarters,
)
from sightlines.sources.free_text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from sightlines.sources.addresses import Address, Box
    from sightlines.sources.fetching.limits import Validators
    from sightlines.sources.fetching.transport import Transport

# Public servers with the whole world (OpenStreetMap wiki, "Public Overpass API instances").
MIRRORS = (
    "https://overpass-api.de/api/interpreter",
    "https://overpass.private.coffee/api/interpreter",
    "https://maps.mail.ru/osm/tools/overpass/api/interpreter",
)
DEEPEST = 6
_TYPES = ("node", "way", "relation")
_KEPT = (
    "type", "id", "lat", "lon", "timestamp", "version", "center", "bounds", "geometry", "nodes",
    "members", "tags",
)  # fmt: skip
_SIDES = ("minlon", "minlat", "maxlon", "maxlat")
_FAILURE = re.compile(r"error|time[d ]*out|out of memory|too busy", re.I)
_BUSY = re.compile(r"dispatcher|too busy|rate_limited", re.I)
_SHOWN = 160
_GATEWAY_TIMEOUT = 504
_SLACK_S = 30
Json = dict[str, Any]


class TooHeavyError(FetchFailedError):
    """A server cannot finish a query; a smaller one may do."""


def fetch_overpass(
    address: Address,
    stem: Path,
    transport: Transport,
    known: Validators | None,  # noqa: ARG001 - answers have no validators
) -> Fetched:
    """Fetch the elements that a query finds into one file as Overpass writes it.

    Parameters
    ----------
    address, stem, transport, known
        As for `plain.fetch_plain`; `address.url` may name the servers to ask.

    Raises
    ------
    FetchFailedError
        If no server gives the whole.
    """
    survey = _Survey(address, transport, list(address.url.split() or MIRRORS))
    survey.gather(address.bbox)
    path = stem.with_name(f"{stem.name}.json")
    # No time of the database stands here: the same elements are the same file.
    head: Json = {"version": 0.6, "generator": "Overpass API"}
    if address.bbox is not None:
        head["bounds"] = dict(zip(_SIDES, address.bbox, strict=True))
    with joined(path, head, "elements") as add:
        add(survey.elements[key][1] for key in sorted(survey.elements))
    return Fetched(
        path,
        survey.mirrors[0],
        n_requests=transport.n_requests,
        n_bytes=transport.n_bytes,
        notes=dict(transport.notes),
    )


@dataclass
class _Survey:
    """The elements of a ground, gathered from whichever server answers.

    `mirrors` begins with the one that answered last. `elements` is type and id -> version and the
    element as it is written.
    """

    address: Address
    transport: Transport
    mirrors: list[str]
    elements: dict[tuple[int, int], tuple[int, bytes]] = field(default_factory=dict)

    def gather(self, box: Box | None, depth: int = 0) -> None:
        """Add the elements of a box, None for all of an area; in four parts where it must be."""
        query = elements_query(self.address, box, self._timeout_s)
        try:
            found = self._answer(query, may_split=depth < DEEPEST)
        except TooHeavyError:
            if depth == DEEPEST:
                raise
            self.transport.notes["overpass:split"] += 1
            for part in quarters(box or self._bounds()):
                self.gather(part, depth + 1)
            return
        if not found:
            self._check_empty(box)
        for element in found:
            self._keep(element)

    @property
    def _timeout_s(self) -> int:
        return max(1, min(LONGEST_S, int(self.transport.left_s)))

    def _answer(self, query: str, *, may_split: bool) -> list[object]:
        """Return the elements of an answer that is whole, from the first server that has one."""
        is_heavy = False
        last: FetchFailedError | None = None
        for mirror in tuple(self.mirrors):
            try:
                return self._asked(mirror, query)
            except BudgetSpentError:
                raise
            except TooHeavyError as reason:
                if may_split:
                    raise
                last, is_heavy = reason, True
            except FetchFailedError as reason:
                last = reason
                is_heavy |= getattr(reason, "status", None) == _GATEWAY_TIMEOUT
            self.mirrors.append(self.mirrors.pop(0))
            self.transport.notes["overpass:next_mirror"] += 1
        if is_heavy:
            raise TooHeavyError(str(last)) from last
        raise last or AnswerRefusedError("There is no server of Overpass to ask.")

    def _asked(self, mirror: str, query: str) -> list[object]:
        answer = self.transport.json(
            f"{mirror}?{urlencode({'data': query})}", read_s=self._timeout_s + _SLACK_S
        )
        elements = answer.get("elements") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(elements, list):
            raise AnswerRefusedError("The server answers with something that has no elements.")
        remark = answer.get("remark")
        if remark:
            self._read_remark(remark, is_empty=not elements)
        return elements

    def _read_remark(self, remark: object, *, is_empty: bool) -> None:
        """Refuse an answer whose remark speaks of a failure; note any other one."""
        said = clean(remark)[:_SHOWN] if isinstance(remark, str) else "a remark of another kind"
        if _BUSY.search(said):
            raise AnswerRefusedError(f"The server of Overpass is too busy ({said}).")
        if is_empty or not isinstance(remark, str) or _FAILURE.search(remark):
            raise TooHeavyError(f"The server of Overpass did not finish the query ({said}).")
        self.transport.notes["overpass:remark"] += 1

    def _check_empty(self, box: Box | None) -> None:
        """Refuse an empty list unless the server, asked to count, finds nothing either."""
        counted = self._answer(count_query(self.address, box, self._timeout_s), may_split=False)
        totals = [_total(row) for row in counted]
        if len(totals) != (2 if self.address.area else 1) or None in totals:
            raise AnswerRefusedError("The server sends nothing, and does not say how much it has.")
        if self.address.area and totals[0] == 0:
            raise AnswerRefusedError(f"The server knows no area {self.address.area}.")
        if totals[-1] != 0:
            raise AnswerRefusedError(f"The server sends nothing, but counts {totals[-1]} elements.")
        self.transport.notes["overpass:empty"] += 1

    def _bounds(self) -> Box:
        """Return the box that the area lies in; the world where the server does not know."""
        found = self._answer(bounds_query(self.address, self._timeout_s), may_split=False)
        boxes = [
            row["bounds"]
            for row in found
            if isinstance(row, dict) and isinstance(row.get("bounds"), dict)
        ]
        sides = [[box.get(side) for box in boxes] for side in _SIDES]
        if not boxes or not all(isinstance(side, int | float) for row in sides for side in row):
            return WORLD
        return min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])

    def _keep(self, element: object) -> None:
        """Keep an element without its editor; of two of one id the newer version."""
        if not isinstance(element, dict) or element.get("type") not in _TYPES:
            self.transport.notes["overpass:not_an_element"] += 1
            return
        id_, version = element.get("id"), element.get("version")
        if not isinstance(id_, int) or isinstance(id_, bool):
            self.transport.notes["overpass:not_an_element"] += 1
            return
        key = (_TYPES.index(element["type"]), id_)
        number = version if isinstance(version, int) else 0
        if key in self.elements:
            self.transport.notes["overpass:repeated"] += 1
            if number <= self.elements[key][0]:
                return
        kept = {name: element[name] for name in _KEPT if name in element}
        self.elements[key] = (number, as_json(kept))


def _total(row: object) -> int | None:
    """Return the total of a row that `out count` has made; None for any other."""
    tags = row.get("tags") if isinstance(row, dict) and row.get("type") == "count" else None
    said = tags.get("total") if isinstance(tags, dict) else None
    return int(said) if isinstance(said, str) and said.isdecimal() else None
