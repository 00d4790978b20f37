"""The words of pages: codes as people say them, sources as chips, statuses as badges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from registry.choices import label
from registry.domain.dates import Basis, Certainty
from registry.domain.instruments import (
    Direction,
    InstrumentState,
    MeasureState,
    Status,
    in_force,
    measure_in_force,
    status_on,
)
from registry.parts import SourceMark
from registry.reference import load_countries
from registry.services.vocabularies import country_words, measure_words, mineral_words

_BASES = {
    Basis.STATED: "",
    Basis.INFERRED: "counted from, inferred",
    Basis.SOURCE_DATE: "date of the source",
    Basis.OUTSIDE_PAPER: "from outside the paper",
}


def basis_words(basis: Basis) -> str:
    """Where a date comes from, in words; empty for one that is stated."""
    return _BASES[basis]


def country_names() -> dict[str, str]:
    """Names of countries and bodies by code, in order of name: the vocabulary as shipped, which `migrate` stores."""
    return _by_name(country_words())


def mineral_names() -> dict[str, str]:
    return _by_name(mineral_words())


def _by_name(words: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(words.items(), key=lambda item: item[1]))


def measure_label(code: str) -> str:
    return str(measure_words().get(code, {}).get("label") or label(code))


def measure_title(measure: MeasureState) -> str:
    """What a measure is called where it may do the opposite of what its kind usually does."""
    usual = measure_words().get(measure.code, {}).get("direction")
    eased = usual == Direction.RESTRICTS and measure.direction is Direction.LIBERALISES
    return f"{measure_label(measure.code)}, lifted or eased" if eased else measure_label(measure.code)


def measure_class(code: str) -> str:
    """The measure's name in other vocabularies; empty where it has none."""
    words = measure_words().get(code, {})
    mast, gta = words.get("mast"), words.get("gta")
    return ", ".join(
        part for part in (f"MAST {mast}" if mast else "", f"Global Trade Alert: {gta}" if gta else "") if part
    )


def listed(
    codes: Iterable[str] | None,
    names: Mapping[str, str] | None = None,
    *,
    every: str = "not stated, read as all",
    proper: bool = False,
) -> str:
    """Codes as words with commas; what no source states is said. ``proper`` names keep their capitals."""
    words = [(names or {}).get(code) or label(code) for code in codes or ()]
    rest = words[1:] if proper else [word[:1].lower() + word[1:] for word in words[1:]]
    return ", ".join([*words[:1], *rest]) or every


@cache
def _appendices() -> dict[str, str]:
    return {f"A.{country.code}": f"App. {country.name}" for country in load_countries()}


def section_words(section: str | None) -> str:
    """``A.TH`` is App. Thailand, ``4.table`` is §4 table, ``3.1`` is §3.1."""
    if not section:
        return ""
    appendix = _appendices().get(section.removesuffix(".table"))
    words = appendix or (f"§{section.split('.table')[0]}" if section[0].isdigit() else section.capitalize())
    return f"{words} table" if section.endswith(".table") else words


def source_mark(source: Mapping[str, Any] | None, href: str = "") -> SourceMark | None:
    """A chip: section and endnote of the paper, or publisher and day of anything else."""
    if not source:
        return None
    parts = [section_words(source.get("section")), f"endnote {source['endnote']}" if source.get("endnote") else ""]
    where = ", ".join(part for part in parts if part)
    elsewhere = ", ".join(
        str(part) for part in (source.get("publisher") or source.get("title"), source.get("date")) if part
    )
    words = where or elsewhere
    return SourceMark(words, href or source.get("url") or "", source.get("title") or "") if words else None


def status_badge(state: InstrumentState, on: dt.date) -> tuple[str, str]:
    """(key, words) of an instrument's badge on a day; words empty where the key says it."""
    status, certain = status_on(state, on), in_force(state, on)
    if certain is Certainty.PERHAPS:
        return ("unknown", "") if status is Status.UNKNOWN else ("perhaps", "")
    if certain is Certainty.NO and status in (Status.IN_FORCE, Status.SIGNED, Status.AMENDED):
        return "ended", "Ended"
    if status is None:
        return ("unknown", "Not yet begun") if state.events else ("unknown", "")
    return status.value, ""


def measure_badge(measure: MeasureState, state: InstrumentState, on: dt.date) -> tuple[str, str]:
    certain = measure_in_force(measure, state, on)
    if certain is Certainty.YES:
        return "in_force", ""
    if certain is Certainty.PERHAPS:
        return status_badge(state, on) if in_force(state, on) is Certainty.PERHAPS else ("perhaps", "")
    instrument = status_badge(state, on)
    return instrument if instrument[0] not in ("in_force", "signed") else ("ended", "Not in force")
