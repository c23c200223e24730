"""Socrata portals."""

import pytest

from sightlines.sources.content import Content
from sightlines.sources.fetching import socrata
from sightlines.sources.fetching.failures import (
    AnswerRefusedError,
    BudgetSpentError,
    ChangedError,
    FetchFailedError,
)
from sightlines.sources.register import read

ROWS = [{"camera": f"c{n}", "latitude": str(60 + n / 100), "longitude": "24.9"} for n in range(25)]
SAID = {"reader": "socrata", "dataset": "abcd-1234"}


@pytest.fixture(autouse=True)
def short_pages(monkeypatch):
    monkeypatch.setattr(socrata, "PAGE_ROWS", 10)


def portal(upstream, rows, *counts):
    """Answer as a portal does; `counts` in turn, the last for ever."""
    left = list(counts) or [len(rows)]

    def answer(asked):
        if "$select" in asked.query:
            n = left.pop(0) if len(left) > 1 else left[0]
            return upstream.json([{"n": str(n)}])
        start = int(asked.query["$offset"])
        return upstream.json(rows[start : start + int(asked.query["$limit"])])

    return answer


def test_fetch_socrata_joins_pages_in_a_stable_order(fetched, upstream):
    upstream.script = portal(upstream, ROWS)
    found = fetched(url=f"{upstream.url}/", **SAID)
    assert {asked.path for asked in upstream.asked} == {"/resource/abcd-1234.json"}
    pages = [asked.query for asked in upstream.asked if "$offset" in asked.query]
    assert pages == [
        {"$limit": "10", "$offset": str(start), "$order": ":id"} for start in (0, 10, 20)
    ]
    assert upstream.asked[0].query == {"$select": "count(*) as n"} == upstream.asked[-1].query
    reading = read(Content.of_path(found.path))
    assert reading.rows.num_rows == 25
    assert (found.path.name, found.n_requests) == ("aa_test.json", 5)


def test_fetch_socrata_takes_shorter_pages_than_asked_for(fetched, upstream):
    whole = portal(upstream, ROWS)

    def answer(asked):
        if "$limit" in asked.query:
            asked.query["$limit"] = "7"
        return whole(asked)

    upstream.script = answer
    assert read(Content.of_path(fetched(url=upstream.url, **SAID).path)).rows.num_rows == 25


def test_fetch_socrata_starts_again_once_when_the_source_changes(fetched, upstream):
    upstream.script = portal(upstream, ROWS, 24, 25)
    assert fetched(url=upstream.url, **SAID).notes == {"read_again": 1}
    upstream.script = portal(upstream, ROWS, 25, 26, 25)
    found = fetched(url=upstream.url, **SAID)
    assert found.notes == {"read_again": 1}
    assert read(Content.of_path(found.path)).rows.num_rows == 25


@pytest.mark.parametrize("counts", [(26,), (24,), (25, 24, 25, 24)])
def test_fetch_socrata_refuses_pages_that_do_not_add_up(fetched, upstream, counts):
    upstream.script = portal(upstream, ROWS, *counts)
    with pytest.raises(ChangedError, match="hold 25 rows"):
        fetched(url=upstream.url, **SAID)


def test_fetch_socrata_ends_pages_that_never_end(fetched, upstream):
    def answer(asked):
        if "$select" in asked.query:
            return upstream.json([{"n": "99999999"}])
        return upstream.json([{"row": asked.query["$offset"]}])

    upstream.script = answer
    with pytest.raises(BudgetSpentError, match="More than 200 requests"):
        fetched(url=upstream.url, **SAID)


def test_fetch_socrata_refuses_one_page_sent_for_every_offset(fetched, upstream):
    def answer(asked):
        return upstream.json([{"n": "25"}] if "$select" in asked.query else ROWS[:10])

    upstream.script = answer
    with pytest.raises(AnswerRefusedError, match="same page again"):
        fetched(url=upstream.url, **SAID)
    assert len(upstream.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [{"error": True, "message": "x"}, [], [[]], [{"n": "many"}], [{"n": None}], "x", [{"n": "-1"}]],
)
def test_fetch_socrata_refuses_what_is_no_count(fetched, upstream, answer):
    upstream.in_turn(upstream.json(answer))
    with pytest.raises(AnswerRefusedError, match="how many rows"):
        fetched(url=upstream.url, **SAID)


def test_fetch_socrata_refuses_a_page_that_is_no_list(fetched, upstream):
    upstream.in_turn(upstream.json([{"n": "25"}]), upstream.json({"error": True}))
    with pytest.raises(AnswerRefusedError, match="no list of rows"):
        fetched(url=upstream.url, **SAID)


def test_fetch_socrata_says_that_a_data_set_has_gone(fetched, upstream):
    upstream.in_turn(upstream.json({"error": True}, status=404))
    with pytest.raises(FetchFailedError, match="status 404"):
        fetched(url=upstream.url, **SAID)


def test_fetch_socrata_takes_a_page_again_that_was_cut_off(fetched, upstream):
    whole = portal(upstream, ROWS)
    cut = [1]

    def answer(asked):
        reply = whole(asked)
        if "$offset" in asked.query and asked.query["$offset"] == "10" and cut:
            cut.pop()
            return upstream.reply(reply.body[:-20])
        return reply

    upstream.script = answer
    found = fetched(url=upstream.url, **SAID)
    assert read(Content.of_path(found.path)).rows.num_rows == 25
    assert found.notes == {"tried_again": 1}
