"""The pages of an import: upload, look at what it would do, store it. Only for those who may import."""

from __future__ import annotations

import io
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.domain.actor import Door
from registry.models import User
from traceability.exceptions import BadUpload, WrongState
from traceability.exchange.sheets import write_errors, write_template
from traceability.models import Upload
from traceability.selectors.uploads import get_problems, get_upload, get_upload_page, get_uploads
from traceability.services.uploads import ask_to_store, take_in

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CLOSED = "Imports are for auditors: an administrator gives that role."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    user = _importer(request)
    context: dict[str, Any] = {"section": "lots", "uploads": get_uploads()}
    if request.method == "POST":
        try:
            upload = take_in(files=request.FILES.getlist("file"), by=user.actor(Door.IMPORT))
        except BadUpload as error:
            return render(request, "traceability/import.html", {**context, "error": str(error)}, status=400)
        return redirect("traceability:upload", upload.upload_id)
    return render(request, "traceability/import.html", context)


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to start from; it holds nothing of the register, so anyone may have it."""
    sheet = io.BytesIO()
    write_template(sheet)
    return _workbook(sheet, "seam-import.xlsx")


@login_required
@require_GET
def upload(request: HttpRequest, upload_id: str) -> HttpResponse:
    _importer(request)
    page = get_upload_page(_found(upload_id))
    return render(request, "traceability/upload.html", {"section": "lots", "page": page})


@login_required
@require_GET
def errors(request: HttpRequest, upload_id: str) -> HttpResponse:
    _importer(request)
    found, sheet = _found(upload_id), io.BytesIO()
    write_errors(sheet, get_problems(found))
    return _workbook(sheet, f"errors-{found.upload_id}.xlsx")


@login_required
@require_POST
def store(request: HttpRequest, upload_id: str) -> HttpResponse:
    user = _importer(request)
    _found(upload_id)
    try:
        ask_to_store(upload_id=upload_id, by=user.actor(Door.IMPORT))
    except WrongState as error:
        page = get_upload_page(_found(upload_id))
        return render(
            request, "traceability/upload.html", {"section": "lots", "page": page, "error": str(error)}, status=409
        )
    return redirect("traceability:upload", upload_id)


def _importer(request: HttpRequest) -> User:
    if not (isinstance(request.user, User) and request.user.has_perm("traceability.import_lots")):
        raise PermissionDenied(_CLOSED)
    return request.user


def _found(upload_id: str) -> Upload:
    found = get_upload(upload_id)
    if found is None:
        raise Http404("There is no such import.")
    return found


def _workbook(sheet: io.BytesIO, name: str) -> HttpResponse:
    answer = HttpResponse(sheet.getvalue(), content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
