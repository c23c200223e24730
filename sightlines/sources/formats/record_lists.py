"""Lists of records in a tree (JSON, XML): which one is meant, and rows to be passed through again.

Terms
-----
branch
    All nodes of a tree that have the same names above them.
own fields
    The leaves below a branch that do not repeat within one of its nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sightlines.errors import SourceRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sightlines.sources.table import TableRow

HEADER_LIMIT = 1_000
_MOST_BRANCHES = 20_000


@dataclass(frozen=True)
class Passes:
    """Rows that are made anew at each pass.

    Parameters
    ----------
    start
        Starts a pass.
    """

    start: Callable[[], Iterator[TableRow]]

    def __iter__(self) -> Iterator[TableRow]:
        """Start a pass through the rows."""
        return self.start()


@dataclass(slots=True)
class Branch:
    """What is known of the nodes of a tree that have the same names above them.

    Parameters
    ----------
    path
        Names from the root, without that of the root.
    count
        Number of nodes; a fraction where only the start of a list was looked at.
    repeats
        Whether several of the nodes can stand in one node of the branch above.
    leaves
        Names of the texts that the nodes hold.
    branches
        Below, by name.
    known
        All paths of the tree, shared by its branches.
    """

    path: tuple[str, ...] = ()
    count: float = 0
    repeats: bool = False
    leaves: dict[str, None] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    known: list[tuple[str, ...]] = field(default_factory=list)

    def below(self, name: str) -> Branch:
        """Return the branch of a name, new or known.

        Raises
        ------
        SourceRefusedError
            If the tree has more than 20,000 branches.
        """
        found = self.branches.get(name)
        if found is None:
            if len(self.known) >= _MOST_BRANCHES:
                raise SourceRefusedError("The file has too many different names to be a list.")
            path = (*self.path, name)
            self.known.append(path)
            found = self.branches[name] = Branch(path, known=self.known)
        return found

    def own_fields(self) -> int:
        """Return the number of fields of one record of this branch."""
        inner = (branch for branch in self.branches.values() if not branch.repeats)
        return len(self.leaves) + sum(branch.own_fields() for branch in inner)

    def lists(self) -> Iterator[Branch]:
        """Yield the branches below that repeat and have fields, the outer ones first."""
        for branch in self.branches.values():
            if branch.repeats and branch.own_fields() > 0:
                yield branch
            yield from branch.lists()


class Choice(NamedTuple):
    """The branch that is taken, and what is not.

    Parameters
    ----------
    path
        Of the branch whose nodes are the records; None where nothing is a list.
    notes
        Number of other lists (`records:left_out`), neither above nor below the chosen one nor in
        each other; number of fields of the lists above it (`records:fields_above`).
    """

    path: tuple[str, ...] | None
    notes: dict[str, int]


def choose(root: Branch, path: tuple[str, ...] | None = None) -> Choice:
    """Choose the branch whose nodes are the records.

    Parameters
    ----------
    root
        With everything below.
    path
        Of the branch that somebody names; None to choose, of those that repeat, the most numerous,
        or the one above it that has at least as many fields of its own (a site rather than the
        heads on it).
    """
    lists = list(root.lists())
    if path is None and lists:
        largest = max(lists, key=lambda branch: (branch.own_fields() > 1, branch.count))
        path = next(
            branch.path
            for branch in lists
            if _is_inside(largest.path, branch.path) and branch.own_fields() >= largest.own_fields()
        )
    if path is None:
        return Choice(None, {})
    above = [branch for branch in lists if branch.path != path and _is_inside(path, branch.path)]
    others: list[tuple[str, ...]] = []
    for branch in lists:
        is_nested = _is_inside(branch.path, path) or _is_inside(path, branch.path)
        if not is_nested and not any(_is_inside(branch.path, other) for other in others):
            others.append(branch.path)
    fields_above = sum(len(branch.leaves) for branch in above)
    notes = {"records:fields_above": fields_above, "records:left_out": len(others)}
    return Choice(path, {reason: number for reason, number in notes.items() if number})


def _is_inside(path: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return path[: len(other)] == other


def names_of(records: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return the names of all records in the order of their first appearance.

    Parameters
    ----------
    records
        The names that each record uses.

    Raises
    ------
    SourceRefusedError
        If there are more than 1,000.
    """
    names: dict[str, None] = {}
    for record in records:
        for name in record:
            names[name] = None
        if len(names) > HEADER_LIMIT:
            raise SourceRefusedError(
                f"The file has more than {HEADER_LIMIT} different columns: it is no list of "
                "records."
            )
    return tuple(names)
