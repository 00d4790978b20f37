"""What is told to whom: the net of what settled, once, with nothing for what came back or was never news."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.domain.items import Kind
from alerts.languages import ENGLISH
from alerts.models import Bulletin, Delivery, Notice
from alerts.selectors import explain, get_log
from alerts.services import closing, subscriptions
from alerts.services.contacts import contact_of
from alerts.services.outbox import note, note_dates
from alerts.services.owners import portal_of
from alerts.services.subscriptions import Asked
from jobs.services import drain, run_due
from ledger.domain.actor import COMMAND, Actor, Door
from registry.models import Feed, FeedEntry, Flag, Instrument, InstrumentVersion, Measure, Membership, StatusEvent, User
from registry.services.instruments import Draft, publish, save_draft, withdraw
from scoring.models import Score, ScoreChange
from scoring.services.recompute import recompute
from scoring.signals import score_changed
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER, REVIEWER = Actor("p-officer", Door.DESK), Actor("p-reviewer", Door.DESK)


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)


def follow(email: str = "reader@example.org", **asked: Any) -> Any:
    subscription = subscriptions.ask(email=email, asked=Asked(**asked))
    subscriptions.confirm(subscription=subscription)
    return subscription


def log_act(
    since: str = "", by: Actor = REVIEWER, draft: Instrument | None = None, **columns: Any
) -> InstrumentVersion:
    day = since or timezone.localdate().isoformat()
    values = {"scope": "cm_specific", "pillar": "regulation", "title": "Export licence for rare earths", **columns}
    instrument = draft or Instrument(country_id="TH", **values)
    measures = [] if draft else [Measure(code="export_licence", minerals=["rare_earths"], hs=["2846"], start=day)]
    events = [] if draft else [StatusEvent(status="in_force", since=day)]
    saved = save_draft(draft=Draft(instrument, measures, events), by=OFFICER, reason="news")
    return publish(instrument=saved, by=by, reason="checked")


def work() -> None:
    while run_due():
        pass


def mails() -> list[Any]:
    paths = sorted(settings.MAIL_DIR.glob("m-*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def subjects() -> list[str]:
    return [mail["Subject"].removesuffix(" – SEAM") for mail in mails()]


def test_an_act_and_the_score_it_moves_are_one_message_with_both() -> None:
    follow(country="TH")
    log_act()
    work()
    (mail,) = mails()
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"].startswith("Thailand, governance 2 → 3 (export licence, rare earths)")
    assert "Export licence for rare earths, on record" in text
    for said in ("G3", "the world: a new fact", "the facts decide", "Overall 2.00 → 2.33", "log entry", "p-reviewer"):
        assert said in text, said
    assert mail["List-Unsubscribe"].startswith("<http")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_several_wishes_of_one_reader_that_match_are_one_message() -> None:
    for asked in ({}, {"country": "TH"}, {"topic": "scores"}, {"topic": "instruments", "mineral": "rare_earths"}):
        follow(**asked)
    log_act()
    work()
    assert len(mails()) == 1
    assert Delivery.objects.get().matches.count() == 4


def test_who_follows_only_scores_or_only_acts_gets_only_these() -> None:
    follow("scores@example.org", topic="scores")
    follow("acts@example.org", topic="instruments")
    log_act()
    work()
    by_reader = {mail["To"]: mail["Subject"] for mail in mails()}
    assert by_reader["scores@example.org"].startswith("Thailand, governance 2 → 3")
    assert by_reader["acts@example.org"].startswith("Thailand: Export licence for rare earths, on record")
    assert "What else changed" in mails()[0].get_body(("html",)).get_content()


def test_an_act_that_moves_no_score_is_told_to_those_who_follow_acts_with_the_reason() -> None:
    follow("scores@example.org", topic="scores", country="TH")
    follow("acts@example.org", topic="instruments", country="TH")
    log_act(pillar="engagement", scope="general")
    work()
    (mail,) = mails()
    assert mail["To"] == "acts@example.org"
    assert "no score changes" in mail["Subject"]
    assert "No score changes, because" in " ".join(mail.get_body(("plain",)).get_content().split())


def test_what_came_back_before_it_settled_is_told_to_nobody_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 3600)
    subscription = follow(country="TH")
    version = log_act()
    drain()
    withdraw(instrument=version.instrument, by=OFFICER, reason="a mistake")
    drain()
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=2)):
        work()
    assert ScoreChange.objects.count() == 2
    bulletin = Bulletin.objects.get()
    assert (bulletin.items, mails()) == ([], [])
    assert "came back" in explain(subscription.contact, bulletin)[0].sentences[0]


def test_a_change_taken_back_later_is_told_in_the_same_thread() -> None:
    follow(country="TH")
    version = log_act()
    work()
    withdraw(instrument=version.instrument, by=OFFICER, reason="a mistake")
    work()
    assert sorted(subject.split(" (")[0] for subject in subjects()) == [
        "Thailand, governance 2 → 3",
        "Thailand, governance 3 → 2",
    ]
    first, second = mails()
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


def test_what_a_command_loads_is_not_news() -> None:
    follow(topic="instruments")
    log_act(by=COMMAND, pillar="engagement", scope="general")
    work()
    assert not mails()


def test_a_first_working_out_a_backcast_and_loading_again_are_not_news() -> None:
    follow()
    today = timezone.localdate()
    log_act(since=(today - dt.timedelta(days=30)).isoformat())
    work()
    told = len(mails())
    recompute(on=today - dt.timedelta(days=20), by=COMMAND, today=today)
    recompute(on=today - dt.timedelta(days=60), by=COMMAND, today=today)
    call_command("load_reference", verbosity=0, stdout=StringIO())
    work()
    assert len(mails()) == told > 0
    Score.objects.all().delete()
    recompute(on=today, by=COMMAND, today=today)
    work()
    assert Score.objects.exists()
    assert len(mails()) == told


def test_approving_the_same_content_again_is_not_news() -> None:
    follow(topic="instruments")
    version = log_act()
    work()
    log_act(draft=Instrument.objects.get(pk=version.instrument_id))
    work()
    assert len(mails()) == 1


def test_a_new_method_is_one_announcement_however_many_scores_it_moves() -> None:
    follow(country="")
    log_act()
    drain()
    change = ScoreChange.objects.get()
    Notice.objects.all().delete()
    for country in ("ID", "MY", "VN"):
        change.pk, change.change_id, change.country, change.cause = None, f"c-{country}", country, "method"
        change.save(force_insert=True)
        score_changed.send(sender=ScoreChange, change=change)
    work()
    (mail,) = mails()
    assert "a new method" in mail.get_body(("plain",)).get_content()
    assert len(Bulletin.objects.get().items) == 3


def test_a_future_act_is_told_when_recorded_and_when_it_takes_effect_not_daily() -> None:
    follow(topic="instruments", country="TH")
    today = timezone.localdate()
    log_act(since=(today + dt.timedelta(days=10)).isoformat())
    work()
    assert len(mails()) == 1
    for days in range(1, 16):
        on = today + dt.timedelta(days=days)
        note_dates(on=on)
        work()
        assert len(mails()) == (2 if days >= 10 else 1), days
    day = ENGLISH.date(today + dt.timedelta(days=10))
    assert any(f"in force on {day}" in subject for subject in subjects())


def test_a_day_that_moves_a_score_is_one_message_with_the_act_that_reached_it() -> None:
    follow(country="TH")
    day = timezone.localdate() + dt.timedelta(days=10)
    log_act(since=day.isoformat())
    work()
    assert [subject.split(",")[0] for subject in subjects()] == ["Thailand: Export licence for rare earths"]
    with time_machine.travel(dt.datetime.combine(day, dt.time(12), dt.UTC)):
        work()
        work()
    (second,) = [mail for mail in mails() if "governance 2 → 3" in mail["Subject"]]
    text = second.get_body(("plain",)).get_content()
    assert len(mails()) == 2
    assert f"in force on {ENGLISH.date(day)}" in " ".join(text.split())
    assert "a date was reached" in text


def test_an_act_that_takes_effect_on_its_day_of_record_is_told_once() -> None:
    follow(topic="instruments", country="TH")
    log_act()
    note_dates(on=timezone.localdate())
    work()
    note_dates(on=timezone.localdate() + dt.timedelta(days=1))
    work()
    assert len(mails()) == 1


def test_who_confirmed_after_the_change_is_not_told_and_learns_why() -> None:
    log_act()
    drain()
    late = follow("late@example.org", country="TH")
    work()
    assert not mails()
    (explained,) = explain(late.contact, Bulletin.objects.get())
    assert explained.sentences == ("You confirmed it after the change had happened.",)
    assert get_log(late.contact)[0].outcome == "no message"


def test_small_changes_are_left_out_where_that_was_asked_for() -> None:
    choosy = follow(topic="scores", least=2)
    log_act()
    work()
    assert not mails()
    (explained,) = explain(choosy.contact, Bulletin.objects.get())
    assert "The score moved by 1 level; 2 or more was asked for." in explained.sentences


def test_a_digest_gathers_a_day_at_seven_where_the_reader_is_and_is_never_empty() -> None:
    subscription = follow(cadence="daily")
    contact = subscription.contact
    contact.time_zone = "Asia/Bangkok"
    contact.save()
    log_act()
    log_act(title="A second act", pillar="engagement", scope="general")
    work()
    assert not mails()
    at = timezone.now().astimezone(dt.timezone(dt.timedelta(hours=7)))
    morning = (at + dt.timedelta(days=1)).replace(hour=7, minute=0, second=30)
    with time_machine.travel(morning - dt.timedelta(minutes=2)):
        if (at.hour, at.minute) >= (7, 0):
            work()
            assert not mails()
    for moment in (morning, morning + dt.timedelta(hours=3), morning + dt.timedelta(days=1)):
        with time_machine.travel(moment):
            work()
    (mail,) = mails()
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"].startswith("What changed in a day")
    assert "Export licence for rare earths" in text
    assert "A second act" in text


def test_officers_hear_of_flags_in_their_country_and_nobody_else_does() -> None:
    def officer(name: str, country: str | None, role: str = "officer") -> User:
        person = User.objects.create(username=name)
        Membership.objects.create(user=person, country_id=country, role=role)
        contact = contact_of(person=person)
        subscriptions.add(endpoint=portal_of(contact), asked=Asked(topic="flags"))
        return person

    thai, _viet, _auditor = officer("thai", "TH"), officer("viet", "VN"), officer("auditor", None, "auditor")
    feed = Feed.objects.create(feed_id="f", title="Wire", url="https://wire.example/feed")
    now = timezone.now()
    entry = FeedEntry.objects.create(
        feed=feed, key="1", title="Ban", content_sha256="0" * 64, first_seen_at=now, changed_at=now
    )
    Flag.objects.create(entry=entry, score="0.9", country_id="TH", measure="export_ban", raised_at=now)
    work()
    (delivery,) = Delivery.objects.all()
    assert delivery.endpoint.contact.person == thai
    assert delivery.state == "sent"


def test_a_thousand_changes_at_once_reach_each_reader_once_as_their_net(monkeypatch: pytest.MonkeyPatch) -> None:
    follow(topic="instruments", country="TH")
    follow("other@example.org", topic="instruments", country="VN")
    version = log_act(pillar="engagement", scope="general")
    act = version.instrument.instrument_id
    work()
    again = Instrument.objects.get(pk=version.instrument_id)
    again.title = "A licence of another name"
    log_act(draft=again)
    work()
    Notice.objects.all().delete()
    Delivery.objects.all().delete()
    for path in settings.MAIL_DIR.glob("*.eml"):
        path.unlink()
    for number in range(1000):
        changes = [(None, 1)]
        if number % 10 == 0:
            changes = [(1, 2), (2, 1)]  # came back
        elif number % 10 == 1:
            changes = [(None, 1), (1, 2)]
        for before, after in changes:
            payload = {"instrument_id": act, "before": before, "after": after}
            note(kind=Kind.INSTRUMENT, key=f"x{number}/{after}", thread=f"act:x{number}", payload=payload)
    with CaptureQueriesContext(connection) as queries:
        drain(kinds={"alerts.settle", "alerts.fan_out"})
    assert len(queries) < 1000, "changes are settled and told in batches"
    work()
    assert Notice.objects.filter(bulletin=None).count() == 0
    assert Bulletin.objects.filter(thread__startswith="act:x", items=[]).count() == 100
    assert Delivery.objects.filter(state="sent").count() == Delivery.objects.count() == 900
    assert len(mails()) == len({mail["Message-ID"] for mail in mails()}) == 900
    assert {mail["To"] for mail in mails()} == {"reader@example.org"}
    assert sum("A licence of another name" in subject for subject in subjects()) == 100


def test_a_change_asked_for_again_while_others_settle_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    follow(topic="instruments", country="TH")
    version = log_act(pillar="engagement", scope="general")
    work()
    payload = {"instrument_id": version.instrument.instrument_id, "before": None, "after": 1}
    for number in range(3):
        note(kind=Kind.INSTRUMENT, key=f"x{number}", thread=f"act:x{number}", payload=payload)
    composed = closing.compose

    def compose(*arguments: Any) -> Any:
        # as another process would: after the notices were read, before their jobs are finished
        note(kind=Kind.INSTRUMENT, key="late", thread="act:x1", payload=payload)
        return composed(*arguments)

    monkeypatch.setattr(closing, "compose", compose)
    work()
    assert not Notice.objects.filter(bulletin=None).exists()
    assert Delivery.objects.filter(state="sent").count() == 1 + 3 + 1
