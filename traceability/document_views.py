"""Pages of documents: added on the page of a lot, given out as attachments, withdrawn with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.domain.actor import Door
from registry.models import User
from traceability.exceptions import BadDocument, DamagedDocument, UnknownLot
from traceability.forms import DocumentForm
from traceability.models import Document
from traceability.paperwork import subjects_of
from traceability.selectors.documents import get_document
from traceability.selectors.visibility import get_lot
from traceability.services import documents as service

_CLOSED = "Documents are added by officers and auditors who are signed in."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, lot_id: str) -> HttpResponse:
    user = _keeper(request)
    try:
        lot = get_lot(lot_id, user)
    except UnknownLot as error:
        raise Http404(str(error)) from error
    subjects = subjects_of(lot)
    form = DocumentForm(request.POST or None, request.FILES or None, subjects=subjects)
    if request.method == "POST" and form.is_valid() and _stored(request, form, user):
        return redirect(f"{request.path.removesuffix('documents/')}#documents")
    context = {"section": "lots", "form": form, "lot": lot}
    return render(request, "traceability/document_add.html", context, status=400 if form.errors else 200)


@login_required
@require_GET
def read(request: HttpRequest, document_id: str) -> HttpResponse:
    """The file, hashed anew; always to be saved, never shown in the site's own name."""
    document = _found(request, document_id)
    if not document.is_stored:
        raise Http404("This document is linked, not stored here.")
    try:
        content = service.read_document(document)
    except DamagedDocument as error:
        context = {"title": "This document is damaged", "reason": str(error), "section": "lots"}
        return render(request, "traceability/document_damaged.html", context, status=409)
    answer = HttpResponse(content, content_type=document.content_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=document.file_name) or ""
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_POST
def check(request: HttpRequest, document_id: str) -> HttpResponse:
    document = _found(request, document_id)
    try:
        messages.success(request, service.check_link(document))
    except DamagedDocument as error:
        messages.error(request, str(error))
    return redirect(back(request))


@login_required
@require_POST
def withdraw(request: HttpRequest, document_id: str) -> HttpResponse:
    user = _keeper(request)
    try:
        service.withdraw_document(
            document=_found(request, document_id), by=user.actor(Door.WEB), reason=request.POST.get("reason", "")
        )
        messages.success(request, "The document is withdrawn; the log keeps that it was here, and why it went.")
    except BadDocument as error:
        messages.error(request, str(error))
    return redirect(back(request))


def _stored(request: HttpRequest, form: DocumentForm, user: User) -> bool:
    by: Any = user.actor(Door.WEB)
    try:
        if form.upload is not None:
            service.store_document(paper=form.paper, file=form.upload, name=str(form.upload.name), by=by)
        else:
            given = form.cleaned_data
            service.link_document(paper=form.paper, url=given["url"], sha256=given["sha256"], by=by)
    except BadDocument as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, f"Taken in: {form.cleaned_data['title']}.")
    return True


def _keeper(request: HttpRequest) -> User:
    if not (isinstance(request.user, User) and request.user.has_perm("traceability.add_document")):
        raise PermissionDenied(_CLOSED)
    return request.user


def _found(request: HttpRequest, document_id: str) -> Document:
    document = get_document(document_id, request.user)
    if document is None:
        raise Http404("There is no such document, or it is not open to you.")
    return document


def back(request: HttpRequest) -> str:
    """The lot's page that the button stood on; only a path of this site."""
    path = request.POST.get("next", "")
    return path if path.startswith("/lots/") and "//" not in path and "\\" not in path else "/lots/"
