"""Steps for many records of the list: asked for, shown, and only then taken."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from registry.admin.meanwhile import SEEN, ChangedMeanwhile, check_unchanged, newest_number
from registry.admin.sheets import SheetAdmin
from registry.exceptions import BadInput
from registry.models import Instrument
from registry.previews import get_preview
from registry.services.many import Step, take_many

#: Most records that one step is taken with.
MOST = 100
_DONE = {
    Step.SUBMIT: "sent to a second officer",
    Step.APPROVE: "approved",
    Step.SEND_BACK: "sent back",
}


class ManyAdmin(SheetAdmin):
    """Adds steps for the records ticked in the list."""

    actions = ("submit_many", "approve_many", "send_back_many")  # type: ignore[assignment]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Only those a person may take; none of Django's own, which deletes."""
        own = super().get_actions(request)
        may = {
            "submit_many": request.user.has_perm("registry.submit_instrument"),
            "approve_many": request.user.has_perm("registry.approve_instrument"),
            "send_back_many": request.user.has_perm("registry.approve_instrument"),
        }
        return {name: own[name] for name, allowed in may.items() if allowed and name in own}

    @admin.action(description="Send to a second officer")
    def submit_many(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> HttpResponse | None:
        return self._many(request, queryset, Step.SUBMIT)

    @admin.action(description="Approve")
    def approve_many(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> HttpResponse | None:
        return self._many(request, queryset, Step.APPROVE)

    @admin.action(description="Send back")
    def send_back_many(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> HttpResponse | None:
        return self._many(request, queryset, Step.SEND_BACK)

    def _many(self, request: HttpRequest, queryset: QuerySet[Instrument], step: Step) -> HttpResponse | None:
        """Ask first; with ``confirmed`` in the POST, take the step."""
        records, refusal = list(queryset[: MOST + 1]), ""
        if len(records) > MOST:
            self.message_user(request, f"At most {MOST} records at once: tick fewer.", messages.ERROR)
            return None
        person: Any = request.user
        reason = request.POST.get("reason", "")
        if "confirmed" in request.POST:
            try:
                count = self._take(request, records, step, person, reason)
            except BadInput as error:
                refusal = str(error)
            else:
                self.message_user(request, f"{count} record{'s' * (count != 1)} {_DONE[step]}.", messages.SUCCESS)
                return None
        return self._ask(request, records, step, refusal)

    @transaction.atomic
    def _take(self, request: HttpRequest, records: list[Instrument], step: Step, by: Any, reason: str) -> int:
        for record in records:
            try:
                check_unchanged(record, self.logged_as, self.logged_by, request.POST, f"{SEEN}-{record.pk}")
            except ChangedMeanwhile as error:
                raise BadInput(f"{record.title}: {error}") from error
        return take_many(step=step, instruments=records, by=by, reason=reason)

    def _asked(self, record: Instrument, step: Step) -> tuple[Instrument, str, int]:
        seen = newest_number(self.logged_as, record.instrument_id)
        return record, _effect(record) if step is Step.APPROVE else "", seen

    def _ask(self, request: HttpRequest, records: list[Instrument], step: Step, refusal: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{step.value.replace('_', ' ').capitalize()} {len(records)} records?",
            "opts": self.opts,
            "records": [self._asked(record, step) for record in records],
            "action": f"{step.value}_many",
            "reason": request.POST.get("reason", ""),
            "refusal": refusal,
        }
        return TemplateResponse(request, "admin/registry/instrument/many.html", context, status=400 if refusal else 200)


def _effect(record: Instrument) -> str:
    """What approving a record would do, in its first sentence."""
    preview = get_preview(
        record, list(record.measures.all()), list(record.status_events.all()), on=timezone.localdate()
    )
    return next((line for effect in preview.effects for line in effect.lines), "")
