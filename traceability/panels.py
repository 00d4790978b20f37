"""What lots there are behind a country, an instrument, a mineral or a search, and the account of a facility: fragments
for pages of other apps."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.dispatch import receiver
from django.template.loader import render_to_string

from registry.domain.instruments import InstrumentState
from registry.models import Facility, InstrumentVersion, Party
from registry.paths import lot_path
from registry.signals import Panel, Subject, asking_panels
from registry.wording import country_names
from traceability.claiming import site_path
from traceability.domain.borders import JUDGED
from traceability.domain.exposure import Reach
from traceability.domain.vocabulary import FindingState, Verdict
from traceability.listing import lots_named
from traceability.models import BorderVerdict, Credit, Finding, Lot, LotState
from traceability.pages.words import FINDING_TITLES, VERDICT_WORDS
from traceability.selectors.claims import can_see_site
from traceability.selectors.exposure import get_exposure
from traceability.selectors.holds import standing_holds
from traceability.selectors.visibility import can_import, can_view_all, get_lots

_MOST = 12


@receiver(asking_panels, dispatch_uid="traceability.panels")
def answer_panels(sender: Any, subject: Subject, user: Any, **kwargs: Any) -> Panel | None:
    answer = {
        "country": _country,
        "facility": _facility,
        "instrument": _instrument,
        "mineral": _mineral,
        "search": _search,
        "desk": _desk,
    }.get(subject.kind)
    return answer(subject.public_id, user) if answer else None


def _panel(title: str, template: str, context: dict[str, Any], order: int = 30) -> Panel:
    return Panel(title, render_to_string(f"traceability/panels/{template}.html", context), order)


def _country(code: str, user: Any) -> Panel | None:
    """Lots that lie in a country, or crossed one of its borders."""
    seen = get_lots(user)
    passed = Q(lines__event__facility__country=code) | Q(lines__event__to_facility__country=code)
    lots = seen.filter(Q(state__place__country=code) | passed).distinct()
    if not (count := lots.count()):
        return None
    here = LotState.objects.filter(lot__in=seen, place__country=code, is_held=True).count()
    context = {"count": count, "here": here, "violations": _violated(lots), "code": code}
    return _panel("Lots", "country", {**context, "sees_all": can_view_all(user)})


def _facility(facility_id: str, user: Any) -> Panel | None:
    """The way to the account of a site, for those who see it."""
    facility = Facility.objects.filter(facility_id=facility_id).first()
    if facility is None or not can_see_site(user, facility):
        return None
    booked = Credit.objects.standing().filter(facility=facility).count()
    return _panel("Account", "facility", {"booked": booked, "href": site_path(facility)}, 60)


def _violated(lots: QuerySet[Lot]) -> int:
    found = Finding.objects.current().filter(lot__in=lots, state=FindingState.OPEN.value, severity="violation")
    count: int = found.values("lot").distinct().count()
    return count


def _instrument(instrument_id: str, user: Any) -> Panel | None:
    """Shipments that its measures speak of, and held lots that they touch."""
    version = InstrumentVersion.objects.filter(instrument__instrument_id=instrument_id, superseded_entry=None).first()
    if version is None:
        return None
    state = InstrumentState.from_json(version.content)
    measures = [measure for measure in state.measures if measure.code in JUDGED]
    if not measures:
        return None
    seen = get_lots(user)
    verdicts = BorderVerdict.objects.current().filter(instrument_id=instrument_id, lot__in=seen)
    shipped = [
        (lot_path(each.lot.lot_id), each, VERDICT_WORDS[Verdict(each.verdict)])
        for each in verdicts.select_related("lot", "event").order_by("event__occurred_at", "lot__lot_id")
    ]
    public_only = not can_view_all(user)
    exposures = [get_exposure(Reach.of(measure), public_only=public_only) for measure in measures]
    exposed = {one.lot.lot_id: one for exposure in exposures for one in exposure.lots}
    held = sorted(exposed.values(), key=lambda one: (-one.lot.kg, one.lot.lot_id))
    parties = dict(
        Party.objects.filter(party_id__in=[one.lot.holder for one in held[:_MOST]]).values_list("party_id", "name")
    )
    countries = country_names()
    rows = [
        (lot_path(one.lot.lot_id), one, parties.get(one.lot.holder, one.lot.holder), _name(countries, one.lot.country))
        for one in held[:_MOST]
    ]
    if not shipped and not rows:
        return None
    context = {"shipped": shipped, "held": rows, "more": max(0, len(held) - _MOST)}
    return _panel("Lots touched", "instrument", context, 20)


def _name(countries: dict[str, str], code: str | None) -> str:
    return countries.get(code or "", code or "not stated")


def _mineral(code: str, user: Any) -> Panel | None:
    lots = get_lots(user).filter(mineral=code)
    if not (count := lots.count()):
        return None
    return _panel("Lots", "mineral", {"count": count, "violations": _violated(lots), "code": code})


def _desk(person: str, user: Any) -> Panel | None:
    """What waits for whoever sees every lot: open findings, standing holds, the way to import."""
    if not can_view_all(user):
        return None
    found = Finding.objects.current().filter(state=FindingState.OPEN.value).select_related("lot", "event")
    is_violation = Q(severity="violation")
    counts = found.order_by().aggregate(
        violations=Count("pk", filter=is_violation), warnings=Count("pk", filter=~is_violation)
    )
    context = {
        **counts,
        "newest": [
            (lot_path(one.lot.lot_id), one, FINDING_TITLES[one.code]) for one in found.order_by("-opened_at")[:6]
        ],
        "holds": [(lot_path(one.lot.lot_id), one) for one in standing_holds()[:6]],
        "may_import": can_import(user),
    }
    return _panel("Lots", "desk", context)


def _search(words: str, user: Any) -> Panel | None:
    found = lots_named(get_lots(user), words)
    lots = list(found.select_related("mineral", "state__holder")[: _MOST + 1])
    if not lots:
        return None
    rows = [(lot_path(lot.lot_id), lot) for lot in lots[:_MOST]]
    return _panel("Lots", "search", {"rows": rows, "more": len(lots) > _MOST, "words": words}, 10)
