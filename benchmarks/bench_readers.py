"""Measure the readers beside what anyone would use instead, on the same made-up files.

    python -m benchmarks.bench_readers                  # a table, some three minutes
    python -m benchmarks.bench_readers --ten-million    # also a CSV of ten million rows: long

OpenStreetMap extracts are read with attributes, cameras only, beside `osmium tags-filter`, which
copies the same objects to another file. Tables are imported through the product's own path into a
fresh instance, beside pandas and GeoPandas, which only load them. Every figure of ours comes from
a process of its own, so that nothing is warm; interpreter and imports count for memory, not time.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas
import numpy as np
import osmium
import pandas as pd
from osmium.osm import mutable

from sightlines.observations.ledger import open_ledger
from sightlines.pipeline.imports import ImportOptions, import_file
from sightlines.settings import ROOT, Settings
from sightlines.sources.osm_pbf import read_osm_pbf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.random import Generator

NODES = 5_000_000
CSV_ROWS = 1_000_000
MANY_CSV_ROWS = 10_000_000
JSON_RECORDS = 60_000
ROUNDS = 5
NODES_A_STREET = 2_000
NODES_A_CAMERA = 500
SEED = 1
STAMP = datetime(2020, 1, 2, tzinfo=UTC)

OPERATORS = ("City Council", "Transport Authority", "Police", "Harbour Ltd", "Market Hall", "")
TYPES = ("fixed", "dome", "panning", "")
MOUNTS = ("pole", "wall", "street_lamp", "ceiling", "")
ZONES = ("town", "traffic", "parking", "building", "shop", "entrance", "")
TAGGED = (
    {"highway": "crossing", "crossing": "uncontrolled"},
    {"amenity": "bench", "backrest": "yes"},
    {"natural": "tree", "leaf_type": "broadleaved"},
    {"shop": "bakery", "name": "Bakery", "opening_hours": "Mo-Sa 07:00-18:00"},
    {"highway": "street_lamp"},
)
CSV_HEADER = (
    "id,name,address,latitude,longitude,camera_type,direction,mount,operator,zone,camera_count,"
    "installation_date\n"
)


class Figure(NamedTuple):
    """What one way of reading took; megabytes are the process's largest, in all."""

    seconds: float
    megabytes: float


class Comparison(NamedTuple):
    """One file, read by us and by the peer; a sentence instead where there is no peer."""

    what: str
    bound: str
    ours: Figure
    peer_name: str
    peer: Figure | None


def write_extract(path: Path, n_nodes: int, seed: int) -> None:
    """Write a PBF of streets and buildings with one camera in 500 nodes.

    Parameters
    ----------
    path
        A new file ending in `.osm.pbf`.
    n_nodes
        How many; there are a tenth as many ways, and a few of them and of the relations are
        cameras too, as in the world.
    seed
        Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lon, lat) in enumerate(_walks(rng, n_nodes), start=1):
            writer.add_node(
                mutable.Node(
                    id=number,
                    location=(lon, lat),
                    tags=_node_tags(number, rng),
                    version=1,
                    timestamp=STAMP,
                )
            )
        for way in _ways(n_nodes):
            writer.add_way(way)
        for relation in _relations(n_nodes):
            writer.add_relation(relation)


def _walks(rng: Generator, n_nodes: int) -> Iterator[list[float]]:
    """Yield positions that lie beside each other, as those of streets do."""
    for begin in range(0, n_nodes, NODES_A_STREET):
        length = min(NODES_A_STREET, n_nodes - begin)
        steps = rng.normal(0, 0.0003, (length, 2)).cumsum(axis=0)
        yield from (rng.uniform([6, 46], [14, 54]) + steps).tolist()


def _node_tags(number: int, rng: Generator) -> dict[str, str]:
    if number % NODES_A_CAMERA == 7:
        return camera_tags(rng)
    return TAGGED[number // 25 % len(TAGGED)] if number % 25 == 0 else {}


def camera_tags(rng: Generator) -> dict[str, str]:
    """Return a camera's tags: each optional one stands on some cameras only."""
    drawn = rng.integers(0, 10_000, 6).tolist()
    tags = {
        "man_made": "surveillance",
        "surveillance": "public" if drawn[0] % 2 else "outdoor",
        "surveillance:type": "ALPR" if drawn[0] % 5 == 0 else "camera",
        "camera:type": TYPES[drawn[1] % len(TYPES)],
        "camera:mount": MOUNTS[drawn[2] % len(MOUNTS)],
        "surveillance:zone": ZONES[drawn[3] % len(ZONES)],
        "operator": OPERATORS[drawn[4] % len(OPERATORS)],
        "camera:direction": str(drawn[5] % 360) if drawn[5] % 3 else "",
    }
    return {key: text for key, text in tags.items() if text}


def _ways(n_nodes: int) -> Iterator[mutable.Way]:
    for number in range(1, n_nodes // 10 + 1):
        nodes = list(range(number * 10 - 9, number * 10 + 1))
        if number % 2_000 == 3:
            tags = {"man_made": "surveillance", "building": "yes"}
        elif number % 2:
            tags = {"highway": "residential", "name": f"Street {number % 999}"}
        else:
            tags = {"building": "yes"}
        if "building" in tags:
            nodes.append(nodes[0])
        yield mutable.Way(id=number, nodes=nodes, tags=tags, version=1, timestamp=STAMP)


def _relations(n_nodes: int) -> Iterator[mutable.Relation]:
    for number in range(1, n_nodes // 1_000 + 1):
        building = number * 20
        if number % 500 == 1:
            tags = {"type": "multipolygon", "man_made": "surveillance"}
            members = [("w", building, "outer")]
        elif number % 50 == 2:
            tags = {"type": "enforcement", "enforcement": "maxspeed"}
            members = [("n", number, "device"), ("n", number + 5, "from")]
        else:
            tags = {"type": "multipolygon", "landuse": "forest"}
            members = [("w", building, "outer")]
        yield mutable.Relation(id=number, members=members, tags=tags, version=1, timestamp=STAMP)


def write_csv(path: Path, n_rows: int, seed: int) -> None:
    """Write a table of cameras with the twelve columns that a city's portal has.

    Parameters
    ----------
    path
        The new file.
    n_rows
        How many.
    seed
        Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as written:
        written.write(CSV_HEADER)
        for begin in range(0, n_rows, 100_000):
            numbers = range(begin + 1, min(begin + 100_000, n_rows) + 1)
            places = rng.uniform([48, 8], [52, 12], (len(numbers), 2)).round(6).tolist()
            drawn = rng.integers(0, 10_000, (len(numbers), 6)).tolist()
            written.writelines(
                f"{number},Camera {number},{a} Main Street,{lat},{lon},{TYPES[b % 4]},{c % 360},"
                f"{MOUNTS[d % 5]},{OPERATORS[e % 6]},{ZONES[f % 7]},{1 + a % 3},"
                f"20{10 + b % 14}-0{1 + c % 9}-1{d % 9}\n"
                for number, (lat, lon), (a, b, c, d, e, f) in zip(
                    numbers, places, drawn, strict=True
                )
            )


def write_json(path: Path, n_records: int, seed: int) -> None:
    """Write a flat list of number-plate readers, some of whose members are missing.

    Parameters
    ----------
    path
        The new file.
    n_records
        How many.
    seed
        Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    places = rng.uniform([25, -124], [49, -70], (n_records, 2)).round(7).tolist()
    records = []
    for number, (lat, lon) in enumerate(places, start=1):
        a, b = rng.integers(0, 360, 2).tolist()
        record = {
            "osmId": 31_431_226 + number * 7,
            "osmType": "node",
            "lat": lat,
            "lon": lon,
            "operator": f"{OPERATORS[a % 5]} {b}" if a % 4 == 0 else None,
            "brand": "Flock Safety" if b % 5 else "Motorola Solutions",
            "direction": float(a) if b % 10 else None,
            "directionCardinal": str(a) if a % 30 else f"{a};{b}",
            "surveillanceZone": "traffic" if a % 4 else None,
            "mountType": "pole" if a % 3 == 0 else None,
        }
        records.append({key: value for key, value in record.items() if value is not None})
    path.write_text(json.dumps(records, separators=(",", ":")), encoding="utf-8")


def read_extract(path: Path) -> None:
    """Read the cameras of an extract with their attributes."""
    read_osm_pbf(path, base_map=False).observations  # noqa: B018 (a property that reads all)


def import_table(path: Path) -> None:
    """Import a file into a fresh instance."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder) / "instance")
        ledger = open_ledger(settings)
        import_file(settings, ledger, path, ImportOptions(), now=datetime.now(UTC))
        ledger.close()


def load_csv(path: Path) -> None:
    """Load a CSV as the peer does."""
    rows = pd.read_csv(path)
    geopandas.GeoDataFrame(
        rows, geometry=geopandas.points_from_xy(rows["longitude"], rows["latitude"]), crs=4326
    )


def load_json(path: Path) -> None:
    """Load a list of records as the peer does."""
    rows = pd.DataFrame(json.loads(path.read_bytes()))
    geopandas.GeoDataFrame(
        rows, geometry=geopandas.points_from_xy(rows["lon"], rows["lat"]), crs=4326
    )


WAYS_TO_READ: dict[str, Callable[[Path], None]] = {
    function.__name__: function for function in (read_extract, import_table, load_csv, load_json)
}


def in_child(read: Callable[[Path], None], path: Path) -> Figure:
    """Read a file in a process of its own; the seconds are those of the reading alone."""
    command = [sys.executable, "-m", "benchmarks.bench_readers", "--child", read.__name__]
    answer = subprocess.run(
        [*command, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise SystemExit(answer.stderr)
    return Figure(*json.loads(answer.stdout))


def measure_here(read: Callable[[Path], None], path: Path) -> Figure:
    """Read a file in this process."""
    begin = time.perf_counter()
    read(path)
    spent_s = time.perf_counter() - begin
    return Figure(spent_s, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def filter_with_osmium(path: Path) -> float:
    """Let osmium-tool copy the cameras of an extract to another file; return seconds."""
    wanted = ["nwr/man_made=surveillance", "nwr/highway=speed_camera", "r/type=enforcement"]
    copy = path.with_name("filtered.osm.pbf")
    begin = time.perf_counter()
    subprocess.run(
        ["osmium", "tags-filter", path, *wanted, "-o", copy, "--overwrite", "--no-progress"],
        check=True,
    )
    return time.perf_counter() - begin


def compare_extract(folder: Path, n_nodes: int = NODES) -> Comparison:
    """Read an extract and filter it with osmium-tool, by turns; medians."""
    path = folder / "made.osm.pbf"
    write_extract(path, n_nodes, SEED)
    is_there = shutil.which("osmium") is not None
    ours, theirs = [], []
    for _ in range(ROUNDS):
        if is_there:
            theirs.append(filter_with_osmium(path))
        ours.append(in_child(read_extract, path))
    return Comparison(
        f"cameras of a PBF of {n_nodes:,} nodes, with attributes (median of {ROUNDS})",
        "2 x peer",
        _median(ours),
        "osmium tags-filter" if is_there else "osmium-tool is not installed: no comparison",
        Figure(statistics.median(theirs), 0) if is_there else None,
    )


def compare_csv(folder: Path, n_rows: int = CSV_ROWS, *, with_peer: bool = True) -> Comparison:
    """Import a CSV, and load it with GeoPandas, which takes more memory the longer it is."""
    path = folder / "made.csv"
    write_csv(path, n_rows, SEED)
    return Comparison(
        f"CSV of {n_rows:,} rows, {path.stat().st_size / 1e6:.0f} MB",
        "60 s, 500 MB" if with_peer else "bounded memory",
        in_child(import_table, path),
        "pandas.read_csv" if with_peer else "not measured",
        in_child(load_csv, path) if with_peer else None,
    )


def compare_json(folder: Path, n_records: int = JSON_RECORDS) -> Comparison:
    """Import a JSON list, and load it with GeoPandas."""
    path = folder / "made.json"
    write_json(path, n_records, SEED)
    return Comparison(
        f"JSON list of {n_records:,} records, {path.stat().st_size / 1e6:.0f} MB",
        "5 s",
        in_child(import_table, path),
        "json and pandas",
        in_child(load_json, path),
    )


def _median(figures: list[Figure]) -> Figure:
    seconds, megabytes = zip(*figures, strict=True)
    return Figure(statistics.median(seconds), statistics.median(megabytes))


def comparisons(*, ten_million: bool = False) -> list[Comparison]:
    """Make the files, read each with both; returns what came of it, in the order of the docs."""
    steps: list[Callable[[Path], Comparison]] = [compare_extract, compare_csv, compare_json]
    if ten_million:
        steps.append(partial(compare_csv, n_rows=MANY_CSV_ROWS, with_peer=False))
    with tempfile.TemporaryDirectory() as folder:
        return [step(Path(folder)) for step in steps]


def reader_rows() -> list[tuple[str, str]]:
    """Return what was measured, for the report: what, and ours beside the peer's."""
    return [
        (each.what, f"{_written(each.ours)}; {_peer(each)} (bound: {each.bound})")
        for each in comparisons()
    ]


def _written(figure: Figure) -> str:
    memory = f", {figure.megabytes:.0f} MB" if figure.megabytes else ""
    return f"{figure.seconds:.2f} s{memory}"


def _peer(each: Comparison) -> str:
    return each.peer_name if each.peer is None else f"{each.peer_name} {_written(each.peer)}"


def main() -> None:
    """Measure and print a table, or be the child that reads one file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ten-million", action="store_true", help="also a CSV of 10,000,000 rows")
    parser.add_argument("--child", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        way, file = chosen.child
        print(json.dumps(measure_here(WAYS_TO_READ[way], Path(file))))
        return
    print(f"Python {platform.python_version()}, osmium {osmium_tool_version()}\n")
    print("| what | Sightlines | peer | ours / peer | bound |\n|---|---|---|---|---|")
    for each in comparisons(ten_million=chosen.ten_million):
        ratio = f"{each.ours.seconds / each.peer.seconds:.2f}" if each.peer else "-"
        print(f"| {each.what} | {_written(each.ours)} | {_peer(each)} | {ratio} | {each.bound} |")


def osmium_tool_version() -> str:
    """Return the version of osmium-tool, or that there is none."""
    if shutil.which("osmium") is None:
        return "not installed"
    answer = subprocess.run(["osmium", "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.split()[2]


if __name__ == "__main__":
    main()
