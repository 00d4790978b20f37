"""Mails in each language: nothing fixed is left in English, and both forms of a mail say the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from alerts.languages import CODES, ENGLISH, Tongue, tongue
from alerts.models import Contact, Endpoint
from alerts.services import contacts, subscriptions
from alerts.services.owners import disable
from alerts.services.subscriptions import Asked
from jobs.services import run_due
from registry.models import Feed, FeedEntry, Flag, Membership, User
from registry.services.instruments import withdraw
from scoring.models import ScoreChange
from tests.integration.loaded import loaded, reference  # noqa: F401
from tests.integration.test_alerts_told import OFFICER, log_act
from tests.integration.test_traceability_findings import gaining, report

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]

#: Titles of the test's acts: in no language that is tested, so that they are told apart from words.
TITLE = "Lex de terris raris"
SUBJECTS = {
    "en": "Thailand, governance 2 → 3 (export licence, rare earths) – SEAM",
    "id": "Thailand, tata kelola 2 → 3 (izin ekspor, logam tanah jarang) – SEAM",
    "ms": "Thailand, tadbir urus 2 → 3 (lesen eksport, nadir bumi) – SEAM",
    "vi": "Thái Lan, quản trị 2 → 3 (giấy phép xuất khẩu, đất hiếm) – SEAM",
    "th": "ไทย, ธรรมาภิบาล 2 → 3 (ใบอนุญาตส่งออก, แร่หายาก) – SEAM",
    "fil": "Thailand, pamamahala 2 → 3 (lisensiya sa pagluluwas, rare earths) – SEAM",
}
OTHERS = [code for code in CODES if code != "en"]


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)


def reader(code: str, **asked: Any) -> Contact:
    subscription = subscriptions.ask(
        email=f"{code}@example.org", asked=Asked(**asked), language=code, zone="Asia/Jakarta"
    )
    subscriptions.confirm(subscription=subscription)
    return subscription.contact


def work() -> None:
    while run_due():
        pass


def mails(kind: str = "m") -> list[Any]:
    paths = sorted(settings.MAIL_DIR.glob(f"{kind}-*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def plain_of(mail: Any) -> str:
    return " ".join(str(mail.get_body(("plain",)).get_content()).split())


def html_of(mail: Any) -> str:
    return str(mail.get_body(("html",)).get_content())


def seen(html: str) -> str:
    """The text of the HTML as a reader sees it."""
    body = re.sub(r"<(style|title)>.*?</\1>", "", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " ").split())


def without_english(html: str) -> str:
    """The HTML without what is marked as English."""
    return re.sub(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', "", html, flags=re.S)


def fixed(plain: Any) -> Iterator[str]:
    """The pieces of English sentences between what is filled in, long enough to be no accident."""
    if isinstance(plain, dict):
        for value in plain.values():
            yield from fixed(value)
    elif isinstance(plain, str):
        yield from (part.strip(" .:,;“”()") for part in re.split(r"\{\w+\}", plain))


def english_left(text: str, spoken: Tongue) -> list[str]:
    """English fixed words that stand in a text and are none of its own language."""
    own = {word.casefold() for word in fixed(dict(spoken.catalogue))}
    words = {word for word in fixed(dict(ENGLISH.catalogue)) if len(word) > 3} - {"English"}
    found = re.sub(r"https?://\S+", " ", text).casefold()
    return [
        word
        for word in sorted(words)
        if word.casefold() not in own and re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", found)
    ]


def assert_speaks(mail: Any, code: str) -> None:
    html, plain = html_of(mail), plain_of(mail)
    assert f'<html lang="{code}">' in html
    assert mail["Content-Language"] == code
    assert english_left(seen(without_english(html)), tongue(code)) == []
    assert english_left(str(mail["Subject"]), tongue(code)) == []
    agree(plain, html)


def agree(plain: str, html: str) -> None:
    """Every word that the HTML shows stands in the text too, but for the letterhead."""
    text = f"{plain} SEAM".casefold()
    missing = [word for word in re.findall(r"\w+", seen(html).casefold()) if word not in text]
    assert missing == []


@pytest.mark.parametrize("code", CODES)
def test_a_change_is_told_in_the_readers_language(code: str) -> None:
    reader(code, country="TH")
    log_act(title=TITLE)
    work()
    (mail,) = mails()
    assert mail["Subject"] == SUBJECTS[code]
    spoken = tongue(code)
    plain, html = plain_of(mail), html_of(mail)
    new = ScoreChange.objects.get().new
    numbers = {"old": spoken.number("2.00"), "new": spoken.number(new["overall"]), "rank": new["rank"]}
    for text in (plain, seen(html)):
        assert spoken.say("scores", "overall_rank", **numbers) in text
        assert spoken.say("causes", "fact") in text
        assert spoken.say("confidence", "decided") in text
        assert spoken.say("scopes", "changes", country=spoken.country("TH")) in text
        assert spoken.words["stop_help"] in text
        assert spoken.say("words", "approved", person="p-reviewer") in text
        assert spoken.date(timezone.localdate()) in text
        assert "(+07:00)" in text
    # what the register wrote itself is there, and said to be English
    assert re.search(r'G3:</b> .*?<span lang="en">[^<]{20,}', html, flags=re.S)
    if code != "en":
        assert spoken.say("scores", "rises", country=spoken.country("TH"), domain=spoken.domain("governance"), old=2,
                          new=3) in plain  # fmt: skip
        assert_speaks(mail, code)
    agree(plain, html)


@pytest.mark.parametrize("code", OTHERS)
def test_acts_their_days_and_their_withdrawal_are_told_in_the_readers_language(code: str) -> None:
    reader(code, topic="instruments", country="TH")
    day = timezone.localdate() + dt.timedelta(days=10)
    version = log_act(title=TITLE, since=day.isoformat())
    work()
    with time_machine.travel(dt.datetime.combine(day, dt.time(12), dt.UTC)):
        work()
        withdraw(instrument=version.instrument, by=OFFICER, reason="a mistake")
        work()
    recorded, reached, gone = mails()
    spoken, country = tongue(code), tongue(code).country("TH")
    since = spoken.say("acts", "since", status=spoken.status("in_force"), date=spoken.date(day))
    assert since in plain_of(recorded)
    what, when = spoken.status("in_force"), spoken.date(day)
    title = spoken.say("days", "title", country=country, title=TITLE, what=what, date=when)
    assert str(reached["Subject"]).startswith(title)
    assert spoken.say("acts", "told_taken_off", title=TITLE) in plain_of(gone)
    for mail in (recorded, reached, gone):
        assert_speaks(mail, code)


@pytest.mark.parametrize("code", OTHERS)
def test_an_act_that_moves_nothing_a_digest_and_findings_are_told_in_the_readers_language(code: str) -> None:
    reader(code, topic="instruments", cadence="daily")
    person = User.objects.create(username="auditor")
    Membership.objects.create(user=person, role="auditor")
    contact = contacts.contact_of(person=person)
    contacts.set_address(contact=contact, email="auditor@example.org")
    contacts.set_preferences(contact=contact, language=code, zone="Asia/Jakarta")
    watching = Asked(topic="lots", lots=("OX",))
    subscriptions.confirm(subscription=subscriptions.add(endpoint=subscriptions.mail_endpoint(contact), asked=watching))
    log_act(title=TITLE, pillar="engagement", scope="general")
    report(gaining())
    work()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        work()
    of_reader = {str(mail["To"]): mail for mail in mails()}
    digest, finding = of_reader[f"{code}@example.org"], of_reader["auditor@example.org"]
    spoken = tongue(code)
    assert str(digest["Subject"]).startswith(spoken.words["digest_daily"].split("{")[0])
    assert spoken.say("acts", "unmoved") in plain_of(digest)
    assert str(finding["Subject"]).startswith("OX: ")
    assert '<p lang="en">' in html_of(finding)
    for mail in (digest, finding):
        assert_speaks(mail, code)


@pytest.mark.parametrize("code", OTHERS)
def test_flags_and_ways_that_fail_are_told_in_the_readers_language(code: str) -> None:
    person = User.objects.create(username="officer")
    Membership.objects.create(user=person, role="officer", country_id="TH")
    contact = contacts.contact_of(person=person)
    contacts.set_address(contact=contact, email="officer@example.org")
    contacts.set_preferences(contact=contact, language=code, zone="Asia/Jakarta")
    asked = subscriptions.add(endpoint=subscriptions.mail_endpoint(contact), asked=Asked(topic="flags"))
    subscriptions.confirm(subscription=asked)
    feed = Feed.objects.create(feed_id="f", title="Nuntius", url="https://wire.example/feed")
    now = timezone.now()
    entry = FeedEntry.objects.create(
        feed=feed, key="1", title="Interdictum", content_sha256="0" * 64, first_seen_at=now, changed_at=now
    )
    Flag.objects.create(entry=entry, score="0.9", country_id="TH", measure="export_ban", raised_at=now)
    hook = Endpoint.objects.create(contact=contact, way="webhook", url="https://hook.example/x")
    work()
    disable(endpoint=hook, reason="")
    work()
    flag, note = mails()
    spoken = tongue(code)
    country, what = spoken.country("TH"), spoken.measure("export_ban")
    assert spoken.say("flags", "title", country=country, what=what) in flag["Subject"]
    assert spoken.number("0.9") in plain_of(flag)
    assert spoken.say("ways", "title", name=hook.url) in note["Subject"]
    for mail in (flag, note):
        assert_speaks(mail, code)


@pytest.mark.parametrize("code", OTHERS)
def test_confirming_and_codes_speak_the_readers_language(code: str) -> None:
    subscriptions.ask(email="new@example.org", asked=Asked(country="VN", least=2), language=code)
    work()
    contacts.ask_for_code(email="new@example.org")
    work()
    (confirmation,), (mailed,) = mails("s"), mails("r")
    spoken = tongue(code)
    asked = f"{spoken.say('scopes', 'changes', country=spoken.country('VN'))}, {spoken.say('scopes', 'least', count=2)}"
    assert spoken.say("confirmation", "told", asked=asked) in plain_of(confirmation)
    assert re.search(r"\d{8}", mailed["Subject"])
    for mail in (confirmation, mailed):
        assert f'<html lang="{code}">' in html_of(mail)
        assert english_left(seen(html_of(mail)), spoken) == []
        assert english_left(plain_of(mail), spoken) == []
