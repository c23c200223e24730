"""The one door through which XML comes in: events of expat, with everything dangerous shut.

No document type is taken, so there are no entities, no external files and no defaults; inclusions
(XInclude), processing instructions and schema locations are text like any other. Namespaces are
ignored: names are local ones.

Terms
-----
event
    (name, attributes) at the start of an element, (None, text), and (name, None) at its end.

References
----------
Extensible Markup Language (XML) 1.0, 5th edition.
Expat 2.5, reference manual. An unfinished tag or comment is scanned again with every piece that
arrives (CVE-2023-52425), therefore its length is limited.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from sightlines.errors import SourceRefusedError
from sightlines.sources import encoding as encodings
from sightlines.sources.content import Content

if TYPE_CHECKING:
    from collections.abc import Iterator

Event = tuple[str | None, dict[str, str] | str | None]

DEEPEST = 100
_PIECE_BYTES = 65_536
_LONGEST_TAG_BYTES = 1024**2
_UTF8 = "utf-8"
_MARKS_BYTES = 8
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_NAME = re.compile(r"<([^\s<>/?!=\"']{1,200})")

_WEB_PAGE = "This is a web page, not a list of cameras: look there for a file to download."
_SCRIPT = "points to other files instead of holding records; it is not read."
_REFUSED = {
    **dict.fromkeys(("html", "head", "body", "script", "div", "table", "meta"), _WEB_PAGE),
    "svg": "This is a drawing (SVG), not a list of records.",
    "stylesheet": "This is a style sheet (XSLT), not a list of records.",
    "transform": "This is a style sheet (XSLT), not a list of records.",
    "schema": "This is a schema, the description of a format, not a list of records.",
    "ogrvrtdatasource": f"A virtual data source (OGR VRT) {_SCRIPT}",
    "vrtdataset": f"A virtual data set (GDAL VRT) {_SCRIPT}",
    **dict.fromkeys(
        ("gdal_wms", "gdal_wmts", "wms_capabilities", "wfs_capabilities", "capabilities"),
        f"The description of a service {_SCRIPT}",
    ),
}


def root_name(head: bytes) -> str | None:
    """Return the name of the root element.

    Parameters
    ----------
    head
        The first bytes of a file.

    Returns
    -------
    str or None
        The local name in lower case, `html` for a web page however badly written; None where the
        bytes do not begin as XML.
    """
    text = head.decode(_marked(head) or _UTF8, "replace").removeprefix("\ufeff").lstrip()
    while text.startswith(("<?", "<!")):
        if text[:15].casefold().startswith("<!doctype html"):
            return "html"
        end = "-->" if text.startswith("<!--") else "?>" if text.startswith("<?") else ">"
        if end == ">" and "[" in text.partition(">")[0]:
            end = "]>"
        text = text.partition(end)[2].lstrip()
    name = _NAME.match(text)
    return None if name is None else name[1].rpartition(":")[2].casefold()


def _marked(head: bytes) -> str | None:
    """Return the encoding that the first bytes show beyond doubt."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if head[:2] == b"<\0":
        return "utf-16-le"
    return "utf-16-be" if head[:2] == b"\0<" else None


def find_encoding(content: Content, encoding: str | None = None) -> str:
    """Find the encoding in which a file can be read from its start to its end.

    Parameters
    ----------
    content
        XML.
    encoding
        As somebody names it, then it is that one; None to find it.

    Returns
    -------
    str
        Name that Python knows: UTF-16 where its mark says so, UTF-8 wherever the bytes are valid
        in it, else what the file declares, else what `encoding.find_encoding` finds.

    Raises
    ------
    SourceRefusedError
        If the text is in no such encoding.
    """
    head = content.head()
    if encoding is not None:
        return _named(encoding)
    marked = _marked(head)
    if marked is not None:
        return marked
    if _is_encoded(content, _UTF8):
        return _UTF8
    declared = _DECLARED.match(head)
    name = declared[1].decode("ascii").casefold() if declared else ""
    if name and _is_text_encoding(name) and _is_encoded(content, name):
        return codecs.lookup(name).name
    # The finder takes whatever begins with `<` for no table: a line end goes before it.
    return encodings.find_encoding(Content.of_bytes(b"\n" + content.whole()), None)


def _named(encoding: str) -> str:
    if not _is_text_encoding(encoding):
        raise SourceRefusedError(f"No encoding is called {encoding[:40]!r}.")
    return codecs.lookup(encoding).name


def _is_text_encoding(name: str) -> bool:
    try:
        return "<" in b"<".decode(name) or name.replace("_", "-").startswith("utf-")
    except (LookupError, ValueError):
        return name.replace("_", "-").startswith(("utf-16", "utf-32"))


def _is_encoded(content: Content, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    with content.open() as opened:
        try:
            while piece := opened.read(_PIECE_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except ValueError:
            return False
    return True


def events(content: Content, encoding: str) -> Iterator[Event]:
    """Read a file piece by piece.

    Parameters
    ----------
    content
        XML.
    encoding
        From `find_encoding`; what the file declares is ignored.

    Yields
    ------
    Event
        Starts, texts and ends in the order of the file.

    Raises
    ------
    SourceRefusedError
        If it is no well-formed XML, a web page, a script or a drawing, declares a document type,
        is nested more than 100 deep, or holds a tag of more than 1 MiB.
    """
    head = content.head()
    # A root that lies behind a long comment is seen when it comes.
    _refuse_by_root(root_name(head) or ("" if b"<" in head[:_MARKS_BYTES] else None))
    reader = _Reader()
    decoder = codecs.getincrementaldecoder(encoding)()
    with content.open() as opened:
        is_open = True
        while is_open:
            piece = opened.read(_PIECE_BYTES)
            is_open = bool(piece)
            try:
                text = decoder.decode(piece, final=not is_open)
            except ValueError as reason:
                raise SourceRefusedError(
                    f"The text is not encoded in {encoding.upper()}: name its encoding."
                ) from reason
            yield from reader.read(text, is_last=not is_open)


def _refuse_by_root(name: str | None) -> None:
    if name is None:
        raise SourceRefusedError("The file is not XML: it does not begin with an element.")
    if name in _REFUSED:
        raise SourceRefusedError(_REFUSED[name])


class _Reader:
    """Expat, set up so that nothing outside the text is ever looked at."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._depth = 0
        self._names: dict[str, str] = {}
        self._fed_bytes = 0
        parser = expat.ParserCreate(_UTF8)
        parser.buffer_text = True
        parser.buffer_size = _PIECE_BYTES
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        parser.ExternalEntityRefHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        self._parser = parser

    def read(self, text: str, *, is_last: bool) -> list[Event]:
        self._events = []
        piece = text.encode()
        self._fed_bytes += len(piece)
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as reason:
            raise SourceRefusedError(
                f"The file is not well-formed XML near line {reason.lineno}: it is cut off or has "
                "a sign too many."
            ) from reason
        if not is_last and self._fed_bytes - self._parser.CurrentByteIndex > _LONGEST_TAG_BYTES:
            raise SourceRefusedError("The file holds a tag or a comment of more than 1 MiB.")
        return self._events

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            _refuse_by_root(self._local(name).casefold())
        if self._depth > DEEPEST:
            raise SourceRefusedError(f"The XML is nested more than {DEEPEST} elements deep.")
        if attributes:
            attributes = {
                key.rpartition(":")[2]: text
                for key, text in attributes.items()
                if not key.startswith(("xmlns", "xsi:", "xml:"))
            }
        self._events.append((self._local(name), attributes))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._events.append((self._local(name), None))

    def _text(self, text: str) -> None:
        # Pieces of white space alone stand between elements.
        if not text.isspace():
            self._events.append((None, text))

    def _local(self, name: str) -> str:
        local = self._names.get(name)
        if local is None:
            local = self._names[name] = name.rpartition(":")[2]
        return local


def _refuse_doctype(*_: object) -> NoReturn:
    raise SourceRefusedError(
        "The file declares a document type (DTD), through which XML can bring in other files: "
        "remove the DOCTYPE and send it again."
    )
