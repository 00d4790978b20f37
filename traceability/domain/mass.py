"""From a reported quantity to dry kilograms, and from dry kilograms to kilograms of an element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from traceability.domain.elements import parse_analyte
from traceability.domain.facts import AssayFact, LineFact
from traceability.domain.precision import precisely
from traceability.domain.vocabulary import MassBasis, Unit

KG_PER_UNIT = {Unit.KILOGRAM: Decimal(1), Unit.TONNE: Decimal(1000), Unit.GRAM: Decimal("0.001")}

_ONE = Decimal(1)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Composition:
    """What the assay that counts says of a lot.

    ``dry_part`` is the dry share of its wet mass (1 where moisture is not stated), ``metals`` the kilograms of each
    named element in a kilogram of its dry mass, zero included: an element that is not named counts as absent.
    """

    assay_id: str
    dry_part: Decimal
    metals: dict[str, Decimal]


def counting(assays: Iterable[AssayFact]) -> tuple[AssayFact, ...]:
    """The rows of the one assay of a lot that counts: the latest sampled, then the greatest id (reading 3)."""
    rows = tuple(assays)
    if not rows:
        return ()
    last = max(rows, key=lambda row: (row.sampled_on, row.assay_id)).assay_id
    return tuple(sorted((row for row in rows if row.assay_id == last), key=lambda row: row.analyte))


@precisely
def compositions(assays: Mapping[str, Iterable[AssayFact]]) -> dict[str, Composition | None]:
    """What each of many lots is made of, from all its assays; None where it has none."""
    return {lot_id: _composition(rows) for lot_id, rows in assays.items()}


def _composition(assays: Iterable[AssayFact]) -> Composition | None:
    rows = counting(assays)
    if not rows:
        return None
    moisture = next((row.moisture_pct for row in rows if row.moisture_pct is not None), None)
    dry_part = _ONE if moisture is None else _ONE - moisture / _HUNDRED
    metals: dict[str, Decimal] = {}
    for row in rows:
        analyte = parse_analyte(row.analyte)
        grade = row.grade_pct / _HUNDRED * analyte.fraction
        metals[analyte.element] = grade / dry_part if row.basis is MassBasis.WET else grade
    return Composition(rows[0].assay_id, dry_part, metals)


def dry_kg(line: LineFact, made_of: Composition | None) -> Decimal:
    """Dry kilograms of a line; its quantity where the moisture of its lot is not stated."""
    kg = line.quantity * KG_PER_UNIT[line.unit]
    return kg * made_of.dry_part if made_of and line.basis is MassBasis.WET else kg


def wet_kg(line: LineFact, made_of: Composition | None) -> Decimal:
    """Wet kilograms of a line, as a mine weighs them; its quantity where the moisture is not stated."""
    kg = line.quantity * KG_PER_UNIT[line.unit]
    return kg / made_of.dry_part if made_of and line.basis is MassBasis.DRY else kg


@precisely
def content(line: LineFact, made_of: Composition | None, element: str) -> Decimal | None:
    """Kilograms of an element in a line: 0 where the assay does not name it, None where there is no assay."""
    if made_of is None:
        return None
    return dry_kg(line, made_of) * made_of.metals.get(element, Decimal(0))
