"""Pages of alerts: links that change nothing by themselves, a page behind a mailed code, feeds and the calendar."""

from __future__ import annotations

import datetime as dt
import json
import re
from email import message_from_bytes, policy
from typing import Any

import feedparser
import icalendar
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import alerts.urls
from alerts.links import stop_link
from alerts.models import Bulletin, Contact, Delivery, Subscription
from alerts.services import contacts, subscriptions
from alerts.services.contacts import contact_of
from jobs.services import run_due
from registry.models import Instrument, Membership, User
from registry.services.instruments import withdraw
from tests.integration.loaded import loaded, reference  # noqa: F401
from tests.integration.test_alerts_told import OFFICER, follow, log_act

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)


def work() -> None:
    while run_due():
        pass


def path_of(url: str) -> str:
    return url.removeprefix(settings.SITE_URL)


def newest_code() -> str:
    paths = sorted(settings.MAIL_DIR.glob("r-*.eml"), key=lambda path: path.stat().st_mtime_ns)
    subject = message_from_bytes(paths[-1].read_bytes(), policy=policy.default)["Subject"]
    return re.findall(r"\d{8}", subject)[0]


def open_page(client: Client, email: str) -> Any:
    client.post("/subscribe/manage/", {"email": email})
    work()
    return client.post("/subscribe/manage/code/", {"code": newest_code()})


def test_the_links_of_a_mail_change_nothing_until_their_button_is_pressed(client: Client) -> None:
    client.post("/subscribe/", {"email": "Reader@Example.org", "country": "TH"})
    work()
    (path,) = settings.MAIL_DIR.glob("s-*.eml")
    text = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
    link = path_of(re.findall(r"http\S+/confirm/\S+", text)[0])
    subscription = Subscription.objects.get()
    stop = path_of(stop_link(subscription.subscription_id))
    for url in (link, stop, "/subscribe/", "/subscribe/manage/"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        written = [query["sql"] for query in queries if re.match(r"INSERT|UPDATE|DELETE", query["sql"])]
        assert not written, url
    assert not subscriptions.is_active(subscription)
    client.post(link)
    subscription.refresh_from_db()
    assert subscriptions.is_active(subscription)


def test_opening_any_address_of_alerts_writes_nothing(client: Client) -> None:
    """As an account, as a reader without one, and as a mail scanner that knows nobody."""
    person = User.objects.create(username="auditor")
    Membership.objects.create(user=person, role="auditor")
    client.force_login(person)
    client.post("/alerts/start/")
    endpoint = contacts.add_webhook(contact=contact_of(person=person), url="https://hook.example.org/x")
    subscription = follow("reader@example.org", country="TH")
    log_act()
    work()
    reader = Client()
    open_page(reader, "reader@example.org")
    names = {
        "token": stop_link(subscription.subscription_id).rstrip("/").rpartition("/")[2],
        "bulletin_id": Bulletin.objects.get().bulletin_id,
        "public_id": endpoint.endpoint_id,
    }
    addresses = []
    for pattern in alerts.urls.urlpatterns:
        wanted = pattern.pattern.converters
        path = reverse(f"alerts:{pattern.name}", kwargs={name: names[name] for name in wanted})
        addresses.append(path)
        for each in (client, reader, Client()):
            with CaptureQueriesContext(connection) as queries:
                status = each.get(path).status_code
            written = [query["sql"] for query in queries if re.match(r"INSERT|UPDATE|DELETE", query["sql"])]
            assert not written, f"{path}: {written}"
            assert status < 500, path
    assert len(addresses) > 25


def test_one_click_of_a_mail_program_stops_what_led_to_the_mail(client: Client) -> None:
    follow(country="TH")
    follow(topic="scores")
    other = follow(topic="instruments", country="VN")
    log_act()
    work()
    delivery = Delivery.objects.get()
    mail = next(settings.MAIL_DIR.glob("m-*.eml")).read_text(encoding="utf-8")
    link = re.findall(r"List-Unsubscribe: <(\S+)>", mail)[0]
    # all but the time of signing and the signature over it
    assert link.split(":1")[0] == stop_link(delivery.delivery_id).split(":1")[0]
    bare = Client(enforce_csrf_checks=True)
    answer = bare.post(path_of(link), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert [row.pk for row in Subscription.objects.filter(stopped_at=None)] == [other.pk]


def test_a_stranger_cannot_flood_an_address_with_mails_to_confirm(client: Client) -> None:
    for country in ["TH"] * 5 + ["VN", "ID", "MY", "PH", "SG", "LA", "KH", "MM"]:
        assert client.post("/subscribe/", {"email": "victim@example.org", "country": country}).status_code == 200
        work()
    assert len(list(settings.MAIL_DIR.glob("s-*.eml"))) <= 6


@pytest.mark.parametrize("token", ["x", "Im0teCI:1xWM2B:-Qu", "a:b:c:d"])
def test_a_link_that_was_altered_says_so(client: Client, token: str) -> None:
    for kind in ("stop", "confirm"):
        answer = client.get(f"/subscribe/{kind}/{token}/")
        assert answer.status_code == 400
        assert b"not complete" in answer.content


def test_a_readers_page_opens_by_the_mailed_code_alone(client: Client) -> None:
    follow("reader@example.org", country="TH")
    assert client.get("/alerts/").status_code == 302
    assert open_page(client, "reader@example.org").status_code == 302
    page = client.get("/alerts/").content.decode()
    assert "changes of scores and instruments of Thailand" in page
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61), tick=True):
        assert client.get("/alerts/").status_code == 302


def test_a_code_is_good_once_for_a_quarter_of_an_hour_and_for_five_tries(client: Client) -> None:
    follow("reader@example.org")
    open_page(client, "reader@example.org")
    used = newest_code()
    other = Client()
    other.post("/subscribe/manage/", {"email": "reader@example.org"})
    assert other.post("/subscribe/manage/code/", {"code": used}).status_code == 200, "used already"
    work()
    for _ in range(5):
        other.post("/subscribe/manage/code/", {"code": "00000000"})
    assert other.post("/subscribe/manage/code/", {"code": newest_code()}).status_code == 200, "tried too often"
    late = Client()
    late.post("/subscribe/manage/", {"email": "reader@example.org"})
    work()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16), tick=True):
        assert late.post("/subscribe/manage/code/", {"code": newest_code()}).status_code == 200, "too old"


def test_an_unknown_address_is_answered_like_a_known_one(client: Client) -> None:
    known = client.post("/subscribe/manage/", {"email": "nobody@example.org"})
    assert known.status_code == 302
    work()
    assert not list(settings.MAIL_DIR.glob("r-*.eml"))
    assert not Contact.objects.exists()


def test_a_reader_changes_stops_and_erases_on_the_page(client: Client) -> None:
    subscription = follow("reader@example.org", country="TH")
    stranger = follow("stranger@example.org", country="TH")
    open_page(client, "reader@example.org")
    client.post(f"/alerts/subscription/{subscription.subscription_id}/cadence/", {"cadence": "weekly"})
    subscription.refresh_from_db()
    assert subscription.cadence == "weekly"
    answer = client.post(f"/alerts/subscription/{stranger.subscription_id}/stop/")
    assert answer.status_code == 404, "somebody else's"
    endpoint = subscription.endpoint.endpoint_id
    client.post("/alerts/add/", {"topic": "scores", "country": "VN", "endpoint": endpoint, "least": "2"})
    assert subscription.contact.subscriptions.filter(topic="scores", confirmed_at__isnull=False).exists()
    assert client.post("/alerts/webhook/", {"url": "https://example.org/x"}).status_code == 400, "needs an account"
    client.post("/alerts/forget/")
    assert [row.email for row in Contact.objects.all()] == ["stranger@example.org"]


def test_an_account_has_an_inbox_and_looking_at_it_writes_nothing(client: Client) -> None:
    person = User.objects.create(username="auditor")
    Membership.objects.create(user=person, role="auditor")
    client.force_login(person)
    assert b"You follow nothing yet" in client.get("/alerts/").content
    assert not Contact.objects.exists()
    client.post("/alerts/start/")
    contact = contact_of(person=person)
    client.post("/alerts/add/", {"topic": "changes", "country": "TH", "endpoint": contact.endpoints.get().endpoint_id})
    log_act()
    work()
    assert b"governance 2" in client.get("/alerts/").content
    (message,) = json.loads(client.get("/alerts/inbox.json").content)["messages"]
    assert message["title"].startswith("Thailand, governance 2 → 3")
    page = client.get("/alerts/log/").content.decode()
    why = re.findall(r"/alerts/log/b-\w+/", page)[0]
    assert "Handed over" in client.get(why).content.decode()


@pytest.mark.parametrize("name", ["scores.atom", "scores.json", "instruments.atom", "instruments.json"])
def test_a_feed_that_has_not_changed_is_not_sent_again(client: Client, name: str) -> None:
    log_act()
    work()
    first = client.get(f"/feeds/{name}")
    again = client.get(f"/feeds/{name}", headers={"if-none-match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    empty = client.get(f"/feeds/{name}?country=SG&domain=access&mineral=tin")
    assert empty["ETag"] == client.get(f"/feeds/{name}?country=SG&domain=access&mineral=tin")["ETag"] != first["ETag"]


@pytest.mark.parametrize("name", ["scores", "instruments"])
def test_an_entry_of_a_feed_keeps_its_id_whatever_comes_after(client: Client, name: str) -> None:
    version = log_act()
    work()
    before = [item["id"] for item in json.loads(client.get(f"/feeds/{name}.json?country=TH").content)["items"]]
    withdraw(instrument=version.instrument, by=OFFICER, reason="a mistake")
    log_act(title="Another act", since=(timezone.localdate() - dt.timedelta(days=1)).isoformat())
    work()
    after = [item["id"] for item in json.loads(client.get(f"/feeds/{name}.json?country=TH").content)["items"]]
    assert set(before) < set(after)
    assert len(after) == len(set(after))


def test_both_kinds_of_feed_say_the_same_and_are_narrowed_alike(client: Client) -> None:
    log_act()
    work()
    for name in ("scores", "instruments"):
        atom = feedparser.parse(client.get(f"/feeds/{name}.atom?country=TH").content)
        plain = json.loads(client.get(f"/feeds/{name}.json?country=TH").content)
        assert not atom.bozo
        assert plain["version"] == "https://jsonfeed.org/version/1.1"
        assert [entry.id for entry in atom.entries] == [item["id"] for item in plain["items"]]
        assert len({item["id"] for item in plain["items"]}) == len(plain["items"]) > 0
    measures = json.loads(client.get("/feeds/instruments.json?mineral=rare_earths&measure=export_licence").content)
    assert all("export_licence" in item["tags"] for item in measures["items"])


def test_the_calendar_keeps_ids_counts_changes_and_cancels_what_vanished(client: Client) -> None:
    day = timezone.localdate() + dt.timedelta(days=20)
    version = log_act(since=day.isoformat(), title="Ban; with, odd\\signs")
    uid = f"{version.instrument.instrument_id}-in_force@seam"

    def event() -> Any:
        calendar = icalendar.Calendar.from_ical(client.get("/calendar.ics").content)
        uids = [str(each["UID"]) for each in calendar.walk("VEVENT")]
        assert len(uids) == len(set(uids))
        return next(each for each in calendar.walk("VEVENT") if str(each["UID"]) == uid)

    assert (event()["DTSTART"].dt, int(event()["SEQUENCE"]), str(event()["STATUS"])) == (day, 0, "CONFIRMED")
    assert "Ban; with, odd\\signs" in str(event()["SUMMARY"])
    withdraw(instrument=version.instrument, by=OFFICER, reason="a mistake")
    assert (int(event()["SEQUENCE"]), str(event()["STATUS"])) == (1, "CANCELLED")


def test_the_calendar_has_the_day_of_review_and_the_last_day_of_an_act(client: Client) -> None:
    review = timezone.localdate() + dt.timedelta(days=400)
    end = review + dt.timedelta(days=30)
    version = log_act(review=review.isoformat(), until=end.isoformat())
    public_id = version.instrument.instrument_id

    def days() -> dict[str, tuple[dt.date, int, str]]:
        calendar = icalendar.Calendar.from_ical(client.get("/calendar.ics?country=TH").content)
        mine = [each for each in calendar.walk("VEVENT") if str(each["UID"]).startswith(public_id)]
        return {
            str(each["UID"]).removeprefix(f"{public_id}-").removesuffix("@seam"): (
                each["DTSTART"].dt, int(each["SEQUENCE"]), str(each["STATUS"])
            )
            for each in mine
        }  # fmt: skip

    assert days()["review"] == (review, 0, "CONFIRMED")
    assert days()["ends"] == (end, 0, "CONFIRMED")
    assert "To be reviewed" in client.get(f"/instruments/{public_id}/").content.decode()
    again = Instrument.objects.get(pk=version.instrument_id)
    again.review = ""
    log_act(draft=again)
    assert days()["review"] == (review, 1, "CANCELLED")
    assert days()["ends"][1:] == (0, "CONFIRMED")


@pytest.mark.parametrize(
    ("accepted", "language", "zone"),
    [
        ("id-ID,id;q=0.9,en;q=0.8", "id", "Asia/Jakarta"),
        ("tl,en;q=0.5", "fil", "Asia/Manila"),
        ("de,fr;q=0.8,th;q=0.3", "th", "Asia/Bangkok"),
        ("de", "en", "UTC"),
        ("", "en", "UTC"),
    ],
)
def test_the_form_offers_the_readers_language_first(client: Client, accepted: str, language: str, zone: str) -> None:
    form = client.get("/subscribe/", headers={"accept-language": accepted}).context["form"]
    assert (form["language"].value(), form["time_zone"].value()) == (language, zone)
    answer = client.post("/subscribe/", {"email": "a@example.org", "language": language, "time_zone": zone})
    assert answer.status_code == 200
    contact = Contact.objects.get()
    assert (contact.language, contact.time_zone) == (language, zone)
