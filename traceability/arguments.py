"""Questions as people write them in commands and addresses."""

from __future__ import annotations

import datetime as dt

from registry.models import Country, Mineral
from traceability.domain.exposure import Reach
from traceability.domain.vocabulary import Material
from traceability.exceptions import BadQuestion


def read_reach(*, country: str, hs: str, mineral: str = "", since: str = "") -> Reach:
    """What a supposed export measure covers. Raises BadQuestion naming what cannot be read."""
    check_country(country)
    if not (hs.isascii() and hs.isdigit() and 2 <= len(hs) <= 6):
        raise BadQuestion(f"{hs!r} is no HS code; write 2 to 6 digits, such as 2846.")
    if mineral and not Mineral.objects.filter(code=mineral).exists():
        raise BadQuestion(f"{mineral!r} is no mineral of the register, such as rare_earths.")
    return Reach(country, (hs,), (mineral,) if mineral else (), since=_day(since))


def check_country(code: str) -> None:
    """Raises BadQuestion for what is no country."""
    if not Country.objects.filter(code=code).exists():
        raise BadQuestion(f"{code!r} is no country code; write ISO 3166-1 alpha-2, such as VN.")


def check_material(code: str) -> None:
    """Raises BadQuestion for what is no material; nothing is all of them."""
    if code and code not in set(Material):
        raise BadQuestion(f"{code!r} is no material; write one of {', '.join(Material)}.")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadQuestion(f"{text!r} is no date; write YYYY-MM-DD.") from None
