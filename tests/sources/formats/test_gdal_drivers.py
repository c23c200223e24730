"""That GDAL, so treated, opens nothing but three formats; the same file opens otherwise."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]

# Drivers are taken away for good, so each reading has a process of its own.
READ = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import pyogrio.raw
from sightlines.sources.formats.gdal_drivers import keep_safe_drivers
if sys.argv[1] == "safe":
    keep_safe_drivers()
print(sorted(pyogrio.list_drivers()) if sys.argv[1] == "safe" else "")
try:
    print(pyogrio.raw.read(sys.argv[2])[3])
except pyogrio.errors.DataSourceError:
    print("refused")
"""


def read(path: Path, *, how: str) -> str:
    run = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", READ, how, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return run.stdout


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Serve on this machine and remember what is asked for."""
    asked: list[str] = []

    class Remembering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815 - the base class gives the name

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remembering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def vrt(source: str) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>{source}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


def test_keep_safe_drivers_leaves_three(tmp_path: Path) -> None:
    said = read(tmp_path / "none.shp", how="safe")
    assert said.splitlines()[0] == "['ESRI Shapefile', 'FlatGeobuf', 'GPKG']"


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.fgb", "a.geojson"])
def test_keep_safe_drivers_lets_no_file_lead_to_another(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("word\nconfidential\n")
    path = tmp_path / name
    path.write_text(vrt(str(tmp_path / "secret.csv")).replace("passwd", "secret"))
    assert "confidential" in read(path, how="as it comes")
    assert read(path, how="safe").splitlines()[1] == "refused"


def test_keep_safe_drivers_lets_no_file_lead_to_an_address(
    listener: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = listener
    path = tmp_path / "a.gpkg"
    path.write_text(vrt(f"/vsicurl/{address}/a.csv"))
    read(path, how="as it comes")
    assert asked
    asked.clear()
    assert read(path, how="safe").splitlines()[1] == "refused"
    assert asked == []
