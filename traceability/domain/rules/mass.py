"""Rules of mass: what comes out went in, and no lot gives more than it has."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from traceability.domain.balance import Balance, named
from traceability.domain.chain import Life, Step, Touch
from traceability.domain.custody import birth, misplaced
from traceability.domain.precision import exceeds, per_cent, precisely
from traceability.domain.rules.base import CONTRACT, ISO_22095, OECD, Case, Found, Rule
from traceability.domain.vocabulary import FindingCode, Severity

#: A balance may fall below zero by this part of the birth mass: scales differ.
OVERDRAFT = Decimal("0.005")
#: A grade may lie outside the range of what was mixed by this part of it.
GRADE_TOLERANCE = Decimal("0.02")


class MassGain(Rule):
    """Outputs, by-products and losses of an event contain more of an element than its inputs, by over 2 % of them.

    Event {event} took in {in_kg} kg of {what} and gave {out_kg} kg, {over} more; the limit is 2 %. The excess is of
    unknown origin.
    """

    code = FindingCode.MASS_GAIN
    title = "More out than in"
    source = f"{CONTRACT}; {ISO_22095}"

    def find(self, case: Case) -> Iterator[Found]:
        for event_id, mine in case.balances.items():
            step, gains = case.chain.steps[event_id], [balance for balance in mine if balance.is_gain]
            if gains:
                worst = max(gains, key=lambda balance: balance.excess)
                yield self.found(step.event.event_id, step.first_output, **_words(worst, gains, _over(worst)))


class MassLoss(Rule):
    """Outputs, by-products and losses of an event contain less than 70 % of an element of its inputs.

    Event {event} took in {in_kg} kg of {what} and gave {out_kg} kg, only {over} of it; below 70 % a residue or a loss
    is missing from the report.
    """

    code = FindingCode.MASS_LOSS
    severity = Severity.WARNING
    title = "Much less out than in"

    def find(self, case: Case) -> Iterator[Found]:
        for event_id, mine in case.balances.items():
            step, losses = case.chain.steps[event_id], [balance for balance in mine if balance.is_loss]
            if losses:
                worst = min(losses, key=lambda balance: balance.out_kg / balance.in_kg)
                part = per_cent(worst.out_kg / worst.in_kg)
                yield self.found(step.event.event_id, step.first_output, **_words(worst, losses, part))


class Overdrawn(Rule):
    """A lot's dry balance falls below zero, at any point in event time, by more than 0.5 % of its birth mass.

    Event {event} takes {short_kg} kg dry more out of lot {lot} than was left of the {born_kg} kg of its birth.
    """

    code = FindingCode.OVERDRAWN
    title = "More taken than was there"

    def find(self, case: Case) -> Iterator[Found]:
        for lot_id, life in case.chain.lives.items():
            crossing = _first_overdraft(life, case.chain.born_kg(lot_id))
            if crossing:
                touch, balance = crossing
                born_kg = case.chain.born_kg(lot_id)
                yield self.found(touch.event.event_id, lot_id, born_kg=born_kg, short_kg=-balance)


class GradeOutOfRange(Rule):
    """Where all lots of an event are of one material (a blend or a split), an output's grade lies outside the range
    of its inputs' grades by over 2 % of it.

    Lot {lot} has {grade} {element} in its dry mass, but what it was made of had {low} to {high}; a blend or a split
    changes no grade.
    """

    code = FindingCode.GRADE_OUT_OF_RANGE
    title = "Grade outside what was mixed"

    def find(self, case: Case) -> Iterator[Found]:
        for step in case.chain.steps.values():
            materials = {case.chain.lots[lot_id].material for lot_id in step.lots}
            if step.inputs and len(materials) == 1:
                yield from self._outputs(case, step)

    def _outputs(self, case: Case, step: Step) -> Iterator[Found]:
        made_of = case.chain.made_of
        ranges = _ranges(case, step)
        for lot_id in sorted(set(step.outputs) & made_of.keys()):
            for element, (low, high) in ranges.items():
                grade = made_of[lot_id].metals.get(element, Decimal(0))
                if _outside(grade, low, high):
                    words = {"grade": per_cent(grade), "low": per_cent(low), "high": per_cent(high)}
                    yield self.found(step.event.event_id, lot_id, element=element, **words)
                    break


class TimeOrder(Rule):
    """A lot is used before its birth, or received before it was shipped.

    Event {event} of {day} stands before what it needs: {why}.
    """

    code = FindingCode.TIME_ORDER
    title = "Events in an impossible order"
    source = f"{CONTRACT}; {OECD}, 3T supplement (anomalies in the circumstances of trade)"

    def find(self, case: Case) -> Iterator[Found]:
        for lot_id, life in case.chain.lives.items():
            wrong = misplaced(life)
            days = {touch.event.event_id: touch.event.day for touch in life} if wrong else {}
            for event_id, why in wrong.items():
                yield self.found(event_id, lot_id, day=days[event_id], why=why)


def _words(worst: Balance, all_of: list[Balance], over: str) -> dict[str, str | Decimal]:
    elements = ", ".join(sorted(balance.element or "dry mass" for balance in all_of))
    words: dict[str, str | Decimal] = {"in_kg": worst.in_kg, "out_kg": worst.out_kg, "over": over}
    return {**words, "what": worst.element or "dry mass", "elements": elements}


def _over(balance: Balance) -> str:
    return per_cent(balance.out_kg / balance.in_kg - 1) if balance.in_kg else "all of it"


@precisely
def _first_overdraft(life: Life, born_kg: Decimal) -> tuple[Touch, Decimal] | None:
    if birth(life) is None:
        return None
    balance, limit, wrong_time = Decimal(0), born_kg * OVERDRAFT, misplaced(life)
    for touch in life:
        balance += touch.change
        if touch.change < 0 and touch.event.event_id not in wrong_time and exceeds(-balance, limit):
            return touch, balance
    return None


def _ranges(case: Case, step: Step) -> dict[str, tuple[Decimal, Decimal]]:
    """The lowest and highest grade of each named element among the assayed inputs, as metal in dry mass."""
    assayed = [lot_id for lot_id in step.inputs if lot_id in case.chain.made_of]
    ranges = {}
    for element in sorted(named(case.chain, assayed)):
        grades = [case.chain.made_of[lot_id].metals.get(element, Decimal(0)) for lot_id in assayed]
        ranges[element] = (min(grades), max(grades))
    return ranges


@precisely
def _outside(grade: Decimal, low: Decimal, high: Decimal) -> bool:
    return exceeds(grade, high * (1 + GRADE_TOLERANCE)) or exceeds(low * (1 - GRADE_TOLERANCE), grade)
