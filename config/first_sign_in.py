"""The demonstration's accounts: passwords made at random on the first run, kept in a file of its owner alone."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ledger.domain.actor import COMMAND
from registry.choices import Role
from registry.models import User
from registry.services.people import create_person

SIGN_IN_FILE = "first-sign-in.txt"


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    name: str
    role: Role


CAST = (
    Person("officer", "Desk officer", Role.OFFICER),
    Person("reviewer", "Reviewer", Role.REVIEWER),
    Person("auditor", "Auditor", Role.AUDITOR),
)


def create_cast() -> int:
    """Make the accounts that are missing and note how to sign in; returns how many were made."""
    missing = [person for person in CAST if not User.objects.filter(username=person.username).exists()]
    lines = []
    for person in missing:
        password = secrets.token_urlsafe(12)
        create_person(
            username=person.username,
            password=password,
            role=person.role.value,
            country=None,
            by=COMMAND,
            name=person.name,
        )
        lines.append(f"{person.name:<14} name: {person.username:<10} password: {password}")
    if lines:
        _note(lines)
    return len(missing)


def first_sign_in() -> list[str]:
    path: Path = settings.DATA_DIR / SIGN_IN_FILE
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ["The accounts' passwords were noted on the first run; the file is gone."]


def _note(lines: list[str]) -> None:
    path: Path = settings.DATA_DIR / SIGN_IN_FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.chmod(path, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
