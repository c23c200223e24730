"""Measure conflation: how right it is beside a plain merge and splink, and how fast.

    python -m benchmarks.bench_conflation              # both; some ten minutes, most of it splink
    python -m benchmarks.bench_conflation --quality    # precision and recall on labelled sets
    python -m benchmarks.bench_conflation --speed      # two sources of 500,000, then 1 % changed

All three ways get the same sets in the same run. Splink is trained on the labels of each set and
shown twice (`splink_peer`): with the threshold whose F1 is best there, and with the one that finds
most at no less than the precision of ours. Ours has one set of weights and one threshold for all,
and is shown a second time with a lower one: the highest of `LOWER` that finds as much as splink.
Times and memory come from processes of their own.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from benchmarks.labelled import SEED, labelled_sets
from benchmarks.labels import assess, real_cameras
from benchmarks.large_sources import change, overlapping_sources
from benchmarks.splink_peer import splink_clusters
from sightlines.cameras.conflation import Conflation, conflate
from sightlines.cameras.evaluation import ALL, add_up, cameras_lost, plain_merge
from sightlines.cameras.parameters import PARAMETERS
from sightlines.settings import ROOT

if TYPE_CHECKING:
    from benchmarks.labels import Labelled

SHARED = ROOT.parent / "shared" / "data" / "cameras"
PLAIN_M = 10.0
N_ROWS = 500_000
CHANGED_SHARE = 0.01
LOWER = (0.5, 0.4, 0.3)
NO_DATA = "the shared data folder does not lie beside the project: not measured"


class Quality(NamedTuple):
    """What came of one set: evaluations of each way, and cameras lost by the plain merge.

    `lower` is what ours finds with each threshold of `LOWER`.
    """

    name: str
    ours: pa.Table
    lower: tuple[pa.Table, ...]
    plain: pa.Table
    splink: pa.Table
    splink_precise: pa.Table
    lost: int
    cameras: int


class Spent(NamedTuple):
    """What one conflation took: seconds, those of the processor, and the most memory."""

    wall_s: float
    cpu_s: float
    megabytes: float


class Speed(NamedTuple):
    """What conflating two large sources takes from the beginning, and after a change."""

    rows: int
    full: Spent
    changed_rows: int
    incremental: Spent


def clusters_of(conflation: Conflation) -> dict[str, int]:
    """Return subject -> number of its cluster."""
    return dict(zip(conflation.subjects.to_pylist(), conflation.cluster.tolist(), strict=True))


def measure_quality(known: Labelled) -> Quality:
    """Link a set in the three ways."""
    observations = known.observations
    lon, lat = (observations[name].to_numpy() for name in ("lon", "lat"))
    merged = plain_merge(lon, lat, PLAIN_M)
    subjects = observations["subject"].to_pylist()
    cameras = real_cameras(known)
    ours, *lower = (
        assess(known, clusters_of(conflate(observations, replace(PARAMETERS, **threshold))))
        for threshold in ({}, *({"match_probability": each} for each in LOWER))
    )
    splink = [assess(known, clusters) for _, clusters in splink_clusters(known)]
    return Quality(
        known.name,
        ours,
        tuple(lower),
        assess(known, dict(zip(subjects, merged.tolist(), strict=True))),
        max(splink, key=lambda table: (_f1(table), -_in_all(table)["fp"])),
        as_precise(splink, _in_all(ours)["precision"] or 0.0),
        cameras_lost(cameras, merged),
        len(set(cameras)),
    )


def as_precise(evaluations: list[pa.Table], precision: float) -> pa.Table:
    """Return the one that finds most at no less than a precision; where none is, the most precise.

    Parameters
    ----------
    evaluations
        Of one set, at several thresholds.
    precision
        Between 0 and 1.
    """
    reaching = [table for table in evaluations if (_in_all(table)["precision"] or 0) >= precision]
    if reaching:
        return max(reaching, key=lambda table: int(_in_all(table)["tp"]))
    return max(evaluations, key=lambda table: float(_in_all(table)["precision"] or 0))


def as_complete(found: list[Quality]) -> tuple[float, pa.Table]:
    """Return the highest of `LOWER` with which ours finds as much as splink, and what it finds.

    Parameters
    ----------
    found
        Of all sets; the lowest threshold where none finds as much.
    """
    peer = _in_all(add_up(row.splink for row in found))["recall"]
    ours = [add_up(row.lower[place] for row in found) for place in range(len(LOWER))]
    reaching = [place for place, table in enumerate(ours) if _in_all(table)["recall"] >= peer]
    place = min(reaching, default=len(LOWER) - 1)
    return LOWER[place], ours[place]


def _in_all(evaluation: pa.Table) -> dict[str, Any]:
    row: dict[str, Any] = evaluation.to_pylist()[-1]
    return row


def _f1(evaluation: pa.Table) -> float:
    row = _in_all(evaluation)
    return float(2 * row["tp"] / max(2 * row["tp"] + row["fp"] + row["fn"], 1))


def measure_speed(folder: Path, n_rows: int = N_ROWS) -> Speed:
    """Conflate two large sources in one process, and once more with a change in another."""
    whole = overlapping_sources(SHARED, n_rows, SEED)
    changed = change(whole, CHANGED_SHARE, SEED + 1)
    paths = [folder / name for name in ("whole.arrow", "changed.arrow")]
    # The publisher hands observations over by subject.
    for path, table in zip(paths, (whole, changed), strict=True):
        table = table.sort_by("subject").combine_chunks()
        with ipc.new_file(path, table.schema) as written:
            written.write_table(table)
    full = _in_child(paths[:1])
    incremental = _in_child(paths)
    n_changed = round(whole.num_rows * CHANGED_SHARE)
    return Speed(whole.num_rows, full, n_changed, incremental)


def _in_child(paths: list[Path]) -> Spent:
    command = [sys.executable, "-m", "benchmarks.bench_conflation", "--child", *map(str, paths)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(answer.stderr)
    return Spent(*json.loads(answer.stdout))


def conflate_here(paths: list[Path]) -> Spent:
    """Conflate the first file, or the second with what the first gave, three times.

    Returns
    -------
    Spent
        The least seconds of each sort: other work on the machine only adds to them.

    Raises
    ------
    AssertionError
        If the second is another answer than from the beginning.
    """
    tables = [ipc.open_file(pa.memory_map(str(path))).read_all() for path in paths]
    earlier = conflate(tables[0]) if len(tables) > 1 else None
    wall_s, cpu_s = [], []
    for _ in range(3):
        begin, used = time.perf_counter(), time.process_time()
        found = conflate(tables[-1], earlier=earlier)
        wall_s.append(time.perf_counter() - begin)
        cpu_s.append(time.process_time() - used)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if earlier is not None:
        assert_same(found, conflate(tables[-1]))
    return Spent(min(wall_s), min(cpu_s), megabytes)


def assert_same(one: Conflation, other: Conflation) -> None:
    """Raise AssertionError unless two answers have the same subjects, clusters and tables."""
    alike = (
        one.records.equals(other.records),
        one.edges.equals(other.edges),
        one.agreements == other.agreements,
        one.subjects.equals(other.subjects),
        np.array_equal(one.cluster, other.cluster),
        one.matches.equals(other.matches),
    )
    if not all(alike):
        raise AssertionError(
            f"records, edges, agreements, subjects, clusters, matches alike: {alike}"
        )


def rates(evaluation: pa.Table) -> str:
    """Write precision and recall in all; where no pair is to be found, how many wrong ones were."""
    row = _in_all(evaluation)
    if not row["tp"] + row["fn"]:
        return f"{row['fp']} wrong"
    return f"{_rate(row, 'precision')} / {_rate(row, 'recall')}"


def conflation_rows() -> list[tuple[str, str]]:
    """Return what was measured, for the report."""
    if not SHARED.is_dir():
        return [("conflation", NO_DATA)]
    found = [measure_quality(known) for known in labelled_sets(SHARED)]
    ours, plain, peer, precise = (
        add_up(getattr(row, name) for row in found)
        for name in ("ours", "plain", "splink", "splink_precise")
    )
    threshold, complete = as_complete(found)
    lost = sum(row.lost for row in found) / sum(row.cameras for row in found)
    with tempfile.TemporaryDirectory() as folder:
        speed = measure_speed(Path(folder))
    return [
        (
            f"conflation of {len(found)} labelled sets, precision / recall",
            f"{rates(ours)}, from {threshold:.0%} on {rates(complete)}; splink {rates(peer)}, "
            f"as precise as ours where it can {rates(precise)}; plain merge at {PLAIN_M:.0f} m "
            f"{rates(plain)}, {lost:.1%} of cameras lost (bound: 0.98 / 0.90)",
        ),
        *_speed_rows(speed),
    ]


def _speed_rows(speed: Speed) -> list[tuple[str, str]]:
    full, again = speed.full, speed.incremental
    return [
        (
            f"conflation of two sources, {speed.rows:,} observations",
            f"{full.wall_s:.2f} s, of the processor {full.cpu_s:.2f} s, {full.megabytes:.0f} MB "
            "(bound: 60 s)",
        ),
        (
            f"the same after {speed.changed_rows:,} changed, same answer",
            f"{again.wall_s:.2f} s, of the processor {again.cpu_s:.2f} s: "
            f"{again.wall_s / full.wall_s:.3f} and {again.cpu_s / full.cpu_s:.3f} of the full time "
            "(bound: 0.1)",
        ),
    ]


def print_quality() -> None:
    """Measure every set and print it, then all of them by kind of pair."""
    print("| set | pairs | ours | splink | splink, as precise | plain merge | lost by it |")
    print("|---|---|---|---|---|---|---|")
    found = []
    for known in labelled_sets(SHARED):
        row = measure_quality(known)
        found.append(row)
        shown_here = (row.ours, row.splink, row.splink_precise, row.plain)
        figures = " | ".join(rates(table) for table in shown_here)
        lost = f"{row.lost:,} of {row.cameras:,}"
        print(f"| {row.name} | {len(known.truth):,} | {figures} | {lost} |", flush=True)
    threshold, complete = as_complete(found)
    print(f"\nOurs from {threshold:.0%} on, in all: {rates(complete)}")
    print("\n| kind of pair | way | right | wrong | missed | precision | recall |")
    print("|---|---|---|---|---|---|---|")
    shown = [
        (each["kind"] == ALL, each["kind"], place, way, each)
        for place, (way, column) in enumerate(
            (
                ("ours", "ours"),
                ("splink", "splink"),
                ("splink, as precise", "splink_precise"),
                ("plain merge", "plain"),
            )
        )
        for each in add_up(getattr(row, column) for row in found).to_pylist()
    ]
    for _, kind, _, way, each in sorted(shown, key=lambda row: row[:3]):
        counts = " | ".join(f"{each[name]:,}" for name in ("tp", "fp", "fn"))
        print(
            f"| {kind} | {way} | {counts} | {_rate(each, 'precision')} | {_rate(each, 'recall')} |"
        )


def _rate(row: dict[str, Any], name: str) -> str:
    return "-" if row[name] is None else f"{row[name]:.4f}"


def main() -> None:
    """Measure and print tables, or be the child that conflates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quality", action="store_true", help="only precision and recall")
    parser.add_argument("--speed", action="store_true", help="only seconds and megabytes")
    parser.add_argument("--child", nargs="+", metavar="FILE", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(conflate_here(chosen.child)))
        return
    if not SHARED.is_dir():
        raise SystemExit(NO_DATA)
    print(f"Python {platform.python_version()}, splink {version('splink')}\n")
    if chosen.quality or not chosen.speed:
        print_quality()
    if chosen.speed or not chosen.quality:
        with tempfile.TemporaryDirectory() as folder:
            speed = measure_speed(Path(folder))
        print("\n| what | measured |\n|---|---|")
        for what, figure in _speed_rows(speed):
            print(f"| {what} | {figure} |")


if __name__ == "__main__":
    main()
