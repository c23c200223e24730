"""Made-up cameras and the index and columns that hold them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sightlines.schema import CAMERA
from sightlines.snapshot.columns import Columns, write_columns
from sightlines.snapshot.index import Index, index_keys, index_order
from sightlines.snapshot.index_file import write_index

KINDS = ("unknown", "cctv", "alpr", "enforcement", "guard", "gunshot_detector")
GROUPS = ("unknown", "public", "private")
EDITED_S = 1_300_000_000


@dataclass(frozen=True)
class Record:
    """One camera, in the words of a tile; a direction is its text."""

    id: str
    lon: float
    lat: float
    kind: str
    group: str
    counted: bool
    camera_count: int
    camera_type: str | None
    direction: str | None
    verification: str
    status: str

    @property
    def class_byte(self) -> int:
        known = 4 if self.direction else 0
        counted = 2 if self.counted else 0
        return KINDS.index(self.kind) * 32 + GROUPS.index(self.group) * 8 + known + counted

    @property
    def sectors(self) -> list[tuple[float, float | None, str | None]] | None:
        if self.direction is None:
            return None
        pairs = [part.split(":") for part in self.direction.split(";")]
        return [(float(p[0]), float(p[1]) if len(p) > 1 else None, None) for p in pairs]


Places = list[tuple[float, float]]


@pytest.fixture
def make_records() -> Callable[[Places, int], list[Record]]:
    def make(places: Places, seed: int) -> list[Record]:
        rng = np.random.default_rng(seed)

        def one_of(*options: Any) -> Any:
            return options[rng.integers(len(options))]

        return [
            Record(
                id=f"{rng.integers(2**63):016x}"[-one_of(16, 16, 12) :],
                lon=lon,
                lat=lat,
                kind=(kind := one_of(*KINDS)),
                group=one_of(*GROUPS),
                counted=kind in KINDS[:3] and bool(rng.random() < 0.8),
                camera_count=one_of(1, 1, 1, 0, 2, 300),
                camera_type=one_of("fixed", "dome", "x" * 200, None),
                direction=one_of("0", "240", "337.5", "338:45", "90:60;180:60", None, None),
                verification=one_of("unverified", "single_source"),
                status=one_of("active", "planned"),
            )
            for lon, lat in places
        ]

    return make


@pytest.fixture
def open_records(tmp_path: Path) -> Callable[[list[Record]], tuple[Index, Columns]]:
    """Write records as a snapshot does, and open them."""

    def opened(records: list[Record]) -> tuple[Index, Columns]:
        lon = np.array([row.lon for row in records], np.float64)
        lat = np.array([row.lat for row in records], np.float64)
        classes = np.array([row.class_byte for row in records], np.uint8)
        order = index_order(lon, lat, classes, np.array([row.id for row in records], "S16"))
        rows = [records[place] for place in order]
        columns = {
            "id": [row.id for row in rows],
            "camera_count": [row.camera_count for row in rows],
            "camera_type": [row.camera_type for row in rows],
            "camera_direction": [row.sectors for row in rows],
            "verification": [row.verification for row in rows],
            "status": [row.status for row in rows],
            "sources": [["osm"] for _ in rows],
            "last_edited_at": [EDITED_S for _ in rows],
            "lon": [row.lon for row in rows],
            "lat": [row.lat for row in rows],
        }
        table = pa.table(
            {name: pa.array(v, CAMERA.field(name).type) for name, v in columns.items()}
        )
        weights = np.array(columns["camera_count"], np.int64)
        write_index(tmp_path / "index.bin", index_keys(lon, lat, classes)[order], weights)
        write_columns(tmp_path, table)
        return Index.open(tmp_path / "index.bin"), Columns.open(tmp_path)

    return opened
