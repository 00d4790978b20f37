"""Facts as the register keeps them: what a source states of a country, a mineral or a facility, and when it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast

from registry.domain.dates import Certainty, PartialDate, holds

#: A number, a pair of limits, a list of codes or words, words alone, or not stated.
Value = Decimal | tuple[Decimal, Decimal] | tuple[str, ...] | str | None


class Comparator(StrEnum):
    """How a printed figure is to be taken."""

    EXACT = "exact"
    ABOUT = "about"
    ABOUT_RANGE = "about_range"
    NEARLY = "nearly"
    NEARLY_ALL = "nearly_all"
    UP_TO = "up_to"
    UP_TO_ABOUT = "up_to_about"
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a fact is about. A fact without a mineral is of the country as a whole."""

    country: str | None = None
    region: str | None = None
    mineral: str | None = None
    stage: str | None = None
    facility: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """The time a figure is of, as printed. ``basis`` source_date is the date of the cited source, not of the fact."""

    value: str | None = None
    precision: str | None = None
    basis: str = "not_stated"


@dataclass(frozen=True, slots=True)
class Fact:
    """One version of one statement with its source.

    ``value`` stands only where the source prints a number or a list, ``fact_class`` where it uses a word,
    ``printed`` is that word. ``judgement`` names the reading on which class or subject rests.
    ``valid_from`` and ``valid_until`` belong to the time in which the fact holds; None is open.
    """

    fact_id: str
    kind: str
    subject: Subject = Subject()
    version: int = 1
    value: Value = None
    unit: str | None = None
    comparator: Comparator | None = None
    fact_class: str | None = None
    printed: str | None = None
    period: Period = Period()
    section: str | None = None
    endnote: int | None = None
    source_key: str | None = None
    quote: str | None = None
    judgement: str | None = None
    note: str | None = None
    counterpart: str | None = None
    countries: tuple[str, ...] = field(default=())
    minerals: tuple[str, ...] = field(default=())
    reserve_kind: str | None = None
    process_class: str | None = None
    confidence: str | None = None
    valid_from: PartialDate | None = None
    valid_until: PartialDate | None = None

    def holds_on(self, on: dt.date) -> Certainty:
        return holds(on, self.valid_from, self.valid_until)

    @property
    def low(self) -> Decimal | None:
        """The least the figure may be; None where no number is stated or it has no lower limit."""
        limits = self._limits()
        return limits[0] if limits else None

    @property
    def high(self) -> Decimal | None:
        """The most the figure may be; None where no number is stated or it has no upper limit."""
        limits = self._limits()
        return limits[1] if limits else None

    @property
    def is_figure(self) -> bool:
        return self._limits() is not None

    def _limits(self) -> tuple[Decimal | None, Decimal | None] | None:
        if isinstance(self.value, tuple) and self.value and isinstance(self.value[0], Decimal):
            return self.value
        if not isinstance(self.value, Decimal):
            return None
        if self.comparator in (Comparator.MORE_THAN, Comparator.AT_LEAST):
            return self.value, None
        if self.comparator in (Comparator.UP_TO, Comparator.UP_TO_ABOUT):
            return None, self.value
        return self.value, self.value

    @property
    def text(self) -> str:
        """What the fact says, for people: the figure or the class, and the word in print."""
        words = " ".join(part for part in (self._figure_text(), _plain(self.fact_class)) if part)
        if self.printed and self.printed.casefold() != words.casefold():
            return f'{words} ("{self.printed}")' if words else f'"{self.printed}"'
        return words or self.quote or "not stated"

    def _figure_text(self) -> str:
        if self.value is None:
            return ""
        wording = "" if self.comparator is Comparator.EXACT else _plain(self.comparator).removesuffix(" range")
        how = f"{wording} " if wording else ""
        if self.unit == "rank_world":
            return f"rank {how}{value_text(self.value)} in the world"
        unit = _plain(self.unit).removesuffix(" " + _plain(self.fact_class)) if self.unit else ""
        return f"{how}{value_text(self.value)} {unit}".rstrip()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON without the fields that are not stated; `from_json` gives back an equal fact."""
        plain: dict[str, Any] = {}
        for name in _FIELDS:
            item = getattr(self, name)
            if item is not None and (name == "value" or (item != () and item != _BLANK.get(name))):
                plain[name] = _ENCODE.get(name, _same)(item)
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Fact:
        """Read what `to_json` wrote; TypeError on a field that facts do not have."""
        return cls(**{name: _DECODE.get(name, _same)(item) for name, item in plain.items() if item is not None})


def value_text(value: Value) -> str:
    """A value in words: ``55``, ``12-15``, ``CN, TH, MY``."""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, tuple):
        figures = bool(value) and isinstance(value[0], Decimal)
        return ("-" if figures else ", ").join(f"{item:f}" if isinstance(item, Decimal) else item for item in value)
    return value or ""


def parse_value(raw: object) -> Value:
    """Read a value from YAML or a form: numbers become Decimals, two numbers a pair of limits."""
    if raw is None or isinstance(raw, Decimal):
        return raw
    if isinstance(raw, int | float):
        return Decimal(str(raw))
    if isinstance(raw, str):
        return raw
    items = list(cast(Sequence[object], raw))
    if items and all(isinstance(item, int | float | Decimal) for item in items):
        return cast(tuple[Decimal, Decimal], tuple(Decimal(str(item)) for item in items))
    return tuple(str(item) for item in items)


def _plain(code: str | None) -> str:
    return code.replace("_", " ") if code else ""


def _same(item: Any) -> Any:
    return item


def _encode_value(value: Value) -> dict[str, Any]:
    """Tagged, so that the text "5" and the number 5 stay apart."""
    if isinstance(value, Decimal):
        return {"number": f"{value:f}"}
    if isinstance(value, str):
        return {"text": value}
    items = value or ()
    if items and isinstance(items[0], Decimal):
        return {"range": [f"{item:f}" for item in items]}
    return {"list": list(items)}


def _decode_value(plain: Mapping[str, Any]) -> Value:
    if "number" in plain:
        return Decimal(plain["number"])
    if "range" in plain:
        return cast(tuple[Decimal, Decimal], tuple(Decimal(item) for item in plain["range"]))
    return plain["text"] if "text" in plain else tuple(plain["list"])


def _encode_part(part: Subject | Period) -> dict[str, str]:
    items = ((name, getattr(part, name)) for name in _PARTS[type(part)])
    return {name: item for name, item in items if item is not None}


#: The names of fields: asking a dataclass for them each time takes longer than reading them.
_FIELDS = tuple(each.name for each in fields(Fact))
_PARTS: dict[type, tuple[str, ...]] = {kind: tuple(each.name for each in fields(kind)) for kind in (Subject, Period)}
#: What stands where none of the parts of a subject or a period is stated.
_BLANK: dict[str, object] = {"subject": Subject(), "period": Period()}
_ENCODE: dict[str, Any] = {
    "subject": _encode_part,
    "period": _encode_part,
    "value": _encode_value,
    "countries": list,
    "minerals": list,
    "valid_from": PartialDate.to_json,
    "valid_until": PartialDate.to_json,
}
_DECODE: dict[str, Any] = {
    "subject": lambda plain: Subject(**plain),
    "period": lambda plain: Period(**plain),
    "value": _decode_value,
    "comparator": Comparator,
    "countries": tuple,
    "minerals": tuple,
    "valid_from": PartialDate.from_json,
    "valid_until": PartialDate.from_json,
}
