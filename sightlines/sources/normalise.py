"""From a row's tags or columns to the values of a camera, driven by the attribute table.

`normalise` finds, for each attribute, the first of its keys that holds a value, and lets `values`
read it. What a value of one attribute means for another (a turning camera, a maker given as
operator) are `rulings`. What the source said is kept beside it in `raw`, less what must never be
kept (`redaction`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from sightlines.attributes import ATTRIBUTES, Attribute
from sightlines.sources import free_text, rulings
from sightlines.sources.direction import Sector, bearings_apart_deg
from sightlines.sources.redaction import REDACTED
from sightlines.sources.values import Outcome, Remark, read_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Two keys of one camera that look further apart than this are both kept (TAGS: camera_direction).
DIFFERENT_DEG = 30.0


@dataclass(frozen=True)
class Normalised:
    """A row, read.

    Parameters
    ----------
    columns
        The columns of `schema.READ` but the position, the native id and the time of the last edit.
    remarks
        What was changed, left out or could not be read.
    """

    columns: dict[str, object]
    remarks: tuple[Remark, ...]


def normalise(
    tags: Mapping[str, str],
    *,
    raw: Mapping[str, str] | None = None,
    kind: str | None = None,
    attributes: Sequence[Attribute] = ATTRIBUTES,
) -> Normalised:
    """Give every attribute its value.

    Parameters
    ----------
    tags
        Key -> text; keys as in the attribute table: its OpenStreetMap keys or the name itself.
    raw
        The row in the source's own words; None where these are the tags.
    kind
        One of `attributes.KINDS` for a row that names none; None for no such ruling.
    attributes
        The attribute table.

    Returns
    -------
    Normalised
        A value that cannot be read is null, with a remark that is `lost`.
    """
    said = {key: text for key, value in tags.items() if (text := free_text.clean(value))}
    values: dict[str, object] = {}
    remarks: list[Remark] = []
    for attribute in attributes:
        outcome = _read_attribute(attribute, said)
        values[attribute.name] = outcome.value
        remarks += outcome.remarks
    remarks += rulings.apply(values, said)
    columns, found = rulings.circumstances(values, said, kind)
    kept, reasons = free_text.publishable_tags(tags if raw is None else raw)
    if rulings.names_a_person(said):
        kept = {key: _hide_operator(key, text) for key, text in kept.items()}
    remarks += [*found, *(_raw_remark(reason) for reason in reasons)]
    text = orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()
    return Normalised({**values, **columns, "raw": text}, tuple(remarks))


def _hide_operator(key: str, text: str) -> str:
    word = free_text.canonical(key)
    is_name = word.startswith("operator") and word != "operator_type"
    return REDACTED if is_name else text


def _raw_remark(reason: str) -> Remark:
    attribute, _, code = reason.partition(":")
    return Remark(attribute, code, "Something was left out of the source's own words.")


def _read_attribute(attribute: Attribute, said: Mapping[str, str]) -> Outcome:
    outcomes = [read_value(attribute, text) for text in _texts(attribute, said)]
    if not outcomes:
        return Outcome(None)
    if attribute.type == "sectors":
        return _join_sectors(attribute, outcomes)
    return next((outcome for outcome in outcomes if outcome.value is not None), outcomes[0])


def _texts(attribute: Attribute, said: Mapping[str, str]) -> Iterator[str]:
    for key in dict.fromkeys((*attribute.keys, attribute.name)):
        if key in said:
            yield rulings.without_sign(attribute.name, said[key])


def _join_sectors(attribute: Attribute, outcomes: list[Outcome]) -> Outcome:
    """Take the first key's sectors, and those of another key that look elsewhere."""
    read = [outcome for outcome in outcomes if outcome.value]
    if not read:
        return outcomes[0]
    remarks = list(read[0].remarks)
    sectors = _sectors(read[0])
    for outcome in read[1:]:
        others = [sector for sector in _sectors(outcome) if _looks_elsewhere(sector, sectors)]
        if others:
            sectors += others
            sentence = "two keys disagree; both directions were kept."
            remarks.append(Remark(attribute.name, "keys_differ", f"{attribute.label}: {sentence}"))
    return Outcome(sectors, tuple(remarks))


def _sectors(outcome: Outcome) -> list[Sector]:
    return list(outcome.value) if isinstance(outcome.value, list) else []


def _looks_elsewhere(sector: Sector, sectors: Sequence[Sector]) -> bool:
    return all(
        bearings_apart_deg(sector["bearing_deg"], known["bearing_deg"]) > DIFFERENT_DEG
        for known in sectors
    )
