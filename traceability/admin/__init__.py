"""Lots at the desk: found and followed from there; the lot's own page shows everything."""

from traceability.admin import claims, findings, lots, uploads

__all__ = ["claims", "findings", "lots", "uploads"]
