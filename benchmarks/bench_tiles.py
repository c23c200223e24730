"""Measure tiles through the product's own path: Index.open -> cut_tile -> encode_tile.

Run `.venv/bin/python benchmarks/bench_tiles.py [--rows N] [--json]`. The cameras are made up: they
lie around 400 centres with sizes like those of cities (Zipf), in the classes that OpenStreetMap's
surveillance nodes have. Tiles are drawn at each zoom around a random camera, so none is empty and
crowded ones come up as often as readers look at them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sightlines.attributes import KINDS, OPERATOR_GROUPS
from sightlines.geodesy import class_bytes, mercator
from sightlines.schema import CAMERA
from sightlines.snapshot.columns import Columns, write_columns
from sightlines.snapshot.index import Index, index_keys, index_order
from sightlines.snapshot.index_file import write_index
from sightlines.tiles.encode import encode_tile
from sightlines.tiles.grid import cut_tile

if TYPE_CHECKING:
    from numpy.typing import NDArray

CENTRES = 400
ZOOMS = range(16)
TILES_A_ZOOM = 400


class Made(NamedTuple):
    """Made-up cameras: a table with the columns that the index needs, and their class bytes."""

    cameras: pa.Table
    classes: NDArray[np.uint8]


def make_cameras(n_rows: int, seed: int) -> Made:
    """Make cameras around cities.

    Parameters
    ----------
    n_rows
        How many.
    seed
        Of the random numbers: the same seed gives the same cameras.

    Returns
    -------
    Made
        In random order.
    """
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, CENTRES + 1)
    city = rng.choice(CENTRES, n_rows, p=share / share.sum())
    centre_lon, centre_lat = rng.uniform(-180, 180, CENTRES), rng.normal(30, 20, CENTRES)
    # Half in a centre of about 2 km, the rest spread over about 30 km.
    spread = np.where(rng.random(n_rows) < 0.5, 0.02, 0.3)
    lat = np.clip(centre_lat[city] + rng.normal(0, 1, n_rows) * spread, -80, 80)
    lon = centre_lon[city] + rng.normal(0, 1, n_rows) * spread / np.cos(np.radians(lat))
    lon = (lon + 180) % 360 - 180
    kind = rng.choice(len(KINDS), n_rows, p=[0.15, 0.6, 0.15, 0.08, 0.01, 0.01]).astype(np.uint8)
    group = rng.choice(len(OPERATOR_GROUPS), n_rows, p=[0.7, 0.2, 0.1]).astype(np.uint8)
    known = rng.random(n_rows) < 0.4
    counted = (kind < 3) & (rng.random(n_rows) < 0.97)
    bearings = rng.integers(0, 360, n_rows)
    sectors = [
        [(float(b), None, None)] if k else None for b, k in zip(bearings, known, strict=True)
    ]
    types = np.array(["fixed", "dome", "panning", None])
    type_of = rng.choice(4, n_rows, p=[0.5, 0.2, 0.1, 0.2])
    columns = {
        "id": [f"{number:016x}" for number in rng.permutation(n_rows).tolist()],
        "camera_count": np.where(rng.random(n_rows) < 0.98, 1, rng.integers(2, 20, n_rows)),
        "camera_type": types[type_of],
        "camera_direction": sectors,
        "verification": rng.choice(["single_source", "corroborated", "unverified"], n_rows),
        "status": np.where(rng.random(n_rows) < 0.98, "active", "planned"),
        "sources": [["osm"]] * n_rows,
        "last_edited_at": rng.integers(1_200_000_000, 1_700_000_000, n_rows),
        "lon": lon,
        "lat": lat,
    }
    arrays = {name: pa.array(column, CAMERA.field(name).type) for name, column in columns.items()}
    return Made(pa.table(arrays), class_bytes(kind, group, known, counted))


def build(folder: Path, made: Made) -> dict[str, float]:
    """Write index and columns; returns seconds of each step."""
    begin = time.perf_counter()
    lon, lat = made.cameras["lon"].to_numpy(), made.cameras["lat"].to_numpy()
    ids = np.array(made.cameras["id"].to_pylist(), "S16")
    sorting = time.perf_counter()
    order = index_order(lon, lat, made.classes, ids)
    keys = index_keys(lon, lat, made.classes)[order]
    sorted_ = time.perf_counter()
    table = made.cameras.take(pa.array(order)).combine_chunks()
    writing = time.perf_counter()
    write_index(folder / "index.bin", keys, table["camera_count"].to_numpy())
    written = time.perf_counter()
    write_columns(folder, table)
    end = time.perf_counter()
    return {
        "read_ids_s": round(sorting - begin, 3),
        "sort_s": round(sorted_ - sorting, 3),
        "arrange_table_s": round(writing - sorted_, 3),
        "write_index_s": round(written - writing, 3),
        "write_columns_s": round(end - written, 3),
    }


def measure_tiles(folder: Path, seed: int) -> list[dict[str, float | str]]:
    """Draw tiles of each zoom; returns a row of figures a zoom, the last for all zooms."""
    index, columns = Index.open(folder / "index.bin"), Columns.open(folder)
    rng = np.random.default_rng(seed)
    results, everything = [], []
    for z in ZOOMS:
        rows = rng.integers(0, len(index), TILES_A_ZOOM)
        across, down = mercator(columns.lon[rows], columns.lat[rows])
        tiles = (np.column_stack([across, down]) * (1 << z)).astype(int).tolist()
        found = [_draw(index, columns, z, x, y) for x, y in tiles]
        results.append(_figures(str(z), found))
        everything += found
    return [*results, _figures("all", everything)]


def _draw(index: Index, columns: Columns, z: int, x: int, y: int) -> tuple[float, int, int]:
    start = time.perf_counter()
    cut = cut_tile(index, columns, z, x, y)
    body = encode_tile(cut, columns)
    spent_ms = (time.perf_counter() - start) * 1000
    return spent_ms, len(body), sum(len(part.x) for part in cut if part is not None)


def _figures(zoom: str, found: list[tuple[float, int, int]]) -> dict[str, float | str]:
    spent_ms, size, features = np.array(found).T
    return {
        "zoom": zoom,
        "p50_ms": round(float(np.median(spent_ms)), 3),
        "p99_ms": round(float(np.percentile(spent_ms, 99)), 3),
        "max_ms": round(float(spent_ms.max()), 3),
        "bytes_p50": int(np.median(size)),
        "bytes_max": int(size.max()),
        "features_p50": int(np.median(features)),
        "features_max": int(features.max()),
    }


def measure(n_rows: int, seed: int) -> dict[str, Any]:
    """Build an index of made-up cameras and draw tiles from it; returns all figures."""
    made = make_cameras(n_rows, seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = build(folder, made)
        begin = time.perf_counter()
        n_classes = len(Index.open(folder / "index.bin").partitions)
        Columns.open(folder)
        return {
            "rows": n_rows,
            "classes": n_classes,
            "build": built,
            "open_ms": round((time.perf_counter() - begin) * 1000, 1),
            "size_bytes": {path.name: path.stat().st_size for path in sorted(folder.iterdir())},
            "tiles": measure_tiles(folder, seed),
        }


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many cameras")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    chosen = parser.parse_args()
    figures = measure(chosen.rows, chosen.seed)
    sys.stdout.write(json.dumps(figures) if chosen.json else as_text(figures))
    sys.stdout.write("\n")


def as_text(figures: dict[str, Any]) -> str:
    """Write the figures as a table for people."""
    tiles = figures["tiles"]
    lines = [
        f"{figures['rows']:,} cameras in {figures['classes']} classes; opened in "
        f"{figures['open_ms']} ms",
        *(f"{name:16} {value:8.3f}" for name, value in figures["build"].items()),
        f"index.bin {figures['size_bytes']['index.bin']:,} bytes; with columns "
        f"{sum(figures['size_bytes'].values()):,}",
        "".join(f"{name:>13}" for name in tiles[0]),
        *("".join(f"{value:>13}" for value in row.values()) for row in tiles),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
