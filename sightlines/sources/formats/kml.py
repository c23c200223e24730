"""KML: a row a placemark, wherever in the folders it stands.

Networks of files (NetworkLink), overlays and styles are never followed: they are counted. What an
HTML description holds as a table becomes columns, where most placemarks have the same keys.

References
----------
OGC KML 2.3 (12-007r2); Google's KML Reference for 2.0 to 2.2 and the `gx` extensions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sightlines.errors import SourceRefusedError
from sightlines.sources.formats.descriptions import Description, KeyCount, read_description
from sightlines.sources.formats.geometries import NUMBER_AS_TEXT, Placed, place_of_geometry
from sightlines.sources.formats.record_lists import Passes, names_of
from sightlines.sources.formats.xml_elements import XmlElement, flattened, gather
from sightlines.sources.formats.xml_text import events, find_encoding
from sightlines.sources.table import Layout, Table, TableRow, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.sources.content import Content

FORMAT = "kml"
_WGS84 = "EPSG:4326"
_CONTAINERS = frozenset({"Folder", "Document"})
_LEFT_OUT = {
    "NetworkLink": "network_link:left_out",
    "GroundOverlay": "overlay:left_out",
    "PhotoOverlay": "overlay:left_out",
    "ScreenOverlay": "overlay:left_out",
}
_TEXTS = frozenset({"name", "address", "phoneNumber", "snippet", "Snippet"})
_GEOMETRIES = frozenset(
    {
        "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack",
        "Model",
    }
)  # fmt: skip


class _Placemark(NamedTuple):
    """A placemark as read; cells by name, without those out of its description."""

    cells: dict[str, str]
    geometry: object
    native_id: str | None
    description: Description


def parse(content: Content, layout: Layout) -> Table:
    """Parse KML.

    Parameters
    ----------
    content
        KML of any version, or what a KMZ holds; opened three times and again for each pass
        through the rows.
    layout
        `encoding`.

    Returns
    -------
    Table
        Format `kml`, in WGS 84. The column `folder` holds the names of the folders, the outer one
        first, joined by `/`.

    Raises
    ------
    SourceRefusedError
        If it is no XML that can be read safely, has no placemarks, or more than 1,000 columns.
    """
    encoding = find_encoding(content, layout.encoding)
    walk = _Walk(content, encoding)
    names, keys = _columns(walk)
    return Table(
        format=FORMAT,
        headers=distinct((*names, *keys)),
        rows=Passes(lambda: _rows(content, encoding, names, keys)),
        layout=replace(layout, encoding=encoding),
        crs=_WGS84,
        has_geometry=True,
        title=walk.title,
        notes=dict(sorted(walk.notes.items())),
    )


def _columns(walk: _Walk) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the placemarks' cells, and the regular keys of their descriptions."""
    counted = KeyCount()
    names = names_of(_counted(placemark, counted) for placemark in walk)
    if walk.n_placemarks:
        return names, names_of([counted.regular()])
    if walk.notes[_LEFT_OUT["NetworkLink"]]:
        raise SourceRefusedError(
            "This KML file only links to another one, and links are never followed: download what "
            "it links to and send that."
        )
    raise SourceRefusedError("The KML file holds no placemarks.")


def _counted(placemark: _Placemark, counted: KeyCount) -> dict[str, str]:
    counted.take(placemark.description)
    return placemark.cells


class _Walk:
    """One pass through the placemarks; its counts and the title are complete at its end."""

    def __init__(self, content: Content, encoding: str) -> None:
        self.title: str | None = None
        self.notes: Counter[str] = Counter()
        self.n_placemarks = 0
        self._following = events(content, encoding)
        self._above: list[tuple[str, str]] = []

    def __iter__(self) -> Iterator[_Placemark]:
        """Yield the placemarks."""
        for name, found in self._following:
            if name is None:
                continue
            if not isinstance(found, dict):
                self._above.pop()
            elif name == "Placemark":
                self.n_placemarks += 1
                yield _placemark(gather(name, found, self._following), self._folder())
            elif name in _LEFT_OUT:
                self.notes[_LEFT_OUT[name]] += 1
                gather(name, found, self._following)
            elif name == "name" and self._above and self._above[-1][0] in _CONTAINERS:
                self._call(gather(name, found, self._following).text.strip())
            else:
                self._above.append((name, ""))

    def _call(self, text: str) -> None:
        """Give the open container its name."""
        kind = self._above[-1][0]
        self._above[-1] = kind, text
        if kind == "Document" and self.title is None and text:
            self.title = text

    def _folder(self) -> str:
        return "/".join(text for kind, text in self._above if kind == "Folder" and text)


def _placemark(element: XmlElement, folder: str) -> _Placemark:
    cells = {"folder": folder} if folder else {}
    geometries: list[object] = []
    description = Description("", {})
    for child in element.children:
        text = child.text.strip()
        if child.name in _TEXTS:
            cells[child.name.casefold()] = text
        elif child.name == "description":
            description = read_description(child.text)
            cells["description"] = description.text
        elif child.name in {"TimeStamp", "TimeSpan"}:
            cells.update({time.name: time.text.strip() for time in child.children})
        elif child.name == "ExtendedData":
            extended = _extended(child)
            cells.update(
                {name if name not in cells else f"data.{name}": extended[name] for name in extended}
            )
        elif child.name in _GEOMETRIES:
            geometries.append(_geometry(child))
    geometry = (
        geometries[0]
        if len(geometries) == 1
        else {"type": "GeometryCollection", "geometries": geometries}
    )
    return _Placemark(
        cells, geometry if geometries else None, element.attributes.get("id"), description
    )


def _extended(element: XmlElement) -> dict[str, str]:
    """Return named values, typed or not, and the elements of anybody else."""
    cells: dict[str, str] = {}
    for child in element.children:
        if child.name == "Data":
            value = child.child("value")
            cells[child.attributes.get("name", "")] = value.text.strip() if value else ""
        elif child.name == "SchemaData":
            for simple in child.children:
                if simple.name == "SimpleData":
                    cells[simple.attributes.get("name", "")] = simple.text.strip()
        else:
            for name, text in flattened(child).items():
                below = name if name == child.name else f"{child.name}.{name}"
                cells[below.replace("@", "")] = text
    return cells


def _geometry(element: XmlElement) -> dict[str, object]:
    """Write a geometry as GeoJSON does, its numbers still texts."""
    if element.name in {"MultiGeometry", "MultiTrack"}:
        inner = [_geometry(child) for child in element.children if child.name in _GEOMETRIES]
        return {"type": "GeometryCollection", "geometries": inner}
    if element.name == "Polygon":
        rings = [
            _tuples(part.text)
            for boundary in ("outerBoundaryIs", "innerBoundaryIs")
            for child in element.children
            if child.name == boundary
            for part in child.walk()
            if part.name == "coordinates"
        ]
        return {"type": "Polygon", "coordinates": rings}
    if element.name == "Track":
        coordinates = [child.text.split() for child in element.children if child.name == "coord"]
        return {"type": "LineString", "coordinates": coordinates}
    if element.name == "Model":
        return {"type": "Point", "coordinates": _location(element)}
    coordinates = _tuples(
        "".join(part.text for part in element.children if part.name == "coordinates")
    )
    if element.name != "Point":
        return {"type": "LineString", "coordinates": coordinates}
    return {"type": "MultiPoint", "coordinates": coordinates}


def _tuples(text: str) -> list[list[str]]:
    """Return the tuples of a text; blanks stand between them, and now and then behind a comma."""
    joined = ",".join(part.strip() for part in text.split(","))
    return [part.split(",") for part in joined.split()]


def _location(model: XmlElement) -> list[str]:
    location = model.child("Location")
    parts = (location.child(name) for name in ("longitude", "latitude")) if location else ()
    return [part.text for part in parts if part is not None]


def _rows(
    content: Content, encoding: str, names: tuple[str, ...], keys: tuple[str, ...]
) -> Iterator[TableRow]:
    for number, placemark in enumerate(_Walk(content, encoding), start=1):
        pairs = placemark.description.pairs
        placed = place_of_geometry(number, placemark.geometry) if placemark.geometry else Placed()
        yield TableRow(
            number,
            [
                *(placemark.cells.get(name, "") for name in names),
                *(pairs.get(key, "") for key in keys),
            ],
            placed.place,
            placemark.native_id or None,
            placed.faults,
            # In XML every number is a text.
            tuple(note for note in placed.notes if note != NUMBER_AS_TEXT),
        )
