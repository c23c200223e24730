"""XML lists: a row an element of those that repeat, as transport feeds are written.

The file is passed through once to find the element and the columns, and again for the rows; only
one record is held in memory. Inner elements stand under names joined by `.`, attributes like
elements, what repeats inside a record is joined by `;`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError
from sightlines.sources.formats.record_lists import Branch, Choice, Passes, choose, names_of
from sightlines.sources.formats.xml_elements import flattened, gather, plain_names
from sightlines.sources.formats.xml_text import events, find_encoding
from sightlines.sources.table import Layout, Table, TableRow, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.sources.content import Content

FORMAT = "xml"
_NO_RECORDS = (
    "This XML holds no list of records: an element that repeats is needed, one camera an element."
)


@dataclass(slots=True)
class _Opened:
    """An element that is not yet closed: its branch, the names in it, whether it holds a text."""

    branch: Branch
    inner: set[str] = field(default_factory=set)
    has_text: bool = False


def parse(content: Content, layout: Layout) -> Table:
    """Parse a list of records in XML.

    Parameters
    ----------
    content
        Opened three times and again for each pass through the rows.
    layout
        `encoding`; `records`, the names of the elements from below the root to the record, joined
        by `/`, None to take those that repeat most often.

    Returns
    -------
    Table
        Format `xml`. Lists that were not taken are noted as `records:left_out`, fields of the
        lists above as `records:fields_above`.

    Raises
    ------
    SourceRefusedError
        If it is no XML that can be read safely, holds no list of records or none where `records`
        says, or has more than 1,000 columns.
    """
    encoding = find_encoding(content, layout.encoding)
    tree = _tree(content, encoding)
    path, notes = _choose(tree, layout.records)
    names = names_of(_records(content, encoding, path)) if path else ()
    if not path or not names:
        raise SourceRefusedError(_NO_RECORDS)
    return Table(
        format=FORMAT,
        headers=distinct(_without_wrapper(plain_names(names))),
        rows=Passes(lambda: _rows(content, encoding, path, names)),
        layout=replace(layout, encoding=encoding, records="/".join(path[1:])),
        notes=notes,
    )


def _tree(content: Content, encoding: str) -> Branch:
    """Count the elements of each branch, and note which of them repeat."""
    tree = Branch()
    opened = [_Opened(tree)]
    for name, found in events(content, encoding):
        top = opened[-1]
        if name is None:
            top.has_text = True
        elif isinstance(found, dict):
            branch = top.branch.below(name)
            branch.count += 1
            branch.repeats = branch.repeats or name in top.inner
            top.inner.add(name)
            branch.leaves.update((f"@{attribute}", None) for attribute in found)
            opened.append(_Opened(branch))
        else:
            opened.pop()
            if top.has_text or not (top.inner or top.branch.leaves):
                opened[-1].branch.leaves[name] = None
    return tree


def _choose(tree: Branch, records: str | None) -> Choice:
    (root,) = tree.branches.values()
    if records is not None:
        return choose(root, (*root.path, *filter(None, records.split("/"))))
    choice = choose(root)
    if choice.path is not None:
        return choice
    fullest = max(_all(root), key=lambda branch: len(branch.leaves))
    return Choice(fullest.path if len(fullest.leaves) > 1 else None, {})


def _all(branch: Branch) -> Iterator[Branch]:
    yield branch
    for inner in branch.branches.values():
        yield from _all(inner)


def _records(content: Content, encoding: str, path: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Read the records one by one; each is forgotten before the next."""
    above: list[str] = []
    wanted, name_wanted = list(path[:-1]), path[-1]
    following = events(content, encoding)
    for name, found in following:
        if isinstance(found, dict) and name is not None:
            if name == name_wanted and above == wanted:
                yield flattened(gather(name, found, following))
            else:
                above.append(name)
        elif name is not None:
            above.pop()


def _without_wrapper(names: tuple[str, ...]) -> tuple[str, ...]:
    """Take away what all names begin with (`featureMember` of GML holds one element each)."""
    while True:
        wrappers = {name.partition(".")[0] for name in names if "." in name}
        if len(wrappers) != 1 or any("." not in name for name in names):
            return names
        names = tuple(name.partition(".")[2] for name in names)


def _rows(
    content: Content, encoding: str, path: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[TableRow]:
    for number, cells in enumerate(_records(content, encoding, path), start=1):
        yield TableRow(number, [cells.get(name, "") for name in names])
