"""Text from outside: what is taken off it, and what is blacked out in it.

A live picture's address, an IP address, a telephone number or an e-mail address never enters the
record, neither as an attribute nor in the source's own words that are kept beside it
(DEFINITIONS: nothing about a person; TAGS: feeds and stream URLs are never published).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REDACTED = "[redacted]"
TEXT_LIMIT = 200
LIMITS = {"description": 1_000}
RAW_VALUE_LIMIT = 2_000
RAW_KEY_LIMIT = 500

# Marks that reorder or hide text; joiners (200C, 200D) stay, some scripts need them.
_HIDDEN = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC))
)
_MARKS_IN_A_ROW = 4

_URL = re.compile(r"[a-z][a-z0-9+.-]{1,12}://[^\s<>\"']+", re.IGNORECASE)
_STREAM = re.compile(
    r"^(?:rts|rtm|rtp|mms|srt|udp)[a-z]*:|\.m3u8|\.mpd\b|mjpe?g|\.cgi\b|/live\b|/stream|livecam|webcam"
    r"|^[a-z][a-z0-9+.-]*://[^/\s]*@|[?&](?:token|password|passwd|pwd|auth|key)=",
    re.IGNORECASE,
)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IPV4 = re.compile(rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?::[0-9]{{2,5}})?(?![\w.]*[0-9])")
_IPV6 = re.compile(
    r"(?<![\w:])(?:(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6})"
    r"(?![\w:])",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(
    r"(?<![\w.])(?:\+[0-9][0-9\s()./-]{6,18}[0-9]"
    r"|\(?[0-9]{2,5}\)?[\s/-][0-9]{3,4}[\s-][0-9]{3,4})(?![\w.-])"
)
_PHONE_DIGITS = 10
_DECIMAL = re.compile(r"[+-]?[0-9]{1,3}\.[0-9]+")

_SECRET_KEY = re.compile(
    r"webcam|livecam|rtsp|stream|m3u8|video_url|feed_url|phone|telephone|^tel$|mobile|fax|e_?mail"
    r"|^ip$|ip_addr|ipaddr|password|login",
)
_PERSON_KEYS = frozenset(
    {
        "user", "uid", "changeset", "username", "user_name", "userid", "user_id", "osm_user",
        "osm_uid", "contributor", "author", "reporter", "reported_by", "contact_name",
        "contact_person",
    }
)  # fmt: skip


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


def redact(text: str) -> str:
    """Black out stream addresses, addresses with credentials, IP addresses, telephone and e-mail.

    Parameters
    ----------
    text
        Cleaned text.

    Returns
    -------
    str
        With `REDACTED` in their place; the same text where there is none.
    """
    if _DECIMAL.fullmatch(text) or not any(sign in text for sign in "@:.-+/ "):
        return text
    text = _URL.sub(_redacted_url, text)
    for pattern in (_EMAIL, _IPV4, _IPV6):
        text = pattern.sub(REDACTED, text)
    return _PHONE.sub(_redacted_phone, text)


def _redacted_phone(found: re.Match[str]) -> str:
    """Black out what has as many digits as a telephone number; two road numbers have fewer."""
    number = found.group()
    digits = sum(sign.isdigit() for sign in number)
    return REDACTED if digits >= _PHONE_DIGITS or number.startswith("+") else number


def _redacted_url(found: re.Match[str]) -> str:
    url = found.group()
    return REDACTED if _STREAM.search(url) or _IPV4.search(url) or "://[" in url else url


def publishable_tags(tags: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what may be kept of a row in the source's own words.

    Parameters
    ----------
    tags
        Key -> text, as the source has them.

    Returns
    -------
    tags
        Cleaned; without keys that name the editor; secrets blacked out; long texts cut.
    reasons
        Of the notes: `raw:redacted`, `raw:person_dropped`, `raw:cut`.
    """
    kept: dict[str, str] = {}
    reasons: set[str] = set()
    for number, (key, value) in enumerate(tags.items()):
        word = canonical(key)
        if word in _PERSON_KEYS:
            reasons.add("raw:person_dropped")
            continue
        if number >= RAW_KEY_LIMIT or len(value) > RAW_VALUE_LIMIT:
            reasons.add("raw:cut")
            if number >= RAW_KEY_LIMIT:
                break
        text = clean(value[:RAW_VALUE_LIMIT])
        shown = REDACTED if text and _SECRET_KEY.search(word) else redact(text)
        if shown != text:
            reasons.add("raw:redacted")
        kept[clean(key[:TEXT_LIMIT])] = shown
    return kept, tuple(sorted(reasons))
