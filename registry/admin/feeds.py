"""Feeds: which are watched, how they fare, and every look at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.domain.actor import Actor, Door
from registry.admin.base import ReadOnlyAdmin, ServiceAdmin, instant_column
from registry.choices import FeedState
from registry.domain.feed_lists import MOST_BYTES
from registry.exceptions import RegistryError
from registry.forms import FeedForm
from registry.models import Feed, FeedEntry, FetchAttempt
from registry.services.feed_lists import discover, export_opml, import_opml, new_feed_id
from registry.services.feed_settings import accept_move, look_now, save_feed, set_enabled

#: How many of a feed's looks its page lists.
SHOWN = 25
_TONES = {"ok": "v-ok", "warn": "v-warn", "none": "v-none"}


def health(feed: Feed) -> tuple[str, str, str]:
    """Tone, word and sentence on how a feed fares."""
    if not feed.is_enabled:
        return ("none", "Unverified", "off; nobody has checked its address") if feed.is_unverified else (
            "none", "Off", "not watched")  # fmt: skip
    if feed.proposed_url:
        return "warn", "Moved", f"it says it is now at {feed.proposed_url}"
    if feed.last_attempt_at is None:
        return "none", "Waiting", "not looked at yet"
    if feed.state == FeedState.NEEDS_PERSON:
        return "warn", "Needs you", feed.last_error or "it moved or was refused; check its address"
    if feed.state == FeedState.DEGRADED:
        since = f" since {feed.failing_since:%-d %b %Y %H:%M}" if feed.failing_since else ""
        return "warn", "Failing", f"{feed.failures} looks without an answer{since}: {feed.last_error}"
    answered = naturaltime(feed.last_success_at) if feed.last_success_at else "not stated"
    return "ok", "Answers", f"last answer {answered}"


@admin.register(Feed)
class FeedAdmin(ServiceAdmin):
    logged_as, logged_by = "feed", "feed_id"
    form = FeedForm
    change_form_template = "admin/registry/feed/change_form.html"
    change_list_template = "admin/registry/feed/change_list.html"
    list_display = ("title", "watched", "country", "language", "answered")
    # what is watched stands above the starter list
    ordering = ("-is_enabled", "title")
    list_filter = ("is_enabled", "is_unverified", "state", ("country", admin.RelatedOnlyFieldListFilter), "language")
    list_select_related = ("country",)
    search_fields = ("title", "publisher", "url", "feed_id")
    autocomplete_fields = ("country",)
    answered = instant_column("last_success_at", "last answer")
    fieldsets = (
        ("Feed", {"fields": ("title", "feed_id", "url", "publisher", "country", "language", "note")}),
        ("Watching", {"fields": ("is_enabled", "is_unverified", "shortest_interval_s", "is_demo")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("feed_id",) if obj else ()

    def write(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        save_feed(feed=form.instance, by=request.user.actor(Door.DESK))  # type: ignore[union-attr]

    @admin.display(description="health")
    def watched(self, feed: Feed) -> SafeString:
        tone, word, text = health(feed)
        return format_html('<span class="v {}">{}</span> <span class="sub">{}</span>', _TONES[tone], word, text)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        feed = context["original"]
        if feed is not None:
            tone, word, text = health(feed)
            context["health"] = {"tone": _TONES[tone], "word": word, "text": text}
            context["attempts"] = feed.attempts.all()[:SHOWN]
            context["entries"] = feed.entries.all()[:10]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A feed found by its page is entered with what is known of it."""
        initial = super().get_changeform_initial_data(request)
        if initial.get("title") and not initial.get("feed_id"):
            initial["feed_id"] = new_feed_id(str(initial["title"]))
        return initial

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/act/", view(self.act_view), name="registry_feed_act"),
            path("find/", view(self.find_view), name="registry_feed_find"),
            path("opml/", view(self.opml_view), name="registry_feed_opml"),
            *super().get_urls(),
        ]

    def act_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start or stop watching, look now, or take over a new address: by the button that was pressed."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        feed = self.get_object(request, str(pk))
        verb = request.POST.get("do", "")
        if feed is None or verb not in ("watch", "stop", "look", "move"):
            raise Http404("no such feed or button")
        if not self.has_change_permission(request, feed):
            raise PermissionDenied
        try:
            self.message_user(request, _act(feed, verb, request.user.actor(Door.DESK)), messages.SUCCESS)  # type: ignore[union-attr]
        except RegistryError as error:
            self.message_user(request, str(error), messages.ERROR)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        return HttpResponseRedirect(self.page_of(feed))

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Find feeds by the address of a page, or take over a list."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "title": "Find feeds", "opts": self.opts}
        try:
            if request.method == "POST" and "opml" in request.FILES:
                data = request.FILES["opml"].read(MOST_BYTES + 1)  # type: ignore[union-attr]
                context["imported"] = import_opml(data=data, by=request.user.actor(Door.DESK))  # type: ignore[union-attr]
            elif request.method == "POST":
                context["asked"] = request.POST.get("url", "").strip()
                context["found"] = discover(url=_with_scheme(context["asked"]))
        except RegistryError as error:
            context["wrong"] = str(error)
        return TemplateResponse(request, "admin/registry/feed/find.html", context)

    def opml_view(self, request: HttpRequest) -> HttpResponse:
        """All feeds as a file that other readers take."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        headers = {"Content-Disposition": 'attachment; filename="seam-feeds.opml"'}
        return HttpResponse(export_opml(), content_type="text/x-opml; charset=utf-8", headers=headers)


def _act(feed: Feed, verb: str, by: Actor) -> str:
    """Make the one call of a button; give the sentence that says what came of it."""
    if verb == "move":
        return f"{accept_move(feed=feed, by=by)} is looked at under its new address."
    if verb == "look":
        look_now(feed=feed)
        return f"{feed} is looked at within seconds; load this page again to see what came of it."
    set_enabled(feed=feed, enabled=verb == "watch", by=by)
    return f"{feed} is {'watched' if verb == 'watch' else 'no longer watched'}."


def _with_scheme(url: str) -> str:
    return url if "://" in url or not url else f"https://{url}"


@admin.register(FeedEntry)
class FeedEntryAdmin(ReadOnlyAdmin):
    """Entries as received, flagged or not."""

    plural = "News entries"
    list_display = ("title", "feed", "language", "published", "seen", "flagged")
    published = instant_column("published_at", "published")
    seen = instant_column("first_seen_at", "seen")
    list_filter = ("feed", "language", ("flags", admin.EmptyFieldListFilter))
    list_select_related = ("feed",)
    search_fields = ("title", "summary")
    fields = ("title", "summary", "feed", "publisher", "language", "url", "published", "published_raw",
              "is_date_unsure", "seen", "revision", "content_sha256")  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("flags")

    @admin.display(description="flagged", boolean=True)
    def flagged(self, entry: FeedEntry) -> bool:
        return bool(entry.flags.all())


@admin.register(FetchAttempt)
class FetchAttemptAdmin(ReadOnlyAdmin):
    plural = "Looks at feeds"
    looked = instant_column("started_at", "looked")
    list_display = ("looked", "feed", "status", "entries", "new", "changed", "flags", "ms", "error_class")
    list_filter = ("feed", "error_class")
    list_select_related = ("feed",)
    search_fields = ("message",)
