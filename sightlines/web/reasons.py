"""What an import says of single rows, for people: why rejected, what was noted.

A reason is a short word for machines, such as `null_island` or `height:out_of_range`; the words
here stand for it on pages. `docs/importing.md` says more of each.
"""

from __future__ import annotations

from sightlines.web.camera_words import label_of

_REASONS = {
    "out_of_range": "position outside the world",
    "null_island": "position 0, 0, which was never filled in",
    "unreadable_position": "position that is no pair of numbers",
    "empty": "empty row",
    "total": "sum of other rows",
    "remark": "footer or remark",
    "repeated": "repeated record",
    "not_a_feature": "broken record",
    "not_an_element": "broken record of OpenStreetMap",
    "too_many_cells": "more cells than columns",
    "position:missing": "no position: kept, not on the map",
    "position:half": "half a position: kept, not on the map",
    "position:swapped": "latitude and longitude swapped: put right",
    "position:columns_swapped": "columns of latitude and longitude swapped: put right",
    "position:sign_lost": "position perhaps without its sign: kept as given",
    "position:perhaps_swapped": "latitude and longitude perhaps swapped: kept as given",
    "position:outside_extent": "outside the ground that the source states: kept",
    "position:shifted_datum": "position perhaps in a shifted system of China: kept as given",
    "position:by_values": "columns of the position found by their values",
    "position:order_assumed": "order of latitude and longitude assumed",
    "position:ambiguous": "several columns could hold the position",
    "crs:from_header": "coordinate system concluded from the header",
    "crs:from_extent": "coordinate system concluded from the ground of the source",
    "crs:assumed": "coordinate system assumed",
    "kind:from_title": "kind of camera concluded from the title",
    "kind:from_header": "kind of camera concluded from the header",
    "place:from_values": "place concluded from the values of a column",
    "camera_count:from_total": "number of cameras concluded from a total",
    "geometry:representative_point": "a line or an area, shown at a point on it",
    "native_id:not_unique": "an id that names several rows: not used",
    "camera_type:from_revolving": "camera type concluded from a mark for turning cameras",
    "coastline_open": "a coast that does not close: sea left out",
    "raw:redacted": "something private blacked out of the source's own words",
    "raw:person_dropped": "column about people left out",
    "raw:cut": "long text cut",
}
_CODES = {
    "not_a_choice": "not one of the known values",
    "not_a_number": "not a number",
    "not_a_date": "not a date",
    "out_of_range": "outside what is plausible",
    "left_out": "left out",
    "keys_differ": "said twice, differently",
}


def reason_in_words(reason: str) -> str:
    """Write a reason for people.

    Parameters
    ----------
    reason
        As a run counts it: a word, or `<what>:<word>`.

    Returns
    -------
    str
        A few words in lower case, or an attribute's label and a few words.
    """
    if reason in _REASONS:
        return _REASONS[reason]
    subject, colon, code = reason.partition(":")
    if not colon:
        return subject.replace("_", " ")
    return f"{label_of(subject)}: {_CODES.get(code, code.replace('_', ' '))}"
