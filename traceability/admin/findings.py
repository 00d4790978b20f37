"""Findings at the desk: what is open, the newest first; each leads to its place on the lot's page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from registry.admin.base import ReadOnlyAdmin, instant_column
from traceability.models import Finding


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    list_display = ("code", "severity", "state", "lot", "event", "opened")
    list_filter = ("state", "severity", "code")
    list_select_related = ("lot", "event")
    search_fields = ("lot__lot_id", "event__event_id", "message")
    ordering = ("-opened_at", "code")
    opened = instant_column("opened_at", "Open since")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        return super().get_queryset(request).filter(superseded_entry=None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("traceability.view_lot"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("traceability.view_lot"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        finding = self.get_object(request, object_id)
        if finding is None:
            return super().change_view(request, object_id, form_url, extra_context)
        page = reverse("traceability:lot-detail", args=[finding.lot.lot_id])
        return HttpResponseRedirect(f"{page}#finding-{finding.pk}")
