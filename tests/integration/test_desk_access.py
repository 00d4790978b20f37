"""The desk: who sees what, that looking writes nothing, and that all writing goes through services."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.domain.actor import COMMAND
from ledger.models import Entry
from registry.admin.base import ReadOnlyAdmin, ServiceAdmin
from registry.choices import FlagState
from registry.models import Feed, Flag, Instrument, User
from registry.services.people import create_person
from tests.integration import test_desk_instruments
from tests.integration.test_desk_instruments import PASSWORD, at_desk, draft_from, flag, officer, person, reviewer

__all__ = ["flag", "officer", "reviewer", "test_desk_instruments"]
pytestmark = pytest.mark.django_db
#: How reading begins; PostgreSQL reads long results through a cursor.
_READS = ("SELECT", "EXPLAIN", "DECLARE")
_INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=", re.IGNORECASE)


def pages(instrument: Instrument, flag: Flag) -> list[str]:
    lists = ("instrument", "flag", "feed", "feedentry", "fetchattempt", "factversion", "source", "party", "facility",
             "country", "mineral", "material")  # fmt: skip
    return [
        "/admin/",
        "/admin/registry/",
        *(f"/admin/registry/{name}/" for name in lists),
        "/admin/registry/instrument/add/",
        f"/admin/registry/instrument/add/?flag={flag.flag_id}",
        f"/admin/registry/instrument/{instrument.pk}/change/",
        f"/admin/registry/instrument/{instrument.pk}/history/",
        "/admin/registry/instrument/?waits=review",
        "/admin/registry/instrument/?waits=mine&mineral=rare_earths&measure=export_licence&q=licence",
        f"/admin/registry/flag/?flag={flag.flag_id}&show=decided&mineral=rare_earths",
        f"/admin/registry/feed/{flag.entry.feed.pk}/change/",
        f"/admin/registry/feedentry/{flag.entry.pk}/change/",
        "/admin/registry/source/add/",
        "/admin/registry/country/TH/change/",
    ]


def test_looking_at_any_page_writes_nothing_and_carries_no_inline_script_or_style(officer: User, flag: Flag) -> None:
    client = at_desk(officer)
    instrument = draft_from(client, flag)
    for address in pages(instrument, flag):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert answer.status_code == 200, address
        written = [q["sql"] for q in queries if not q["sql"].lstrip("( ").upper().startswith(_READS)]
        assert written == [], address
        assert not _INLINE.search(answer.content.decode()), (address, _INLINE.search(answer.content.decode()))
        assert "unsafe-" not in answer.headers["Content-Security-Policy"]


#: Makes a register in a database of its own, then reads the desk while a second connection holds the write lock.
_READER = """
import sqlite3
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_test_environment
setup_test_environment()
call_command("migrate", verbosity=0)
call_command("load_reference", stdout=open("/dev/null", "w"))
from tests.integration import test_desk_access as desk
instruments = desk.test_desk_instruments
officer = instruments.person("officer", "officer", "TH")
flag = instruments.raise_flag()
client = instruments.at_desk(officer)
addresses = desk.pages(instruments.draft_from(client, flag), flag)
connection.cursor().execute("PRAGMA busy_timeout = 200")
writer = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
writer.execute("BEGIN IMMEDIATE")
for address in addresses:
    print(client.get(address).status_code, address)
try:
    client.post(f"/admin/registry/flag/{flag.pk}/decide/dismiss/", {"kind": "Other", "words": "held"})
except django.db.utils.OperationalError as error:
    print(error)
"""


def test_a_page_answers_while_another_connection_holds_the_write_lock(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _READER],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'locked.sqlite3'}",
            "DATA_DIR": str(tmp_path),
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    *answers, refused = told.stdout.splitlines() or [""]
    assert len(answers) > 20, told.stderr[-2000:]
    assert [answer for answer in answers if not answer.startswith("200 ")] == []
    assert refused == "database is locked", "the lock was held: nobody could write"


def test_no_admin_of_a_tracked_model_saves_without_its_service() -> None:
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label != "registry":
            continue
        assert isinstance(model_admin, ReadOnlyAdmin | ServiceAdmin), model
        if isinstance(model_admin, ServiceAdmin):
            assert type(model_admin).write is not ServiceAdmin.write, model
            assert type(model_admin).save_model is ServiceAdmin.save_model, model
            assert type(model_admin).save_related is ServiceAdmin.save_related, model


def test_nothing_is_deleted_at_the_desk(flag: Flag) -> None:
    chief = person("chief", "administrator", None)
    request: Any = type("Request", (), {"user": chief, "GET": {}})()
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label == "registry":
            assert not model_admin.has_delete_permission(request), model


def test_an_officer_sees_no_draft_of_another_country_and_changes_none(officer: User, flag: Flag) -> None:
    instrument = draft_from(at_desk(officer), flag)
    stranger = at_desk(person("stranger", "officer", "VN"))

    assert instrument.title not in stranger.get("/admin/registry/instrument/").content.decode()
    assert stranger.get(f"/admin/registry/instrument/{instrument.pk}/change/").status_code == 302
    assert stranger.post(f"/admin/registry/instrument/{instrument.pk}/step/submit/").status_code == 404
    assert stranger.get(f"/admin/registry/instrument/{instrument.pk}/history/").status_code == 404


def test_an_officer_drafts_for_own_countries_alone(officer: User) -> None:
    page = at_desk(officer).get("/admin/registry/instrument/add/")

    assert list(page.context["adminform"].form.fields["country"].queryset.values_list("pk", flat=True)) == ["TH"]


def test_an_auditor_has_a_home_and_no_register(flag: Flag) -> None:
    client = at_desk(person("auditor", "auditor", None))

    home = client.get("/admin/").content.decode()
    assert "flags to judge" not in home
    assert "Facilities" in home
    for closed in ("instrument", "flag", "feed", "source", "user"):
        assert client.get(f"/admin/registry/{closed}/").status_code == 403, closed


def test_a_reader_without_a_seat_is_told_so(client: Client) -> None:
    answer = client.get("/admin/", follow=True)

    assert "Sign in to the desk" in answer.content.decode()


def test_a_flag_is_dismissed_with_a_reason_and_opened_again(officer: User, flag: Flag) -> None:
    client = at_desk(officer)
    dismiss = f"/admin/registry/flag/{flag.pk}/decide/dismiss/"

    assert client.get(dismiss).status_code == 405
    silent = client.post(dismiss, {"kind": "Other", "words": ""})
    assert "Say why this is no policy change" in silent.content.decode()
    client.post(dismiss, {"kind": "Already on record", "words": "see the 2025 rule"})
    flag.refresh_from_db()
    assert (flag.state, flag.decision_reason) == (FlagState.DISMISSED, "Already on record: see the 2025 rule")
    client.post(f"/admin/registry/flag/{flag.pk}/decide/reopen/")
    flag.refresh_from_db()
    assert flag.state == FlagState.OPEN


def test_a_flag_of_another_country_is_read_and_not_decided(flag: Flag) -> None:
    stranger = at_desk(person("stranger", "officer", "VN"))

    assert "waits for its own desk" in stranger.get(f"/admin/registry/flag/?flag={flag.flag_id}").content.decode()
    answer = stranger.post(
        f"/admin/registry/flag/{flag.pk}/decide/dismiss/", {"kind": "No change of policy"}, follow=True
    )
    assert "You are no officer for Thailand" in answer.content.decode()
    flag.refresh_from_db()
    assert flag.state == FlagState.OPEN


def test_a_feed_is_switched_on_and_off_with_an_entry_each(officer: User, flag: Flag) -> None:
    client, feed = at_desk(officer), flag.entry.feed
    switch = f"/admin/registry/feed/{feed.pk}/act/"

    client.post(switch, {"do": "watch"})
    feed.refresh_from_db()
    assert feed.is_enabled
    assert feed.next_poll_at is not None
    client.post(switch, {"do": "stop"})
    assert list(Entry.objects.filter(object_type="feed").order_by("pk").values_list("action", flat=True)) == [
        "enable",
        "disable",
    ]
    assert not Feed.objects.get().is_enabled


def test_a_person_is_made_once_and_the_log_knows_no_name() -> None:
    made = create_person(
        username="somchai", password=PASSWORD, role="officer", country="TH", by=COMMAND, name="Somchai J"
    )
    again = create_person(username="somchai", password="other-password", role="auditor", country=None, by=COMMAND)

    assert again == made
    assert made.check_password(PASSWORD)
    assert made.is_staff
    entry = Entry.objects.get(object_type="person")
    assert entry.object_id == made.public_id
    assert "omchai" not in entry.after
    assert PASSWORD not in entry.after


def test_an_administrator_adds_people_and_sets_their_roles() -> None:
    client = at_desk(person("chief", "administrator", None))
    form = {"username": "new", "name": "New One", "password": "a-long-pass-word-9", "role": "officer", "country": "TH"}
    assert client.post("/admin/registry/user/add/", form).status_code == 302
    made = User.objects.get(username="new")
    membership = made.memberships.get()
    change = {
        "first_name": "New", "last_name": "", "email": "", "is_active": "on", "new_password": "",
        "memberships-TOTAL_FORMS": "2", "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": membership.pk, "memberships-0-user": made.pk, "memberships-0-role": "reviewer",
        "memberships-0-country": "TH", "memberships-1-role": "", "memberships-1-country": "",
        "memberships-1-user": made.pk,
    }  # fmt: skip
    answer = client.post(f"/admin/registry/user/{made.pk}/change/", change)

    assert answer.status_code == 302, answer.context["errors"]
    assert list(made.memberships.values_list("role", "country_id")) == [("reviewer", "TH")]


def test_lists_stay_under_twenty_queries(officer: User, flag: Flag) -> None:
    client = at_desk(officer)
    draft_from(client, flag)
    for address in ("/admin/registry/instrument/", "/admin/registry/flag/", "/admin/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert len(queries) < 20, (address, len(queries))


def test_the_admin_site_is_the_desk() -> None:
    assert admin.site.site_header == "SEAM desk"
    assert "registry" in {app.split(".")[0] for app in settings.INSTALLED_APPS}


@pytest.mark.parametrize("sent", ["NaN", "1e400", "[]", "9" * 40])
def test_a_source_that_is_no_key_is_an_error_beside_its_field(officer: User, sent: str) -> None:
    page = at_desk(officer).post("/admin/registry/factversion/add/", {"source": sent, "country": "TH"})
    assert page.status_code == 200
    assert "That choice is not one of the available choices" in str(page.context["adminform"].form.errors["source"])
