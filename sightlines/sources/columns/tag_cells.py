"""OpenStreetMap's tags in one cell of a table: JSON, a Python dictionary, or hstore."""

from __future__ import annotations

import ast
import re

import orjson

MOST_TAGS = 500
LONGEST = 100_000

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_HSTORE = re.compile(rf"{_QUOTED}\s*=>\s*(?:{_QUOTED}|NULL)")


def read_tags(text: str) -> dict[str, str] | None:
    """Read tags.

    Parameters
    ----------
    text
        For example `{"man_made": "surveillance"}`, the same with single quotes, or
        `"man_made"=>"surveillance"`.

    Returns
    -------
    dict or None
        Key -> value, both texts; empty for an empty cell, None for what is none of these.
    """
    plain = text.strip()
    if not plain:
        return {}
    if len(plain) > LONGEST:
        return None
    found = _of_braces(plain) if plain.startswith("{") else _of_hstore(plain)
    if found is None or len(found) > MOST_TAGS:
        return None
    return {str(key): str(value) for key, value in found.items() if value is not None}


def _of_braces(text: str) -> dict[object, object] | None:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            # Only literals: nothing of it is ever run.
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return None
    if not isinstance(found, dict):
        return None
    return found if all(isinstance(key, str) for key in found) else None


def _of_hstore(text: str) -> dict[object, object] | None:
    pairs = {_unescaped(found[1]): found[2] for found in _HSTORE.finditer(text)}
    if not pairs or _HSTORE.sub("", text).strip(", \t\r\n"):
        return None
    return {key: None if value is None else _unescaped(value) for key, value in pairs.items()}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
