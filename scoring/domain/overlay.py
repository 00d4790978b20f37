"""What-ifs: operations on a copy of the evidence or the parameters. Nothing here is ever official."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from registry.domain.dates import PartialDate
from registry.domain.facts import Comparator, Fact, Subject, Value, parse_value
from registry.domain.instruments import EngagementScope, InstrumentState, Pillar, Scope, Status, StatusEvent
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Methodology
from scoring.exceptions import OverlayError

#: One operation as JSON or YAML has it: ``op`` and what it needs (see docs/methodology.md).
Operation = Mapping[str, Any]
_Case = tuple[Evidence, Methodology]

#: Operations at most in one supposition.
MOST = 50
_LARGEST = Decimal(10) ** 15


def apply(evidence: Evidence, methodology: Methodology, operations: Sequence[Operation]) -> _Case:
    """The case as it would be after the operations, in order; OverlayError where one cannot be carried out.

    ``param`` name value · ``drop_fact`` ids · ``add_fact`` fact · ``set_fact`` ids field value ·
    ``drop_instrument`` ids · ``add_instrument`` instrument · ``set_instrument`` ids field value [since].
    """
    case = evidence, methodology
    for number, operation in enumerate(operations, 1):
        name = operation.get("op") if isinstance(operation, Mapping) else None
        handler = _HANDLERS.get(name) if isinstance(name, str) else None
        if handler is None:
            raise OverlayError(f"operation {number}: 'op' is one of {', '.join(sorted(_HANDLERS))}")
        try:
            case = handler(*case, operation)
        except KeyError as error:
            raise OverlayError(f"operation {number} ({name}): {error.args[0]} is missing") from error
        except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise OverlayError(f"operation {number} ({name}): {error}") from error
    return case


def read_operations(text: str) -> tuple[Operation, ...]:
    """Operations from JSON text, such as an address carries; OverlayError where it is no list of objects."""
    try:
        plain = json.loads(text) if text.strip() else []
    except (ValueError, RecursionError) as error:
        raise OverlayError(f"The operations are no JSON: {error}.") from error
    return as_operations(plain)


def as_operations(plain: object) -> tuple[Operation, ...]:
    """Operations from parsed JSON; OverlayError where it is no list of objects, or too long."""
    if not isinstance(plain, list) or not all(isinstance(each, dict) for each in plain):
        raise OverlayError("Operations are a list of objects, each with 'op'.")
    if len(plain) > MOST:
        raise OverlayError(f"{len(plain)} operations are more than {MOST}: suppose less at once.")
    return tuple(plain)


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
    subject = {name: _text(each) for name, each in dict(raw.get("subject") or {}).items()}
    fact = Fact(
        fact_id=_text(raw.get("id")) or f"what-if.{len(evidence.facts) + 1}",
        kind=_text(raw["kind"]) or "",
        subject=Subject(**subject),
        value=_value(raw.get("value")),
        unit=_text(raw.get("unit")),
        comparator=Comparator(comparator) if comparator else None,
        fact_class=_text(raw.get("class")),
        reserve_kind=_text(raw.get("reserve_kind")),
        process_class=_text(raw.get("process_class")),
    )
    if fact.fact_id in evidence.ids:
        raise ValueError(f"{fact.fact_id} is on record; change it by set_fact")
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
    added = given if isinstance(given, InstrumentState) else _sound(InstrumentState.from_json(given))
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
    if not isinstance(operation["ids"], list | tuple) or not operation["ids"]:
        raise OverlayError("'ids' is a list with at least one id")
    ids = frozenset(_text(each) or "" for each in operation["ids"])
    if unknown := sorted(ids - known):
        raise OverlayError(f"not on record: {', '.join(unknown)}")
    return ids


def _text(item: object) -> str | None:
    if item is not None and not isinstance(item, str):
        raise TypeError(f"{item!r} is no text")
    return item


def _word(item: object) -> str:
    return _text(item) or ""


def _value(item: Any) -> Value:
    """A finite figure, a pair of limits, words or a list of them."""
    value = parse_value(item)
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, Decimal) and not (each.is_finite() and abs(each) < _LARGEST):
            raise ValueError(f"{item!r} is no figure")
    if isinstance(value, tuple) and value and isinstance(value[0], Decimal) and len(value) != len(("low", "high")):
        raise ValueError("a range has two limits")
    return value


def _sound(state: InstrumentState) -> InstrumentState:
    """The state, where every text in it is one; TypeError else."""
    lists: list[Sequence[object]] = [state.counterparts, [state.instrument_id, state.country, state.title]]
    for measure in state.measures:
        named = (measure.minerals, measure.materials, measure.hs, measure.stages, measure.destinations)
        lists += [each for each in named if each is not None]
    for item in (each for items in lists for each in items):
        if not isinstance(item, str):
            raise TypeError(f"{item!r} is no text")
    return state


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
    "class": ("fact_class", _word),
    "value": ("value", _value),
    "unit": ("unit", _word),
    "comparator": ("comparator", Comparator),
    "reserve_kind": ("reserve_kind", _word),
    "valid_from": ("valid_from", PartialDate.parse),
    "valid_until": ("valid_until", PartialDate.parse),
}
_INSTRUMENT_FIELDS: dict[str, Callable[[Any], Any]] = {
    "scope": Scope,
    "pillar": Pillar,
    "engagement_scope": EngagementScope,
    "until": PartialDate.parse,
}
