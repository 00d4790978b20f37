"""What a record would do if it were approved now, asked of every app, and what an officer should check before."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.domain.dates import Certainty
from registry.domain.family import ENDING, RelationKind
from registry.domain.instruments import InstrumentState, in_force
from registry.models import Instrument, InstrumentRelation, InstrumentVersion, Material, Measure, Source, StatusEvent
from registry.signals import Effect, asking_effects
from registry.states import state_of


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at before sending a record on; ``tone`` is ok or warn."""

    tone: str
    word: str
    text: str
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    effects: tuple[Effect, ...]
    checks: tuple[Check, ...]
    unanswered: int = 0


def get_preview(
    instrument: Instrument,
    measures: Sequence[Measure],
    events: Sequence[StatusEvent],
    *,
    on: dt.date,
    relations: Sequence[InstrumentRelation] = (),
) -> Preview:
    """Ask all apps what approving these rows, saved or not, would change on a day. Writes nothing."""
    instrument = copy.copy(instrument)
    instrument.instrument_id = instrument.instrument_id or "draft"
    draft = state_of(instrument, _numbered(measures), events, version=_next_version(instrument))
    # One app that cannot answer must not close the desk; the dispatcher logs what went wrong.
    answers = [answer for _receiver, answer in asking_effects.send_robust(sender=Instrument, draft=draft, on=on)]
    effects = sorted((answer for answer in answers if isinstance(answer, Effect)), key=lambda effect: effect.order)
    failed = sum(isinstance(answer, Exception) for answer in answers)
    checks = (*_checks(instrument, measures), *_check_ended(relations, on))
    return Preview(tuple(effects), checks, failed)


def _numbered(measures: Sequence[Measure]) -> list[Measure]:
    """New rows have no number yet; two of one number would be one measure to those who are asked."""
    taken = max((measure.number for measure in measures if measure.pk), default=0)
    rows = []
    for measure in measures:
        row = copy.copy(measure)
        if not row.pk:
            taken += 1
            row.number = taken
        rows.append(row)
    return rows


def _next_version(instrument: Instrument) -> int:
    if instrument.pk is None:
        return 1
    current = InstrumentVersion.objects.filter(instrument=instrument).order_by("-number").first()
    return (current.number if current else 0) + 1


def _checks(instrument: Instrument, measures: Sequence[Measure]) -> Iterator[Check]:
    similar = find_similar(instrument, measures)
    for other in similar:
        yield Check("warn", "Similar", "on record already:", other)
    if not similar:
        yield Check("ok", "New", "no similar instrument on record")
    yield from _check_evidence(instrument.source)
    for measure in measures:
        yield from _check_codes(measure)


def find_similar(instrument: Instrument, measures: Sequence[Measure]) -> list[Instrument]:
    """Records that may be the same act: of one number, or one country with the same measure on the same mineral."""
    others = Instrument.objects.filter(country_id=instrument.country_id).exclude(pk=instrument.pk)
    wanted = {(measure.code, mineral) for measure in measures for mineral in measure.minerals}
    found = []
    for other in others.prefetch_related("measures"):
        held = {(measure.code, mineral) for measure in other.measures.all() for mineral in measure.minerals}
        if wanted & held or (instrument.number and instrument.number == other.number):
            found.append(other)
    return found[:5]


def _check_evidence(source: Source | None) -> Iterator[Check]:
    if source is None:
        yield Check("warn", "Missing", "no source is named")
    elif source.kind == "news":
        yield Check("warn", "Weak", "one source, and it is news")


def _check_ended(relations: Sequence[InstrumentRelation], on: dt.date) -> Iterator[Check]:
    """Acts that this one ends and that still stand as in force: their own record has to say so."""
    ended = [row.other_id for row in relations if RelationKind(row.kind) in ENDING]
    for version in InstrumentVersion.objects.current().filter(instrument__in=ended).select_related("instrument"):
        if in_force(InstrumentState.from_json(version.content), on) is not Certainty.NO:
            yield Check("warn", "Look", "still in force by its own record; log its end there:", version.instrument)


def _check_codes(measure: Measure) -> Iterator[Check]:
    """HS codes and minerals that do not go together by the register's list of materials."""
    if not measure.minerals:
        return
    known = set(Material.objects.filter(mineral__in=measure.minerals).values_list("hs_code", flat=True))
    for code in measure.hs:
        if not any(listed.startswith(code) or code.startswith(listed) for listed in known):
            yield Check("warn", "Look", f"HS {code} is listed for none of the minerals named")
