"""What can go wrong while a source is fetched, in sentences for whoever runs the site."""

from __future__ import annotations

from sightlines.errors import SourceRefusedError


class FetchFailedError(SourceRefusedError):
    """A source could not be fetched; nothing of it was taken."""


class BudgetSpentError(FetchFailedError):
    """The time, bytes or requests that one fetch may cost are spent: no further request is made."""


class AddressRefusedError(FetchFailedError):
    """An address is none that may be asked: not of the web, or not a public one."""


class AnswerRefusedError(FetchFailedError):
    """A server's answer is not what was asked for, and another try would not help.

    Parameters
    ----------
    message
        The sentence to show.
    status
        Of HTTP; None where there was no whole answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class PassingError(FetchFailedError):
    """A failure that may be over in a moment.

    Parameters
    ----------
    message
        The sentence to show.
    status
        Of HTTP; None where there was no whole answer.
    retry_after_s
        Seconds for which the server asks to be left alone; None where it does not say.
    """

    def __init__(
        self, message: str, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


class ChangedError(FetchFailedError):
    """The source has changed while its pages were being read, or they do not add up."""
