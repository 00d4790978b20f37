"""Sources: what instruments and facts rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ledger.domain.actor import Door
from registry.admin.base import ServiceAdmin
from registry.forms import SourceForm
from registry.models import Source
from registry.services.sources import save_source


@admin.register(Source)
class SourceAdmin(ServiceAdmin):
    logged_as, logged_by = "source", "key"
    form = SourceForm
    list_display = ("title", "kind", "publisher", "date", "endnote")
    list_filter = ("kind", "is_demo")
    search_fields = ("title", "publisher", "key", "url", "printed")
    fieldsets = (("Source", {"fields": ("title", "publisher", "kind", "url", "date", "section", "is_demo")}),)

    def write(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        save_source(source=form.instance, by=request.user.actor(Door.DESK))  # type: ignore[union-attr]
