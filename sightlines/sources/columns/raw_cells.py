"""What is kept of a table's rows in their own words, column by column.

What `free_text` rules on one value it rules on the same value again, so each text of a column is
looked at once, as long as texts repeat.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sightlines.sources.free_text import (
    CUT,
    PERSON_DROPPED,
    RAW_KEY_LIMIT,
    KeyRuling,
    key_ruling,
    publishable_value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sightlines.sources.table import TableRow

_MOST_REMEMBERED = 20_000
_NUMBER = re.compile(r"-?[0-9]{1,3}\.[0-9]{1,15}")


class RawCells:
    """Makes what is kept of rows.

    Parameters
    ----------
    headers
        Number of a column -> its header, for the columns that are kept.
    """

    def __init__(self, headers: Iterable[tuple[int, str]]) -> None:
        ruled = [(index, key_ruling(header)) for index, header in headers]
        self._dropped = [index for index, ruling in ruled if ruling.is_person]
        kept = [(index, ruling) for index, ruling in ruled if not ruling.is_person]
        self._columns = [_Column(index, ruling) for index, ruling in kept[:RAW_KEY_LIMIT]]
        self._cut = [index for index, _ in kept[RAW_KEY_LIMIT:]]

    def of(self, rows: Sequence[TableRow]) -> tuple[list[dict[str, str]], list[set[str]]]:
        """Return what is kept of each row, and the reasons of its notes.

        Parameters
        ----------
        rows
            Of one batch.
        """
        reasons: list[set[str]] = [set() for _ in rows]
        names = [column.ruling.shown for column in self._columns]
        shown = [column.publish(rows, reasons) for column in self._columns]
        for indices, reason in ((self._dropped, PERSON_DROPPED), (self._cut, CUT)):
            for index in indices:
                for row, found in zip(rows, reasons, strict=True):
                    if row.cells[index]:
                        found.add(reason)
        if not shown:
            return [{} for _ in rows], reasons
        kept = [
            {name: text for name, text in zip(names, texts, strict=True) if text}
            for texts in zip(*shown, strict=True)
        ]
        return kept, reasons


class _Column:
    """One column, and what was ruled on its texts so far."""

    def __init__(self, index: int, ruling: KeyRuling) -> None:
        self.ruling = ruling
        self._index = index
        self._known: dict[str, str] = {"": ""}
        self._noted: dict[str, tuple[str, ...]] = {}

    def publish(self, rows: Sequence[TableRow], reasons: list[set[str]]) -> list[str]:
        """Return what is shown of each cell; add to `reasons` where that is not all."""
        if len(self._known) > _MOST_REMEMBERED:
            self._known, self._noted = {"": ""}, {}
        index, known, learn = self._index, self._known, self._learn
        texts = [row.cells[index] for row in rows]
        shown = [known[text] if text in known else learn(text) for text in texts]
        if self._noted:
            for text, found in zip(texts, reasons, strict=True):
                found.update(self._noted.get(text, ()))
        return shown

    def _learn(self, text: str) -> str:
        if not self.ruling.is_secret and _NUMBER.fullmatch(text):
            return text
        shown, reasons = publishable_value(text, self.ruling)
        self._known[text] = shown
        if reasons:
            self._noted[text] = reasons
        return shown
