"""Measures and statuses inside an instrument's form."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from registry.admin.base import Searching
from registry.admin.prefilled import first_measures, get_copied, get_prefill
from registry.forms import DocumentForm, MeasureForm, RelationForm, StatusForm, StatusFormSet
from registry.models import Instrument, InstrumentDocument, InstrumentRelation, Measure, StatusEvent


class RecordInline(Searching, admin.StackedInline):
    """Who may change the record may change its rows."""

    extra = 0
    template = "admin/registry/instrument/rows.html"
    #: Parameter of the address that asks for one more empty row, for readers without scripts.
    more = ""
    #: Whether a new record starts with an empty row.
    starts = True

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        prefilled = len(self.first_rows(request))
        return max(prefilled, 1 if (obj is None and self.starts) or self.more in request.GET else 0)

    def first_rows(self, request: HttpRequest) -> list[dict[str, object]]:
        """Values of new rows that a flag fills in."""
        raise NotImplementedError

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        names = frozenset(name for row in self.first_rows(request) for name in row)
        formset.form = type(formset.form.__name__, (formset.form,), {"prefilled": names})
        return formset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._record().has_view_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._record().has_change_permission(request, obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._record().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._record().has_change_permission(request, obj))

    def _record(self) -> Any:
        return self.admin_site.get_model_admin(Instrument)


class StatusInline(RecordInline):
    model = StatusEvent
    form = StatusForm
    formset = StatusFormSet
    more = "more_statuses"
    fields = (("status", "since", "basis"), "note")

    def first_rows(self, request: HttpRequest) -> list[dict[str, object]]:
        found = get_prefill(request)
        events = found.prefill.events if found else ()
        return [{"status": event.status.value, "since": event.since, "basis": event.basis.value} for event in events]


class MeasureInline(RecordInline):
    model = Measure
    form = MeasureForm
    more = "more_measures"
    fieldsets = (
        (None, {"fields": (("code", "direction"), "minerals", "hs", ("start", "until"))}),
        (
            "Materials, stages, destinations, rate, exemptions",
            {"fields": ("materials", "stages", "destinations", "rate", "exemptions"), "classes": ("fold",)},
        ),
    )

    def first_rows(self, request: HttpRequest) -> list[dict[str, object]]:
        copied = get_copied(request)
        if copied is not None:
            return first_measures(copied)
        found = get_prefill(request)
        return [found.prefill.measure] if found and found.prefill.measure and not found.attaches else []


class RelationInline(RecordInline):
    model = InstrumentRelation
    form = RelationForm
    fk_name = "instrument"
    more = "more_relations"
    starts = False
    autocomplete_fields = ("other",)
    fields = (("kind", "since"), "other", "note")

    def first_rows(self, request: HttpRequest) -> list[dict[str, object]]:
        return []


class DocumentInline(RecordInline):
    model = InstrumentDocument
    form = DocumentForm
    more = "more_documents"
    starts = False
    fields = ("file", ("role", "language"), "url")

    def first_rows(self, request: HttpRequest) -> list[dict[str, object]]:
        return []
