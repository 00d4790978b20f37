"""Reading findings: the newest row of each, all states."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from ledger.models import Entry
from traceability.exceptions import UnknownLot
from traceability.models import Finding, Lot
from traceability.rows import among


def get_findings(*, lot_id: str | None = None) -> list[dict[str, Any]]:
    """The contract's JSON of findings, by event, code and lot; those decided have a ``reason``. Raises UnknownLot."""
    if lot_id is not None and not Lot.objects.filter(lot_id=lot_id).exists():
        raise UnknownLot(lot_id)
    rows = current_findings() if lot_id is None else current_findings().filter(lot__lot_id=lot_id)
    columns = ("code", "severity", "event__event_id", "lot__lot_id", "message", "state", "reason")
    keys = ("code", "severity", "event_id", "lot_id", "message", "state", "reason")
    ordered = rows.order_by("event__occurred_at", "event__event_id", "code", "lot__lot_id")
    found = [dict(zip(keys, row, strict=True)) for row in ordered.values_list(*columns)]
    return [{key: value for key, value in one.items() if value or key != "reason"} for one in found]


def current_findings() -> QuerySet[Finding]:
    found: QuerySet[Finding] = Finding.objects.current()
    return found


def findings_on(lots: Collection[int]) -> QuerySet[Finding]:
    return current_findings().filter(lot__in=among(lots))


def count_opened(derivation: str) -> int:
    """How many findings the derivations of one name have opened, by the log."""
    if not derivation:
        return 0
    entries = Entry.objects.filter(object_type="findings", object_id=derivation)
    return sum(len(json.loads(after)["opened"]) for after in entries.values_list("after", flat=True))
