"""Lots at the desk: a list that leads to their pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from registry.admin.base import ReadOnlyAdmin
from traceability.models import Lot


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    list_display = ("lot_id", "mineral", "material", "hs_code", "custody_model", "is_public")
    list_filter = ("mineral", "material", "is_public")
    list_select_related = ("mineral",)
    search_fields = ("lot_id", "^hs_code")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        lot = self.get_object(request, object_id)
        if lot is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(reverse("traceability:lot-detail", args=[lot.lot_id]))
