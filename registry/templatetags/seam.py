"""Tags and filters of SEAM's pages: how numbers, days, levels, marks and statuses are written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.domain.dates import Certainty, PartialDate, Precision
from registry.parts import ProofMark, SourceMark
from registry.services.vocabularies import country_words
from registry.wording import basis_words, section_words

register = template.Library()

NOT_STATED = SafeString('<span class="unk">not stated</span>')


# --- numbers


@register.filter
def thousands(value: Any, places: int = 0) -> str:
    """1234567 as 1,234,567; None as a dash."""
    if value is None or value == "":
        return "–"
    return f"{Decimal(value):,.{int(places)}f}".replace("-", "−")


@register.filter
def kg(value: Any) -> str:
    """A mass in kilograms: whole above ten, else as many places as it takes to say something."""
    if value is None or value == "":
        return "unknown"
    mass = Decimal(value)
    places = 0 if abs(mass) >= 10 or mass == mass.to_integral_value() else 1 if abs(mass) >= 1 else 3
    return thousands(mass, places)


@register.filter
def percent(value: Any, places: int = 2) -> str:
    """A share between 0 and 1 as per cent. What is not nothing is never written as 0."""
    if value is None or value == "":
        return "unknown"
    share = Decimal(value) * 100
    least = Decimal(1).scaleb(-int(places))
    if 0 < share < least:
        return f"under {least} %"
    return f"{share:.{int(places)}f} %"


@register.filter
def signed(value: Any, places: int = 2) -> str:
    """A change: +36.90 or −1.88."""
    try:
        return f"{Decimal(value):+.{int(places)}f}".replace("-", "−")
    except (InvalidOperation, TypeError):
        return "–"


# --- days


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """23 Nov 2026; an instant is shown on its day in UTC."""
    return f"{value.day} {value:%b %Y}" if value else "not stated"


@register.filter
def instant(value: dt.datetime | None) -> str:
    """23 Nov 2026, 09:43 UTC."""
    if value is None:
        return "not stated"
    utc = value.astimezone(dt.UTC)
    return f"{day(utc)}, {utc:%H:%M} UTC"


_PRECISION_WORDS = {Precision.DAY: "", Precision.MONTH: "month", Precision.YEAR: "year only"}
_PRECISION_TITLES = {
    "month": "The source states the month, not the day.",
    "year only": "The source states the year, not the day.",
    "counted from, inferred": "No source states this date: it is counted from what they say.",
    "date of the source": "The act is not dated: this is the date of the source that reports it.",
    "from outside the paper": "This date is general knowledge, not from the paper.",
}


def date_words(value: PartialDate) -> str:
    """The date, no finer than its source: 1 Jul 2025, Jul 2025 or 2025."""
    if value.precision is Precision.YEAR:
        return str(value.first.year)
    return f"{value.first:%b %Y}" if value.precision is Precision.MONTH else day(value.first)


@register.filter
def partial(value: PartialDate) -> str:
    """A date inside a sentence, no finer than its source."""
    return date_words(value)


@register.simple_tag
def imprecise(value: PartialDate | dt.date | None, missing: str = "") -> SafeString:
    """A date with its precision and basis beside it, unless it is a day and stated."""
    if value is None:
        return format_html('<span class="unk">{}</span>', missing or "not stated")
    if not isinstance(value, PartialDate):
        return format_html('<span class="date">{}</span>', day(value))
    notes = [words for words in (_PRECISION_WORDS[value.precision], basis_words(value.basis)) if words]
    if not notes:
        return format_html('<span class="date">{}</span>', date_words(value))
    title = " ".join(_PRECISION_TITLES[words] for words in notes)
    return format_html(
        '<span class="date">{} <span class="prec" title="{}">{}</span></span>',
        date_words(value),
        title,
        ", ".join(notes),
    )


# --- levels, statuses, marks


@register.simple_tag
def level(low: int | None, high: int | None = None) -> SafeString:
    """A level as a tag inside a sentence; a range or nothing where the facts do not decide."""
    if low is None:
        return SafeString('<span class="lv none">–<span class="vh"> no level</span></span>')
    if high is not None and high != low:
        return format_html('<span class="lv none">{}–{}</span>', low, high)
    return format_html('<span class="lv s{}">{}</span>', low, low)


_BADGES = {
    "in_force": "b-force",
    "amended": "b-force",
    "adopted": "b-adopted",
    "signed": "b-adopted",
    "published": "b-adopted",
    "considered": "b-prop",
    "in_discussion": "b-prop",
    "proposed": "b-prop",
    "suspended": "b-end",
    "repealed": "b-end",
    "expired": "b-end",
    "withdrawn": "b-end",
    "annulled": "b-end",
    "ended": "b-end",
    "perhaps": "b-prop",
}
_BADGE_WORDS = {
    "unknown": "Not stated",
    "reference": "Reference",
    "perhaps": "Perhaps in force",
    "ended": "Not in force",
}


@register.simple_tag
def badge(status: str | None, words: str = "") -> SafeString:
    """The status on the shown day: proposed dashed, adopted outlined, in force filled, ended struck."""
    key = str(status or "unknown")
    text = words or _BADGE_WORDS.get(key) or key.replace("_", " ").capitalize()
    return format_html('<span class="badge {}">{}</span>', _BADGES.get(key, "b-unk"), text)


@register.filter
def certainty_badge(value: Certainty) -> SafeString:
    return badge({Certainty.YES: "in_force", Certainty.PERHAPS: "perhaps"}.get(value, "ended"))


_ICON_BOXES = {"doc": "0 0 11 12"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the drawings of components/sprite.html; the words beside it say the same."""
    box = _ICON_BOXES.get(name, "0 0 12 12")
    return format_html('<svg viewBox="{}" aria-hidden="true"><use href="#i-{}"/></svg>', box, name)


@register.simple_tag
def verdict(kind: str, words: str) -> SafeString:
    """A verdict as shape, word and tint. ``kind``: bad, warn, ok, none or ch."""
    return format_html('<span class="v v-{}">{}{}</span>', kind, icon(kind), words)


@register.simple_tag
def chip(source: SourceMark | None) -> SafeString:
    """A source; without an address it is words only."""
    if source is None:
        return NOT_STATED
    if not source.href:
        return format_html('<span class="chip" title="{}">{}{}</span>', source.title, icon("doc"), source.label)
    return format_html(
        '<a class="chip" href="{}" title="{}">{}{}</a>', source.href, source.title, icon("doc"), source.label
    )


@register.simple_tag(takes_context=True)
def proof(context: Context, mark: ProofMark | None) -> SafeString:
    """A place in the log; opens the inclusion proof. While the log is not intact, nothing is said to be proved."""
    if mark is None:
        return SafeString("")
    trouble = context.get("log_trouble")
    broken = bool(trouble and (trouble() if callable(trouble) else trouble))
    words = "not proved" if broken else "proved" if mark.sealed else "waits to be sealed"
    number = f"{mark.entry:,}"
    return format_html(
        '<a class="proof{}" href="{}" aria-label="Log entry {}, {}">{}{}</a>',
        " is-bad" if broken else "",
        mark.href,
        number,
        words,
        icon("bad" if broken else "proof"),
        f"{number} not proved" if broken else number if mark.sealed else f"{number} not sealed yet",
    )


# --- addresses


@register.simple_tag(takes_context=True)
def keep_day(context: Context) -> SafeString:
    """The `?on=&as_of=` of this page, so that a link stays in the past."""
    asked = context.get("asked")
    return SafeString(asked.query if asked else "")


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """This page's address with parts of its question changed; an empty value takes a part out."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    query = params.urlencode()
    return f"?{query}" if query else context["request"].path


@register.simple_tag(takes_context=True)
def rest_of_query(context: Context, *without: str) -> list[tuple[str, str]]:
    """The parts of this page's question but for some, for a form that asks the rest again."""
    params = context["request"].GET
    return [(name, value) for name in params if name not in without for value in params.getlist(name)]


@register.filter
def is_filled(fieldset: Any) -> bool:
    """Whether a section of a form holds a value or an error, so that it must not stay folded."""
    bound = [field.field for line in fieldset for field in line if not field.is_readonly]
    return any(field.errors or field.value() for field in bound)


@register.filter
def spaced(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ")


@register.filter(name="section_words")
def in_section(section: str) -> str:
    """Where in the paper: ``A.TH`` is App. Thailand."""
    return section_words(section)


@register.filter
def country_name(code: str) -> str:
    """The name of a country by its code; the region where there is none."""
    return country_words().get(code, code) or "the region or the world"
