"""The peer that conflation is measured beside: splink on DuckDB, set up to do its best.

It gets the columns that ours compares and the same candidates (60 m and a little more), is trained
on the labels of the very set that it is then measured on, and may choose its threshold with the
truth in hand. Ours gets neither labels nor a threshold of its own for a set.

`u` is taken from labelled pairs that are close but not one camera. Splink's own ways are no better
here: with `u` from random pairs of all records, beside which anything within 60 m looks like a
match, its best precision and recall on the US readers moved by 3 m were 0.972 and 0.976, with
expectation maximisation 0.982 and 0.985, with labels 0.987 and 0.988.

References
----------
splink, https://moj-analytical-services.github.io/splink/ (Linker, SettingsCreator,
cluster_using_single_best_links).
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import splink.comparison_level_library as levels
from pyproj import Transformer
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from splink.internals.comparison_creator import ComparisonCreator
    from splink.internals.comparison_level_creator import ComparisonLevelCreator
    from splink.internals.splink_dataframe import SplinkDataFrame

    from benchmarks.labels import Labelled

CELL_M = 60.0
MEMORY = "6GB"
DISTANCES_M = (0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60)
TURNS_DEG = (20, 45, 90)
PROBABILITIES = (0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99)
PLAIN = ("kind", "enforcement", "camera_mount", "ref", "camera_count")
SPELT = ("operator", "manufacturer")
_SPLINK_NAME = "splink"
_BITS = 19
_APART_M = "sqrt(pow(x_l - x_r, 2) + pow(y_l - y_r, 2) + pow(z_l - z_r, 2))"
_TURN_DEG = "abs((bearing_l - bearing_r + 540) % 360 - 180)"


def tables(known: Labelled) -> list[pd.DataFrame]:
    """Return one table a source, with the columns that splink compares and blocks on."""
    observations = known.observations
    to_space = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    lon, lat = (observations[name].to_numpy() for name in ("lon", "lat"))
    x, y, z = to_space.transform(lon, lat, np.zeros(len(lon)))
    names = ("subject", "source", *PLAIN, "camera_type", *SPELT)
    whole = pd.DataFrame({name: observations[name].to_pylist() for name in names})
    whole = whole.assign(x=x, y=y, z=z, bearing=np.array(_bearings(known), dtype=np.float64))
    whole["kind"] = whole["kind"].where(whole["kind"] != "unknown", None)
    for name in SPELT:
        whole[name] = whole[name].str.casefold()
    steps = np.floor(np.stack([x, y, z], axis=1) / CELL_M).astype(np.int64)
    sources = [rows.index.to_numpy() for _, rows in whole.groupby("source", sort=True)]
    found = []
    for number, rows in enumerate(sources):
        # Own cell against neighbouring ones; with more than two sources, neighbouring ones all.
        reach = 0 if number == 0 and len(sources) == 2 else 1
        table = whole.loc[rows].copy()
        table["cells"] = _cells(steps[rows], reach).tolist()
        found.append(table)
    return found


def _bearings(known: Labelled) -> list[float]:
    return [
        sectors[0]["bearing_deg"] if sectors else math.nan
        for sectors in known.observations["camera_direction"].to_pylist()
    ]


def _cells(steps: NDArray[np.int64], reach: int) -> NDArray[np.int64]:
    """Give the cells of a cubic grid around each position, and its own, a number each."""
    offsets = np.arange(-reach, reach + 1)
    around = np.stack(np.meshgrid(offsets, offsets, offsets, indexing="ij"), axis=-1).reshape(-1, 3)
    cells = steps[:, None, :] + around[None, :, :] + (1 << (_BITS - 1))
    return cells[..., 0] << (2 * _BITS) | cells[..., 1] << _BITS | cells[..., 2]


def comparisons() -> list[ComparisonCreator | dict[str, Any]]:
    """Return what splink compares, level by level."""
    distance = [levels.CustomLevel(f"{_APART_M} <= {limit}") for limit in DISTANCES_M]
    turn = [levels.CustomLevel(f"{_TURN_DEG} <= {limit}") for limit in TURNS_DEG]
    unknown_turn = levels.CustomLevel("bearing_l is null or bearing_r is null").configure(
        is_null_level=True
    )
    found: list[ComparisonCreator | dict[str, Any]] = [
        CustomComparison([*distance, levels.ElseLevel()], "distance"),
        CustomComparison([unknown_turn, *turn, levels.ElseLevel()], "direction"),
    ]
    found += [_of(name) for name in PLAIN]
    all_round = " and ".join(
        f"camera_type_{side} in ('dome', 'panning', 'panorama')" for side in "lr"
    )
    found.append(_of("camera_type", levels.CustomLevel(all_round)))
    found += [
        _of(name, levels.JaroWinklerLevel(name, 0.9), levels.JaroWinklerLevel(name, 0.7))
        for name in SPELT
    ]
    return found


def _of(name: str, *between: ComparisonLevelCreator) -> CustomComparison:
    return CustomComparison(
        [
            levels.NullLevel(name),
            levels.ExactMatchLevel(name),
            *between,
            levels.ElseLevel(),
        ],
        name,
    )


def linker(known: Labelled, settings: dict[str, Any] | None = None) -> Linker:
    """Return a linker over a set's sources; with settings that it was trained to, or untrained."""
    logging.getLogger(_SPLINK_NAME).setLevel(logging.ERROR)
    connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": ""})
    # DuckDB 2.0 otherwise joins all records with all in splink's one-to-one clustering, which takes
    # minutes and tens of gigabytes where seconds do.
    connection.execute("SET disabled_optimizers = 'join_order'")
    database = DuckDBAPI(connection)
    registered = [
        database.register(table, dataset_display_name=table["source"].iloc[0].replace("-", "_"))
        for table in tables(known)
    ]
    untrained = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="subject",
        comparisons=comparisons(),
        blocking_rules_to_generate_predictions=[block_on("cells", arrays_to_explode=["cells"])],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=True,
    )
    return Linker(registered, settings or untrained, log_level=logging.ERROR)


def trained(known: Labelled) -> dict[str, Any]:
    """Return settings whose `m` and `u` are the shares among the set's own candidate pairs."""
    fresh = linker(known)
    pairs = _frame(fresh.inference.predict(warning_mode="never"))
    ends = pairs[["subject_l", "subject_r"]].to_numpy()
    real = set(known.truth)
    is_one = np.array([(min(a, b), max(a, b)) in real for a, b in ends.tolist()], dtype=np.bool_)
    settings: dict[str, Any] = fresh.misc.save_model_to_json()
    prior = (float(is_one.sum()) + 0.5) / (len(is_one) + 1.0)
    settings["probability_two_random_records_match"] = prior
    for comparison in settings["comparisons"]:
        gamma = pairs[f"gamma_{comparison['output_column_name']}"].to_numpy()
        rows = [row for row in comparison["comparison_levels"] if not row.get("is_null_level")]
        before = _before(len(rows), is_distance=comparison["output_column_name"] == "distance")
        for name, side in (("m_probability", is_one), ("u_probability", ~is_one)):
            found = np.bincount(gamma[side & (gamma >= 0)], minlength=len(rows))
            expected = before if name == "m_probability" else np.full(len(rows), 1 / len(rows))
            shares = (found + expected) / (found.sum() + 1.0)
            for row, share in zip(reversed(rows), shares.tolist(), strict=True):
                row[name] = share
    return settings


def _before(n_levels: int, *, is_distance: bool) -> NDArray[np.float64]:
    """Return what is expected of one camera before any label: it counts as one labelled pair.

    Without it a comparison that no real pair of the set could show would say nothing against a
    pair. Levels are in splink's order, the least alike first.
    """
    if is_distance:
        return np.full(n_levels, 1 / n_levels)
    return np.array([0.05 / (n_levels - 1)] * (n_levels - 1) + [0.95])


def splink_clusters(known: Labelled) -> Iterator[tuple[float, dict[str, int]]]:
    """Link a set with splink.

    Parameters
    ----------
    known
        Its labels are used for training.

    Yields
    ------
    tuple of float and dict
        A threshold of `PROBABILITIES`, and subject -> number of the cluster at it, each record
        linked to at most one of every other source.
    """
    ready = linker(known, trained(known))
    predicted = ready.inference.predict(threshold_match_probability=min(PROBABILITIES))
    sources = sorted({name.replace("-", "_") for name in known.observations["source"].to_pylist()})
    for probability in PROBABILITIES:
        clustered = _frame(
            ready.clustering.cluster_using_single_best_links(
                predicted, duplicate_free_datasets=sources, threshold_match_probability=probability
            )
        )
        numbers = pd.factorize(clustered["cluster_id"])[0].tolist()
        yield probability, dict(zip(clustered["subject"].tolist(), numbers, strict=True))


def _frame(found: SplinkDataFrame) -> pd.DataFrame:
    frame: pd.DataFrame = found.as_pandas_dataframe()  # type: ignore[no-untyped-call]  # splink's
    return frame
