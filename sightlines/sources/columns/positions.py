"""Where a table's positions stand: in its geometry, in two columns, in one, or nowhere.

Terms
-----
certain
    What every value and a name or the declared area agree on. Only that is decided; where
    values alone could be read in two ways, no position is found and a note says so.

Names propose, values decide. `position_pairs` and `position_points` bring the candidates; here one
is chosen, with its coordinate system. Reading each row is `placing`'s business.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from sightlines.errors import SourceRefusedError
from sightlines.sources.columns.column_numbers import (
    CERTAIN_SHARE,
    READABLE_SHARE,
    SELDOM_SHARE,
    Judged,
    SampledTexts,
    judge,
)
from sightlines.sources.columns.crs import is_in_degrees, known_crs
from sightlines.sources.columns.crs_fit import (
    UNNAMED,
    FoundCrs,
    best_fit,
    crs_of_extent,
    share_that_fits,
)
from sightlines.sources.columns.position_columns import Candidate, PositionColumns, Said
from sightlines.sources.columns.position_names import position_name
from sightlines.sources.columns.position_pairs import pairs_by_names, pairs_by_values
from sightlines.sources.columns.position_points import point_columns
from sightlines.sources.reading import WGS84

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightlines.sources.columns.column_numbers import Kind
    from sightlines.sources.point_texts import Order
    from sightlines.sources.table import TableRow

SAMPLE_ROWS = 2_000


def find_positions(
    headers: Sequence[str],
    sample: Sequence[TableRow],
    *,
    has_geometry: bool,
    stated_crs: str | None,
    crs: str | None,
    extent: shapely.Geometry | None,
) -> tuple[PositionColumns, dict[str, int]]:
    """Find where the positions of a table stand.

    Parameters
    ----------
    headers
        Distinct, in their order.
    sample
        Rows of the table; the first 2,000 are looked at.
    has_geometry
        Whether rows carry places.
    stated_crs
        What the file says of its coordinate system; None where it says nothing.
    crs
        What the user says of it, which rules all; None where nothing.
    extent
        The declared area, WGS 84; None where none is declared.

    Returns
    -------
    columns
        Of the form `none` where nothing certain is found.
    notes
        Of the table, 1 by reason: `position:columns_swapped`, `position:order_assumed`,
        `position:by_values`, `position:ambiguous`, `position:several_pairs`,
        `position:shifted_datum`, `position:fixed_point`, `crs:from_header`, `crs:from_extent`.

    Raises
    ------
    SourceRefusedError
        If a named coordinate system does not exist or contradicts the numbers, or positions are in
        metres and nothing certain says in which system.
    """
    said = Said(
        known_crs(crs) if crs else None,
        _stated(stated_crs) if stated_crs and not crs else None,
        extent if extent is not None and not shapely.is_empty(extent) else None,
    )
    if said.extent is not None:
        shapely.prepare(said.extent)
    sample = sample[:SAMPLE_ROWS]
    notes: Counter[str] = Counter()
    names = {header: name for header in headers if (name := position_name(header))}
    texts = SampledTexts(headers, sample)
    pairs = list(pairs_by_names(texts, names, said))
    in_geometry = _geometry(sample, said, notes) if has_geometry else None
    if in_geometry is not None:
        return _with_pair(in_geometry, pairs), dict(sorted(notes.items()))
    named = [*pairs, *point_columns(texts, names, said)]
    columns = _choose(named or pairs_by_values(texts, names, said, notes), said, notes)
    if columns is None:
        columns = PositionColumns("geometry" if has_geometry else "none", crs=_default(said))
    return columns, dict(sorted(notes.items()))


def _stated(crs: str) -> str:
    try:
        return known_crs(crs)
    except SourceRefusedError as reason:
        raise SourceRefusedError(
            "The file is in a coordinate system that is not known here: name it, as in "
            "--crs EPSG:2326."
        ) from reason


def _default(said: Said) -> str:
    return said.told or said.stated or WGS84


def _choose(
    candidates: Sequence[Candidate], said: Said, notes: Counter[str]
) -> PositionColumns | None:
    """Take the best candidate whose coordinate system is certain.

    Raises
    ------
    SourceRefusedError
        If there are candidates, and none has one.
    """
    if not candidates:
        return None
    most = max(candidate.share for candidate in candidates)
    wanted: Kind = "metres" if said.told_metres else "degrees"
    ordered = sorted(
        candidates,
        key=lambda one: (
            said.told is not None and one.kind != wanted,
            one.share < READABLE_SHARE * most,
            one.rank,
        ),
    )
    refused: SourceRefusedError | None = None
    for candidate in ordered:
        try:
            found, reason = _crs_of(candidate, said)
        except SourceRefusedError as sentence:
            refused = refused or sentence
            continue
        notes.update(candidate.notes)
        if reason is not None:
            notes[reason] = 1
        equals = [one for one in ordered if one.rank[:2] == candidate.rank[:2]]
        if len(equals) > 1 and all(one.share >= READABLE_SHARE * most for one in equals[:2]):
            notes["position:several_pairs"] = 1
        return _in_crs(candidate.columns, found, notes)
    raise refused or SourceRefusedError(UNNAMED)


def _in_crs(columns: PositionColumns, found: FoundCrs, notes: Counter[str]) -> PositionColumns:
    if not found.is_swapped:
        return replace(columns, crs=found.crs)
    notes["position:columns_swapped"] = 1
    if columns.form == "pair":
        return replace(columns, crs=found.crs, x=columns.y, y=columns.x)
    order: Order = "lat_lon" if columns.point_order != "lat_lon" else "lon_lat"
    return replace(columns, crs=found.crs, point_order=order)


def _crs_of(candidate: Candidate, said: Said) -> tuple[FoundCrs, str | None]:
    """Find the system of a candidate, and the reason of the note on how."""
    if candidate.kind == "degrees":
        return FoundCrs(_degrees_crs(candidate, said)), None
    if said.told is not None and not said.told_metres:
        raise SourceRefusedError(
            f"The positions are not in degrees, as {said.told[:40]} is: name the coordinate system "
            "they are in, as in --crs EPSG:2326."
        )
    named = said.told or said.stated
    if named is not None and not is_in_degrees(named):
        share = share_that_fits(named, candidate.x, candidate.y, said.extent)
        swapped = share_that_fits(named, candidate.y, candidate.x, said.extent)
        return FoundCrs(named, share < SELDOM_SHARE and swapped >= CERTAIN_SHARE), None
    hints = [hint for hint in candidate.hints if not is_in_degrees(hint)]
    if hints:
        found = best_fit(hints, candidate.x, candidate.y, said.extent) or best_fit(
            hints, candidate.x, candidate.y, None
        )
        if found is not None:
            return found, "crs:from_header"
    if said.extent is None:
        raise SourceRefusedError(UNNAMED)
    return crs_of_extent(candidate.x, candidate.y, said.extent), "crs:from_extent"


def _degrees_crs(candidate: Candidate, said: Said) -> str:
    if said.told_metres:
        raise SourceRefusedError(
            f"The positions are in degrees, and {str(said.told)[:40]} is not: leave --crs out, or "
            "name a coordinate system of longitude and latitude."
        )
    hints = [hint for hint in candidate.hints if is_in_degrees(hint)]
    stated = said.stated if said.stated and is_in_degrees(said.stated) else None
    return said.told or stated or (hints[0] if len(hints) == 1 else WGS84)


def _geometry(
    sample: Sequence[TableRow], said: Said, notes: Counter[str]
) -> PositionColumns | None:
    """Read the places that rows carry; None where no row of the sample has one."""
    places = [row.place for row in sample if row.place is not None]
    if not places:
        return None
    x, y = np.array(places, dtype=np.float64).T
    named = said.told or said.stated
    judged = judge(x, y, said.extent)
    if named is not None and not is_in_degrees(named):
        judged = Judged("metres")
    order: Order | None = "lat_lon" if judged.is_swapped else None
    if judged.is_swapped:
        notes["position:columns_swapped"] = 1
        x, y = y, x
    columns = PositionColumns("geometry", point_order=order)
    return _choose([Candidate((0,), columns, judged.kind, x, y, 1.0, (), ())], said, notes)


def _with_pair(geometry: PositionColumns, pairs: Sequence[Candidate]) -> PositionColumns:
    """Add the pair for rows without a geometry, if there is one of plain degrees."""
    in_degrees = [
        pair
        for pair in pairs
        if pair.kind == "degrees" and pair.rank[:2] == (0, 0) and not pair.notes
    ]
    if not in_degrees:
        return geometry
    best = min(in_degrees, key=lambda pair: pair.rank).columns
    return replace(geometry, x=best.x, y=best.y, decimal_comma=best.decimal_comma)
