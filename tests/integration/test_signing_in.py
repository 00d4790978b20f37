"""Guessing passwords is slow, and people change their own."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.utils import timezone

from config.tidying import tidy
from ledger.models import Entry
from tests.cast import person

pytestmark = pytest.mark.django_db
PASSWORD, BETTER = "correct horse battery", "another horse battery"


def sign_in(client: Client, password: str, *, door: str = "/accounts/login/", address: str = "203.0.113.7") -> int:
    return client.post(door, {"username": "officer", "password": password}, REMOTE_ADDR=address).status_code


def test_after_too_many_wrong_passwords_the_right_one_has_to_wait_too(client: Client) -> None:
    person("officer")
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert sign_in(client, "wrong") == 200
    assert sign_in(client, "wrong") == 429
    refused = client.post("/accounts/login/", {"username": "officer", "password": PASSWORD}, REMOTE_ADDR="203.0.113.7")
    assert refused.status_code == 429
    assert "Wait 15 minutes, then try again." in refused.content.decode()
    assert sign_in(client, PASSWORD, door="/admin/login/") == 429
    assert sign_in(Client(), PASSWORD, address="203.0.113.8") == 302, (
        "somebody else's guesses lock nobody out elsewhere"
    )
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16), tick=False):
        assert sign_in(client, PASSWORD) == 302


def test_what_is_kept_of_failed_sign_ins_goes_again(client: Client) -> None:
    person("officer")
    sign_in(client, "wrong")
    tidy({})
    assert AccessAttempt.objects.count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16), tick=False):
        tidy({})
    assert not AccessAttempt.objects.exists()


def test_a_person_changes_the_own_password_and_stays_signed_in_here_alone() -> None:
    officer, here, elsewhere = person("officer"), Client(), Client()
    assert (sign_in(here, PASSWORD), sign_in(elsewhere, PASSWORD)) == (302, 302)
    typed = {"old_password": PASSWORD, "new_password1": BETTER, "new_password2": BETTER}
    wrong = here.post("/accounts/password/", {**typed, "old_password": "wrong"})
    assert "Not changed." in wrong.content.decode()
    done = here.post("/accounts/password/", typed, follow=True)
    assert "You stay signed in here" in done.content.decode()
    assert elsewhere.get("/accounts/password/").status_code == 302
    assert (sign_in(Client(), PASSWORD), sign_in(Client(), BETTER)) == (200, 302)
    entry = Entry.objects.get(object_type="person", action="set_password")
    assert (entry.actor, entry.object_id) == (officer.public_id, officer.public_id)
    assert BETTER not in entry.after


def test_the_desk_has_no_second_way_to_change_a_password() -> None:
    client = Client()
    client.force_login(person("officer"))
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/"
