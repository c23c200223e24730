"""Text from outside: what is taken off it, and what of a row is kept in the source's own words.

What is blacked out in a text, and which keys are dropped, stands in `redaction`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sightlines.sources.redaction import REDACTED, holds_a_secret, names_a_person, redact

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT_LIMIT = 200
LIMITS = {"description": 1_000}
RAW_VALUE_LIMIT = 2_000
RAW_KEY_LIMIT = 500
_SHORT = 8

# Reasons of notes on what is kept of a row.
REDACTED_REASON = "raw:redacted"
PERSON_DROPPED = "raw:person_dropped"
CUT = "raw:cut"

# Marks that reorder or hide text; joiners (200C, 200D) stay, some scripts need them.
_HIDDEN = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC))
)
_MARKS_IN_A_ROW = 4
# Scripts without marks that stand on other letters: what is printable there needs no second look.
_PLAIN = re.compile(
    r"[\x20-\x7e\u00a1-\u02ff\u0370-\u0482\u048a-\u0556\u2010-\u2027\u2030-\u205e\u2190-\u2bff"
    r"\u3001-\u3029\u3030-\u3098\u30a0-\u9fff\uac00-\ud7a3\uff01-\uffdc]*"
)


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
    if text.isprintable() and (text.isascii() or _PLAIN.fullmatch(text)):
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
        ruling = key_ruling(key)
        if ruling.is_person:
            reasons.add(PERSON_DROPPED)
            continue
        if number >= RAW_KEY_LIMIT:
            reasons.add(CUT)
            break
        kept[ruling.shown], found = publishable_value(value, ruling)
        reasons.update(found)
    return kept, tuple(sorted(reasons))


class KeyRuling(NamedTuple):
    """What is done with all values of one key.

    Parameters
    ----------
    word
        The key as `canonical` writes it.
    shown
        The key as it is shown.
    is_person
        Whether it names a person, so that nothing of it is kept.
    is_secret
        Whether its values are blacked out as a whole.
    """

    word: str
    shown: str
    is_person: bool
    is_secret: bool


@lru_cache(maxsize=10_000)
def key_ruling(key: str) -> KeyRuling:
    """Rule on a key or column header."""
    word = canonical(key)
    return KeyRuling(word, clean(key[:TEXT_LIMIT]), names_a_person(word), holds_a_secret(word))


def publishable_value(value: str, ruling: KeyRuling) -> tuple[str, tuple[str, ...]]:
    """Return what may be kept of one value, and the reasons of its notes.

    Parameters
    ----------
    value
        As the source has it.
    ruling
        On its key, which names no person.
    """
    if len(value) < _SHORT and value.isalnum() and not ruling.is_secret:
        # Letters and digits only, and too few for any secret.
        return value, ()
    text = clean(value[:RAW_VALUE_LIMIT])
    shown = REDACTED if text and ruling.is_secret else redact(text, ruling.word)
    if shown == text and len(value) <= RAW_VALUE_LIMIT:
        return shown, ()
    said = ((CUT, len(value) > RAW_VALUE_LIMIT), (REDACTED_REASON, shown != text))
    return shown, tuple(reason for reason, is_so in said if is_so)
