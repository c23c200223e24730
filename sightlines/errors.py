"""What can go wrong, in sentences for the person who reads them.

Every error that Sightlines raises on purpose is a `SightlinesError`. Its text says what happened
and what to do next, and holds nothing about a person. How an error becomes an HTTP status is one
table in `sightlines.web.errors`; how it becomes an exit code stands in `sightlines.cli`.
"""

from __future__ import annotations

from dataclasses import dataclass


class SightlinesError(Exception):
    """Be the ancestor of every error raised on purpose; its text is meant to be shown."""


class SettingsInvalidError(SightlinesError):
    """A setting is missing or cannot be read."""


class SourceRefusedError(SightlinesError):
    """A file or an answer cannot be read as what it claims to be; nothing of it was taken."""


class SnapshotMissingError(SightlinesError):
    """No snapshot has been published yet, or none has the id that was asked for."""


class SnapshotBrokenError(SightlinesError):
    """A snapshot's files contradict its manifest; it is never served."""


class RecordBrokenError(SightlinesError):
    """Something in the ledger or the lake is not what was written there; nothing of it is used."""


class NotFoundError(SightlinesError):
    """The camera, area, submission or address asked for does not exist."""


class RequestInvalidError(SightlinesError):
    """What was sent cannot be understood; the text names the part at fault."""


class TokenInvalidError(RequestInvalidError):
    """A form's token is missing, forged or too old."""


class DecisionConflictError(SightlinesError):
    """Somebody else has already decided this submission."""


class LimitReachedError(SightlinesError):
    """More was asked for than the site takes at the moment.

    Parameters
    ----------
    message
        The sentence to show.
    retry_after_s
        Seconds after which another try makes sense.
    """

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ServiceBusyError(LimitReachedError):
    """The site lacks room for one more piece of work just now; the asker did nothing wrong."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with a submission.

    Parameters
    ----------
    row
        The row of a file counted from 1, without its header; 0 for a form.
    attribute
        The name of the attribute or column at fault; "" where it is the whole row.
    code
        A short word for machines, for example `out_of_range`.
    message
        One sentence for people.
    """

    row: int
    attribute: str
    code: str
    message: str


class SubmissionInvalidError(SightlinesError):
    """A submission has faults; all of them are named at once.

    Parameters
    ----------
    faults
        Every fault found, in the order of the rows.
    """

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(
            "One thing needs mending."
            if len(faults) == 1
            else f"{len(faults)} things need mending."
        )
        self.faults = faults
