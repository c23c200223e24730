"""The small memory-mapped columns beside the index: what tiles and pages ask of single rows.

A Parquet file cannot give one row without reading a group of them, so ids, exact positions and the
few attributes of a tile lie beside the index as plain arrays (`.npy`), row for row. Texts are kept
once, in `texts.json`; the rows hold codes. Code 0 is always "", the absent text.

Terms
-----
day
    Whole days since 1970-01-01 UTC; `UNKNOWN_DAY` where no time is known.
direction text
    The sectors of a camera joined by `;`, each `bearing` or `bearing:width` in degrees: `240`,
    `338:45`, `90:60;180:60`.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.errors import SnapshotBrokenError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ID_BYTES = 16
UNKNOWN_DAY = int(np.iinfo(np.int32).min)
TEXTS = "texts.json"

_PLAIN = {
    "id": np.dtype(f"S{ID_BYTES}"),
    "lon": np.dtype("<f8"),
    "lat": np.dtype("<f8"),
    "camera_count": np.dtype("<i8"),
    "last_edited": np.dtype("<i4"),
    "id_order": np.dtype("<u4"),
}
_CODED = ("camera_type", "camera_direction", "verification", "status", "source")
_CODES = tuple(np.dtype(code) for code in ("u1", "<u2", "<u4"))


class Coded(NamedTuple):
    """A column of texts: `texts[code]` for each row; code 0 is "", the absent text."""

    codes: NDArray[np.unsignedinteger]
    texts: list[str]


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of a snapshot's located rows, opened for reading; threads may share it.

    Parameters
    ----------
    id
        Camera ids, ASCII, shape (n,).
    lon, lat
        Exact positions, WGS 84 degrees.
    camera_count
        Cameras that each record stands for.
    last_edited
        Day of the source's own edit, or `UNKNOWN_DAY`.
    id_order
        Row numbers in the order of their ids.
    camera_type, camera_direction, verification, status, source
        Texts; the direction as direction text, several sources joined by `;`.
    """

    id: NDArray[np.bytes_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    camera_count: NDArray[np.int64]
    last_edited: NDArray[np.int32]
    id_order: NDArray[np.uint32]
    camera_type: Coded
    camera_direction: Coded
    verification: Coded
    status: Coded
    source: Coded

    @classmethod
    def open(cls, folder: Path) -> Columns:
        """Map the columns into memory.

        Parameters
        ----------
        folder
            A folder of `write_columns`.

        Returns
        -------
        Columns
            The files stay mapped as long as it lives.

        Raises
        ------
        SnapshotBrokenError
            If a file is missing or cut off, or the files contradict each other.
        """
        plain = {name: _map_array(folder, name, (kind,)) for name, kind in _PLAIN.items()}
        codes = {name: _map_array(folder, name, _CODES) for name in _CODED}
        if len({len(array) for array in [*plain.values(), *codes.values()]}) != 1:
            raise SnapshotBrokenError("The columns differ in their number of rows: publish again.")
        texts = _read_texts(folder)
        for array, limit in [
            (plain["id_order"], len(plain["id"])),
            *((codes[name], len(texts[name])) for name in _CODED),
        ]:
            if len(array) and int(array.max()) >= limit:
                raise SnapshotBrokenError("A column points beyond its texts: publish again.")
        coded = {name: Coded(codes[name], texts[name]) for name in _CODED}
        fields: dict[str, Any] = {**plain, **coded}
        return cls(**fields)

    def __len__(self) -> int:
        return len(self.id)

    def row_of(self, camera_id: str) -> int | None:
        """Find a camera's row by binary search.

        Parameters
        ----------
        camera_id
            Any text.

        Returns
        -------
        int or None
            The row number; None where no located camera has this id.
        """
        wanted = camera_id.encode(errors="replace")
        order = self.id_order
        place = bisect_left(order, wanted, key=lambda row: bytes(self.id[row]))
        if place == len(order) or bytes(self.id[order[place]]) != wanted:
            return None
        return int(order[place])


def write_columns(folder: Path, cameras: pa.Table) -> None:
    """Write the columns of a snapshot.

    Parameters
    ----------
    folder
        An existing folder.
    cameras
        Rows of `schema.CAMERA` in the order of the index, all with a position.

    Raises
    ------
    ValueError
        If an id is empty, longer than 16 bytes or not ASCII, or a position is missing.
    """
    days = cameras["last_edited_at"].cast(pa.timestamp("s")).cast(pa.date32()).cast(pa.int32())
    ids = _fixed_ids(cameras["id"])
    plain = {
        "id": ids,
        "lon": _numbers(cameras["lon"]),
        "lat": _numbers(cameras["lat"]),
        "camera_count": _numbers(cameras["camera_count"]),
        "last_edited": _numbers(pc.fill_null(days, UNKNOWN_DAY)),
        "id_order": np.argsort(ids),
    }
    for name, kind in _PLAIN.items():
        np.save(folder / f"{name}.npy", plain[name].astype(kind, copy=False), allow_pickle=False)
    texts = {
        "camera_type": cameras["camera_type"],
        "camera_direction": direction_texts(cameras["camera_direction"]),
        "verification": cameras["verification"],
        "status": cameras["status"],
        "source": pc.binary_join(cameras["sources"], ";"),
    }
    coded = {name: _coded(texts[name]) for name in _CODED}
    for name, column in coded.items():
        np.save(folder / f"{name}.npy", column.codes, allow_pickle=False)
    content = {name: column.texts for name, column in coded.items()}
    (folder / TEXTS).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def direction_texts(sectors: pa.ChunkedArray) -> pa.Array:
    """Write cameras' directions as direction texts.

    Parameters
    ----------
    sectors
        Lists of sectors as in `schema.SECTORS`, degrees clockwise from north; null or empty where
        the direction is not known.

    Returns
    -------
    pa.Array
        Strings, null where not known, degrees to two decimals. A sector without a width is its
        bearing alone.
    """
    lists = pa.concat_arrays([chunk.cast(sectors.type) for chunk in sectors.chunks] or [[]])
    flat = lists.flatten()
    bearing, width = (_degree_texts(flat.field(name)) for name in ("bearing_deg", "width_deg"))
    both = pc.binary_join_element_wise(bearing, width, ":")
    texts = pc.if_else(pc.is_valid(width), both, bearing)
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, texts), ";")
    return pc.replace_with_mask(joined, pa.array(lengths == 0), pa.scalar(None, pa.string()))


def _degree_texts(degrees: pa.Array) -> pa.Array:
    # Adding 0 makes -0 plain 0.
    return pc.cast(pc.add(pc.round(degrees, ndigits=2), 0.0), pa.string())


def _fixed_ids(column: pa.ChunkedArray) -> NDArray[np.bytes_]:
    texts = column.to_pylist()
    lengths = pc.binary_length(column)
    if texts and not 0 < pc.min(lengths).as_py() <= pc.max(lengths).as_py() <= ID_BYTES:
        raise ValueError(f"a camera id must have 1 to {ID_BYTES} ASCII characters")
    return np.array(texts, f"S{ID_BYTES}")


def _numbers(column: pa.ChunkedArray) -> NDArray[np.generic]:
    if column.null_count:
        raise ValueError("every row beside the index must have a position and a camera count")
    found: NDArray[np.generic] = column.to_numpy()
    return found


def _coded(column: pa.Array | pa.ChunkedArray) -> Coded:
    filled = pc.fill_null(column, "")
    texts = ["", *sorted(text for text in pc.unique(filled).to_pylist() if text)]
    kind = next(code for code in _CODES if len(texts) <= np.iinfo(code).max + 1)
    codes = pc.index_in(filled, pa.array(texts, pa.string()))
    return Coded(codes.to_numpy(zero_copy_only=False).astype(kind), texts)


def _map_array(folder: Path, name: str, kinds: tuple[np.dtype, ...]) -> NDArray[Any]:
    try:
        mapped = np.lib.format.open_memmap(folder / f"{name}.npy", mode="r")
    except (OSError, ValueError, EOFError) as reason:
        raise SnapshotBrokenError(f"Column {name} cannot be opened: {reason}.") from reason
    if mapped.ndim != 1 or mapped.dtype not in kinds:
        raise SnapshotBrokenError(f"Column {name} is not what it should be: publish again.")
    # A plain view: indexing an `np.memmap` costs a Python call more each time.
    return mapped.view(np.ndarray)


def _read_texts(folder: Path) -> dict[str, list[str]]:
    try:
        texts = json.loads((folder / TEXTS).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as reason:
        raise SnapshotBrokenError(f"The texts cannot be opened: {reason}.") from reason
    whole = isinstance(texts, dict) and all(
        isinstance(texts.get(name), list)
        and texts[name][:1] == [""]
        and all(isinstance(text, str) for text in texts[name])
        for name in _CODED
    )
    if not whole:
        raise SnapshotBrokenError("The texts are not what they should be: publish again.")
    return {name: texts[name] for name in _CODED}
