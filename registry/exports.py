"""What is listed, as a file: one row a measure, with its names in other vocabularies."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from registry.domain.dates import PartialDate
from registry.domain.instruments import InstrumentState, MeasureState, in_force, measure_in_force, status_on
from registry.models import InstrumentVersion
from registry.services.vocabularies import mast_edition, measure_words

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
#: Characters with which a spreadsheet starts a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def measure_rows(versions: Iterable[InstrumentVersion], on: dt.date) -> Iterator[dict[str, str]]:
    """A row for each measure of approved versions as they stand on a day; an act without measures has one row too."""
    words = measure_words()
    for version in versions:
        state = InstrumentState.from_json(version.content)
        act = _act(version, state, on)
        for measure in state.measures or (None,):
            yield {**act, **_measure(measure, state, version.details, words, on)}


def _act(version: InstrumentVersion, state: InstrumentState, on: dt.date) -> dict[str, str]:
    details = version.details
    source = details.get("source") or {}
    status = status_on(state, on)
    return {
        "instrument_id": state.instrument_id,
        "version": str(version.number),
        "country": state.country,
        "title": state.title,
        "title_original": details.get("title_original") or "",
        "number": details.get("number") or "",
        "type": details.get("type") or "",
        "legal_force": details.get("legal_force") or "",
        "scope": state.scope.value if state.scope else "",
        "pillar": state.pillar.value if state.pillar else "",
        "counterparts": ";".join(state.counterparts),
        "state_on": on.isoformat(),
        "status": status.value if status else "",
        "in_force": in_force(state, on).value,
        "life": ";".join(f"{event.status.value} {event.since or 'not stated'}" for event in state.events),
        "relations": ";".join(f"{row['kind']} {row['instrument_id']}" for row in details.get("relations") or ()),
        "source_title": source.get("title") or "",
        "source_publisher": source.get("publisher") or "",
        "source_date": source.get("date") or "",
        "source_url": source.get("url") or "",
        "source_section": details.get("section") or "",
        "source_endnote": str(source.get("endnote") or ""),
        "quote": details.get("quote") or "",
        "documents_sha256": ";".join(row["sha256"] for row in details.get("documents") or ()),
        "log_entry": str(version.recorded_entry_id),
        "is_demo": "true" if details.get("is_demo") else "false",
    }


def _measure(
    measure: MeasureState | None,
    state: InstrumentState,
    details: Mapping[str, Any],
    words: Mapping[str, Mapping[str, str]],
    on: dt.date,
) -> dict[str, str]:
    if measure is None:
        return dict.fromkeys(_MEASURE, "")
    named = words.get(measure.code.value, {})
    more = details.get("measures", {}).get(measure.measure_id, {})
    values = (
        measure.measure_id,
        measure.code.value,
        measure.direction.value,
        measure_in_force(measure, state, on).value,
        named.get("mast") or "",
        mast_edition() if named.get("mast") else "",
        named.get("gta") or "",
        named.get("oecd") or "",
        ";".join(measure.minerals or ()),
        ";".join(measure.materials or ()),
        ";".join(measure.stages or ()),
        ";".join(measure.hs),
        "2022" if measure.hs else "",
        ";".join(measure.destinations or ()),
        _text(measure.start),
        _text(measure.until),
        more.get("rate") or "",
        more.get("exemptions") or "",
    )
    return dict(zip(_MEASURE, values, strict=True))


_MEASURE = ("measure_id", "measure", "direction", "measure_in_force", "mast", "mast_edition", "gta_type",
            "oecd_measure", "minerals", "materials", "stages", "hs", "hs_edition", "destinations", "from", "until",
            "rate", "exemptions")  # fmt: skip


def as_csv(rows: Sequence[Mapping[str, str]], key: str = "instrument_id") -> bytes:
    """UTF-8 with a BOM, which spreadsheets need to read it as UTF-8; no cell is read as a formula.

    ``key`` is the column that stands alone where there are no rows.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [key], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _no_formula(value) for name, value in row.items()} for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(rows: Sequence[Mapping[str, str]], key: str = "instrument_id", name: str = "instruments") -> bytes:
    """One sheet, every cell text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    for values in (list(rows[0]) if rows else [key], *(row.values() for row in rows)):
        sheet.append([_cell(sheet, value) for value in values])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: str) -> Any:
    cell = WriteOnlyCell(sheet, value="".join(letter for letter in value if letter.isprintable() or letter in "\n\t"))
    cell.data_type = "s"
    return cell


def _no_formula(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _text(date: PartialDate | None) -> str:
    return str(date) if date else ""
