"""Classifies news items: reads each one, adds up what speaks for and against a policy change, joins repeats."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

from registry.domain.news import changes, dates, effective, matter, numbers, places, repeats, text
from registry.domain.news.items import Classification, NewsItem, Reason
from registry.domain.news.lexicon import Hit
from registry.domain.news.reading import Reading, asked, gather, made, subject, title_denied
from registry.domain.news.repeats import Story
from registry.domain.news.weighing import Evidence, weigh

#: Written beside every flag, so that one can tell which rules raised it.
RULES_VERSION = "2026-11-26.1"


def classify(items: Sequence[NewsItem], earlier: Sequence[Story] = ()) -> list[Classification]:
    """Classify items together, in the order given; of two reports of one step the first published raises the flag.

    ``earlier`` are stories flagged before, oldest first; what repeats one of them has its id in ``duplicate_of``.
    """
    order = sorted(range(len(items)), key=lambda at: (_when(items[at]), at))
    stories = list(earlier)
    results: dict[int, Classification] = {}
    for at in order:
        results[at] = _joined(items[at], read(items[at]), stories)
    return [results[at] for at in range(len(items))]


def _when(item: NewsItem) -> dt.datetime:
    return item.published or dt.datetime.max.replace(tzinfo=dt.UTC)


def _joined(item: NewsItem, result: Classification, stories: list[Story]) -> Classification:
    if not result.flag:
        return result
    title = text.clean(item.title)
    story = repeats.find(result, title, item.published, stories)
    if story is None:
        stories.append(Story(result, title, item.published))
        return result
    reason = Reason("repeat", story.title, 0.0)
    return replace(result, flag=False, duplicate_of=story.result.id, reasons=(*result.reasons, reason))


def read(item: NewsItem) -> Classification:
    """Classify one item for itself; repeats are not looked for."""
    parts = text.sentences(item.title, item.summary)
    lang = text.language(item.lang, " ".join(part.text for part in parts))
    about = matter.find(parts, lang)
    if not about.named and about.group is None:
        return Classification(item.id, False, 0.0, reasons=(Reason("no mineral named", "", -3.0),))
    reading = gather(parts, lang, about)
    return _weighed(item, reading)


def _weighed(item: NewsItem, reading: Reading) -> Classification:
    measure = reading.found[0].measure if reading.found else None
    countries, counterpart, scope = _who(item, reading, measure)
    today = _local_day(item, countries)
    days = dates.find(reading.parts, reading.lang, today)
    kind, day = _stage(reading, measure, days, today)
    evidence = _evidence(reading, scope, kind, day, today, bool(counterpart) and measure in changes.AGREEMENTS)
    total, reasons = weigh(evidence)
    complete = (measure is not None or evidence.formal) and bool(countries) and scope and evidence.step is not None
    slots = {"measure": measure, "change_kind": kind, "effective": day.value} if measure or evidence.formal else {}
    return Classification(
        item.id,
        flag=complete and total >= 0,
        score=round(1 / (1 + math.exp(-total)) * (1.0 if complete else 0.5), 4),
        countries=countries,
        counterpart=counterpart or None,
        minerals=_minerals(reading),
        reasons=reasons,
        hs=reading.matter.hs,
        acts=tuple(str(act) for act in reading.acts),
        numbers=numbers.find(reading.parts),
        **slots,
    )


def _minerals(reading: Reading) -> tuple[str, ...]:
    policy = frozenset(id(finding.sentence) for finding in reading.found)
    return matter.minerals(reading.matter, policy)


def _who(item: NewsItem, reading: Reading, measure: str | None) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The implementers, the other side, and whether that is within the register's scope."""
    total = places.scores(reading.mentions, reading.lang, item.source)
    inside = {code: score for code, score in total.items() if code in places.member_codes()}
    foreign = places.foreign_actor(reading.mentions, total)
    if measure in changes.AGREEMENTS:
        ours, theirs = places.parties(reading.mentions)
        ours = ours or (places.actors(reading.mentions, inside, item.lang) if inside and not theirs else ())
        alone = (
            foreign in theirs
            and not reading.steps.title("sign")
            and any(reading.steps.title(k) for k in ("suspend", "repeal"))
        )
        if alone and ours:
            return theirs, ours, True
        return (ours, theirs, True) if ours else (theirs, (), False)
    if foreign is not None:
        supply = places.touched(reading.mentions, reading.matter.hits, reading.lang)
        return (foreign,), supply, bool(supply)
    actors = places.actors(reading.mentions, inside, item.lang.lower()[:2])
    return actors, (), bool(actors)


def _local_day(item: NewsItem, countries: tuple[str, ...]) -> dt.date | None:
    if item.published is None:
        return None
    hours = places.offset_hours(countries[0] if countries else None)
    return item.published.astimezone(dt.timezone(dt.timedelta(hours=hours))).date()


def _stage(
    reading: Reading, measure: str | None, days: Sequence[dates.Day], today: dt.date | None
) -> tuple[str, effective.Effective]:
    """The change kind and its day, which depend on each other: what holds already is in force."""
    first = effective.choose("adopted", measure or "", days, today)
    at_once = first.day is not None and first.day.word in dates.AT_ONCE
    holds = bool(
        first.value and first.stated and not at_once and today and first.value <= today.isoformat()[: len(first.value)]
    )
    is_made, to_be_made = made(reading)
    act = bool(reading.acts or reading.first("act"))
    context = changes.Context(
        measure=measure or "",
        act=act,
        done=bool(is_made and (act or reading.first("collective"))),
        to_come=(to_be_made is not None and is_made is None) or reading.steps["to_come"] > 0,
        office=bool(reading.first("minister_says")),
        holds_already=holds,
        has_start=bool(first.value),
        has_end=any(day.role == "end" for day in days),
        from_to=numbers.moves(reading.parts[:2]),
        old_value=numbers.was(reading.parts[:2]),
        at_once=any(day.word == "immediately" for day in days),
        ceases=bool(reading.found and any(hit.code == "cease" for hit in reading.found[0].hits)),
        freed=bool(reading.found and any(hit.code == "freed" for hit in reading.found[0].hits)),
    )
    kind = changes.decide(reading.steps, context)
    return kind, effective.choose(kind, measure or "", days, today)


_STEPS = (
    "expire",
    "extend",
    "repeal",
    "suspend",
    "rate",
    "propose",
    "enforce",
    "sign",
    "take_force",
    "begin",
    "announce",
)


def _evidence(
    reading: Reading,
    scope: bool,
    kind: str,
    day: effective.Effective,
    published: dt.date | None,
    two_states: bool,
) -> Evidence:
    is_made, to_be_made = made(reading)
    steps = reading.steps.hits
    step = next((steps[k] for k in _STEPS if reading.steps.title(k)), None)
    step = step or next((steps[k] for k in _STEPS if k in steps), None)
    country = next((m.hit for m in reading.mentions if m.country in places.member_codes()), None)
    act = reading.acts[0] if reading.acts else None
    return Evidence(
        mineral=reading.matter.hits[0] if reading.matter.hits else reading.matter.group,
        country=country,
        scope=scope,
        measure=reading.found[0] if reading.found else None,
        step=step,
        special=next((reading.steps.hits[k] for k in _STEPS[:5] if reading.steps.title(k)), None),
        state=reading.first("state") or next((m.hit for m in reading.mentions if m.kind is places.Kind.BODY), None),
        subject=subject(reading),
        private=reading.first("private"),
        act=Hit("act", act.sentence, act.start, act.end) if act else None,
        act_word=reading.first("act"),
        done=is_made,
        to_be_made=to_be_made,
        day=_fresh(day, published),
        cues=reading.cues,
        kind=kind,
        not_taken=reading.steps.not_taken,
        only_named=reading.steps.only_named,
        asked=asked(reading),
        denied_title=title_denied(reading),
        two_states=two_states,
        question="?" in reading.parts[0].text if reading.parts else False,
    )


#: A day of effect longer ago than this is no news.
_STALE = dt.timedelta(days=45)


def _fresh(day: effective.Effective, today: dt.date | None) -> Hit | None:
    """The words of the day of effect, if the text states it and it is not long past."""
    if day.day is None or not day.stated or (today and day.day.precision == 10 and today - day.day.first > _STALE):
        return None
    return Hit("day", day.day.sentence, day.day.start, day.day.end)
