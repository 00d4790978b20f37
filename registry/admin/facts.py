"""Facts as they are known: each version with its source. They are loaded, not typed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from registry.admin.base import ReadOnlyAdmin
from registry.models import FactVersion


@admin.register(FactVersion)
class FactAdmin(ReadOnlyAdmin):
    plural = "Facts"
    list_display = ("fact_id", "kind", "country", "mineral", "value", "status", "version", "source")
    list_filter = ("status", "country", "mineral", "kind")
    list_select_related = ("source",)
    search_fields = ("fact_id", "kind", "source__title")
    fields = ("fact_id", "version", "status", "kind", "country", "mineral", "value", "quote", "source", "recorded_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactVersion]:
        return super().get_queryset(request).filter(superseded_entry=None)

    @admin.display(description="value")
    def value(self, fact: FactVersion) -> str:
        content: dict[str, Any] = fact.content
        value, unit = content.get("value"), content.get("unit") or ""
        return content.get("printed") or (f"{value} {unit}".strip() if value is not None else "not stated")

    @admin.display(description="what the source says")
    def quote(self, fact: FactVersion) -> str:
        return fact.content.get("quote") or "not stated"
