"""A small world for tests from end to end: lists written by hand, read, ruled on, published."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from sightlines.observations.ledger import open_ledger
from sightlines.observations.moderation import decide
from sightlines.observations.run_decisions import accept_run, rollback_run
from sightlines.observations.submissions import submit
from sightlines.pipeline.imports import ImportOptions, ImportReport, import_file
from sightlines.pipeline.publication import publish
from sightlines.schema import READ
from sightlines.settings import Settings
from sightlines.snapshot.reader import CurrentSnapshot, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.run_rows import RunRow

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
LON, LAT = 25.0, 61.5
# Metres of a degree at 61.5 degrees north on WGS 84.
EAST_M, NORTH_M = 53_255.0, 111_437.0

Row = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """A snapshot, asked by a source's own ids.

    Parameters
    ----------
    snapshot
        As the processes of a site open it.
    statements
        All of its evidence.
    """

    snapshot: Snapshot
    statements: list[Row]

    @property
    def id(self) -> str:
        return self.snapshot.id

    @property
    def cameras(self) -> list[Row]:
        return self.snapshot.cameras.to_pylist()

    @property
    def ids(self) -> dict[tuple[str, str], str]:
        """Return the camera of each source's own id; an id must be one camera's alone."""
        found = {(row["source"], row["native_id"]): row["camera"] for row in self.statements}
        assert len(found) == len(self.statements)
        return found

    def of(self, source: str, native_id: str) -> Row:
        """Return the camera that a source speaks of."""
        return self.snapshot.camera(self.ids[source, native_id])

    def subject(self, source: str, native_id: str) -> str:
        (found,) = [
            row["subject"]
            for row in self.statements
            if (row["source"], row["native_id"]) == (source, native_id)
        ]
        return found


@dataclass
class Living:
    """An instance with its record."""

    settings: Settings
    ledger: Ledger
    folder: Path
    reports: list[ImportReport] = field(default_factory=list)

    def reads(
        self, source: str, rows: Sequence[Row], at: datetime = START, **options: Any
    ) -> ImportReport:
        """Import a list of cameras of the public streets, by default under CC0."""
        path = self.list_file(source, rows)
        said = {"source": source, "licence": "CC0-1.0", "kind": "cctv", **options}
        return self.imports(path, at, **said)

    def list_file(self, name: str, rows: Sequence[Row]) -> Path:
        """Write a table with the columns of its first row."""
        path = self.folder / f"{name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def imports(self, path: Path, at: datetime = START, **options: Any) -> ImportReport:
        report = import_file(self.settings, self.ledger, path, ImportOptions(**options), now=at)
        self.reports.append(report)
        return report

    def contributes(self, at: datetime, *places: tuple[float, float], **said: Any) -> None:
        """Let somebody send cameras in, and a moderator accept them."""
        row = {"kind": "cctv", "status": "active", "private_home": False, "raw": "{}", **said}
        rows = [{**row, "lon": lon, "lat": lat} for lon, lat in places]
        table = pa.Table.from_pylist(rows, schema=READ)
        sent = submit(self.ledger, table, received_on=at.date())
        decide(self.ledger, sent, decision="accepted", moderator="anna", reason="", now=at)

    def rolls_back(self, run: str, at: datetime) -> RunRow | None:
        return rollback_run(self.ledger, self.settings.lake_folder, run, reason="", now=at)

    def accepts(self, run: str, at: datetime) -> RunRow:
        return accept_run(self.ledger, self.settings.lake_folder, run, now=at)

    def publishes(self, at: datetime = START) -> Seen:
        publish(self.settings, self.ledger, now=at)
        return self.seen()

    def seen(self) -> Seen:
        """Open what was published last."""
        snapshot = CurrentSnapshot(self.settings.snapshots_folder).get()
        return Seen(snapshot, snapshot.behind.statements.to_pylist())


@pytest.fixture(scope="session")
def world_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the base map of a site without extracts, which takes a while to make."""
    settings = Settings(instance=tmp_path_factory.mktemp("world") / "instance")
    ledger = open_ledger(settings)
    publish(settings, ledger, now=START)
    ledger.close()
    return settings.base_maps_folder


@pytest.fixture(scope="session")
def new_site(world_map: Path) -> Callable[..., Living]:
    """Return a function that makes a site in a folder: without sources, or like another one."""

    def made(folder: Path, like: Living | None = None) -> Living:
        instance = folder / "instance"
        if like is None:
            shutil.copytree(world_map, instance / world_map.name)
        else:
            shutil.copytree(like.settings.instance, instance)
        settings = Settings(instance=instance, publish_delay_s=0, catalogue=folder / "catalogue")
        for other in (settings.catalogue, folder / "lists"):
            other.mkdir()
        return Living(settings, open_ledger(settings), folder / "lists")

    return made


@pytest.fixture
def living(tmp_path: Path, new_site: Callable[..., Living]) -> Iterator[Living]:
    """Return a site without sources, whose catalogue knows nothing."""
    site = new_site(tmp_path)
    yield site
    site.ledger.close()


@pytest.fixture(scope="session")
def place() -> Callable[[float, float], tuple[float, float]]:
    """Return a function that gives longitude and latitude of metres from a place in Finland."""

    def at(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
        return round(LON + east_m / EAST_M, 7), round(LAT + north_m / NORTH_M, 7)

    return at


@pytest.fixture(scope="session")
def cam(place: Callable[[float, float], tuple[float, float]]) -> Callable[..., Row]:
    """Return a function that makes a row of a list, at metres east and north of a place."""

    def row(native_id: object, east_m: float, north_m: float = 0.0, **said: object) -> Row:
        lon, lat = place(east_m, north_m)
        return {"id": str(native_id), "lon": f"{lon:.7f}", "lat": f"{lat:.7f}", **said}

    return row
