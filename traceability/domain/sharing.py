"""Who may see a lot, and its masses: decided for the lot, else for all lots that its holder has no word for."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Public: everyone. Chain: people of parties that handled it, or what it was made of, or what was made of it.
    Private: the holder's own people. Officers and auditors see every lot."""

    PUBLIC = "public"
    CHAIN = "chain"
    PRIVATE = "private"


LEVEL_WORDS = {
    Level.PUBLIC: "Public: everyone",
    Level.CHAIN: "Shared along the chain: parties that handled it, what it was made of, or what was made of it",
    Level.PRIVATE: "Private: the holder",
}
