"""People in the log: signing in, rights, passwords, and that nobody's deeds lose their name."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from ledger.checking import verify
from ledger.domain.actor import COMMAND, Door
from ledger.models import Entry
from ledger.services import seal_all
from registry.models import Facility, Membership, Party, User
from registry.services.people import change_person, set_password
from registry.services.reference import load_reference
from tests.cast import person

pytestmark = pytest.mark.django_db


def reason() -> str:
    seal_all()
    return " | ".join(fault.reason for fault in verify().faults)


def test_signing_in_and_out_are_entries_without_name_or_address(client: Client) -> None:
    officer = person("officer")
    client.post("/accounts/login/", {"username": "officer", "password": "correct horse battery"})
    client.post("/accounts/logout/")
    found = list(
        Entry.objects.filter(object_type="sign_in").order_by("pk").values_list("action", "object_id", "actor", "after")
    )
    assert found == [(action, officer.public_id, officer.public_id, "null") for action in ("sign_in", "sign_out")]
    assert not Entry.objects.filter(after__contains="officer@").exists()


def test_the_first_administrator_is_made_with_an_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command("createsuperuser", username="chief", email="chief@example.org", interactive=False, verbosity=0)
    chief = User.objects.get(username="chief")
    assert Entry.objects.filter(object_type="person", object_id=chief.public_id, action="add").count() == 1
    assert reason() == ""


def test_a_refused_password_is_no_entry_and_no_sign_in(client: Client) -> None:
    person("officer")
    answer = client.post("/accounts/login/", {"username": "officer", "password": "wrong"})
    assert "Name and password do not match." in answer.content.decode()
    assert not Entry.objects.filter(object_type="sign_in").exists()


def test_a_change_of_rights_and_of_a_password_are_entries_and_the_log_stays_intact() -> None:
    officer = person("officer")
    change_person(person=officer, memberships=[("reviewer", "TH")], is_active=True, by=COMMAND, reason="promoted")
    set_password(person=officer, password="another horse battery", by=COMMAND)
    entry = Entry.objects.filter(object_type="person", action="change").get()
    assert json.loads(entry.before)["roles"] == [{"country": None, "role": "officer"}]
    assert json.loads(entry.after)["roles"] == [{"country": "TH", "role": "reviewer"}]
    assert "battery" not in " ".join(Entry.objects.values_list("after", flat=True))
    assert reason() == ""


@pytest.mark.parametrize("how", ["superuser", "membership", "row"])
def test_rights_given_past_the_log_are_found(how: str) -> None:
    officer = person("officer")
    if how == "superuser":
        User.objects.filter(pk=officer.pk).update(is_superuser=True)
        assert f"person {officer.public_id} differs from what the log says of it" in reason()
    elif how == "membership":
        Membership.objects.create(user=officer, role="administrator", country=None)
        assert f"person {officer.public_id} differs from what the log says of it" in reason()
    else:
        intruder = User.objects.create_user("intruder")
        assert f"person {intruder.public_id} is there and the log knows nothing of it" in reason()


def test_deleting_a_person_leaves_every_deed_with_its_name_and_is_found() -> None:
    officer = person("officer")
    set_password(person=officer, password="another horse battery", by=officer.actor(Door.DESK))
    officer.memberships.all().delete()
    officer.delete()
    assert Entry.objects.filter(actor=officer.public_id).count() == 1
    assert f"person {officer.public_id} is in the log and no longer there" in reason()


def test_parties_facilities_and_sources_are_compared_with_the_log() -> None:
    load_reference(by=COMMAND)
    assert reason() == ""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_party SET country = 'XX' WHERE id = %s", [Party.objects.latest("pk").pk])
    assert f"party {Party.objects.latest('pk').party_id} differs" in reason()


def test_a_capacity_changed_by_raw_sql_is_found() -> None:
    load_reference(by=COMMAND)
    facility = Facility.objects.latest("pk")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_facility SET capacity_t_per_year = 1 WHERE id = %s", [facility.pk])
    assert f"facility {facility.facility_id} differs" in reason()
