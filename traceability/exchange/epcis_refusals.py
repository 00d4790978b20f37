"""What is wrong with a captured document, event by event, as RFC 7807 and in the words of EPCIS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from traceability.domain.importing.problems import Code, Problem
from traceability.exchange.epcis_json import printable

JSON = dict[str, Any]

#: Problems that are told one by one.
_MOST = 200
#: Events that a note names.
_MOST_NAMED = 10
#: Where a column of an import stands in an event.
_FIELDS: Mapping[tuple[str, str], str] = {
    ("events.csv", "event_id"): "eventID",
    ("events.csv", "kind"): "seam:kind",
    ("events.csv", "occurred_at"): "eventTime",
    ("events.csv", "facility_id"): "readPoint",
    ("events.csv", "party_id"): "sourceList",
    ("events.csv", "to_facility_id"): "destinationList",
    ("events.csv", "to_party_id"): "destinationList",
    ("events.csv", "permit_number"): "seam:permitNumber",
    ("events.csv", "reason"): "seam:reason",
    ("events.csv", "corrects_event_id"): "errorDeclaration",
    ("event_lines.csv", "event_id"): "eventID",
    ("event_lines.csv", "role"): "seam:role",
    ("event_lines.csv", "lot_id"): "epcClass",
    ("event_lines.csv", "quantity"): "quantity",
    ("event_lines.csv", "unit"): "uom",
    ("event_lines.csv", "basis"): "seam:basis",
    ("assays.csv", "assay_id"): "seam:assays",
    ("assays.csv", "lot_id"): "seam:lots",
    ("assays.csv", "sampled_on"): "seam:sampledOn",
    ("assays.csv", "basis"): "seam:basis",
    ("assays.csv", "moisture_pct"): "seam:moisturePct",
    ("assays.csv", "analyte"): "seam:analyte",
    ("assays.csv", "grade_pct"): "seam:gradePct",
    ("assays.csv", "laboratory_id"): "seam:laboratory",
    ("assays.csv", "certificate_sha256"): "seam:certificateSha256",
    ("lots.csv", "lot_id"): "seam:lots",
    ("lots.csv", "mineral"): "seam:mineral",
    ("lots.csv", "material"): "seam:material",
    ("lots.csv", "hs_code"): "seam:hsCode",
    ("lots.csv", "custody_model"): "seam:custodyModel",
}
#: Words of an import that mean a file nobody sent.
_WORDS = (
    ("neither in lots.csv nor in the registry", "no lot of the register or of this document"),
    ("neither in parties.csv nor in the registry", "no party of the register"),
    ("neither in facilities.csv nor in the registry", "no facility of the register"),
    ("neither in events.csv nor in the registry", "no event of the register or of this document"),
    ("an earlier row", "an earlier event"),
    ("to_facility_id", "a destination of the type location"),
    ("to_party_id", "a destination of the type owning_party"),
)
_MENDS: Mapping[tuple[Code, str], str] = {
    (
        Code.UNKNOWN_REFERENCE,
        "epcClass",
    ): "Describe it in seam:lots or ilmd of the event it is born in, or import it first",
    (Code.UNKNOWN_REFERENCE, "readPoint"): "Name it by its address here or its id, or import it first",
    (Code.UNKNOWN_REFERENCE, "sourceList"): "Name it by its address here or its id, or import it first",
    (Code.UNKNOWN_REFERENCE, "destinationList"): "Name it by its address here or its id, or import it first",
    (Code.BIRTH, "seam:lots"): "Send the event that it is born in",
    (Code.CONFLICT, "eventID"): "Correct it by an event of another id that names it in seam:corrects",
}


def refusals(problems: Sequence[Problem]) -> list[JSON]:
    """The first problems one by one, and how many more there are."""
    found = [_refusal(problem) for problem in problems[:_MOST]]
    if len(problems) > _MOST:
        found.append(validation(f"There are {len(problems) - _MOST} more errors; mend these first."))
    return found


def validation(detail: str, status: int = 400) -> JSON:
    return {
        "type": "epcisException:ValidationException",
        "title": "The events were not captured",
        "status": status,
        "detail": printable(detail),
    }


def _refusal(problem: Problem) -> JSON:
    field = _FIELDS.get((problem.file, problem.column or ""), problem.column or "")
    message = problem.message.replace(f"{problem.column} is missing", "is missing")
    for word, mine in _WORDS:
        message = message.replace(word, mine)
    where = f"Event {problem.row}" if problem.row else "The document"
    mend = _MENDS.get((problem.code, field), "")
    sentence = f"{where}{f', {field}' if field else ''}: {message.rstrip('.')}.{f' {mend}.' if mend else ''}"
    found = validation(sentence)
    return {**found, "seam:event": problem.row, "seam:field": field or None, "seam:code": problem.code.value}


def notes(not_kept: Mapping[str, Iterable[int]]) -> list[str]:
    """What the register has no place for, by field."""
    found = []
    for field, numbers in sorted(not_kept.items()):
        named = list(numbers)
        which = ", ".join(map(str, named[:_MOST_NAMED])) + (" and more" if len(named) > _MOST_NAMED else "")
        found.append(printable(f"{field[:100]} of event {which} is not kept: the register has no place for it."))
    return found[:_MOST]
