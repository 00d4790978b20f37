"""Digests: all that waited, in one message at seven in the morning where the reader is; none that is empty."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from alerts.choices import Cadence
from alerts.domain.digests import newest_period
from alerts.models import Delivery, Endpoint, Match
from alerts.services.sending import ask_to_send
from jobs.registry import Payload, handler, periodic

#: Whose waiting matches come with which digest; what waited when its reader chose "at once" comes with the daily one.
_COMES_WITH = {
    Cadence.DAILY: [Cadence.DAILY.value, Cadence.INSTANT.value],
    Cadence.WEEKLY: [Cadence.WEEKLY.value],
}


@handler("alerts.digests", urgent=False)
def make_digests(payload: Payload) -> None:
    make_due()


periodic("alerts.digests", seconds=60)


def make_due() -> int:
    """Make the digests that are due now; returns how many."""
    waiting = Match.objects.filter(delivery=None).values_list("endpoint_id", flat=True).distinct()
    return sum(_make(endpoint, cadence) for endpoint in list(waiting) for cadence in _COMES_WITH)


@transaction.atomic
def _make(key: int, cadence: Cadence) -> bool:
    """One digest of one endpoint. The day names it: made twice, it is the same one."""
    endpoint = Endpoint.objects.select_for_update(of=("self",)).select_related("contact").get(pk=key)
    now = timezone.now()
    period = newest_period(cadence, endpoint.contact.time_zone, now)
    matches = Match.objects.filter(
        endpoint=endpoint,
        delivery=None,
        subscription__cadence__in=_COMES_WITH[cadence],
        created_at__lte=period.until,
    )
    if not matches.exists():
        return False
    delivery, is_new = Delivery.objects.get_or_create(endpoint=endpoint, key=period.key, defaults={"due_at": now})
    if not is_new:
        # the clock was set back over the morning: what came since waits for the next one
        return False
    Match.objects.filter(pk__in=list(matches.values_list("pk", flat=True))).update(delivery=delivery)
    ask_to_send(now)
    return True
