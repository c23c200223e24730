"""The bounded client of HTTP that every protocol is asked through.

A `Transport` is made for one fetch and keeps its budget: time, bytes, requests. Every address is
checked before it is connected to, that of each redirect too (`hosts`). What may pass in a moment is
tried again after a pause, everything else refused with a sentence.

References
----------
RFC 9110, HTTP Semantics.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from sightlines.sources.fetching.answers import (
    Answer,
    conditions,
    is_html,
    parse_json,
    validator,
)
from sightlines.sources.fetching.connection import Deadline, answered
from sightlines.sources.fetching.failures import (
    AnswerRefusedError,
    BudgetSpentError,
    FetchFailedError,
    PassingError,
)
from sightlines.sources.fetching.hosts import Place, addresses_of, place_of, redirected
from sightlines.sources.fetching.pauses import backoff_s, retry_after_s
from sightlines.sources.fetching.unpacking import PIECE_BYTES, unpacked

if TYPE_CHECKING:
    from pathlib import Path

    from urllib3.response import HTTPResponse

    from sightlines.sources.fetching.limits import Clock, FetchLimits, Validators

_GOOD = frozenset({200, 203})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_PASSING = frozenset({429, 502, 503, 504})
_RATIO_FROM_BYTES = 1024**2
_HEAD_BYTES = 2_048


class Transport:
    """A client with a budget.

    Parameters
    ----------
    folder
        For answers that are parsed and forgotten.
    limits
        The budget.
    clock
        Time and chance.
    """

    def __init__(self, folder: Path, limits: FetchLimits, clock: Clock) -> None:
        self.limits = limits
        self.n_requests = 0
        self.n_bytes = 0
        self.notes: Counter[str] = Counter()
        self._folder = folder
        self._clock = clock
        self._end_s = clock.elapsed_s() + limits.total_s

    @property
    def left_s(self) -> float:
        """Return the seconds that are left."""
        return self._end_s - self._clock.elapsed_s()

    def download(
        self,
        url: str,
        path: Path,
        *,
        known: Validators | None = None,
        read_s: float | None = None,
    ) -> Answer:
        """Write an answer's body into a file.

        Parameters
        ----------
        url
            What to ask for.
        path
            The file; what stood there is gone.
        known
            What the server said of it last time; the file is only sent if it has changed since.
            None for: send it. Of no meaning where it speaks of another address.
        read_s
            Most seconds between two pieces; None for what the limits say.

        Raises
        ------
        FetchFailedError
            If it did not come; the kinds stand in `failures`.
        """
        headers = conditions(known) if known is not None and known.url == url else {}
        return self._tried(url, path, headers, read_s, None)

    def json(self, url: str, *, read_s: float | None = None) -> object:
        """Ask for JSON and parse it.

        Parameters
        ----------
        url
            What to ask for.
        read_s
            As for `download`.

        Returns
        -------
        object
            What `json.loads` would give.

        Raises
        ------
        FetchFailedError
            If it did not come, is no JSON, or is larger than `page_bytes`.
        """
        path = self._folder / "answer.json"
        found: list[object] = []
        self._tried(url, path, {}, read_s, found)
        path.unlink()
        return found[0]

    def _tried(
        self,
        url: str,
        path: Path,
        headers: dict[str, str],
        read_s: float | None,
        parsed: list[object] | None,
    ) -> Answer:
        """Ask until an answer has come whole; with `parsed`, put what it says there."""
        for attempt in range(1, self.limits.tries + 1):
            try:
                answer = self._followed(url, path, headers, read_s)
                if parsed is not None:
                    parsed.append(self._parsed(url, path))
            except PassingError as reason:
                if self.left_s <= 0:
                    raise self._too_long() from reason
                if attempt == self.limits.tries:
                    raise AnswerRefusedError(
                        f"{reason} It was tried {attempt} times.", reason.status
                    ) from reason
                self.notes["tried_again"] += 1
                self._pause(attempt, reason)
            else:
                return answer
        raise AssertionError("a request is tried at least once")

    def _pause(self, attempt: int, reason: PassingError) -> None:
        pause_s = backoff_s(attempt, self.limits.backoff_s, self._clock.chance)
        if reason.retry_after_s is not None:
            if reason.retry_after_s > self.limits.pause_s:
                raise AnswerRefusedError(
                    f"{reason} It asks to be left alone for longer than "
                    f"{self.limits.pause_s:.0f} s: ask again later.",
                    reason.status,
                ) from reason
            pause_s += reason.retry_after_s
        if pause_s >= self.left_s:
            raise self._too_long() from reason
        self._clock.sleep(pause_s)

    def _followed(
        self, url: str, path: Path, headers: dict[str, str], read_s: float | None
    ) -> Answer:
        """Ask once, following redirects."""
        place = place_of(url)
        for _ in range(self.limits.redirects + 1):
            found = self._asked(place, url, path, headers, read_s)
            if isinstance(found, Answer):
                return found
            place = found
        raise AnswerRefusedError(f"{place.host} redirects more than {self.limits.redirects} times.")

    def _asked(
        self, place: Place, url: str, path: Path, headers: dict[str, str], read_s: float | None
    ) -> Answer | Place:
        """Ask once; return where a redirect leads."""
        self.n_requests += 1
        if self.n_requests > self.limits.requests:
            raise BudgetSpentError(f"More than {self.limits.requests} requests would be needed.")
        if self.left_s <= 0:
            raise self._too_long()
        limits = replace(
            self.limits,
            connect_s=min(self.limits.connect_s, self.left_s),
            read_s=min(read_s or self.limits.read_s, self.left_s),
        )
        addresses = addresses_of(place, limits.private_hosts, limits.connect_s)
        deadline = Deadline(self.left_s)
        try:
            with answered(place, addresses, headers, limits, deadline) as response:
                if response.status in _REDIRECTS:
                    return redirected(place, response.headers.get("Location", ""))
                return self._taken(place, url, path, response, is_conditional=bool(headers))
        finally:
            if deadline.is_over.is_set():
                # Whatever it looked like: the connection was ended, not the answer.
                raise self._too_long()

    def _taken(
        self, place: Place, url: str, path: Path, response: HTTPResponse, *, is_conditional: bool
    ) -> Answer:
        is_modified = response.status != _NOT_MODIFIED
        if response.status not in _GOOD and not (is_conditional and not is_modified):
            raise self._refused(place, response)
        if is_modified:
            self._write(place, path, response)
        return Answer(
            url,
            is_modified,
            validator(response.headers.get("ETag")),
            validator(response.headers.get("Last-Modified")),
            response.headers.get("Content-Type", "").casefold(),
        )

    def _refused(self, place: Place, response: HTTPResponse) -> FetchFailedError:
        sentence = f"{place.host} answers with status {response.status}."
        if response.status in _PASSING:
            asked_s = retry_after_s(response.headers.get("Retry-After"), self._clock.now())
            return PassingError(sentence, response.status, asked_s)
        return AnswerRefusedError(sentence, response.status)

    def _write(self, place: Place, path: Path, response: HTTPResponse) -> None:
        n_written = 0
        with path.open("wb") as out:
            body = response.stream(PIECE_BYTES, decode_content=False)
            for piece, n_packed in unpacked(body, response.headers.get("Content-Encoding", "")):
                n_written += len(piece)
                self._spend(place, len(piece), n_written, n_packed)
                _put(out, piece)
        if not n_written:
            raise PassingError(f"{place.host} answers with nothing.")
        with path.open("rb") as written:
            head = written.read(_HEAD_BYTES)
        if is_html(head):
            raise AnswerRefusedError(
                f"{place.host} answers with a page for people, not with data.", response.status
            )

    def _spend(self, place: Place, n_bytes: int, n_written: int, n_packed: int) -> None:
        self.n_bytes += n_bytes
        if self.n_bytes > self.limits.total_bytes:
            raise BudgetSpentError(
                f"{place.host} sends more than {self.limits.total_bytes // 10**6} MB."
            )
        if n_written > max(_RATIO_FROM_BYTES, n_packed * self.limits.ratio):
            raise AnswerRefusedError(
                f"What {place.host} sends unpacks to more than {self.limits.ratio} times its size."
            )
        if self.left_s <= 0:
            raise self._too_long()

    def _parsed(self, url: str, path: Path) -> object:
        if path.stat().st_size > self.limits.page_bytes:
            raise AnswerRefusedError(
                f"{place_of(url).host} sends more than {self.limits.page_bytes // 1024**2} MiB "
                "at once."
            )
        try:
            return parse_json(path.read_bytes())
        except ValueError as reason:
            raise PassingError(
                f"{place_of(url).host} answers with JSON that is broken or cut off."
            ) from reason

    def _too_long(self) -> BudgetSpentError:
        return BudgetSpentError(f"It takes longer than {self.limits.total_s:.0f} s.")


def _put(out: BinaryIO, piece: bytes) -> None:
    try:
        out.write(piece)
        out.flush()  # here, where a full disk is not taken for a broken connection
    except OSError as reason:
        raise FetchFailedError(f"What comes cannot be written: {reason.strerror}.") from reason
