"""Entries, the sealed tree over them, and the columns that place a row on the clock of the log."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models.functions import Now

from ledger.domain.actor import Door
from ledger.instants import settle


class Entry(models.Model):
    """One change as it was made: never updated, never deleted. Actor and object are text, no foreign keys."""

    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=100)
    door = models.CharField(max_length=10, choices=[(door.value, door.value) for door in Door])
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=200)
    before = models.TextField(help_text="canonical JSON (RFC 8785); `null` for something new")
    after = models.TextField(help_text="canonical JSON (RFC 8785); `null` for something gone")
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            # The newest entry of an object: proof marks, and verify_log's comparison with the live rows.
            models.Index(fields=["object_type", "object_id", "-id"], name="ledger_entry_object"),
        ]
        verbose_name = "log entry"
        verbose_name_plural = "log entries"

    def __str__(self) -> str:
        return f"{self.pk} {self.action} {self.object_type} {self.object_id}"


class Pending(models.Model):
    """An entry that no leaf holds yet. The sequencer's queue, so that sealing never scans the log."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="pending")

    def __str__(self) -> str:
        return f"entry {self.pk} waits to be sealed"


class TreeHead(models.Model):
    """The tree after a sealing: its size, its root, the right edge that lets it grow, and the signed checkpoint."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    peaks = models.JSONField(default=list)
    note = models.TextField(blank=True, help_text="the head as a signed checkpoint (C2SP)")
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        # The size of the tree at an instant (`as_of`).
        indexes = [models.Index(fields=["sealed_at"], name="ledger_head_sealed_at")]

    def __str__(self) -> str:
        return f"{self.size} {self.root}"


class Leaf(models.Model):
    """The place of an entry in the tree."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="leaf")
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"leaf {self.index}: entry {self.entry_id}"


class Node(models.Model):
    """A node of the tree that proofs are read from: the root of 2^level leaves. Every fourth level is kept."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # Also the way every proof finds its nodes.
            models.UniqueConstraint(fields=["level", "index"], name="ledger_node_once"),
        ]

    def __str__(self) -> str:
        return f"node {self.level}/{self.index}"


class Check(models.Model):
    """What a walk over the whole log found, so that every page can say when it is not intact."""

    ran_at = models.DateTimeField(db_default=Now())
    ok = models.BooleanField()
    entries = models.BigIntegerField()
    sealed = models.BigIntegerField()
    root = models.CharField(max_length=64)
    first_broken = models.BigIntegerField(null=True)
    faults = models.JSONField(default=list, help_text="what is wrong, in sentences")
    holds = models.JSONField(default=list, help_text="what was found to hold, in words")

    def __str__(self) -> str:
        return f"{self.ran_at:%Y-%m-%d %H:%M} {'intact' if self.ok else 'not intact'}"


class KnownQuerySet(models.QuerySet[Any]):
    """Rows that are superseded, never overwritten."""

    def current(self) -> Self:
        return self.filter(superseded_entry=None)

    def as_known(self, at: dt.datetime | None) -> Self:
        """What the entries sealed at or before ``at`` say; None is now, sealed or not."""
        if at is None:
            return self.current()
        size = size_at(at)
        return self.filter(is_sealed("recorded_entry", size)).exclude(is_sealed("superseded_entry", size))


class Recorded(models.Model):
    """Columns of a row that stands from one entry until another supersedes it."""

    recorded_entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    superseded_entry = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="+")

    objects = KnownQuerySet.as_manager()

    class Meta:
        abstract = True


def size_at(at: dt.datetime) -> int:
    """How many entries were sealed at or before an instant; the same number whenever it is asked for again."""
    newest = TreeHead.objects.order_by("-size").values_list("sealed_at", flat=True).first()
    if newest is None or newest <= at:
        # No later head stands yet, so that a sealing under way may still be at or before it.
        settle(at)
    return TreeHead.objects.filter(sealed_at__lte=at).aggregate(size=models.Max("size"))["size"] or 0


def is_sealed(entry: str, size: int) -> models.Exists:
    """The condition that the entry in a column is among the first ``size`` leaves.

    One seek a row. As a join, SQLite without statistics walks all leaves below ``size`` for a table of ten rows.
    """
    return models.Exists(Leaf.objects.filter(entry=models.OuterRef(entry), index__lt=size))


def newest_entry_at(size: int) -> int:
    """The greatest number of an entry among the first ``size`` leaves; 0 for none.

    Each sealing takes what is visible in order of number, so its last leaf is its greatest; a later sealing may hold
    smaller ones of transactions that were open longer.
    """
    ends = TreeHead.objects.filter(size__lte=size).values(last=models.F("size") - 1)
    found: int | None = Leaf.objects.filter(index__in=ends).aggregate(newest=models.Max("entry_id"))["newest"]
    return found or 0
