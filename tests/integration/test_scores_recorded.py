"""From a change in the register to the recorded score, its cause, and one message."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alerts.models import Delivery
from alerts.services import subscriptions
from alerts.services.sending import send_due
from jobs.services import drain, run_due
from ledger.domain.actor import COMMAND, Actor, Door
from ledger.selectors import verify
from ledger.services import seal_all
from registry.models import Instrument, InstrumentVersion, Measure, StatusEvent
from registry.services.facts import withdraw_fact
from registry.services.instruments import Draft, publish, save_draft, withdraw
from scoring.arguments import Point
from scoring.models import Score, ScoreChange
from scoring.selectors import card_json, get_card
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER, REVIEWER = Actor("p-officer", Door.DESK), Actor("p-reviewer", Door.DESK)
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)


def _log_thai_licence(**columns: Any) -> InstrumentVersion:
    day = timezone.localdate().isoformat()
    instrument = Instrument(
        country_id="TH",
        title="Export licence for rare earths",
        **{"scope": "cm_specific", "pillar": "regulation", **columns},
    )
    measure = Measure(code="export_licence", minerals=["rare_earths"], hs=["2846", "2805"], start=day)
    event = StatusEvent(status="in_force", since=day)
    saved = save_draft(draft=Draft(instrument, [measure], [event]), by=OFFICER, reason="news")
    return publish(instrument=saved, by=REVIEWER, reason="checked")


def test_the_first_working_out_is_a_beginning_and_tells_nobody() -> None:
    assert Score.objects.count() == 33
    assert not ScoreChange.objects.exists()


def test_a_licence_lifts_thai_governance_and_says_why() -> None:
    version = _log_thai_licence()
    drain()
    change = ScoreChange.objects.get()
    assert (change.country, change.domain, change.old["level"], change.new["level"]) == ("TH", "governance", 2, 3)
    assert (change.old["overall"], change.new["overall"]) == ("2.00", "2.33")
    assert (change.cause, [gate["gate"] for gate in change.gates]) == ("fact", ["G3"])
    assert change.instrument["id"] == version.instrument.instrument_id
    assert (change.instrument["drafted_by"], change.instrument["approved_by"]) == ("p-officer", "p-reviewer")


def test_a_draft_moves_nothing() -> None:
    instrument = Instrument(country_id="TH", title="A draft", scope="cm_specific", pillar="regulation")
    event = StatusEvent(status="in_force", since="2026-01-01")
    save_draft(draft=Draft(instrument, [], [event]), by=OFFICER, reason="")
    drain()
    assert not ScoreChange.objects.exists()


def test_a_measure_that_flips_no_gate_is_told_with_the_reason() -> None:
    _log_thai_licence(pillar="engagement", scope="general")
    drain()
    change = ScoreChange.objects.get()
    assert not change.is_moved
    assert "no score changes, because" in change.sentence
    assert "G3 does not count it" in change.sentence


def test_a_withdrawn_instrument_is_a_correction_and_moves_the_score_back() -> None:
    version = _log_thai_licence()
    drain()
    withdraw(instrument=version.instrument, by=OFFICER, reason="logged by mistake")
    drain()
    newest = ScoreChange.objects.order_by("-pk")[0]
    assert (newest.old["level"], newest.new["level"], newest.cause) == (3, 2, "correction")


def test_a_withdrawn_fact_is_a_correction() -> None:
    withdraw_fact(fact_id="sg.tech.home", by=OFFICER, reason="origin is not stated")
    drain()
    change = ScoreChange.objects.get()
    assert (change.country, change.domain, change.cause) == ("SG", "capability", "correction")
    assert change.new["level"] is None
    assert change.new["low"] < change.new["high"]


def test_what_was_known_before_a_change_can_be_asked_after_it() -> None:
    before = timezone.now()
    _log_thai_licence()
    drain()
    seal_all()
    assert get_card(Point(timezone.localdate())).cell("TH", "governance").level == 3
    assert get_card(Point(timezone.localdate(), before)).cell("TH", "governance").level == 2


def test_a_day_that_brings_nothing_writes_nothing() -> None:
    from scoring.services.recompute import recompute

    today = timezone.localdate()
    assert recompute(on=today, by=COMMAND, today=today) == {"cells": 33, "changed": 0}


def test_the_scorecard_has_the_shape_of_the_contract() -> None:
    result = card_json(get_card(Point(TODAY)), as_of=timezone.now())
    rows = {row["country"]: row for row in result["countries"]}
    central = {"ID": (5, 3, 4), "MY": (3, 3, 4), "VN": (5, 2, 3), "PH": (4, 2, 3), "SG": (1, 4, 3), "TH": (2, 2, 2)}
    for country, levels in {**central, "MM": (4, 1, 1)}.items():
        assert tuple(rows[country][name] for name in ("access", "capability", "governance")) == levels
    assert rows["LA"]["access"] is None
    assert rows["LA"]["overall"] is None
    assert [rows[code]["rank"] for code in ("ID", "MY", "VN", "PH", "SG", "TH", "MM")] == [1, 2, 2, 4, 5, 6, 6]


@pytest.fixture
def reader() -> str:
    with transaction.atomic():
        subscription = subscriptions.ask(email="reader@example.org", country="TH")
        subscriptions.confirm(subscription=subscription)
    return "reader@example.org"


def _mails(subject: str) -> list[Any]:
    folder: Path = settings.MAIL_DIR
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]
    return [mail for mail in found if subject in mail["Subject"]]


def test_a_subscriber_hears_of_a_change_once_with_reason_and_proof(reader: str) -> None:
    _log_thai_licence()
    while run_due():
        pass
    # as after a crash between handing over and noting
    Delivery.objects.update(state="waiting", sent_at=None, handed_at=None)
    send_due(seconds=5)
    (mail,) = _mails("Thailand, governance 2 → 3")
    text = mail.get_body(("plain",)).get_content()
    assert "G3" in text
    assert "log entry" in text
    assert mail["To"] == reader
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_who_has_not_confirmed_hears_nothing() -> None:
    subscriptions.ask(email="unsure@example.org", country="TH")
    _log_thai_licence()
    while run_due():
        pass
    assert len(_mails("Confirm")) == 1
    assert not _mails("Thailand")


def test_two_subscriptions_of_one_reader_are_one_message(reader: str) -> None:
    subscriptions.confirm(subscription=subscriptions.ask(email=reader))
    _log_thai_licence()
    while run_due():
        pass
    assert len(_mails("Thailand")) == 1


def test_all_of_it_stands_in_the_log(reader: str) -> None:
    _log_thai_licence()
    while run_due():
        pass
    seal_all()
    verdict = verify()
    assert verdict.ok, verdict.reason
