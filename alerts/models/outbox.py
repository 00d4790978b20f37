"""What is to be told: a notice in the transaction of its change, and the bulletin of what settled."""

from __future__ import annotations

from django.db import models

from alerts.models.ids import new_bulletin_id


class Bulletin(models.Model):
    """A change as it stood when it had settled: what is told, to everybody alike.

    ``thread`` is what belongs together (an act, a day, a method): replies come in its thread. ``items`` are
    `alerts.domain.items.Item` as JSON; empty where all came back to where it was, and nobody is told.
    """

    bulletin_id = models.CharField(max_length=20, unique=True, default=new_bulletin_id)
    thread = models.CharField(max_length=160)
    items = models.JSONField(default=list)
    happened_at = models.DateTimeField()
    settled_at = models.DateTimeField()
    fanned_at = models.DateTimeField(null=True, blank=True)
    readers = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.bulletin_id


class Notice(models.Model):
    """That something changed, written in the transaction of the change. ``key`` is the change's own id: noted once."""

    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=200, unique=True)
    thread = models.CharField(max_length=160)
    payload = models.JSONField(default=dict)
    noted_at = models.DateTimeField()
    bulletin = models.ForeignKey(Bulletin, models.PROTECT, null=True, blank=True, related_name="notices")

    class Meta:
        # What has not settled yet, of one thread and of all.
        indexes = [models.Index(fields=["thread", "id"], condition=models.Q(bulletin=None), name="alerts_notice_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
