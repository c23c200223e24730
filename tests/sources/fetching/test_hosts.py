"""Which addresses may be asked."""

import ipaddress
import socket

import pytest

from sightlines.sources.fetching.failures import AddressRefusedError, PassingError
from sightlines.sources.fetching.hosts import addresses_of, is_public, place_of, redirected


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104 - to be refused
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "no address",
    ],
)
def test_is_public_refuses_what_leads_inside(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "100.128.0.1"])
def test_is_public_takes_addresses_of_the_internet(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "gopher://example.org",
        "//example.org/x",
        "example.org",
        "http://",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "http://:@example.org/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://example.org:x/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://a%00b/",
        "",
    ],
)
def test_place_of_refuses_what_is_no_plain_address(url):
    with pytest.raises(AddressRefusedError):
        place_of(url)


def test_place_of_never_repeats_a_password():
    with pytest.raises(AddressRefusedError) as refused:
        place_of("http://user:secret@example.org/")
    assert "secret" not in str(refused.value)


def test_place_of_writes_host_and_target_as_they_go_on_the_wire():
    place = place_of("https://Bücher.Example/ä b?q=ü&x=1\r\nEvil: 1#part")
    assert place.host == "xn--bcher-kva.example"
    assert (place.port, place.name) == (443, "xn--bcher-kva.example")
    assert place.target == "/%C3%A4%20b?q=%C3%BC&x=1Evil:%201"


def test_place_of_names_a_port_that_is_not_the_usual_one():
    assert place_of("http://example.org:8080").name == "example.org:8080"
    assert place_of("http://[2606:4700::1]:80/").name == "[2606:4700::1]"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
    ],
)
def test_addresses_of_refuses_hosts_inside_however_they_are_written(host):
    with pytest.raises(AddressRefusedError):
        addresses_of(place_of(f"http://{host}/"), frozenset(), 5.0)


def test_addresses_of_takes_a_private_host_that_is_listed_with_its_port():
    listed = frozenset({"localhost:8001"})
    assert "127.0.0.1" in addresses_of(place_of("http://localhost:8001/"), listed, 5.0)
    with pytest.raises(AddressRefusedError):
        addresses_of(place_of("http://localhost:8002/"), listed, 5.0)
    with pytest.raises(AddressRefusedError):
        addresses_of(place_of("http://127.0.0.1:8001/"), listed, 5.0)


def test_addresses_of_says_that_a_name_is_not_known():
    with pytest.raises((PassingError, AddressRefusedError)):
        addresses_of(place_of(f"http://{'a' * 64}.invalid/"), frozenset(), 5.0)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a.example/", "javascript:x", ""])
def test_redirected_stays_on_the_web(location):
    place = place_of("http://example.org/a/b")
    if not location:
        assert redirected(place, location).target == "/a/b"
        return
    with pytest.raises(AddressRefusedError):
        redirected(place, location)


def test_redirected_never_leads_from_https_to_http():
    place = place_of("https://example.org/a")
    assert redirected(place, "/b").scheme == "https"
    assert redirected(place_of("http://example.org/a"), "https://example.org/").scheme == "https"
    with pytest.raises(AddressRefusedError, match="from https to http"):
        redirected(place, "http://example.org/a")


def answering(*addresses):
    """Return a resolver that gives these addresses for every name."""
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]
    return lambda *_, **__: rows


def test_addresses_of_takes_only_the_public_ones_of_a_name(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answering("127.0.0.1", "8.8.8.8", "10.0.0.1"))
    assert addresses_of(place_of("http://a.example/"), frozenset(), 5.0) == ["8.8.8.8"]


def test_addresses_of_tries_few_addresses(monkeypatch):
    many = [f"8.8.8.{n}" for n in range(200)]
    monkeypatch.setattr(socket, "getaddrinfo", answering(*many))
    assert addresses_of(place_of("http://a.example/"), frozenset(), 5.0) == many[:4]


def test_download_resolves_a_name_once_and_connects_to_what_was_looked_at(
    client, upstream, path, monkeypatch
):
    asked = []
    resolve = socket.getaddrinfo

    def noting(host, *rest, **named):
        asked.append(host)
        return resolve(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", noting)
    name = f"localhost:{upstream.port}"
    upstream.in_turn(upstream.reply(b"data"))
    client(private_hosts=frozenset({name})).download(f"http://{name}/", path)
    assert asked[0] == "localhost"
    assert all(ipaddress.ip_address(host) for host in asked[1:])
    assert upstream.asked[0].headers["host"] == name
