"""What can go wrong in the register, each in a sentence that says how to mend it."""

from __future__ import annotations


class RegistryError(Exception):
    """Root of the register's errors; shown to the person who caused it."""


class NotAllowed(RegistryError):
    """A person may not do this."""


class BadInput(RegistryError):
    """Something given cannot be read."""


class WrongState(RegistryError):
    """A step that does not follow from where the record stands."""


class FetchFailed(RegistryError):
    """An address could not be fetched."""


class AddressRefused(FetchFailed):
    """An address that is never fetched: no web address, or not on the open internet."""


class Unreachable(FetchFailed):
    """The name does not resolve, nobody answers, or the answer breaks off."""


class TooSlow(FetchFailed):
    """The answer took longer than is waited for."""


class BodyTooLarge(FetchFailed):
    """The answer is larger than is read."""


class TooManyRedirects(FetchFailed):
    """The address leads in circles."""


class FeedUnreadable(RegistryError):
    """What came back is no feed that can be read."""
