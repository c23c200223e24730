"""Text from outside: what is taken off it, and what of a row is kept in the source's own words.

What is blacked out in a text, and which keys are dropped, stands in `redaction`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from sightlines.sources.redaction import REDACTED, holds_a_secret, names_a_person, redact

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT_LIMIT = 200
LIMITS = {"description": 1_000}
RAW_VALUE_LIMIT = 2_000
RAW_KEY_LIMIT = 500

# Marks that reorder or hide text; joiners (200C, 200D) stay, some scripts need them.
_HIDDEN = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC))
)
_MARKS_IN_A_ROW = 4


def canonical(key: str) -> str:
    """Write a key or column header in one way: lower case, words joined by `_`.

    Parameters
    ----------
    key
        For example ` Camera Type`, `camera:type` or `@id`.

    Returns
    -------
    str
        For example `camera_type`, `camera_type`, `id`.
    """
    return re.sub(r"[\W_]+", "_", clean(key).casefold()).strip("_")


def clean(text: str) -> str:
    """Take off control characters, hidden and reordering marks; make white space plain.

    Parameters
    ----------
    text
        Anything, lone surrogates included.

    Returns
    -------
    str
        May be empty.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category == "Mn" else 0
        if category == "Cc" or category.startswith("Z"):
            kept.append(" ")
        elif category != "Cs" and character not in _HIDDEN and marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept).strip()


def publishable_tags(tags: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what may be kept of a row in the source's own words.

    Parameters
    ----------
    tags
        Key -> text, as the source has them.

    Returns
    -------
    tags
        Cleaned; without keys that name a person; secrets blacked out; long texts cut.
    reasons
        Of the notes: `raw:redacted`, `raw:person_dropped`, `raw:cut`.
    """
    kept: dict[str, str] = {}
    reasons: set[str] = set()
    for number, (key, value) in enumerate(tags.items()):
        word = canonical(key)
        if names_a_person(word):
            reasons.add("raw:person_dropped")
            continue
        if number >= RAW_KEY_LIMIT or len(value) > RAW_VALUE_LIMIT:
            reasons.add("raw:cut")
            if number >= RAW_KEY_LIMIT:
                break
        text = clean(value[:RAW_VALUE_LIMIT])
        shown = REDACTED if text and holds_a_secret(word) else redact(text, word)
        if shown != text:
            reasons.add("raw:redacted")
        kept[clean(key[:TEXT_LIMIT])] = shown
    return kept, tuple(sorted(reasons))
