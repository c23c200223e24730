"""Pages joined into one file of JSON, written as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import orjson

from sightlines.sources.fetching.failures import FetchFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Add = Callable[[Iterable[object]], None]


@contextmanager
def joined(path: Path, members: dict[str, object] | None = None, last: str = "") -> Iterator[Add]:
    """Write a list of JSON, one page of values after another.

    Parameters
    ----------
    path
        The file; what stood there is gone.
    members
        Of the object that holds the list, before it; None for a bare list.
    last
        Under which name the object holds the list.

    Yields
    ------
    callable
        Takes the values of a page.
    """
    start = b"[" if members is None else _opened(members, last)
    try:
        with path.open("wb") as out:
            out.write(start)
            separator = b""

            def add(values: Iterable[object]) -> None:
                nonlocal separator
                for value in values:
                    out.write(separator + as_json(value))
                    separator = b",\n"

            yield add
            out.write(b"]" if members is None else b"]}")
    except OSError as reason:
        raise FetchFailedError(f"What comes cannot be written: {reason.strerror}.") from reason


def as_json(value: object) -> bytes:
    """Write a value that was parsed from JSON; bytes are taken as written already."""
    if isinstance(value, bytes):
        return value
    try:
        return orjson.dumps(value)
    except TypeError:  # halves of surrogate pairs, integers of more than 64 bits
        return json.dumps(value).encode()


def _opened(members: dict[str, object], last: str) -> bytes:
    named = b"".join(
        as_json(name) + b":" + as_json(value) + b"," for name, value in members.items()
    )
    return b"{" + named + as_json(last) + b":["
