"""Feeds, each look at them, their entries, and the flags raised on entries."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from registry.choices import FEED_STATES, FLAG_STATES, MEASURE_CODES, FeedState, FlagState
from registry.models.vocabulary import Country


class Feed(models.Model):
    """A news or gazette feed. Polled only while enabled, by one worker at a time (``lease``)."""

    feed_id = models.SlugField("id", max_length=60, unique=True)
    title = models.CharField(max_length=200)
    url = models.URLField("address of the feed", max_length=1000, unique=True)
    publisher = models.CharField(max_length=200, blank=True)
    country = models.ForeignKey(Country, models.PROTECT, null=True, blank=True, related_name="feeds")
    language = models.CharField(max_length=10, blank=True)
    is_enabled = models.BooleanField("enabled", default=False)
    is_demo = models.BooleanField("demonstration data", default=False)
    is_unverified = models.BooleanField("nobody has checked the address", default=False)
    note = models.TextField("where to look, and what for", blank=True)
    shortest_interval_s = models.PositiveIntegerField("shortest interval in seconds", default=900)
    interval_s = models.PositiveIntegerField(default=3600, editable=False)
    next_poll_at = models.DateTimeField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    etag = models.TextField(blank=True, editable=False)
    last_modified = models.TextField(blank=True, editable=False)
    body_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    #: What the last look left for the next: {"keys": {hash of an entry's bytes: key}, "ttl_minutes": n or null}.
    memory = models.JSONField(default=dict, blank=True, editable=False)
    #: The registrable domain of the address: one request at a time to it.
    site = models.CharField(max_length=253, blank=True, editable=False)
    state = models.CharField(max_length=15, choices=FEED_STATES, default=FeedState.OK.value, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_attempt_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)
    proposed_url = models.URLField(max_length=1000, blank=True, editable=False)

    class Meta:
        ordering = ["title"]
        indexes = [
            # The poller's question: which enabled feed is due?
            models.Index(fields=["next_poll_at"], condition=Q(is_enabled=True), name="registry_feed_due"),
            # Politeness: is one of the site's feeds being asked, or was a moment ago?
            models.Index(fields=["site"], name="registry_feed_of_site"),
        ]

    def __str__(self) -> str:
        return self.title


class FetchAttempt(models.Model):
    """One look at a feed, and what came of it."""

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="attempts")
    started_at = models.DateTimeField()
    status = models.PositiveIntegerField(null=True, blank=True)
    bytes = models.PositiveIntegerField(default=0)
    ms = models.PositiveIntegerField(default=0)
    entries = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    flags = models.PositiveIntegerField(default=0)
    error_class = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-started_at"]
        # A feed's health page: its newest attempts.
        indexes = [models.Index(fields=["feed", "-started_at"], name="registry_attempt_of_feed")]

    def __str__(self) -> str:
        return f"{self.feed} {self.started_at:%Y-%m-%d %H:%M}"


class FeedEntry(models.Model):
    """A news item of a feed, known again by ``key`` however the feed reorders or edits it."""

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="entries")
    key = models.CharField(max_length=100)
    url = models.URLField(max_length=2000, blank=True)
    title = models.TextField()
    summary = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_raw = models.CharField(max_length=100, blank=True)
    is_date_unsure = models.BooleanField(default=False)
    content_sha256 = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    #: The page that the entry leads to, kept by its SHA-256 when a flag was raised; ``page_note`` says why it was not.
    page_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    page_name = models.CharField(max_length=200, blank=True, editable=False)
    page_read_at = models.DateTimeField(null=True, blank=True, editable=False)
    page_note = models.CharField(max_length=500, blank=True, editable=False)
    #: When the rules have read it, null while it waits to be read.
    read_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-first_seen_at", "-pk"]
        verbose_name_plural = "feed entries"
        constraints = [models.UniqueConstraint(fields=["feed", "key"], name="registry_feed_entry_once")]
        # The flagger's question: what waits to be read?
        indexes = [models.Index(fields=["id"], condition=Q(read_at=None), name="registry_entry_unread")]

    def __str__(self) -> str:
        return self.title


class SiteTurn(models.Model):
    """Until when a site is in the hand of a look that was led there by a redirect or an entry."""

    site = models.CharField(max_length=253, unique=True)
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.site


def new_flag_id() -> str:
    return f"f-{secrets.token_hex(4)}"


class Flag(models.Model):
    """A likely policy change, with the reasons why it was flagged, for an officer to confirm or dismiss."""

    flag_id = models.CharField(max_length=40, unique=True, default=new_flag_id, editable=False)
    entry = models.ForeignKey(FeedEntry, models.PROTECT, related_name="flags")
    state = models.CharField(max_length=12, choices=FLAG_STATES, default=FlagState.OPEN.value)
    score = models.DecimalField(max_digits=5, decimal_places=4)
    country = models.ForeignKey(Country, models.PROTECT, null=True, blank=True, related_name="flags")
    countries = models.JSONField(default=list)
    minerals = models.JSONField(default=list)
    hs = models.JSONField("HS codes", default=list)
    measure = models.CharField(max_length=40, choices=MEASURE_CODES, blank=True)
    change_kind = models.CharField(max_length=20, blank=True)
    effective = models.CharField(max_length=10, blank=True)
    counterpart = models.JSONField(null=True, blank=True)
    reasons = models.JSONField(default=list)
    joined_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="joined")
    raised_at = models.DateTimeField()
    #: Out of the inbox until this instant.
    snoozed_until = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry"], name="registry_one_flag_an_entry"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by="") | Q(decided_at__isnull=False) & ~Q(decided_by=""),
                name="registry_flag_decision_is_whole",
            ),
        ]
        # The inbox: what is open, newest first.
        indexes = [models.Index(fields=["state", "-raised_at"], name="registry_flag_inbox")]

    def __str__(self) -> str:
        return self.entry.title
