"""Appointments of instruments over their versions: each keeps its identity, and one that vanishes is cancelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from registry.domain.dates import PartialDate, Precision
from registry.domain.instruments import InstrumentState


@dataclass(frozen=True, slots=True)
class Appointment:
    """A day on which something happens to an instrument.

    ``name`` says which one within its instrument, whatever its day. ``sequence`` grows with each version that changes
    it (RFC 5545); ``changed_at`` is when that version came.
    """

    name: str
    day: dt.date
    what: str
    title: str
    sequence: int
    changed_at: dt.datetime
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A version as it was told. ``is_standing``: it still counts; a last version that does not was withdrawn.

    ``review``: by when the act itself is to be reviewed, where its source states it.
    """

    state: InstrumentState
    at: dt.datetime
    is_standing: bool
    review: PartialDate | None = None


def appointments(versions: Sequence[Told]) -> list[Appointment]:
    """What a calendar shows of an instrument, from all its versions in order."""
    known: dict[str, Appointment] = {}
    for told in versions:
        found = {name: (day, what) for name, day, what in _dated(told)}
        for name in known.keys() - found.keys():
            known[name] = _cancelled(known[name], told.at)
        for name, (day, what) in found.items():
            known[name] = _met(known.get(name), Appointment(name, day, what, told.state.title, 0, told.at))
    if versions and not versions[-1].is_standing:
        known = {name: _cancelled(each, each.changed_at) for name, each in known.items()}
    return sorted(known.values(), key=lambda each: (each.day, each.name))


def _cancelled(each: Appointment, at: dt.datetime) -> Appointment:
    return each if each.is_cancelled else replace(each, is_cancelled=True, sequence=each.sequence + 1, changed_at=at)


def _met(before: Appointment | None, now: Appointment) -> Appointment:
    if before is None:
        return now
    if (before.day, before.what, before.title, before.is_cancelled) == (now.day, now.what, now.title, False):
        return before
    return replace(now, sequence=before.sequence + 1)


def _dated(told: Told) -> Iterator[tuple[str, dt.date, str]]:
    """(name, day, words): only days known to the day are appointments."""
    seen: dict[str, int] = {}
    state = told.state
    for event in state.events:
        name = event.status.value
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name}-{seen[name]}"
        yield from _one(numbered, event.since, name.replace("_", " "))
    for measure in state.measures:
        words = measure.code.value.replace("_", " ")
        number = measure.measure_id.rpartition(".")[2]
        yield from _one(f"measure-{number}-starts", measure.start, f"{words} starts")
        yield from _one(f"measure-{number}-ends", measure.until, f"last day of {words}")
    yield from _one("ends", state.until, "last day")
    yield from _one("review", told.review, "to be reviewed")


def _one(name: str, date: PartialDate | None, words: str) -> Iterator[tuple[str, dt.date, str]]:
    if date is not None and date.precision is Precision.DAY:
        yield name, date.first, words
