"""What a reader asked for."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from alerts.choices import ACCOUNT_TOPICS, CADENCES, TOPICS, Cadence, Topic
from alerts.models.ids import new_subscription_id
from alerts.models.readers import Contact, Endpoint


class Subscription(models.Model):
    """One wish: a topic, narrowed by what is not blank, told by one endpoint. Counts once confirmed.

    ``least``: the smallest change of a score, in levels. ``lots``: the lots watched; empty: all that the reader sees.
    ``scope`` is a digest of all that narrows it, so that one wish is stored once.
    """

    subscription_id = models.CharField(max_length=20, unique=True, default=new_subscription_id)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="subscriptions")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="subscriptions")
    topic = models.CharField(max_length=12, choices=TOPICS + ACCOUNT_TOPICS, default=Topic.CHANGES.value)
    country = models.CharField(max_length=10, blank=True)
    domain = models.CharField(max_length=12, blank=True)
    mineral = models.CharField(max_length=20, blank=True)
    measure = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, blank=True)
    least = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(4)])
    lots = models.JSONField(default=list, blank=True)
    scope = models.CharField(max_length=64, editable=False)
    cadence = models.CharField(max_length=8, choices=CADENCES, default=Cadence.INSTANT.value)
    created_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "scope"], name="alerts_subscription_once"),
            models.CheckConstraint(
                condition=Q(stopped_at=None) | Q(confirmed_at__isnull=False), name="alerts_only_confirmed_ones_stop"
            ),
        ]
        # Whom to tell of a change.
        indexes = [
            models.Index(
                fields=["topic", "country", "id"],
                condition=Q(stopped_at=None, confirmed_at__isnull=False),
                name="alerts_subscription_live",
            )
        ]

    def __str__(self) -> str:
        return self.subscription_id
