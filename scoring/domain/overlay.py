"""What-ifs: operations on a copy of the evidence or the parameters. Nothing here is ever official."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from registry.domain.dates import PartialDate
from registry.domain.facts import Comparator, Fact, Subject, parse_value
from registry.domain.instruments import EngagementScope, InstrumentState, Pillar, Scope, Status, StatusEvent
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Methodology
from scoring.exceptions import OverlayError

#: One operation as JSON or YAML has it: ``op`` and what it needs (see docs/methodology.md).
Operation = Mapping[str, Any]
_Case = tuple[Evidence, Methodology]


def apply(evidence: Evidence, methodology: Methodology, operations: Sequence[Operation]) -> _Case:
    """The case as it would be after the operations, in order; OverlayError where one cannot be carried out.

    ``param`` name value · ``drop_fact`` ids · ``add_fact`` fact · ``set_fact`` ids field value ·
    ``drop_instrument`` ids · ``add_instrument`` instrument · ``set_instrument`` ids field value [since].
    """
    case = evidence, methodology
    for number, operation in enumerate(operations, 1):
        handler = _HANDLERS.get(operation.get("op", ""))
        if handler is None:
            raise OverlayError(f"operation {number}: 'op' is one of {', '.join(sorted(_HANDLERS))}")
        try:
            case = handler(*case, operation)
        except KeyError as error:
            raise OverlayError(f"operation {number} ({operation['op']}): {error.args[0]} is missing") from error
        except (TypeError, ValueError) as error:
            raise OverlayError(f"operation {number} ({operation['op']}): {error}") from error
    return case


def _param(evidence: Evidence, methodology: Methodology, operation: Operation) -> _Case:
    return evidence, methodology.with_parameter(operation["name"], operation["value"])


def _drop_fact(evidence: Evidence, methodology: Methodology, operation: Operation) -> _Case:
    ids = _ids(operation, {fact.fact_id for fact in evidence.facts})
    return evidence.without(ids), methodology


def _drop_instrument(evidence: Evidence, methodology: Methodology, operation: Operation) -> _Case:
    ids = _ids(operation, {each.instrument_id for each in evidence.instruments})
    return evidence.without(ids), methodology


def _add_fact(evidence: Evidence, methodology: Methodology, operation: Operation) -> _Case:
    """A fact in the short form: kind, subject, class or value, unit, comparator, id. It holds on every day."""
    raw = dict(operation["fact"])
    comparator = raw.get("comparator")
    fact = Fact(
        fact_id=raw.get("id") or f"what-if.{len(evidence.facts) + 1}",
        kind=raw["kind"],
        subject=Subject(**raw.get("subject", {})),
        value=parse_value(raw.get("value")),
        unit=raw.get("unit"),
        comparator=Comparator(comparator) if comparator else None,
        fact_class=raw.get("class"),
        reserve_kind=raw.get("reserve_kind"),
        process_class=raw.get("process_class"),
    )
    return replace(evidence, facts=(*evidence.facts, fact)), methodology


def _set_fact(evidence: Evidence, methodology: Methodology, operation: Operation) -> _Case:
    ids = _ids(operation, {fact.fact_id for fact in evidence.facts})
    name, value = operation["field"], operation["value"]
    if name not in _FACT_FIELDS:
        raise OverlayError(f"the field of a fact is one of {', '.join(sorted(_FACT_FIELDS))}, not '{name}'")
    field, read = _FACT_FIELDS[name]
    changed: dict[str, Any] = {field: None if value is None else read(value)}
    facts = tuple(replace(fact, **changed) if fact.fact_id in ids else fact for fact in evidence.facts)
    return replace(evidence, facts=facts), methodology


def _add_instrument(evidence: Evidence, methodology: Methodology, operation: Operation) -> _Case:
    """An instrument as JSON (`InstrumentState.to_json`) or as the object itself, such as an officer's draft."""
    given = operation["instrument"]
    added = given if isinstance(given, InstrumentState) else InstrumentState.from_json(given)
    kept = tuple(each for each in evidence.instruments if each.instrument_id != added.instrument_id)
    return replace(evidence, instruments=(*kept, added)), methodology


def _set_instrument(evidence: Evidence, methodology: Methodology, operation: Operation) -> _Case:
    ids = _ids(operation, {each.instrument_id for each in evidence.instruments})
    change = _instrument_change(operation)
    instruments = tuple(replace(each, **change) if each.instrument_id in ids else each for each in evidence.instruments)
    return replace(evidence, instruments=instruments), methodology


def _instrument_change(operation: Operation) -> dict[str, Any]:
    """A status replaces the whole life: the instrument has it since the day given, or on every day."""
    name, value = operation["field"], operation["value"]
    if name == "status":
        since = operation.get("since")
        return {"events": (StatusEvent(Status(value), PartialDate.parse(since) if since else None),), "until": None}
    if name not in _INSTRUMENT_FIELDS:
        wanted = ", ".join(sorted((*_INSTRUMENT_FIELDS, "status")))
        raise OverlayError(f"the field of an instrument is one of {wanted}, not '{name}'")
    return {name: None if value is None else _INSTRUMENT_FIELDS[name](value)}


def _ids(operation: Operation, known: set[str]) -> frozenset[str]:
    ids = frozenset(operation["ids"])
    if unknown := sorted(ids - known):
        raise OverlayError(f"not on record: {', '.join(unknown)}")
    return ids


_HANDLERS: dict[str, Callable[[Evidence, Methodology, Operation], _Case]] = {
    "param": _param,
    "drop_fact": _drop_fact,
    "add_fact": _add_fact,
    "set_fact": _set_fact,
    "drop_instrument": _drop_instrument,
    "add_instrument": _add_instrument,
    "set_instrument": _set_instrument,
}
#: What `op` may be.
OPERATIONS = frozenset(_HANDLERS)

_FACT_FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "class": ("fact_class", str),
    "value": ("value", parse_value),
    "unit": ("unit", str),
    "comparator": ("comparator", Comparator),
    "reserve_kind": ("reserve_kind", str),
    "valid_from": ("valid_from", PartialDate.parse),
    "valid_until": ("valid_until", PartialDate.parse),
}
_INSTRUMENT_FIELDS: dict[str, Callable[[Any], Any]] = {
    "scope": Scope,
    "pillar": Pillar,
    "engagement_scope": EngagementScope,
    "until": PartialDate.parse,
}
