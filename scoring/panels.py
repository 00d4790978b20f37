"""What scoring shows on pages of the register: what an instrument, a mineral or a fact does to the scores."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils import timezone

from registry.domain.asked import AskedDay
from registry.parts import Link
from registry.paths import why_path
from registry.signals import Panel, Subject, asking_panels
from scoring.day import Day
from scoring.domain.by_mineral import card_by_mineral
from scoring.domain.card import two_decimals
from scoring.domain.diff import span
from scoring.domain.wording import clean
from scoring.effects import no_change_reason
from scoring.pages.by_mineral import lines_of_mineral
from scoring.pages.parts import NAMES, sentence


@receiver(asking_panels, dispatch_uid="scoring.panels")
def answer_panels(sender: Any, subject: Subject, user: Any, **kwargs: Any) -> Panel | None:
    answer = _PANELS.get(subject.kind)
    return answer(subject) if answer else None


def _day(subject: Subject) -> Day:
    now = timezone.now()
    on, as_of = (subject.context.get(name) for name in ("on", "as_of"))
    known = dt.datetime.fromisoformat(as_of) if as_of else None
    return Day(AskedDay(dt.date.fromisoformat(on) if on else now.date(), known, now))


def _instrument_panel(subject: Subject) -> Panel | None:
    """The card with and without the instrument, worked out now."""
    day = _day(subject)
    version = day.basis.versions.get(subject.public_id)
    code = version.content["country"] if version else ""
    if code not in day.members:
        return None
    without = day.card_with(without=frozenset({subject.public_id})).country(code)
    country = day.card.country(code)
    rows = [
        (NAMES[cell.domain], why_path(code, cell.domain), cell, without.domain(cell.domain)) for cell in country.domains
    ]
    moved = any((cell.low, cell.high) != (other.low, other.high) for _, _, cell, other in rows)
    reason = "" if moved else sentence(clean(no_change_reason(day.card, code, subject.public_id)))
    context = {
        "country": day.names[code],
        "rows": rows,
        "reason": reason,
        "overall": _overall(country.overall),
        "overall_without": _overall(without.overall),
        "ranks": (country.rank, without.rank),
    }
    return Panel("Effect on scores", render_to_string("scoring/panels/with_without.html", context), order=10)


def _overall(mean: Any) -> str:
    return "open" if mean is None else two_decimals(mean)


def _fact_panel(subject: Subject) -> Panel | None:
    """The gates that looked at a fact, counted or not."""
    day = _day(subject)
    cited = []
    for country in day.card.countries:
        for cell in country.domains:
            if subject.public_id in cell.cited:
                name = f"{day.names[country.country]}, {NAMES[cell.domain].lower()} {span(cell)}"
                gates = sorted(gate.gate for gate in cell.gates if subject.public_id in gate.cited)
                cited.append((Link(name, why_path(country.country, cell.domain)), gates))
    html = render_to_string("scoring/panels/cited.html", {"cited": cited})
    return Panel("Where it is looked at", html, order=10)


def _mineral_panel(subject: Subject) -> Panel | None:
    """Where each country stands with a mineral alone, in the domains whose gates ask about minerals."""
    day = _day(subject)
    scores = [each for each in card_by_mineral(day.card, day.rules) if each.mineral == subject.public_id]
    if not scores:
        return None
    lines = lines_of_mineral(scores, day.names, day.asked.query)
    html = render_to_string("scoring/panels/of_mineral.html", {"lines": lines, "query": day.asked.query})
    return Panel("Levels by country", html, order=5)


_PANELS = {"instrument": _instrument_panel, "mineral": _mineral_panel, "fact": _fact_panel}
