"""Import of lots: checked as a whole, stored as a whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from jobs.memory import collector_paused
from jobs.services import enqueue
from ledger.domain.actor import Actor
from registry.models import Country
from traceability.domain.importing.checking import Accepted, check
from traceability.domain.importing.problems import Problem
from traceability.domain.importing.progress import Phase, Tell, silent
from traceability.domain.importing.reading import Sheet, read_sheets
from traceability.domain.importing.tables import Table, tables
from traceability.exceptions import ImportRefused
from traceability.services.deriving import REDERIVE, affected_by, derive, hand_over
from traceability.services.storing import Storer
from traceability.stored import StoredChain


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import stored, or on a dry run would store; ``derivation`` names the finding work that follows.

    ``findings`` counts those that a dry run would open; None where they are still to be worked out.
    """

    accepted: Mapping[str, int]
    unchanged: Mapping[str, int]
    derivation: str = ""
    findings: int | None = None


@collector_paused()
def import_lots(
    *, sheets: Iterable[Sheet], by: Actor, now: dt.datetime, reason: str = "", dry_run: bool = False,
    found_before: Sequence[Problem] = (), derives_here: bool = False, tell: Tell = silent,
) -> Imported:  # fmt: skip
    """Store everything new in the sheets, or raise ImportRefused with every problem, those ``found_before`` first.

    Parties, facilities, lots, assays and events each get an entry in the log; findings are worked out by a job.
    A dry run does all of it and takes it back. A caller that ``derives_here`` runs that job next in this process: it is
    handed what was stored, and does not read it again. ``tell`` hears how far it has come.
    """
    known = _tables(now)
    rows = read_sheets(sheets, known)
    tell(Phase.CHECKING, 0)
    rows.problems[:0] = found_before
    with transaction.atomic():
        accepted, problems = check(rows, known, StoredChain(), tell)
        if problems:
            raise ImportRefused(problems)
        rows.tables.clear()  # a million rows need the memory that their facts have already
        imported = _store(accepted, Storer(by, reason, tell), dry_run=dry_run, derives_here=derives_here)
        if dry_run:
            transaction.set_rollback(True)
    return imported


def _tables(now: dt.datetime) -> dict[str, Table]:
    countries = Country.objects.filter(kind="country").values_list("code", flat=True)
    return tables(now=now, countries=frozenset(countries))


def _store(accepted: Accepted, storer: Storer, *, dry_run: bool, derives_here: bool) -> Imported:
    storer.store(accepted)
    counts, first, last = accepted.counts(), storer.first, storer.last
    if first is None or last is None:
        return Imported(counts, accepted.unchanged, findings=0)
    derivation = f"import-{first}-{last}"
    if dry_run or derives_here:
        hand_over(derivation, storer.fresh(accepted))
    if dry_run:
        lots = affected_by(first, last, derivation)
        found = derive(lots=lots, by=storer.by, reason=storer.reason, name=derivation, tell=storer.tell)
        return Imported(counts, accepted.unchanged, derivation, found.opened)
    enqueue(kind=REDERIVE, key=derivation, payload={"first": first, "last": last, "name": derivation})
    return Imported(counts, accepted.unchanged, derivation)
