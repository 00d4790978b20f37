"""What the register tells, and what it asks of apps it does not know.

Telling signals are sent inside the transaction of the change: receivers only insert a job.
Asking signals are answered at once with plain dataclasses that bring their own address and markup.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.dispatch import Signal
from django.utils.safestring import SafeString

#: An instrument got a new approved version. kwargs: instrument_id: str, version: InstrumentVersion.
instruments_changed = Signal()
#: Facts were added, changed or withdrawn. kwargs: fact_ids: list[str].
facts_changed = Signal()
#: Facilities were changed. kwargs: changes: Mapping[str, frozenset[str]], by facility id the columns that differ now.
facilities_changed = Signal()
#: A feed has failed for a week, or is gone: an officer has to look. Once a failure. kwargs: feed: Feed.
feed_needs_person = Signal()
#: What would an instrument do? kwargs: draft: InstrumentState, on: date. Answers: Effect or None.
asking_effects = Signal()
#: What would a fact do, accepted (or withdrawn, where ``fact`` is None)? kwargs: fact_id, fact: Fact | None, on: date.
#: Answers: Effect; ``decides`` where a gate flips, so that a second officer has to accept it.
asking_fact_effects = Signal()
#: What else is there to show on a subject's page? kwargs: subject: Subject, user. Answers: Panel or None.
asking_panels = Signal()


@dataclass(frozen=True, slots=True)
class Effect:
    """One app's answer to what a draft would do. ``lines`` are sentences; ``order`` places it in the panel."""

    title: str
    lines: tuple[str, ...]
    order: int = 50
    html: SafeString | None = None
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about: kind country, instrument, mineral, measure, facility or lot, and its public id."""

    kind: str
    public_id: str
    context: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Press:
    """A button under a panel: what it says, and the address and values that it posts."""

    words: str
    address: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled fragment of a page that another app knows; on a mineral's page those below 10 stand before its facts."""

    title: str
    html: SafeString
    order: int = 50
    press: Press | None = None
