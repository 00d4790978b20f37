"""The steps of a review on a record's page, as POSTs of their own: one service call each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.selectors import get_newest_entry
from registry import permissions
from registry.admin.base import ServiceAdmin
from registry.admin.comments import CommentsAdmin
from registry.admin.history import get_edits
from registry.admin.meanwhile import ChangedMeanwhile, check_unchanged
from registry.choices import DraftState
from registry.exceptions import NotAllowed, RegistryError, WrongState
from registry.models import User

#: A step takes the record, who takes it and the note; it answers with the sentence that says what was done.
Step = Callable[[Any, User, str], str]

STATE_MARKS = {
    DraftState.DRAFT: "v-ch",
    DraftState.SUBMITTED: "v-warn",
    DraftState.SENT_BACK: "v-bad",
    DraftState.APPROVED: "v-ok",
}


class StepsAdmin(CommentsAdmin, ServiceAdmin):
    """Adds submit, approve, send back and restore to the page of a record that has versions, and its history."""

    steps: ClassVar[Mapping[str, Step]] = {}

    def get_urls(self) -> list[URLPattern]:
        step = self.admin_site.admin_view(self.step_view)
        back = self.admin_site.admin_view(self.restore_view)
        name = f"registry_{self.opts.model_name}"
        return [
            path("<int:pk>/step/<slug:name>/", step, name=f"{name}_step"),
            path("<int:pk>/restore/<int:number>/", back, name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What waits for a second officer is read, until its officer takes it back with `?edit`."""
        waits = obj is not None and obj.state == DraftState.SUBMITTED and "edit" not in request.GET
        return not waits and super().has_change_permission(request, obj)

    def restore_version(self, version: Any, by: User, reason: str) -> None:
        """Make an earlier version the draft again, by the record's own service."""
        raise NotImplementedError

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Makes an earlier version the draft again; POST with ``restore_reason``."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self.get_object(request, str(pk))
        version = row and row.versions.filter(number=number).first()
        if version is None:
            raise Http404("no such record or version")
        try:
            self.restore_version(version, request.user, request.POST.get("restore_reason", "").strip())  # type: ignore[arg-type]
        except (RegistryError, ValidationError) as error:
            self.message_user(request, _sentence(error), messages.ERROR)
            return HttpResponseRedirect(reverse(f"admin:registry_{self.opts.model_name}_history", args=[pk]))
        words = f"Version {number} is the draft now. A second officer approves it."
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(row))

    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self.get_object(request, str(pk))
        if row is None or name not in self.steps:
            raise Http404("no such record or step")
        with transaction.atomic():
            self._take_as_shown(request, row, name)
        return HttpResponseRedirect(self.page_of(row))

    def _take_as_shown(self, request: HttpRequest, row: Any, name: str) -> None:
        try:
            check_unchanged(row, self.logged_as, self.logged_by, request.POST)
        except ChangedMeanwhile as error:
            self.message_user(request, f"{error} Read it as it stands now, then decide.", messages.ERROR)
            return
        self.take_step(request, row, name, request.POST.get("review_reason", "").strip())

    def take_step(self, request: HttpRequest, row: Any, name: str, reason: str) -> None:
        """One step of a review; what stands against it is told in its own sentence."""
        try:
            said = self.steps[name](row, request.user, reason)  # type: ignore[arg-type]
        except (RegistryError, ValidationError) as error:
            self.message_user(request, _sentence(error), messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)

    def after_saving(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if "_submit" in request.POST:
            self.take_step(request, obj, "submit", request.POST.get("reason", "").strip())
        else:
            words = "Draft saved. Nothing changes until a second officer approves it."
            self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(obj))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404("no such record")
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        name = getattr(row, self.logged_by)
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "opts": self.opts,
            "original": row,
            "edits": get_edits(row, self.logged_as, name),
            "may_restore": request.user.has_perm(f"registry.change_{self.opts.model_name}", row),
            "versions": row.versions.select_related("recorded_entry").order_by("-number"),
            "newest_entry": get_newest_entry(self.logged_as, name),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)


def review_of(request: HttpRequest, row: Any) -> dict[str, Any] | None:
    """Where a record stands between its officers, and what stands against this person's approving it."""
    if row is None:
        return None
    current = row.current_versions[0] if row.current_versions else None
    against = ""
    try:
        permissions.check_can_review(request.user, row)  # type: ignore[arg-type]
    except (NotAllowed, WrongState) as error:
        against = str(error)
    name = f"registry_{row._meta.model_name}"
    may_edit = request.user.has_perm(f"registry.change_{row._meta.model_name}", row)
    waits = row.state == DraftState.SUBMITTED
    return {
        "mark": mark_of(row),
        "waits": waits,
        "against": against,
        "current": current,
        "approve": reverse(f"admin:{name}_step", args=[row.pk, "approve"]),
        "send_back": reverse(f"admin:{name}_step", args=[row.pk, "send-back"]),
        "history": reverse(f"admin:{name}_history", args=[row.pk]),
        "take_back": f"{reverse(f'admin:{name}_change', args=[row.pk])}?edit=1" if waits and may_edit else "",
    }


def mark_of(row: Any) -> SafeString:
    return format_html('<span class="v {}">{}</span>', STATE_MARKS[DraftState(row.state)], row.get_state_display())


def _sentence(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
