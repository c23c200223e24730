"""Overpass answers in JSON: the elements that are devices, by their tags.

Bare lists of elements, as people save them, are read as well.

References
----------
OpenStreetMap wiki, Overpass API, "Output formats" and "remark".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.formats.json_text import as_text, read_json
from sightlines.sources.osm_elements import reading_of

if TYPE_CHECKING:
    from sightlines.sources.content import Content
    from sightlines.sources.reading import Reading

FORMAT = "overpass"
_TYPES = frozenset({"node", "way", "relation"})
_OF_AN_ELEMENT = frozenset(
    {"tags", "lat", "lon", "center", "geometry", "nodes", "members", "bounds", "timestamp"}
)
_OF_AN_ANSWER = frozenset({"osm3s", "remark", "generator"})
_SAMPLE = 50
_REMARK_SIGNS = 160


def looks_like_elements(root: object) -> bool:
    """Say whether parsed JSON is an answer of Overpass, or a bare list of its elements."""
    if isinstance(root, dict):
        elements = root.get("elements")
        if not isinstance(elements, list):
            return False
        is_answer = not _OF_AN_ANSWER.isdisjoint(root)
        return (is_answer and not elements) or _are_elements(elements)
    return isinstance(root, list) and _are_elements(root)


def _are_elements(elements: list[object]) -> bool:
    sample = elements[:_SAMPLE]
    return 2 * sum(map(_is_element, sample)) > len(sample)


def _is_element(element: object) -> bool:
    return (
        isinstance(element, dict)
        and isinstance(element.get("type"), str)
        and element["type"] in _TYPES
        and isinstance(element.get("id"), int)
        and not _OF_AN_ELEMENT.isdisjoint(element)
    )


def read_overpass(content: Content, *, encoding: str | None = None) -> Reading:
    """Read an answer of Overpass.

    Parameters
    ----------
    content
        Taken whole; `limits.rows` is the most elements.
    encoding
        As in `encoding.decode`.

    Returns
    -------
    Reading
        Format `overpass`. Rows are the devices, and what is no element at all. An answer that was
        cut short is noted as `overpass:remark`. The extent is the answer's `bounds`, else None,
        noted as `no_extent`.

    Raises
    ------
    SourceRefusedError
        If it is no such answer, is an error of the server, holds no devices or too many elements.
    """
    read = read_json(content, encoding)
    answer = read.root if isinstance(read.root, dict) else {}
    elements = answer.get("elements", read.root)
    if not isinstance(elements, list) or not looks_like_elements(read.root):
        raise SourceRefusedError("This JSON is no answer of Overpass: it has no list of elements.")
    _refuse_empty(elements, answer.get("remark"), content.limits.rows)
    reading = reading_of(
        elements, format_id=FORMAT, encoding=read.encoding, bounds=answer.get("bounds")
    )
    if reading.rows_read == 0:
        raise SourceRefusedError("The answer holds no cameras or other surveillance devices.")
    if answer.get("remark"):
        reading.notes["overpass:remark"] = 1
    return reading


def _refuse_empty(elements: list[object], remark: object, row_limit: int | None) -> None:
    if not elements and remark:
        said = " ".join(as_text(remark).split())[:_REMARK_SIGNS]
        said = "".join(sign for sign in said if sign.isprintable())
        raise SourceRefusedError(
            f"The server did not finish the query ({said}): ask again later, or for a smaller area."
        )
    if not elements:
        raise SourceRefusedError("The answer holds no elements.")
    if row_limit is not None and len(elements) > row_limit:
        raise SourceRefusedError(
            f"The answer has more than {row_limit} elements: send it in several parts."
        )
