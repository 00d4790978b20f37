"""Rules of mines: no more than they can, and only with a licence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from traceability.domain.chain import Step
from traceability.domain.facts import FacilityFact
from traceability.domain.precision import exceeds, plain, precisely
from traceability.domain.rules.base import CONTRACT, OECD, Case, Found, Rule
from traceability.domain.vocabulary import EventKind, FindingCode

_KG_A_TONNE = Decimal(1000)


class OverCapacity(Rule):
    """A mine commissions more in a calendar year, in wet mass, than its capacity.

    With event {event} the mine {facility} has commissioned {total_t} t in {year}; its capacity is {capacity_t} t a
    year.
    """

    code = FindingCode.OVER_CAPACITY
    title = "More mined than the mine can"
    source = f"{CONTRACT}; {OECD}, 3T supplement (red flag: volumes out of keeping with known output)"

    def find(self, case: Case) -> Iterator[Found]:
        years: dict[tuple[str, int], list[Step]] = defaultdict(list)
        for step, facility in _commissions(case):
            if facility.capacity_t_per_year is not None:
                years[facility.facility_id, step.event.occurred_at.year].append(step)
        for (facility_id, year), steps in years.items():
            capacity = case.chain.facilities[facility_id].capacity_t_per_year or Decimal(0)
            crossing = self._first_over(case, steps, capacity)
            if crossing:
                step, total = crossing
                words = {"total_t": plain(total / _KG_A_TONNE), "capacity_t": plain(capacity), "year": str(year)}
                yield self.found(step.event.event_id, step.first_output, facility=facility_id, **words)

    @precisely
    def _first_over(self, case: Case, steps: list[Step], capacity_t: Decimal) -> tuple[Step, Decimal] | None:
        total = Decimal(0)
        for step in steps:
            total += sum((case.chain.wet(line) for line in step.event.lines), Decimal(0))
            if exceeds(total, capacity_t * _KG_A_TONNE):
                return step, total
        return None


class LicenceInvalid(Rule):
    """A mine commissions a lot on a day outside its licence; the licence's first and last day belong to it.

    Lot {lot} was commissioned on {day} at {facility}, whose licence {licence} runs {period}.
    """

    code = FindingCode.LICENCE_INVALID
    title = "Mined without a valid licence"
    source = f"{CONTRACT}; {OECD}, step 2 (legality of extraction)"

    def find(self, case: Case) -> Iterator[Found]:
        for step, facility in _commissions(case):
            if _is_licensed(step, facility):
                continue
            licence, period = facility.licence_number or "(number not stated)", _period(facility)
            for lot_id in sorted(lot for lot, _kg in step.born()):
                words = {"facility": facility.facility_id, "licence": licence, "period": period}
                yield self.found(step.event.event_id, lot_id, day=step.event.day, **words)


def _commissions(case: Case) -> Iterator[tuple[Step, FacilityFact]]:
    for step in case.chain.steps.values():
        facility = case.chain.facilities.get(step.event.facility_id)
        if step.event.kind is EventKind.COMMISSION and step.event.lines and facility and facility.kind == "mine":
            yield step, facility


def _is_licensed(step: Step, facility: FacilityFact) -> bool:
    day, first, last = step.event.day, facility.licence_from, facility.licence_until
    return (first is None or first <= day) and (last is None or day <= last)


def _period(facility: FacilityFact) -> str:
    first = f"from {facility.licence_from}" if facility.licence_from else "from a day not stated"
    return f"{first} to {facility.licence_until}" if facility.licence_until else first
