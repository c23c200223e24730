"""Elements of XML put together from events, and written as cells.

Only one record at a time is held, and none that is too large for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sightlines.errors import SourceRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightlines.sources.formats.xml_text import Event

_MOST_ELEMENTS = 100_000
_MOST_SIGNS = 16 * 1024**2


@dataclass(slots=True)
class XmlElement:
    """An element with all it holds.

    Parameters
    ----------
    name
        Local name, without the namespace.
    attributes
        By local name, without declarations of namespaces and schemas.
    text
        Its own, without that of inner elements.
    children
        Inner elements.
    """

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[XmlElement] = field(default_factory=list)

    def child(self, name: str) -> XmlElement | None:
        """Return the first inner element of a name; None where there is none."""
        return next((child for child in self.children if child.name == name), None)

    def walk(self) -> Iterator[XmlElement]:
        """Yield this element and all below, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()


def gather(name: str, attributes: dict[str, str], following: Iterator[Event]) -> XmlElement:
    """Put an element together, up to its end.

    Parameters
    ----------
    name, attributes
        Of its start, which was taken already.
    following
        Events behind its start; taken up to its end.

    Raises
    ------
    SourceRefusedError
        If it holds more than 100,000 elements or 16 million signs.
    """
    element = XmlElement(name, attributes)
    opened: list[tuple[XmlElement, list[str]]] = [(element, [])]
    n_elements = n_signs = 0
    for inner, content in following:
        if inner is None:
            text = str(content)
            n_signs += len(text)
            opened[-1][1].append(text)
        elif isinstance(content, dict):
            n_elements += 1
            child = XmlElement(inner, content)
            opened[-1][0].children.append(child)
            opened.append((child, []))
        else:
            closed, texts = opened.pop()
            closed.text = "".join(texts)
            if not opened:
                break
        if n_elements > _MOST_ELEMENTS or n_signs > _MOST_SIGNS:
            raise SourceRefusedError(f"An element <{name[:40]}> is too large for one record.")
    return element


def flattened(element: XmlElement) -> dict[str, str]:
    """Write an element as cells.

    Parameters
    ----------
    element
        A record.

    Returns
    -------
    dict of str
        Name -> text: texts of inner elements under their names joined by `.`, attributes under
        theirs behind an `@`; texts that repeat are joined by `;`. The element's own text stands
        under its name.
    """
    texts: dict[str, list[str]] = {}
    _flatten(element, "", element.name, texts)
    return {key: ";".join(filter(None, found)) for key, found in texts.items()}


def _flatten(element: XmlElement, prefix: str, key: str, texts: dict[str, list[str]]) -> None:
    for name, text in element.attributes.items():
        texts.setdefault(f"{prefix}@{name}", []).append(text.strip())
    text = element.text.strip()
    if text or not (element.children or element.attributes):
        texts.setdefault(key, []).append(text)
    for child in element.children:
        below = prefix + child.name
        _flatten(child, f"{below}.", below, texts)


def plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Name attributes as elements are named, wherever that can be told apart.

    Parameters
    ----------
    names
        Of cells, as `flattened` makes them.

    Returns
    -------
    tuple of str
        Without the `@`, except where an element has the same name.
    """
    taken = set(names)
    plain = [name.replace("@", "") for name in names]
    return tuple(
        name if "@" in name and short in taken else short
        for name, short in zip(names, plain, strict=True)
    )
