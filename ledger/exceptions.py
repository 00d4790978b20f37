"""What can go wrong with the log."""

from __future__ import annotations


class LedgerError(Exception):
    """Root of the log's errors."""


class NotInTransaction(LedgerError):
    """An entry was about to be written outside the transaction of its change, so one could exist without the other."""


class KeyNotAnnounced(LedgerError):
    """The key at hand is not the one that the log announced: heads signed by it would prove nothing."""


class NoSuchProof(LedgerError):
    """A proof was asked for that the tree cannot give; the message says why."""


class CannotPrint(LedgerError):
    """The library that sets a PDF is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The PDF of a dossier needs pango, which is not installed here. On Debian: apt-get install "
            "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"
        )


class CannotExport(LedgerError):
    """A dossier cannot be written where it was asked for."""
