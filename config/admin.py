"""The desk: Django's admin, arranged for the officer's day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.db.models import Count, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from registry import desk
from registry.models import Flag, User
from registry.signals import Panel, Subject, asking_panels

#: The desk's sections and what stands in them, in order: a model, or all models of an app.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Policy", ("registry.instrument", "registry.enforcementrecord", "registry.factversion", "registry.source")),
    ("Traceability", ("traceability", "registry.party", "registry.facility")),
    ("Watch", ("registry.feed", "registry.feedentry", "registry.fetchattempt", "alerts", "scoring")),
    ("Reference", ("registry.country", "registry.mineral", "registry.material")),
    ("People", ("registry.user",)),
)
#: Names that say more than those of the tables.
NAMES = {
    "FactVersion": "Facts",
    "EnforcementRecord": "Enforcement",
    "FeedEntry": "News entries",
    "Endpoint": "Ways to reach readers",
    "FetchAttempt": "Looks at feeds",
    "User": "People",
}
#: Rows that a table of the home page shows before it links to the list.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    url: str
    count: int = 0


@dataclass(slots=True)
class Section:
    name: str
    items: list[Item] = field(default_factory=list)


class SeamAdminSite(admin.AdminSite):
    site_header = "SEAM desk"
    site_title = "SEAM desk"
    index_title = "Your day"
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if context["has_permission"]:
            context["desk_sections"] = list(self._sections(request))
        return context

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Models in the order of the desk; nothing that an officer has no use for."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {
            f"{app['app_label']}.{model['object_name'].lower()}": model for app in apps for model in app["models"]
        }
        listed = [(name, _pick(models, wanted)) for name, wanted in SECTIONS]
        rest = [model for key, model in models.items() if key not in {"registry.flag"} and not _is_listed(key)]
        return [
            {"name": name, "app_label": name.lower(), "app_url": reverse("admin:index"), "models": found}
            for name, found in (*listed, ("More", rest))
            if found
        ]

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        day = _day(request.user)
        counts = {name: day[name]["count"] for name in ("flags", "reviews", "drafts") if name in day}
        request.desk_counts = counts  # type: ignore[attr-defined]
        return super().index(request, {**day, **(extra_context or {})})

    def _sections(self, request: HttpRequest) -> Iterator[Section]:
        yield Section("My work", list(_work(request.user, getattr(request, "desk_counts", {}))))
        for app in self.get_app_list(request):
            yield Section(app["name"], [_item(model) for model in app["models"]])


def _pick(models: dict[str, Any], wanted: tuple[str, ...]) -> list[Any]:
    return [model for name in wanted for key, model in models.items() if name in (key, key.partition(".")[0])]


def _is_listed(key: str) -> bool:
    return any(name in (key, key.partition(".")[0]) for _section, wanted in SECTIONS for name in wanted)


def _item(model: dict[str, Any]) -> Item:
    return Item(NAMES.get(model["object_name"], str(model["name"])), model["admin_url"])


def _work(user: Any, known: dict[str, int]) -> Iterator[Item]:
    """A person's own lists; ``known`` holds the counts that the page has read already."""
    records = reverse("admin:registry_instrument_changelist")
    yield Item("Home", reverse("admin:index"))
    if user.has_perm("registry.decide_flag"):
        yield Item("Flags", reverse("admin:registry_flag_changelist"), _flags(user, known))
    if user.has_perm("registry.change_instrument"):
        waiting = known if "drafts" in known else desk.count_waiting(user)
        if user.has_perm("registry.approve_instrument"):
            yield Item("To approve", f"{records}?waits=review", waiting["reviews"])
        yield Item("Drafts", f"{records}?waits=mine", waiting["drafts"])


def _flags(user: Any, known: dict[str, int]) -> int:
    return known["flags"] if "flags" in known else desk.get_open_flags(user).count()


def _day(user: Any) -> dict[str, Any]:
    """What the home page shows: only what this person may act on."""
    may: Callable[[str], bool] = user.has_perm
    now, today = timezone.now(), timezone.localdate()
    context: dict[str, Any] = {"desk_name": desk.desk_name(user), "now": now}
    if may("registry.decide_flag"):
        context["flags"] = _counted(desk.get_open_flags(user), "raised_at")
    if may("registry.approve_instrument"):
        context["reviews"] = _counted(desk.get_reviews(user), "changed_at")
    if may("registry.change_instrument"):
        context["drafts"] = _counted(desk.get_drafts(user), "changed_at")
        context["records"] = list(desk.get_unfinished_records(user)[:SHOWN])
        context["comments"] = list(desk.get_comments_to(user).order_by("made_at")[:SHOWN])
        context["coming"] = desk.get_coming(user, today)
        context["watch"], troubled = desk.get_watch(now)
        context["silent"] = troubled[:SHOWN]
    if may("registry.add_factversion"):
        facts = desk.get_facts_to_see(user, today)
        context["proposals"] = facts.proposals[:SHOWN]
        context["stale"] = facts.stale[:SHOWN]
        context["stale_count"] = len(facts.stale)
    context["panels"] = _panels(user)
    return context


def _counted(rows: Any, clock: str) -> dict[str, Any]:
    """How many wait, since when the oldest does, and the first of them, in one query."""
    first = list(rows.annotate(of_all=Window(Count("*"))).order_by(clock)[:SHOWN])
    count = first[0].of_all if first else 0
    return {"count": count, "oldest": getattr(first[0], clock) if first else None, "rows": first}


def _panels(user: User) -> list[Panel]:
    """What other apps have for a person's day."""
    answers = asking_panels.send_robust(sender=Flag, subject=Subject("desk", user.public_id), user=user)
    return sorted((panel for _receiver, panel in answers if isinstance(panel, Panel)), key=lambda panel: panel.order)
