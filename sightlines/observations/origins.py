"""Where rows come from: sources, and one reading of one of them.

A *source* is a publisher's data set with a licence. Its id is given by whoever imports it, or is
the slug of the file's stem.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import select

from sightlines.observations.tables import sources as sources_table
from sightlines.schema import short_digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sightlines.observations.ledger import Ledger

SLUG_LIMIT = 64
_DIGEST_CHARACTERS_IN_SLUG = 8


@dataclass(frozen=True)
class SourceRow:
    """One source.

    Parameters
    ----------
    id
        As a slug.
    title
        As people read it.
    licence
        An id of `licences.LICENCES`, or any other, which then counts as not publishable.
    """

    id: str
    title: str
    licence: str


@dataclass(frozen=True)
class Origin:
    """What was read, how and when.

    Parameters
    ----------
    digest
        SHA-256 of the file's bytes, hexadecimal.
    parameters
        Whatever else the rows depend on: the mapping, a kind, a CRS, the reader's version; values
        that JSON knows. The licence need not be among them.
    retrieved_at
        When the file was read, UTC; whole seconds are kept.
    url
        Where it was fetched; None for a file that somebody gave.
    """

    digest: str
    parameters: Mapping[str, object]
    retrieved_at: datetime
    url: str | None = None

    @property
    def parameters_digest(self) -> str:
        """Return a digest of the parameters that does not depend on their order."""
        return short_digest(orjson.dumps(self.parameters, option=orjson.OPT_SORT_KEYS).decode())


def sources(ledger: Ledger) -> list[SourceRow]:
    """Return every source that has a run, in the order of their ids."""
    query = select(sources_table).order_by(sources_table.c.id)
    with ledger.reading() as connection:
        return [SourceRow(row.id, row.title, row.licence) for row in connection.execute(query)]


def slug(text: str) -> str:
    """Make a source's id of a title or of a file's stem.

    Parameters
    ----------
    text
        In any script.

    Returns
    -------
    str
        1 to 64 characters of `a-z0-9-`. Accents are dropped (`Zürich` gives `zurich`). Where
        letters or digits get lost, because they have no Latin form or there are too many, 8
        characters of a digest follow, so that different texts keep different ids.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    kept = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
    lost = any(letter.isalnum() and not letter.isascii() for letter in letters)
    if kept and not lost and len(kept) <= SLUG_LIMIT:
        return kept
    digest = short_digest(unicodedata.normalize("NFC", text))[:_DIGEST_CHARACTERS_IN_SLUG]
    room = SLUG_LIMIT - len(digest) - 1
    return f"{kept[:room].strip('-') or 'source'}-{digest}"
