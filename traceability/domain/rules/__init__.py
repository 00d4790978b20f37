"""The rules of the lot graph, one class a finding code, in the order of the contract."""

from __future__ import annotations

from traceability.domain.rules.base import Case, Found, Rule
from traceability.domain.rules.borders import ExportBanned, PermitMissing
from traceability.domain.rules.custody import (
    CustodyGap,
    ModelUpgrade,
    ReceiptMismatch,
    ReceiptMissing,
    SegregationBroken,
)
from traceability.domain.rules.mass import GradeOutOfRange, MassGain, MassLoss, Overdrawn, TimeOrder
from traceability.domain.rules.mines import LicenceInvalid, OverCapacity
from traceability.domain.rules.origin import IdentityBroken, UnknownOrigin

__all__ = ["RULES", "Case", "Found", "Rule", "find_all", "get_rule"]

RULES: tuple[Rule, ...] = (
    MassGain(),
    MassLoss(),
    Overdrawn(),
    GradeOutOfRange(),
    TimeOrder(),
    CustodyGap(),
    ReceiptMismatch(),
    ReceiptMissing(),
    IdentityBroken(),
    SegregationBroken(),
    ModelUpgrade(),
    OverCapacity(),
    LicenceInvalid(),
    ExportBanned(),
    PermitMissing(),
    UnknownOrigin(),
)

_BY_CODE = {rule.code.value: rule for rule in RULES}


def find_all(case: Case) -> list[Found]:
    """Everything that the rules find, in the order of the rules, then of event and lot. Depends only on the case."""
    found: list[Found] = []
    for rule in RULES:
        found += sorted(rule.find(case), key=lambda one: (one.event_id, one.lot_id))
    return found


def get_rule(code: str) -> Rule:
    return _BY_CODE[code]
