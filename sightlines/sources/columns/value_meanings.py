"""What a column means, once the values below its header have had their say.

A column called `State` that holds `TX` is no status, one called `camera_type` that holds
`speed_camera` says the kind, and one called `zone` that holds `Mitte` names an area.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, get_args

from sightlines.attributes import BY_NAME
from sightlines.sources.columns.dates import Order, days_of, iso_date, iso_time
from sightlines.sources.columns.enforced_rules import rules_in
from sightlines.sources.columns.mapping import OSM_IDS, attribute_of
from sightlines.sources.columns.tag_cells import read_tags
from sightlines.sources.columns.value_words import choice_of
from sightlines.sources.columns.vocabulary import candidates, header_word
from sightlines.sources.direction import read_sectors
from sightlines.sources.values import read_value

if TYPE_CHECKING:
    from collections.abc import Callable

# Shares of a column's values that a meaning must explain: where the header names it, where the
# header is a word such as `type`, and for directions, which come with remarks of all sorts.
_ENOUGH = 0.5
_NEARLY_ALL = 0.9
_SOME_DIRECTIONS = 0.3

# Headers below which anything may stand.
_GENERIC = frozenset(
    {
        "type", "category", "class", "typ", "art", "tipo", "catégorie", "categorie", "kategorie",
        "categoria", "categoría", "тип", "類型", "类型", "種類", "种类", "구분", "유형", "종류",
        "tip", "tipologia", "druh", "rodzaj", "soort", "jenis", "вид",
    }
)  # fmt: skip
_LATER = 500
_BY_VALUES = ("kind", "camera_type", "status")
_RULES_OF_CAMERAS = frozenset({"maxspeed", "average_speed", "traffic_signals"})
_OSM_TYPES = frozenset({"node", "way", "relation", "n", "w", "r"})
# Zones that people tag; below a header `zone` other words name areas of the town.
_ZONE_HEADERS = frozenset({"zone", "zones", "zone_type", "zona"})
_ZONES = frozenset(
    {
        "town", "street", "public", "parking", "traffic", "shop", "bank", "building", "entrance",
        "public_transport_platform", "platform", "corridor", "atm", "park", "school", "station",
        "area", "yard", "private", "commercial", "residential", "industrial", "road", "gate",
        "military", "government", "playground", "transport", "public transport", "home", "house",
        "apartment", "residence", "camping", "pub", "restaurant", "church", "crossing",
    }
)  # fmt: skip


def meaning_of(header: str, below: list[str], *, is_strict: bool) -> tuple[str | None, int]:
    """Say what a column means, by its header and the values below it.

    Parameters
    ----------
    header
        As the table has it.
    below
        What stands below it in the sample, blanks left out.
    is_strict
        Whether a column named as in the attribute table is taken at its word.

    Returns
    -------
    meaning
        None for nothing that is known.
    rank
        How well the header says so; the smaller the better.
    """
    found = candidates(header)
    word = header_word(header)
    meaning, rank = found[0] if found else (None, 0)
    if below and all(text.casefold() in _OSM_TYPES for text in below):
        return ("osm_type" if word.endswith("type") else meaning), rank
    if meaning is None or (rank == 0 and (is_strict or _is_text(meaning))):
        return meaning, rank
    if word in _ZONE_HEADERS and below:
        return _zone_or_place(below), rank + _LATER
    if word in _GENERIC or (meaning == "kind" and below):
        return _by_values(below, _NEARLY_ALL if word in _GENERIC else _ENOUGH), rank
    return _explained(found, below), rank


def _explained(found: list[tuple[str, int]], below: list[str]) -> str | None:
    """Return the first of the meanings a header may have that the values below it bear out."""
    first = found[0][0]
    if not below:
        return first
    likely = next((meaning for meaning, _ in found if _explains(meaning, below)), None)
    if likely is None and attribute_of(first) in _BY_VALUES:
        return _by_values(below, _ENOUGH)
    return likely


def _zone_or_place(below: list[str]) -> str | None:
    """Tell what is watched, as people tag it, from a part of the town that is named."""
    if any(not _ZONES.isdisjoint(re.split(r"[;,]\s*", text.casefold())) for text in below):
        return "surveillance_zone"
    return "place" if share_of(below, _is_a_name) >= _ENOUGH else None


def _is_text(meaning: str) -> bool:
    """Say whether an attribute takes any text, so that no value speaks against its own name."""
    row = BY_NAME.get(attribute_of(meaning))
    return row is not None and row.type == "text"


def _by_values(below: list[str], enough: float) -> str | None:
    """Return what a column's values speak of: of several meanings, the one they tell most of."""
    counted = Counter(below)
    told: dict[str, int] = {}
    for meaning in _BY_VALUES:
        choices = {text: choice_of(meaning, text) for text in counted}
        if below and sum(counted[text] for text in counted if choices[text]) >= enough * len(below):
            told[meaning] = len(set(filter(None, choices.values())))
    # A signal or an access alone may be what a camera hangs on, or looks at.
    is_about_rules = share_of(below, _is_rule) >= _NEARLY_ALL and any(map(_is_speed, counted))
    if not told and is_about_rules:
        return "enforcement"
    return max(told, key=told.__getitem__, default=None)


def _is_rule(text: str) -> bool:
    """Say whether a text names one of the rules that lists of cameras are about."""
    return not _RULES_OF_CAMERAS.isdisjoint(rules_in(text))


def _is_speed(text: str) -> bool:
    return not {"maxspeed", "average_speed"}.isdisjoint(rules_in(text))


def speaks_of_rules(header: str, below: list[str]) -> bool:
    """Say whether a column of a list of enforcement says what each camera enforces.

    Parameters
    ----------
    header
        As the table has it: a word such as `type`.
    below
        What stands below it, blanks left out.
    """
    return header_word(header) in _GENERIC and any(map(_is_rule, set(below)))


def _explains(meaning: str, below: list[str]) -> bool:
    """Say whether enough of a column's values can be read as what its header says."""
    name = attribute_of(meaning)
    if name == "camera_direction":
        return share_of(below, _is_direction) >= _SOME_DIRECTIONS
    test = _tests(name)
    return test is None or share_of(below, test) >= _ENOUGH


def _tests(name: str) -> Callable[[str], bool] | None:
    """Return what a value of an attribute must pass; None where any text will do."""
    if name in _OWN_TESTS:
        return _OWN_TESTS[name]
    row = BY_NAME.get(name)
    if name in ("kind", "status") or (row is not None and row.type == "choice" and row.choices):
        return lambda text: choice_of(name, text) is not None
    if row is not None and row.type in ("number", "integer", "boolean"):
        return lambda text: read_value(row, text).value is not None
    return None


def share_of(below: list[str], passes: Callable[[str], bool]) -> float:
    """Return the share of a column's values that pass a test; 0 for none."""
    counted = Counter(below)
    return sum(n for text, n in counted.items() if passes(text)) / max(len(below), 1)


def _is_direction(text: str) -> bool:
    sectors, codes = read_sectors(text)
    return bool(sectors) or "of_traffic" in codes


def is_count(text: str) -> bool:
    """Say whether a text is a whole number that may count cameras."""
    return re.fullmatch(r"[0-9]{1,6}(?:\.0+)?", text) is not None


def _is_plain(text: str) -> bool:
    return "://" not in text


def _is_a_name(text: str) -> bool:
    return "://" not in text and any(map(str.isalpha, text))


def _is_date(text: str) -> bool:
    return any(iso_date(text, order) is not None for order in get_args(Order))


_OWN_TESTS: dict[str, Callable[[str], bool]] = {
    "tags": lambda text: read_tags(text) is not None,
    **dict.fromkeys(OSM_IDS, str.isdecimal),
    "start_date": _is_date,
    "observed_at": _is_date,
    "last_edited_at": lambda text: iso_time(text) is not None,
    "retention_days": lambda text: days_of(text).isdecimal(),
    "enforcement": lambda text: bool(rules_in(text)),
    "camera_count": is_count,
    "addr_full": _is_a_name,
    "name": _is_a_name,
    "operator": _is_a_name,
    "purpose": _is_a_name,
    "place": _is_plain,
}
