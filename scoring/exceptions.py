"""Errors of scoring. What a user can cause says what is wrong and how to mend it."""

from __future__ import annotations


class ScoringError(Exception):
    """Root of all errors of this app."""


class MethodologyError(ScoringError):
    """A methodology file that cannot be read or lacks a part."""


class OverlayError(ScoringError):
    """A what-if operation that names something unknown or cannot be carried out."""


class BadArgument(ScoringError):
    """A day, an instant or another argument that cannot be read: wrong usage."""


class UnknownSubject(ScoringError):
    """A country or a domain that there is not."""
