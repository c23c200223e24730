"""Why observations are one camera, and what a reader may say to it."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from sightlines.observations.rulings import decide_pair, pending_rulings
from sightlines.pipeline.publication import publish
from sightlines.web.application import create_app

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def client(lists):
    return create_app(lists).test_client()


@pytest.fixture
def ledger(lists, opened):
    return opened(lists)


@pytest.fixture(scope="session")
def matched(place_of):
    """Return the id of the camera that both lists know."""
    return place_of(24.0, "osm-tampere")


def forms(page):
    """Return what each form of a page would send, but for the word."""
    return [
        dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
        for form in re.findall(r"<form.*?</form>", page, re.DOTALL)
    ]


def say(client, camera, verdict, headers=None, **changed):
    """Send the first form of a camera's page."""
    (form, *_) = forms(client.get(f"/cameras/{camera}/matches").text)
    fields = {**form, "verdict": verdict, **changed}
    return client.post(f"/cameras/{camera}/matches", data=fields, headers=headers)


def rows_in_ledger(ledger):
    with ledger.reading() as connection:
        return connection.execute(text("select count(*) from match_rulings")).scalar()


def test_matches_page_says_what_speaks_for_and_against(lists_reader, matched):
    page = lists_reader.get(f"/cameras/{matched}/matches").text
    assert "Why one camera?" in page
    assert "taken for one camera" in page
    assert "1.2 m apart" in page
    assert "90° (E) / 95° (E)" in page or "95° (E) / 90° (E)" in page
    assert "dome / fixed" in page or "fixed / dome" in page
    assert "+1 bit means twice as likely" in page


def test_matches_page_adds_up(lists_reader, matched):
    page = lists_reader.get(f"/cameras/{matched}/matches").text
    (first, *_) = re.findall(r"<table.*?</table>", page, re.DOTALL)
    parts = [
        float(number.replace("\N{MINUS SIGN}", "-"))
        for number in re.findall(r'class="bits-figure">([^<]+)<', first)
    ]
    total = float(re.search(r"<strong>([^<]+)</strong></td></tr>", first).group(1))
    assert len(parts) > 3
    # Each figure is rounded to a tenth.
    assert total == pytest.approx(sum(parts), abs=0.05 * (len(parts) + 1))


def test_matches_page_lists_what_could_not_be_compared(lists_reader, alike):
    page = lists_reader.get(f"/cameras/{alike[0]}/matches").text
    (unknown,) = re.findall(r"Not known of both: ([^<]+)\.", page)
    assert {"direction", "operator", "camera type"} <= set(unknown.split(", "))


def test_matches_page_of_a_camera_alone_has_no_form(lists_reader, place_of):
    page = lists_reader.get(f"/cameras/{place_of(24.6, 'fi-city-list')}/matches").text
    assert "No observation of another source" in page
    assert "<form" not in page


def test_ask_keeps_the_pair_the_word_and_the_day_and_nothing_else(client, ledger, matched):
    answer = say(client, matched, "different", headers={"User-Agent": "secret-agent/7"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/cameras/{matched}/matches/thanks"
    (row,) = pending_rulings(ledger)
    assert (row.verdict, row.state, row.reason, row.moderator) == ("different", "pending", "", None)
    assert row.decided_at is None
    with ledger.reading() as connection:
        (kept,) = connection.execute(text("select * from match_rulings")).all()
    assert "secret-agent" not in str(kept)
    assert "127.0.0.1" not in str(kept)
    assert "flask matches" in client.get(answer.headers["Location"]).text


def test_ask_does_not_show_that_something_waits(client, matched):
    before = client.get(f"/cameras/{matched}/matches").text
    say(client, matched, "different")
    after = client.get(f"/cameras/{matched}/matches").text
    hidden = r'name="token" value="[^"]+"'
    assert re.sub(hidden, "", before) == re.sub(hidden, "", after)


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_ask_takes_either_word_on_an_uncertain_pair(client, ledger, alike, verdict):
    assert say(client, alike[0], verdict).status_code == 303
    (row,) = pending_rulings(ledger)
    assert row.verdict == verdict


@pytest.mark.parametrize(
    ("verdict", "changed"),
    [
        ("same", {}),
        ("perhaps", {}),
        ("", {}),
        ("different", {"first": "a" * 16}),
        ("different", {"second": "a" * 16}),
        ("different", {"first": "", "second": ""}),
        ("different", {"first": "x" * 100_000}),
        ("different", {"first": "' or 1=1 --"}),
        ("different", {"first": "\udcff\x00"}),
    ],
)
def test_ask_refuses_what_cannot_be_said_of_a_pair(client, ledger, matched, verdict, changed):
    changed = {name: value.encode(errors="surrogatepass") for name, value in changed.items()}
    answer = say(client, matched, verdict, **changed)
    assert answer.status_code == 400
    assert "cannot be said of these two" in answer.text
    assert rows_in_ledger(ledger) == 0


def test_ask_refuses_a_pair_of_another_camera(client, ledger, matched, alike):
    (form, *_) = forms(client.get(f"/cameras/{alike[0]}/matches").text)
    answer = client.post(f"/cameras/{matched}/matches", data={**form, "verdict": "same"})
    assert answer.status_code == 400
    assert rows_in_ledger(ledger) == 0


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_ask_refuses_a_form_without_our_token(client, ledger, matched, token):
    assert say(client, matched, "different", token=token).status_code == 403
    assert rows_in_ledger(ledger) == 0


def test_ask_refuses_a_token_of_another_form(client, ledger, matched):
    other = re.search(r'name="token" value="([^"]+)"', client.get("/contribute").text).group(1)
    assert say(client, matched, "different", token=other).status_code == 403
    assert rows_in_ledger(ledger) == 0


def test_ask_refuses_a_form_that_another_site_sends(client, ledger, matched):
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert say(client, matched, "different", headers=headers).status_code == 403
    assert rows_in_ledger(ledger) == 0


def test_ask_stops_at_the_ceiling_of_the_hour(lists, ledger, alike):
    client = create_app(replace(lists, rate_submissions_per_hour=1)).test_client()
    codes = [say(client, alike[0], "same").status_code for _ in range(2)]
    assert codes == [303, 429]


def test_reading_matches_writes_nothing(client, ledger, matched):
    for path in ("", "/thanks", "?verdict=different"):
        assert client.get(f"/cameras/{matched}/matches{path}").status_code == 200
    assert rows_in_ledger(ledger) == 0
    assert client.get("/cameras/none/matches").status_code == 404
    assert client.post("/cameras/none/matches").status_code == 403


def test_matches_page_says_what_a_moderator_has_decided(lists, client, ledger, alike):
    (form, *_) = forms(client.get(f"/cameras/{alike[0]}/matches").text)
    said = {"verdict": "same", "moderator": "owl", "reason": "seen on the ground"}
    decide_pair(ledger, form["first"], form["second"], **said, now=NOW)
    page = client.get(f"/cameras/{alike[0]}/matches").text
    assert "A moderator has decided since: these are one camera" in page
    assert forms(page) == []
    fields = {**form, "verdict": "different"}
    assert client.post(f"/cameras/{alike[0]}/matches", data=fields).status_code == 400
    publish(lists, ledger, now=NOW)
    page = client.get(f"/cameras/{alike[0]}/matches", follow_redirects=True).text
    assert "one camera, as a moderator has decided" in page
    assert forms(page) == []
    for secret in ("owl", "seen on the ground"):
        assert secret not in page
