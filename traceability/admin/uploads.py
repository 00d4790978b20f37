"""Imports at the desk: the list, and the same pages that an auditor has."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from registry.admin.base import ReadOnlyAdmin, instant_column
from traceability.models import Upload
from traceability.selectors.visibility import can_import


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ("name", "uploaded", "by", "state", "new_rows", "problem_count")
    list_filter = ("state",)
    search_fields = ("name", "upload_id", "=sha256")
    uploaded = instant_column("uploaded_at", "Uploaded")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return can_import(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_import(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can_import(request.user)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("traceability:import"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        upload = self.get_object(request, object_id)
        if upload is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(reverse("traceability:upload", args=[upload.upload_id]))
