"""What officers say to each other about a record before it counts."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from registry.models.instruments import desk_history
from registry.models.tracked import TrackedManager
from registry.models.vocabulary import Country


def new_comment_id() -> str:
    return f"c-{secrets.token_hex(5)}"


class Comment(models.Model):
    """A remark on a draft. It asks the other side's attention until that side answers; withdrawn, never deleted."""

    comment_id = models.CharField(max_length=20, unique=True, default=new_comment_id, editable=False)
    subject = models.CharField(max_length=12, choices=[(n, n) for n in ("instrument", "enforcement", "fact")])
    subject_id = models.CharField(max_length=140)
    title = models.CharField(max_length=300, help_text="of what it is about, as it was called then")
    page = models.CharField(max_length=200, help_text="path of the desk's page of it")
    country = models.ForeignKey(Country, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=2000)
    by = models.CharField(max_length=100)
    #: Public id of the officer whose attention it asks; empty: of whoever may approve.
    asked = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = TrackedManager()
    history = desk_history()

    class Meta:
        ordering = ["made_at", "pk"]
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="registry_comment_of_subject"),
            # The desk's home: what still asks somebody's attention.
            models.Index(
                fields=["made_at"], condition=Q(answered_at=None, withdrawn_at=None), name="registry_comment_open"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None

    def __str__(self) -> str:
        return f"{self.title}: {self.text[:60]}"
