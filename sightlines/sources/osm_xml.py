"""OpenStreetMap files in XML (`.osm`, also packed with gzip or bzip2).

libosmium reads them like PBF, with base map and areas. It does not know what editors and Overpass
add: objects that are deleted or not yet uploaded, centres in place of nodes; and one bad number
ends it. Such files are read element by element instead, for their cameras alone.

References
----------
OpenStreetMap wiki, OSM XML, JOSM file format, Overpass API ("out center").
"""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast

import osmium

from sightlines.errors import SourceRefusedError
from sightlines.sources.formats.xml_elements import XmlElement, gather
from sightlines.sources.formats.xml_text import events, find_encoding, root_name
from sightlines.sources.osm_elements import reading_of
from sightlines.sources.osm_file import read_osm_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.sources.content import Content
    from sightlines.sources.reading import Reading

FORMAT = "osm_xml"
_GZIP, _BZIP2 = b"\x1f\x8b", b"BZh"
_CHUNK_BYTES = 1024**2
_OVERLAP_BYTES = 32
_UNUSUAL = (
    b"<center", b'action="delete"', b"action='delete'", b' id="-', b" id='-",
)  # fmt: skip
_DECLARES = (b"<!DOCTYPE", b"<!ENTITY")
_TYPES = frozenset({"node", "way", "relation"})
# Neither user nor uid nor changeset.
_KEPT = ("lat", "lon", "timestamp", "version")
_MOST_BYTES = 256 * 1024**2


def read_osm_xml(content: Content, *, base_map: bool = True) -> Reading:
    """Read an OpenStreetMap file in XML.

    Parameters
    ----------
    content
        A file, or bytes; packed or not.
    base_map
        Whether to read what a map is drawn from and the administrative areas as well.

    Returns
    -------
    Reading
        Format `osm_xml`; see `osm_file.read_osm_file`. Base map and areas are None for a file that
        had to be read element by element, which is noted as `base_map:left_out`.

    Raises
    ------
    SourceRefusedError
        If it is no OpenStreetMap XML, declares a document type or entities, is cut off, or is
        larger than the limits.
    """
    unpacked = _unpacked(content)
    _refuse_other(unpacked)
    n_bytes, is_unusual = _scan(unpacked)
    if not is_unusual:
        try:
            return read_osm_file(_file(content), format=FORMAT, base_map=base_map)
        # libosmium has no class of its own for a number or a text that it cannot read.
        except (SourceRefusedError, ValueError, osmium.InvalidLocationError) as reason:
            if n_bytes > _MOST_BYTES:
                raise SourceRefusedError("The OpenStreetMap file is cut off or broken.") from reason
    if n_bytes > _MOST_BYTES:
        raise SourceRefusedError(
            f"The file has what only editors write, and is larger than {_MOST_BYTES // 1024**2} "
            "MiB: save it as PBF and try again."
        )
    reading = _read_elements(unpacked)
    return replace(reading, notes={**reading.notes, "base_map:left_out": 1})


class _Unpacked(io.BufferedReader):
    """An unpacking stream that closes the packed one with itself."""

    def __init__(self, unpacking: gzip.GzipFile | bz2.BZ2File, packed: BinaryIO) -> None:
        super().__init__(cast("io.RawIOBase", unpacking))
        self._packed = packed

    def close(self) -> None:
        """Close both streams."""
        super().close()
        self._packed.close()


def _unpacked(content: Content) -> Content:
    """Return what a packed file holds; a file that is not packed as it is."""
    head = content.head(3)
    if not head.startswith((_GZIP, _BZIP2)):
        return content
    is_gzip = head.startswith(_GZIP)

    def unpack() -> BinaryIO:
        packed = content.open()
        unpacking = gzip.GzipFile(fileobj=packed) if is_gzip else bz2.BZ2File(packed)
        return _Unpacked(unpacking, packed)

    return replace(content, open=unpack, path=None)


def _file(content: Content) -> str | osmium.io.File:
    head = content.head(3)
    packed = ".gz" if head.startswith(_GZIP) else ".bz2" if head.startswith(_BZIP2) else ""
    if content.path is not None:
        return osmium.io.File(str(content.path), f"osm{packed}")
    return cast("osmium.io.File", osmium.io.FileBuffer(content.whole(), f"osm{packed}"))


def _refuse_other(unpacked: Content) -> None:
    try:
        head = unpacked.head()
    except (OSError, EOFError, zlib.error) as reason:
        raise SourceRefusedError(
            "The packed file is cut off or broken: download it again."
        ) from reason
    if not head:
        raise SourceRefusedError("The file is empty.")
    if root_name(head) != "osm":
        raise SourceRefusedError("The file is not OpenStreetMap XML: its root is not <osm>.")


def _scan(unpacked: Content) -> tuple[int, bool]:
    """Return the number of bytes, and whether there is something that libosmium does not know."""
    n_bytes, is_unusual, before = 0, False, b""
    try:
        with unpacked.open() as opened:
            while chunk := opened.read(_CHUNK_BYTES):
                n_bytes += len(chunk)
                seen = before + chunk
                before = seen[-_OVERLAP_BYTES:]
                if any(word in seen for word in _DECLARES):
                    raise SourceRefusedError(
                        "The file declares a document type or entities, which OpenStreetMap "
                        "files never do: it is not read."
                    )
                is_unusual = is_unusual or any(word in seen for word in _UNUSUAL)
                if n_bytes > unpacked.limits.inflated_bytes:
                    raise SourceRefusedError("The packed file holds more than may be unpacked.")
    except (OSError, EOFError, zlib.error) as reason:
        raise SourceRefusedError(
            "The packed file is cut off or broken: download it again."
        ) from reason
    return n_bytes, is_unusual


def _read_elements(unpacked: Content) -> Reading:
    encoding = find_encoding(unpacked)
    elements: list[object] = []
    bounds: object = None
    for element in _top_elements(unpacked, encoding):
        if element.name in _TYPES:
            elements.append(_element(element))
        elif element.name == "bounds":
            bounds = element.attributes
    return reading_of(elements, format_id=FORMAT, encoding=encoding, bounds=bounds)


def _top_elements(unpacked: Content, encoding: str) -> Iterator[XmlElement]:
    following = events(unpacked, encoding)
    next(following)
    for name, found in following:
        if name is not None and isinstance(found, dict):
            yield gather(name, found, following)


def _element(element: XmlElement) -> dict[str, object]:
    """Write an element as Overpass does in JSON, its numbers still texts."""
    attributes = element.attributes
    written: dict[str, object] = {"type": element.name, "id": _whole(attributes.get("id", ""))}
    written.update({key: attributes[key] for key in _KEPT if key in attributes})
    if attributes.get("visible") == "false" or attributes.get("action") == "delete":
        written["visible"] = False
    inner: dict[str, list[XmlElement]] = {}
    for child in element.children:
        inner.setdefault(child.name, []).append(child)
    if "tag" in inner:
        written["tags"] = {
            tag.attributes.get("k", ""): tag.attributes.get("v", "") for tag in inner["tag"]
        }
    for name in ("center", "bounds"):
        if name in inner:
            written[name] = inner[name][0].attributes
    if "nd" in inner:
        written["nodes"] = [_whole(node.attributes.get("ref", "")) for node in inner["nd"]]
        written["geometry"] = [node.attributes for node in inner["nd"] if "lat" in node.attributes]
    if "member" in inner:
        written["members"] = [_member(member) for member in inner["member"]]
    return written


def _member(member: XmlElement) -> dict[str, object]:
    written: dict[str, object] = dict(member.attributes)
    written["ref"] = _whole(member.attributes.get("ref", ""))
    if member.children:
        written["geometry"] = [point.attributes for point in member.children]
    return written


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
