"""Nothing about the people who read or contribute is asked for, kept or told to anybody."""

import base64
import re
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.browser

# The loopback has many addresses: this reader comes from one that nothing else has.
READER = "127.0.0.77"
CANARIES = {
    "User-Agent": "canary-agent-5b1f",
    "X-Forwarded-For": "203.0.113.77",
    "X-Real-IP": "203.0.113.78",
    "Forwarded": "for=203.0.113.79",
    "Referer": "https://canary-referrer.example/",
    "Cookie": "session=canary-cookie-9a2c",
    "Accept-Language": "tlh-canary",
}
TRACES = [READER, "canary", "203.0.113."]
LOADED = """() => [...document.querySelectorAll('link[href], [src], iframe, form')]
  .map((one) => one.href || one.src || one.action)
  .filter((address) => !address.startsWith(`${location.origin}/`))"""


def ask(server, path, body=None, kind=None):
    headers = CANARIES if kind is None else {**CANARIES, "Content-Type": kind}
    return server.ask(path, body, headers, source=READER)


def token_of(answer):
    return re.search(r'name="token" value="([^"]+)"', answer.text).group(1)


def send(server, path, **fields):
    token = token_of(ask(server, path))
    body = urlencode({"token": token, **fields}).encode()
    return ask(server, path, body, "application/x-www-form-urlencoded").status


def send_file(server, content):
    """Send a file as a browser does; return the status."""
    token = token_of(ask(server, "/contribute/file"))
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="canary.csv"\r\n\r\n'
        f"{content}\r\n--x--\r\n"
    )
    kind = "multipart/form-data; boundary=x"
    return ask(server, "/contribute/file", parts.encode(), kind).status


def kept(server):
    """Yield all that is kept of a server: name and content; tables also as they read."""
    for path in [server.log, *server.instance.rglob("*")]:
        if path.is_file():
            yield str(path), path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            yield f"{path} as a table", str(pq.read_table(path).to_pydict())
        if path.suffix == ".arrow":
            yield (
                f"{path} as a table",
                str(pa.ipc.open_file(path.read_bytes()).read_all().to_pydict()),
            )


def traces(server):
    return [
        f"{trace} in {name}"
        for name, content in kept(server)
        for trace in TRACES
        if trace in content or trace in name.removeprefix(str(server.instance))
    ]


def test_pages_ask_nobody_else_and_keep_nothing(served, start_visit, pages):
    """The visit itself fails the test on any request, cookie or store; this looks at the rest."""
    visit = start_visit(served)
    page = visit.context.new_page()
    for path in pages:
        answer = page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(LOADED) == [], path
        assert "set-cookie" not in answer.headers
    assert {address.startswith(f"{served.address}/") for address in visit.asked} == {True}


def test_nothing_of_a_sender_stays_anywhere(prepare, until):
    server = prepare(SIGHTLINES_UPLOAD_LIMIT_BYTES="1000")
    server.start()
    assert send(server, "/contribute", lon="24.94", lat="60.17", operator="kept") == 303
    assert send(server, "/contribute", lon="", lat="95") == 422
    assert send_file(server, "lon,lat\n24.94,60.17\n") == 200
    assert send_file(server, "lon,lat\n999,60\n") == 422
    content = base64.b64encode(b"lon,lat,operator\n24.95,60.17,kept\n").decode()
    assert send(server, "/contribute/file", confirmed="1", content=content) == 303
    assert ask(server, "/contribute", b"x" * 150_000, "text/plain").status == 413
    assert ask(server, "/contribute", b"token=x", "application/x-www-form-urlencoded").status == 403
    assert ask(server, "/nothing").status == 404
    assert ask(server, "/view?bbox=x").status == 400
    server.be_at_rest()
    server.told("moderate", "accept", *server.told("moderate", "list").split()[::4])
    until(lambda: len(server.cameras()) == 225, 30, "both are published")
    server.stop()
    server.start()
    assert ask(server, "/").status == 200
    server.stop()
    found = dict(kept(server))
    assert any("'kept'" in content for content in found.values()), "the search finds what is kept"
    assert traces(server) == []
