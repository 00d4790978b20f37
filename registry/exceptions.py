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
