"""Instruments as a sheet, out and in: a row each, drafts as of a form, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from import_export import resources
from import_export.instance_loaders import BaseInstanceLoader
from tablib import Dataset

from ledger.domain.actor import Door
from registry.choices import MATERIALS, STAGES
from registry.domain import sheet
from registry.domain.dates import Basis
from registry.domain.entering import read_date, read_hs
from registry.domain.family import RelationKind
from registry.domain.instruments import Status
from registry.exceptions import BadInput, NotAllowed, RegistryError
from registry.live import instrument_state
from registry.models import Country, Instrument, InstrumentRelation, Measure, Mineral, Source, StatusEvent, User
from registry.permissions import check_can_edit
from registry.services.instruments import Draft, save_draft

#: Most rows that one file may have.
MOST_ROWS = 2000
_PLAIN = ("title", "title_original", "number", "type", "legal_force", "scope", "pillar", "engagement_scope", "section",
          "quote", "note")  # fmt: skip


def export_sheet(records: QuerySet[Instrument]) -> Dataset:
    """Records as a sheet that `RecordSheet` reads back without loss."""
    rows = list(records.select_related("source").prefetch_related("measures", "status_events", "relations__other"))
    most = max((max((m.number for m in row.measures.all()), default=0) for row in rows), default=0)
    headers = sheet.columns(max(1, most))
    data = Dataset(headers=headers)
    for row in rows:
        values = _values(row)
        data.append([sheet.guarded(values.get(name, "")) for name in headers])
    return data


def _values(record: Instrument) -> dict[str, str]:
    events = [sheet.Step(Status(e.status), e.since, Basis(e.basis), e.note) for e in record.status_events.all()]
    acts = [sheet.Act(RelationKind(r.kind), r.other.instrument_id, r.since, r.note) for r in record.relations.all()]
    values = {
        **{name: getattr(record, name) for name in _PLAIN},
        "instrument_id": record.instrument_id,
        "country": record.country_id,
        "counterparts": ";".join(record.counterparts),
        "until": record.until,
        "review": record.review,
        "source": record.source.key if record.source else "",
        "life": sheet.write_life(events),
        "relations": sheet.write_relations(acts),
    }
    for measure in record.measures.all():
        values |= {f"measure_{measure.number}_{name}": _cell(measure, name) for name in sheet.MEASURE_COLUMNS}
    return values


def _cell(measure: Measure, name: str) -> str:
    value = getattr(measure, name)
    return ";".join(value) if isinstance(value, list) else value


class RecordSheet(resources.Resource):
    """Reads a sheet: each row becomes a draft through the service that the form calls, or says what is wrong where."""

    class Meta:
        instance_loader_class = BaseInstanceLoader
        skip_diff = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def __init__(self, by: User, reason: str) -> None:
        super().__init__()
        self.by, self.reason = by, reason
        self.known = _Known()
        #: Records whose drafts were stored, in the order of the sheet.
        self.saved: list[Instrument] = []

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        if unknown := sheet.unknown_columns(dataset.headers or []):
            raise BadInput(f"'{unknown[0][:60]}' is no column of a sheet of instruments; see the template.")
        if missing := [name for name in ("country", "title") if name not in (dataset.headers or [])]:
            raise BadInput(f"The column '{missing[0]}' is missing.")
        if len(dataset) > MOST_ROWS:
            raise BadInput(f"The file has {len(dataset)} rows; at most {MOST_ROWS} go in at once.")

    def _check_import_id_fields(self, headers: Any) -> None:
        """A row is known by its instrument_id; without one it is new."""

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        for name in row:
            row[name] = sheet.plain(row[name])

    def get_instance(self, instance_loader: Any, row: Mapping[str, str]) -> Instrument | None:
        wanted = row.get("instrument_id")
        return Instrument.objects.filter(instrument_id=wanted).first() if wanted else None

    def init_instance(self, row: Any = None) -> Instrument:
        return Instrument(instrument_id=(row or {}).get("instrument_id", ""))

    def import_instance(self, instance: Instrument, row: Mapping[str, str], **kwargs: Any) -> None:
        self.before = instrument_state(instance) if instance.pk else None
        self.draft = _Reader(row, instance, self.known).draft()
        try:
            check_can_edit(self.by, instance)
        except NotAllowed as error:
            raise ValidationError({"country": str(error)}) from error

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """A row that says what stands on record changes nothing."""
        if self.before is None or import_validation_errors:
            return False
        return bool(_said(self.before) == _said(_state(self.draft)))

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        try:
            self.saved.append(save_draft(draft=self.draft, by=self.by.actor(Door.DESK), reason=self.reason))
        except RegistryError as error:
            raise ValidationError(str(error)) from error

    def save_m2m(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """All rows of a draft are saved together."""


class _Known:
    """Codes that a sheet may name, read once a file."""

    def __init__(self) -> None:
        self.countries = set(Country.objects.values_list("code", flat=True))
        self.minerals = set(Mineral.objects.values_list("code", flat=True))
        self.sources = {source.key: source for source in Source.objects.all()}


class _Reader:
    """Reads one row; every value that cannot stand is told by its column, all at once."""

    def __init__(self, row: Mapping[str, str], instance: Instrument, known: _Known) -> None:
        self.row, self.instance, self.known = row, instance, known
        self.errors: dict[str, list[str]] = {}

    def draft(self) -> Draft:
        record = self.instance
        for name in _PLAIN:
            if name in self.row:
                setattr(record, name, self.row[name])
        self._read("country", self._country)
        record.counterparts = self._codes("counterparts", self.known.countries, record.counterparts)
        record.until = self._read("until", read_date, record.until)
        record.review = self._read("review", read_date, record.review)
        self._read("source", self._source)
        draft = Draft(
            record, self._measures(), self._read("life", self._life, []), self._read("relations", self._acts, [])
        )
        draft.is_numbered = True
        draft.removed = self._removed()
        if self.errors:
            raise ValidationError(self.errors)
        return draft

    def _read(self, name: str, read: Callable[[str], Any], otherwise: Any = None) -> Any:
        if name not in self.row:
            return otherwise
        try:
            return read(self.row[name])
        except ValueError as error:
            self.errors.setdefault(name, []).append(str(error))
            return otherwise

    def _codes(self, name: str, known: Iterable[str], otherwise: list[str]) -> list[str]:
        def read(text: str) -> list[str]:
            codes = [code.strip() for code in text.split(";") if code.strip()]
            if wrong := [code for code in codes if code not in known]:
                raise ValueError(f"'{wrong[0][:40]}' is not known; several are parted by semicolons.")
            return codes

        found: list[str] = self._read(name, read, otherwise)
        return found

    def _country(self, text: str) -> None:
        if text not in self.known.countries:
            raise ValueError(f"'{text[:40]}' is no country or body on record: write its code, such as TH.")
        self.instance.country_id = text

    def _source(self, text: str) -> None:
        if text and text not in self.known.sources:
            raise ValueError(f"No source has the key '{text[:60]}': record it first.")
        self.instance.source = self.known.sources.get(text)

    def _life(self, text: str) -> list[StatusEvent]:
        return [
            StatusEvent(status=step.status.value, since=step.since, basis=step.basis.value, note=step.note)
            for step in sheet.read_life(text)
        ]

    def _acts(self, text: str) -> list[InstrumentRelation]:
        acts = sheet.read_relations(text)
        rows = Instrument.objects.filter(instrument_id__in=[act.other for act in acts])
        others = {row.instrument_id: row for row in rows}
        if wrong := [act.other for act in acts if act.other not in others]:
            raise ValueError(f"No instrument has the id '{wrong[0][:60]}'.")
        return [
            InstrumentRelation(kind=act.kind.value, other=others[act.other], since=act.since, note=act.note)
            for act in acts
        ]

    def _measures(self) -> list[Measure]:
        return [self._measure(number, values) for number, values in sheet.measures_of(self.row).items()]

    def _measure(self, number: int, values: Mapping[str, str]) -> Measure:
        inner = _Reader(values, self.instance, self.known)
        measure = Measure(
            number=number,
            code=values.get("code", ""),
            direction=values.get("direction", ""),
            minerals=inner._codes("minerals", self.known.minerals, []),
            materials=inner._codes("materials", dict(MATERIALS), []),
            stages=inner._codes("stages", dict(STAGES), []),
            destinations=inner._codes("destinations", self.known.countries, []),
            hs=inner._read("hs", read_hs, []),
            start=inner._read("start", read_date, ""),
            until=inner._read("until", read_date, ""),
            rate=values.get("rate", ""),
            exemptions=values.get("exemptions", ""),
        )
        self.errors |= {f"measure_{number}_{name}": words for name, words in inner.errors.items()}
        self._clean(number, measure)
        return measure

    def _clean(self, number: int, measure: Measure) -> None:
        try:
            measure.full_clean(exclude=["instrument"], validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            for name, words in error.message_dict.items():
                self.errors.setdefault(f"measure_{number}_{name}", []).extend(words)

    def _removed(self) -> list[Any]:
        """What stands on record of the parts that the sheet has columns for: the row says it anew."""
        if self.instance.pk is None:
            return []
        has_measures = any(name.startswith("measure_") for name in self.row)
        return [
            *(self.instance.measures.all() if has_measures else ()),
            *(self.instance.status_events.all() if "life" in self.row else ()),
            *(self.instance.relations.all() if "relations" in self.row else ()),
        ]


def _state(draft: Draft) -> dict[str, Any]:
    """What the log would hold of a draft, without saving it; parts that the sheet leaves alone as they are."""
    record = draft.instrument
    gone = {type(row) for row in draft.removed}
    stored: Any = instrument_state(record)
    measures = [_columns_of(row, _MEASURE) for row in draft.measures]
    events = [_columns_of(row, _EVENT) for row in sorted(draft.events, key=lambda row: row.since)]
    found = {**stored}
    if Measure in gone or measures:
        found["measures"] = measures
    if StatusEvent in gone or events:
        found["events"] = events
    if InstrumentRelation in gone or draft.relations:
        found["relations"] = [
            {"kind": r.kind, "instrument_id": r.other.instrument_id, "title": r.other.title, "since": r.since,
             "note": r.note}
            for r in draft.relations
        ]  # fmt: skip
    return found


_MEASURE = ("number", "code", "direction", "minerals", "materials", "hs", "stages", "destinations", "exemptions",
            "rate", "start", "until")  # fmt: skip
_EVENT = ("status", "since", "basis", "note")


def _columns_of(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _said(state: Any) -> Any:
    """What a record says, without where it stands at the desk; order of rows of one day says nothing."""
    silent = {"state", "drafted_by", "submitted_by", "review_note", "documents"}
    said = {key: value for key, value in state.items() if key not in silent}
    for part in ("events", "relations"):
        said[part] = sorted((tuple(sorted(row.items())) for row in said.get(part) or ()), key=str)
    return said
