"""A row for each piece of work that must not be lost."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """Work that is due, leased by a worker, or finished.

    ``kind`` and ``key`` say what is to be done; asked for again before it is finished, it is done
    once more after the present run, not twice (``revision`` counts the asking).
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    urgent = models.BooleanField(default=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    last_error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(finished_at=None), name="jobs_one_open_job_of_a_kind_and_key"
            ),
        ]
        indexes = [
            # The sweep: what is due, most urgent first.
            models.Index(fields=["-urgent", "due_at"], condition=Q(finished_at=None), name="jobs_due"),
            # The weekly clearing of what is done.
            models.Index(fields=["finished_at"], name="jobs_finished_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
