"""Facts as they are known, each version with its source; officers propose new ones, and decide on proposals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from ledger.domain.actor import Door
from registry import permissions
from registry.admin.base import ServiceAdmin
from registry.admin.comments import CommentsAdmin
from registry.admin.filters import NamedCountryFilter, NamedKindFilter, NamedMineralFilter, named
from registry.choices import FactStatus, label
from registry.desk import get_facts_to_see
from registry.domain.facts import Fact
from registry.exceptions import NotAllowed, RegistryError
from registry.fact_forms import FactForm
from registry.models import FactVersion
from registry.paths import fact_path
from registry.services.proposals import (
    accept_fact,
    decline_fact,
    get_fact_effects,
    propose_fact,
    proposed_fact,
    withdraw,
)

_MARKS = {FactStatus.PROPOSED: "v-warn", FactStatus.ACCEPTED: "v-ok", FactStatus.WITHDRAWN: "v-none"}


class StaleFilter(admin.SimpleListFilter):
    """Facts whose review is due, of the countries of who asks."""

    title = "review"
    parameter_name = "stale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Due: gone stale")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FactVersion]) -> QuerySet[FactVersion]:
        if self.value() != "yes":
            return queryset
        stale = get_facts_to_see(request.user, timezone.localdate()).stale  # type: ignore[arg-type]
        return queryset.filter(pk__in=[each.version.pk for each in stale])

    def get_facet_queryset(self, changelist: Any) -> Any:
        """Not counted beside the choice: it would read every fact once more."""
        return {}


@admin.register(FactVersion)
class FactAdmin(CommentsAdmin, ServiceAdmin):
    plural = "Facts"
    form = FactForm
    change_form_template = "admin/registry/factversion/change_form.html"
    autocomplete_fields = ("source",)
    list_display = ("stated", "value", "mark", "version", "cited")
    list_filter = ("status", StaleFilter, NamedCountryFilter, NamedMineralFilter, NamedKindFilter)
    list_select_related = ("source",)
    search_fields = ("fact_id", "kind", "source__title")
    _typed = (
        (
            "What is stated",
            {"fields": ("kind", ("country", "mineral"), "stage", ("figure", "unit"), "comparator", "word")},
        ),
        ("When it holds", {"fields": (("valid_from", "valid_until"),)}),
        ("Evidence", {"fields": ("source", "section", "quote", "confidence")}),
        ("For the log", {"fields": ("fact_id", "reason")}),
    )
    _shown = ("stated", "value", "holds", "confidence", "quote", "source", "status", "version", "recorded_by",
              "fact_id")  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactVersion]:
        return named(super().get_queryset(request).filter(superseded_entry=None))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version is never changed: another one is proposed."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self._typed if obj is None else ((None, {"fields": self._shown}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self._shown if obj is not None else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?fact=ID` proposes another version of a fact on record."""
        found = FactVersion.objects.current().filter(fact_id=request.GET.get("fact", "")).first()
        return _initial(found) if found else {}

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A fact is never changed: its versions are its history, on its public page."""
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404("no such fact")
        return HttpResponseRedirect(fact_path(version.fact_id))

    # --- the list and a version

    @admin.display(description="what is stated", ordering="kind")
    def stated(self, version: Any) -> SafeString:
        about = (
            f"{label(version.kind)}, {version.mineral_name.lower()}" if version.mineral_name else label(version.kind)
        )
        return format_html('{}<span class="sub">{}</span>', about, version.country_name or "the region or the world")

    @admin.display(description="source", ordering="source__title")
    def cited(self, version: FactVersion) -> str:
        return Truncator(version.source.title).chars(60) if version.source else ""

    @admin.display(description="value")
    def value(self, version: FactVersion) -> str:
        if version.kind == "production_total":
            return f"{version.content.get('share_pct')} percent of the world"
        return Fact.from_json(version.content).text

    @admin.display(description="status", ordering="status")
    def mark(self, version: FactVersion) -> SafeString:
        status = FactStatus(version.status)
        words = "Withdrawal proposed" if version.is_withdrawal else version.get_status_display()
        return format_html('<span class="v {}">{}</span>', _MARKS[status], words)

    @admin.display(description="holds")
    def holds(self, version: FactVersion) -> str:
        dates = [(version.content.get(name) or {}).get("date") for name in ("valid_from", "valid_until")]
        return f"from {dates[0] or 'always'} until {dates[1] or 'it is superseded'}"

    @admin.display(description="confidence")
    def confidence(self, version: FactVersion) -> str:
        return version.content.get("confidence") or "not stated"

    @admin.display(description="what the source says")
    def quote(self, version: FactVersion) -> str:
        return version.content.get("quote") or "not stated"

    # --- proposing and deciding

    def write(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        by = request.user.actor(Door.DESK)  # type: ignore[union-attr]
        row = form.row()
        if not request.user.has_perm("registry.add_factversion", FactVersion(country=row.country)):
            raise NotAllowed(f"You are no officer for {row.country}.")
        form.instance.pk = propose_fact(row=row, by=by, reason=form.cleaned_data["reason"]).pk

    def after_saving(self, request: HttpRequest, obj: Any) -> HttpResponse:
        words = "Proposed. It counts nowhere until it is accepted; what it would do stands below."
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(obj))

    def get_urls(self) -> list[URLPattern]:
        step = self.admin_site.admin_view(self.step_view)
        return [path("<int:pk>/step/<slug:name>/", step, name="registry_factversion_step"), *super().get_urls()]

    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Accept or decline a proposal, withdraw a fact, by POST."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version, step = self.get_object(request, str(pk)), _STEPS.get(name)
        if version is None or step is None:
            raise Http404("no such fact or step")
        try:
            written, words = step(version, request.user, request.POST.get("reason", "").strip())
        except RegistryError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(self.page_of(version))
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(
            self.page_of(written) if written else reverse("admin:registry_factversion_changelist")
        )

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        version = context["original"]
        if version is not None:
            context.update(_decision(request, version), comments=self.comments_of(request, version))
        return super().render_change_form(request, context, *args, **kwargs)


def _accept(version: FactVersion, by: Any, reason: str) -> tuple[FactVersion | None, str]:
    written = accept_fact(proposal=version, by=by, reason=reason)
    what = "Withdrawn" if version.is_withdrawal else "Accepted"
    return written, f"{what}. Scores follow within a minute."


def _decline(version: FactVersion, by: Any, reason: str) -> tuple[FactVersion | None, str]:
    decline_fact(proposal=version, by=by, reason=reason)
    return None, "Declined."


def _withdraw(version: FactVersion, by: Any, reason: str) -> tuple[FactVersion | None, str]:
    written = withdraw(fact=version, by=by, reason=reason)
    if written.status == FactStatus.PROPOSED:
        return written, "The withdrawal is proposed, because it flips a gate. The fact counts until it is accepted."
    return written, "Withdrawn. Scores follow within a minute; to undo it, propose another version."


#: What can be done with a version; each answers (the version to show or None for the list, a sentence).
_STEPS: dict[str, Callable[[FactVersion, Any, str], tuple[FactVersion | None, str]]] = {
    "accept": _accept,
    "decline": _decline,
    "withdraw": _withdraw,
}


def _decision(request: HttpRequest, version: FactVersion) -> dict[str, Any]:
    """What a proposal, or withdrawing what stands, would do, and what stands against this person's doing it."""
    found: dict[str, Any] = {"public_path": fact_path(version.fact_id), "waits": version.status == FactStatus.PROPOSED}
    open_one = FactVersion.objects.current().filter(fact_id=version.fact_id, status=FactStatus.PROPOSED).first()
    found["open_proposal"] = open_one if not found["waits"] else None
    may = permissions.can_decide_fact(request.user, version)  # type: ignore[arg-type]
    found["may_withdraw"] = may and version.status == FactStatus.ACCEPTED and open_one is None
    if not found["waits"] and not found["may_withdraw"]:
        return found
    supposed = proposed_fact(version) if found["waits"] else None
    effects = get_fact_effects(version.fact_id, supposed, on=timezone.localdate())
    flips = any(effect.decides for effect in effects)
    if found["may_withdraw"]:
        return {**found, "effects": effects, "flips": flips}
    against = ""
    try:
        permissions.check_can_accept(request.user, version, flips_a_gate=flips)  # type: ignore[arg-type]
    except NotAllowed as error:
        against = str(error)
    return {**found, "effects": effects, "flips": flips, "against": against}


def _initial(version: FactVersion) -> dict[str, Any]:
    """The fields of the form as a version on record fills them."""
    content: dict[str, Any] = version.content
    value = content.get("value") or {}
    subject = content.get("subject") or {}
    return {
        "fact_id": version.fact_id,
        "kind": version.kind,
        "country": version.country,
        "mineral": version.mineral,
        "stage": subject.get("stage", ""),
        "figure": value.get("number") or "-".join(value.get("range", ())),
        "word": content.get("fact_class", ""),
        "source": version.source_id,
        "valid_from": (content.get("valid_from") or {}).get("date", ""),
        "valid_until": (content.get("valid_until") or {}).get("date", ""),
        **{name: content.get(name, "") for name in ("unit", "comparator", "section", "quote", "confidence")},
    }
