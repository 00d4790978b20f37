"""Sheets at the desk: what is listed as a file, and a file as drafts, looked at before anything is stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from tablib import Dataset

from registry.admin.base import ServiceAdmin
from registry.bulk import export_sheet
from registry.domain import sheet
from registry.exceptions import BadInput
from registry.services.sheets import Told, keep_sheet, look_at_sheet, store_sheet

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class SheetForm(forms.Form):
    file = forms.FileField(label="Sheet", help_text="CSV (UTF-8) or XLSX, with the columns of the template.")


class ConfirmForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
    reason = forms.CharField(label="Reason for the log, one for all rows", max_length=80)
    send_on = forms.BooleanField(label="Send all to a second officer", required=False)


class SheetAdmin(ServiceAdmin):
    """Adds the sheets to a list of records."""

    def get_urls(self) -> list[URLPattern]:
        views = (("import", self.sheet_view), ("export", self.export_view), ("template", self.template_view))
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"registry_instrument_{name}")
            for name, view in views
        ]
        return [*own, *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The records of the list as it is filtered, those that this person sees; ``format`` is csv or xlsx."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.GET.copy()
        wanted = query.pop("format", ["xlsx"])[-1]
        request.GET = query  # type: ignore[assignment]
        try:
            listed = self.get_changelist_instance(request).queryset.values("pk")
        except IncorrectLookupParameters:
            self.message_user(request, "The list has no such filter: choose anew.", messages.ERROR)
            return HttpResponseRedirect(reverse("admin:registry_instrument_changelist"))
        return _file(export_sheet(self.get_queryset(request).filter(pk__in=listed)), wanted, "instruments")

    def template_view(self, request: HttpRequest) -> HttpResponse:
        """An empty sheet with all columns of two measures."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return _file(Dataset(headers=sheet.columns(2)), request.GET.get("format", "xlsx"), "template")

    def sheet_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, SheetForm())
        return self._confirm(request) if "key" in request.POST else self._look(request)

    def _look(self, request: HttpRequest) -> HttpResponse:
        form = SheetForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=400)
        file = form.cleaned_data["file"]
        try:
            key = keep_sheet(name=file.name, content=file.read(), by=request.user)  # type: ignore[arg-type]
        except BadInput as error:
            form.add_error("file", str(error))
            return self._page(request, form, status=400)
        told = look_at_sheet(key=key, by=request.user)  # type: ignore[arg-type]
        return self._page(request, SheetForm(), told, ConfirmForm(initial={"key": key}))

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            told = look_at_sheet(key=request.POST["key"], by=request.user)  # type: ignore[arg-type]
            return self._page(request, SheetForm(), told, form, status=400)
        try:
            told = store_sheet(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except BadInput as error:
            told = Told((), str(error))
        if not told.is_good:
            return self._page(request, SheetForm(), told, form, status=400)
        counts = told.counts
        self.message_user(
            request, f"Stored: {counts['new']} new and {counts['changed']} changed drafts.", messages.SUCCESS
        )
        return HttpResponseRedirect(f"{reverse('admin:registry_instrument_changelist')}?waits=mine")

    def _page(
        self, request: HttpRequest, form: SheetForm, told: Told | None = None, confirm: Any = None, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Log many from a sheet",
            "opts": self.opts,
            "form": form,
            "told": told,
            "confirm": confirm,
        }
        return TemplateResponse(request, "admin/registry/instrument/sheet.html", context, status=status)


def _file(data: Dataset, wanted: str, name: str) -> HttpResponse:
    wanted = wanted if wanted in _TYPES else "xlsx"
    content = data.export(wanted)
    body = b"\xef\xbb\xbf" + content.encode() if isinstance(content, str) else content
    answer = HttpResponse(body, content_type=_TYPES[wanted])
    day = timezone.localdate().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{day}.{wanted}"'
    return answer
