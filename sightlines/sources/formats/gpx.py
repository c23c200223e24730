"""GPX: a row a waypoint; where somebody went (routes, tracks) is nothing of ours and left out.

References
----------
GPX 1.1 schema, topografix.com/GPX/1/1; GPX 1.0.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.formats.geometries import place_of_geometry
from sightlines.sources.formats.record_lists import Passes, names_of
from sightlines.sources.formats.xml_elements import XmlElement, flattened, gather, plain_names
from sightlines.sources.formats.xml_text import events, find_encoding
from sightlines.sources.table import Layout, Table, TableRow, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.sources.content import Content

FORMAT = "gpx"
_WGS84 = "EPSG:4326"
_LEFT_OUT = {"trk": "track:left_out", "rte": "track:left_out"}
_EXTENSIONS = "extensions."
_PLACE = frozenset({"@lon", "@lat"})


def parse(content: Content, layout: Layout) -> Table:
    """Parse the waypoints of GPX.

    Parameters
    ----------
    content
        GPX 1.0 or 1.1; opened three times and again for each pass through the rows.
    layout
        `encoding`.

    Returns
    -------
    Table
        Format `gpx`, in WGS 84. Routes and tracks are noted as `track:left_out`.

    Raises
    ------
    SourceRefusedError
        If it is no XML that can be read safely, has no waypoints, or more than 1,000 columns.
    """
    encoding = find_encoding(content, layout.encoding)
    walk = _Walk(content, encoding)
    names = names_of(_cells(waypoint) for waypoint in walk)
    if not walk.n_waypoints:
        raise SourceRefusedError(
            "The GPX file holds no waypoints: routes and tracks are not read as cameras."
        )
    return Table(
        format=FORMAT,
        headers=distinct(plain_names(names)),
        rows=Passes(lambda: _rows(content, encoding, names)),
        layout=replace(layout, encoding=encoding),
        crs=_WGS84,
        has_geometry=True,
        title=walk.title,
        notes=dict(walk.notes),
    )


class _Walk:
    """One pass through the waypoints; its counts and the title are complete at its end."""

    def __init__(self, content: Content, encoding: str) -> None:
        self.title: str | None = None
        self.notes: Counter[str] = Counter()
        self.n_waypoints = 0
        self._following = events(content, encoding)

    def __iter__(self) -> Iterator[XmlElement]:
        """Yield the waypoints."""
        is_inside = False
        for name, found in self._following:
            if name is None or not isinstance(found, dict):
                continue
            if not is_inside:
                is_inside = True
                continue
            element = gather(name, found, self._following)
            if name == "wpt":
                self.n_waypoints += 1
                yield element
            elif name in _LEFT_OUT:
                self.notes[_LEFT_OUT[name]] += 1
            elif name in {"name", "metadata"}:
                named = element.child("name") if name == "metadata" else element
                self.title = (named.text.strip() if named else "") or self.title


def _cells(waypoint: XmlElement) -> dict[str, str]:
    """Return what a waypoint says besides its place; extensions stand as its own."""
    cells: dict[str, str] = {}
    for name, text in flattened(waypoint).items():
        short = name.removeprefix(_EXTENSIONS)
        if name not in _PLACE and name != waypoint.name:
            cells[name if short in cells else short] = text
    return cells


def _rows(content: Content, encoding: str, names: tuple[str, ...]) -> Iterator[TableRow]:
    for number, waypoint in enumerate(_Walk(content, encoding), start=1):
        cells = _cells(waypoint)
        coordinates = [waypoint.attributes.get(name) or None for name in ("lon", "lat")]
        placed = place_of_geometry(number, {"type": "Point", "coordinates": coordinates})
        texts = [cells.get(name, "") for name in names]
        # In XML every number is a text: no note on that.
        yield TableRow(number, texts, placed.place, None, placed.faults)
