"""A labelled set: observations of several sources, and which pairs of them are one camera."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from benchmarks.pair_kinds import pair_kinds, shared_names, surroundings
from sightlines import schema
from sightlines.cameras.evaluation import evaluate, linked_pairs, with_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightlines.cameras.evaluation import Pair

READ_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Labelled:
    """Observations with known truth.

    Parameters
    ----------
    name
        For tables.
    observations
        Of `schema.STANDING`, each with a position.
    truth
        The pairs of subjects that are one camera, ascending; none where no pair is.
    """

    name: str
    observations: pa.Table
    truth: tuple[Pair, ...]


def standing(rows: pa.Table, source: str) -> pa.Table:
    """Give rows of a reading the columns of what stands in the record.

    Parameters
    ----------
    rows
        Of `schema.READ`.
    source
        Id of their source. A row's subject is a digest of it and the row's number.

    Returns
    -------
    pa.Table
        Of `schema.STANDING`, in the same order.
    """
    n = rows.num_rows
    numbers = [str(number) for number in range(n)]
    added = {
        "id": [schema.short_digest("observation", source, number) for number in numbers],
        "run": [schema.short_digest("run", source)] * n,
        "source": [source] * n,
        "licence": ["CC0-1.0"] * n,
        "retrieved_at": [READ_AT] * n,
        "ordinal": range(n),
        "subject": [schema.short_digest("subject", source, number) for number in numbers],
        "missing_since": [None] * n,
    }
    return pa.Table.from_arrays(
        [
            pa.array(added[field.name], field.type)
            if field.name in added
            else rows[field.name].cast(field.type)
            for field in schema.STANDING
        ],
        schema=schema.STANDING,
    )


def labelled(
    name: str, sources: Sequence[pa.Table], keys: Sequence[Sequence[str | None]]
) -> Labelled:
    """Make a labelled set of rows and their keys.

    Parameters
    ----------
    name
        Of the set.
    sources
        Rows of `schema.READ`, a table a source; those without a position are left out.
    keys
        For each source the real camera of each row; None for one that nobody else lists.
    """
    tables, cameras = [], []
    for number, (rows, key) in enumerate(zip(sources, keys, strict=True)):
        located = rows["lon"].is_valid().to_numpy(zero_copy_only=False)
        tables.append(standing(rows.filter(pa.array(located)), f"source-{number + 1}"))
        cameras += [one for one, there in zip(key, located.tolist(), strict=True) if there]
    observations = pa.concat_tables(tables)
    subjects = observations["subject"].to_pylist()
    numbers: dict[str | None, int] = {}
    cluster = np.array(
        [
            numbers.setdefault(camera or f"alone {n}", len(numbers))
            for n, camera in enumerate(cameras)
        ],
        dtype=np.int64,
    )
    truth = linked_pairs(subjects, observations["source"].to_pylist(), cluster)
    return Labelled(name, observations, tuple(truth))


def real_cameras(known: Labelled) -> list[str]:
    """Name the real camera of each observation: the least subject of all that are that camera."""
    least = {subject: subject for subject in known.observations["subject"].to_pylist()}
    for first, second in known.truth:
        least[second] = min(least[first], least[second])
    return list(least.values())


def assess(known: Labelled, clusters: dict[str, int]) -> pa.Table:
    """Hold clusters against the truth.

    Parameters
    ----------
    known
        The set.
    clusters
        Subject -> number of its cluster.

    Returns
    -------
    pa.Table
        Of `evaluation.EVALUATION`, by kind of pair.
    """
    subjects = known.observations["subject"].to_pylist()
    number = np.array([clusters[subject] for subject in subjects], dtype=np.int64)
    names = shared_names(known.observations)
    sources = known.observations["source"].to_pylist()
    found = with_names(linked_pairs(subjects, sources, number), names)
    truth = with_names(known.truth, names)
    row_of = {subject: row for row, subject in enumerate(subjects)}
    around = surroundings(known.observations, names)
    kinds = pair_kinds(around, row_of, sorted({*found, *truth}))
    return evaluate(found, truth, kinds)
