"""Who asked to be told of what, and each message that left."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q


def _public_id(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(6)}"


def new_contact_id() -> str:
    return _public_id("r")


def new_subscription_id() -> str:
    return _public_id("s")


def new_delivery_id() -> str:
    return _public_id("m")


class Contact(models.Model):
    """The one row that knows a reader's address; erasing it erases the address everywhere."""

    contact_id = models.CharField(max_length=20, unique=True, default=new_contact_id)
    email = models.EmailField(unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.contact_id


class Subscription(models.Model):
    """What a reader asked for: a country or all (blank), a domain or all. Counts once confirmed by mail."""

    subscription_id = models.CharField(max_length=20, unique=True, default=new_subscription_id)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="subscriptions")
    country = models.CharField(max_length=10, blank=True)
    domain = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "country", "domain"], name="alerts_subscription_once"),
            models.CheckConstraint(
                condition=Q(stopped_at=None) | Q(confirmed_at__isnull=False), name="alerts_only_confirmed_ones_stop"
            ),
        ]
        # Whom to tell of a change.
        indexes = [models.Index(fields=["country", "domain"], name="alerts_subscription_scope")]

    def __str__(self) -> str:
        return self.subscription_id


class Delivery(models.Model):
    """One message about one change to one reader, however many of their subscriptions match. The message id is kept
    from attempt to attempt.
    """

    delivery_id = models.CharField(max_length=20, unique=True, default=new_delivery_id)
    change_id = models.CharField(max_length=20)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="deliveries")
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["change_id", "contact"], name="alerts_told_once"),
        ]

    def __str__(self) -> str:
        return self.delivery_id
