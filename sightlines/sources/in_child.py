"""What runs inside a reading child: bounds first, then one function of a fixed table.

Nothing large is imported here: the bounds hold before the first library is loaded. The file comes
on standard input, the request as a file in the working folder, the answer goes to standard output.
"""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import traceback
from functools import partial
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from sightlines.errors import SourceRefusedError
from sightlines.sources.confine import Bounds, confine
from sightlines.sources.content import Content, Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Buffer

REQUEST_FILE = "request.json"
REFUSED = "refused"
BROKEN = "broken"
ANSWER = "answer"
TOO_MUCH = (
    "The file is broken, or too large or too complicated to be read safely: send a smaller part "
    "of it, or save it as CSV."
)

# Importing these takes longer than most readings, and no reader needs them.
_NOT_NEEDED = ("pandas", "geopandas", "matplotlib")


# What a child may be asked for: module and function, which takes the content first and the
# request's arguments by name.
FUNCTIONS = {
    "gdal_files": ("sightlines.sources.formats.gdal_files", "parse"),
    "geoparquet": ("sightlines.sources.formats.geoparquet", "parse"),
    "contribution": ("sightlines.sources.contribution", "read_file"),
}

_PIECE_BYTES = 1024**2
_inside: list[str] = []


class _WithoutFrames(MetaPathFinder):
    """Have libraries believe that what they can do without is not installed."""

    def find_spec(self, fullname: str, *_: object) -> None:
        """Refuse the modules of `_NOT_NEEDED`."""
        if fullname.split(".")[0] in _NOT_NEEDED:
            raise ModuleNotFoundError(fullname, name=fullname)


def is_inside() -> bool:
    """Say whether this process is a reading child."""
    return bool(_inside)


def function_of(name: str) -> Callable[..., object]:
    """Import a function of `FUNCTIONS`.

    Parameters
    ----------
    name
        Its name in that table.
    """
    module, function = FUNCTIONS[name]
    return cast("Callable[..., object]", getattr(import_module(module), function))


def main() -> None:
    """Answer the request of the working folder, and end."""
    request = json.loads(Path(REQUEST_FILE).read_bytes())
    confine(Bounds(**request["bounds"]))
    _inside.append("child")
    # Whatever a library prints must not reach the answer.
    sink = os.dup(1)
    os.dup2(2, 1)
    sys.excepthook = partial(_report, sink)
    sys.meta_path.insert(0, _WithoutFrames())
    _answer(sink, request)
    # Libraries that have read hostile bytes are not asked to tidy up.
    os._exit(0)


def _answer(sink: int, request: dict[str, object]) -> None:
    crossing = import_module("sightlines.sources.crossing")
    try:
        arguments = crossing.from_plain(request["arguments"])
        with os.fdopen(os.dup(sink), "wb") as opened:
            crossing.write_answer(opened, {ANSWER: _call(request, arguments)})
    except SourceRefusedError as reason:
        _say(sink, {REFUSED: str(reason)})
    except (MemoryError, RecursionError):
        _say(sink, {REFUSED: TOO_MUCH})
    except OSError as reason:
        if reason.errno not in {errno.EFBIG, errno.ENOSPC, errno.ENOMEM}:
            raise
        _say(sink, {REFUSED: TOO_MUCH})


def _say(sink: int, said: dict[str, str]) -> None:
    """Answer with these words alone, whatever has been written before."""
    head = json.dumps(said).encode()
    os.lseek(sink, 0, os.SEEK_SET)
    os.ftruncate(sink, 0)
    os.write(sink, head + len(head).to_bytes(8, "little"))


def _call(request: dict[str, object], arguments: dict[str, object]) -> object:
    path = request["path"]
    content = Content(
        name=str(request["name"]),
        open=_open_input,
        path=None if path is None else Path(str(path)),
        limits=Limits(**cast("dict[str, int]", request["limits"])),
    )
    return function_of(str(request["function"]))(content, **arguments)


def _report(
    sink: int, kind: type[BaseException], _: BaseException, trace: TracebackType | None
) -> None:
    """Say where a mistake of ours is; its text may hold what stands in the file, so it is left."""
    frames = traceback.extract_tb(trace)
    places = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(frames))
    _say(sink, {BROKEN: f"{kind.__name__} at {places}"[:2_000]})


def _open_input() -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Input()))


class _Input(io.RawIOBase):
    """Standard input, a file, from its start: each stream has a position of its own."""

    def __init__(self) -> None:
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        self._at = offset + (os.fstat(0).st_size if origin is None else origin)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer).cast("B")
        piece = os.pread(0, min(len(room), _PIECE_BYTES), self._at)
        self._at += len(piece)
        room[: len(piece)] = piece
        return len(piece)
