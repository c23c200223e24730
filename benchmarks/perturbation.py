"""A second source of the same cameras, made from the first with known errors.

The families of errors were written down before the matcher was there to be looked at; they follow
what is published of such lists, not what it weighs. Everything is drawn from one generator, so the
same seed gives the same rows.

References
----------
Zandbergen, P. A. (2008): Positional accuracy of spatial data: non-normal distributions and a
critique of the national standard for spatial data accuracy. Transactions in GIS 12, 103-130.
(Errors of geocoding are about log-normal, with a long tail.)
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from sightlines.geodesy import GEOD

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Noise = Callable[[Generator, Floats, Floats], tuple[Floats, Floats]]

DROPPED = (0.15, 0.25)
NEW = 0.10
JITTER_DEG = 8.0
RESPELT = {"operator": 0.30, "manufacturer": 0.20}
RECOUNTED = 0.10
# Share of the values that the second source leaves out, and that it has from another camera.
FORGOTTEN = {
    "camera_direction": (0.20, 0.05),
    "camera_type": (0.20, 0.05),
    "camera_mount": (0.20, 0.05),
    "operator": (0.20, 0.02),
    "manufacturer": (0.20, 0.02),
    "enforcement": (0.20, 0.01),
    "ref": (0.20, 0.0),
}
KIND_UNKNOWN = 0.05
KIND_WRONG = 0.01
_OTHER_KIND = {"cctv": "alpr", "alpr": "cctv", "enforcement": "alpr"}
# What a second source does not have from the first: its ids and its words.
_OWN = ("native_id", "native_version", "name", "description", "addr_full", "purpose", "place")


class Perturbed(NamedTuple):
    """The second source; `origin` is the row of the first that each is, -1 for a new camera."""

    rows: pa.Table
    origin: Integers


def gaussian(sigma_m: float) -> Noise:
    """Return a noise that moves each camera by itself, by `sigma_m` metres along each axis."""
    return partial(_gaussian, sigma_m)


def _gaussian(sigma_m: float, rng: Generator, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    east, north = rng.normal(0.0, sigma_m, (2, len(lon)))
    return moved(lon, lat, np.degrees(np.arctan2(east, north)), np.hypot(east, north))


def geocoded(rng: Generator, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Move each place as a geocoder does: half by more than 8 m, one in ten by more than 25 m.

    All cameras of a place move together, for an address gets one position.
    """
    _, place = np.unique(np.stack([lon, lat]), axis=1, return_inverse=True)
    place = place.reshape(-1)
    n_places = int(place.max(initial=-1)) + 1
    distance_m = rng.lognormal(np.log(8.0), 0.9, n_places)
    bearing_deg = rng.uniform(0.0, 360.0, n_places)
    return moved(lon, lat, bearing_deg[place], distance_m[place])


def rounded(decimals: int) -> Noise:
    """Return a noise that writes degrees with so many decimals."""
    return partial(_rounded, decimals)


def _rounded(decimals: int, _rng: Generator, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return lon.round(decimals), lat.round(decimals)


NOISES: dict[str, Noise] = {
    "Gaussian 3 m": gaussian(3.0),
    "Gaussian 8 m": gaussian(8.0),
    "geocoded": geocoded,
    "5 decimals": rounded(5),
    "4 decimals": rounded(4),
}


def moved(
    lon: Floats, lat: Floats, bearing_deg: Floats, distance_m: Floats
) -> tuple[Floats, Floats]:
    """Follow geodesics; bearings are degrees clockwise from north."""
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, bearing_deg, distance_m)
    return np.asarray(to_lon, dtype=np.float64), np.asarray(to_lat, dtype=np.float64)


def perturb(rows: pa.Table, noise: Noise, seed: int) -> Perturbed:
    """Make the second source.

    Parameters
    ----------
    rows
        Of `schema.READ`, all with a position.
    noise
        One of `NOISES`.
    seed
        Of the random numbers.

    Returns
    -------
    Perturbed
        In random order: 15 to 25 % of the cameras are missing, as many as 10 % are new, and what
        is said of the others is partly left out, partly wrong, partly written otherwise.
    """
    rng = np.random.default_rng(seed)
    n = rows.num_rows
    kept = np.flatnonzero(rng.random(n) >= rng.uniform(*DROPPED))
    templates = rng.integers(0, n, round(n * NEW))
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    there = noise(rng, lon[kept], lat[kept])
    new = new_places(rng, lon, lat, templates)
    origin = np.concatenate([kept, np.full(len(templates), -1)])
    order = rng.permutation(len(origin))
    second = rows.take(np.concatenate([kept, templates])[order])
    for name, known, other in zip(("lon", "lat"), there, new, strict=True):
        position = second.schema.get_field_index(name)
        column = pa.array(np.concatenate([known, other])[order])
        second = second.set_column(position, second.schema.field(position), column)
    is_new = origin[order] < 0
    return Perturbed(misstate(second, rows, is_new, rng), origin[order])


def new_places(
    rng: Generator, lon: Floats, lat: Floats, templates: Integers
) -> tuple[Floats, Floats]:
    """Find places for cameras that only one source lists.

    Every other one stands 10 to 30 m from its template. The rest lie on the line from the template
    to the place next to it, which is along a street more often than not: between the two, or 30 to
    60 m on where they are less than 40 m apart.
    """
    n = len(templates)
    places = np.asarray(shapely.points(lon, lat), dtype=np.object_)
    tree = shapely.STRtree(places)
    beside = tree.query_nearest(places[templates], exclusive=True, all_matches=False)
    next_to = np.empty(n, dtype=np.int64)
    next_to[beside[0]] = beside[1]
    here = lon[templates], lat[templates]
    bearing_deg, _, apart_m = GEOD.inv(*here, lon[next_to], lat[next_to])
    between_m = np.asarray(apart_m) * rng.uniform(0.25, 0.75, n)
    along_m = np.where(np.asarray(apart_m) < 40.0, rng.uniform(30.0, 60.0, n), between_m)
    is_near = rng.random(n) < 0.5
    bearing_deg = np.where(is_near, rng.uniform(0.0, 360.0, n), bearing_deg)
    return moved(*here, bearing_deg, np.where(is_near, rng.uniform(10.0, 30.0, n), along_m))


def misstate(
    second: pa.Table, first: pa.Table, is_new: NDArray[np.bool_], rng: Generator
) -> pa.Table:
    """Say of the cameras what a careless second source says.

    Parameters
    ----------
    second
        Its rows, as the first source says them.
    first
        The rows of the first source: values of another camera are taken from them.
    is_new
        Which rows are cameras of their own; they look where some other camera looks.
    rng
        Where the random numbers come from.
    """
    n = second.num_rows
    said: dict[str, list[Any]] = {name: [None] * n for name in _OWN}
    said["raw"] = ["{}"] * n
    for name, (left_out, wrong) in FORGOTTEN.items():
        values = second[name].to_pylist()
        if name == "camera_direction":
            values = _turned(values, rng)
        elif name in RESPELT:
            values = _respelt(values, rng.random(n) < RESPELT[name], rng)
        drawn = rng.random(n)
        is_wrong = (drawn < wrong) | (is_new & (name == "camera_direction"))
        values = _exchanged(values, first[name].drop_null(), is_wrong, rng)
        is_left_out = (drawn >= wrong) & (drawn < wrong + left_out)
        said[name] = [
            None if gone else value
            for value, gone in zip(values, is_left_out.tolist(), strict=True)
        ]
    said["kind"] = _kinds(second["kind"].to_pylist(), rng)
    said["camera_count"] = _counts(second["camera_count"].to_pylist(), rng)
    for name, values in said.items():
        position = second.schema.get_field_index(name)
        field = second.schema.field(position)
        second = second.set_column(position, field, pa.array(values, field.type))
    return second


def _exchanged(
    values: list[Any], others: pa.ChunkedArray, is_wrong: NDArray[np.bool_], rng: Generator
) -> list[Any]:
    """Give some cameras, of those that have a value, the value of any other."""
    if not len(others):
        return values
    taken = others.take(rng.integers(0, len(others), len(values))).to_pylist()
    return [
        other if wrong and value is not None else value
        for value, other, wrong in zip(values, taken, is_wrong.tolist(), strict=True)
    ]


_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("Police Department", "PD"),
    ("County Sheriff's Office", "Sheriff"),
    ("Department of Transportation", "DOT"),
    ("^The ", ""),
    ("^City of (.*)$", r"\1"),
    ("^서울특별시 ", "서울시 "),
    ("구청$", "구"),
    ("^서울시 ", ""),
    (r"\b(Stadt|Ville de|Commune de) ", ""),
    (" (AG|SA|GmbH|Inc\\.?|LLC|Solutions|Safety)$", ""),
    ("'", ""),
)


def _turned(directions: list[Any], rng: Generator) -> list[Any]:
    """Turn each camera a little; its sectors turn together."""
    turns = rng.normal(0.0, JITTER_DEG, len(directions)).tolist()
    return [
        sectors
        and [
            {**sector, "bearing_deg": round(sector["bearing_deg"] + turn) % 360.0}
            for sector in sectors
        ]
        for sectors, turn in zip(directions, turns, strict=True)
    ]


def _respelt(texts: list[Any], is_respelt: NDArray[np.bool_], rng: Generator) -> list[Any]:
    """Write some names as another office would: shortened, or else in capitals."""
    starts = rng.integers(0, len(_SPELLINGS), len(texts)).tolist()
    return [
        _spelt(text, start) if wanted and text is not None else text
        for text, wanted, start in zip(texts, is_respelt.tolist(), starts, strict=True)
    ]


def _spelt(text: str, start: int) -> str:
    for pattern, instead in (*_SPELLINGS[start:], *_SPELLINGS[:start]):
        other = re.sub(pattern, instead, text)
        if other not in (text, ""):
            return other
    return text.upper() if text != text.upper() else text.capitalize()


def _kinds(kinds: list[str], rng: Generator) -> list[str]:
    drawn = rng.random(len(kinds))
    is_wrong = (drawn < KIND_WRONG).tolist()
    is_unknown = ((drawn >= KIND_WRONG) & (drawn < KIND_WRONG + KIND_UNKNOWN)).tolist()
    return [
        "unknown" if unknown else _OTHER_KIND.get(kind, kind) if wrong else kind
        for kind, wrong, unknown in zip(kinds, is_wrong, is_unknown, strict=True)
    ]


def _counts(counts: list[int | None], rng: Generator) -> list[int | None]:
    """Count one camera more or fewer at some places, of those that are counted at all."""
    change = np.where(rng.random(len(counts)) < RECOUNTED, rng.choice([-1, 1], len(counts)), 0)
    return [
        None if count is None else max(count + more, 1)
        for count, more in zip(counts, change.tolist(), strict=True)
    ]
