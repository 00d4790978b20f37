"""A methodology: parameters, words that meet thresholds, gates and weights, read from its data file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from registry.domain.instruments import MeasureCode
from scoring.exceptions import MethodologyError, OverlayError


class Domain(StrEnum):
    ACCESS = "access"
    CAPABILITY = "capability"
    GOVERNANCE = "governance"


class Rounding(StrEnum):
    FLOOR = "floor"
    CEILING = "ceiling"


class Origin(StrEnum):
    FOREIGN = "foreign"
    DOMESTIC = "domestic"


class EnforcementSilence(StrEnum):
    PASS = "pass"
    UNKNOWN = "unknown"


class ControlSilence(StrEnum):
    UNKNOWN = "unknown"
    UNDER_CONTROL = "under_control"


class Unnamed(StrEnum):
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The numbers and switches of the rules: ``_pct`` in percent, ``about_slack`` in points, the rest counted."""

    abundant_pct: Decimal
    significant_pct: Decimal
    leading_pct: Decimal
    leading_rank: int
    coverage_pct: Decimal
    stage_pct: Decimal
    stage_rank: int
    leadership_pct: Decimal
    control_pct: Decimal
    foreign_pct: Decimal
    provider_classes: int
    provider_level: int
    uncontrolled_cap: int
    mean_rounding: Rounding
    acquired_is: Origin
    enforcement_silence: EnforcementSilence
    control_silence: ControlSilence
    unnamed_is: Unnamed
    estimates_count: bool
    use_ceiling: bool
    about_slack: Decimal

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Parameters:
        """Read the ``parameters`` of a file; MethodologyError where one is missing, unknown or of the wrong kind."""
        wanted = {each.name for each in fields(cls)}
        if wanted != set(raw):
            wrong = ", ".join(sorted(wanted.symmetric_difference(raw)))
            raise MethodologyError(f"parameters missing or not known: {wrong}")
        try:
            return cls(**{name: _typed(name, value) for name, value in raw.items()})
        except (ValueError, ArithmeticError) as error:
            raise MethodologyError(f"a parameter cannot be read: {error}") from error

    def with_value(self, name: str, value: object) -> Parameters:
        """The same parameters with one changed; OverlayError on an unknown name or a value it cannot take."""
        if name not in _TYPES:
            raise OverlayError(f"there is no parameter '{name}'; there are {', '.join(sorted(_TYPES))}")
        try:
            return replace(self, **{name: _typed(name, value)})
        except (ValueError, ArithmeticError) as error:
            raise OverlayError(f"'{value}' is no value for {name}") from error


@dataclass(frozen=True, slots=True)
class Gate:
    """One rung: the paper's wording (``criterion``), the test (``rule``) and the readings that bite."""

    gate: str
    domain: Domain
    level: int
    criterion: str
    rule: str
    judgements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a gate that has its own name."""

    part: str
    gate: str
    rule: str


Words = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Classes:
    """What the words of sources say about each threshold: True met, False not met, missing: nothing."""

    reserves: Mapping[str, int]
    capped_reserve_kinds: frozenset[str]
    estimated_reserve_kinds: frozenset[str]
    production: Mapping[str, Words]
    developed: Words
    control: Words
    coverage: Words
    advanced: Words
    world_stage: Words
    owner: Words
    technology: Words
    exported: Words
    enforcement: Words
    specific_policy: Words
    standards: Words

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Classes:
        sets: dict[str, Any] = {
            name: frozenset(raw[name]) for name in ("capped_reserve_kinds", "estimated_reserve_kinds")
        }
        words: dict[str, Any] = {name: MappingProxyType(dict(raw[name])) for name in raw if name not in sets}
        return cls(**words, **sets)


@dataclass(frozen=True, slots=True)
class Methodology:
    """An immutable, versioned rule book. `from_dict` reads the file; scores name its ``code``.

    ``implements`` are sources whose own statements it has to keep (`scoring.paper`).
    """

    code: str
    title: str
    effective_from: dt.date
    source: str
    sections: tuple[str, ...]
    implements: tuple[str, ...]
    parameters: Parameters
    classes: Classes
    export_controls: frozenset[MeasureCode]
    processing_stage: str
    weights: Mapping[Domain, int]
    domain_names: Mapping[Domain, str]
    questions: Mapping[Domain, str]
    gates: tuple[Gate, ...]
    parts: Mapping[str, Part]
    lowest: Mapping[Domain, str]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Methodology:
        """Read a methodology file as parsed; MethodologyError says what is missing or wrong."""
        try:
            return cls(
                code=raw["code"],
                title=raw["title"],
                effective_from=dt.date.fromisoformat(str(raw["effective_from"])),
                source=raw["source"],
                sections=tuple(raw["sections"]),
                # Who names a source claims to implement it, unless the book says otherwise.
                implements=tuple(raw.get("implements", (raw["source"],))),
                parameters=Parameters.from_dict(raw["parameters"]),
                classes=Classes.from_dict(raw["classes"]),
                export_controls=frozenset(MeasureCode(code) for code in raw["export_controls"]),
                processing_stage=raw["processing_stage"],
                weights={domain: int(raw["weights"][domain]) for domain in Domain},
                domain_names={domain: raw["domains"][domain]["name"] for domain in Domain},
                questions={domain: raw["domains"][domain]["question"] for domain in Domain},
                gates=tuple(_gate(gate) for gate in raw["gates"]),
                parts={name: Part(name, part["gate"], part["rule"]) for name, part in raw["parts"].items()},
                lowest={domain: raw["lowest"][domain] for domain in Domain},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise MethodologyError(f"this is no methodology: {error!r}") from error

    def gates_of(self, domain: Domain) -> tuple[Gate, ...]:
        """The gates of a domain from the lowest up."""
        return tuple(sorted((gate for gate in self.gates if gate.domain is domain), key=lambda gate: gate.level))

    def with_parameter(self, name: str, value: object) -> Methodology:
        """A what-if copy with one parameter changed; OverlayError as in `Parameters.with_value`."""
        return replace(self, parameters=self.parameters.with_value(name, value))


def _gate(raw: Mapping[str, Any]) -> Gate:
    judgements = tuple(raw["judgements"])
    return Gate(raw["gate"], Domain(raw["domain"]), raw["level"], raw["criterion"], raw["rule"], judgements)


#: The types of the parameters, as `Parameters` declares them (its annotations are text).
_TYPES: dict[str, type] = {
    **{each.name: Decimal for each in fields(Parameters) if each.name.endswith("_pct")},
    **dict.fromkeys(("leading_rank", "stage_rank", "provider_classes", "provider_level", "uncontrolled_cap"), int),
    **dict.fromkeys(("estimates_count", "use_ceiling"), bool),
    "about_slack": Decimal,
    "mean_rounding": Rounding,
    "acquired_is": Origin,
    "enforcement_silence": EnforcementSilence,
    "control_silence": ControlSilence,
    "unnamed_is": Unnamed,
}


def _typed(name: str, value: object) -> Any:
    kind = _TYPES[name]
    if kind is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{name} is true or false, not '{value}'")
        return value
    read = kind(str(value))
    if isinstance(read, Decimal) and not read.is_finite():
        raise ValueError(f"{name} is a number, not '{value}'")
    return read
