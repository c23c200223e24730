"""Reading in a process of its own, bounded and without network.

GDAL opens by content and follows links, and libraries in C may crash or take all memory on hostile
bytes; so such a file is only ever opened by a child (`in_child`), which has taken away from itself
what reading does not need (`confine`). It gets the file on standard input and leaves its answer
(`crossing`) in a file without name. The same child reads whole contributions for the web.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from sightlines.errors import ServiceBusyError, SourceRefusedError
from sightlines.sources import in_child
from sightlines.sources.confine import Bounds
from sightlines.sources.crossing import as_plain, read_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sightlines.sources.content import Content
    from sightlines.sources.reading import Reading
    from sightlines.sources.table import Layout, Table

LOG = logging.getLogger(__name__)

# A person's own file on the command line, and a stranger's on the web (an answer within 10 s).
COMMAND = Bounds(wall_s=1_200, cpu_s=600, memory_bytes=8 * 1024**3, file_bytes=64 * 1024**3)
UPLOAD = Bounds(wall_s=9, cpu_s=20, memory_bytes=2 * 1024**3, file_bytes=64 * 1024**2)

_RETRY_AFTER_S = 10
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_START = (
    f"import sys; sys.path.append({str(_PACKAGE_ROOT)!r}); "
    f"from {in_child.__name__} import main; main()"
)
_COPY_BYTES = 1024**2

# All that a child is told of its surroundings: no setting of ours, no secret, no proxy.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "GDAL_NUM_THREADS": "1",
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": "64",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_SQLITE_PRAGMA": "trusted_schema=OFF",
    "SHAPE_RESTORE_SHX": "YES",
    "PROJ_NETWORK": "OFF",
}


class Turns:
    """How many children run at once.

    Parameters
    ----------
    at_once
        Most children.
    wait_s
        How long a further one waits for its turn.
    """

    def __init__(self, at_once: int, wait_s: float = 3.0) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._wait_s = wait_s

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a turn.

        Raises
        ------
        ServiceBusyError
            If none comes free in time.
        """
        if not self._free.acquire(timeout=self._wait_s):
            raise ServiceBusyError(
                "Too many files are being read at the moment: try again in a while.",
                _RETRY_AFTER_S,
            )
        try:
            yield
        finally:
            self._free.release()


def parse_in_child(
    parser: str, content: Content, layout: Layout, bounds: Bounds = COMMAND
) -> Table:
    """Parse a file in a child, or in this process where it is one.

    Parameters
    ----------
    parser
        `gdal_files` or `geoparquet`.
    content
        The file; it is copied, up to `limits.inflated_bytes`, unless it lies on the disk.
    layout
        As for every parser.
    bounds
        Of the child.

    Returns
    -------
    Table
        Its rows lie in a file without name, which is gone with them.

    Raises
    ------
    SourceRefusedError
        If the parser refuses the file, or does not end within the bounds.
    """
    if in_child.is_inside():
        return cast("Table", in_child.function_of(parser)(content, layout))
    return cast("Table", ask_child(parser, content, {"layout": layout}, bounds))


def read_in_child(
    reader: str,
    content: Content,
    arguments: Mapping[str, object],
    turns: Turns,
    bounds: Bounds = UPLOAD,
) -> Reading:
    """Read a stranger's file in a child.

    Parameters
    ----------
    reader
        A function of `in_child.FUNCTIONS` that returns a `Reading`.
    content
        The file.
    arguments
        Further arguments of that function, by name: what `crossing.as_plain` takes.
    turns
        Of all children of this process.
    bounds
        Of the child.

    Raises
    ------
    SourceRefusedError
        If the reader refuses the file, or does not end within the bounds.
    ServiceBusyError
        If too many are being read.
    """
    with turns.taken():
        return cast("Reading", ask_child(reader, content, arguments, bounds))


def ask_child(
    function: str, content: Content, arguments: Mapping[str, object], bounds: Bounds
) -> object:
    """Have a function of `in_child.FUNCTIONS` run in a child and return what it returns.

    Parameters
    ----------
    function
        Its name in that table.
    content
        Its first argument.
    arguments
        The others, by name: what `crossing.as_plain` takes.
    bounds
        Of the child.

    Raises
    ------
    SourceRefusedError
        If the function refuses the file, or does not end within the bounds.
    """
    request = {
        "function": function,
        "name": content.name,
        "path": None if content.path is None else str(content.path.resolve()),
        "limits": asdict(content.limits),
        "bounds": asdict(bounds),
        "arguments": as_plain(dict(arguments)),
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sightlines-")))
        (folder / in_child.REQUEST_FILE).write_text(json.dumps(request))
        given = stack.enter_context(_as_file(content))
        answer = stack.enter_context(tempfile.TemporaryFile())
        code = _run(folder, given, answer, bounds.wall_s)
        return _said(code, answer)


@contextmanager
def _as_file(content: Content) -> Iterator[BinaryIO]:
    """Open a content as a file that has a descriptor, at its start."""
    if content.path is not None:
        with content.path.open("rb") as opened:
            yield opened
        return
    left_bytes = content.limits.inflated_bytes
    with content.open() as opened, tempfile.TemporaryFile() as copy:
        while piece := opened.read(_COPY_BYTES):
            left_bytes -= len(piece)
            if left_bytes < 0:
                raise SourceRefusedError(in_child.TOO_MUCH)
            copy.write(piece)
        copy.seek(0)
        yield cast("BinaryIO", copy)


def _run(folder: Path, given: BinaryIO, answer: BinaryIO, wall_s: int) -> int | None:
    """Run a child and return its exit code; None where it had to be ended."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-I", "-c", _START],
        stdin=given,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**_ENVIRONMENT, "HOME": str(folder), "TMPDIR": str(folder)},
        start_new_session=True,
    )
    try:
        return process.wait(timeout=wall_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _said(code: int | None, answer: BinaryIO) -> object:
    """Return what a child answered, or raise what it refused the file for."""
    if code not in (0, 1):
        LOG.warning("a reading child was ended: %s", code)
        raise SourceRefusedError(in_child.TOO_MUCH)
    said = read_answer(answer)
    if isinstance(said, dict) and in_child.ANSWER in said:
        return said[in_child.ANSWER]
    if isinstance(said, dict) and isinstance(said.get(in_child.REFUSED), str):
        raise SourceRefusedError(said[in_child.REFUSED])
    LOG.error("a reading child failed: %s", said)
    raise SourceRefusedError(in_child.TOO_MUCH)
