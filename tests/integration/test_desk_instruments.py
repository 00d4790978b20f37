"""From a flag to an approved instrument at the desk, and what stands in the way."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ledger.domain.actor import COMMAND
from ledger.models import Entry
from registry.domain.instruments import InstrumentState
from registry.models import Feed, FeedEntry, Flag, Instrument, InstrumentVersion, Measure, Source, User
from registry.services.people import create_person
from registry.signals import Effect, asking_effects

pytestmark = pytest.mark.django_db
PASSWORD = "not-a-real-password"


def person(username: str, role: str, country: str | None) -> User:
    return create_person(username=username, password=PASSWORD, role=role, country=country, by=COMMAND)


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer() -> User:
    return person("officer", "officer", "TH")


@pytest.fixture
def reviewer() -> User:
    return person("reviewer", "reviewer", "TH")


@pytest.fixture
def flag() -> Flag:
    return raise_flag()


def raise_flag() -> Flag:
    """What the watch would make of a wire story on a Thai export licence."""
    now = dt.datetime(2026, 11, 23, 9, 31, tzinfo=dt.UTC)
    feed = Feed.objects.create(feed_id="wire", title="Straits wire", url="http://127.0.0.1:1/wire.xml", is_demo=True)
    entry = FeedEntry.objects.create(
        feed=feed,
        key="1",
        url="https://wire.example/1",
        title="Thailand puts rare-earth compounds and metals under export licence",
        summary="Shipments under HS 2846 and 2805 need a licence from today.",
        published_at=now,
        content_sha256="ab" * 32,
        first_seen_at=now,
        changed_at=now,
    )
    return Flag.objects.create(
        entry=entry,
        score="0.9200",
        country_id="TH",
        countries=["TH"],
        minerals=["rare_earths"],
        hs=["2846", "2805"],
        measure="export_licence",
        change_kind="in_force",
        effective="2026-11-23",
        reasons=[{"rule": "hs-codes", "text": "HS 2846 and 2805", "weight": "0.08"}],
        raised_at=now,
    )


def filled(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send back of a form as it is shown."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {"seen": str(context.get("seen", ""))}
    for form in forms:
        for field in form:
            value, several = field.value(), getattr(field.field.widget, "allow_multiple_selected", False)
            data[field.html_name] = value if value is not None else [] if several else ""
    return data


def draft_from(client: Client, flag: Flag, **changed: Any) -> Instrument:
    address = f"/admin/registry/instrument/add/?flag={flag.flag_id}"
    answer = client.post(address, {**filled(client, address), "_save": "1", **changed})
    assert answer.status_code == 302, answer.context["errors"]
    return Instrument.objects.latest("pk")


def test_a_flag_becomes_a_draft_is_submitted_and_approved_by_another(officer: User, reviewer: User, flag: Flag) -> None:
    client = at_desk(officer)
    instrument = draft_from(client, flag, reason="Confirmed by phone with the ministry.", _submit="1")

    assert instrument.state == "submitted"
    measure = Measure.objects.get(instrument=instrument)
    assert (measure.code, measure.direction, measure.start) == ("export_licence", "restricts", "2026-11-23")
    assert (measure.minerals, measure.hs) == (["rare_earths"], ["2846", "2805"])
    assert not InstrumentVersion.objects.exists()

    step = f"/admin/registry/instrument/{instrument.pk}/step/approve/"
    assert at_desk(reviewer).post(step).status_code == 302
    version = InstrumentVersion.objects.get()
    assert version.content["scope"] == "cm_specific"
    assert (version.drafted_by, version.approved_by) == (officer.public_id, reviewer.public_id)
    assert InstrumentState.from_json(version.content).measures[0].hs == ("2846", "2805")


def test_the_news_becomes_the_source_and_the_flag_is_confirmed(officer: User, flag: Flag) -> None:
    instrument = draft_from(at_desk(officer), flag)

    source = Source.objects.get()
    assert instrument.source == source
    assert (source.kind, source.url, source.publisher, source.date) == (
        "news",
        "https://wire.example/1",
        "Straits wire",
        "2026-11-23",
    )
    assert source.is_demo
    assert instrument.is_demo
    assert instrument.quote == "Shipments under HS 2846 and 2805 need a licence from today."
    flag.refresh_from_db()
    assert flag.state == "confirmed"
    assert flag.decided_by == officer.public_id


def test_opening_the_prefilled_form_writes_nothing_and_marks_what_was_filled_in(officer: User, flag: Flag) -> None:
    client = at_desk(officer)
    before = Entry.objects.count()
    page = client.get(f"/admin/registry/instrument/add/?flag={flag.flag_id}")

    assert Entry.objects.count() == before
    assert not Instrument.objects.exists()
    assert not Source.objects.exists()
    assert re.search(r'class="field field-title[^"]* pre"', page.content.decode())
    assert "New instrument, from a flag" in page.content.decode()


def test_nobody_approves_an_own_draft_and_is_told_why(reviewer: User, flag: Flag) -> None:
    client = at_desk(reviewer)
    instrument = draft_from(client, flag, _submit="1")

    sentence = "You drafted this record, so a second officer approves it."
    page = client.get(f"/admin/registry/instrument/{instrument.pk}/change/").content.decode()
    assert sentence in page
    assert ">Approve</button>" not in page
    answer = client.post(f"/admin/registry/instrument/{instrument.pk}/step/approve/", follow=True)
    assert sentence in answer.content.decode()
    assert not InstrumentVersion.objects.exists()


def test_a_reviewer_sends_back_with_a_reason_and_the_officer_reads_it(
    officer: User, reviewer: User, flag: Flag
) -> None:
    instrument = draft_from(at_desk(officer), flag, _submit="1")
    step = f"/admin/registry/instrument/{instrument.pk}/step/send-back/"
    desk = at_desk(reviewer)

    assert "Say what is to be mended." in desk.post(step, follow=True).content.decode()
    desk.post(step, {"review_reason": "The day of effect is missing."})
    instrument.refresh_from_db()
    assert instrument.state == "sent_back"
    assert "The day of effect is missing." in at_desk(officer).get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("measures-0-hs", "28a6", "is no HS code: write 2 to 8 digits"),
        ("measures-0-start", "23 Nov 2026", "is no date: write YYYY-MM-DD, YYYY-MM or YYYY"),
        ("status_events-0-since", "9999", "The year 9999 lies outside 1800 to 2200"),
        ("measures-0-until", "2020", "The last day lies before the first"),
        ("title", "", "This field is required."),
        ("title", "x" * 100_000, "at most 300 characters"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field_and_what_was_typed_is_kept(
    officer: User, flag: Flag, field: str, typed: str, sentence: str
) -> None:
    client = at_desk(officer)
    address = f"/admin/registry/instrument/add/?flag={flag.flag_id}"
    answer = client.post(address, {**filled(client, address), field: typed, "_save": "1"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(rf'<p class="wrong">[^<]*{re.escape(sentence)}', page)
    assert typed in page
    assert not Instrument.objects.exists()


def test_an_end_before_the_beginning_is_refused_at_the_status(officer: User, flag: Flag) -> None:
    client = at_desk(officer)
    address = f"/admin/registry/instrument/add/?flag={flag.flag_id}"
    data = {**filled(client, address), "status_events-TOTAL_FORMS": "2"}
    data |= {"status_events-1-status": "repealed", "status_events-1-since": "2025", "status_events-1-basis": "stated"}
    page = client.post(address, data).content.decode()

    assert "Repealed on 2025, before it was in force on 2026-11-23: check the dates." in page


def test_the_panel_asks_every_app_about_the_unsaved_draft_and_preview_saves_nothing(officer: User, flag: Flag) -> None:
    asked: list[Any] = []

    def answer(sender: Any, draft: InstrumentState, on: dt.date, **kwargs: Any) -> Effect:
        asked.append((draft, on))
        return Effect("Scores", ("Governance 2 → 3.",), order=1)

    asking_effects.connect(answer)
    try:
        client = at_desk(officer)
        address = f"/admin/registry/instrument/add/?flag={flag.flag_id}"
        changed = {**filled(client, address), "measures-0-hs": "2846", "_preview": "1"}
        page = client.post(address, changed)
    finally:
        asking_effects.disconnect(answer)

    assert page.status_code == 200
    assert "Governance 2 → 3." in page.content.decode()
    assert asked[-1][0].measures[0].hs == ("2846",)
    assert asked[-1][1] == timezone.localdate()
    assert not Instrument.objects.exists()
    assert Entry.objects.filter(object_type="instrument").count() == 0


def test_an_app_that_cannot_answer_does_not_close_the_desk(officer: User, flag: Flag) -> None:
    def answer(sender: Any, **kwargs: Any) -> None:
        raise RuntimeError("no")

    asking_effects.connect(answer)
    try:
        page = at_desk(officer).get(f"/admin/registry/instrument/add/?flag={flag.flag_id}")
    finally:
        asking_effects.disconnect(answer)

    assert page.status_code == 200
    assert "one part could not be worked out" in page.content.decode()


def test_changing_an_approved_record_makes_a_draft_and_the_approved_version_stays(
    officer: User, reviewer: User, flag: Flag
) -> None:
    client = at_desk(officer)
    instrument = draft_from(client, flag, _submit="1")
    at_desk(reviewer).post(f"/admin/registry/instrument/{instrument.pk}/step/approve/")
    address = f"/admin/registry/instrument/{instrument.pk}/change/"
    assert "version 1 stays in force until a second officer approves" in client.get(address).content.decode()

    without_reason = client.post(address, {**filled(client, address), "title": "Another title"})
    assert "Say why: this record has been approved before" in without_reason.content.decode()
    client.post(address, {**filled(client, address), "title": "Another title", "reason": "The gazette words it so."})

    instrument.refresh_from_db()
    assert (instrument.state, instrument.title) == ("draft", "Another title")
    assert InstrumentVersion.objects.get().content["title"] == flag.entry.title


def test_a_reviewer_sees_what_is_new_against_the_approved_version(officer: User, reviewer: User, flag: Flag) -> None:
    client = at_desk(officer)
    instrument = draft_from(client, flag, _submit="1")
    at_desk(reviewer).post(f"/admin/registry/instrument/{instrument.pk}/step/approve/")
    address = f"/admin/registry/instrument/{instrument.pk}/change/"
    client.post(
        address, {**filled(client, address), "measures-0-hs": "2846", "reason": "2805 is not named.", "_submit": "1"}
    )

    page = at_desk(reviewer).get(address).content.decode()
    assert "What is new against version 1" in page
    assert "2846, 2805" in page
    assert ">Approve</button>" in page


def test_the_history_tells_who_changed_what_and_why(officer: User, flag: Flag) -> None:
    client = at_desk(officer)
    instrument = draft_from(client, flag)
    address = f"/admin/registry/instrument/{instrument.pk}/change/"
    client.post(address, {**filled(client, address), "number": "BE 12/2569", "reason": "The number was missing."})

    page = client.get(f"/admin/registry/instrument/{instrument.pk}/history/").content.decode()
    assert "BE 12/2569" in page
    assert "The number was missing." in page
    assert officer.public_id in page
    assert "Official number" in page


def test_a_flag_on_a_change_is_attached_to_the_act_on_record(officer: User, flag: Flag) -> None:
    client = at_desk(officer)
    instrument = draft_from(client, flag)
    later = FeedEntry.objects.create(
        feed=flag.entry.feed, key="2", title="Thailand suspends its licence rule", content_sha256="cd" * 32,
        first_seen_at=flag.raised_at, changed_at=flag.raised_at, published_at=flag.raised_at,
    )  # fmt: skip
    other = Flag.objects.create(
        entry=later, score="0.8", country_id="TH", countries=["TH"], minerals=["rare_earths"],
        measure="export_licence", change_kind="suspended", effective="2027-02-01", raised_at=flag.raised_at,
    )  # fmt: skip
    inbox = client.get(f"/admin/registry/flag/?flag={other.flag_id}").content.decode()
    address = f"/admin/registry/instrument/{instrument.pk}/change/?flag={other.flag_id}"
    assert address in inbox.replace("&amp;", "&")

    client.post(address, filled(client, address))
    assert list(instrument.status_events.values_list("status", "since")) == [
        ("in_force", "2026-11-23"),
        ("suspended", "2027-02-01"),
    ]
    other.refresh_from_db()
    assert other.state == "confirmed"


def test_the_act_that_the_news_names_by_number_is_suggested_first_with_the_words_that_name_it(
    officer: User, flag: Flag
) -> None:
    client = at_desk(officer)
    named = Instrument.objects.create(
        instrument_id="th-tin", country_id="TH", title="Tin rules", number="Notification 12/2567", drafted_by="x"
    )
    near = draft_from(client, flag)
    entry = FeedEntry.objects.create(
        feed=flag.entry.feed, key="2", title="Thailand amends its rare earth licence: Notification No. 12 of 2024",
        content_sha256="cd" * 32, first_seen_at=flag.raised_at, changed_at=flag.raised_at,
    )  # fmt: skip
    other = Flag.objects.create(
        entry=entry, score="0.8", country_id="TH", countries=["TH"], minerals=["rare_earths"],
        measure="export_licence", change_kind="amended", raised_at=flag.raised_at,
    )  # fmt: skip
    inbox = client.get(f"/admin/registry/flag/?flag={other.flag_id}").content.decode()
    assert f'Seems to be <a href="/admin/registry/instrument/{named.pk}/change/">Tin rules</a>' in inbox
    assert "the news names its number, Notification No. 12 of 2024" in inbox
    assert "the same measure and mineral" in inbox
    fold = inbox[inbox.index("Attach to one on record") :]
    assert fold.index(f"instrument/{named.pk}/change/") < fold.index(f"instrument/{near.pk}/change/")
    other.refresh_from_db()
    assert (other.state, other.instruments.count()) == ("open", 0)


def test_a_record_waiting_for_a_second_officer_is_read_until_it_is_taken_back(officer: User, flag: Flag) -> None:
    client = at_desk(officer)
    instrument = draft_from(client, flag, _submit="1")
    address = f"/admin/registry/instrument/{instrument.pk}/change/"

    assert "Save draft" not in client.get(address).content.decode()
    assert client.post(address, {"title": "x"}).status_code == 403
    again = f"{address}?edit=1"
    client.post(again, {**filled(client, again), "note": "One more look."})
    instrument.refresh_from_db()
    assert (instrument.state, instrument.note) == ("draft", "One more look.")


def test_words_of_the_news_are_shown_as_words(officer: User, flag: Flag) -> None:
    FeedEntry.objects.update(title="<script>alert(1)</script> ban", summary="<img src=x onerror=alert(1)>")
    page = at_desk(officer).get(f"/admin/registry/flag/?flag={flag.flag_id}").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_copy_takes_what_the_act_is_and_does_and_leaves_its_number_days_status_and_evidence(
    officer: User, reviewer: User, flag: Flag
) -> None:
    client = at_desk(officer)
    model = draft_from(
        client, flag, number="BE 9/2569", note="A note.", counterparts=["CN"], type="notification", _submit="1",
        **{"measures-0-until": "2030", "measures-0-rate": "5 %", "measures-0-exemptions": "samples"},
    )  # fmt: skip
    at_desk(reviewer).post(f"/admin/registry/instrument/{model.pk}/step/approve/")
    assert (
        f"?copy={model.instrument_id}" in client.get(f"/admin/registry/instrument/{model.pk}/change/").content.decode()
    )
    address = f"/admin/registry/instrument/add/?copy={model.instrument_id}"
    shown = filled(client, address)
    assert (shown["number"], shown["until"], shown["source"], shown["quote"], shown["note"]) == ("", "", "", "", "")
    answer = client.post(
        "/admin/registry/instrument/add/",
        {**shown, "title": "The next rule", "status_events-0-status": "proposed", "_save": "1"},
    )
    assert answer.status_code == 302, answer.context["errors"]

    copied, [measure], [was] = (
        Instrument.objects.latest("pk"),
        Instrument.objects.latest("pk").measures.all(),
        model.measures.all(),
    )
    same = ("code", "direction", "minerals", "materials", "hs", "stages", "destinations", "rate", "exemptions")
    assert [getattr(measure, name) for name in same] == [getattr(was, name) for name in same]
    assert (measure.start, measure.until) == ("", "")
    same = ("country_id", "type", "legal_force", "scope", "pillar", "counterparts")
    assert [getattr(copied, name) for name in same] == [getattr(model, name) for name in same]
    assert (copied.number, copied.source, copied.flag, copied.state, copied.note) == ("", None, None, "draft", "")
    assert list(copied.status_events.values_list("status", "since")) == [("proposed", "")]
    assert not copied.documents.exists()
    assert not copied.relations.exists()
    assert list(Instrument.objects.get(pk=model.pk).measures.values_list("until", flat=True)) == ["2030"]


def test_an_officer_copies_nothing_that_an_officer_may_not_see(officer: User, flag: Flag) -> None:
    model = draft_from(at_desk(officer), flag)
    stranger = at_desk(person("stranger", "officer", "VN"))

    assert filled(stranger, f"/admin/registry/instrument/add/?copy={model.instrument_id}")["title"] == ""
