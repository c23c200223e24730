"""What comes of a request, and what may be said of its body.

References
----------
RFC 9110, 8.8 for validators and 13.1 for conditions.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass

import orjson

from sightlines.sources.fetching.limits import Validators

_LONGEST_VALIDATOR = 1_000
_HTML = re.compile(rb"(<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.I | re.S)


@dataclass(frozen=True)
class Answer:
    """What came of one request.

    Parameters
    ----------
    url
        What was asked for.
    is_modified
        False where the server says that nothing has changed: no file was written then.
    etag, last_modified
        As in `Validators`.
    content_type
        The header of that name, lower case; "" where there is none.
    """

    url: str
    is_modified: bool
    etag: str | None
    last_modified: str | None
    content_type: str

    @property
    def validators(self) -> Validators:
        """Return what to ask with next time."""
        return Validators(self.url, self.etag, self.last_modified)


def is_html(head: bytes) -> bool:
    """Say whether a body is a page for people, whatever its server calls it.

    Parameters
    ----------
    head
        Its first bytes.
    """
    return _HTML.match(head.removeprefix(codecs.BOM_UTF8).lstrip()) is not None


def parse_json(text: bytes) -> object:
    """Parse JSON, also with NaN and control signs in texts, as some servers write it.

    Raises
    ------
    ValueError
        If it is none, or nested too deeply.
    """
    text = text.removeprefix(codecs.BOM_UTF8)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(text, strict=False)
    except RecursionError as reason:
        raise ValueError("nested too deeply") from reason


def conditions(known: Validators) -> dict[str, str]:
    """Return the headers that ask for a file only if it has changed.

    Parameters
    ----------
    known
        What the server said of it last time.
    """
    said = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in said.items() if value}


def validator(header: str | None) -> str | None:
    """Return a validator that can be sent back as it is.

    Parameters
    ----------
    header
        As it came; None where there was none.

    Returns
    -------
    str or None
        None for what is too long or no plain text.
    """
    if header and header.isascii() and header.isprintable() and len(header) <= _LONGEST_VALIDATOR:
        return header
    return None
