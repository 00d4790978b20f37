"""Naming questions for events, and giving the names up."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from ledger.domain.actor import Actor
from ledger.services import Change, record
from traceability.exceptions import NameTaken
from traceability.models import NamedQuery

#: More names than these nobody keeps in mind.
MOST_QUERIES = 1_000


def name_query(*, name: str, query: dict[str, Any], by: Actor) -> NamedQuery:
    """Name a question that can be read. Raises NameTaken."""
    if NamedQuery.objects.count() >= MOST_QUERIES:
        raise NameTaken(f"There are {MOST_QUERIES} named queries, and no more may be; delete one first.")
    named = NamedQuery(name=name, query=query, by=by.public_id)
    try:
        with transaction.atomic():
            named.save(force_insert=True)
            record(by=by, change=Change("create", "epcis_query", name, None, {"query": query}))
    except IntegrityError as error:
        raise NameTaken(f"There is a query {name!r} already; delete it first, or choose another name.") from error
    return named


@transaction.atomic
def forget_query(*, named: NamedQuery, by: Actor) -> None:
    """Give a name up; that it was there stays in the log."""
    record(by=by, change=Change("delete", "epcis_query", named.name, {"query": named.query}, None))
    named.delete()
