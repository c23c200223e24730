"""The grammar of one coordinate: texts and the numbers that people mean by them.

Terms
-----
coordinate
    One number of a position, in degrees or in the units of a grid.
quarter
    North, south, east or west, by a letter or a word; where one stands, it says which of the two
    numbers this is.

`read_degrees` reads texts that are degrees by agreement, `read_coordinate` what people write in
tables, `read_metres` numbers of a grid. A text that holds a whole position is `point_texts`'
business.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?"
)
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,3},[0-9]{1,30}")

Axis = Literal["lon", "lat"]

COORDINATE_LIMIT = 100

# Words that stand where a number would stand, and say that there is none.
_NOTHING = frozenset(
    {
        "", "-", "--", "---", ".", "?", "/", "n/a", "na", "#n/a", "n.a.", "n.d.", "nan", "nil",
        "null", "none", "(null)", "<null>", "#value!", "#ref!", "unknown", "undefined", "tbd",
        "not available", "point empty", "없음", "미상", "미정", "無", "无", "なし", "不明", "未知",
        "inconnu", "inconnue", "desconocido", "desconhecido", "sconosciuto", "unbekannt",
        "onbekend", "okänd", "нет", "неизвестно", "ไม่มี", "yok", "brak",
    }
)  # fmt: skip

# Each sign people write for a prime, a degree, a minus or a quarter of the sky, in one form.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
        **dict.fromkeys("º˚ᵒ도度", "°"),
        **dict.fromkeys("\u2032\u2019\u2018\u02b9\u00b4`\uff07분分", "'"),
        **dict.fromkeys("\u2033\u201d\u201c\u02ba\uff02초秒", '"'),
        "\u066b": ".",
        **dict.fromkeys("\u060c\uff0c\u3001", ","),
    }
)
_QUARTERS = {
    "N": ("북위", "北緯", "北纬", "\u0441.ш.", "\u0441. ш.", "north"),
    "S": ("남위", "南緯", "南纬", "ю.ш.", "ю. ш.", "south"),
    "E": ("동경", "東經", "東経", "东经", "в.д.", "в. д.", "east"),
    "W": ("서경", "西經", "西経", "西经", "з.д.", "з. д.", "west"),
}
_QUARTER_OF = {word: letter for letter, words in _QUARTERS.items() for word in words}
_QUARTER_WORD = re.compile("|".join(map(re.escape, _QUARTER_OF)), re.IGNORECASE)

_FRACTION = r"(?:[.,][0-9]{1,20})?"
_SEXAGESIMAL = re.compile(
    r"([+-]?)\s*([0-9]{1,3})\s*([°:d]|\s)\s*"
    rf"([0-9]{{1,2}}{_FRACTION})\s*(?:['m:]|\s|$)\s*"
    rf"(?:([0-9]{{1,2}}{_FRACTION})\s*[\"s]?)?"
)
_LONG_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,12},[0-9]{1,30}")
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(?:([,' \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]+)?"
)


class Coordinate(NamedTuple):
    """One number.

    Parameters
    ----------
    value
        Finite; south and west are negative.
    axis
        Which of the two it is, where a letter says so; None where nothing does.
    """

    value: float
    axis: Axis | None


def says_nothing(text: str) -> bool:
    """Say whether a text stands for a missing number: empty, a dash, `n/a`, `없음`, `unknown`.

    Parameters
    ----------
    text
        Of any length.
    """
    return not text or (len(text) < 30 and text.strip().casefold() in _NOTHING)


def read_degrees(text: str, *, decimal_comma: bool) -> float | None:
    """Read a number of degrees.

    Parameters
    ----------
    text
        ASCII digits with an optional sign, point and exponent.
    decimal_comma
        Whether `24,95` is a number.

    Returns
    -------
    float or None
        Finite; None for everything else.
    """
    plain = text.strip().replace("\u2212", "-").removesuffix("°").rstrip()
    if decimal_comma and _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    return float(plain) if _NUMBER.fullmatch(plain) else None


def read_coordinate(text: str, *, decimal_comma: bool = False) -> Coordinate | None:
    """Read a number of degrees as people write it in tables.

    Parameters
    ----------
    text
        Decimal; or degrees and minutes, or degrees, minutes and seconds, with signs or letters
        (`48°51'24"N`, `35도 12분 30초`, `48d51m24s`), or three numbers parted by spaces or colons;
        with N, S, E, W or a word for it before or behind. `O` is west in Paris and east in Berlin,
        so it is not read.
    decimal_comma
        Whether `24,95` is a number. Minutes and seconds may have a comma or a point anyway.

    Returns
    -------
    Coordinate or None
        Of any size; None for what is no such number.
    """
    if len(text) > COORDINATE_LIMIT:
        return None
    body, letter = _without_letter(in_plain_signs(text))
    value = read_degrees(body, decimal_comma=decimal_comma)
    if value is None:
        value = _sexagesimal(body, is_lettered=letter is not None)
    if value is None or (letter in ("N", "E") and value < 0.0):
        return None
    if letter is None:
        return Coordinate(value, None)
    return Coordinate(-abs(value) if letter in "SW" else value, "lat" if letter in "NS" else "lon")


def read_metres(text: str, *, decimal_comma: bool = False) -> float | None:
    """Read a number of a grid.

    Parameters
    ----------
    text
        Digits, which may stand in groups of three; a trailing `m` is taken off.
    decimal_comma
        Whether the comma stands before the fraction and not between groups.

    Returns
    -------
    float or None
        Finite; None for what is no number.
    """
    if len(text) > COORDINATE_LIMIT:
        return None
    plain = in_plain_signs(text).removesuffix("m").rstrip()
    if decimal_comma and _LONG_DECIMAL_COMMA.fullmatch(plain):
        return float(plain.replace(",", "."))
    if _NUMBER.fullmatch(plain):
        return float(plain)
    grouped = _GROUPED.fullmatch(plain)
    if grouped is None:
        return None
    joined = plain.replace(grouped[1], "")
    return float(joined.replace(",", ".")) if joined.count(",") + joined.count(".") < 2 else None


def in_plain_signs(text: str) -> str:
    """Write signs, digits and quarters of the sky in one form.

    Parameters
    ----------
    text
        Of bounded length: each character may be looked up by itself.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
        text = "".join(
            str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text
        )
    # Each word for a quarter is in another script or has a `t`; most texts have neither.
    if not text.isascii() or "t" in text or "T" in text:
        text = _QUARTER_WORD.sub(lambda word: _QUARTER_OF[word[0].casefold()], text)
    return text.replace("''", '"').strip()


def _without_letter(plain: str) -> tuple[str, str | None]:
    """Take N, S, E or W off one end of a text."""
    if plain[:1] in tuple("NSEW"):
        return plain[1:].lstrip(" .:"), plain[0]
    if plain[-1:] in tuple("NSEW"):
        return plain[:-1].rstrip(), plain[-1]
    return plain, None


def _sexagesimal(body: str, *, is_lettered: bool) -> float | None:
    match = _SEXAGESIMAL.fullmatch(body)
    if match is None:
        return None
    sign, degrees, mark, *parts = match.groups()
    is_certain = parts[1] is not None or is_lettered or mark in "°d"
    has_two_fractions = parts[1] is not None and not parts[0].isdecimal()
    if not is_certain or has_two_fractions:
        return None
    minutes, seconds = (float((part or "0").replace(",", ".")) for part in parts)
    # Rounding gives 60 seconds at times; more is no such number.
    if minutes > 60.0 or seconds > 60.0:
        return None
    value = int(degrees) + minutes / 60.0 + seconds / 3600.0
    return -value if sign == "-" else value
