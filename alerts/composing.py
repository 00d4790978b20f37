"""Makes items of what settled: the net of the scores, instruments, dates, findings and flags of one thread."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from alerts import telling
from alerts.domain.items import Item, Kind
from alerts.domain.netting import Net, Step, net
from alerts.gathering import Gathered, Version
from alerts.languages import ENGLISH
from alerts.models import Notice
from ledger.models import TreeHead
from ledger.selectors import get_newest_entry
from registry import paths
from registry.domain.instruments import InstrumentState, StatusEvent
from scoring.models import ScoreChange
from traceability.domain.borders import JUDGED
from traceability.models import Finding

#: Findings named in one item; the rest is counted.
MOST_NAMED = 20
#: Lots of one derivation that have an item each.
MOST_LOTS = 100


def compose(notices: Sequence[Notice], known: Gathered) -> list[Item]:
    """The items of one thread, from its notices in the order in which they were noted; empty: all came back."""
    kinds = {kind: [notice for notice in notices if notice.kind == kind.value] for kind in Kind}
    changes = _changes(kinds[Kind.SCORE], known)
    instruments = _instruments(kinds[Kind.INSTRUMENT], changes, known)
    effects = [_effect(notice, known) for notice in kinds[Kind.EFFECT]]
    findings = [item for notice in kinds[Kind.FINDING] for item in _findings(notice, known)]
    flags = [_flag(notice, known) for notice in kinds[Kind.FLAG]]
    heads = [_head(notice) for notice in kinds[Kind.HEAD]]
    found = [*_scores(changes, known), *instruments, *effects, *findings, *flags, *heads]
    return [item for item in found if item is not None]


# ------------------------------------------------------------------ scores


def _changes(notices: Sequence[Notice], known: Gathered) -> list[ScoreChange]:
    rows = [known.changes[key] for notice in notices if (key := notice.payload["change_id"]) in known.changes]
    return sorted(rows, key=lambda change: change.pk)


def _scores(changes: Sequence[ScoreChange], known: Gathered) -> list[Item]:
    steps = [
        Step(f"{each.country}/{each.domain}", _levels(each.old), _levels(each.new), each)
        for each in changes
        if each.is_moved
    ]
    first = {step.subject: step.told for step in reversed(steps)}
    return [_score(found, first[found.subject], known) for found in net(steps)]


def _levels(score: Any) -> tuple[Any, ...]:
    return tuple((score or {}).get(name) for name in ("level", "low", "high"))


def _score(found: Net[ScoreChange], first: ScoreChange, known: Gathered) -> Item:
    change, old = found.last, first.old
    version = known.version(change.instrument["id"], change.instrument["version"]) if change.instrument else None
    state = version.state if version else None
    # the act is named in words beside it: its id says nothing to a reader
    named = f" ({change.instrument['id']})" if change.instrument else ""
    gates = [{**gate, "because": _without(named, gate.get("because", ""))} for gate in change.gates]
    data = {
        "count": found.count,
        "old": old,
        "new": change.new,
        "sentence": _without(named, change.sentence),
        "measures": _measure_data(state) if state else [],
    }
    return _told(
        Item(
            kind=Kind.SCORE,
            key=change.change_id,
            title="",
            sentence="",
            country=change.country,
            country_name=ENGLISH.country(change.country),
            domain=change.domain,
            old=telling.level_text(old),
            new=telling.level_text(change.new),
            step=_step_of(old, change.new),
            minerals=_minerals(state),
            measures=_measures(state),
            statuses=_statuses(state),
            cause="day" if change.cause == "fact" and not change.facts else change.cause,
            confidence=telling.confidence(change.new, ENGLISH),
            gates=tuple(gates),
            follows=tuple(line for line in [telling.overall(old, change.new, ENGLISH)] if line),
            instrument=change.instrument["title"] if change.instrument else "",
            source=change.instrument.get("source") if change.instrument else None,
            drafted_by=change.instrument["drafted_by"] if change.instrument else "",
            approved_by=change.instrument["approved_by"] if change.instrument else "",
            entry=change.recorded_entry_id,
            recorded_at=change.recorded_at.isoformat(),
            page=paths.country_path(change.country),
            why=paths.why_path(change.country, change.domain),
            is_demo=change.is_demo,
            data=data,
        )
    )


def _without(named: str, text: str) -> str:
    return text.replace(named, "") if named else text


def _step_of(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> int | None:
    """By how many levels a score moved at either end; None where it was or is not scored: that is always told."""
    if not old or not new or old.get("low") is None or new.get("low") is None:
        return None
    return max(abs(int(new["low"]) - int(old["low"])), abs(int(new["high"]) - int(old["high"])))


# ------------------------------------------------------------------ instruments


def _instruments(notices: Sequence[Notice], changes: Sequence[ScoreChange], known: Gathered) -> list[Item | None]:
    steps = [
        Step(
            told["instrument_id"],
            _content(known.version(told["instrument_id"], told["before"])),
            _content(known.version(told["instrument_id"], told["after"])),
            told,
        )
        for told in (notice.payload for notice in notices)
    ]
    first = {step.subject: step.told for step in reversed(steps)}
    return [_instrument(found, first[found.subject], changes, known) for found in net(steps)]


def _content(version: Version | None) -> str | None:
    """What a version says, without its number: approved again unchanged, it is no news."""
    if version is None:
        return None
    plain = version.state.to_json()
    plain.pop("version")
    for measure in plain["measures"]:
        measure.pop("version")
    return json.dumps([plain, version.row.details], sort_keys=True, default=str)


def _instrument(found: Net[Any], first: Any, changes: Sequence[ScoreChange], known: Gathered) -> Item | None:
    number = found.last["after"] or found.last["before"]
    version = known.version(found.subject, number)
    if version is None:
        return None
    before = known.version(found.subject, first["before"])
    news = version.state.events if before is None else _new_events(before.state, version.state)
    what = _what_happened(before, news, is_withdrawn=found.last["after"] is None)
    reason = next((each.sentence for each in reversed(changes) if not each.is_moved), "")
    because = reason[reason.find("no score changes") :].capitalize() if "no score changes" in reason else ""
    data = {
        "what": what,
        "events": [[event.status.value, str(event.since) if event.since else None] for event in news],
        "measures": _measure_data(version.state),
        "because": because,
        "is_unmoved": bool(because) and not any(each.is_moved for each in changes),
    }
    cause = "correction" if what in ("taken_off", "corrected") else "fact"
    return _told(replace(_of_version(version, Kind.INSTRUMENT, f"{found.subject}/v{number}"), cause=cause, data=data))


def _what_happened(before: Version | None, news: Sequence[StatusEvent], *, is_withdrawn: bool) -> str:
    """As a code: taken_off, on_record, the newest status, or corrected."""
    if is_withdrawn:
        return "taken_off"
    if before is None:
        return "on_record"
    return news[-1].status.value if news else "corrected"


def _measure_data(state: InstrumentState) -> list[dict[str, Any]]:
    return [
        {
            "code": measure.code.value,
            "minerals": list(measure.minerals or ()),
            "hs": list(measure.hs),
            "start": str(measure.start) if measure.start else None,
            "until": str(measure.until) if measure.until else None,
        }
        for measure in state.measures
    ]


def _new_events(before: InstrumentState, after: InstrumentState) -> list[StatusEvent]:
    return [event for event in after.events if event not in before.events]


def _effect(notice: Notice, known: Gathered) -> Item | None:
    version = known.current.get(notice.payload["instrument_id"])
    if version is None:
        return None
    data = {"what": notice.payload["what"], "day": notice.payload["day"]}
    item = _of_version(version, Kind.EFFECT, notice.key)
    return _told(replace(item, statuses=(data["what"],), cause="day", data=data))


def _of_version(version: Version, kind: Kind, key: str) -> Item:
    row, state = version.row, version.state
    return Item(
        kind=kind,
        key=key,
        title=state.title,
        sentence="",
        country=state.country,
        country_name=ENGLISH.country(state.country),
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


# ------------------------------------------------------------------ findings and flags


def _findings(notice: Notice, known: Gathered) -> list[Item]:
    """An item a lot, so that each reader is told of the lots watched alone; those of a huge import share one."""
    rows = [known.findings[key] for key in notice.payload["findings"] if key in known.findings]
    of_lot: dict[str, list[Finding]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.lot.lot_id, row.code, row.pk)):
        of_lot[row.lot.lot_id].append(row)
    lots = list(of_lot)
    items = [_found(notice, [lot], of_lot[lot]) for lot in lots[:MOST_LOTS]]
    rest = lots[MOST_LOTS:]
    return [*items, _found(notice, rest, [row for lot in rest for row in of_lot[lot]])] if rest else items


def _found(notice: Notice, lots: list[str], rows: list[Finding]) -> Item:
    named = [row.message for row in rows] if len(lots) == 1 else [f"{row.lot.lot_id}: {row.message}" for row in rows]
    data = {
        "code": rows[0].code,
        "count": len(rows),
        "messages": named[:MOST_NAMED],
        "more": max(len(rows) - MOST_NAMED, 0),
    }
    item = Item(
        kind=Kind.FINDING,
        key=f"{notice.key}/{lots[0]}",
        title="",
        sentence="",
        measures=tuple(sorted({row.code for row in rows})),
        lots=tuple(lots),
        minerals=tuple(sorted({row.lot.mineral_id for row in rows})),
        entry=rows[0].recorded_entry_id,
        recorded_at=notice.noted_at.isoformat(),
        page=paths.lot_path(lots[0]),
        data=data,
    )
    return _told(item)


def _flag(notice: Notice, known: Gathered) -> Item | None:
    flag = known.flags.get(notice.payload["flag_id"])
    if flag is None:
        return None
    item = Item(
        kind=Kind.FLAG,
        key=flag.flag_id,
        title="",
        sentence="",
        country=flag.country_id or "",
        country_name=flag.country.name if flag.country else "",
        minerals=tuple(flag.minerals),
        measures=(flag.measure,) if flag.measure else (),
        entry=recorded.pk if (recorded := get_newest_entry("flag", flag.flag_id)) else None,
        recorded_at=flag.raised_at.isoformat(),
        page=f"/admin/registry/flag/{flag.pk}/change/",
        is_demo=flag.entry.feed.is_demo,
        data={"entry": flag.entry.title, "feed": flag.entry.feed.title, "score": str(flag.score)},
    )
    return _told(item)


def _head(notice: Notice) -> Item | None:
    """The signed head of a day, in full: it is what is to be kept."""
    head = TreeHead.objects.filter(size=notice.payload["size"]).first()
    if head is None:
        return None
    item = Item(
        kind=Kind.HEAD,
        key=notice.key,
        title="",
        sentence="",
        recorded_at=head.sealed_at.isoformat(),
        page=f"/log/checkpoint?size={head.size}",
        data={"size": head.size, "root": head.root, "checkpoint": head.note},
    )
    return _told(item)


# ------------------------------------------------------------------ what they share


def _told(item: Item) -> Item:
    """With title and sentence in English, for pages, webhooks and the log; a mail says them in its reader's words."""
    words = telling.said(item, ENGLISH)
    return replace(item, title=words.title, sentence=words.sentence)


def _minerals(state: InstrumentState | None) -> tuple[str, ...]:
    """All minerals of the measures; none where one of them does not state any: it is read as all."""
    if state is None or any(not measure.minerals for measure in state.measures):
        return ()
    return tuple(sorted({mineral for measure in state.measures for mineral in measure.minerals or ()}))


def _measures(state: InstrumentState | None) -> tuple[str, ...]:
    return tuple(sorted({measure.code.value for measure in state.measures})) if state else ()


def _statuses(state: InstrumentState | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.status.value for event in state.events)) if state else ()
