"""Match weights: how much each finding speaks for or against two observations being one camera.

A weight is in bits: the logarithm to base 2 of how many times likelier a finding is where both are
one camera (`m`) than where they are two (`u`). Findings of a pair are added up (Fellegi and
Sunter 1969). What is not known on one side says nothing.

For distance, `m` is how likely the two sources place one camera so far apart (`accuracy`), and `u`
how many other cameras one must expect there: what lies around at random (`density.density_per_m2`)
and what stands together on one pole or corner (`Surroundings`), so that 10 m mean much on a country
road and little in a city square. This is the likelihood ratio with which astronomers join
catalogues (Sutherland and Saunders 1992).

Where the figures come from: the surroundings and the `u` of directions were measured on pairs of
records within one source, which are two cameras by definition, less the doubles that such lists
contain (docs/conflation.md has the counts); the other `u` and all `m` are our judgement, to be
replaced by `learned` where there are labelled pairs.

References
----------
Fellegi, I. P., Sunter, A. B. (1969): A theory for record linkage. JASA 64, 1183-1210.
Sutherland, W., Saunders, W. (1992): On the likelihood ratio for source identification. MNRAS 259,
413-420.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sightlines.cameras.accuracy import AGREEMENTS, UNKNOWN, density_per_m2, overlap_bits
from sightlines.errors import RequestInvalidError
from sightlines.schema import COMPARISONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

DISTANCE = "distance"
OVERLAP = "overlap"
SURROUNDINGS = "surroundings"
# So far out in the tail a density of nothing would make the weight infinite.
_LEAST_PER_M2 = 1e-12


@dataclass(frozen=True)
class Level:
    """One finding that a comparison can come to.

    Parameters
    ----------
    label
        In words.
    m, u
        How probable it is where both are one camera, and where they are two.
    """

    label: str
    m: float
    u: float

    @property
    def bits(self) -> float:
        """Return the weight."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Surroundings:
    """What else must be expected around a camera, beyond what lies there at random.

    Parameters
    ----------
    on_pole
        How many other cameras stand at the very same spot.
    nearby_per_m2
        How many stand near by, on the same corner or square, for each square metre.
    """

    on_pole: float
    nearby_per_m2: float


@dataclass(frozen=True)
class Weights:
    """All of them.

    Parameters
    ----------
    surroundings
        For the comparison of distances.
    levels
        Those of each comparison of `schema.COMPARISONS`; level 1 is the first.
    """

    surroundings: Surroundings
    levels: Mapping[str, tuple[Level, ...]]

    def distance_bits(
        self,
        distance_m: NDArray[np.float64],
        agreement: NDArray[np.integer],
        density: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return the weight of each distance; parameters as in `schema.MATCH`.

        Other cameras of the same pole are displaced like the camera itself, so however near two
        records are, they speak for one camera only as far as poles carry few.
        """
        one = density_per_m2(distance_m, agreement)
        around = self.surroundings
        two = density + around.nearby_per_m2 + around.on_pole * one
        return np.asarray(np.log2(np.maximum(one, _LEAST_PER_M2) / two))

    def bits(self, name: str) -> NDArray[np.float64]:
        """Return the weight of each level of a comparison; level 0 has none."""
        return np.array([0.0, *(level.bits for level in self.levels[name])])


class Finding(NamedTuple):
    """One comparison of a pair: which, what was found in words, its weight."""

    comparison: str
    label: str
    bits: float


WEIGHTS = Weights(
    surroundings=Surroundings(on_pole=0.08, nearby_per_m2=5e-5),
    levels={
        "direction": (
            Level("directions within 20 degrees of each other", 0.85, 0.20),
            Level("directions 20 to 45 degrees apart", 0.08, 0.10),
            Level("directions 45 to 90 degrees apart", 0.04, 0.20),
            Level("directions more than 90 degrees apart", 0.03, 0.50),
        ),
        "kind": (
            Level("the same kind", 0.993, 0.71),
            Level("different kinds", 0.001, 0.04),
            Level("an enforcement camera beside one of unknown kind", 0.003, 0.05),
            Level("a camera beside a reader of number plates", 0.003, 0.20),
        ),
        "enforcement": (
            Level("enforce the same", 0.994, 0.57),
            Level("enforce different rules", 0.003, 0.38),
            Level("a rule enforced that is not known of both", 0.003, 0.05),
        ),
        "camera_type": (
            Level("the same camera type", 0.85, 0.65),
            Level("camera types that look all round", 0.09, 0.12),
            Level("different camera types", 0.06, 0.23),
        ),
        "camera_mount": (
            Level("the same mount", 0.85, 0.70),
            Level("different mounts", 0.15, 0.30),
        ),
        "operator": (
            Level("the same operator", 0.80, 0.60),
            Level("operators written alike", 0.12, 0.08),
            Level("different operators", 0.08, 0.32),
        ),
        "manufacturer": (
            Level("the same manufacturer", 0.93, 0.80),
            Level("different manufacturers", 0.07, 0.20),
        ),
        "ref": (
            Level("the same reference number", 0.40, 0.0005),
            Level("the same short reference number", 0.15, 0.01),
            Level("different reference numbers", 0.45, 0.9895),
        ),
        "camera_count": (
            Level("the same number of cameras, more than one", 0.30, 0.12),
            Level("one camera each", 0.55, 0.50),
            Level("different numbers of cameras", 0.15, 0.38),
        ),
    },
)


def explain(match: Mapping[str, Any], weights: Weights = WEIGHTS) -> list[Finding]:
    """Say in words what speaks for and against a match.

    Parameters
    ----------
    match
        A row of `schema.MATCH`.
    weights
        Those that it was made with.

    Returns
    -------
    list of Finding
        The overlap of the two sources where it is known, the distance, then one a comparison in
        the order of `schema.COMPARISONS`; what is not known on one side has 0 bits. The bits add up
        to the match's weight, but for rounding.
    """
    found = [*_of_overlap(match), _of_distance(match, weights)]
    for name in COMPARISONS:
        level = int(match[name])
        if level == 0:
            found.append(Finding(name, "not known of both", 0.0))
        else:
            said = weights.levels[name][level - 1]
            found.append(Finding(name, said.label, said.bits))
    return found


def _of_overlap(match: Mapping[str, Any]) -> list[Finding]:
    code = int(match["agreement"])
    if code == UNKNOWN:
        return []
    share = f"{100 * AGREEMENTS[code].overlap:.0f} %"
    label = f"of cameras near the other list, about {share} are in both"
    return [Finding(OVERLAP, label, float(overlap_bits(np.array([code]))[0]))]


def _of_distance(match: Mapping[str, Any], weights: Weights) -> Finding:
    code = int(match["agreement"])
    bits = weights.distance_bits(
        np.array([match["distance_m"]]), np.array([code]), np.array([match["density_per_m2"]])
    )
    agree = ""
    if code < UNKNOWN:
        shape, spread_m, _ = AGREEMENTS[code]
        agree = f", of two lists that agree to about {spread_m:g} m, {shape.label}"
    return Finding(DISTANCE, f"{match['distance_m']:.1f} m apart{agree}", float(bits[0]))


def learned(matches: pa.Table, is_one: NDArray[np.bool_], weights: Weights = WEIGHTS) -> Weights:
    """Learn weights from labelled pairs.

    Parameters
    ----------
    matches
        `schema.MATCH`, or its columns of levels.
    is_one
        Whether both are one camera, aligned.
    weights
        What is known before: it counts as ten labelled pairs of each sort, so that a level that no
        pair showed keeps a weight.

    Returns
    -------
    Weights
        The surroundings stay: pairs within sources tell them, and `accuracy` finds distances out.
    """
    levels = {}
    for name, rows in weights.levels.items():
        level = matches[name].to_numpy()
        m = _shares(level[is_one], [row.m for row in rows])
        u = _shares(level[~is_one], [row.u for row in rows])
        levels[name] = tuple(Level(row.label, *both) for row, *both in zip(rows, m, u, strict=True))
    return Weights(weights.surroundings, levels)


def as_plain(weights: Weights) -> dict[str, Any]:
    """Return weights in types that JSON knows; `from_plain` reads them."""
    return {
        SURROUNDINGS: asdict(weights.surroundings),
        **{
            name: [{"label": row.label, "m": row.m, "u": row.u} for row in rows]
            for name, rows in weights.levels.items()
        },
    }


def from_plain(said: object) -> Weights:
    """Read weights that `as_plain` wrote.

    Raises
    ------
    RequestInvalidError
        If a comparison is missing, a figure is none, or not between 0 and 1.
    """
    try:
        surroundings = Surroundings(**_figures(said[SURROUNDINGS]))  # type: ignore[index]  # a wrong form is told below
        levels = {
            name: tuple(Level(str(row["label"]), **_figures(row, "label")) for row in said[name])  # type: ignore[index]  # see above
            for name in COMPARISONS
        }
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as reason:
        raise RequestInvalidError(f"The match weights cannot be read: {reason}.") from reason
    sizes = {name: len(rows) for name, rows in levels.items()}
    if sizes != {name: len(rows) for name, rows in WEIGHTS.levels.items()}:
        raise RequestInvalidError("The match weights have not the levels of this version.")
    return Weights(surroundings, levels)


def _figures(row: Mapping[str, Any], *but: str) -> dict[str, float]:
    figures = {name: float(value) for name, value in row.items() if name not in but}
    for name, value in figures.items():
        if not 0.0 < value <= 1.0:
            raise ValueError(f"{name} is {value}")
    return figures


def _shares(level: NDArray[np.uint8], before: list[float]) -> list[float]:
    """Return the share of each level among pairs of which it is known."""
    prior = 10.0 * np.array(before)
    count = np.bincount(level, minlength=len(before) + 1)[1 : len(before) + 1] + prior
    return [float(share) for share in count / count.sum()]
