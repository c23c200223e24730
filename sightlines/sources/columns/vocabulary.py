"""What headers mean, in the languages of the world.

Terms
-----
meaning
    The name of an attribute, or one of what every observation has besides: `native_id`, `osm_type`
    (of the element whose number that is), `osm_node_id`, `osm_way_id`, `osm_relation_id` (the
    number of an element of that type), `tags` (OpenStreetMap's tags in one cell), `place`
    (the area a row names), `kind`, `status`, `camera_count`, `observed_at`, `last_edited_at`.
word
    A header in lower case, its parts joined by `_`: `cameraCount` and `Camera Count` are
    `camera_count`.

The words stand in `header_words`. What a header means is a first guess only: `value_meanings` holds
it against the values below it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sightlines.attributes import ATTRIBUTES, OBSERVED_KEYS, Attribute
from sightlines.sources.columns.header_words import (
    BESIDE_CAMERA,
    CAMERA,
    CAMERAS,
    FILLERS,
    INSIDE,
    WHOLE,
)
from sightlines.sources.columns.position_names import fold, position_role
from sightlines.sources.free_text import canonical

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# Keys that are no attributes but are understood by the normaliser under their own name.
KEYS = (
    *OBSERVED_KEYS, "kind", "status", "camera_count", "camera:count", "man_made", "highway",
    "revolving", "building", "access", "private_home",
)  # fmt: skip

# A part that makes a header speak of a road, a telephone, a picture: not of the camera.
_ELSEWHERE = frozenset(
    {
        "road", "traffic", "travel", "lane", "approach", "phone", "tel", "url", "image", "photo",
        "link", "email", "fax",
    }
)  # fmt: skip
_ELSEWHERE_INSIDE = ("전화", "電話", "电话")
# Beside the word for a camera an id or a type is hardly any other's.
_BESIDE_MEANINGS = {"count": "camera_count", "name": "name", "id": "native_id", "type": "kind"}
_BESIDE_RANK = 12
_BESIDE_LATER = 100
# Languages that write words together: `Kameratyp`, `cameranummer`, `idcamara`.
_COMPOUND = re.compile(r"^(?:kamera|camera|cctv|camara)|(?:kamera|camera|cctv|camara)$")
_ABOUT_DIRECTION = frozenset({"direction", "bearing", "heading", "facing"})


def header_word(header: str) -> str:
    """Write a header in one way, the words of CamelCase apart.

    Parameters
    ----------
    header
        As the file has it.

    Returns
    -------
    str
        Lower case, parts joined by `_`; "" for a header without letters or digits.
    """
    return canonical(_CAMEL.sub("_", header.strip()))


@lru_cache(maxsize=4096)
def header_meaning(header: str) -> str | None:
    """Say what a column means, as far as its header tells.

    Parameters
    ----------
    header
        As the file has it, in any language of the vocabulary.

    Returns
    -------
    str or None
        A role of `position_names`, a key of the attribute table or a meaning; None for nothing we
        know.
    """
    found = candidates(header)
    return found[0][0] if found else position_role(header)


def candidates(header: str) -> list[tuple[str, int]]:
    """Return what a column may mean besides a position, by its header.

    Parameters
    ----------
    header
        As the file has it.

    Returns
    -------
    list of (meaning, rank)
        What the values decide between, where it is more than one. Rank 0 for a key, name or label
        of the attribute table itself, then by how well the word says it; several columns of one
        meaning are tried in the order of their ranks.
    """
    return list(_candidates(canonical(header), header_word(header), _bare(header)))


def _bare(header: str) -> str:
    """Write a header without the marks on its letters, which many a file leaves out."""
    return "_".join(fold(header).split())


@lru_cache(maxsize=4096)
def _candidates(plain: str, word: str, bare: str) -> tuple[tuple[str, int], ...]:
    exact = KNOWN_KEYS.get(plain) or KNOWN_KEYS.get(word)
    if exact is not None:
        return ((exact, 0),)
    found = [_RANKS[key] for key in dict.fromkeys((plain, word, bare)) if key in _RANKS]
    if found:
        return (found[0],)
    parts = set(word.split("_"))
    if parts & _ELSEWHERE or any(part in word for part in _ELSEWHERE_INSIDE):
        return ()
    inside = next((meaning for part, meaning in INSIDE if part in word), None)
    if inside is not None:
        return ((inside, 500),)
    if len(parts) > 1 and parts & _ABOUT_DIRECTION and parts & {"camera", "cctv", "view"}:
        return (("camera_direction", 600),)
    return _of_a_camera(bare)


def _of_a_camera(bare: str) -> tuple[tuple[str, int], ...]:
    """Read what stands beside the word for a camera: `Typ kamery`, `aantal camera's`."""
    words = bare.split("_")
    if len(words) == 1:
        words = [part for part in _COMPOUND.sub(r"_\g<0>_", bare).split("_") if part]
    named = [word for word in words if word in CAMERA or word in CAMERAS]
    if not named:
        return ()
    is_plural = "s" in words or any(word in CAMERAS and word not in CAMERA for word in named)
    rest = "_".join(word for word in words if word not in named and word not in FILLERS)
    said = _BESIDE.get(rest)
    if said == "count_or_id":
        said = "count" if is_plural else "id"
    if said == "count_or_name":
        return (("camera_count", _BESIDE_RANK), ("name", _BESIDE_RANK))
    if said is not None:
        return ((_BESIDE_MEANINGS[said], _BESIDE_RANK),)
    meaning = _RANKS.get(rest)
    return () if meaning is None else ((meaning[0], meaning[1] + _BESIDE_LATER),)


def known_keys(attributes: tuple[Attribute, ...] = ATTRIBUTES) -> dict[str, str]:
    """Return what the attribute table itself calls its attributes.

    Parameters
    ----------
    attributes
        The attribute table.

    Returns
    -------
    dict
        Canonical key, name or label -> the key under which the normaliser wants its texts.
    """
    known: dict[str, str] = {}
    for attribute in attributes:
        for key in attribute.keys:
            known.setdefault(canonical(key), key)
        known.setdefault(attribute.name, attribute.name)
    for key in KEYS:
        known.setdefault(canonical(key), key)
    for attribute in attributes:
        known.setdefault(canonical(attribute.label), attribute.name)
    return known


KNOWN_KEYS = known_keys()
_RANKS: dict[str, tuple[str, int]] = {}
for _meaning, _words in WHOLE.items():
    for _rank, _word in enumerate(_words, start=1):
        for _written in (canonical(_word), _bare(_word)):
            _RANKS.setdefault(_written, (_meaning, _rank))
_BESIDE = {word: said for said, words in BESIDE_CAMERA.items() for word in words}
