"""From what stands in the record to cameras: conflate, name, fuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.cameras.conflation import conflate
from sightlines.cameras.fusion import Fused, fuse
from sightlines.cameras.identity import camera_ids, identities
from sightlines.cameras.independence import families
from sightlines.cameras.matches import Conflation, Rulings
from sightlines.cameras.parameters import Parameters
from sightlines.cameras.subjects import names_of
from sightlines.cameras.weights import from_plain
from sightlines.errors import SettingsInvalidError, SightlinesError
from sightlines.licences import is_publishable
from sightlines.observations.identities import earlier_identities
from sightlines.observations.rulings import accepted_rulings
from sightlines.observations.standing import standing_of
from sightlines.schema import STANDING, TIME
from sightlines.snapshot.conflation_files import read_conflation
from sightlines.snapshot.manifest import read_current

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sightlines.observations.ledger import Ledger
    from sightlines.observations.run_rows import RunRow
    from sightlines.settings import Settings


@dataclass(frozen=True)
class Conflated:
    """What a snapshot says of cameras, and what it rests on.

    Parameters
    ----------
    fused
        Cameras and their evidence.
    conflation, parameters
        Which observations are one camera, and how that was decided.
    identities
        `schema.IDENTITY`, of the past too.
    family_of
        Family of each source, as the id of its first source.
    """

    fused: Fused
    conflation: Conflation
    parameters: Parameters
    identities: pa.Table
    family_of: Mapping[str, str]


def parameters_of(settings: Settings) -> Parameters:
    """Return the parameters of conflation, with learned weights where the settings name a file.

    Raises
    ------
    SettingsInvalidError
        If the file cannot be read.
    """
    if not settings.match_weights:
        return Parameters()
    try:
        said = orjson.loads(Path(settings.match_weights).read_bytes())
        return Parameters(weights=from_plain(said))
    except (OSError, ValueError, SightlinesError) as reason:
        raise SettingsInvalidError(
            f"SIGHTLINES_MATCH_WEIGHTS: the file cannot be read ({reason})."
        ) from reason


def conflated(
    settings: Settings,
    ledger: Ledger,
    runs: Iterable[RunRow],
    origins: Mapping[str, str],
    *,
    now: datetime,
) -> Conflated:
    """Make cameras of everything that stands.

    Parameters
    ----------
    settings, ledger
        Where everything lies.
    runs
        Those that stand and may be published.
    origins
        Whose data a source holds, by source id (`independence.families`).
    now
        UTC; decides which missing cameras are gone.

    Returns
    -------
    Conflated
        The same for the same record, however much of it was known before.

    Raises
    ------
    RecordBrokenError
        If a file of the lake is not what was written.
    SettingsInvalidError
        If the match weights cannot be read.
    """
    parameters = parameters_of(settings)
    observations = standing(settings, runs)
    conflation = conflate(
        observations, parameters, _rulings(ledger), _earlier(settings, parameters)
    )
    subjects = names_of(conflation.subjects)
    before = earlier_identities(ledger, settings.lake_folder)
    ids = camera_ids(subjects, conflation.cluster, before)
    sources = sorted(pc.unique(observations["source"]).to_pylist())
    codes = pc.index_in(observations["source"], pa.array(sources, pa.string()))
    located = pc.and_(pc.is_valid(observations["lon"]), pc.is_valid(observations["lat"]))
    placed = observations.select(["lon", "lat"]).filter(located)
    at = placed["lon"].to_numpy(), placed["lat"].to_numpy()
    family = families(sources, origins, conflation, codes.filter(located).to_numpy(), at)
    held_until = pa.scalar(now - timedelta(seconds=settings.removal_hold_s), TIME)
    fused = fuse(observations, ids, held_until, dict(zip(sources, family, strict=True)))
    return Conflated(
        fused=fused,
        conflation=conflation,
        parameters=parameters,
        identities=identities(subjects, ids, before),
        family_of={name: sources[place] for name, place in zip(sources, family, strict=True)},
    )


def standing(settings: Settings, runs: Iterable[RunRow]) -> pa.Table:
    """Read what stands of some runs and may be shown.

    Parameters
    ----------
    settings
        Where the lake lies, and whether sources without a licence are published.
    runs
        That stand.

    Returns
    -------
    pa.Table
        `schema.STANDING`, by subject: no private homes, no row whose own licence forbids it.
    """
    tables = [standing_of(settings.lake_folder, run) for run in runs]
    whole = pa.concat_tables([STANDING.empty_table(), *tables])
    licences = pc.unique(whole["licence"]).to_pylist()
    open_ = [
        name
        for name in licences
        if is_publishable(
            name, publish_unstated=settings.publish_unstated, private_use=settings.private_use
        )
    ]
    shown = pc.and_(
        pc.invert(whole["private_home"]),
        pc.is_in(whole["licence"], pa.array(open_, pa.string())),
    )
    return whole.filter(shown).sort_by("subject").combine_chunks()


def _rulings(ledger: Ledger) -> Rulings:
    rows = accepted_rulings(ledger)
    pairs = {
        verdict: frozenset((row.first, row.second) for row in rows if row.verdict == verdict)
        for verdict in ("same", "different")
    }
    return Rulings(**pairs)


def _earlier(settings: Settings, parameters: Parameters) -> Conflation | None:
    """Return what the current snapshot's conflation came to; None where nothing can be reused."""
    try:
        current = read_current(settings.snapshots_folder)
    except SightlinesError:
        return None
    return read_conflation(settings.snapshots_folder / current, parameters)
