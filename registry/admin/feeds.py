"""Feeds: which are watched, how they fare, and every look at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.domain.actor import Door
from registry.admin.base import ReadOnlyAdmin, ServiceAdmin, instant_column
from registry.choices import FeedState
from registry.forms import FeedForm
from registry.models import Feed, FeedEntry, FetchAttempt
from registry.services.feed_settings import save_feed, set_enabled

#: How many of a feed's looks its page lists.
SHOWN = 25
_TONES = {"ok": "v-ok", "warn": "v-warn", "none": "v-none"}


def health(feed: Feed) -> tuple[str, str, str]:
    """Tone, word and sentence on how a feed fares."""
    if not feed.is_enabled:
        return "none", "Off", "not watched"
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
    form = FeedForm
    change_form_template = "admin/registry/feed/change_form.html"
    list_display = ("title", "watched", "country", "language", "answered", "is_demo")
    list_filter = ("is_enabled", "state", ("country", admin.RelatedOnlyFieldListFilter), "language")
    list_select_related = ("country",)
    search_fields = ("title", "publisher", "url", "feed_id")
    autocomplete_fields = ("country",)
    answered = instant_column("last_success_at", "last answer")
    fieldsets = (
        ("Feed", {"fields": ("title", "feed_id", "url", "publisher", "country", "language")}),
        ("Watching", {"fields": ("is_enabled", "shortest_interval_s", "is_demo")}),
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

    def get_urls(self) -> list[URLPattern]:
        switch = self.admin_site.admin_view(self.switch_view)
        return [path("<int:pk>/switch/", switch, name="registry_feed_switch"), *super().get_urls()]

    def switch_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start or stop watching, by the button that was pressed."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        feed = self.get_object(request, str(pk))
        if feed is None:
            raise Http404("no such feed")
        if not self.has_change_permission(request, feed):
            raise PermissionDenied
        enabled = request.POST.get("enabled") == "yes"
        set_enabled(feed=feed, enabled=enabled, by=request.user.actor(Door.DESK))  # type: ignore[union-attr]
        self.message_user(request, f"{feed} is {'watched' if enabled else 'no longer watched'}.", messages.SUCCESS)
        return HttpResponseRedirect(self.page_of(feed))


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
