"""How messages speak: the words of a language from its catalogue, with names, numbers and dates as it writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.utils.translation.trans_real import parse_accept_lang_header

from registry.domain.dates import PartialDate, Precision
from registry.services.vocabularies import country_words, mineral_words
from registry.wording import measure_label
from traceability.pages.words import FINDING_TITLES

_FOLDER = Path(__file__).parent / "data" / "words"
#: In the order in which readers choose: the register's own first.
CODES = ("en", "id", "ms", "vi", "th", "fil")


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language. Names that its catalogue lacks are those of the register, which are English."""

    code: str
    catalogue: Mapping[str, Any] = field(repr=False)

    @property
    def words(self) -> Mapping[str, str]:
        """The fixed words of a mail, by key."""
        found: Mapping[str, str] = self.catalogue["words"]
        return found

    def say(self, group: str, key: str, **filled: object) -> str:
        """A sentence of the catalogue with what is asked for filled in."""
        text: str = self.catalogue[group][key]
        return text.format(**filled)

    def country(self, code: str) -> str:
        return self._name("countries", code) or country_words().get(code, code)

    def mineral(self, code: str) -> str:
        return self._name("minerals", code) or mineral_words().get(code, code).lower()

    def measure(self, code: str) -> str:
        return self._name("measures", code) or _first_lower(measure_label(code))

    def domain(self, code: str) -> str:
        return self._name("domains", code) or code

    def status(self, code: str) -> str:
        return self._name("statuses", code) or code.replace("_", " ")

    def finding(self, code: str) -> str:
        return self.catalogue["findings"]["names"].get(code) or _first_lower(FINDING_TITLES.get(code, code))

    def number(self, text: str) -> str:
        """A plain decimal as the language writes it: 2.33, or 2,33."""
        point: str = self.catalogue["decimal"]
        return text.replace(".", point)

    def date(self, date: dt.date | PartialDate) -> str:
        """No finer than it is known: a day, a month or a year."""
        first, precision = (date.first, date.precision) if isinstance(date, PartialDate) else (date, Precision.DAY)
        if precision is Precision.YEAR:
            return str(first.year)
        form = self.catalogue["dates"]
        pattern: str = form["day" if precision is Precision.DAY else "month"]
        return pattern.format(day=first.day, month=form["months"][first.month - 1], number=first.month, year=first.year)

    def instant(self, moment: dt.datetime, zone: str) -> str:
        """Such as: 23 Nov 2026, 09:43 (+07:00)."""
        local = moment.astimezone(ZoneInfo(zone))
        offset = f"{local:%z}"
        return f"{self.date(local.date())}, {local:%H:%M} ({offset[:3]}:{offset[3:]})"

    def _name(self, group: str, code: str) -> str:
        found: str = self.catalogue[group].get(code, "")
        return found


@cache
def _catalogue(code: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((_FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))
    return found


def tongue(code: str) -> Tongue:
    """The language of a code (``tl`` is ``fil``); English where it is not spoken here."""
    known = {"tl": "fil"}.get(code, code)
    return _tongue(known if known in CODES else "en")


def wanted_language(accepted: str) -> str:
    """The first language of an Accept-Language header that is spoken here; English where none is."""
    for code, _weight in parse_accept_lang_header(accepted.lower()):
        known = {"tl": "fil"}.get(code.split("-")[0], code.split("-")[0])
        if known in CODES:
            return known
    return "en"


@cache
def _tongue(code: str) -> Tongue:
    return Tongue(code, _catalogue(code))


def _first_lower(text: str) -> str:
    """In the middle of a sentence; abbreviations stay as they are."""
    return text if text[1:2].isupper() else f"{text[:1].lower()}{text[1:]}"


ENGLISH = tongue("en")
LANGUAGES = [(code, str(_catalogue(code)["name"])) for code in CODES]
