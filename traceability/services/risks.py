"""Publishing lists of risks: a new version supersedes the last, which stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.services import Change, record
from traceability.domain.risks import Entry
from traceability.exceptions import BadRiskList
from traceability.live import risk_list_state
from traceability.models import RiskList


@transaction.atomic
def publish_risk_list(
    *, code: str, title: str, published_on: dt.date, source_title: str, source_url: str, entries: Sequence[Entry],
    by: Actor,
) -> RiskList:  # fmt: skip
    """Record a version of a list; the same content again changes nothing. Raises BadRiskList for what cannot be kept,
    and for a version that is older than the one on record."""
    last: RiskList | None = RiskList.objects.current().select_for_update().filter(code=code).first()
    fresh = RiskList(
        code=code,
        version=last.version + 1 if last else 1,
        title=title.strip(),
        published_on=published_on,
        source_title=source_title.strip(),
        source_url=source_url,
        entries=[entry.to_json() for entry in entries],
        added_by=by.public_id,
        added_at=timezone.now(),
    )
    _check(fresh, last)
    before = risk_list_state(last) if last else None
    if last is not None and before == {**risk_list_state(fresh), "version": last.version}:
        return last
    change = Change("publish", "risklist", code, before, risk_list_state(fresh))
    fresh.recorded_entry = record(by=by, change=change, reason=f"version {fresh.version}")
    if last is not None:
        RiskList.objects.filter(pk=last.pk).update(superseded_entry=fresh.recorded_entry)
    fresh.save(force_insert=True)
    return fresh


def _check(fresh: RiskList, last: RiskList | None) -> None:
    if last is not None and fresh.published_on < last.published_on:
        raise BadRiskList(
            f"Version {last.version} on record was published on {last.published_on}, after the day given; "
            "an older version cannot supersede it."
        )
    try:
        fresh.clean_fields(exclude=["recorded_entry", "superseded_entry", "entries"])
    except ValidationError as error:
        sentences = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise BadRiskList("; ".join(sentences)) from None
