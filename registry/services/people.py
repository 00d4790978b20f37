"""Accounts and roles. The log knows a person by the public id alone: no name, no address, no password."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry.choices import Role
from registry.exceptions import BadInput
from registry.models import Country, Membership, User
from registry.states import person_state


@transaction.atomic
def create_person(*, username: str, password: str, role: str, country: str | None, by: Actor, name: str = "") -> User:
    """An account with one role, in one country or (None) the region; an account of that name stays as it is.

    ``country`` is an ISO code. Raises BadInput for an unknown role or country.
    """
    known = User.objects.filter(username=username).first()
    if known is not None:
        return known
    person = User(username=username, first_name=name, is_staff=True)
    person.set_password(password)
    person.full_clean(exclude=["password"])
    person.save()
    _add_membership(person, role, country)
    record_made(person=person, by=by)
    return person


def record_made(*, person: User, by: Actor, reason: str = "") -> None:
    """The entry of a new account, in the transaction that makes it."""
    record(by=by, change=Change("add", "person", person.public_id, None, person_state(person)), reason=reason)


@transaction.atomic
def change_person(
    *, person: User, memberships: Iterable[tuple[str, str | None]], is_active: bool, by: Actor, reason: str = ""
) -> None:
    """Set what a person may do where, and whether they may sign in at all. Nobody is ever deleted."""
    before = person_state(person)
    person.is_active = is_active
    person.save(update_fields=["is_active", "first_name", "last_name", "email"])
    wanted = set(memberships)
    for membership in person.memberships.all():
        if (membership.role, membership.country_id) not in wanted:
            membership.delete()
    present = set(person.memberships.values_list("role", "country_id"))
    for role, country in sorted(wanted - present, key=str):
        _add_membership(person, role, country)
    change = Change("change", "person", person.public_id, before, person_state(person))
    record(by=by, change=change, reason=reason)


@transaction.atomic
def set_password(*, person: User, password: str, by: Actor, reason: str = "") -> None:
    person.set_password(password)
    person.save(update_fields=["password"])
    state = person_state(person)
    record(by=by, change=Change("set_password", "person", person.public_id, state, state), reason=reason)


@transaction.atomic
def record_sign_in(*, person: User, door: Door, action: str) -> None:
    """That somebody signed in or out, and by which door; no address, no device."""
    record(by=person.actor(door), change=Change(action, "sign_in", person.public_id, None, None))


def _add_membership(person: User, role: str, country: str | None) -> None:
    if role not in set(Role):
        raise BadInput(f"'{role}' is no role: take one of {', '.join(Role)}.")
    if country is not None and not Country.objects.filter(pk=country).exists():
        raise BadInput(f"'{country}' is no country on record: write its ISO code, such as TH.")
    Membership.objects.create(user=person, role=role, country_id=country)
