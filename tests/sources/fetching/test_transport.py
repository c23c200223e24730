"""The bounded client, against servers that misbehave."""

import gzip
import os
import time

import brotli
import orjson
import pytest

from sightlines.sources.fetching.failures import (
    AddressRefusedError,
    AnswerRefusedError,
    BudgetSpentError,
    FetchFailedError,
)
from sightlines.sources.fetching.limits import Validators

pytestmark = pytest.mark.slow

CSV = b"id,lon,lat\n1,24.9,60.2\n"


def quickly(text):
    return brotli.compress(text, quality=3)


def test_download_writes_a_body_and_names_itself(path, transport, upstream):
    upstream.in_turn(upstream.reply(CSV, headers={"ETag": '"a"', "Last-Modified": "then"}))
    answer = transport.download(f"{upstream.url}/x.csv?a=b", path)
    assert path.read_bytes() == CSV
    assert (answer.etag, answer.last_modified, answer.is_modified) == ('"a"', "then", True)
    asked = upstream.asked[0]
    assert asked.headers["host"] == upstream.host
    assert asked.headers["user-agent"].startswith("Sightlines/")
    assert "cookie" not in asked.headers
    assert (transport.n_requests, transport.n_bytes) == (1, len(CSV))


def test_download_asks_no_proxy_of_the_environment(
    path, transport, upstream, upstreams, monkeypatch
):
    proxy = upstreams()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    upstream.in_turn(upstream.reply(CSV))
    transport.download(upstream.url, path)
    assert len(upstream.asked) == 1
    assert not proxy.asked


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_download_tries_again_what_may_pass(path, skipping, transport, upstream, status):
    upstream.in_turn(upstream.reply(status=status), upstream.reply(CSV))
    transport.download(upstream.url, path)
    assert path.read_bytes() == CSV
    assert transport.notes == {"tried_again": 1}
    assert 0 <= skipping.pauses_s[0] <= transport.limits.backoff_s


def test_download_gives_up_after_three_tries(path, skipping, transport, upstream):
    upstream.in_turn(upstream.reply(status=503))
    with pytest.raises(AnswerRefusedError, match=r"status 503.*3 times") as failed:
        transport.download(upstream.url, path)
    assert failed.value.status == 503
    assert (len(upstream.asked), len(skipping.pauses_s)) == (3, 2)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500, 206, 304])
def test_download_never_repeats_what_will_not_pass(path, transport, upstream, status):
    upstream.in_turn(upstream.reply(b"x", status=status))
    with pytest.raises(AnswerRefusedError, match=f"status {status}"):
        transport.download(upstream.url, path)
    assert len(upstream.asked) == 1


@pytest.mark.parametrize(
    ("header", "between"),
    [
        ("7", (7, 9)),
        ("Sun, 22 Nov 2026 12:00:30 GMT", (30, 32)),
        ("Sun, 22 Nov 2020 12:00:30 GMT", (0, 2)),
        ("-5", (0, 2)),
        ("whenever", (0, 2)),
    ],
)
def test_download_waits_as_long_as_the_server_asks(
    path, skipping, transport, upstream, header, between
):
    upstream.in_turn(
        upstream.reply(status=429, headers={"Retry-After": header}), upstream.reply(CSV)
    )
    transport.download(upstream.url, path)
    assert between[0] <= skipping.pauses_s[0] <= between[1]


@pytest.mark.parametrize("header", ["86400", "9" * 40, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_download_leaves_a_server_alone_that_asks_for_too_long_a_pause(
    path, skipping, transport, upstream, header
):
    upstream.in_turn(upstream.reply(status=429, headers={"Retry-After": header}))
    with pytest.raises(AnswerRefusedError, match="left alone"):
        transport.download(upstream.url, path)
    assert (len(upstream.asked), skipping.pauses_s) == (1, [])


def test_download_ends_in_time_whatever_the_server_asks(path, transport, upstream):
    upstream.in_turn(upstream.reply(status=503, headers={"Retry-After": "100"}))
    with pytest.raises(BudgetSpentError, match="longer than 60 s"):
        transport.download(upstream.url, path)
    assert len(upstream.asked) == 1


def test_download_says_when_nobody_listens(path, client, upstreams):
    gone = upstreams()
    host = gone.host
    gone.close()
    bounded = client(private_hosts=frozenset({host}))
    with pytest.raises(FetchFailedError, match="cannot be reached"):
        bounded.download(f"http://{host}/", path)
    assert bounded.n_requests == 3


WHOLE = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        WHOLE + b"Content-Length: 100\r\n\r\n" + CSV,
        WHOLE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nid,lo\r\n",
        WHOLE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nid,lo\r\n",
        WHOLE + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(CSV)[:-9],
        WHOLE + b"Content-Length: 0\r\n\r\n",
        WHOLE + b"Content-Length: 5\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\0" * 100_000,
    ],
    ids=[
        "nothing",
        "half_a_head",
        "short_of_its_length",
        "chunks_break_off",
        "broken_chunk",
        "gzip_breaks_off",
        "empty",
        "body_missing",
        "nonsense",
        "zeros",
    ],
)
def test_download_tries_an_answer_again_that_is_not_whole(path, transport, upstream, raw):
    upstream.in_turn(upstream.reply(raw=raw), upstream.reply(CSV))
    transport.download(upstream.url, path)
    assert path.read_bytes() == CSV
    upstream.in_turn(upstream.reply(raw=raw))
    with pytest.raises(FetchFailedError):
        transport.download(upstream.url, path)
    assert transport.n_requests == 5


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("identity", bytes)]
)
def test_download_takes_off_what_a_body_is_packed_in(path, transport, upstream, coding, pack):
    upstream.in_turn(upstream.reply(pack(CSV), headers={"Content-Encoding": coding}))
    transport.download(upstream.url, path)
    assert path.read_bytes() == CSV
    assert "gzip" in upstream.asked[0].headers["accept-encoding"]


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("br", quickly)])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_download_stops_a_bomb_early(path, transport, upstream, coding, pack, is_chunked):
    bomb = pack(bytes(60_000_000))
    raw = None
    if is_chunked:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n"
        raw = head.encode() + b"\r\n%x\r\n" % len(bomb) + bomb + b"\r\n0\r\n\r\n"
    upstream.in_turn(upstream.reply(bomb, headers={"Content-Encoding": coding}, raw=raw))
    with pytest.raises(FetchFailedError, match=r"unpacks to more than 100 times|more than 20 MB"):
        transport.download(upstream.url, path)
    assert len(upstream.asked) == 1
    assert transport.n_bytes <= 20_000_000 + 65_536


def test_download_takes_no_more_bytes_than_allowed(path, client, upstream):
    bounded = client(total_bytes=3_000_000)
    upstream.in_turn(upstream.reply(os.urandom(2_000_000)))
    bounded.download(upstream.url, path)
    with pytest.raises(BudgetSpentError, match="more than 3 MB"):
        bounded.download(upstream.url, path)


def test_download_makes_no_more_requests_than_allowed(path, client, upstream):
    bounded = client(requests=4)
    upstream.in_turn(upstream.reply(status=302, headers={"Location": "/again"}))
    with pytest.raises(BudgetSpentError, match="More than 4 requests"):
        bounded.download(upstream.url, path)
    assert len(upstream.asked) == 4


@pytest.mark.parametrize(
    "raw",
    [
        WHOLE + b"Content-Length: 1000\r\n\r\n" + bytes(1000),
        WHOLE + b"X-Long: " + b"x" * 1000,
        WHOLE + b"\r\n" + bytes(1000),
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    ],
    ids=["body", "head", "body_without_length", "continues"],
)
def test_download_ends_a_server_that_sends_a_byte_now_and_then(path, client, upstream, raw):
    bounded = client(total_s=1.0)
    upstream.in_turn(upstream.reply(raw=raw, pause_s=0.1))
    started_s = time.monotonic()
    with pytest.raises(BudgetSpentError, match="longer than 1 s"):
        bounded.download(upstream.url, path)
    assert time.monotonic() - started_s < 3


def test_download_gives_up_on_a_server_that_says_nothing(path, client, upstream):
    bounded = client(read_s=0.3)
    upstream.in_turn(upstream.reply(CSV, pause_s=2.0))
    with pytest.raises(AnswerRefusedError, match="broke off"):
        bounded.download(upstream.url, path)
    assert len(upstream.asked) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><body>busy</body></html>",
        b"\xef\xbb\xbf \n<!doctype  HTML>",
        b"<html lang='en'>",
        b'<?xml version="1.0"?>\n<!-- a --><!DOCTYPE html PUBLIC "x">',
    ],
)
def test_download_refuses_a_page_for_people(path, transport, upstream, body):
    upstream.in_turn(upstream.reply(body, headers={"Content-Type": "text/csv"}))
    with pytest.raises(AnswerRefusedError, match="page for people"):
        transport.download(upstream.url, path)
    assert len(upstream.asked) == 1


@pytest.mark.parametrize("body", [b"<kml></kml>", b"html,lon\n", b"<?xml version='1.0'?><osm/>"])
def test_download_takes_data_that_is_called_a_page(path, transport, upstream, body):
    upstream.in_turn(upstream.reply(body, headers={"Content-Type": "text/html"}))
    transport.download(upstream.url, path)
    assert path.read_bytes() == body


def test_download_follows_redirects(path, transport, upstream):
    upstream.in_turn(
        upstream.reply(status=301, headers={"Location": "/b"}),
        upstream.reply(status=307, headers={"Location": f"{upstream.url}/c?x=1"}),
        upstream.reply(CSV),
    )
    answer = transport.download(f"{upstream.url}/a", path)
    assert [asked.path for asked in upstream.asked] == ["/a", "/b", "/c"]
    assert answer.url == f"{upstream.url}/a"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{other}/",
        "http://localhost:{port}/",
        "http://127.0.0.1:{other}/",
        "http://127.1:{other}/",
        "http://2130706433:{other}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://user:secret@127.0.0.1:{port}/",
        "//169.254.169.254/",
    ],
)
def test_download_refuses_redirects_that_lead_inside(
    path, transport, upstream, upstreams, status, location
):
    other = upstreams()
    there = location.format(port=upstream.port, other=other.port)
    upstream.in_turn(upstream.reply(status=status, headers={"Location": there}))
    with pytest.raises(AddressRefusedError):
        transport.download(upstream.url, path)
    assert (len(upstream.asked), len(other.asked)) == (1, 0)


def test_download_ends_a_loop_of_redirects(path, transport, upstream):
    upstream.in_turn(upstream.reply(status=302, headers={"Location": "/a"}))
    with pytest.raises(AnswerRefusedError, match="redirects more than 5 times"):
        transport.download(f"{upstream.url}/a", path)
    assert len(upstream.asked) == 6


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "127.1", "[::1]"])
def test_download_asks_nothing_inside_that_is_not_listed(path, client, upstream, name):
    bounded = client(private_hosts=frozenset())
    with pytest.raises(AddressRefusedError, match="not a public address"):
        bounded.download(f"http://{name}:{upstream.port}/", path)
    assert not upstream.asked


def test_download_sends_validators_only_for_the_address_they_belong_to(path, transport, upstream):
    known = Validators(f"{upstream.url}/a", '"1"', "Sun, 22 Nov 2026 12:00:00 GMT")
    upstream.script = lambda asked: (
        upstream.reply(status=304) if "if-none-match" in asked.headers else upstream.reply(CSV)
    )
    assert not transport.download(f"{upstream.url}/a", path, known=known).is_modified
    assert upstream.asked[0].headers["if-none-match"] == '"1"'
    assert upstream.asked[0].headers["if-modified-since"] == known.last_modified
    assert not path.exists()
    assert transport.download(f"{upstream.url}/b", path, known=known).is_modified


def test_json_parses_what_servers_write(transport, upstream):
    upstream.in_turn(
        upstream.reply(b'\xef\xbb\xbf{"a": NaN, "b": "\t"}'),
        upstream.reply(orjson.dumps({"a": 1})),
        upstream.reply(b"[]"),
    )
    assert transport.json(upstream.url)["b"] == "\t"
    assert transport.json(upstream.url) == {"a": 1}
    assert transport.json(upstream.url) == []


@pytest.mark.parametrize("body", [b'{"elements": [{"id": 1', b"[" * 100_000, b"id,lon\n", b"{} {}"])
def test_json_tries_again_and_refuses_what_is_cut_off(transport, upstream, body):
    upstream.in_turn(upstream.reply(body), upstream.reply(b"{}"))
    assert transport.json(upstream.url) == {}
    upstream.in_turn(upstream.reply(body))
    with pytest.raises(AnswerRefusedError, match="broken or cut off"):
        transport.json(upstream.url)
    assert len(upstream.asked) == 5


def test_json_refuses_a_page_that_is_too_large(client, upstream):
    bounded = client(page_bytes=1024**2)
    upstream.in_turn(upstream.reply(b"[" + b"1," * 600_000 + b"1]"))
    with pytest.raises(AnswerRefusedError, match="more than 1 MiB"):
        bounded.json(upstream.url)
