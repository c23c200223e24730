"""Dates as tables write them, to ISO 8601: `20/01/12`, `02/17/2006`, `200910`, `40898`.

Which of day and month comes first is a matter of the whole column: `order_of` looks at all of the
sample, `iso_date` reads one cell by it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from sightlines.sources.values import EARLIEST_YEAR, LATEST_YEAR, read_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Order = Literal["dmy", "mdy", "unknown"]

_PARTS = re.compile(r"([0-9]{1,2})[./ -]([0-9]{1,2})[./ -]([0-9]{4}|[0-9]{2})(?:[T ].*)?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?")
_SERIAL = re.compile(r"([2-5][0-9]{4})(?:\.0+)?")
_IDEOGRAPHIC = re.compile(
    r"([0-9]{4})\s*[年년](?:\s*([0-9]{1,2})\s*[月월])?(?:\s*([0-9]{1,2})\s*[日일])?"
)
# Eras of Japan, by the year before their first (1 is the year they begin in), and the Republic.
_ERAS = {
    "明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
    "m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018, "民國": 1911, "民国": 1911,
}  # fmt: skip
_OF_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|民[國国])\s*([0-9]{1,3}|元)\s*年(?:度)?"
    r"(?:\s*([0-9]{1,2})\s*月)?(?:\s*([0-9]{1,2})\s*日)?"
)
_OF_ERA_SHORT = re.compile(r"([MTSHRmtshr])([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{1,2})")
# Milliseconds since 1970, from 2001 on.
_MILLISECONDS = re.compile(r"1[0-9]{12}")
_DAYS = re.compile(
    r"([0-9]{1,5})(?:\.0+)?\s*(?:days?|tagen?|jours?|d[ií]as?|giorn[io]|dagen|dag(?:ar)?|dager|døgn"
    r"|dage|dn[iíy]|dnů|gün|hari|päivää|nap|дн(?:я|ей|и)|день|сут(?:ок|ки)|[일日天]|วัน|ngày|ימים)"
    r"|([0-9]{1,5})[ _]*d",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")
# Day 0 of a spreadsheet, such that 40898 is 2011-12-21 (ECMA-376, 18.17.4.1).
_DAY_ZERO = date(1899, 12, 30)
_PIVOT = 50


def order_of(texts: Iterable[str]) -> Order:
    """Find whether days or months come first in a column.

    Parameters
    ----------
    texts
        Its cells.

    Returns
    -------
    Order
        `unknown` where no cell tells, or they contradict each other.
    """
    days_first = months_first = 0
    for text in texts:
        found = _PARTS.fullmatch(text.strip())
        if found:
            days_first += int(found[1]) > 12 >= int(found[2])
            months_first += int(found[2]) > 12 >= int(found[1])
    if bool(days_first) == bool(months_first):
        return "unknown"
    return "dmy" if days_first else "mdy"


@lru_cache(maxsize=65_536)
def iso_date(text: str, order: Order) -> str | None:
    """Read a date.

    Parameters
    ----------
    text
        One cell.
    order
        Of its column.

    Returns
    -------
    str or None
        ISO 8601, as precise as it is certain: only the year where the order of day and month is
        not known; None for what is no date.
    """
    text = text.strip()
    direct = read_date(text)
    if direct is not None:
        return direct
    if found := _PARTS.fullmatch(text):
        return _of_parts(int(found[1]), int(found[2]), _year(found[3]), order)
    for pattern, read in _FORMS:
        if found := pattern.fullmatch(text):
            return read(found)
    years = _YEAR.findall(text)
    return years[0] if len(years) == 1 else None


def iso_time(text: str) -> datetime | None:
    """Read a point of time that names its zone.

    Parameters
    ----------
    text
        ISO 8601 with `Z` or an offset.

    Returns
    -------
    datetime or None
        UTC, whole seconds; None for any other text, one without a zone too: it may be hours away.
    """
    try:
        found = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None
    if found.tzinfo is None or not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        return None
    return found.astimezone(UTC).replace(microsecond=0)


def days_of(text: str) -> str:
    """Take the unit off a number of days.

    Parameters
    ----------
    text
        One cell, for example `30 days`, `72 Tage`.

    Returns
    -------
    str
        The number; the same text where it is no number of days.
    """
    found = _DAYS.fullmatch(text.strip())
    return text.strip() if found is None else found[1] or found[2]


def _joined(found: re.Match[str]) -> str | None:
    return read_date("-".join(part.zfill(2) for part in found.groups() if part))


def _of_serial(found: re.Match[str]) -> str:
    return (_DAY_ZERO + timedelta(days=int(found[1]))).isoformat()


def _of_milliseconds(found: re.Match[str]) -> str:
    return datetime.fromtimestamp(int(found[0]) // 1000, UTC).date().isoformat()


def _of_era(found: re.Match[str]) -> str | None:
    era, year, *rest = found.groups()
    number = _ERAS[era.casefold()] + (1 if year == "元" else int(year))
    return read_date("-".join([str(number), *(part.zfill(2) for part in rest if part)]))


# Ways to write a date of which each says its own order.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (_COMPACT, _joined),
    (_SERIAL, _of_serial),
    (_IDEOGRAPHIC, _joined),
    (_OF_ERA, _of_era),
    (_OF_ERA_SHORT, _of_era),
    (_MILLISECONDS, _of_milliseconds),
)


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if year < _PIVOT else 1900 + year


def _of_parts(first: int, second: int, year: int, order: Order) -> str | None:
    if order == "unknown" and first != second:
        return read_date(str(year)) if max(first, second) <= 31 else None
    day, month = (second, first) if order == "mdy" else (first, second)
    return read_date(f"{year:04d}-{month:02d}-{day:02d}")
