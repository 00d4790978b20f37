"""People of tests, by role: officer, reviewer, auditor, administrator."""

from __future__ import annotations

from django.test import Client

from ledger.domain.actor import COMMAND
from registry.models import User
from registry.services.people import create_person


def person(role: str, name: str = "") -> User:
    return create_person(username=name or role, password="correct horse battery", role=role, country=None, by=COMMAND)


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client
