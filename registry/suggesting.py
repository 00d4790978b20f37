"""Records that a flag may be about, for an officer to choose from; nothing is linked by itself."""

from __future__ import annotations

from dataclasses import dataclass

from registry.domain.news.matching import OnRecord, Told, suggest
from registry.models import Flag, Instrument


@dataclass(frozen=True, slots=True)
class Suggested:
    record: Instrument
    why: str
    by_number: bool


def suggested_for(flag: Flag) -> list[Suggested]:
    """Instruments of the flag's countries that it seems to be about, those it names by number first, with why."""
    codes = {code for code in (flag.country_id, *flag.countries) if code}
    records = Instrument.objects.prefetch_related("measures", "status_events")
    by_key = {record.pk: record for record in (records.filter(country_id__in=codes) if codes else records.all())}
    found = suggest(_told(flag), [_on_record(record) for record in by_key.values()])
    return [Suggested(by_key[one.key], one.why, one.by_number) for one in found]


def _told(flag: Flag) -> Told:
    return Told(flag.entry.title, flag.entry.summary, flag.measure, frozenset(flag.minerals), flag.effective)


def _on_record(record: Instrument) -> OnRecord:
    measures, events = list(record.measures.all()), list(record.status_events.all())
    days = [record.until, *(m.start for m in measures), *(m.until for m in measures), *(e.since for e in events)]
    return OnRecord(
        key=record.pk,
        names=tuple(name for name in (record.number, record.title, record.title_original) if name),
        measures=frozenset(measure.code for measure in measures),
        minerals=frozenset(mineral for measure in measures for mineral in measure.minerals),
        days=tuple(day for day in days if day),
    )
