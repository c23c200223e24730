"""Conflation: which observations of different sources are one camera.

    features -> blocking -> comparison -> match weight -> probability -> clusters

Two records of one source are never one camera: several heads on one pole are separate records by
OpenStreetMap's convention, and a plain merge of what lies within 10 m would lose one real camera in
twenty. A pair of at least `review_bits` that is less than `match_probability` probable, given all
rivals, stays two cameras until a person has ruled. A ruling outweighs everything but that.

Given an earlier conflation only what has changed since is compared and assigned anew; the answer is
the same as from the beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightlines.cameras.accuracy import agreements
from sightlines.cameras.assignment import assigned, may_match
from sightlines.cameras.features import features_at
from sightlines.cameras.ground import ground_of
from sightlines.cameras.matches import NO_RULINGS, Conflation, Rulings, edge_table, record_table
from sightlines.cameras.parameters import PARAMETERS, Parameters
from sightlines.cameras.renewal import lowest_of_each, renewed
from sightlines.cameras.weighing import Scene, edges_among, pairs_weighed
from sightlines.cameras.written import written_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from sightlines.cameras.features import Features
    from sightlines.cameras.written import Written


def conflate(
    observations: pa.Table,
    parameters: Parameters = PARAMETERS,
    rulings: Rulings = NO_RULINGS,
    earlier: Conflation | None = None,
) -> Conflation:
    """Decide which observations are one camera.

    Parameters
    ----------
    observations
        `schema.STANDING`; subjects are unique. Those without a position stay alone.
    parameters
        Weights, thresholds, radii.
    rulings
        What people have decided.
    earlier
        What this function returned for earlier observations with the same parameters; None means:
        from the beginning. It makes the answer quicker, never another one.

    Returns
    -------
    Conflation
        The same for the same observations in any order.
    """
    written = written_of(observations)
    if earlier is not None:
        return renewed(written, parameters, rulings, earlier)
    features = features_at(written)
    scene = _scene(written, features, parameters)
    edges = edges_among(scene, rulings)
    linked = may_match(edges)
    group = lowest_of_each(len(written), edges.first[linked], edges.second[linked])
    decided = assigned(
        features, edges, parameters.match_probability, np.ones(len(written), np.bool_)
    )
    records = record_table(written, scene.ground, group)
    return Conflation(written.subjects, records, edge_table(decided), scene.agreements, rulings)


def weighed_pairs(
    observations: pa.Table, pairs: Iterable[tuple[str, str]], parameters: Parameters = PARAMETERS
) -> pa.Table:
    """Weigh some pairs, however far apart and unlike they are.

    Parameters
    ----------
    observations
        `schema.STANDING`.
    pairs
        Two subjects each; those that are not there, have no position or are of one source are left
        out.
    parameters
        Weights.

    Returns
    -------
    pa.Table
        `schema.MATCH`, by first and second; the outcomes say nothing.
    """
    written = written_of(observations)
    scene = _scene(written, features_at(written), parameters)
    edges = pairs_weighed(scene, pairs)
    records = record_table(written, scene.ground, np.arange(len(written)))
    return Conflation(written.subjects, records, edge_table(edges), scene.agreements).matches


def _scene(written: Written, features: Features, parameters: Parameters) -> Scene:
    ground = ground_of(features)
    return Scene(written, ground, agreements(features, ground.near), parameters, features)
