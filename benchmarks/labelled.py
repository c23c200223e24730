"""Labelled sets: observations of several sources, and which pairs of them are one camera.

A label comes from how the set was made, or from what no matcher may read: the source's own id of
the row, or its place in a file that was published twice.

    real files twice      Switzerland, Hong Kong, France, Uzbekistan, Trafford
    real files, changed   Seoul, number-plate readers of the USA, Switzerland (`perturbation`)
    no pair at all        red-light beside speed cameras: Chicago, Ottawa
    made                  `made_sets`
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from benchmarks.labels import Labelled, labelled
from benchmarks.made_sets import MADE
from benchmarks.perturbation import NOISES, perturb
from sightlines.sources.columns.mapping import Mapping
from sightlines.sources.columns.position_columns import PositionColumns
from sightlines.sources.content import Content
from sightlines.sources.register import read
from sightlines.sources.table import Layout
from sightlines.sources.table_reading import ReadingOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray


SEED = 20_260_101
CHANGED = {
    "Seoul": ("kr_seoul_cctv_derived.csv.gz", tuple(NOISES)),
    "US readers": ("us_alpr_deflock.json.gz", tuple(NOISES)),
    "Switzerland": ("ch_osm_surveillance_elements.json", ("Gaussian 3 m", "geocoded")),
}
# A source of one sort of camera: its catalogue entry says which rule they watch, no column does.
RED_LIGHT = "traffic_signals"
SPEED = "maxspeed"


@cache
def rows_of_file(path: Path, options: ReadingOptions | None = None) -> pa.Table:
    """Read a file with the product's own readers."""
    return read(Content.of_path(path), options).observations


def changed(folder: Path, title: str, noise: str) -> Labelled:
    """Put a real file beside a second source made from it.

    Parameters
    ----------
    folder
        With the shared camera files.
    title
        One of `CHANGED`.
    noise
        One of `perturbation.NOISES`.
    """
    first = rows_of_file(folder / CHANGED[title][0])
    second = perturb(first, NOISES[noise], SEED + list(NOISES).index(noise))
    keys = [_numbers(np.arange(first.num_rows)), _numbers(second.origin)]
    return labelled(f"{title}, {noise}", [first, second.rows], keys)


def twice_changed(folder: Path) -> Labelled:
    """Put a real file beside two sources made from it independently: three sources in all."""
    first = rows_of_file(folder / CHANGED["Switzerland"][0])
    noises = [NOISES["Gaussian 3 m"], NOISES["5 decimals"]]
    others = [perturb(first, noise, SEED + 100 + n) for n, noise in enumerate(noises)]
    keys = [_numbers(np.arange(first.num_rows)), *(_numbers(other.origin) for other in others)]
    return labelled("Switzerland, three sources", [first, *(o.rows for o in others)], keys)


def _numbers(rows: NDArray[np.int64]) -> list[str | None]:
    """Write row numbers as keys; a negative one is none."""
    return [None if row < 0 else str(row) for row in rows.tolist()]


def _twice(name: str, first: str, second: str) -> Callable[[Path], Labelled]:
    """Return what reads one list in two formats; the source's own id says which rows are one."""

    def read_both(folder: Path) -> Labelled:
        both = [rows_of_file(folder / file) for file in (first, second)]
        return labelled(name, both, [rows["native_id"].to_pylist() for rows in both])

    return read_both


def hong_kong(folder: Path) -> Labelled:
    """Put Hong Kong's XML, read by easting and northing, beside its JSON, read by degrees.

    The key is in both. One camera's eastings and degrees lie 8.3 km apart in the source itself.
    """
    grid = Mapping(
        PositionColumns("pair", x="easting", y="northing", crs="EPSG:2326"), {"key": "native_id"}
    )
    path = folder / "hk_traffic_cams.xml"
    by_grid = read(Content.of_path(path), ReadingOptions(mapping=grid)).observations
    by_degrees = rows_of_file(folder / "hk_traffic_cams.json")
    both = [by_grid, by_degrees]
    return labelled("Hong Kong", both, [rows["native_id"].to_pylist() for rows in both])


def france(folder: Path) -> Labelled:
    """Put the French radars beside the same lines without their header; the line is the label.

    Without a header the second file says only where they stand and what whoever imports it adds.
    """
    path = folder / "fr_radars.csv"
    first = rows_of_file(path)
    body = path.read_bytes().split(b"\n", 1)[1]
    mapping = Mapping(
        PositionColumns("pair", x="column 5", y="column 4"),
        {"column 8": "manufacturer"},
        kind="enforcement",
        layout=Layout(header_row=0),
    )
    content = Content.of_bytes(body)
    second = read(content, ReadingOptions(mapping=mapping)).observations
    keys = [str(row) for row in range(first.num_rows)]
    return labelled("France", [first, second], [keys, keys])


def _no_pair(name: str, red_light: str, speed: str) -> Callable[[Path], Labelled]:
    """Return what reads red-light beside speed cameras of a city: other devices, same corners."""

    def read_both(folder: Path) -> Labelled:
        both = [
            _enforcing(rows_of_file(folder / file), rule)
            for file, rule in ((red_light, RED_LIGHT), (speed, SPEED))
        ]
        return labelled(name, both, [[None] * rows.num_rows for rows in both])

    return read_both


def _enforcing(rows: pa.Table, rule: str) -> pa.Table:
    position = rows.schema.get_field_index("enforcement")
    return rows.set_column(position, "enforcement", pa.array([rule] * rows.num_rows))


def makers(folder: Path) -> dict[str, Callable[[], Labelled]]:
    """Return what makes each labelled set, by name, in a fixed order.

    Parameters
    ----------
    folder
        With the shared camera files; nothing is read yet.
    """
    wanted: dict[str, Callable[[], Labelled]] = {
        f"{title}, {noise}": partial(changed, folder, title, noise)
        for title, (_, noises) in CHANGED.items()
        for noise in noises
    }
    wanted |= {name: partial(make, folder) for name, make in _OF_FILES.items()}
    wanted |= {name: partial(made, name) for name in MADE}
    return wanted


_OF_FILES: dict[str, Callable[[Path], Labelled]] = {
    "Switzerland, three sources": twice_changed,
    "Switzerland": _twice(
        "Switzerland", "ch_osm_surveillance_elements.json", "ch_osm_surveillance_wkt.csv"
    ),
    "Hong Kong": hong_kong,
    "France": france,
    "Uzbekistan": _twice("Uzbekistan", "uz_speedcams.csv", "uz_speedcams.json"),
    "Trafford": _twice("Trafford", "uk_trafford_cctv.csv", "uk_trafford_cctv.geojson"),
    "Chicago": _no_pair("Chicago", "us_chicago_redlight.csv", "us_chicago_speed.csv"),
    "Ottawa": _no_pair("Ottawa", "ca_ottawa_redlight.csv", "ca_ottawa_speed.csv"),
}


def made(name: str) -> Labelled:
    """Make one of the sets of `made_sets.MADE`."""
    tables, cameras = MADE[name](np.random.default_rng(SEED))
    return labelled(name, tables, cameras)


def labelled_sets(folder: Path) -> Iterator[Labelled]:
    """Make every labelled set, one at a time."""
    for make in makers(folder).values():
        yield make()
