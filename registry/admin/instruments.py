"""Instruments at the desk: drafted, previewed, sent to a second officer, approved."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.domain.actor import Door
from registry.admin.base import ShowAgain, instant_column
from registry.admin.filters import CodeFilter, CountedTogether, CountryFilter, FlagFilter, MeasureFilter, MineralFilter
from registry.admin.inlines import DocumentInline, MeasureInline, RelationInline, StatusInline
from registry.admin.prefilled import Prefilled, first_values, get_copied, get_prefill
from registry.admin.record import changes_against, sections_of
from registry.admin.review import ReviewAdmin
from registry.admin.steps import mark_of, review_of
from registry.choices import DraftState
from registry.comparing import Words
from registry.desk import countries_of, get_drafts, get_instruments_of, get_reviews
from registry.domain.dates import PartialDate
from registry.domain.entering import BEGINNINGS
from registry.domain.instruments import InstrumentState
from registry.forms import InstrumentForm
from registry.models import (
    Country,
    Instrument,
    InstrumentDocument,
    InstrumentRelation,
    InstrumentVersion,
    Measure,
    Source,
    StatusEvent,
)
from registry.paths import instrument_path
from registry.previews import Preview, get_preview
from registry.services.drafting import draft_from_news
from registry.services.instruments import Draft, save_draft
from registry.services.vocabularies import country_words
from registry.templatetags.seam import badge, date_words
from registry.wording import listed, measure_label, status_badge

Row = TypeVar("Row", bound=models.Model)

_FIELDS: dict[str, Any] = {
    "Instrument": ("title", "title_original", ("country", "type"), ("number", "legal_force"), ("scope", "pillar")),
    "Agreements and plans: the other sides, a last day": ("counterparts", "engagement_scope", ("until", "review")),
    "Evidence": ("source", "quote", "note"),
    "For the log": ("reason",),
}

_CLASSES = {
    "Agreements and plans: the other sides, a last day": ("fold",),
    "Evidence": ("after",),
    "For the log": ("after",),
}


class WaitingFilter(CountedTogether, admin.SimpleListFilter):
    """Whose turn it is."""

    title = "what waits"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("review", "For me to approve"), ("mine", "Drafts of mine")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> QuerySet[Instrument]:
        chosen = {"review": get_reviews, "mine": get_drafts}.get(self.value() or "")
        return queryset.filter(pk__in=chosen(request.user).values("pk")) if chosen else queryset  # type: ignore[arg-type]


@admin.register(Instrument)
class InstrumentAdmin(ReviewAdmin):
    form = InstrumentForm
    change_form_template = "admin/registry/instrument/change_form.html"
    inlines = (StatusInline, MeasureInline, RelationInline, DocumentInline)
    autocomplete_fields = ("source",)
    list_display = ("titled", "country", "at_desk", "stands", "does", "since", "changed")
    list_filter = (WaitingFilter, CountryFilter, ("state", CodeFilter), MineralFilter, MeasureFilter,
                   ("type", CodeFilter), ("is_demo", FlagFilter))  # fmt: skip
    search_fields = ("title", "title_original", "number", "instrument_id", "quote", "source__title")
    search_help_text = "Title in either language, official number, words of the source."

    changed = instant_column("changed_at", "changed")

    # --- who sees and changes what

    def get_queryset(self, request: HttpRequest) -> QuerySet[Instrument]:
        current = Prefetch("versions", InstrumentVersion.objects.current(), to_attr="current_versions")
        return get_instruments_of(request.user).prefetch_related("measures", "status_events", current)  # type: ignore[arg-type]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "country":
            codes = countries_of(request.user, "registry.change_instrument")  # type: ignore[arg-type]
            kwargs["queryset"] = Country.objects.all() if codes is None else Country.objects.filter(pk__in=codes)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "country" and formfield is not None:
            formfield.widget.can_view_related = False
        return formfield

    # --- the list

    @admin.display(description="title", ordering="title")
    def titled(self, instrument: Instrument) -> SafeString:
        names = listed(instrument.counterparts, country_words(), every="", proper=True)
        original = instrument.title_original or instrument.number
        below = ", ".join(filter(None, (original, f"with {names}" if names else "")))
        return format_html('{}<span class="sub">{}</span>', instrument.title[:1].upper() + instrument.title[1:], below)

    @admin.display(description="at the desk", ordering="state")
    def at_desk(self, instrument: Instrument) -> SafeString:
        return mark_of(instrument)

    @admin.display(description="today")
    def stands(self, instrument: Instrument) -> SafeString:
        for version in instrument.current_versions:  # type: ignore[attr-defined]
            return badge(*status_badge(InstrumentState.from_json(version.content), timezone.localdate()))
        return format_html('<span class="muted">{}</span>', "not approved yet")

    @admin.display(description="measures")
    def does(self, instrument: Instrument) -> str:
        names = dict.fromkeys(measure_label(measure.code) for measure in instrument.measures.all())
        return ", ".join(names) or "no measure on record"

    @admin.display(description="in force from")
    def since(self, instrument: Instrument) -> SafeString:
        measures = sorted(measure.start for measure in instrument.measures.all() if measure.start)
        began = sorted(event.since for event in instrument.status_events.all() if event.status in BEGINNINGS)
        starts = measures or [since for since in began if since]
        if not starts:
            return format_html('<span class="unk">{}</span>', "not stated")
        return format_html('<span class="date">{}</span>', date_words(PartialDate.parse(starts[0])))

    # --- the form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(name, {"fields": fields, "classes": _CLASSES.get(name, ())}) for name, fields in _FIELDS.items()]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        found = get_prefill(request)
        names = frozenset(found.prefill.instrument) if found and not found.attaches else frozenset()
        return type(form.__name__, (form,), {"prefilled": names})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        found, copied = get_prefill(request), get_copied(request)
        if copied is not None:
            return first_values(copied)
        return dict(found.prefill.instrument) if found else {}

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "GET":  # in a POST these values would pass for what the row held before
            kwargs["initial"] = inline.first_rows(request)
        return kwargs

    def write(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        if "_preview" in request.POST:
            raise ShowAgain(form, formsets)
        draft, reason, found = _gather(form, formsets), form.cleaned_data["reason"], get_prefill(request)
        if found is not None:
            draft_from_news(draft=draft, flag=found.flag, by=request.user, reason=reason)  # type: ignore[arg-type]
        else:
            save_draft(draft=draft, by=request.user.actor(Door.DESK), reason=reason)  # type: ignore[union-attr]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = context["original"]
        form, formsets = context["adminform"].form, [each.formset for each in context["inline_admin_formsets"]]
        found = get_prefill(request)
        context.update(
            title=_page_title(obj, found),
            subtitle=None,
            found=found,
            copied=get_copied(request) if obj is None else None,
            preview=self._preview(request, obj, form, formsets),
            has_errors=form.is_bound and bool(context["errors"]),
            review=review_of(request, obj),
            comments=self.comments_of(request, obj),
            worked_out_at=timezone.now(),
            public_path=instrument_path(obj.instrument_id) if obj and obj.current_versions else "",
        )
        if obj is not None and not self.has_change_permission(request, obj):
            words = Words()
            current = obj.current_versions[0] if obj.current_versions else None
            context["sections"] = sections_of(obj, words)
            context["changes"] = changes_against(obj, current, words) if current else []
        return super().render_change_form(request, context, *args, **kwargs)

    def _preview(self, request: HttpRequest, obj: Any, form: Any, formsets: Sequence[Any]) -> Preview | None:
        """What the rows of the page would do: those typed, stored, or filled in by a flag. None: no rows yet."""
        on = timezone.localdate()
        found = get_prefill(request)
        if form.is_bound:
            valid = form.is_valid() and all(formset.is_valid() for formset in formsets)
            if not valid:
                return None
            return get_preview(
                _citing(form.instance, found),
                _rows_of(formsets, Measure),
                _rows_of(formsets, StatusEvent),
                on=on,
                relations=_rows_of(formsets, InstrumentRelation),
            )
        if obj is not None:
            if obj.state == DraftState.APPROVED:
                return None
            return get_preview(
                obj,
                list(obj.measures.all()),
                list(obj.status_events.all()),
                on=on,
                relations=list(obj.relations.all()),
            )
        return preview_of_flag(found.prefill, on=on) if found else None


def preview_of_flag(prefill: Any, *, on: Any) -> Preview | None:
    """What a flag's instrument would do just as the news fills it in; None where it names no country."""
    values = dict(prefill.instrument)
    country = values.pop("country", None)
    if country is None:
        return None
    events = [StatusEvent(status=e.status.value, since=e.since, basis=e.basis.value) for e in prefill.events]
    measures = [Measure(**prefill.measure)] if prefill.measure else []
    instrument = Instrument(country_id=country, source=Source(kind="news"), **values)
    return get_preview(instrument, measures, events, on=on)


def _citing(instrument: Instrument, found: Prefilled | None) -> Instrument:
    """The record as it would be saved: a flag's news is its source where none is named."""
    cited = copy.copy(instrument)
    if found is not None and cited.source is None:
        cited.source = Source(kind="news")
    return cited


def _gather(form: Any, formsets: Sequence[Any]) -> Draft:
    changed = [
        row for formset in formsets for row in (*formset.new_objects, *(pair[0] for pair in formset.changed_objects))
    ]
    return Draft(
        instrument=form.instance,
        measures=[row for row in changed if isinstance(row, Measure)],
        events=[row for row in changed if isinstance(row, StatusEvent)],
        relations=[row for row in changed if isinstance(row, InstrumentRelation)],
        documents=[row for row in changed if isinstance(row, InstrumentDocument)],
        removed=[row for formset in formsets for row in formset.deleted_objects],
    )


def _rows_of(formsets: Sequence[Any], kind: type[Row]) -> list[Row]:
    """Rows of one kind as they are typed, those taken out left out."""
    rows = [form.instance for formset in formsets for form in formset.forms if _is_row(form)]
    return [row for row in rows if isinstance(row, kind)]


def _is_row(form: forms.ModelForm) -> bool:
    stands = form.instance.pk is not None or form.has_changed()
    return stands and not form.cleaned_data.get("DELETE")


def _page_title(obj: Instrument | None, found: Any) -> str:
    if obj is None:
        return "New instrument, from a flag" if found else "New instrument"
    return obj.title
