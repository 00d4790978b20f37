"""Lots at the desk: found and followed from there; the lot's own page shows everything."""

from traceability.admin import findings, lots, uploads

__all__ = ["findings", "lots", "uploads"]
