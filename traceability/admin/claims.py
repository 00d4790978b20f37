"""Credits and claims at the desk, to look up; the page of their site records them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from registry.admin.base import ReadOnlyAdmin, instant_column
from traceability.models import Claim, Credit


class AccountAdmin(ReadOnlyAdmin):
    """Every row ever recorded: what was withdrawn stays."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("traceability.record_claim")

    recorded = instant_column("at", "recorded")


@admin.register(Credit)
class CreditAdmin(AccountAdmin):
    list_display = ("credit_id", "facility", "period_from", "period_until", "lot", "kilograms", "state", "recorded")
    list_filter = ("state", "kind", "element", "country")
    list_select_related = ("facility", "lot")
    search_fields = ("=credit_id", "facility__name", "lot__lot_id", "certificate", "scheme")

    @admin.display(description="booked, kg")
    def kilograms(self, credit: Credit) -> str:
        return f"{credit.in_kg.normalize():f}"


@admin.register(Claim)
class ClaimAdmin(AccountAdmin):
    list_display = ("claim_id", "lot", "site", "kilograms", "state", "recorded")
    list_filter = ("state",)
    search_fields = ("=claim_id", "lot__lot_id", "credit__facility__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).select_related("lot", "credit__facility")

    @admin.display(description="site")
    def site(self, claim: Claim) -> str:
        return claim.credit.facility.name

    @admin.display(description="claimed, kg")
    def kilograms(self, claim: Claim) -> str:
        return f"{claim.kg.normalize():f}"
