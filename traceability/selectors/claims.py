"""What credits and claims rest on: the lots they were booked from, as these stand after all corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from registry.models import Facility
from traceability import loading
from traceability.batches import batches
from traceability.domain.claims import BY_ACCOUNT, About, CreditKind, Standing, down_to_mg
from traceability.domain.mass import KG_PER_UNIT
from traceability.domain.pairs import pair_of
from traceability.domain.precision import precisely
from traceability.domain.trace import origins_of
from traceability.domain.vocabulary import CustodyModel, EventKind, MassBasis, Unit
from traceability.models import Claim, Credit, EventLine, Lot, LotState
from traceability.selectors.trace import walk_up
from traceability.selectors.visibility import can_view_all, get_parties


def can_see_site(user: Any, facility: Facility) -> bool:
    """Officers, auditors, and the people of whoever operates a site see its accounts."""
    return can_view_all(user) or (facility.operator_id is not None and facility.operator_id in get_parties(user))


def sites_seen(user: Any) -> QuerySet[Facility]:
    """The sites whose accounts someone sees."""
    sites = Facility.objects.all()
    return sites if can_view_all(user) else sites.filter(operator__in=get_parties(user))


def can_claim(user: Any, facility: Facility) -> bool:
    """Whoever sees the accounts of a site and may keep them."""
    if not getattr(user, "is_authenticated", False):
        return False
    return user.has_perm("traceability.record_claim") or (
        facility.operator_id is not None and facility.operator_id in get_parties(user)
    )


@precisely
def element_kg(lot: Lot, element: str) -> Decimal:
    """What a lot had of an element (empty: of dry mass) at its birth; 0 where no assay found any."""
    born: Decimal = lot.state.born_kg
    if not element:
        return born
    return born * (pair_of(lot.state.metals, element) or Decimal(0))


@precisely
def part_arrived(lot: Lot, facility: Facility, first: dt.date, last: dt.date) -> Decimal:
    """How much of a lot's birth mass was received at a site in a period, at most all of it."""
    day = dt.timedelta(days=1)
    around = (
        dt.datetime.combine(first, dt.time(), dt.UTC) - day,
        dt.datetime.combine(last, dt.time(), dt.UTC) + 2 * day,
    )
    lines = EventLine.objects.filter(
        lot=lot,
        event__kind=EventKind.RECEIVE.value,
        event__facility=facility,
        event__corrected_by=None,
        event__occurred_at__range=around,
    )
    kg, state = Decimal(0), lot.state
    columns = ("quantity", "unit", "basis", "event__occurred_at", "event__utc_offset_s")
    for quantity, unit, basis, at, offset in lines.values_list(*columns):
        # Which day it was is told by the event's own offset.
        if first <= (at + dt.timedelta(seconds=offset)).date() <= last:
            dry = state.dry_part if basis == MassBasis.WET else Decimal(1)
            kg += quantity * KG_PER_UNIT[Unit(unit)] * dry
    return min(Decimal(1), kg / state.born_kg) if state.born_kg else Decimal(0)


def same_account(about: About, element: str) -> Q:
    """Credits of the same claim and element."""
    return Q(country=about.country, scheme=about.scheme, element=element)


class Coverage:
    """What credits and claims rest on today. Each question is answered once; credits count in the order of their
    entries, so that two of them never hold each other up."""

    def __init__(self) -> None:
        self._granted: dict[tuple[int, About, str], dict[int, int]] = {}
        self._walks: dict[tuple[int, str], tuple[frozenset[int], dict[str, Decimal]]] = {}

    def standing(self, credit: Credit) -> Standing:
        """A credit as it stands: how much of what was booked in is there."""
        return Standing(credit.in_mg, credit.out_mg, credit.used_mg, self._carried_for(credit), credit.usable_until)

    @precisely
    def covered_kg(self, claim: Claim) -> Decimal:
        """What of a claim rests on material (or on a certificate)."""
        return claim.kg * self.standing(claim.credit).covered

    @precisely
    def carried_mg(self, lot: Lot, about: About, element: str, *, before: int | None = None) -> int:
        """What a whole lot carries of a claim: its physical share, or, where its model keeps accounts, what is claimed
        of it (by entries before a number)."""
        if CustodyModel(lot.custody_model) not in BY_ACCOUNT:
            share = Decimal(1) if about.scheme else self.countries(lot, element).get(about.country, Decimal(0))
            return down_to_mg(element_kg(lot, element) * share)
        claims = Claim.objects.standing().filter(lot=lot).select_related("credit__lot__state", "credit__facility")
        own = [
            claim for claim in claims
            if claim.credit.about == about and claim.credit.element == element
            and (before is None or claim.recorded_entry_id < before)
        ]  # fmt: skip
        return down_to_mg(sum((self.covered_kg(claim) for claim in own), Decimal(0)))

    def above(self, lot: Lot, element: str) -> frozenset[int]:
        """The keys of what a lot was made of."""
        return self._walk(lot, element)[0]

    def countries(self, lot: Lot, element: str) -> dict[str, Decimal]:
        """Physical shares of a lot by country of origin, exact; the unknown share under an empty name."""
        return self._walk(lot, element)[1]

    def _walk(self, lot: Lot, element: str) -> tuple[frozenset[int], dict[str, Decimal]]:
        key = (lot.pk, element)
        if key not in self._walks:
            walk = walk_up(lot.pk, element or None)
            countries: dict[str, Decimal] = {}
            for origin in origins_of(walk, lot.pk):
                countries[origin.country or ""] = countries.get(origin.country or "", Decimal(0)) + origin.share
            self._walks[key] = frozenset(walk.lots) - {lot.pk}, countries
        return self._walks[key]

    def _carried_for(self, credit: Credit) -> int:
        if credit.kind == CreditKind.CERTIFICATE or credit.lot is None:
            return credit.in_mg
        key = (credit.lot.pk, credit.about, credit.element)
        if key not in self._granted:
            self._granted[key] = self._grant(credit.lot, credit.about, credit.element)
        return self._granted[key].get(credit.pk, 0)

    @precisely
    def _grant(self, lot: Lot, about: About, element: str) -> dict[int, int]:
        """What each credit booked from a lot has of it, the earliest first."""
        credits = Credit.objects.standing().filter(same_account(about, element), lot=lot)
        found: list[tuple[Credit, int]] = []
        is_booked_above = CustodyModel(lot.custody_model) not in BY_ACCOUNT and booked_among(
            self.above(lot, element), about, element
        )
        for credit in credits.select_related("facility").order_by("recorded_entry"):
            carried = self.carried_mg(lot, about, element, before=credit.recorded_entry_id)
            arrived = part_arrived(lot, credit.facility, credit.period_from, credit.period_until)
            there = sum(mg for other, mg in found if _overlap(other, credit))
            left = min(down_to_mg(carried * arrived / 1_000_000) - there, carried - sum(mg for _other, mg in found))
            found.append((credit, 0 if is_booked_above else max(0, min(left, credit.in_mg))))
        return {credit.pk: mg for credit, mg in found}


def booked_among(lots: Collection[int], about: About, element: str) -> str:
    """A lot among some, by id, that credits of a claim are booked from; empty where there is none."""
    booked = Credit.objects.standing().filter(same_account(about, element))
    for batch in batches(lots):
        if found := booked.filter(lot__in=batch).values_list("lot__lot_id", flat=True).first():
            return str(found)
    return ""


def booked_along(lot: Lot, about: About, element: str, coverage: Coverage) -> str:
    """A lot before or after one on its path that is booked for the same claim by its physical share."""
    if CustodyModel(lot.custody_model) in BY_ACCOUNT or not Credit.objects.standing().exists():
        return ""
    if above := booked_among(coverage.above(lot, element), about, element):
        return above
    below = loading.descendants({lot.pk}) - {lot.pk}
    by_account = [model.value for model in BY_ACCOUNT]
    booked = Credit.objects.standing().filter(same_account(about, element)).exclude(lot__custody_model__in=by_account)
    for batch in batches(below):
        if found := booked.filter(lot__in=batch).values_list("lot__lot_id", flat=True).first():
            return str(found)
    return ""


def booked_of(lot: Lot, about: About, element: str) -> list[Credit]:
    """The standing credits of a claim that are booked from a lot, wherever."""
    return list(Credit.objects.standing().filter(same_account(about, element), lot=lot))


def claims_on(lot: Lot) -> list[Claim]:
    """What is claimed of a lot, the newest first."""
    rows = Claim.objects.standing().filter(lot=lot)
    return list(rows.select_related("credit__facility", "credit__lot__state", "lot", "recorded_entry"))


def credits_of(facility: Facility) -> list[Credit]:
    """The standing credits of a site, the newest period first."""
    rows = Credit.objects.standing().filter(facility=facility)
    return list(rows.select_related("lot__state", "facility").order_by("-period_from", "country", "scheme", "pk"))


def account_sums(user: Any) -> Any:
    """The accounts that someone sees, one a site, period, claim and element, the newest period first; in milligrams."""
    rows = Credit.objects.standing().filter(facility__in=sites_seen(user)).order_by()
    named = rows.values(
        "facility__facility_id", "facility__name", "facility__country", "facility__operator__name", "period_from",
        "period_until", "usable_until", "country", "scheme", "element",
    )  # fmt: skip
    sums = named.annotate(booked=Sum("in_mg"), usable=Sum("out_mg"), used=Sum("used_mg"), credits=Count("pk"))
    return sums.order_by("-period_from", "facility__name", "element", "country", "scheme")


def claims_of(credits: Collection[Credit]) -> dict[int, list[Claim]]:
    """The standing claims on some credits, by the key of the credit."""
    found: dict[int, list[Claim]] = {}
    for batch in batches([credit.pk for credit in credits]):
        for claim in Claim.objects.standing().filter(credit__in=batch).select_related("lot"):
            found.setdefault(claim.credit_id, []).append(claim)
    return found


def born_at(lot: Lot) -> tuple[Facility, dt.date]:
    """Where and on which day a lot was made."""
    state: LotState = lot.state
    event = state.born_in
    return event.facility, event.local_time.date()


def overlapping(credits: Collection[Credit], facility: Facility, first: dt.date, last: dt.date) -> list[Credit]:
    """Of some credits those of a site whose period shares a day with another."""
    return [
        credit for credit in credits
        if credit.facility_id == facility.pk and credit.period_from <= last and first <= credit.period_until
    ]  # fmt: skip


def _overlap(one: Credit, other: Credit) -> bool:
    return bool(overlapping([one], other.facility, other.period_from, other.period_until))
