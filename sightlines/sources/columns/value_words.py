"""What values mean: from the words that publishers use to the choices of the attribute table.

Terms
-----
choice word
    A text under a column that means one of the choices of an attribute, of `kind` or of `status`,
    in any language of the vocabulary: `SC-PTZ Camera` under a camera type means `panning`.

The words stand in `choice_words`. OpenStreetMap's own values never come here: its tags are read as
they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sightlines.attributes import BY_NAME, KINDS, STATUSES
from sightlines.sources.columns.choice_words import WORDS
from sightlines.sources.free_text import clean

# Headers below which many things stand: only values that nearly all speak one language decide.
CLOSED = ("kind", "status", "camera_type", "camera_mount", "surveillance", "operator_type")


def word_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of the words, written as in `choice_words`, in lower case."""
    parts = []
    for word in words:
        stem = re.escape(word.rstrip("*")).replace("\\ ", r"[\s_-]*").replace(r"\-", r"[\s_-]*")
        if any(ord(sign) > 0x0E00 for sign in word):
            parts.append(stem)
        else:
            parts.append(rf"(?<![^\W_]){stem}" + ("" if word.endswith("*") else r"(?![^\W_])"))
    return re.compile("|".join(parts))


# What makes of a word its opposite, right before it or with one word between.
_NOT = re.compile(
    r"(?<![^\W_])(?:not?|non|nicht|nie|ne|não|nao|niet|inte|ikke|ej|ei|nem|nu|tidak|değil|не|нет"
    r"|לא|غير|không|chưa)(?:[\s_-]+\w+)?[\s_-]+$|(?:ไม่(?:ได้)?|[未不非无無미비])$"
)
_PATTERNS = {
    meaning: tuple((choice, word_pattern(words)) for choice, words in rows)
    for meaning, rows in WORDS.items()
}


@lru_cache(maxsize=65_536)
def choice_of(meaning: str, text: str) -> str | None:
    """Say which choice a publisher's word means.

    Parameters
    ----------
    meaning
        `kind`, `status` or the name of an attribute with choices.
    text
        As the file has it.

    Returns
    -------
    str or None
        A choice of that meaning; None where the vocabulary does not know the word.
    """
    plain = clean(text).casefold()
    word = re.sub(r"[\s_-]+", "_", plain).strip("_")
    own = own_choices(meaning)
    if word in own:
        return own[word]
    for choice, pattern in _PATTERNS.get(meaning, ()):
        found = pattern.search(plain)
        if found is not None:
            is_denied = choice == "active" and _NOT.search(plain[: found.start()]) is not None
            return "disused" if is_denied else choice
    return None


@lru_cache(maxsize=64)
def own_choices(meaning: str) -> dict[str, str]:
    """Return the words of the attribute table itself, joined by `_` -> choice."""
    if meaning == "kind":
        return {kind: kind for kind in KINDS if kind != "unknown"}
    if meaning == "status":
        return {status: status for status in STATUSES}
    attribute = BY_NAME.get(meaning)
    if attribute is None:
        return {}
    own = {re.sub(r"[\s_-]+", "_", c.casefold()): c for c in attribute.choices}
    return {**dict(attribute.aliases), **own}


def kind_of_title(*titles: str) -> str | None:
    """Say what kind of device a file is about, by what it is called.

    Parameters
    ----------
    *titles
        A file's stem, or what it calls itself.

    Returns
    -------
    str or None
        A kind; None where the title does not say, or says only `camera`.
    """
    for title in map(spaced_title, titles):
        if _SPEED.search(title):
            return "enforcement"
        for kind, pattern in _PATTERNS["kind"]:
            found = pattern.search(title)
            if found is not None and not _ONLY_A_CAMERA.fullmatch(found.group()):
                return kind
    return None


def names_cameras(text: str) -> bool:
    """Say whether a title or header speaks of cameras or surveillance at all."""
    spaced = spaced_title(text)
    found = any(pattern.search(spaced) for _, pattern in _PATTERNS["kind"])
    return found or _CAMS.search(spaced) is not None


def names_enforcement(header: str) -> bool:
    """Say whether a header says that all its rows are about speeding or red lights."""
    return _ENFORCEMENT.fullmatch(spaced_title(header).strip()) is not None


def spaced_title(title: str) -> str:
    """Write a title in lower case, its words apart."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title)).casefold()


_ONLY_A_CAMERA = re.compile(r"cam|c[aáâ]mara|c[aâ]mera|cam[eé]ra|kamera|telecamera|камера")
_CAMS = re.compile(r"\bcams?\b")
# In a title of a list of cameras the word says what they measure; a speed dome only turns fast.
_SPEED = re.compile(r"\bspeed\b(?! dome)")
_ENFORCEMENT = re.compile(
    r"(?:(?:photo )?enforcement|violation) (?:type|kind|code)|단속 ?구분|違規類型"
)
