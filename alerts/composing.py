"""Makes items of what settled: the net of the scores, instruments, dates, findings and flags of one thread."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from alerts import wording
from alerts.domain.items import Item, Kind
from alerts.domain.netting import Net, Step, net
from alerts.models import Notice
from registry import paths
from registry.choices import label
from registry.domain.instruments import InstrumentState
from registry.models import Flag, InstrumentVersion
from registry.wording import country_names, measure_label
from scoring.models import ScoreChange
from traceability.domain.borders import JUDGED
from traceability.models import Finding

#: Findings named in one item; the rest is counted.
MOST_NAMED = 20
#: Lots of one derivation that have an item each.
MOST_LOTS = 100


@dataclass(frozen=True, slots=True)
class _Version:
    """One approved version with its state."""

    row: InstrumentVersion
    state: InstrumentState


def compose(notices: Sequence[Notice]) -> list[Item]:
    """The items of one thread, from its notices in the order in which they were noted; empty: all came back."""
    kinds = {kind: [notice for notice in notices if notice.kind == kind.value] for kind in Kind}
    changes = _changes(kinds[Kind.SCORE])
    instruments = _instruments(kinds[Kind.INSTRUMENT], changes)
    effects = [_effect(notice) for notice in kinds[Kind.EFFECT]]
    findings = [item for notice in kinds[Kind.FINDING] for item in _findings(notice)]
    flags = [_flag(notice) for notice in kinds[Kind.FLAG]]
    found = [*_scores(changes), *instruments, *effects, *findings, *flags]
    return [item for item in found if item is not None]


# ------------------------------------------------------------------ scores


def _changes(notices: Sequence[Notice]) -> list[ScoreChange]:
    rows = ScoreChange.objects.filter(change_id__in=[notice.payload["change_id"] for notice in notices])
    return sorted(rows, key=lambda change: change.pk)


def _scores(changes: Sequence[ScoreChange]) -> list[Item]:
    steps = [
        Step(f"{each.country}/{each.domain}", _levels(each.old), _levels(each.new), each)
        for each in changes
        if each.is_moved
    ]
    first = {step.subject: step.told for step in reversed(steps)}
    return [_score(found, first[found.subject]) for found in net(steps)]


def _levels(score: Any) -> tuple[Any, ...]:
    return tuple((score or {}).get(name) for name in ("level", "low", "high"))


def _score(found: Net[ScoreChange], first: ScoreChange) -> Item:
    change, old = found.last, first.old
    before, after = wording.level_text(old), wording.level_text(change.new)
    country, domain = _country(change.country), wording.DOMAIN_NAMES.get(change.domain, "").lower()
    # the act is named in words beside it: its id says nothing to a reader
    sentence = change.sentence.replace(f" ({change.instrument['id']})", "") if change.instrument else change.sentence
    if found.count > 1:
        sentence = f"{country}: {domain} {before} → {after}, in {found.count} steps. The last: {sentence}"
    version = _version_of(change)
    state = version.state if version else None
    short = wording.short_text(state) if state else ""
    return Item(
        kind=Kind.SCORE,
        key=change.change_id,
        title=f"{country}: {domain} {before} → {after}{f' ({short})' if short else ''}",
        sentence=sentence,
        country=change.country,
        country_name=country,
        domain=change.domain,
        old=before,
        new=after,
        step=wording.step_of(old, change.new),
        minerals=_minerals(state),
        measures=_measures(state),
        statuses=_statuses(state),
        cause="day" if change.cause == "fact" and not change.facts else change.cause,
        confidence=wording.confidence_words(change.new),
        gates=tuple(change.gates),
        follows=_overall(old, change.new),
        instrument=change.instrument["title"] if change.instrument else "",
        source=change.instrument.get("source") if change.instrument else None,
        drafted_by=change.instrument["drafted_by"] if change.instrument else "",
        approved_by=change.instrument["approved_by"] if change.instrument else "",
        entry=change.recorded_entry_id,
        recorded_at=change.recorded_at.isoformat(),
        page=paths.country_path(change.country),
        why=paths.why_path(change.country, change.domain),
        is_demo=change.is_demo,
    )


def _overall(old: Any, new: Any) -> tuple[str, ...]:
    """What else moved with it: the country's overall and its rank."""
    was, now = (old or {}).get("overall"), (new or {}).get("overall")
    rank = (new or {}).get("rank")
    if was == now:
        return ()
    return (f"Overall {was or 'open'} → {now or 'open'}{f', rank {rank}' if rank else ''}.",)


def _version_of(change: ScoreChange) -> _Version | None:
    if not change.instrument:
        return None
    return _version(change.instrument["id"], change.instrument["version"])


# ------------------------------------------------------------------ instruments


def _instruments(notices: Sequence[Notice], changes: Sequence[ScoreChange]) -> list[Item | None]:
    steps = [
        Step(
            notice.payload["instrument_id"],
            _content(notice.payload["instrument_id"], notice.payload["before"]),
            _content(notice.payload["instrument_id"], notice.payload["after"]),
            notice.payload,
        )
        for notice in notices
    ]
    first = {step.subject: step.told for step in reversed(steps)}
    return [_instrument(found, first[found.subject], changes) for found in net(steps)]


def _content(instrument_id: str, number: int | None) -> str | None:
    """What a version says, without its number: approved again unchanged, it is no news."""
    version = _version(instrument_id, number)
    if version is None:
        return None
    plain = version.state.to_json()
    plain.pop("version")
    for measure in plain["measures"]:
        measure.pop("version")
    return json.dumps([plain, version.row.details], sort_keys=True, default=str)


def _instrument(found: Net[Any], first: Any, changes: Sequence[ScoreChange]) -> Item | None:
    number = found.last["after"] or found.last["before"]
    version = _version(found.subject, number)
    if version is None:
        return None
    before = _version(found.subject, first["before"])
    what, words = _what_happened(before, version, is_withdrawn=found.last["after"] is None)
    reason = next((each.sentence for each in reversed(changes) if not each.is_moved), "")
    because = reason[reason.find("no score changes") :].capitalize() if "no score changes" in reason else ""
    country = _country(version.state.country)
    unmoved = "" if any(each.is_moved for each in changes) or not because else ", no score changes"
    return replace(
        _of_version(version, Kind.INSTRUMENT, f"{found.subject}/v{number}"),
        title=f"{country}: {version.state.title}, {what}{unmoved}",
        sentence=" ".join(part for part in (words, because) if part),
        cause="correction" if what in ("withdrawn", "corrected") else "fact",
    )


def _what_happened(before: _Version | None, after: _Version, *, is_withdrawn: bool) -> tuple[str, str]:
    """In a word, and in sentences."""
    title = f"“{after.state.title}”"
    if is_withdrawn:
        return "withdrawn", f"{title} was taken off the register: it should not have been on it."
    measures = "; ".join(wording.measure_text(measure) for measure in after.state.measures)
    said = f"It says: {measures}." if measures else "It states no measure."
    news = after.state.events if before is None else _new_events(before.state, after.state)
    stages = "; ".join(wording.status_text(event.status.value, event.since) for event in news)
    if before is None:
        return "on record", f"{title} is on the register: {stages or 'no status stated'}. {said}"
    if news:
        return label(news[-1].status.value).lower(), f"{title}: {stages}. {said}"
    return "corrected", f"The record of {title} was corrected. {said}"


def _new_events(before: InstrumentState, after: InstrumentState) -> list[Any]:
    return [event for event in after.events if event not in before.events]


def _effect(notice: Notice) -> Item | None:
    version = _current(notice.payload["instrument_id"])
    if version is None:
        return None
    what, day = notice.payload["what"], notice.payload["day"]
    words = {"start": "a measure starts", "end": "its time has ended"}.get(what, label(what).lower())
    return replace(
        _of_version(version, Kind.EFFECT, notice.key),
        title=f"{_country(version.state.country)}: {version.state.title}, {words} on {day}",
        sentence=f"“{version.state.title}”: {words} on {day}. This was on record before; the day is reached now.",
        statuses=(what,),
        cause="day",
    )


def _of_version(version: _Version, kind: Kind, key: str) -> Item:
    row, state = version.row, version.state
    return Item(
        kind=kind,
        key=key,
        title=state.title,
        sentence="",
        country=state.country,
        country_name=_country(state.country),
        minerals=_minerals(state),
        measures=_measures(state),
        statuses=_statuses(state),
        instrument=state.title,
        source=row.details.get("source"),
        drafted_by=row.drafted_by,
        approved_by=row.approved_by,
        entry=row.recorded_entry_id,
        recorded_at=row.recorded_entry.recorded_at.isoformat(),
        page=paths.instrument_path(state.instrument_id),
        reaches=tuple(
            {
                "country": measure.country,
                "hs": list(measure.hs),
                "minerals": list(measure.minerals or ()),
                "materials": list(measure.materials or ()),
            }
            for measure in state.measures
            if measure.code in JUDGED
        ),
        is_demo=bool(row.details.get("is_demo")),
    )


def _version(instrument_id: str, number: int | None) -> _Version | None:
    """A version by number; None for none."""
    return _read(InstrumentVersion.objects.filter(instrument__instrument_id=instrument_id, number=number or 0))


def _current(instrument_id: str) -> _Version | None:
    """The version that counts now."""
    return _read(InstrumentVersion.objects.filter(instrument__instrument_id=instrument_id, superseded_entry=None))


def _read(rows: QuerySet[InstrumentVersion]) -> _Version | None:
    row = rows.select_related("recorded_entry").first()
    return None if row is None else _Version(row, InstrumentState.from_json(row.content))


# ------------------------------------------------------------------ findings and flags


def _findings(notice: Notice) -> list[Item]:
    """An item a lot, so that each reader is told of the lots watched alone; those of a huge import share one."""
    rows = Finding.objects.filter(pk__in=notice.payload["findings"]).select_related("lot", "event")
    of_lot: dict[str, list[Finding]] = defaultdict(list)
    for row in rows.order_by("lot__lot_id", "code", "pk"):
        of_lot[row.lot.lot_id].append(row)
    lots = list(of_lot)
    items = [_found(notice, [lot], of_lot[lot]) for lot in lots[:MOST_LOTS]]
    rest = lots[MOST_LOTS:]
    return [*items, _found(notice, rest, [row for lot in rest for row in of_lot[lot]])] if rest else items


def _found(notice: Notice, lots: list[str], rows: list[Finding]) -> Item:
    where = lots[0] if len(lots) == 1 else f"{len(lots)} lots"
    what = rows[0].get_code_display().lower() if len(rows) == 1 else f"{len(rows)} findings"
    named = [row.message for row in rows] if len(lots) == 1 else [f"{row.lot.lot_id}: {row.message}" for row in rows]
    more = f" And {len(rows) - MOST_NAMED} more." if len(rows) > MOST_NAMED else ""
    return Item(
        kind=Kind.FINDING,
        key=f"{notice.key}/{lots[0]}",
        title=f"{where}: {what}",
        sentence=" ".join(named[:MOST_NAMED]) + more,
        measures=tuple(sorted({row.code for row in rows})),
        lots=tuple(lots),
        minerals=tuple(sorted({row.lot.mineral_id for row in rows})),
        entry=rows[0].recorded_entry_id,
        recorded_at=notice.noted_at.isoformat(),
        page=paths.lot_path(lots[0]),
    )


def _flag(notice: Notice) -> Item | None:
    flag = Flag.objects.select_related("entry__feed", "country").filter(flag_id=notice.payload["flag_id"]).first()
    if flag is None:
        return None
    country = flag.country.name if flag.country else "no country found"
    what = measure_label(flag.measure).lower() if flag.measure else "a policy change"
    return Item(
        kind=Kind.FLAG,
        key=flag.flag_id,
        title=f"Flag: {country}, {what}",
        sentence=f"“{flag.entry.title}” ({flag.entry.feed.title}) waits for an officer. Score {flag.score}.",
        country=flag.country_id or "",
        country_name=country,
        minerals=tuple(flag.minerals),
        measures=(flag.measure,) if flag.measure else (),
        recorded_at=flag.raised_at.isoformat(),
        page=f"/admin/registry/flag/{flag.pk}/change/",
        is_demo=flag.entry.feed.is_demo,
    )


# ------------------------------------------------------------------ what they share


def _country(code: str) -> str:
    return country_names().get(code, code)


def _minerals(state: InstrumentState | None) -> tuple[str, ...]:
    """All minerals of the measures; none where one of them does not state any: it is read as all."""
    if state is None or any(not measure.minerals for measure in state.measures):
        return ()
    return tuple(sorted({mineral for measure in state.measures for mineral in measure.minerals or ()}))


def _measures(state: InstrumentState | None) -> tuple[str, ...]:
    return tuple(sorted({measure.code.value for measure in state.measures})) if state else ()


def _statuses(state: InstrumentState | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.status.value for event in state.events)) if state else ()
