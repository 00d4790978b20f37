"""Countries, minerals and materials, to look up; parties and facilities, which officers of their country correct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.domain.actor import Door
from registry.admin.base import ReadOnlyAdmin, ServiceAdmin
from registry.admin.filters import NamedCountryFilter, named
from registry.choices import label
from registry.forms import FacilityForm, PartyForm
from registry.models import Country, Facility, Material, Mineral, Party
from registry.services.parties import change_facility, change_party


@admin.register(Country)
class CountryAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "alpha3", "kind", "asean_from")
    list_filter = ("kind", ("asean_from", admin.EmptyFieldListFilter))
    search_fields = ("name", "=code", "=alpha3")


@admin.register(Mineral)
class MineralAdmin(ReadOnlyAdmin):
    list_display = ("name", "symbol", "code")
    search_fields = ("name", "=symbol", "code")


@admin.register(Material)
class MaterialAdmin(ReadOnlyAdmin):
    list_display = ("description", "hs", "mineral", "material", "stage")
    list_filter = ("mineral", "stage", "material")
    list_select_related = ("mineral",)
    search_fields = ("description", "^hs_code", "mineral__name")

    @admin.display(description="HS code", ordering="hs_code")
    def hs(self, material: Material) -> SafeString:
        return format_html(
            '<span class="num">{}</span> <span class="muted">HS {}</span>', material.hs_code, material.hs_edition
        )


class CorrectedAdmin(ServiceAdmin):
    """Rows that imports and the paper bring, and that officers correct, each time with a reason for the log."""

    fields: tuple[Any, ...] = ()
    #: What is shown and does not change here.
    fixed: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return named(super().get_queryset(request))

    @admin.display(description="country", ordering="country")
    def where(self, row: Any) -> str:
        return str(row.country_name or row.country)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown: list[tuple[str | None, dict[str, Any]]] = [(None, {"fields": self.fields})]
        if self.fixed:
            shown.append(("As its source states it", {"fields": self.fixed}))
        if self.has_change_permission(request, obj):
            shown.append(("For the log", {"fields": ("reason",)}))
        return shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fixed


@admin.register(Party)
class PartyAdmin(CorrectedAdmin):
    logged_as, logged_by = "party", "party_id"
    form = PartyForm
    fields = ("name", "country")
    fixed = ("party_id", "does")
    list_display = ("name", "where", "does")
    list_filter = (NamedCountryFilter,)
    search_fields = ("name", "party_id")

    @admin.display(description="roles")
    def does(self, party: Party) -> str:
        return ", ".join(label(role).lower() for role in party.roles)

    def write(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        by = request.user.actor(Door.DESK)  # type: ignore[union-attr]
        change_party(party=form.instance, by=by, reason=form.cleaned_data["reason"])


@admin.register(Facility)
class FacilityAdmin(CorrectedAdmin):
    logged_as, logged_by = "facility", "facility_id"
    form = FacilityForm
    fields = ("name", ("kind", "country"), "operator", ("latitude", "longitude"), "licence_number",
              ("licence_from", "licence_until"), "capacity_t_per_year")  # fmt: skip
    fixed = ("facility_id", "stage", "tier", "operating_status", "place", "source", "quote", "note")
    autocomplete_fields = ("operator",)
    list_display = ("name", "kind", "where", "operator", "stage")
    list_filter = ("kind", NamedCountryFilter, "stage")
    list_select_related = ("operator",)
    search_fields = ("name", "facility_id", "operator__name")

    def write(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        by = request.user.actor(Door.DESK)  # type: ignore[union-attr]
        change_facility(facility=form.instance, by=by, reason=form.cleaned_data["reason"])
