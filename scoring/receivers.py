"""What scoring does when the register changes: note it and ask for a working-out, in the same transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.dispatch import receiver
from django.template.loader import render_to_string

from jobs.services import enqueue
from registry.domain.facts import Fact
from registry.domain.instruments import InstrumentState
from registry.models import Instrument, InstrumentVersion
from registry.signals import Effect, asking_effects, asking_fact_effects, facts_changed, instruments_changed
from scoring.effects import effect_of, fact_effect_of
from scoring.models import Trigger
from scoring.supposing import Supposition

#: One key for all: a burst of edits is one working-out.
RECOMPUTE = "scoring.recompute"


@receiver(instruments_changed)
def on_instrument(sender: Any, instrument_id: str, version: InstrumentVersion, **kwargs: Any) -> None:
    country = Instrument.objects.values_list("country_id", flat=True).get(instrument_id=instrument_id)
    Trigger.objects.create(instrument_id=instrument_id, country=country, version=version.number)
    enqueue(kind=RECOMPUTE, key="today")


@receiver(facts_changed)
def on_facts(sender: Any, **kwargs: Any) -> None:
    enqueue(kind=RECOMPUTE, key="today")


@receiver(asking_effects)
def answer_effects(sender: Any, draft: InstrumentState, on: dt.date, **kwargs: Any) -> Effect | None:
    if sender is Supposition:
        return None  # it has worked its scores out itself, with all that is supposed together
    effect = effect_of(draft, on)
    html = render_to_string("scoring/panels/effect.html", {"effect": effect})
    return Effect(title="Scores", lines=effect.lines, order=10, html=html)


@receiver(asking_fact_effects)
def answer_fact_effects(sender: Any, fact_id: str, fact: Fact | None, on: dt.date, **kwargs: Any) -> Effect:
    lines, flips = fact_effect_of(fact_id, fact, on)
    return Effect(title="Scores", lines=lines, order=10, decides=flips)
