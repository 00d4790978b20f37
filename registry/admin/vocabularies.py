"""Countries, minerals, materials, parties and facilities: to look up, not to change at the desk."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.admin.base import ReadOnlyAdmin
from registry.models import Country, Facility, Material, Mineral, Party


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


@admin.register(Party)
class PartyAdmin(ReadOnlyAdmin):
    list_display = ("name", "party_id", "country", "does")
    list_filter = ("country",)
    search_fields = ("name", "party_id")

    @admin.display(description="roles")
    def does(self, party: Party) -> str:
        return ", ".join(party.roles)


@admin.register(Facility)
class FacilityAdmin(ReadOnlyAdmin):
    list_display = ("name", "facility_id", "kind", "country", "operator", "stage")
    list_filter = ("kind", "country", "stage")
    list_select_related = ("operator",)
    search_fields = ("name", "facility_id", "operator__name")
