"""How long to wait before another try."""

import math
import random
from datetime import UTC, datetime

import pytest

from sightlines.sources.fetching.pauses import backoff_s, retry_after_s

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 13:00:30 +0100", 30.0),
        ("9" * 30, math.inf),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("٣", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_s_reads_seconds_and_dates(header, seconds):
    found = retry_after_s(header, NOW)
    assert found == seconds if seconds is None else math.isclose(found, seconds)


def test_retry_after_s_reads_the_last_date_there_is():
    years = retry_after_s("Fri, 31 Dec 9999 23:59:59 GMT", NOW) / (365.2425 * 86_400)
    assert years == pytest.approx(9999 - 2026 + 39 / 365, abs=0.01)


def test_backoff_s_draws_from_a_range_that_doubles():
    chance = random.Random(3)  # noqa: S311 - it spreads pauses
    for attempt, longest in ((1, 2.0), (2, 4.0), (3, 8.0)):
        drawn = [backoff_s(attempt, 2.0, chance) for _ in range(400)]
        assert 0 <= min(drawn) < longest / 10
        assert longest * 0.9 < max(drawn) <= longest
