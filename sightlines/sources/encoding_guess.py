"""Guesses at the encoding of a text: statistics of its cells that are not ASCII.

What is guessed is an order of names to try; whether one is right shows when it decodes everything.

References
----------
The WHATWG Encoding Standard, section 4.2, on which names mean which supersets in practice
(https://encoding.spec.whatwg.org/#names-and-labels).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

import chardet

if TYPE_CHECKING:
    from collections.abc import Iterable

UTF8 = "utf-8"
_WESTERN = "cp1252"

# What decodes everything that a narrower name does; the first that decodes the file is taken.
_WIDER = {
    "ascii": (UTF8,),
    "euc_kr": ("cp949",),
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "big5": ("big5", "cp950", "big5hkscs"),
    "big5hkscs": ("big5", "cp950", "big5hkscs"),
    "shift_jis": ("cp932", "shift_jis_2004"),
    "shift_jis_2004": ("cp932", "shift_jis_2004"),
    "euc_jis_2004": ("euc_jp", "euc_jis_2004"),
    "iso8859-1": (_WESTERN,),
    "iso8859-9": ("cp1254",),
    "tis-620": ("cp874",),
}

# Encodings that no table is likely to be in but that short texts are easily taken for.
_UNLIKELY = (
    "cp1258", "iso8859-3", "iso8859-4", "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-16",
    "utf-7", "hz",
)  # fmt: skip
_COMMON_ERAS = chardet.EncodingEra.MODERN_WEB | chardet.EncodingEra.LEGACY_ISO
_ALL_ERAS = _COMMON_ERAS | (
    chardet.EncodingEra.LEGACY_MAC | chardet.EncodingEra.LEGACY_REGIONAL | chardet.EncodingEra.DOS
)
_CELLS_FOR_ALL_ERAS = 10

_CELL_ENDS = re.compile(rb'[,;\t"\r\n]+')
_WORD = re.compile(r"[^\W\d_]+")


def wider_encodings(name: str) -> tuple[str, ...]:
    """Return the encodings that may be meant where a narrower one is named.

    Parameters
    ----------
    name
        As `codecs.lookup` spells it.

    Returns
    -------
    tuple of str
        In the order in which they are tried; empty where the name means only itself.
    """
    return _WIDER.get(name, ())


def guess_encodings(lines: Iterable[bytes]) -> tuple[str, ...]:
    """Guess the encoding of lines that are not UTF-8.

    Parameters
    ----------
    lines
        Those that are not ASCII; a few hundred suffice, three are mostly enough.

    Returns
    -------
    tuple of str
        Names that Python knows, lower case, in the order in which they are to be tried; empty where
        it is no text.
    """
    cells = _distinct_cells(lines)
    sample = b"\n".join(cells)
    found = chardet.detect(
        sample,
        # With a few words only, encodings of old machines win too often by accident.
        encoding_era=_ALL_ERAS if len(cells) >= _CELLS_FOR_ALL_ERAS else _COMMON_ERAS,
        exclude_encodings=_UNLIKELY,
        compat_names=False,
        no_match_encoding=_WESTERN,
    )["encoding"]
    if found is None:
        return ()
    name = codecs.lookup(found).name
    candidates = wider_encodings(name) or (name,)
    western, guessed = _decoded(sample, _WESTERN), _decoded(sample, candidates[0])
    if western is not None and (guessed in (None, western) or _mixes_scripts(guessed or "")):
        return tuple(dict.fromkeys((_WESTERN, *candidates)))
    return candidates


def _distinct_cells(lines: Iterable[bytes]) -> list[bytes]:
    """Return the cells that are not ASCII, once each: the others only dilute the statistics."""
    cells = (cell.strip() for line in lines for cell in _CELL_ENDS.split(line))
    return list(dict.fromkeys(cell for cell in cells if not cell.isascii()))


def _decoded(sample: bytes, name: str) -> str | None:
    try:
        return sample.decode(name)
    except UnicodeDecodeError:
        return None


def _mixes_scripts(text: str) -> bool:
    """Say whether most words mix Latin letters with those of another script: `Caf` and iota."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    mixed = [
        word
        for word in words
        if any(letter.isascii() for letter in word)
        and not all(_is_latin(letter) for letter in word)
    ]
    return len(mixed) * 2 > len(words)


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")
