"""What statements say of a camera that an element of OpenStreetMap lacks, or says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightlines.downloads.osm_tags import (
    PASSED_ON,
    class_tags,
    is_passed_on,
    key_of,
    tag_text,
    type_tag,
)
from sightlines.sources.direction import bearings_apart_deg
from sightlines.sources.normalise import DIFFERENT_DEG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightlines.attributes import Attribute

    Row = Mapping[str, Any]

# Numbers that differ by less, in the attribute's unit, are not worth a look.
_ALIKE = 0.5


def compared(
    element: Row, tags: Mapping[str, str], statements: Sequence[Row]
) -> tuple[dict[str, str], list[str]]:
    """Compare an element with what others say.

    Parameters
    ----------
    element
        A row of `schema.EVIDENCE`.
    tags
        The element's own.
    statements
        Rows of `schema.EVIDENCE` of the same camera, the best first.

    Returns
    -------
    added
        Tags that the element lacks.
    contradictions
        Key and value of what the element says otherwise.
    """
    added, contradictions = _compare_kinds(element, tags, statements)
    kind = element["kind"]
    for attribute in PASSED_ON:
        value = first_said(statements, attribute.name)
        text = tag_text(attribute, value)
        if text is None or not is_passed_on(attribute, kind):
            continue
        key = key_of(attribute, kind)
        own = element[attribute.name]
        if own is None and tags.keys().isdisjoint(attribute.keys):
            added[key] = text
        elif own is None or not are_alike(attribute, own, value):
            contradictions.append(f"{key}={text}")
    return added, contradictions


def first_said(statements: Sequence[Row], name: str, unknown: str | None = None) -> Any:  # noqa: ANN401
    """Return what the best statement that knows says; `unknown` for none.

    Parameters
    ----------
    statements
        Rows of `schema.EVIDENCE`, the best first.
    name
        Of the column, whose values may be of any type.
    unknown
        What the column says for not known, besides null and an empty list.
    """
    nothing: tuple[object, ...] = (None, [], unknown)
    return next((row[name] for row in statements if row[name] not in nothing), unknown)


def _compare_kinds(
    element: Row, tags: Mapping[str, str], statements: Sequence[Row]
) -> tuple[dict[str, str], list[str]]:
    kind = first_said(statements, "kind", "unknown")
    if kind in ("unknown", element["kind"]):
        return {}, []
    tag = type_tag(kind)
    if element["kind"] == "unknown" and tag and tags.keys().isdisjoint(tag):
        return tag, []
    said = tag or class_tags(kind)
    return {}, [f"{key}={value}" for key, value in said.items()]


def are_alike(attribute: Attribute, own: Any, other: Any) -> bool:  # noqa: ANN401 (cells)
    """Say whether two values of an attribute say the same as far as anybody needs to look.

    Parameters
    ----------
    attribute
        A row of the attribute table.
    own, other
        As `schema.arrow_type` has them; neither is null.

    Returns
    -------
    bool
        For directions: whether any two look the same way, within 30 degrees; for dates, whether one
        is a part of the other; for lists, whether they share a word; for texts, whether they are
        the same but for capitals and white space.
    """
    if attribute.type == "sectors":
        return any(
            bearings_apart_deg(one["bearing_deg"], another["bearing_deg"]) <= DIFFERENT_DEG
            for one in own
            for another in other
        )
    if isinstance(own, list):
        return not set(own).isdisjoint(other)
    if isinstance(own, bool):
        return bool(own == other)
    if isinstance(own, int | float):
        return bool(abs(own - other) <= _ALIKE)
    if attribute.type == "date":
        return bool(own.startswith(other) or other.startswith(own))
    return str(own).casefold().split() == str(other).casefold().split()
