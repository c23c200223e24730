"""Rulings on single attributes that the attribute table cannot hold, each with its reason.

`apply` lets values of one row speak for each other; `circumstances` finds what is no attribute but
a column of every observation: kind, status, number of cameras, private home, when it was seen.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from sightlines.attributes import (
    BY_NAME,
    KINDS,
    OBSERVED_KEYS,
    PRIVATE_HOME_TYPES,
    STATUSES,
    Attribute,
    kind_of,
)
from sightlines.sources.values import Outcome, Remark, read_date, read_value

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_CAMERAS = 100_000

# Below the horizon is below the horizon, whichever sign the mapper gave it (TAGS: camera_angle).
_SIGN_IGNORED = frozenset({"camera_angle"})

# Of several values none is the right one: a camera of two rules is not of either alone.
_ONE_ONLY = frozenset({"enforcement"})
# What a reader of tables writes where a column says something that is no choice.
_NOT_SAID = "unknown"

# Values of `surveillance` that belong in surveillance:zone or surveillance:type.
_BELONGS_ELSEWHERE = frozenset({"traffic", "red_light", "speed_camera", "level_crossing"})

# Zones of birds, not of people.
_NOT_CIVIC = frozenset({"nesting_site"})

# Makers that the world's data names as operators (TAGS: 2,651 records), in lower case.
_MAKERS = frozenset(
    {
        "flock safety", "flock", "flock group", "flock group inc", "motorola solutions",
        "vigilant solutions", "vigilant", "leonardo", "neology", "genetec", "axis",
        "axis communications", "hikvision", "dahua", "avigilon", "bosch", "hanwha",
        "hanwha vision", "verkada", "reolink", "ubiquiti", "mobotix", "uniview", "tattile",
        "jenoptik", "siqura", "pelco", "perceptics", "insight lpr", "rekor", "rekor systems",
        "elsag", "plate recognizer", "",
    }
)  # fmt: skip
_OPERATOR_KEYS = frozenset(
    {"operator", "operator:type", "operator_type", "operator:wikidata", "operator_wikidata"}
)
_TYPE_KEYS = frozenset({"operator:type", "operator_type"})
_PERSON_TYPES = frozenset({"individual", "person", "private_individual", "private_person"})

_HOME_BUILDINGS = frozenset(
    {"house", "detached", "semidetached_house", "terrace", "bungalow", "cabin", "farm"}
)
_MOUNT_KEYS = frozenset({*BY_NAME["camera_mount"].keys, "camera_mount"})
_HOME_KEYS = frozenset({"private_home", "building"})
_HOME_ZONES = frozenset({"home", "house", "private_home", "residence"})
_PRIVATE_WORDS = frozenset({"private", *_PERSON_TYPES})

_LIFECYCLE = {
    "disused": "disused", "abandoned": "disused",
    "removed": "removed", "was": "removed", "razed": "removed", "demolished": "removed",
    "destroyed": "removed",
    "planned": "planned", "proposed": "planned", "construction": "planned",
}  # fmt: skip
_DEVICES = {"man_made": "surveillance", "highway": "speed_camera"}
_PREFIXES = ("", *(f"{word}:" for word in _LIFECYCLE))
DEVICE_TAGS = frozenset(
    (prefix + key, value) for key, value in _DEVICES.items() for prefix in _PREFIXES
)
_SPEED_KEYS = frozenset(f"{prefix}highway" for prefix in _PREFIXES)
_LIFECYCLE_KEYS = frozenset(_LIFECYCLE) | {
    f"{word}:{key}" for word in _LIFECYCLE for key in _DEVICES
}
_STATUS_WORDS = {
    **{status: status for status in STATUSES},
    **_LIFECYCLE,
    "live": "active", "operational": "active", "in_use": "active", "installed": "active",
    "inactive": "disused", "out_of_service": "disused", "decommissioned": "removed",
    "void": "removed", "desired": "planned",
}  # fmt: skip

_SEEN_KEYS = (*OBSERVED_KEYS, "observed_at")
_SEEN_SET = frozenset(_SEEN_KEYS)
_COUNT = Attribute(
    "camera_count", "Number of cameras", "integer", ("camera_count", "camera:count"),
    bounds=(0, MOST_CAMERAS),
)  # fmt: skip


def read(attribute: Attribute, text: str) -> Outcome:
    """Read one text as an attribute says, and as the rulings on it say.

    Parameters
    ----------
    attribute, text
        As for `values.read_value`.
    """
    if attribute.name in _SIGN_IGNORED:
        text = text.lstrip("+-\u2212 ")
    if attribute.name not in _ONE_ONLY:
        return read_value(attribute, text)
    if _word(text) == _NOT_SAID:
        return Outcome(None)
    outcome = read_value(attribute, text)
    if any(remark.code == "several_values" for remark in outcome.remarks):
        sentence = f"{attribute.label}: it names several, so that none can be said."
        return Outcome(None, (Remark(attribute.name, "several", sentence),))
    return outcome


@lru_cache(maxsize=10_000)
def _word(text: object) -> str:
    return re.sub(r"[\s_-]+", "_", str(text or "").casefold()).strip("_")


@lru_cache(maxsize=10_000)
def _plain(text: object) -> str:
    return re.sub(r"[\W_]+", " ", str(text or "").casefold()).strip()


def names_a_person(said: Mapping[str, str]) -> bool:
    """Say whether the operator is, by the row's own words, a person."""
    if _TYPE_KEYS.isdisjoint(said):
        return False
    return any(_word(said.get(key)) in _PERSON_TYPES for key in _TYPE_KEYS)


def apply(values: dict[str, object], said: Mapping[str, str]) -> list[Remark]:
    """Let the values of one row speak for each other.

    Parameters
    ----------
    values
        By attribute; changed in place.
    said
        The row's cleaned tags.

    Returns
    -------
    list of Remark
        What was changed.
    """
    remarks: list[Remark] = []
    if not _OPERATOR_KEYS.isdisjoint(said):
        remarks += _rule_operator(values, said)
    if values.get("surveillance_zone") is not None:
        remarks += _rule_zone(values)
    if values.get("camera_type") is None and _word(said.get("revolving")) == "yes":
        values["camera_type"] = "panning"
        remarks.append(Remark("camera_type", "from_revolving", "A turning camera pans."))
    surveillance = values.get("surveillance")
    if surveillance is None and _word(said.get("surveillance")) in _BELONGS_ELSEWHERE:
        sentence = "What it watches: this word belongs in the zone or the type."
        remarks.append(Remark("surveillance", "belongs_elsewhere", sentence))
    return remarks


def _rule_operator(values: dict[str, object], said: Mapping[str, str]) -> list[Remark]:
    if names_a_person(said):
        # Who it is goes; that it is somebody private stays.
        values.update(operator=None, operator_wikidata=None, operator_type="private")
        return [Remark("operator", "person", "Operator: a person's name is never kept.")]
    if not values.get("operator"):
        return []
    operator = _plain(values.get("operator"))
    makers = {
        _plain(said.get(key)) for key in ("manufacturer", "brand", "surveillance:brand")
    } | _MAKERS
    if operator and operator in makers:
        values["operator"] = None
        return [Remark("operator", "maker", "Operator: this is who made it, not who runs it.")]
    return []


def _rule_zone(values: dict[str, object]) -> list[Remark]:
    zones = values.get("surveillance_zone")
    if not isinstance(zones, list) or not _NOT_CIVIC.intersection(zones):
        return []
    values["surveillance_zone"] = [zone for zone in zones if zone not in _NOT_CIVIC] or None
    return [Remark("surveillance_zone", "not_civic", "Zone: a nest is no place of people.")]


def circumstances(
    values: Mapping[str, object], said: Mapping[str, str], kind: str | None
) -> tuple[dict[str, object], list[Remark]]:
    """Find kind, status, number of cameras, private home and when it was seen.

    Parameters
    ----------
    values
        By attribute, after `apply`.
    said
        The row's cleaned tags.
    kind
        For a row that names none; None for no such ruling.

    Returns
    -------
    columns
        `kind`, `enforcement`, `status`, `camera_count`, `place`, `private_home`, `observed_at`.
    remarks
        What could not be read.
    """
    status, remarks = _status(said)
    count = None
    if not _COUNT_KEYS.isdisjoint(said):
        count = _read_count(next(said[key] for key in _COUNT.keys if key in said))
    observed, found = _observed_at(said)
    of_kind = _kind(values, said, kind)
    rule, ruled = _rule_enforced(values, said, of_kind)
    columns = {
        "kind": of_kind,
        "enforcement": rule,
        "status": status,
        "camera_count": count.value if count else None,
        "place": None,
        "private_home": is_private_home(values, said),
        "observed_at": observed,
    }
    return columns, [*remarks, *(count.remarks if count else ()), *found, *ruled]


_COUNT_KEYS = frozenset(_COUNT.keys)
_read_count = lru_cache(maxsize=1_000)(partial(read_value, _COUNT))


def is_device(tags: Mapping[str, str]) -> bool:
    """Say whether tags are those of a device, or of one that is planned, disused or gone."""
    return not DEVICE_TAGS.isdisjoint(tags.items())


def device_keys() -> tuple[str, ...]:
    """Return every OpenStreetMap key by which `is_device` knows a device."""
    return tuple(sorted({key for key, _ in DEVICE_TAGS}))


def _kind(values: Mapping[str, object], said: Mapping[str, str], kind: str | None) -> str:
    if said.get("type") == "enforcement" or _is_speed_camera(said):
        return "enforcement"
    named = _word(said.get("kind"))
    if named in KINDS:
        return named
    surveillance_type = values.get("surveillance_type")
    if surveillance_type is None and kind is not None:
        return kind
    # A list of rules is a list of enforcement; OpenStreetMap has tags of its own for that.
    if surveillance_type is None and values.get("enforcement") and "man_made" not in said:
        return "enforcement"
    return kind_of(str(surveillance_type) if surveillance_type else None)


def _is_speed_camera(said: Mapping[str, str]) -> bool:
    return not _SPEED_KEYS.isdisjoint(said) and any(
        said.get(key) == "speed_camera" for key in _SPEED_KEYS
    )


def _rule_enforced(
    values: Mapping[str, object], said: Mapping[str, str], kind: str
) -> tuple[object, list[Remark]]:
    """Return which rule a camera enforces: none unless it is of that kind."""
    rule = values.get("enforcement")
    if kind != "enforcement":
        sentence = "Enforces: only cameras of the kind enforcement do."
        remark = Remark("enforcement", "of_another_kind", sentence)
        return None, [] if rule is None else [remark]
    if rule is None and "enforcement" not in said and _is_speed_camera(said):
        return "maxspeed", []
    return rule, []


def _status(said: Mapping[str, str]) -> tuple[str, list[Remark]]:
    if "status" in said:
        word = _word(said["status"])
        if word in _STATUS_WORDS:
            return _STATUS_WORDS[word], []
        sentence = f"Status: choose one of {', '.join(STATUSES)}."
        return "active", [Remark("status", "not_a_choice", sentence, lost=True)]
    if _LIFECYCLE_KEYS.isdisjoint(said):
        return "active", []
    if any(said.get(key) == value for key, value in _DEVICES.items()):
        prefixes = [word for word in _LIFECYCLE if said.get(word) == "yes"]
    else:
        prefixes = [
            word
            for word in _LIFECYCLE
            for key, value in _DEVICES.items()
            if said.get(f"{word}:{key}") == value
        ]
    return (_LIFECYCLE[prefixes[0]] if prefixes else "active"), []


def is_private_home(values: Mapping[str, object], said: Mapping[str, str]) -> bool:
    """Say whether a camera is one of a private home, which no count or file may hold.

    Parameters
    ----------
    values
        By attribute.
    said
        The row's cleaned tags.

    Returns
    -------
    bool
        True for doorbells and what is mounted as one, for zones that are homes, and for dwellings
        whose operator, access or own words say private.
    """
    if values.get("camera_type") in PRIVATE_HOME_TYPES:
        return True
    if not _MOUNT_KEYS.isdisjoint(said) and not PRIVATE_HOME_TYPES.isdisjoint(
        {_word(said.get(key)) for key in _MOUNT_KEYS}
    ):
        return True
    if values.get("surveillance_zone") is None and _HOME_KEYS.isdisjoint(said):
        return False
    if _word(said.get("private_home")) == "yes":
        return True
    zones = values.get("surveillance_zone")
    if isinstance(zones, list) and _HOME_ZONES.intersection(zones):
        return True
    words = {_word(said.get(key)) for key in ("operator:type", "operator_type", "access")}
    return _word(said.get("building")) in _HOME_BUILDINGS and bool(words & _PRIVATE_WORDS)


def _observed_at(said: Mapping[str, str]) -> tuple[str | None, list[Remark]]:
    if _SEEN_SET.isdisjoint(said):
        return None, []
    texts = [said[key] for key in _SEEN_KEYS if key in said]
    dates = [found for found in map(read_date, texts) if found is not None]
    if dates:
        return dates[0], []
    sentence = "Seen on: write a date such as 2019, 2019-05 or 2019-05-31."
    return None, [Remark("observed_at", "not_a_date", sentence, lost=True)]
