"""How long to wait before another try.

References
----------
RFC 9110, 10.2.3 for `Retry-After`; M. Brooker, "Exponential Backoff And Jitter" (2015), for the
pause that is drawn from the whole range.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_MOST_DIGITS = 9


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Read the header `Retry-After`.

    Parameters
    ----------
    header
        Seconds, or a date of HTTP; None where the server sent none.
    now
        UTC.

    Returns
    -------
    float or None
        Seconds, not below 0; None for what is neither, so that it counts as not said.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:_MOST_DIGITS]) if len(text) <= _MOST_DIGITS else float("inf")
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def backoff_s(attempt: int, longest_s: float, chance: random.Random) -> float:
    """Draw a pause that grows with each try.

    Parameters
    ----------
    attempt
        How many tries have failed, from 1.
    longest_s
        Longest pause after the first; it doubles with each further one.
    chance
        Where the pause is drawn from.

    Returns
    -------
    float
        Seconds between 0 and the longest.
    """
    return chance.uniform(0.0, longest_s * 2 ** (attempt - 1))
