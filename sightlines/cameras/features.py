"""What conflation reads of an observation, as arrays.

Terms
-----
code
    64 bits that stand for a normalised text: equal texts have equal codes, in any run. 0 is a text
    that is not known.
fingerprint
    64 bits over everything that is compared: as long as it stays the same, so does every weight.

Nothing else is read: neither the source's own ids nor addresses, names, dates or raw values, so
those are free to serve as evidence of whether the answers are right (`evaluation`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sightlines.cameras.blocking import block_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SUBJECT_BYTES = 16
MOST_BEARINGS = 4
SHORT_REF = 3
CODED = ("kind", "enforcement", "camera_type", "camera_mount", "operator", "manufacturer", "ref")
_READ = ["subject", "source", "lon", "lat", "camera_direction", "camera_count", *CODED]
_UNKNOWN = frozenset({"", "unknown", "other", "n a", "none", "unbekannt", "inconnu"})
_ODD = 0x9E3779B97F4A7C15


@dataclass(frozen=True, eq=False)
class Features:
    """Located observations, one element each of arrays of one length, by subject.

    Parameters
    ----------
    subject
        16 ASCII characters, ascending.
    source
        Code of the source's id.
    key, square_m
        Where `blocking` finds it: Morton key, and the edge of the whole square at that place.
    lon, lat
        WGS 84 degrees.
    bearings_deg
        Up to `MOST_BEARINGS` directions, shape (n, `MOST_BEARINGS`), clockwise from north; NaN
        where there are fewer.
    codes
        Code of each of `CODED`, by name.
    short_ref
        Whether the reference number is so short that two lists may share it by chance.
    camera_count
        How many cameras it stands for; -1 where that is not said.
    content
        64 bits over all of it but the source: equal for a record and its copy.
    fingerprint
        Over all of it.
    texts
        The texts behind the codes of operators, by code.
    """

    subject: NDArray[np.bytes_]
    source: NDArray[np.uint64]
    key: NDArray[np.uint64]
    square_m: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    bearings_deg: NDArray[np.float64]
    codes: dict[str, NDArray[np.uint64]]
    short_ref: NDArray[np.bool_]
    camera_count: NDArray[np.int64]
    content: NDArray[np.uint64]
    fingerprint: NDArray[np.uint64]
    texts: dict[int, str]

    def __len__(self) -> int:
        return len(self.subject)


def features_of(observations: pa.Table) -> Features:
    """Take from observations what is compared.

    Parameters
    ----------
    observations
        `schema.STANDING`; those without a position are left out.

    Returns
    -------
    Features
        Sorted by subject.
    """
    located = observations.select(_READ)
    if located["lon"].null_count or located["lat"].null_count:
        located = located.filter(pc.and_(pc.is_valid(located["lon"]), pc.is_valid(located["lat"])))
    subject = names_of(located["subject"])
    if not (subject[1:] > subject[:-1]).all():
        order = np.argsort(subject, kind="stable")
        subject, located = subject[order], located.take(pa.array(order))
    lon = located["lon"].to_numpy().astype(np.float64)
    lat = located["lat"].to_numpy().astype(np.float64)
    source, _ = _coded(located["source"], str)
    codes: dict[str, NDArray[np.uint64]] = {}
    texts: dict[int, str] = {}
    short: list[int] = []
    for name in CODED:
        codes[name], found = _coded(located[name], normalised)
        if name == "operator":
            texts = found
        elif name == "ref":
            short = [code for code, ref in found.items() if _n_letters(ref) <= SHORT_REF]
    counts = pc.fill_null(located["camera_count"], -1).to_numpy()
    bearings = _bearings(located["camera_direction"])
    # What is not said is 0 in each column, and what is said is not; -0 becomes plain 0.
    counted = (counts + 1).astype(np.uint64)
    degrees = [lon + 0.0, lat + 0.0, *np.nan_to_num(bearings.T + 1.0)]
    parts = [counted, *codes.values(), *(column.view(np.uint64) for column in degrees)]
    content = _mixed(parts)
    key, square_m = block_keys(lon, lat)
    return Features(
        subject=subject,
        source=source,
        key=key,
        square_m=square_m,
        lon=lon,
        lat=lat,
        bearings_deg=bearings,
        codes=codes,
        short_ref=np.isin(codes["ref"], np.array(short, np.uint64)),
        camera_count=counts,
        content=content,
        fingerprint=_mixed([content, source]),
        texts=texts,
    )


def names_of(column: pa.ChunkedArray | pa.Array) -> NDArray[np.bytes_]:
    """Return subjects as fixed-width bytes.

    Parameters
    ----------
    column
        Strings of at most 16 ASCII characters, without nulls.

    Returns
    -------
    array
        S16, shape (n,).
    """
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    lengths = pc.binary_length(whole)
    if len(whole) and pc.min(lengths).as_py() == pc.max(lengths).as_py() == SUBJECT_BYTES:
        # They stand one after the other in memory already.
        _, offsets, letters = whole.buffers()
        start = int(np.frombuffer(offsets, np.int32)[whole.offset])
        return np.frombuffer(letters, f"S{SUBJECT_BYTES}", len(whole), start)
    return np.array(whole.to_pylist(), dtype=f"S{SUBJECT_BYTES}")


def texts_of(names: NDArray[np.bytes_]) -> pa.Array:
    """Return subjects as Arrow strings; the inverse of `names_of`."""
    n = len(names)
    if n and (np.char.str_len(names) == SUBJECT_BYTES).all():
        offsets = pa.py_buffer(SUBJECT_BYTES * np.arange(n + 1, dtype=np.int32))
        letters = pa.py_buffer(np.ascontiguousarray(names))
        return pa.StringArray.from_buffers(n, offsets, letters)
    return pa.array(names.astype(str).tolist(), pa.string())


def normalised(text: str) -> str:
    """Write a text so that spelling, case and punctuation do not matter; "" where it says nothing.

    Parameters
    ----------
    text
        In any script.

    Returns
    -------
    str
        Words in lower case with single spaces between them, accents dropped.
    """
    # Twice: what a compatibility form unfolds to may have a case of its own.
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = unicodedata.normalize("NFKD", plain.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", letters)).strip()
    return "" if words in _UNKNOWN else words


def code_of(text: str) -> int:
    """Return the code of a normalised text; 0 for ""."""
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") if text else 0


def _coded(
    column: pa.ChunkedArray, normalise: Callable[[str], str]
) -> tuple[NDArray[np.uint64], dict[int, str]]:
    """Return the code of each text, and the normalised text of each code."""
    encoded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    plain = [normalise(text) for text in encoded.dictionary.to_pylist()]
    of_text = np.array([code_of(text) for text in plain], dtype=np.uint64)
    codes = of_text[encoded.indices.to_numpy()] if len(plain) else np.empty(0, np.uint64)
    return codes, dict(zip(of_text.tolist(), plain, strict=True))


def _n_letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _bearings(sectors: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return the first bearings of each list of sectors, NaN where there are fewer."""
    lists = sectors.combine_chunks()
    found = np.full((len(lists), MOST_BEARINGS), np.nan)
    row = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    bearing = lists.flatten().field("bearing_deg").to_numpy(zero_copy_only=False)
    start = np.searchsorted(row, row)
    place = np.arange(len(row)) - start
    kept = (place < MOST_BEARINGS) & np.isfinite(bearing.astype(float))
    found[row[kept], place[kept]] = np.mod(bearing[kept], 360.0)
    return found


def _mixed(parts: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """Mix columns to one hash a row; a column without any value costs nothing.

    References
    ----------
    Steele, Lea, Flood (2014): Fast splittable pseudorandom number generators. OOPSLA.
    """
    mixed = np.zeros(len(parts[0]), np.uint64)
    for place, part in enumerate(parts, start=1):
        if not part.any():
            continue
        hashed = part + np.uint64(place * _ODD % 2**64)
        hashed ^= hashed >> np.uint64(30)
        hashed *= np.uint64(0xBF58476D1CE4E5B9)
        hashed ^= hashed >> np.uint64(27)
        hashed *= np.uint64(0x94D049BB133111EB)
        hashed ^= hashed >> np.uint64(31)
        hashed[part == 0] = 0
        mixed += hashed
    return mixed
