"""What pages say of claims: the two shares of a lot beside each other, and the accounts of a site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone

from registry.models import Facility
from registry.parts import Link, ProofMark
from registry.paths import facility_path, lot_path
from registry.templatetags.seam import kg
from registry.wording import country_names
from traceability.chains import LotChain
from traceability.domain.claims import BY_ACCOUNT, About, Standing, in_kg
from traceability.domain.vocabulary import CustodyModel
from traceability.models import Claim, Credit, Lot
from traceability.pages.claims import (
    AccountSum,
    ClaimLine,
    ClaimNote,
    CreditLine,
    PeriodAccount,
    ShareRow,
    Shares,
    about_words,
    element_words,
)
from traceability.pages.lot import MASKED
from traceability.selectors.claims import (
    Coverage,
    account_sums,
    born_at,
    can_see_site,
    claims_of,
    claims_on,
    credits_of,
    sites_seen,
)
from traceability.selectors.visibility import can_view_all, get_parties

_NO_LINK = ""


def shares_of(chain: LotChain, keys: Mapping[str, int], user: Any, countries: Mapping[str, str]) -> Shares:
    """Physical and claimed share of a lot, for the element its page is about. ``keys`` are those of its path."""
    lot, by_account = chain.lot, CustodyModel(chain.lot.custody_model) in BY_ACCOUNT
    physical: dict[str, Decimal] = {}
    for origin in chain.origins(lot.lot_id):
        physical[origin.country or ""] = physical.get(origin.country or "", Decimal(0)) + origin.share
    if not by_account:
        rows = [ShareRow(_country(code, countries), share, share) for code, share in physical.items()]
        return Shares(tuple(rows), (), by_account, _booked_above(keys, lot), _sites(lot, user))
    claims = [claim for claim in claims_on(lot) if claim.credit.element == (chain.element or "")]
    coverage = Coverage()
    rows = _account_rows(physical, claims, chain.mass(lot.lot_id), coverage, countries)
    notes = tuple(_note(claim, coverage, user, countries) for claim in claims)
    return Shares(tuple(rows), notes, by_account, sites=_sites(lot, user))


def masked_shares(shares: Shares) -> Shares:
    """The same without masses."""
    rows = (ShareRow(row.name, row.physical, row.claimed, MASKED, row.uncovered) for row in shares.rows)
    notes = (
        ClaimNote(MASKED, note.element, note.about, note.site, note.first, note.last, note.factor, note.factor_source,
                  "Part of it is not covered." if note.gap else "", note.proof)
        for note in shares.notes
    )  # fmt: skip
    return Shares(tuple(rows), tuple(notes), shares.by_account, shares.warning, shares.sites)


def accounts_of(facility: Facility) -> tuple[PeriodAccount, ...]:
    """The credits of a site by period, claim and element, the newest period first."""
    credits, countries, coverage = credits_of(facility), country_names(), Coverage()
    claims, today = claims_of(credits), timezone.localdate()
    found = []
    for key, rows in groupby(sorted(credits, key=_account), key=_account):
        lines = tuple(_line(row, claims.get(row.pk, []), coverage.standing(row), today, countries) for row in rows)
        found.append(PeriodAccount(dt.date.fromordinal(-key[0]), key[1], lines[0].about, lines[0].element, lines))
    return tuple(found)


def accounts_seen(user: Any) -> Iterator[AccountSum]:
    """The accounts that someone sees, over all sites."""
    countries, today = country_names(), timezone.localdate()
    for row in account_sums(user)[:_MOST_ACCOUNTS]:
        yield AccountSum(
            site=Link(row["facility__name"], _account_path(row["facility__facility_id"])),
            country=countries.get(row["facility__country"], row["facility__country"]),
            operator=row["facility__operator__name"] or "",
            first=row["period_from"],
            last=row["period_until"],
            about=about_words(About(row["country"], row["scheme"]), countries),
            element=element_words(row["element"]),
            booked=in_kg(row["booked"]),
            usable=in_kg(row["usable"]),
            used=in_kg(row["used"]),
            left=in_kg(row["usable"] - row["used"]),
            is_expired=today > row["usable_until"],
        )


def can_see_accounts(user: Any) -> bool:
    """Whether there can be a site whose account someone sees."""
    return can_view_all(user) or bool(get_parties(user))


def sites_without_account(user: Any) -> list[Link]:
    """The sites of someone's parties that have booked nothing yet; not for those who see all sites there are."""
    if can_view_all(user):
        return []
    empty = sites_seen(user).exclude(pk__in=Credit.objects.standing().values("facility")).order_by("name")
    return [Link(site.name, site_path(site)) for site in empty[:_MOST_ACCOUNTS]]


def site_path(facility: Facility) -> str:
    return _account_path(facility.facility_id)


def _account_path(facility_id: str) -> str:
    return f"{facility_path(facility_id)}account/"


def _sites(lot: Lot, user: Any) -> tuple[Link, ...]:
    """The ways to the accounts of where a lot was made and where it lies."""
    if not getattr(user, "is_authenticated", False):
        return ()
    places = {place.pk: place for place in (born_at(lot)[0], lot.state.place)}
    return tuple(Link(place.name, site_path(place)) for place in places.values() if can_see_site(user, place))


def _account(credit: Credit) -> tuple[int, dt.date, str, str, str]:
    return (-credit.period_from.toordinal(), credit.period_until, credit.country, credit.scheme, credit.element)


def _line(
    credit: Credit, claims: Sequence[Claim], standing: Standing, today: dt.date, countries: Mapping[str, str]
) -> CreditLine:
    origin = Link(credit.lot.lot_id, lot_path(credit.lot.lot_id)) if credit.lot else Link(credit.certificate, _NO_LINK)
    return CreditLine(
        credit_id=credit.credit_id,
        origin=origin,
        about=about_words(credit.about, countries),
        element=element_words(credit.element),
        booked=credit.in_kg,
        factor=credit.factor,
        factor_source=credit.factor_source,
        usable=in_kg(credit.out_mg),
        used=in_kg(credit.used_mg),
        left=in_kg(standing.left_mg(today)),
        expired=in_kg(standing.expired_mg(today)),
        usable_until=credit.usable_until,
        gap=_gap(credit, standing),
        claims=tuple(
            ClaimLine(claim.claim_id, Link(claim.lot.lot_id, lot_path(claim.lot.lot_id)), claim.kg, claim.at.date())
            for claim in claims
        ),
        proof=ProofMark(credit.recorded_entry_id),
    )


def _account_rows(
    physical: Mapping[str, Decimal], claims: Sequence[Claim], held: Decimal | None, coverage: Coverage,
    countries: Mapping[str, str],
) -> list[ShareRow]:  # fmt: skip
    claimed: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        claimed.setdefault((claim.credit.country, claim.credit.scheme), []).append(claim)
    rows = []
    origins = [(code, "") for code in physical]
    for country, scheme in [*origins, *(key for key in claimed if key not in origins)]:
        mine = claimed.get((country, scheme), [])
        total = sum((claim.kg for claim in mine), Decimal(0))
        covered = sum((coverage.covered_kg(claim) for claim in mine), Decimal(0))
        share = total / held if mine and held else None
        name = scheme or _country(country, countries)
        rows.append(ShareRow(name, None if scheme else physical.get(country, Decimal(0)), share,
                             total if mine else None, _part(total - covered, held)))  # fmt: skip
    return rows


def _part(kg: Decimal, held: Decimal | None) -> Decimal:
    return kg / held if held else Decimal(0)


def _note(claim: Claim, coverage: Coverage, user: Any, countries: Mapping[str, str]) -> ClaimNote:
    credit = claim.credit
    site = Link(credit.facility.name, site_path(credit.facility) if can_see_site(user, credit.facility) else _NO_LINK)
    return ClaimNote(
        kg=claim.kg,
        element=element_words(credit.element),
        about=about_words(credit.about, countries),
        site=site,
        first=credit.period_from,
        last=credit.period_until,
        factor=credit.factor,
        factor_source=credit.factor_source,
        gap=_gap(credit, coverage.standing(credit)),
        proof=ProofMark(claim.recorded_entry_id),
    )


def _gap(credit: Credit, standing: Standing) -> str:
    """Why a credit does not hold in full any more, in a sentence; empty where it does."""
    if not standing.uncovered_mg or credit.lot is None:
        return ""
    return (
        f"{kg(credit.in_kg)} kg were booked from lot {credit.lot.lot_id}; by the reports and claims as they stand now "
        f"{kg(in_kg(standing.carried_mg))} kg of it count, {kg(in_kg(standing.uncovered_mg))} kg too little."
    )


def _booked_above(keys: Mapping[str, int], lot: Lot) -> str:
    """Why a lot cannot claim all of its physical share: something on its path was booked into an account."""
    booked = Credit.objects.standing().filter(lot__in=list(keys.values())[:_MOST]).select_related("lot", "facility")
    found = next((credit for credit in booked if credit.lot_id != lot.pk), None)
    if found is None or found.lot is None:
        return ""
    return (
        f"{kg(found.in_kg)} kg of {element_words(found.element)} in lot {found.lot.lot_id}, which this lot was made "
        f"of, are booked into the account of {found.facility.name}: what is claimed there cannot be claimed here too."
    )


_MOST_ACCOUNTS = 500
#: Lots of a path that are looked up in one statement.
_MOST = 8_000


def _country(code: str, countries: Mapping[str, str]) -> str:
    return countries.get(code, code) or "Unknown"


def record_path(facility: Facility) -> str:
    return reverse("traceability:facility-record", args=[facility.facility_id])
