"""Submit, approve and send back: a button each, one service call each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from registry.admin.base import ServiceAdmin
from registry.admin.many import ManyAdmin
from registry.exceptions import RegistryError
from registry.models import Instrument, User
from registry.services import instruments as services
from registry.services.restoring import restore


def _submit(instrument: Instrument, by: User, reason: str) -> str:
    services.submit(instrument=instrument, by=by, reason=reason)
    return "Sent to a second officer. Nothing changes until it is approved."


def _approve(instrument: Instrument, by: User, reason: str) -> str:
    version = services.approve(instrument=instrument, by=by, reason=reason)
    return f"Approved as version {version.number}. Scores, borders and subscribers follow within a minute."


def _send_back(instrument: Instrument, by: User, reason: str) -> str:
    services.send_back(instrument=instrument, by=by, reason=reason)
    return "Sent back with your note."


STEPS: dict[str, Callable[[Instrument, User, str], str]] = {
    "submit": _submit,
    "approve": _approve,
    "send-back": _send_back,
}


class ReviewAdmin(ManyAdmin):
    """Adds the steps of a review to a record's page, as POSTs of their own."""

    def get_urls(self) -> list[URLPattern]:
        step = self.admin_site.admin_view(self.step_view)
        back = self.admin_site.admin_view(self.restore_view)
        return [
            path("<int:pk>/step/<slug:name>/", step, name="registry_instrument_step"),
            path("<int:pk>/restore/<int:number>/", back, name="registry_instrument_restore"),
            *super().get_urls(),
        ]

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Makes an earlier version the draft again; POST with ``restore_reason``."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        instrument = self.get_object(request, str(pk))
        version = instrument and instrument.versions.filter(number=number).first()
        if version is None:
            raise Http404("no such record or version")
        reason = request.POST.get("restore_reason", "").strip()
        try:
            restore(version=version, by=request.user, reason=reason)  # type: ignore[arg-type]
        except RegistryError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:registry_instrument_history", args=[pk]))
        self.message_user(
            request, f"Version {number} is the draft now. A second officer approves it.", messages.SUCCESS
        )
        return HttpResponseRedirect(self.page_of(instrument))

    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        instrument = self.get_object(request, str(pk))
        if instrument is None or name not in STEPS:
            raise Http404("no such record or step")
        take_step(self, request, instrument, name, request.POST.get("review_reason", "").strip())
        return HttpResponseRedirect(self.page_of(instrument))


def take_step(model_admin: ServiceAdmin, request: HttpRequest, instrument: Any, name: str, reason: str) -> None:
    """One step of a review; what stands against it is told in its own sentence."""
    try:
        said = STEPS[name](instrument, request.user, reason)  # type: ignore[arg-type]
    except RegistryError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        model_admin.message_user(request, said, messages.SUCCESS)
