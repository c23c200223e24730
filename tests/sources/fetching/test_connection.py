"""Connections over TLS: names are checked, and nothing waits for ever."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sightlines.sources.fetching.failures import AddressRefusedError, FetchFailedError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return files of a certificate for `localhost` that signs itself, and of its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    words = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem"
    )
    subprocess.run([openssl, *words.split()], cwd=folder, check=True, capture_output=True)  # noqa: S603 - fixed words
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def port(certificate):
    """Return the port of a server that speaks TLS and redirects `/away` to plain HTTP."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", f"http://localhost:{server.server_address[1]}/")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"data")

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self):
            plain, address = super().get_request()
            plain.settimeout(5)
            try:
                return context.wrap_socket(plain, server_side=True), address
            except OSError:
                plain.close()
                raise

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def hosts(port):
    return frozenset({f"localhost:{port}", f"127.0.0.1:{port}"})


def test_download_takes_a_certificate_that_is_trusted_and_of_that_name(
    client, path, port, certificate
):
    trusting = client(authorities=certificate[0], private_hosts=hosts(port))
    trusting.download(f"https://localhost:{port}/", path)
    assert path.read_bytes() == b"data"


def test_download_refuses_a_certificate_that_nobody_vouches_for(client, path, port):
    with pytest.raises(FetchFailedError, match="no valid certificate"):
        client(private_hosts=hosts(port)).download(f"https://localhost:{port}/", path)


def test_download_refuses_a_certificate_of_another_name(client, path, port, certificate):
    trusting = client(authorities=certificate[0], private_hosts=hosts(port))
    with pytest.raises(FetchFailedError, match="no valid certificate"):
        trusting.download(f"https://127.0.0.1:{port}/", path)


def test_download_never_falls_back_to_plain_http(client, path, port, certificate):
    trusting = client(authorities=certificate[0], private_hosts=hosts(port))
    with pytest.raises(AddressRefusedError, match="from https to http"):
        trusting.download(f"https://localhost:{port}/away", path)


def test_download_gives_up_on_a_handshake_that_never_ends(client, path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        waiting = client(connect_s=0.3, private_hosts=hosts(port))
        started_s = time.monotonic()
        with pytest.raises(FetchFailedError, match="cannot be reached"):
            waiting.download(f"https://localhost:{port}/", path)
        assert time.monotonic() - started_s < 3
