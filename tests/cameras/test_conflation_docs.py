"""`docs/conflation.md` says what the code does: its tables are held against the constants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sightlines.cameras import (
    accuracy,
    assignment,
    blocking,
    comparison,
    density,
    features,
    independence,
    marginals,
    references,
)
from sightlines.cameras.parameters import PARAMETERS
from sightlines.cameras.weights import WEIGHTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conflation.md"
FIGURES = {
    "probability from which two are one camera": [PARAMETERS.match_probability],
    "weight from which a person may be asked, bits": [PARAMETERS.review_bits],
    "radius, m": [PARAMETERS.radius_m],
    "radius with one reference number, m": [PARAMETERS.ref_radius_m],
    "most records that bear a reference number": [references.MOST_OF_ONE_REF],
    "longest short reference number, characters": [features.SHORT_REF],
    "crowd, observations": [blocking.CROWD],
    "compared at one place, on either side": [blocking.BESIDE],
    "least edge of the cells of the density, m": [density.DENSITY_CELL_M],
    "others on one pole": [WEIGHTS.surroundings.on_pole],
    "others nearby, per m²": [WEIGHTS.surroundings.nearby_per_m2],
    "spreads, m": list(accuracy.SPREADS_M),
    "overlaps": list(accuracy.OVERLAPS),
    "sample for an agreement, records": [accuracy.SAMPLE],
    "fewest near each other for an agreement": [accuracy.FEWEST],
    "rounds of propagation at most": [marginals.ROUNDS],
    "bits of an exact copy among rivals": [assignment.COPY_BITS],
    "limits of directions, degrees": list(comparison.DIRECTION_LIMITS_DEG),
    "share of letters of operators alike": [comparison.ALIKE],
    "same place of two copies, m": [comparison.COPY_M],
    "share of copies in a family, from 4 to 7 decimals": list(independence.COPIED_SHARES.values()),
}


def table(head: str) -> list[list[str]]:
    """Return the rows of the table of the page whose header line begins so, cell by cell."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    (start,) = [number for number, line in enumerate(lines) if line.startswith(head)]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_comparisons_are_those_of_the_weights():
    written = [
        (name.strip("`"), label, float(m), float(u), bits)
        for name, label, m, u, bits in table("| comparison | finding |")
    ]
    assert written == [
        (name, level.label, level.m, level.u, f"{level.bits:+.2f}")
        for name, levels in WEIGHTS.levels.items()
        for level in levels
    ]


def test_figures_are_those_of_the_code():
    written = {
        name: [float(value) for value in values.split(", ")]
        for name, values in table("| figure | value |")
    }
    assert written == FIGURES


def test_shapes_are_those_of_the_code():
    written = [
        (label, tuple(tuple(map(float, part.split(" x "))) for part in parts.split(", ")))
        for label, parts, _ in table("| shape | parts (")
    ]
    assert written == [tuple(shape) for shape in accuracy.SHAPES]


def distances() -> list[tuple[float, str, float, str]]:
    """Return density, spread, distance and bits of each cell of the table of distances."""
    metres = (0.0, 3.0, 10.0, 25.0, 40.0)
    return [
        (2.0 ** int(density.split()[0].removeprefix("2^")), spread, distance_m, bits)
        for density, spread, *cells in table("| density per m² |")
        for distance_m, bits in zip(metres, cells, strict=True)
    ]


@pytest.mark.parametrize(("density", "spread", "distance_m", "bits"), distances())
def test_bits_of_a_distance_are_those_that_it_weighs(density, spread, distance_m, bits):
    place = accuracy.UNKNOWN
    if spread != "unknown":
        of_lists = accuracy.Agreement(accuracy.SHAPES[1], float(spread), 0.5)
        place = accuracy.AGREEMENTS.index(of_lists)
    weight = WEIGHTS.distance_bits(np.array([distance_m]), np.array([place]), np.array([density]))
    assert f"{weight[0]:+.1f}" == bits
