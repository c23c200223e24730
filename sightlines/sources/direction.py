"""Directions: from what people write to sectors.

Terms
-----
sector
    `bearing_deg`, the middle, clockwise from true north, 0 <= bearing < 360, 0 is north;
    `width_deg`, the opening angle, null where only a bearing is given; `width_source`, `tagged`
    where the width stands in the source, else null.

References
----------
OpenStreetMap wiki, Key:direction (ranges run clockwise from the first value to the second) and
Key:camera:direction; the forms found in the world and their shares are in docs (TAGS).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TypedDict

TAGGED = "tagged"
MOST_SECTORS = 36


class Sector(TypedDict):
    """One sector; see the module's terms."""

    bearing_deg: float
    width_deg: float | None
    width_source: str | None


_POINTS = (
    "n", "nne", "ne", "ene", "e", "ese", "se", "sse",
    "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw",
)  # fmt: skip
_BEARINGS = {point: index * 22.5 for index, point in enumerate(_POINTS)}
_WORDS = {"north": "n", "east": "e", "south": "s", "west": "w"}
_IDEOGRAPHS = str.maketrans("北東东南西북동남서", "neeswnesw")
_FACING = re.compile(r"方向|방향|쪽|향|[朝向面方側侧邊边往]")
_TRAFFIC = re.compile(r"[nsew]{1,2}b|[a-z -]*bound")
_OF_WAY = frozenset({"forward", "backward", "both"})

_END = r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?|[a-z]{1,10}"
_RANGE = re.compile(rf"({_END})\s*(?:-|to)\s*({_END})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_UNIT = re.compile(r"(?<=[0-9])\s*(?:°|deg(?:rees?)?\b|[도度])")
_ALL_ROUND = re.compile(
    r"(?:360\s*)?(?:전방위|전방향|전방면|全方位|全方向|omni-?directional|all[ -]?round)|360\s*전방"
)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212~", "-"))


def read_sectors(text: str) -> tuple[list[Sector], tuple[str, ...]]:
    """Read a direction in any of the forms found in the world.

    Parameters
    ----------
    text
        Bearings in degrees, ranges, points of the compass, several of them separated by `;` or `,`.

    Returns
    -------
    sectors
        In the order given; empty where none can be read.
    codes
        Why a part was left out (`of_traffic`, `of_way`, `over_360`, `unreadable`,
        `too_many`) or changed (`modulo_360`, `empty_range`).
    """
    plain = unicodedata.normalize("NFKC", text.replace("º", "°")).casefold().translate(_DASHES)
    parts = [part.strip() for part in re.split(r"[;,|]", _UNIT.sub("", plain)) if part.strip()]
    sectors: list[Sector] = []
    codes: set[str] = set()
    for part in parts[:MOST_SECTORS]:
        sector, found = _read_part(part)
        codes |= found
        if sector is not None and sector not in sectors:
            sectors.append(sector)
    if len(parts) > MOST_SECTORS:
        codes.add("too_many")
    if not parts:
        codes.add("unreadable")
    return sectors, tuple(sorted(codes))


def bearings_apart_deg(first: float, second: float) -> float:
    """Return the smaller angle between two bearings, 0 to 180 degrees."""
    return abs((first - second + 180.0) % 360.0 - 180.0)


def _read_part(part: str) -> tuple[Sector | None, set[str]]:
    if part in _OF_WAY:
        return None, {"of_way"}
    if _TRAFFIC.fullmatch(part):
        return None, {"of_traffic"}
    if _ALL_ROUND.fullmatch(part):
        return _range(0.0, 360.0)
    bearing = _bearing(part)
    if bearing is not None:
        return _single(bearing)
    ends = _RANGE.fullmatch(part)
    start, end = (_bearing(ends[1]), _bearing(ends[2])) if ends else (None, None)
    if start is None or end is None:
        return None, {"unreadable"}
    return _range(start, end)


def _single(bearing: float) -> tuple[Sector | None, set[str]]:
    if abs(bearing) > 360.0:
        return None, {"over_360"}
    codes = {"modulo_360"} if bearing < 0 else set()
    return Sector(bearing_deg=_wrap(bearing), width_deg=None, width_source=None), codes


def _range(start: float, end: float) -> tuple[Sector | None, set[str]]:
    if max(abs(start), abs(end)) > 360.0:
        return None, {"over_360"}
    codes = {"modulo_360"} if min(start, end) < 0 else set()
    width = _wrap(end - start)
    if width == 0.0 and start == end:
        return Sector(bearing_deg=_wrap(start), width_deg=None, width_source=None), {
            *codes,
            "empty_range",
        }
    # 0-360 is written for all round: a full circle, not an empty one.
    width = width or 360.0
    bearing = _wrap(start + width / 2.0)
    return Sector(bearing_deg=bearing, width_deg=width, width_source=TAGGED), codes


def _wrap(angle: float) -> float:
    wrapped = round(angle % 360.0, 6)
    return 0.0 if wrapped >= 360.0 else wrapped


def _bearing(text: str) -> float | None:
    """Read one number or one point of the compass; None where it is neither."""
    if _NUMBER.fullmatch(text):
        return float(text)
    if text in _BEARINGS:
        return _BEARINGS[text]
    if any(word in text for word in _WORDS):
        return _BEARINGS.get(_letters(text))
    if text.isascii():
        return None
    return _BEARINGS.get(_in_order(_FACING.sub("", text).translate(_IDEOGRAPHS)))


def _letters(text: str) -> str:
    for word, letter in _WORDS.items():
        text = text.replace(word, letter)
    return re.sub(r"[\s_-]+", "", text)


def _in_order(letters: str) -> str:
    """Turn east-north, as Chinese has it, into north-east."""
    head, tail = letters[:-2], letters[-2:]
    return head + (tail[::-1] if tail[:1] in {"e", "w"} else tail)
