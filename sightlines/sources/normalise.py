"""From a row's tags or columns to the values of a camera, driven by the attribute table.

`normalise` finds, for each attribute, the first of its keys that holds a value, and lets `values`
read it. What a value of one attribute means for another (a turning camera, a maker given as
operator) are `rulings`. What the source said is kept beside it in `raw`, less what must never be
kept (`redaction`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from sightlines.attributes import ATTRIBUTES, Attribute
from sightlines.sources import free_text, rulings
from sightlines.sources.direction import Sector, bearings_apart_deg
from sightlines.sources.redaction import REDACTED
from sightlines.sources.values import Outcome, Remark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Read = Callable[[str], Outcome]

# Two keys of one camera that look further apart than this are both kept (TAGS: camera_direction).
DIFFERENT_DEG = 30.0

# Types whose values repeat from row to row, so that reading each text once is enough.
_REPEATING = frozenset({"choice", "choices", "number", "integer", "boolean", "date", "sectors"})
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
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
    attributes: tuple[Attribute, ...] = ATTRIBUTES,
) -> Normalised:
    """Give every attribute its value.

    Parameters
    ----------
    tags
        Key -> text; keys as in the attribute table: its OpenStreetMap keys or the name itself.
    raw
        What is kept of the row in the source's own words, as `free_text.publishable_tags` gives
        it; None where it is made of the tags.
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
    values: dict[str, object] = dict.fromkeys(_names(attributes))
    remarks: list[Remark] = []
    for attribute, read, keys in _asked(attributes, tuple(said)):
        if len(keys) == 1:
            outcome = read(said[keys[0]])
        else:
            outcome = _first(attribute, [read(said[key]) for key in keys])
        values[attribute.name] = outcome.value
        if outcome.remarks:
            remarks += outcome.remarks
    remarks += rulings.apply(values, said)
    columns, found = rulings.circumstances(values, said, kind)
    kept, reasons = free_text.publishable_tags(tags) if raw is None else (raw, ())
    if rulings.names_a_person(said):
        kept = {key: _hide_operator(key, text) for key, text in kept.items()}
    remarks += found
    if reasons:
        remarks += map(_raw_remark, reasons)
    values.update(columns)
    values["raw"] = orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()
    return Normalised(values, tuple(remarks))


@lru_cache(maxsize=16)
def _names(attributes: tuple[Attribute, ...]) -> tuple[str, ...]:
    return tuple(attribute.name for attribute in attributes)


@lru_cache(maxsize=4_096)
def _asked(
    attributes: tuple[Attribute, ...], said: tuple[str, ...]
) -> tuple[tuple[Attribute, Read, tuple[str, ...]], ...]:
    """Return the attributes that a row's keys speak of, with those keys in order of preference."""
    found = []
    for attribute in attributes:
        names = dict.fromkeys((*attribute.keys, attribute.name))
        keys = tuple(key for key in names if key in said)
        if keys:
            found.append((attribute, _reader(attribute), keys))
    return tuple(found)


@lru_cache(maxsize=1_000)
def _reader(attribute: Attribute) -> Read:
    """Return what reads the texts of an attribute, each only once where texts repeat."""

    def read(text: str) -> Outcome:
        return rulings.read(attribute, text)

    is_repeating = attribute.type in _REPEATING
    return lru_cache(maxsize=_MOST_REMEMBERED)(read) if is_repeating else read


def _hide_operator(key: str, text: str) -> str:
    word = free_text.canonical(key)
    is_name = word.startswith("operator") and word != "operator_type"
    return REDACTED if is_name else text


def _raw_remark(reason: str) -> Remark:
    attribute, _, code = reason.partition(":")
    return Remark(attribute, code, "Something was left out of the source's own words.")


def _first(attribute: Attribute, outcomes: list[Outcome]) -> Outcome:
    """Return the first outcome with a value; of directions, all that differ."""
    if attribute.type == "sectors":
        return _join_sectors(attribute, outcomes)
    return next((outcome for outcome in outcomes if outcome.value is not None), outcomes[0])


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
