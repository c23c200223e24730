"""Comparison: what two observations have in common, as levels of `weights`.

Directions are compared where both have one: the two nearest count. Cameras of a type that looks
all round are alike whichever word is used. Operators are alike if their spellings share most of
their letters in order ("City of Chicago", "Chicago").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightlines.cameras.features import code_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightlines.cameras.blocking import Pairs
    from sightlines.cameras.features import Features

DIRECTION_LIMITS_DEG = (20.0, 45.0, 90.0)
ALIKE = 0.65
_ALL_ROUND = np.array([code_of(word) for word in ("dome", "panning", "panorama")], dtype=np.uint64)
_ENFORCEMENT = np.uint64(code_of("enforcement"))
# Readers of number plates are cameras, and lists take one for the other.
_CAMERAS = np.array([code_of(word) for word in ("cctv", "alpr")], dtype=np.uint64)
# Where two sources place a camera within so much, one has it from the other.
COPY_M = 0.15
_SAME, _ALIKE, _DIFFERENT = 1, 2, 3
_HALF_KNOWN = 3
_MISTAKEN = 4
_PLAIN = ("enforcement", "camera_mount", "manufacturer")


def compared(features: Features, pairs: Pairs) -> dict[str, NDArray[np.uint8]]:
    """Compare pairs.

    Parameters
    ----------
    features
        The records.
    pairs
        Candidate pairs of them.

    Returns
    -------
    dict
        One array of levels a comparison of `schema.COMPARISONS`, aligned with the pairs; 0 where
        it is not known on one side.
    """
    levels = {
        "direction": _direction(features, pairs),
        "kind": _kind(features, pairs),
        "camera_type": _camera_type(features, pairs),
        "operator": _operator(features, pairs),
        "ref": _ref(features, pairs),
        "camera_count": _camera_count(features, pairs),
    }
    for name in _PLAIN:
        first, second = _both(features, pairs, name)
        levels[name] = _known(first, second, np.where(first == second, 1, 2))
    return _with_half_known(features, pairs, levels)


def _with_half_known(
    features: Features, pairs: Pairs, levels: dict[str, NDArray[np.uint8]]
) -> dict[str, NDArray[np.uint8]]:
    """Mark pairs of an enforcement camera and one that may enforce another rule, or none.

    On one corner stand a red-light camera, a speed camera and a camera that watches people. So what
    is not said of the other speaks against them, unless both were placed from one list.
    """
    first, second = (features.codes["kind"][rows] for rows in (pairs.first, pairs.second))
    apart = pairs.distance_m > COPY_M
    both = (first == _ENFORCEMENT) & (second == _ENFORCEMENT)
    one = (first == _ENFORCEMENT) | (second == _ENFORCEMENT)
    levels["kind"][apart & one & (levels["kind"] == 0)] = _HALF_KNOWN
    levels["enforcement"][apart & both & (levels["enforcement"] == 0)] = _HALF_KNOWN
    return levels


def _both(
    features: Features, pairs: Pairs, name: str
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    codes = features.codes[name]
    return codes[pairs.first], codes[pairs.second]


def _known(
    first: NDArray[np.uint64], second: NDArray[np.uint64], level: NDArray[np.int64]
) -> NDArray[np.uint8]:
    return np.where((first != 0) & (second != 0), level, 0).astype(np.uint8)


def _direction(features: Features, pairs: Pairs) -> NDArray[np.uint8]:
    bearings = features.bearings_deg
    has = np.isfinite(bearings[:, 0])
    both = np.flatnonzero(has[pairs.first] & has[pairs.second])
    one, other = bearings[pairs.first[both]], bearings[pairs.second[both]]
    apart = np.abs(np.mod(one[:, :, None] - other[:, None, :] + 180.0, 360.0) - 180.0)
    nearest = np.nanmin(apart.reshape(len(both), -1), axis=1) if len(both) else np.empty(0)
    levels = np.zeros(len(pairs), np.uint8)
    levels[both] = np.searchsorted(DIRECTION_LIMITS_DEG, nearest, "left") + 1
    return levels


def _kind(features: Features, pairs: Pairs) -> NDArray[np.uint8]:
    first, second = _both(features, pairs, "kind")
    cameras = np.isin(first, _CAMERAS) & np.isin(second, _CAMERAS)
    level = np.where(first == second, _SAME, np.where(cameras, _MISTAKEN, 2))
    return _known(first, second, level)


def _camera_type(features: Features, pairs: Pairs) -> NDArray[np.uint8]:
    first, second = _both(features, pairs, "camera_type")
    all_round = np.isin(first, _ALL_ROUND) & np.isin(second, _ALL_ROUND)
    level = np.where(first == second, _SAME, np.where(all_round, _ALIKE, _DIFFERENT))
    return _known(first, second, level)


def _operator(features: Features, pairs: Pairs) -> NDArray[np.uint8]:
    first, second = _both(features, pairs, "operator")
    level = np.where(first == second, _SAME, _DIFFERENT)
    open_ = np.flatnonzero((first != second) & (first != 0) & (second != 0))
    if len(open_):
        couples, back = np.unique(
            np.stack([first[open_], second[open_]], axis=1), axis=0, return_inverse=True
        )
        texts = features.texts
        alike = np.array([are_alike(texts[one], texts[other]) for one, other in couples.tolist()])
        level[open_] = np.where(alike[back.ravel()], _ALIKE, _DIFFERENT)
    return _known(first, second, level)


def _ref(features: Features, pairs: Pairs) -> NDArray[np.uint8]:
    first, second = _both(features, pairs, "ref")
    short = features.short_ref[pairs.first]
    level = np.where(first == second, np.where(short, _ALIKE, _SAME), _DIFFERENT)
    return _known(first, second, level)


def _camera_count(features: Features, pairs: Pairs) -> NDArray[np.uint8]:
    first, second = features.camera_count[pairs.first], features.camera_count[pairs.second]
    several = np.where(first > 1, 1, 2)
    level = np.where(first == second, several, 3)
    return np.where((first >= 0) & (second >= 0), level, 0).astype(np.uint8)


def are_alike(one: str, other: str) -> bool:
    """Say whether two normalised texts are spellings of one name.

    Parameters
    ----------
    one, other
        As `features.normalised` writes them.

    Returns
    -------
    bool
        True if all words of the shorter stand in the longer, or if they share `ALIKE` of their
        pairs of neighbouring letters (Dice's coefficient).

    References
    ----------
    Dice, L. R. (1945): Measures of the amount of ecologic association between species. Ecology 26.
    """
    words, others = set(one.split()), set(other.split())
    if words and others and (words <= others or others <= words):
        return True
    bigrams, of_other = _bigrams(one), _bigrams(other)
    if not bigrams or not of_other:
        return False
    return 2 * len(bigrams & of_other) / (len(bigrams) + len(of_other)) >= ALIKE


def _bigrams(text: str) -> set[str]:
    plain = text.replace(" ", "")
    return {plain[at : at + 2] for at in range(len(plain) - 1)}
