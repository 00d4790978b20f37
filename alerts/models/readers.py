"""Readers and the ways to reach them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.choices import WAYS, ZONES, Way
from alerts.models.ids import new_contact_id, new_endpoint_id


class Contact(models.Model):
    """The one row that knows a reader's address; erasing it erases the address everywhere.

    ``person`` is set for a reader with an account, who may have no address at all.
    """

    contact_id = models.CharField(max_length=20, unique=True, default=new_contact_id)
    email = models.EmailField(unique=True, null=True, blank=True)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="alerts_contact"
    )
    language = models.CharField(max_length=5, default="en")
    time_zone = models.CharField(max_length=40, default="UTC", choices=ZONES)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(person__isnull=False), name="alerts_contact_is_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.contact_id


class Endpoint(models.Model):
    """A way to reach a reader: mail to the contact's address, a webhook, or the portal. Disabled after an error that
    will not pass by itself, with the reason.

    ``secrets`` of a webhook, newest first: it signs with all, so that a receiver can change over.
    """

    endpoint_id = models.CharField(max_length=20, unique=True, default=new_endpoint_id)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="endpoints")
    way = models.CharField(max_length=10, choices=WAYS)
    url = models.CharField(max_length=1000, blank=True)
    secrets = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "way", "url"], name="alerts_endpoint_once"),
            models.CheckConstraint(
                condition=Q(way=Way.WEBHOOK.value) & ~Q(url="") | ~Q(way=Way.WEBHOOK.value) & Q(url=""),
                name="alerts_only_webhooks_have_a_url",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.endpoint_id}"


class MailedCode(models.Model):
    """A short-lived code that opens a reader's page. Only its hash is kept; a few wrong tries use it up."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # The newest codes of a reader.
        indexes = [models.Index(fields=["contact", "-sent_at"], name="alerts_code_newest")]

    def __str__(self) -> str:
        return f"code of {self.contact_id}"
