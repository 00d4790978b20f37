"""What the QR code of a lot leads to: its page, or a GS1 Digital Link that resolves to it."""

from __future__ import annotations

import re
from urllib.parse import quote

# GS1 General Specifications, figure 7.11-1: the signs a batch number (AI 10) may have, 1 to 20 of them.
_BATCH = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")
_GTIN = re.compile(r"(\d{8}|\d{12,14})", re.ASCII)


class BadLabel(ValueError):
    """Why a label cannot be a GS1 Digital Link, in a sentence."""


def gtin14(text: str) -> str:
    """A GTIN as 14 digits. Raises BadLabel for one whose length or check digit is wrong."""
    digits = text.strip()
    if not _GTIN.fullmatch(digits):
        raise BadLabel(f"{text[:40]!r} is no GTIN; it has 8, 12, 13 or 14 digits.")
    digits = digits.zfill(14)
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits[:13]))
    if (weighed + int(digits[13])) % 10:
        raise BadLabel(f"The last digit of the GTIN {text.strip()} does not check; it is mistyped.")
    return digits


def digital_link(site: str, gtin: str, lot_id: str) -> str:
    """`site/01/gtin/10/lot` (GS1 Digital Link URI syntax 1.3). Raises BadLabel."""
    if not _BATCH.fullmatch(lot_id):
        raise BadLabel("The lot's id is no GS1 batch number: that has up to 20 signs of the GS1 set, and no blank.")
    return f"{site.rstrip('/')}/01/{gtin14(gtin)}/10/{quote(lot_id, safe='')}"
