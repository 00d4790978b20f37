"""Reading what a person types: dates no finer than known, HS codes as printed."""

from __future__ import annotations

import re

from registry.domain.dates import PartialDate
from registry.domain.instruments import Status

#: Statuses with which an act starts, and those that cannot come before it has.
BEGINNINGS = frozenset({Status.IN_FORCE, Status.SIGNED})
ENDINGS = frozenset({Status.SUSPENDED, Status.REPEALED, Status.EXPIRED, Status.ANNULLED})
#: Years in which a law on minerals can start or end.
EARLIEST, LATEST = 1800, 2200
#: The Buddhist calendar of Thailand, Laos, Cambodia and Myanmar runs 543 years ahead.
_BUDDHIST_FROM, _BUDDHIST_AHEAD = 2400, 543
_HS_CODE = re.compile(r"[0-9]{2,8}")


def read_date(text: str) -> str:
    """``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY`` of what was typed; empty stays empty. Raises ValueError."""
    text = text.strip()
    if not text:
        return ""
    try:
        date = PartialDate.parse(text)
    except ValueError as error:
        raise ValueError(f"'{text[:40]}' is no date: write YYYY-MM-DD, YYYY-MM or YYYY, such as 2026-11-23.") from error
    written = str(date)
    if _BUDDHIST_FROM <= date.first.year <= LATEST + _BUDDHIST_AHEAD:
        written = f"{date.first.year - _BUDDHIST_AHEAD}{written[4:]}"
    year = int(written[:4])
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"The year {year} lies outside {EARLIEST} to {LATEST}: check the date.")
    return written


def read_hs(text: str) -> list[str]:
    """HS codes of a text such as ``2846, 2805.30``, each once, in order. Raises ValueError with a sentence."""
    codes = [part.replace(".", "") for part in re.split(r"[\s,;]+", text.strip()) if part]
    for code in codes:
        if not _HS_CODE.fullmatch(code):
            raise ValueError(
                f"'{code[:20]}' is no HS code: write 2 to 8 digits, several with commas, such as 2846, 2805."
            )
    return list(dict.fromkeys(codes))
