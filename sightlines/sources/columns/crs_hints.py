"""What the headers of a table's positions say of their coordinate system.

Terms
-----
hint
    A word or a number in a header that stands for one system or several, for example `TWD97`.
label
    As of `crs`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.crs import known_crs
from sightlines.sources.columns.position_names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

# KATEC, of Korean maps for cars, has no code; the shift is the one that maps of Korea use for
# Bessel 1841.
_KATEC = (
    "+proj=tmerc +lat_0=38 +lon_0=128 +k=0.9999 +x_0=400000 +y_0=600000 +ellps=bessel "
    "+towgs84=-115.80,474.99,674.11,1.16,-2.31,-1.63,6.43 +units=m +no_defs"
)
# What a folded header says -> the systems it may mean.
_HINTS: tuple[tuple[re.Pattern[str], tuple[int | str, ...]], ...] = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        (r"\btwd 97\b", (3826, 3825)),
        (r"\btwd 67\b", (3828, 3827)),
        (r"\blv 95\b", (2056,)),
        (r"\blv 03\b", (21781,)),
        (r"\bch 1903\b", (21781, 2056)),
        (r"\b(?:l|lambert|rgf) 93\b", (2154,)),
        (r"\bl(?:ambert)? (?:2|ii) ?e(?:tendu)?\b", (27572,)),
        (r"\blambert 72\b", (31370,)),
        (r"\blambert 2008\b", (3812,)),
        (r"\b(?:osgb|osgr|bng|british national grid)\b", (27700,)),
        (r"\b(?:rd|rijksdriehoek\w*)\b", (28992,)),
        (r"\bitm\b", (2157, 2039)),
        (r"\btm 35 fin\b", (3067,)),
        (r"\bsweref\b", (3006,)),
        (r"\blaea\b", (3035,)),
        (r"\b(?:krovak|jtsk)\b", (5514,)),
        (r"\b(?:puwg|pl|uklad) (?:19)?92\b", (2180,)),
        (r"\b(?:hk|hong kong) (?:19)?80\b", (2326,)),
        (r"\bsvy 21\b", (3414,)),
        (r"\bnztm\b", (2193,)),
        (r"\bmercator\b", (3857,)),
        (r"\b(?:gk|gauss|dhdn)\b", (31466, 31467, 31468, 31469)),
        (r"\butm ?k\b", (5179, 5178)),
        (r"\btm 128\b|\bkatec\b", (_KATEC,)),
        (r"중부원점", (5181, 5186, 5174)),
        (r"서부원점", (5180, 5185, 5173)),
        (r"동부원점", (5183, 5187, 5176)),
        (r"\bgrs 80\b", (5180, 5181, 5183, 5184, 5185, 5186, 5187, 5188)),
    )
)
_EPSG = re.compile(r"\bepsg ([0-9]{4,6})\b")
_CODE = re.compile(r"\b([0-9]{4,6})\b")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_UTM_ZONE = re.compile(r"\butm\b.*?\b([1-9]|[1-5][0-9]|60)\b(?: ([a-z])\b)?")


def crs_of_headers(headers: Iterable[str]) -> tuple[str, ...]:
    """Return the systems that headers may name.

    Parameters
    ----------
    headers
        Of the columns that hold the positions.

    Returns
    -------
    tuple of str
        Labels; several where a name is used for several systems; empty where none is named.
    """
    meant: dict[str, None] = {}
    for header in headers:
        folded = fold(header)
        stated = _EPSG.search(folded)
        codes: tuple[int | str, ...] = (stated[1],) if stated else ()
        if not codes:
            codes = next((found for hint, found in _HINTS if hint.search(folded)), ())
        codes = (
            codes
            or _utm(folded)
            or tuple(code for code in _CODE.findall(folded) if not _YEAR.fullmatch(code))
        )
        for code in codes:
            try:
                meant[known_crs(str(code))] = None
            except SourceRefusedError:
                continue
    return tuple(meant)


def _utm(folded: str) -> tuple[int, ...]:
    """Return the two halves of a UTM zone, or the one that a letter names, by EPSG codes."""
    match = _UTM_ZONE.search(folded)
    if match is None:
        return ()
    zone, letter = int(match[1]), match[2] or ""
    if not letter:
        return (32600 + zone, 32700 + zone)
    # `S` is written for south far more often than for the band from 32 to 40 degrees north.
    return (32600 + zone,) if letter >= "n" and letter != "s" else (32700 + zone,)
