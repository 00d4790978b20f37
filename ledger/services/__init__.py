"""Writing entries, in the transaction of their change, and sealing them into the signed tree."""

from ledger.services.recording import BATCH, Change, record, record_many
from ledger.services.sealing import seal, seal_all

__all__ = ["BATCH", "Change", "record", "record_many", "seal", "seal_all"]
