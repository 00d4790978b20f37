"""Enforcement records at the desk: drafted, previewed, sent to a second officer, approved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.domain.actor import Door
from registry.admin.base import ShowAgain
from registry.admin.filters import CodeFilter, CountedTogether, FlagFilter
from registry.admin.record import enforcement_changes, enforcement_sections
from registry.admin.steps import StepsAdmin, mark_of, review_of
from registry.choices import DraftState
from registry.comparing import Words
from registry.desk import countries_of, get_records_of, get_records_to_review
from registry.domain.dates import PartialDate
from registry.enforcement_forms import EnforcementForm
from registry.models import Country, EnforcementRecord, EnforcementVersion, User
from registry.paths import enforcement_path
from registry.services import enforcement as services
from registry.templatetags.seam import date_words

_FIELDS: dict[str, Any] = {
    "What happened": ("title", ("country", "kind"), ("since", "basis"), ("until", "standing")),
    "Where, and whom it touches": ("instrument", ("facility", "area"), "party", "minerals", "touches"),
    "How much: a fine, or tonnes": (("amount", "currency"), "quantity_t"),
    "Evidence": ("source", "section", "quote", "note"),
    "For scores": ("reading",),
    "For the log": ("reason",),
}
_FOLDED = {"How much: a fine, or tonnes"}


def _submit(row: EnforcementRecord, by: User, reason: str) -> str:
    services.submit(row=row, by=by, reason=reason)
    return "Sent to a second officer. Nothing changes until it is approved."


def _approve(row: EnforcementRecord, by: User, reason: str) -> str:
    version = services.approve(row=row, by=by, reason=reason)
    return f"Approved as version {version.number}. A score that reads it follows within a minute."


def _send_back(row: EnforcementRecord, by: User, reason: str) -> str:
    services.send_back(row=row, by=by, reason=reason)
    return "Sent back with your note."


class WaitingFilter(CountedTogether, admin.SimpleListFilter):
    """Whose turn it is."""

    title = "what waits"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("review", "For me to approve"), ("mine", "Drafts of mine")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        person: Any = request.user
        if self.value() == "review":
            return queryset.filter(pk__in=get_records_to_review(person).values("pk"))
        if self.value() == "mine":
            return queryset.filter(drafted_by=person.public_id).exclude(state=DraftState.APPROVED)
        return queryset


@admin.register(EnforcementRecord)
class EnforcementAdmin(StepsAdmin):
    plural = "Enforcement"
    form = EnforcementForm
    steps = {"submit": _submit, "approve": _approve, "send-back": _send_back}
    logged_as, logged_by = "enforcement", "record_id"
    change_form_template = "admin/registry/enforcementrecord/change_form.html"
    autocomplete_fields = ("source", "instrument", "facility")
    list_display = ("title", "country", "at_desk", "kind", "when", "reads")
    list_filter = (WaitingFilter, ("state", CodeFilter), ("kind", CodeFilter), ("reading", CodeFilter),
                   ("is_demo", FlagFilter))  # fmt: skip
    search_fields = ("title", "area", "party", "record_id", "quote", "source__title", "facility__name")
    search_help_text = "Words of the title, area, party, facility or source."

    def get_queryset(self, request: HttpRequest) -> QuerySet[EnforcementRecord]:
        current = Prefetch("versions", EnforcementVersion.objects.current(), to_attr="current_versions")
        return get_records_of(request.user).prefetch_related(current)  # type: ignore[arg-type]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "country":
            codes = countries_of(request.user, "registry.change_enforcementrecord")  # type: ignore[arg-type]
            kwargs["queryset"] = Country.objects.all() if codes is None else Country.objects.filter(pk__in=codes)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "country" and formfield is not None:
            formfield.widget.can_view_related = False
        return formfield

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            (name, {"fields": fields, "classes": ("fold",) if name in _FOLDED else ()})
            for name, fields in _FIELDS.items()
        ]

    # --- the list

    @admin.display(description="at the desk", ordering="state")
    def at_desk(self, row: EnforcementRecord) -> SafeString:
        return mark_of(row)

    @admin.display(description="when", ordering="since")
    def when(self, row: EnforcementRecord) -> SafeString:
        if not row.since:
            return format_html('<span class="unk">{}</span>', "not stated")
        return format_html('<span class="date">{}</span>', date_words(PartialDate.parse(row.since)))

    @admin.display(description="for scores", ordering="reading")
    def reads(self, row: EnforcementRecord) -> str:
        return row.get_reading_display() or "says nothing of the whole"

    # --- the form

    def write(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        if "_preview" in request.POST:
            raise ShowAgain(form, formsets)
        by = request.user.actor(Door.DESK)  # type: ignore[union-attr]
        services.save_record(row=form.instance, by=by, reason=form.cleaned_data["reason"])

    def restore_version(self, version: Any, by: User, reason: str) -> None:
        services.restore(version=version, by=by, reason=reason)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj, form = context["original"], context["adminform"].form
        row = form.instance if form.is_bound and form.is_valid() else obj
        context.update(
            review=review_of(request, obj),
            comments=self.comments_of(request, obj),
            effects=services.get_effects(row, on=timezone.localdate()) if row is not None else (),
            is_previewed=row is not None,
            has_errors=form.is_bound and bool(context["errors"]),
            worked_out_at=timezone.now(),
            public_path=enforcement_path(obj.record_id) if obj and obj.current_versions else "",
        )
        if obj is not None and not self.has_change_permission(request, obj):
            words = Words()
            current = obj.current_versions[0] if obj.current_versions else None
            context["sections"] = enforcement_sections(obj, words)
            context["changes"] = enforcement_changes(obj, current, words) if current else []
        return super().render_change_form(request, context, *args, **kwargs)
