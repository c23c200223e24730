"""Encode a cut as a Mapbox Vector Tile, a whole layer at once.

NumPy writes all features of a layer as one matrix of bytes, a row a feature. That works because
numbers are written as varints of fixed width: a varint may be padded with continuation bytes, and
every decoder reads it. The bytes of properties that a feature does not have are masked out.

References
----------
Mapbox Vector Tile Specification 2.1, https://github.com/mapbox/vector-tile-spec/tree/master/2.1
Protocol Buffers, Encoding, https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightlines.attributes import KINDS, OPERATOR_GROUPS
from sightlines.tiles.grid import EXTENT, SLOTS, Clusters, Singles, TileCut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightlines.snapshot.columns import Columns

CAMERA_KEYS = (
    "kind",
    "operator_group",
    "counted",
    "verification",
    "status",
    "camera_type",
    "camera_direction",
    "camera_count",
    "id",
)
CLUSTER_KEYS = (
    "n",
    "n_records",
    "not_counted",
    *(f"n_{kind}_{group}" for kind, group in SLOTS),
)
_ALWAYS = 3

# Field number << 3 | wire type, as in vector_tile.proto.
_LAYER, _NAME, _FEATURE, _KEY, _VALUE = 0x1A, 0x0A, 0x12, 0x1A, 0x22
_TAGS, _TEXT, _UINT, _BOOL = 0x12, 0x0A, 0x28, 0x38
_VERSION_2 = b"\x78\x02"
# Type point; a geometry of five bytes: MoveTo once, then x and y, zigzag, two bytes each.
_POINT = (0x18, 0x01, 0x22, 0x05, 0x09)
_POINT_BYTES = len(_POINT) + 4
_FEATURE_HEAD_BYTES = 4


class _Values(NamedTuple):
    """Values of some properties, encoded, and which of them each feature has, a column each."""

    encoded: bytes
    number: int
    places: NDArray[np.int64]


def encode_tile(cut: TileCut, columns: Columns) -> bytes:
    """Encode a tile.

    Parameters
    ----------
    cut
        What it shows.
    columns
        Of the snapshot that it was cut from.

    Returns
    -------
    bytes
        Layers `cameras` and `clusters`, each only where it has features; b"" for an empty tile.
    """
    cameras = b"" if cut.singles is None else _camera_layer(cut.singles, columns)
    clusters = b"" if cut.clusters is None else _cluster_layer(cut.clusters)
    return cameras + clusters


def _camera_layer(singles: Singles, columns: Columns) -> bytes:
    rows, class_bytes = singles.rows, singles.class_bytes
    coded = [
        (class_bytes >> 5, KINDS),
        (class_bytes >> 3 & 3, OPERATOR_GROUPS),
        (class_bytes >> 1 & 1, (False, True)),
        *(
            (column.codes.take(rows), column.texts)
            for column in (columns.verification, columns.status, columns.camera_type)
        ),
    ]
    direction = columns.camera_direction.codes.take(rows)
    values = [
        _choices(coded),
        _choices([(direction, columns.camera_direction.texts)]),
        _numbers(columns.camera_count.take(rows)[:, None]),
        _ids(columns.id.take(rows)),
    ]
    first = np.cumsum([0, *(part.number for part in values)])
    places = np.hstack([part.places + start for part, start in zip(values, first, strict=False)])
    present = np.ones(places.shape, np.bool_)
    present[:, len(coded) - 1] = coded[-1][0] != 0
    present[:, len(coded)] = direction != 0
    features = _features(places, present, singles.x, singles.y)
    encoded = b"".join([part.encoded for part in values])
    return _layer("cameras", features, CAMERA_KEYS, encoded)


def _cluster_layer(clusters: Clusters) -> bytes:
    counted = clusters.cameras[:, :-1]
    numbers = np.column_stack(
        [
            counted.sum(axis=1),
            clusters.n_records.astype(np.uint64),
            clusters.cameras[:, -1],
            counted,
        ]
    )
    present = numbers != 0
    present[:, :_ALWAYS] = True
    used = present.any(axis=0)
    numbers, present = numbers[:, used], present[:, used]
    values = _numbers(numbers)
    features = _features(values.places, present, clusters.x, clusters.y)
    keys = [CLUSTER_KEYS[column] for column in used.nonzero()[0].tolist()]
    return _layer("clusters", features, keys, values.encoded)


def _layer(name: str, features: bytes, keys: Sequence[str], values: bytes) -> bytes:
    body = b"".join(
        [
            _VERSION_2,
            _field(_NAME, name.encode()),
            features,
            *(_key(key) for key in keys),
            values,
            bytes([_UINT]) + _varint(EXTENT),
        ]
    )
    return _field(_LAYER, body)


def _features(
    places: NDArray[np.int64],
    present: NDArray[np.bool_],
    x: NDArray[np.int64],
    y: NDArray[np.int64],
) -> bytes:
    """Encode point features; property k of a feature has the value at `places[:, k]`."""
    n_features, n_keys = places.shape
    # Keys are fewer than 128 and values fewer than 2^14, because a tile has at most 4,096 singles.
    width = 1 if int(places.max()) < 1 << 7 else 2
    tag_bytes = n_keys * (1 + width)
    whole = np.empty((n_features, _FEATURE_HEAD_BYTES + tag_bytes + _POINT_BYTES), np.uint8)
    length = present.sum(axis=1) * (1 + width)
    whole[:, 0], whole[:, 1] = _FEATURE, length + 2 + _POINT_BYTES
    whole[:, 2], whole[:, 3] = _TAGS, length
    tags = whole[:, _FEATURE_HEAD_BYTES:-_POINT_BYTES].reshape(n_features, n_keys, 1 + width)
    tags[:, :, 0] = np.arange(n_keys)
    _write_varints(tags[:, :, 1:], places)
    whole[:, -_POINT_BYTES:-4] = _POINT
    _write_varints(whole[:, -4:-2], x << 1)
    _write_varints(whole[:, -2:], y << 1)
    if present.all():
        return whole.tobytes()
    keep = np.ones(whole.shape, np.bool_)
    keep[:, _FEATURE_HEAD_BYTES:-_POINT_BYTES] = present.repeat(1 + width, axis=1)
    return whole[keep].tobytes()


def _choices(coded: Sequence[tuple[NDArray[np.integer], Sequence[str | bool]]]) -> _Values:
    """Encode columns of codes, each with its choices, into one list of the values used."""
    choices = [choice for _, column in coded for choice in column]
    codes = np.empty((len(coded[0][0]), len(coded)), np.intp)
    first = 0
    for place, (column, of_column) in enumerate(coded):
        np.add(column, first, out=codes[:, place])
        first += len(of_column)
    used = np.zeros(len(choices), np.bool_)
    used[codes] = True
    found = used.nonzero()[0].tolist()
    encoded = b"".join([_value(choices[code]) for code in found])
    return _Values(encoded, len(found), (used.cumsum() - 1).take(codes))


def _numbers(numbers: NDArray[np.integer]) -> _Values:
    """Encode numbers of any shape; small sets are quicker found by Python than by `np.unique`."""
    distinct = np.array(sorted(set(numbers.ravel().tolist())), numbers.dtype)
    width = max(1, (int(distinct[-1]).bit_length() + 6) // 7)
    encoded = np.empty((len(distinct), 3 + width), np.uint8)
    encoded[:, :3] = _VALUE, 1 + width, _UINT
    _write_varints(encoded[:, 3:], distinct)
    return _Values(encoded.tobytes(), len(distinct), distinct.searchsorted(numbers))


def _ids(ids: NDArray[np.bytes_]) -> _Values:
    letters = ids.view(np.uint8).reshape(len(ids), -1)
    used = letters != 0
    length = used.sum(axis=1)
    encoded = np.empty((len(ids), 4 + letters.shape[1]), np.uint8)
    encoded[:, 0], encoded[:, 1], encoded[:, 2], encoded[:, 3] = _VALUE, length + 2, _TEXT, length
    encoded[:, 4:] = letters
    if not used.all():
        keep = np.ones(encoded.shape, np.bool_)
        keep[:, 4:] = used
        encoded = encoded[keep]
    return _Values(encoded.tobytes(), len(ids), np.arange(len(ids))[:, None])


def _write_varints(target: NDArray[np.uint8], numbers: NDArray[np.integer]) -> None:
    """Write numbers as varints, as wide as the last axis of the target."""
    last = target.shape[-1] - 1
    for place in range(last):
        target[..., place] = (numbers >> 7 * place & 0x7F) | 0x80
    target[..., last] = numbers >> 7 * last


@lru_cache(maxsize=65_536)
def _value(choice: str | bool) -> bytes:
    if isinstance(choice, bool):
        return bytes([_VALUE, 2, _BOOL, choice])
    return _field(_VALUE, _field(_TEXT, choice.encode()))


@lru_cache
def _key(name: str) -> bytes:
    return _field(_KEY, name.encode())


def _field(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
