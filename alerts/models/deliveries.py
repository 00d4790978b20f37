"""Messages: why each is sent, where it stands, and what went wrong on the way."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alerts.choices import DELIVERY_STATES, DeliveryState
from alerts.models.ids import new_delivery_id
from alerts.models.outbox import Bulletin
from alerts.models.readers import Endpoint
from alerts.models.wishes import Subscription


class Delivery(models.Model):
    """One message to one endpoint, about one bulletin or for one digest. Its id is kept from attempt to attempt.

    ``lease`` belongs to a worker that has it in hand. ``handing_at`` is set before the hand-over and cleared when it is
    over: found set by another worker, the message may have arrived already, and going out again counts in ``repeats``.
    ``handed_at`` is set when it is over: such a message never goes again, and is ``sent`` when its batch is closed.
    """

    delivery_id = models.CharField(max_length=20, unique=True, default=new_delivery_id)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=40)
    bulletin = models.ForeignKey(Bulletin, models.PROTECT, null=True, blank=True, related_name="deliveries")
    state = models.CharField(max_length=8, choices=DELIVERY_STATES, default=DeliveryState.WAITING.value)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True, blank=True)
    handing_at = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["key", "endpoint"], name="alerts_told_once"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT.value, sent_at__isnull=False)
                | ~Q(state=DeliveryState.SENT.value) & Q(sent_at=None),
                name="alerts_sent_with_its_time",
            ),
        ]
        indexes = [
            # What is due, oldest first; and the leases that are out.
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="alerts_delivery_due"),
            models.Index(
                fields=["lease"], condition=Q(state="waiting", lease__isnull=False), name="alerts_delivery_leased"
            ),
        ]

    def __str__(self) -> str:
        return self.delivery_id


class Match(models.Model):
    """That a bulletin concerns a subscription: which of its items, and by which message it is told.

    ``delivery`` is empty while a digest waits for its hour. ``touched``: lots of the reader that it touches.
    """

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="matches")
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="matches")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="matches")
    delivery = models.ForeignKey(Delivery, models.CASCADE, null=True, blank=True, related_name="matches")
    items = models.JSONField(default=list)
    touched = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "subscription", "endpoint"], name="alerts_change_matched_once"),
        ]
        # Digests: whose matches wait.
        indexes = [
            models.Index(fields=["endpoint", "created_at"], condition=Q(delivery=None), name="alerts_match_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id} for {self.subscription_id}"


class Attempt(models.Model):
    """A hand-over that did not go as it should: it failed, or it may have been done twice."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="log")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)
    detail = models.CharField(max_length=500)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.detail}"
