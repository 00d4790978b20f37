"""What can go wrong with the log."""

from __future__ import annotations


class LedgerError(Exception):
    """Root of the log's errors."""


class NotInTransaction(LedgerError):
    """An entry was about to be written outside the transaction of its change, so one could exist without the other."""
