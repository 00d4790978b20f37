"""People, and what they may do where."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from ledger.domain.actor import Actor, Door
from registry.choices import ROLES


def new_public_id() -> str:
    return f"p-{secrets.token_hex(4)}"


class User(AbstractUser):
    """Someone who signs in. Log and history hold the public id alone: this row can be erased without touching them."""

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)

    def actor(self, door: Door) -> Actor:
        return Actor(self.public_id, door)

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Membership(models.Model):
    """A role of a person, in one country or, without one, in the whole region."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    country = models.ForeignKey("registry.Country", models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "country", "role"], name="registry_membership_once"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(country=None), name="registry_regional_membership_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} for {self.country or 'the region'}"
