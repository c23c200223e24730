"""From a text to the value of an attribute, one small reader a type of the attribute table.

Each reader takes the attribute's row and a cleaned text, and returns an `Outcome`: the value, null
where it cannot be read, and remarks that say why. None of them knows a single attribute by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sightlines.sources import direction, free_text, redaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightlines.attributes import Attribute, Type

EARLIEST_YEAR = 1900
LATEST_YEAR = 2100
MOST_CHOICES = 50


@dataclass(frozen=True)
class Remark:
    """What happened to one value.

    Parameters
    ----------
    attribute
        Name of the attribute or column.
    code
        A short word for machines.
    message
        One sentence for the person who wrote the value; it does not repeat the value.
    lost
        Whether the value, or a part of it, could not be used.
    """

    attribute: str
    code: str
    message: str
    lost: bool = False

    @property
    def reason(self) -> str:
        """Return the reason under which notes are counted."""
        return f"{self.attribute}:{self.code}"


class Outcome(NamedTuple):
    """A value, None where there is none, and what is to be said of it."""

    value: object
    remarks: tuple[Remark, ...] = ()


def read_value(attribute: Attribute, text: str) -> Outcome:
    """Read one text as an attribute says.

    Parameters
    ----------
    attribute
        A row of the attribute table: its type, choices, aliases, unit and bounds decide.
    text
        As the source has it; not empty once cleaned.

    Returns
    -------
    Outcome
        The value in the form of `schema.arrow_type(attribute)`.
    """
    return _READERS[attribute.type](attribute, text)


def _lost(attribute: Attribute, code: str, should_be: str) -> Outcome:
    return Outcome(None, (_remark(attribute, code, should_be),))


def _remark(attribute: Attribute, code: str, should_be: str) -> Remark:
    return Remark(attribute.name, code, f"{attribute.label}: {should_be}", lost=True)


def _noted(attribute: Attribute, code: str, sentence: str) -> Remark:
    return Remark(attribute.name, code, f"{attribute.label}: {sentence}")


def _text(attribute: Attribute, text: str) -> Outcome:
    limit = free_text.LIMITS.get(attribute.name, free_text.TEXT_LIMIT)
    cut = text[:limit]
    shown = redaction.redact(cut, attribute.name)
    if shown == text:
        return Outcome(shown or None)
    remarks = []
    if len(text) > limit:
        remarks.append(_remark(attribute, "too_long", f"at most {limit} characters."))
    if shown != cut:
        sentence = "addresses, telephone numbers and camera feeds are blacked out."
        remarks.append(_noted(attribute, "redacted", sentence))
    return Outcome(shown or None, tuple(remarks))


def _word(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", text.casefold()).strip("_")


def _choice_of(attribute: Attribute, text: str) -> str | None:
    word = _word(text)
    by_word = {_word(choice): choice for choice in attribute.choices}
    return by_word.get(word) or dict(attribute.aliases).get(word)


def _choice(attribute: Attribute, text: str) -> Outcome:
    if not attribute.choices:
        return _text(attribute, text)
    parts = [part for part in text[: free_text.TEXT_LIMIT].split(";") if part.strip()]
    found = [choice for choice in (_choice_of(attribute, part) for part in parts) if choice]
    if not found:
        return _lost(attribute, "not_a_choice", f"choose one of {', '.join(attribute.choices)}.")
    if len(parts) == 1:
        return Outcome(found[0])
    return Outcome(found[0], (_noted(attribute, "several_values", "only the first was taken."),))


def _choices(attribute: Attribute, text: str) -> Outcome:
    aliases = dict(attribute.aliases)
    found: list[str] = []
    remarks: dict[str, Remark] = {}
    parts = [word for word in map(_word, re.split(r"[;,]", text)) if word]
    for word in parts[:MOST_CHOICES]:
        if word in aliases:
            remarks["alias"] = _noted(attribute, "alias", "a word was replaced by the usual one.")
        choice = _choice_of(attribute, word) if attribute.choices else aliases.get(word, word)
        if choice is None or len(choice) > free_text.TEXT_LIMIT:
            remarks["not_a_choice"] = _remark(attribute, "not_a_choice", "an unknown word.")
        elif choice not in found:
            found.append(redaction.redact(choice))
    if len(parts) > MOST_CHOICES:
        remarks["too_many"] = _remark(attribute, "too_many", f"at most {MOST_CHOICES} words.")
    return Outcome(found or None, tuple(remarks.values()))


_MEASURE = re.compile(r"([+-]?[0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*([^0-9\s].*)?")
_FEET_AND_INCHES = re.compile(r"([0-9]{1,4})\s*(?:'|ft|feet)\s*([0-9]{1,2}(?:\.[0-9]{1,3})?)\s*\"")
_IN_METRES = {
    "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "cm": 0.01,
    "'": 0.3048, "ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "\"": 0.0254, "in": 0.0254,
}  # fmt: skip
_IN_DEGREES = {"°": 1.0, "deg": 1.0, "degree": 1.0, "degrees": 1.0}
_FACTORS = {"m": _IN_METRES, "deg": _IN_DEGREES}


def _measure(unit: str, text: str) -> float | None:
    """Read a number with its unit, in `unit`; None where it is not one."""
    plain = text.casefold().replace("\u2032", "'").replace("\u2019", "'").replace("\u2033", '"')
    if unit == "m" and (both := _FEET_AND_INCHES.fullmatch(plain)):
        return round(float(both[1]) * 0.3048 + float(both[2]) * 0.0254, 4)
    found = _MEASURE.fullmatch(plain)
    if found is None:
        return None
    written = (found[2] or "").strip()
    factor = _FACTORS.get(unit, {}).get(written) if written else 1.0
    return None if factor is None else round(float(found[1].replace(",", ".")) * factor, 6)


def _number(attribute: Attribute, text: str) -> Outcome:
    number = _measure(attribute.unit, text)
    unit = f" in {attribute.unit}" if attribute.unit else ""
    if number is None:
        return _lost(attribute, "not_a_number", f"write a number{unit}.")
    if attribute.bounds and not attribute.bounds[0] <= number <= attribute.bounds[1]:
        low, high = attribute.bounds
        return _lost(attribute, "out_of_bounds", f"write a number from {low:g} to {high:g}{unit}.")
    return Outcome(number)


def _integer(attribute: Attribute, text: str) -> Outcome:
    outcome = _number(attribute, text)
    if isinstance(outcome.value, float):
        if not outcome.value.is_integer():
            return _lost(attribute, "not_a_number", "write a whole number.")
        return Outcome(int(outcome.value))
    return outcome


_TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _boolean(attribute: Attribute, text: str) -> Outcome:
    word = text.casefold()
    word = dict(attribute.aliases).get(word, word)
    if word not in _TRUTHS:
        return _lost(attribute, "not_a_choice", "write yes or no.")
    return Outcome(_TRUTHS[word])


_TIME = (
    r"[T ][0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?"
    r"(?: ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?))?"
)
_DATE = re.compile(rf"([0-9]{{4}})(?:[-/.]([0-9]{{1,2}})(?:[-/.]([0-9]{{1,2}})(?:{_TIME})?)?)?")


def read_date(text: str) -> str | None:
    """Read an ISO 8601 date, which may be a year, a year and month, or a whole date.

    Parameters
    ----------
    text
        A time of day after a whole date is left out.

    Returns
    -------
    str or None
        As precise as it was given; None for what is no date, or one outside
        `EARLIEST_YEAR` to `LATEST_YEAR`.
    """
    found = _DATE.fullmatch(text)
    if found is None or not EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
        return None
    try:
        whole = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
    return whole.isoformat()[: 10 if found[3] else 7 if found[2] else 4]


def _date(attribute: Attribute, text: str) -> Outcome:
    found = read_date(text)
    if found is None:
        return _lost(attribute, "not_a_date", "write a date such as 2019, 2019-05 or 2019-05-31.")
    return Outcome(found)


_DIRECTION_CHANGES = {
    "modulo_360": "a negative bearing was turned into one from 0 to 360.",
    "empty_range": "a range that ends where it starts was read as one bearing.",
}
_DIRECTION_LOSSES = {
    "of_traffic": "it says where the traffic goes, not where the camera looks.",
    "of_way": "it says a direction along the road, not where the camera looks.",
    "over_360": "write degrees from 0 to 360.",
    "unreadable": "write degrees such as 240, a range such as 338-23, or a point such as NW.",
    "too_many": f"at most {direction.MOST_SECTORS} directions.",
}


def _sectors(attribute: Attribute, text: str) -> Outcome:
    sectors, codes = direction.read_sectors(text[: free_text.RAW_VALUE_LIMIT])
    remarks = [
        _noted(attribute, code, _DIRECTION_CHANGES[code])
        if code in _DIRECTION_CHANGES
        else _remark(attribute, code, _DIRECTION_LOSSES[code])
        for code in codes
    ]
    return Outcome(sectors or None, tuple(remarks))


_READERS: dict[Type, Callable[[Attribute, str], Outcome]] = {
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "sectors": _sectors,
}
