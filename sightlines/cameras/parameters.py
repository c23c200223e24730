"""What conflation depends on besides the observations: weights, thresholds, radii."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sightlines.cameras.weights import WEIGHTS, Weights, as_plain, from_plain
from sightlines.errors import RequestInvalidError

_WEIGHTS = "weights"


@dataclass(frozen=True)
class Parameters:
    """What conflation depends on besides the observations.

    Parameters
    ----------
    weights
        Match weights.
    match_probability
        From which probability on, given all rivals, two records are one camera.
    review_bits
        From which weight on a person may be asked.
    radius_m
        How far apart records of one camera may be.
    ref_radius_m
        How far apart, where both bear the same reference number of more than three characters.
    """

    weights: Weights = WEIGHTS
    match_probability: float = 0.7
    review_bits: float = -2.0
    radius_m: float = 60.0
    ref_radius_m: float = 500.0


PARAMETERS = Parameters()


def parameters_as_plain(parameters: Parameters) -> dict[str, Any]:
    """Return parameters in types that JSON knows; `parameters_from_plain` reads them."""
    return asdict(parameters) | {_WEIGHTS: as_plain(parameters.weights)}


def parameters_from_plain(said: dict[str, Any]) -> Parameters:
    """Read parameters that `parameters_as_plain` wrote; other keys are passed over.

    Raises
    ------
    RequestInvalidError
        If one is missing or no number.
    """
    try:
        figures = {name: float(said[name]) for name in asdict(PARAMETERS) if name != _WEIGHTS}
        weights = from_plain(said[_WEIGHTS])
    except (KeyError, TypeError, ValueError) as reason:
        raise RequestInvalidError(f"The parameters cannot be read: {reason}.") from reason
    return Parameters(weights=weights, **figures)
