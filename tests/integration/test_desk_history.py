"""No change of a record leaves no history, and any approved version can stand again."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.test import Client

from ledger.domain.actor import COMMAND
from registry.admin.base import ServiceAdmin
from registry.models import (
    Facility,
    FactVersion,
    Flag,
    Instrument,
    InstrumentDocument,
    InstrumentRelation,
    InstrumentVersion,
    Party,
    Source,
    StatusEvent,
    User,
)
from registry.models.tracked import NoHistory, TrackedQuerySet
from registry.services.documents import fill
from registry.services.instruments import Draft, publish, save_draft
from registry.services.restoring import restore
from tests.integration.test_desk_family import approve, approved
from tests.integration.test_desk_instruments import at_desk, filled, flag, officer, person, reviewer

__all__ = ["approved", "flag", "officer", "reviewer"]
pytestmark = pytest.mark.django_db


def tracked() -> list[Any]:
    return [model for model in apps.get_models() if hasattr(model, "history") and not hasattr(model, "history_type")]


def test_what_is_edited_at_the_desk_keeps_a_history() -> None:
    assert {model.__name__ for model in tracked()} == {
        "Instrument", "Measure", "StatusEvent", "InstrumentRelation", "InstrumentDocument", "EnforcementRecord",
        "Comment",
    }  # fmt: skip


@pytest.mark.parametrize("model", tracked(), ids=lambda model: model.__name__)
def test_no_way_to_write_many_rows_passes_the_history_by(model: Any, approved: Instrument) -> None:
    rows = model.objects.all()
    assert isinstance(rows, TrackedQuerySet)
    ways: list[Any] = [lambda: rows.update(pk=1), rows.delete, lambda: model._default_manager.bulk_create([])]
    ways.append(lambda: rows.bulk_update([], ["pk"]))
    for way in ways:
        with pytest.raises(NoHistory, match="use a service"):
            way()


@pytest.mark.parametrize("model", tracked(), ids=lambda model: model.__name__)
def test_the_history_itself_only_grows(model: Any, approved: Instrument) -> None:
    for way in (lambda: model.history.all().delete(), lambda: model.history.all().update(history_user_id="x")):
        if model.history.exists():
            with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
                way()


@pytest.mark.parametrize("door", ["desk", "command"])
def test_every_door_says_in_the_history_who_and_why(door: str, approved: Instrument, officer: User) -> None:
    if door == "desk":
        client = at_desk(officer)
        address = f"/admin/registry/instrument/{approved.pk}/change/"
        client.post(address, {**filled(client, address), "title": "Renamed", "reason": "As gazetted."})
        who = officer.public_id
    else:
        approved.title = "Renamed"
        save_draft(draft=Draft(approved), by=COMMAND, reason="As gazetted.")
        who = COMMAND.public_id
    newest = approved.history.first()
    assert newest is not None
    assert (newest.title, newest.history_user_id, newest.history_change_reason) == ("Renamed", who, "As gazetted.")
    page = at_desk(officer).get(f"/admin/registry/instrument/{approved.pk}/history/").content.decode()
    assert f"by {door}, log entry" in page
    assert "Renamed" in page


def test_a_row_taken_out_leaves_who_took_it_out(approved: Instrument) -> None:
    [measure] = approved.measures.all()
    save_draft(draft=Draft(approved, removed=[measure]), by=COMMAND, reason="A misreading.")

    gone = type(measure).history.first()
    assert (gone.history_type, gone.history_user_id, gone.history_change_reason) == (
        "-", COMMAND.public_id, "A misreading.",
    )  # fmt: skip


def test_an_earlier_version_is_made_the_draft_again_and_approved_as_a_new_version(
    approved: Instrument, officer: User, reviewer: User
) -> None:
    first = InstrumentVersion.objects.get()
    client = at_desk(officer)
    address = f"/admin/registry/instrument/{approved.pk}/change/"
    worse = {"title": "Worse", "measures-0-hs": "99", "measures-0-rate": "1 %", "reason": "Worse.", "_submit": "1"}
    client.post(address, {**filled(client, address), **worse})
    approve(approved, reviewer)

    assert (
        "Make it the draft again" in client.get(f"/admin/registry/instrument/{approved.pk}/history/").content.decode()
    )
    back = f"/admin/registry/instrument/{approved.pk}/restore/1/"
    assert client.get(back).status_code == 405
    assert "Say why version 1 is to stand again." in client.post(back, follow=True).content.decode()
    client.post(back, {"restore_reason": "The change was a mistake."})
    approved.refresh_from_db()
    assert (approved.title, approved.state) == (first.content["title"], "draft")
    assert InstrumentVersion.objects.current().get().number == 2
    client.post(f"/admin/registry/instrument/{approved.pk}/step/submit/")
    approve(approved, reviewer)

    third = InstrumentVersion.objects.current().get()
    assert third.number == 3
    assert {**third.content, "version": 1, "measures": []} == {**first.content, "measures": []}
    assert [{**m, "version": 1} for m in third.content["measures"]] == first.content["measures"]
    assert third.details == first.details
    assert InstrumentVersion.objects.count() == 3


def test_the_counting_version_and_a_stranger_restore_nothing(approved: Instrument, officer: User) -> None:
    address = f"/admin/registry/instrument/{approved.pk}/restore/1/"

    page = at_desk(officer).post(address, {"restore_reason": "x"}, follow=True).content.decode()
    assert "Version 1 counts already" in page
    stranger = at_desk(person("stranger", "officer", "VN")).post(address, {"restore_reason": "x"}, follow=True)
    assert "You are no officer for Thailand" in stranger.content.decode()
    assert InstrumentVersion.objects.count() == 1


def test_all_that_a_version_says_comes_back_with_its_relations_and_documents(
    approved: Instrument, flag: Flag, officer: User
) -> None:
    other = save_draft(draft=Draft(Instrument(country_id="TH", title="Earlier act")), by=COMMAND, reason="x")
    kept = fill(document=InstrumentDocument(role="annex"), name="a.txt", content=b"Annex")
    rich = Draft(approved, relations=[InstrumentRelation(kind="amends", other=other, since="2020")], documents=[kept])
    second = publish(instrument=save_draft(draft=rich, by=COMMAND, reason="rich"), by=COMMAND, reason="rich")
    gone = [*approved.relations.all(), *approved.documents.all()]
    publish(instrument=save_draft(draft=Draft(approved, removed=gone), by=COMMAND, reason="bare"), by=COMMAND)
    second.refresh_from_db()
    restored = restore(version=second, by=officer, reason="needed")
    fourth = publish(instrument=restored, by=COMMAND)

    assert fourth.details == second.details
    assert len(fourth.details["relations"]) == 1
    # what was read of the news, and the annex
    assert {document["name"] for document in fourth.details["documents"]} == {"entry.txt", "a.txt"}


def test_a_note_on_a_step_of_the_life_is_part_of_the_version_shown_and_restored(
    approved: Instrument, officer: User
) -> None:
    [event] = approved.status_events.all()
    event.note = "by its article 9"
    twice = [StatusEvent(status="amended", note=words) for words in ("first", "second")]
    noted = publish(
        instrument=save_draft(draft=Draft(approved, events=[event, *twice]), by=COMMAND, reason="noted"), by=COMMAND
    )
    shown = Client().get(f"/instruments/{approved.instrument_id}/").context["page"].happenings
    assert [step.note for step in shown] == ["first", "second", "by its article 9"]
    bare = [StatusEvent(status="in_force", since="2026-11-23")]
    gone = list(approved.status_events.all())
    publish(instrument=save_draft(draft=Draft(approved, events=bare, removed=gone), by=COMMAND, reason="x"), by=COMMAND)
    noted.refresh_from_db()
    again = publish(instrument=restore(version=noted, by=officer, reason="needed"), by=COMMAND)
    assert again.details == noted.details
    assert sorted(approved.status_events.values_list("status", "note")) == [
        ("amended", "first"), ("amended", "second"), ("in_force", "by its article 9"),
    ]  # fmt: skip


#: A change of each kind of row that is edited at the desk and has no table of its own for its history.
LOGGED = {
    "source": {"title": "A better title", "publisher": "", "kind": "document", "url": "", "date": "", "section": ""},
    "feed": {"title": "A better title", "feed_id": "wire", "url": "https://wire.example/", "language": "",
             "publisher": "", "note": "", "shortest_interval_s": "900"},
    "party": {"name": "A better title", "country": "", "reason": "It is called so."},
    "facility": {"name": "A better title", "kind": "mine", "country": "", "licence_number": "", "operator": "",
                 "latitude": "", "longitude": "", "licence_from": "", "licence_until": "", "capacity_t_per_year": "",
                 "reason": "It is called so."},
}  # fmt: skip


@pytest.mark.parametrize("name", LOGGED)
def test_what_has_no_table_of_its_past_has_its_history_out_of_the_log(name: str, flag: Flag) -> None:
    rows: dict[str, Any] = {
        "source": lambda: Source.objects.create(key="s", title="As it was"),
        "feed": lambda: flag.entry.feed,
        "party": lambda: Party.objects.create(party_id="p", name="As it was"),
        "facility": lambda: Facility.objects.create(facility_id="f", name="As it was", kind="mine"),
    }
    row, chief = rows[name](), person("regional", "officer", None)
    client, was = at_desk(chief), str(row)
    answer = client.post(f"/admin/registry/{name}/{row.pk}/change/", LOGGED[name])
    assert answer.status_code == 302, answer.context["errors"]
    page = client.get(f"/admin/registry/{name}/{row.pk}/change/").content.decode()
    assert f"/admin/registry/{name}/{row.pk}/history/" in page

    history = client.get(f"/admin/registry/{name}/{row.pk}/history/").content.decode()
    for words in (was, "A better title", chief.public_id, "by desk, log entry"):
        assert words in history, words
    assert at_desk(person("auditor", "auditor", None)).get(f"/admin/registry/{name}/{row.pk}/history/").status_code in {
        200, 403,
    }  # fmt: skip


def test_every_row_that_the_desk_edits_has_a_history() -> None:
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, ServiceAdmin) and model_admin.__class__.write is not ServiceAdmin.write:
            assert model in (*tracked(), FactVersion) or model_admin.logged_by, model
