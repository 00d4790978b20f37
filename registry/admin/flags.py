"""The flag inbox: a list and a reading pane; nothing moves a score by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from registry.admin.base import ReadOnlyAdmin
from registry.admin.flag_pane import pane_of
from registry.choices import MEASURE_CODES, FlagState
from registry.desk import awake, countries_of, get_flags, get_verdicts
from registry.domain.news.verdicts import shares
from registry.exceptions import BadInput, RegistryError
from registry.forms import DismissForm, minerals
from registry.models import Country, Flag
from registry.services.flags import dismiss, merge, reopen, snooze

PAGE = 20
#: So far back goes the page of how right the rules are.
WEEKS = 8


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    name: str
    count: int


class InboxFilter(forms.Form):
    q = forms.CharField(label="Words", required=False)
    country = forms.ModelChoiceField(
        Country.objects.filter(flags__isnull=False).distinct(), required=False, empty_label="All countries"
    )
    mineral = forms.ChoiceField(choices=lambda: [("", "All minerals"), *minerals()], required=False)
    measure = forms.ChoiceField(choices=[("", "All measures"), *MEASURE_CODES], required=False)


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin):
    """Decided by `registry.services.flags` alone; the row itself is never edited."""

    search_fields = ("entry__title",)

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide_view)
        precision = self.admin_site.admin_view(self.precision_view)
        return [
            path("<int:pk>/decide/<slug:verdict>/", decide, name="registry_flag_decide"),
            path("precision/", precision, name="registry_flag_precision"),
            *super().get_urls(),
        ]

    def precision_view(self, request: HttpRequest) -> HttpResponse:
        """How often the rules were right, by officers' verdicts."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        verdicts = get_verdicts(timezone.now() - dt.timedelta(weeks=WEEKS))
        context = {
            **self.admin_site.each_context(request),
            "title": "How right the rules are",
            "weeks": WEEKS,
            "total": shares(verdicts, lambda verdict: ["all"]),
            "tables": [
                ("Week from", sorted(shares(verdicts, lambda v: [v.week]), key=lambda share: share.name, reverse=True)),
                ("Source", shares(verdicts, lambda verdict: [verdict.source])),
                ("Rule", shares(verdicts, lambda verdict: verdict.rules)),
            ],
        }
        return TemplateResponse(request, "admin/registry/flag/precision.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        flag = self.get_object(request, object_id)
        if flag is None:
            raise Http404("no such flag")
        return HttpResponseRedirect(_address("all" if flag.state == FlagState.OPEN else "decided", flag))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, "admin/registry/flag/inbox.html", self._inbox(request))

    def _inbox(self, request: HttpRequest, asked: str = "", dismissal: DismissForm | None = None) -> dict[str, Any]:
        tabs = _tabs(request)
        keys = [tab.key for tab in tabs]
        shown = request.GET.get("show", "")
        shown = shown if shown in keys else keys[0]
        wanted = InboxFilter(request.GET)
        flags = _narrow(_queue(request, shown), wanted)
        page = Paginator(flags, PAGE).get_page(request.GET.get("p"))
        picked = _picked(asked or request.GET.get("flag", ""), list(page.object_list))
        kept = {
            name: request.GET[name] for name in ("q", "country", "mineral", "measure", "p") if request.GET.get(name)
        }
        return {
            **self.admin_site.each_context(request),
            "title": "Flags",
            "opts": self.opts,
            "tabs": tabs,
            "shown": shown,
            "page": page,
            "wanted": wanted,
            "kept": f"&{urlencode(kept)}" if kept else "",
            "picked": picked,
            "pane": pane_of(request, picked) if picked else None,
            "dismissal": dismissal or DismissForm(),
        }

    def decide_view(self, request: HttpRequest, pk: int, verdict: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        flag = Flag.objects.select_related("entry__feed", "country", "joined_to").filter(pk=pk).first()
        if flag is None or verdict not in ("dismiss", "reopen", "merge", "snooze"):
            raise Http404("no such flag or verdict")
        if verdict != "dismiss":
            self._answer(request, flag, verdict)
            return HttpResponseRedirect(_address(_shown(request), flag if verdict == "reopen" else None))
        form = DismissForm(request.POST)
        if not form.is_valid():
            context = self._inbox(request, asked=flag.flag_id, dismissal=form)
            return TemplateResponse(request, "admin/registry/flag/inbox.html", context, status=400)
        self._answer(request, flag, verdict, form.reason())
        return HttpResponseRedirect(_address(_shown(request), None))

    def _answer(self, request: HttpRequest, flag: Flag, verdict: str, reason: str = "") -> None:
        """Make the one call of a verdict and say what came of it."""
        user: Any = request.user
        try:
            if verdict == "dismiss":
                dismiss(flag=flag, by=user, reason=reason)
            elif verdict == "merge":
                merge(flag=flag, into=_asked_for(request), by=user)
            elif verdict == "snooze":
                snooze(flag=flag, days=_days(request), by=user)
            else:
                reopen(flag=flag, by=user, reason="opened again at the desk")
        except RegistryError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"{_SAID[verdict]}: {flag}.", messages.SUCCESS)


_SAID = {"dismiss": "Dismissed", "merge": "Joined", "snooze": "Put off", "reopen": "Open again"}


def _asked_for(request: HttpRequest) -> Flag:
    into = Flag.objects.select_related("joined_to", "country").filter(flag_id=request.POST.get("into", "")).first()
    if into is None:
        raise BadInput("Choose the flag that tells the same step.")
    return into


def _days(request: HttpRequest) -> int:
    asked = request.POST.get("days", "")
    return int(asked) if asked.isdecimal() and len(asked) < 4 else 0


def _shown(request: HttpRequest) -> str:
    """The tab that a verdict was given in, to go on there."""
    shown = request.POST.get("show", "")
    return shown if shown in ("mine", "all", "later", "decided") else ""


def _tabs(request: HttpRequest) -> list[Tab]:
    """The officer's own countries first; one tab less where these are the whole region."""
    own, everywhere = _queue(request, "mine").count(), _queue(request, "all").count()
    codes = countries_of(request.user, "registry.decide_flag")  # type: ignore[arg-type]
    first = []
    if codes is not None:
        names = ", ".join(Country.objects.filter(pk__in=codes).values_list("name", flat=True))
        first = [Tab("mine", names or "Yours", own)]
    return [
        *first,
        Tab("all", "All countries", everywhere),
        Tab("later", "Put off", _queue(request, "later").count()),
        Tab("decided", "Decided", _queue(request, "decided").count()),
    ]


def _queue(request: HttpRequest, shown: str) -> QuerySet[Flag]:
    every = Flag.objects.select_related("entry__feed", "country").order_by("-score", "-raised_at", "-pk")
    if shown == "decided":
        return every.exclude(state=FlagState.OPEN).order_by("-decided_at", "-raised_at")
    if shown == "later":
        return every.filter(state=FlagState.OPEN, snoozed_until__gt=timezone.now()).order_by("snoozed_until", "pk")
    opened = get_flags(request.user) if shown == "mine" else every  # type: ignore[arg-type]
    return awake(opened).order_by("-score", "-raised_at", "-pk")


def _narrow(flags: QuerySet[Flag], wanted: InboxFilter) -> QuerySet[Flag]:
    if not wanted.is_valid():
        return flags
    data = wanted.cleaned_data
    if data["q"]:
        flags = flags.filter(Q(entry__title__icontains=data["q"]) | Q(entry__summary__icontains=data["q"]))
    if data["country"]:
        flags = flags.filter(country=data["country"])
    if data["measure"]:
        flags = flags.filter(measure=data["measure"])
    if data["mineral"]:
        listed = [pk for pk, codes in flags.values_list("pk", "minerals") if data["mineral"] in codes]
        flags = flags.filter(pk__in=listed)
    return flags


def _picked(asked: str, flags: Sequence[Flag]) -> Flag | None:
    if asked:
        every = Flag.objects.select_related("entry__feed", "country", "joined_to__entry")
        return every.filter(flag_id=asked).first()
    return next(iter(flags), None)


def _address(shown: str, flag: Flag | None) -> str:
    query = {name: value for name, value in (("show", shown), ("flag", flag.flag_id if flag else "")) if value}
    return reverse("admin:registry_flag_changelist") + (f"?{urlencode(query)}" if query else "")
