"""The closed lists that the rules of lots and events branch on. Values are those of the public contract."""

from __future__ import annotations

from enum import StrEnum


class Material(StrEnum):
    ORE = "ore"
    CONCENTRATE = "concentrate"
    MIXED_COMPOUND = "mixed_compound"
    SEPARATED_OXIDE = "separated_oxide"
    REFINED = "refined"
    METAL = "metal"
    ALLOY = "alloy"
    MAGNET = "magnet"
    COMPONENT = "component"
    RESIDUE = "residue"
    SCRAP = "scrap"


class CustodyModel(StrEnum):
    """Chain-of-custody models of ISO 22095:2020, the strictest first."""

    IDENTITY_PRESERVED = "identity_preserved"
    SEGREGATED = "segregated"
    CONTROLLED_BLENDING = "controlled_blending"
    MASS_BALANCE = "mass_balance"
    BOOK_AND_CLAIM = "book_and_claim"


#: 0 is the strictest.
STRICTNESS = {model: place for place, model in enumerate(CustodyModel)}


class EventKind(StrEnum):
    COMMISSION = "commission"
    TRANSFORM = "transform"
    SHIP = "ship"
    RECEIVE = "receive"
    TRANSFER_OWNERSHIP = "transfer_ownership"
    AGGREGATE = "aggregate"
    DISAGGREGATE = "disaggregate"
    OBSERVE = "observe"
    ADJUST = "adjust"
    DECOMMISSION = "decommission"


class Role(StrEnum):
    """What a line's lot is to its event."""

    INPUT = "input"
    OUTPUT = "output"
    BY_PRODUCT = "by_product"
    LOSS = "loss"
    ITEM = "item"
    PARENT = "parent"
    CHILD = "child"


class Unit(StrEnum):
    """Units of mass by their codes in UN/ECE Recommendation 20."""

    KILOGRAM = "KGM"
    TONNE = "TNE"
    GRAM = "GRM"


class MassBasis(StrEnum):
    WET = "wet"
    DRY = "dry"


class Severity(StrEnum):
    VIOLATION = "violation"
    WARNING = "warning"


class FindingCode(StrEnum):
    MASS_GAIN = "mass-gain"
    MASS_LOSS = "mass-loss"
    OVERDRAWN = "overdrawn"
    GRADE_OUT_OF_RANGE = "grade-out-of-range"
    TIME_ORDER = "time-order"
    CUSTODY_GAP = "custody-gap"
    RECEIPT_MISMATCH = "receipt-mismatch"
    RECEIPT_MISSING = "receipt-missing"
    IDENTITY_BROKEN = "identity-broken"
    SEGREGATION_BROKEN = "segregation-broken"
    MODEL_UPGRADE = "model-upgrade"
    OVER_CAPACITY = "over-capacity"
    LICENCE_INVALID = "licence-invalid"
    EXPORT_BANNED = "export-banned"
    PERMIT_MISSING = "permit-missing"
    UNKNOWN_ORIGIN = "unknown-origin"


class FindingState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"


class Verdict(StrEnum):
    """What a border crossing is by one measure on its day, or by all of them together."""

    CLEAR = "clear"
    PERHAPS = "perhaps"
    LICENCE_PRESENT = "licence_present"
    LICENCE_MISSING = "licence_missing"
    BANNED = "banned"


#: Roles that give a lot its birth, by kind of event (contract, reading 1).
BIRTH_ROLES: dict[EventKind, frozenset[Role]] = {
    EventKind.COMMISSION: frozenset({Role.OUTPUT, Role.BY_PRODUCT}),
    EventKind.TRANSFORM: frozenset({Role.OUTPUT, Role.BY_PRODUCT}),
    EventKind.AGGREGATE: frozenset({Role.PARENT}),
    EventKind.DISAGGREGATE: frozenset({Role.CHILD}),
}

#: Roles whose mass goes into what the event makes.
INPUT_ROLES: dict[EventKind, frozenset[Role]] = {
    EventKind.TRANSFORM: frozenset({Role.INPUT}),
    EventKind.AGGREGATE: frozenset({Role.CHILD}),
    EventKind.DISAGGREGATE: frozenset({Role.PARENT}),
}

_ITEM = frozenset({Role.ITEM})
# The contract names no role for these three; where it is plain which lot is meant, any role that is no birth will do.
_NAMED = frozenset({Role.ITEM, Role.INPUT, Role.PARENT, Role.CHILD})

#: Roles that an event of a kind may carry.
ROLES: dict[EventKind, frozenset[Role]] = {
    EventKind.COMMISSION: BIRTH_ROLES[EventKind.COMMISSION],
    EventKind.TRANSFORM: frozenset({Role.INPUT, Role.OUTPUT, Role.BY_PRODUCT, Role.LOSS}),
    EventKind.AGGREGATE: frozenset({Role.PARENT, Role.CHILD}),
    EventKind.DISAGGREGATE: frozenset({Role.PARENT, Role.CHILD}),
    EventKind.SHIP: _ITEM,
    EventKind.RECEIVE: _ITEM,
    EventKind.ADJUST: _ITEM,
    EventKind.TRANSFER_OWNERSHIP: _NAMED,
    EventKind.OBSERVE: _NAMED,
    EventKind.DECOMMISSION: _NAMED,
}
