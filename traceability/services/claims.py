"""Keeping the accounts of sites: booking credits in, claiming them for lots, and withdrawing either."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.services import Change, record
from registry.models import Country, Facility
from registry.wording import country_names
from traceability.domain.claim_rules import ASSIGNMENT_RULES, BOOKING_RULES, Assignment, Booking, broken
from traceability.domain.claims import About, BadMass, ClaimState, CreditKind, down_to_mg, to_mg, usable_mg
from traceability.domain.elements import is_element
from traceability.domain.precision import precisely
from traceability.domain.vocabulary import CustodyModel
from traceability.exceptions import BadClaim
from traceability.live import claim_state, credit_state
from traceability.models import Claim, Credit, Lot
from traceability.selectors.claims import (
    Coverage,
    booked_along,
    booked_of,
    born_at,
    claims_on,
    element_kg,
    overlapping,
    part_arrived,
)

R = TypeVar("R", Credit, Claim)
#: Any number that nothing else locks: lots of one path are booked one after the other.
_LOCK = 22095_2


@transaction.atomic
def book_credit(
    *, facility: Facility, lot: Lot | None, about: About, element: str, kg: Decimal, first: dt.date, last: dt.date,
    usable_until: dt.date | None, factor: Decimal, factor_source: str, certificate: str = "", by: Actor,
) -> Credit:  # fmt: skip
    """Book input of a site and period in: from a lot that was received there, or, without one, from a certificate.

    ``kg`` is the mass of the element (empty: of dry mass) that is as ``about`` says; ``factor`` is output per input.
    Raises BadClaim with a sentence for each rule that does not hold.
    """
    _one_booking_at_a_time()
    credit = Credit(
        kind=(CreditKind.RECEIPT if lot else CreditKind.CERTIFICATE).value,
        facility=facility,
        period_from=first,
        period_until=last,
        usable_until=usable_until or last,
        lot=lot,
        certificate=certificate.strip(),
        country=about.country,
        scheme=about.scheme.strip(),
        element=element,
        in_mg=_milligrams(kg),
        factor=factor,
        factor_source=factor_source.strip(),
        out_mg=usable_mg(_milligrams(kg), factor),
        by=by.public_id,
        at=timezone.now(),
    )
    _check_words(credit)
    if sentences := broken(BOOKING_RULES, _booking(credit)):
        raise BadClaim(" ".join(sentences))
    credit.recorded_entry = record(by=by, change=Change("book", "credit", credit.credit_id, None, credit_state(credit)))
    credit.save(force_insert=True)
    return credit


@transaction.atomic
def assign_credit(*, credit: Credit, lot: Lot, kg: Decimal, by: Actor) -> Claim:
    """Claim some of a credit's output for a lot made at the site. Raises BadClaim with a sentence for each rule that
    does not hold."""
    lot = Lot.objects.select_for_update().get(pk=lot.pk)
    held = _locked(credit)
    asked = _assignment(held, lot, _milligrams(kg))
    if sentences := broken(ASSIGNMENT_RULES, asked):
        raise BadClaim(" ".join(sentences))
    claim = Claim(credit=held, lot=lot, mg=asked.mg, by=by.public_id, at=timezone.now())
    claim.recorded_entry = record(by=by, change=Change("assign", "claim", claim.claim_id, None, claim_state(claim)))
    claim.save(force_insert=True)
    # The constraint of the table stands behind the rule: no two statements use the same milligram.
    Credit.objects.filter(pk=held.pk).update(used_mg=F("used_mg") + claim.mg)
    return claim


@transaction.atomic
def withdraw_claim(*, claim: Claim, by: Actor, reason: str) -> Claim:
    """Take a claim back; what it used of its credit is free again. Raises BadClaim without a reason, or where it does
    not stand any more."""
    row: Claim | None = (
        Claim.objects.standing().select_for_update(of=("self",)).select_related("credit", "lot")
        .filter(claim_id=claim.claim_id).first()
    )  # fmt: skip
    if row is None:
        raise BadClaim("This claim is withdrawn already.")
    before, old = claim_state(row), row.pk
    _withdraw(row, reason)
    row.recorded_entry = record(
        by=by, change=Change("withdraw", "claim", row.claim_id, before, claim_state(row)), reason=reason
    )
    Claim.objects.filter(pk=old).update(superseded_entry=row.recorded_entry)
    row.save(force_insert=True)
    Credit.objects.filter(pk=row.credit_id).update(used_mg=F("used_mg") - row.mg)
    return row


@transaction.atomic
def withdraw_credit(*, credit: Credit, by: Actor, reason: str) -> Credit:
    """Take a credit back that nothing claims any more. Raises BadClaim without a reason, or while claims stand."""
    row = _locked(credit)
    if row.used_mg:
        raise BadClaim("Lots claim this credit; withdraw those claims first.")
    before, old = credit_state(row), row.pk
    _withdraw(row, reason)
    row.recorded_entry = record(
        by=by, change=Change("withdraw", "credit", row.credit_id, before, credit_state(row)), reason=reason
    )
    Credit.objects.filter(pk=old).update(superseded_entry=row.recorded_entry)
    row.save(force_insert=True)
    return row


def _withdraw(row: R, reason: str) -> None:
    if not reason.strip():
        raise BadClaim("Say why it is withdrawn; the log keeps it.")
    row.pk, row._state.adding = None, True
    row.state, row.withdrawn_because = ClaimState.WITHDRAWN.value, reason.strip()


def _locked(credit: Credit) -> Credit:
    """A credit that stands, until the end of the transaction nobody else's to use."""
    rows = Credit.objects.standing().select_for_update(of=("self",)).select_related("facility", "lot")
    row: Credit | None = rows.filter(credit_id=credit.credit_id).first()
    if row is None:
        raise BadClaim("This credit is withdrawn.")
    return row


@precisely
def _booking(credit: Credit) -> Booking:
    """What is known of a credit's lot, as the rules ask for it."""
    asked = {
        "kind": CreditKind(credit.kind), "site": credit.facility.name, "element": credit.element,
        "about": credit.about.words(country_names().get(credit.country, "")),
        "first": credit.period_from, "last": credit.period_until,
        "usable_until": credit.usable_until, "in_mg": credit.in_mg, "factor": credit.factor,
        "factor_source": credit.factor_source, "scheme": credit.scheme, "certificate": credit.certificate,
    }  # fmt: skip
    lot, about, element = credit.lot, credit.about, credit.element
    if lot is None:
        return Booking(lot="", **asked)
    coverage = Coverage()
    carried = coverage.carried_mg(lot, about, element)
    arrived = part_arrived(lot, credit.facility, credit.period_from, credit.period_until)
    booked = booked_of(lot, about, element)
    there = overlapping(booked, credit.facility, credit.period_from, credit.period_until)
    return Booking(
        lot=lot.lot_id,
        carried_mg=carried,
        arrived_mg=down_to_mg(carried * arrived / 1_000_000),
        booked_mg=sum(one.in_mg for one in booked),
        booked_there_mg=sum(one.in_mg for one in there),
        along=booked_along(lot, about, element, coverage),
        **asked,
    )


def _assignment(credit: Credit, lot: Lot, mg: int) -> Assignment:
    place, day = born_at(lot)
    mine = [
        claim for claim in claims_on(lot)
        if claim.credit.element == credit.element and claim.credit.scheme == credit.scheme
    ]  # fmt: skip
    return Assignment(
        kind=_strictest(credit),
        site=credit.facility.name,
        lot=lot.lot_id,
        model=CustodyModel(lot.custody_model),
        element=credit.element,
        mg=mg,
        left_mg=credit.out_mg - credit.used_mg,
        first=credit.period_from,
        usable_until=credit.usable_until,
        born_on=day,
        born_at=place.name,
        is_there=place.pk == credit.facility_id,
        held_mg=down_to_mg(element_kg(lot, credit.element)),
        claimed_mg=sum(claim.mg for claim in mine),
    )


def _strictest(credit: Credit) -> CreditKind:
    """What is booked from a lot of the model book and claim rests on a certificate, like that lot's own claims."""
    without_material = credit.lot is None or credit.lot.custody_model == CustodyModel.BOOK_AND_CLAIM
    return CreditKind.CERTIFICATE if without_material else CreditKind.RECEIPT


def _check_words(credit: Credit) -> None:
    if bool(credit.country) == bool(credit.scheme):
        raise BadClaim("Say either which country it is from, or which scheme it meets.")
    if credit.country and not Country.objects.filter(pk=credit.country).exclude(kind="body").exists():
        raise BadClaim(f"{credit.country!r} is no country on record: write its ISO code, such as VN.")
    if credit.element and not is_element(credit.element):
        raise BadClaim(f"{credit.element!r} is no element; write a symbol such as Nd, or nothing for dry mass.")
    taken = Credit.objects.standing().filter(kind=CreditKind.CERTIFICATE.value, certificate=credit.certificate)
    if credit.kind == CreditKind.CERTIFICATE and credit.certificate and taken.exists():
        raise BadClaim(f"Certificate {credit.certificate} is booked already: a credit is never used twice.")


def _milligrams(kg: Decimal) -> int:
    try:
        return to_mg(kg)
    except BadMass as error:
        raise BadClaim(str(error)) from error


def _one_booking_at_a_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
