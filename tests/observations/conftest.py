"""Fixtures of the record: an instance of its own for each test, and small readings."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from sightlines.observations.ledger import Ledger, open_ledger
from sightlines.observations.origins import Origin
from sightlines.observations.subjects import natural_subjects
from sightlines.schema import AREA, BASE_MAP_FEATURE, OBSERVATION, READ, STANDING, TIME
from sightlines.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FIRST = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SmallRows:
    table: pa.Table

    @property
    def num_rows(self) -> int:
        return self.table.num_rows

    def batches(self) -> Iterator[pa.RecordBatch]:
        yield from self.table.to_batches()


@dataclass(frozen=True)
class SmallReading:
    observations: pa.Table
    format: str = "osm_pbf"
    encoding: str | None = None
    crs: str | None = "EPSG:4326"
    rejected: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    extent: shapely.Geometry | None = None
    base_map: pa.Table | None = None
    areas: pa.Table | None = None

    @property
    def rows(self) -> SmallRows:
        return SmallRows(self.observations)

    @property
    def rows_read(self) -> int:
        return self.observations.num_rows + sum(self.rejected.values())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(instance=tmp_path / "instance")


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    opened = open_ledger(settings)
    yield opened
    opened.close()


@pytest.fixture
def lake(settings: Settings) -> Path:
    return settings.lake_folder


@pytest.fixture
def rows() -> Callable[..., pa.Table]:
    """Make rows of READ at the positions given; None is one without a position."""

    def make(*positions: tuple[float, float] | None, **values: object) -> pa.Table:
        always = {"kind": "cctv", "status": "active", "private_home": False, "raw": "{}"}
        return pa.Table.from_pylist(
            [
                always
                | ({} if position is None else {"lon": position[0], "lat": position[1]})
                | values
                for position in positions
            ],
            schema=READ,
        )

    return make


@pytest.fixture
def observed() -> Callable[..., pa.Table]:
    """Make rows of OBSERVATION of one source from dicts; what is left out is the same for all."""

    def make(*rows: dict[str, object], run: str = "r", when: datetime = FIRST) -> pa.Table:
        always = {
            "run": run,
            "source": "s",
            "licence": "CC0-1.0",
            "retrieved_at": when,
            "kind": "cctv",
            "status": "active",
            "private_home": False,
            "raw": "{}",
        }
        whole = [
            always | {"id": f"{run}/{number}", "ordinal": number} | row
            for number, row in enumerate(rows)
        ]
        return pa.Table.from_pylist(whole, schema=OBSERVATION)

    return make


@pytest.fixture
def stood() -> Callable[..., pa.Table]:
    """Make STANDING of the rows of a source's first run; `missing_since` one a row, or none."""

    def make(rows: pa.Table, *missing_since: datetime | None) -> pa.Table:
        since = pa.array(missing_since or [None] * rows.num_rows, TIME)
        columns = [*rows.columns, natural_subjects(rows), since]
        return pa.Table.from_arrays(columns, schema=STANDING)

    return make


@pytest.fixture
def areas() -> Callable[..., pa.Table]:
    """Make one square area a level."""

    def make(*levels: str) -> pa.Table:
        square = shapely.to_wkb(shapely.MultiPolygon([shapely.box(24, 60, 25, 61)]))
        return pa.Table.from_pylist(
            [
                {
                    "code": f"{level}:1",
                    "name": "Square",
                    "level": level,
                    "source": "the reader's",
                    "licence": "the reader's",
                    "geometry": square,
                }
                for level in levels
            ],
            schema=AREA,
        )

    return make


@pytest.fixture
def base_map() -> pa.Table:
    street = shapely.to_wkb(shapely.LineString([(24, 60), (25, 61)]))
    return pa.Table.from_pylist(
        [{"layer": "street", "class": "primary", "name": "High Street", "geometry": street}],
        schema=BASE_MAP_FEATURE,
    )


@pytest.fixture
def reading(rows: Callable[..., pa.Table]) -> Callable[..., SmallReading]:
    """Make a reading of the rows given, or of one camera in Helsinki."""

    def make(observations: pa.Table | None = None, **values: object) -> SmallReading:
        found = rows((24.94, 60.17)) if observations is None else observations
        return SmallReading(found, **values)

    return make


@pytest.fixture
def origin() -> Callable[..., Origin]:
    def make(digest: str = "a" * 64, day: int = 1, **parameters: object) -> Origin:
        return Origin(digest, parameters, datetime(2026, 3, day, 12, 30, 15, 999, tzinfo=UTC))

    return make


@pytest.fixture
def start(settings: Settings) -> Callable[[str], subprocess.Popen[str]]:
    """Start a real process that knows `settings` and runs the code given."""

    def begin(code: str) -> subprocess.Popen[str]:
        opening = (
            "from pathlib import Path\n"
            "from sightlines.settings import Settings\n"
            f"settings = Settings(instance=Path({str(settings.instance)!r}))\n"
        )
        return subprocess.Popen(  # noqa: S603 - the code of the tests themselves
            [sys.executable, "-W", "error", "-c", opening + code],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


@pytest.fixture
def finish() -> Callable[..., list[str]]:
    """Wait for processes and return what each has printed; a failed one fails the test."""

    def wait(*processes: subprocess.Popen[str]) -> list[str]:
        printed = []
        for process in processes:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            printed.append(out.strip())
        return printed

    return wait
