"""What a dossier holds of a score: the level and gates as recorded, and every version of what they looked at."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone

from ledger.domain.canonical import instant_text
from ledger.dossier.verify import trace
from ledger.exceptions import CannotExport
from ledger.models import Entry, is_sealed, size_at
from registry.choices import FactStatus
from registry.domain.asked import AskedDay
from registry.models import FactVersion, InstrumentVersion
from scoring.arguments import Point
from scoring.day import Day
from scoring.models import Score, ScoreChange
from scoring.selectors import get_changes, get_explanation

JSON = dict[str, Any]


@dataclass(frozen=True)
class Gathered:
    """A recorded score as known at an instant, with the versions of its facts and instruments, superseded ones too."""

    score: Score
    explanation: JSON
    facts: list[FactVersion]
    instruments: list[InstrumentVersion]
    day: Day
    size: int

    @cached_property
    def rows(self) -> list[Entry]:
        """The entries of facts.json, in their order in the log."""
        numbers = [each.recorded_entry_id for each in (*self.facts, *self.instruments)]
        versions = Entry.objects.filter(pk__in=numbers)
        sources = Entry.objects.filter(object_type="source", object_id__in=self._sources, leaf__index__lt=self.size)
        return [*sources.order_by("pk"), *versions.order_by("pk")]

    @cached_property
    def changes(self) -> list[ScoreChange]:
        """What moved this country's level in this domain, newest first."""
        changes = get_changes(country=self.score.country).filter(domain=self.score.domain)
        return list(changes.filter(is_sealed("recorded_entry", self.size)))

    @property
    def records(self) -> list[int]:
        """What else is proved: the score, its run, its rules, and its changes."""
        run = self.score.run
        changes = [change.recorded_entry_id for change in self.changes]
        return [self.score.recorded_entry_id, run.recorded_entry_id, run.methodology.recorded_entry_id, *changes]

    @property
    def is_demo(self) -> bool:
        return any(version.details.get("is_demo") for version in self.instruments)

    def facts_json(self) -> list[JSON]:
        """Each entry as it was recorded; `verify.py` compares the two."""
        return [
            {
                "object_type": entry.object_type,
                "object_id": entry.object_id,
                "after": json.loads(entry.after),
                "entry": entry.pk,
                "recorded_at": instant_text(entry.recorded_at),
                "recorded_by": entry.actor,
                "recorded_reason": entry.reason,
            }
            for entry in self.rows
        ]

    @property
    def _sources(self) -> set[str]:
        named = {fact.source.key for fact in self.facts if fact.source}
        return named | {source["key"] for each in self.instruments if (source := each.details.get("source"))}


def gather(*, country: str, domain: str, at: dt.datetime) -> Gathered:
    """Raises UnknownSubject, and CannotExport where the score that was recorded by then is not that of the facts."""
    day = Day(AskedDay(on=timezone.localdate(at), as_of=at, now=at))
    explanation = get_explanation(Point(day.asked.on, at), country=country, domain=domain, now=at)
    code, name = explanation["country"], explanation["domain"]
    score = Score.objects.as_known(at).filter(country=code, domain=name).select_related("run__methodology").first()
    if score is None or not _agree(score, explanation):
        raise CannotExport(
            f"The {name} of {code} as known {instant_text(at)} was not recorded by then: give a later instant, or none."
        )
    cited, size = score.evidence.keys(), size_at(at)
    return Gathered(score, explanation, _facts(cited, size), _instruments(cited, size), day, size)


def _agree(score: Score, explanation: JSON) -> bool:
    """Whether what is worked out now is what was recorded. Without evidence no gates are recorded."""
    if (score.low, score.high) != (explanation["low"], explanation["high"]):
        return False
    return not score.gates or [*map(trace, score.gates)] == [*map(trace, explanation["gates"])]


def _facts(cited: Collection[str], size: int) -> list[FactVersion]:
    versions = FactVersion.objects.filter(is_sealed("recorded_entry", size), fact_id__in=cited)
    decided = versions.exclude(status=FactStatus.PROPOSED)
    return list(decided.select_related("source").order_by("fact_id", "version"))


def _instruments(cited: Collection[str], size: int) -> list[InstrumentVersion]:
    versions = InstrumentVersion.objects.filter(is_sealed("recorded_entry", size), instrument__instrument_id__in=cited)
    return list(versions.select_related("instrument").order_by("instrument__instrument_id", "number"))
