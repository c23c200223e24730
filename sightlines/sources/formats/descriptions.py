"""Descriptions in HTML, as map makers export them: their text, and the table hidden in them.

Attributes come as rows of two cells (`<td>operator</td><td>City</td>`) or as lines
(`operator: City<br>`). Tags are only taken away, never obeyed.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST = 65_536
# Possessive, so that a page of opening brackets is passed through once.
_TAG = re.compile(r"<\s*+(/?[a-zA-Z][a-zA-Z0-9:]*+)[^<>]*+>")
_LINE = re.compile(r"([^\W\d_][^:]{0,59}):(?!//)(.*)")
_BREAKS = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
)
_CELLS = frozenset({"td", "th"})
_NO_TEXT = frozenset({"script", "style", "head"})
_LONGEST_KEY = 60


class Description(NamedTuple):
    """What a description says.

    Parameters
    ----------
    text
        Without tags, a line a block.
    pairs
        Key -> value, of a table or of lines; empty where most of the lines are none.
    """

    text: str
    pairs: Mapping[str, str]


def read_description(text: str) -> Description:
    """Read a description.

    Parameters
    ----------
    text
        HTML or plain; one of more than 65,536 signs is left as it is.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return Description(text, {})
    blocks = _blocks(_without_comments(text))
    lines = blocks.lines()
    pairs = dict(_cell_pairs(blocks.rows)) or _line_pairs(lines)
    return Description("\n".join(lines), pairs)


@dataclass
class KeyCount:
    """How often each key stands in the descriptions of a file."""

    counts: Counter[str] = field(default_factory=Counter)
    n_descriptions: int = 0

    def take(self, description: Description) -> None:
        """Count the keys of one description; empty ones do not matter."""
        if description.text:
            self.n_descriptions += 1
            self.counts.update(description.pairs.keys())

    def regular(self) -> tuple[str, ...]:
        """Return the keys that at least one in four descriptions has, in their order."""
        return tuple(key for key, count in self.counts.items() if 4 * count >= self.n_descriptions)


def _without_comments(text: str) -> str:
    kept = []
    while True:
        before, found, rest = text.partition("<!--")
        kept.append(before)
        if not found:
            return "".join(kept)
        text = rest.partition("-->")[2]


class _Blocks:
    """Gathers the lines of a text, and the cells of its rows."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._passages: list[str] = []
        self._hidden = ""
        self._is_cell = False

    def tag(self, name: str, *, is_end: bool) -> None:
        """Take a tag."""
        if name in _NO_TEXT:
            self._hidden = "" if is_end else name
        elif name in _CELLS:
            self._passages.append(" ")
            self._is_cell = not is_end
            if self._is_cell and self.rows:
                self.rows[-1].append("")
        elif name in _BREAKS:
            self._passages.append("\n")
            if name == "tr":
                self.rows.append([])
                self._is_cell = False

    def passage(self, text: str) -> None:
        """Take the text up to the next tag."""
        if self._hidden:
            return
        self._passages.append(text)
        if self._is_cell and self.rows and self.rows[-1]:
            self.rows[-1][-1] += text

    def lines(self) -> list[str]:
        """Return the lines that are not empty."""
        text = html.unescape("".join(self._passages))
        return list(filter(None, (" ".join(line.split()) for line in text.split("\n"))))


def _blocks(text: str) -> _Blocks:
    pieces = _TAG.split(text)
    blocks = _Blocks()
    blocks.passage(pieces[0])
    for tag, passage in zip(pieces[1::2], pieces[2::2], strict=True):
        blocks.tag(tag.lstrip("/").casefold(), is_end=tag.startswith("/"))
        blocks.passage(passage)
    return blocks


def _cell_pairs(rows: list[list[str]]) -> Iterable[tuple[str, str]]:
    for row in rows:
        if len(row) != 2:
            continue
        key, value = (" ".join(html.unescape(cell).split()) for cell in row)
        key = key.rstrip(" :")
        if 0 < len(key) <= _LONGEST_KEY and any(map(str.isalpha, key)):
            yield key, value


def _line_pairs(lines: list[str]) -> dict[str, str]:
    found = [match for line in lines if (match := _LINE.fullmatch(line))]
    if 2 * len(found) <= len(lines):
        return {}
    return {match[1].strip(): match[2].strip() for match in found}
