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
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sightlines.cameras.neighbourhood import Located, block_keys
from sightlines.cameras.written import CODED, MOST_BEARINGS, mixed, written_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sightlines.cameras.written import Directions, Texts, Written

SHORT_REF = 3
_UNKNOWN = frozenset({"", "unknown", "other", "n a", "none", "unbekannt", "inconnu"})


@dataclass(frozen=True, eq=False)
class Features(Located):
    """All that is compared, one element each of arrays of one length, by subject.

    Parameters
    ----------
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

    bearings_deg: NDArray[np.float64]
    codes: dict[str, NDArray[np.uint64]]
    short_ref: NDArray[np.bool_]
    camera_count: NDArray[np.int64]
    content: NDArray[np.uint64]
    fingerprint: NDArray[np.uint64]
    texts: dict[int, str]


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
    return features_at(written_of(observations))


def features_at(written: Written, rows: NDArray[np.int64] | None = None) -> Features:
    """Make features of some records.

    Parameters
    ----------
    written
        The records as they are written.
    rows
        Which of them, ascending; None means all.

    Returns
    -------
    Features
        Of those rows alone, in their order.
    """
    asked = slice(None) if rows is None else rows
    codes: dict[str, NDArray[np.uint64]] = {}
    texts: dict[str, dict[int, str]] = {}
    for name in CODED:
        codes[name], texts[name] = _coded(written.texts[name], asked, normalised)
    lon, lat, count = written.lon[asked], written.lat[asked], written.camera_count[asked]
    bearings = _bearings(written.directions, asked)
    # What is not said is 0 in each column, and what is said is not; -0 becomes plain 0.
    degrees = [lon + 0.0, lat + 0.0, *np.nan_to_num(bearings.T + 1.0)]
    parts = [(count + 1).astype(np.uint64), *codes.values()]
    content = mixed([*parts, *(column.view(np.uint64) for column in degrees)])
    source = sources_at(written, asked)
    key, square_m = block_keys(lon, lat)
    return Features(
        subject=written.subject[asked],
        source=source,
        key=key,
        square_m=square_m,
        lon=lon,
        lat=lat,
        bearings_deg=bearings,
        codes=codes,
        short_ref=np.isin(codes["ref"], _short(texts["ref"])),
        camera_count=count,
        content=content,
        fingerprint=mixed([content, source]),
        texts=texts["operator"],
    )


def refs_at(written: Written, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the codes of the reference numbers of some records, 0 where they are short."""
    codes, texts = _coded(written.texts["ref"], rows, normalised)
    return np.where(np.isin(codes, _short(texts)), np.uint64(0), codes)


def sources_at(written: Written, rows: NDArray[np.int64] | slice) -> NDArray[np.uint64]:
    """Return the codes of the sources of some records."""
    return _coded(written.texts["source"], rows, str)[0]


@lru_cache(maxsize=4_096)
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


@lru_cache(maxsize=4_096)
def code_of(text: str) -> int:
    """Return the code of a normalised text; 0 for ""."""
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") if text else 0


def _coded(
    column: Texts, rows: NDArray[np.int64] | slice, normalise: Callable[[str], str]
) -> tuple[NDArray[np.uint64], dict[int, str]]:
    """Return the code of the text of each row, and the normalised text of each code."""
    place = column.place[rows]
    there = np.zeros(len(column.different), np.bool_)
    there[place] = True
    used = np.flatnonzero(there)
    plain = [normalise(text) for text in column.different.take(pa.array(used)).to_pylist()]
    of_text = np.zeros(len(there), np.uint64)
    of_text[used] = [code_of(text) for text in plain]
    return of_text[place], dict(zip(of_text[used].tolist(), plain, strict=True))


def _short(refs: dict[int, str]) -> NDArray[np.uint64]:
    """Return the codes of short reference numbers."""
    return np.array([code for code, ref in refs.items() if _n_letters(ref) <= SHORT_REF], np.uint64)


def _n_letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _bearings(directions: Directions, rows: NDArray[np.int64] | slice) -> NDArray[np.float64]:
    """Return the first bearings of each row, NaN where there are fewer."""
    begin, count = directions.begin[rows], directions.count[rows]
    found = np.full((len(begin), MOST_BEARINGS), np.nan)
    for place in range(MOST_BEARINGS):
        has = np.flatnonzero(count > place)
        bearing = directions.bearing_deg[begin[has] + place]
        finite = np.isfinite(bearing)
        found[has[finite], place] = np.mod(bearing[finite], 360.0)
    return found
