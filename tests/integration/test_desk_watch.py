"""The officer's side of the watch: feeds found, moved, started; flags joined, put off, counted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.domain.actor import COMMAND
from ledger.models import Entry
from registry.models import Feed, FeedEntry, FetchAttempt, Flag, User
from registry.services.feed_lists import load_starters
from registry.services.feed_settings import save_feed
from registry.services.feeds import poll_feed
from registry.services.flags import dismiss
from registry.services.people import create_person
from tests import hostile
from tests.hostile import item, redirect, rss

pytestmark = pytest.mark.django_db
FEEDS = reverse("admin:registry_feed_changelist")
FLAGS = reverse("admin:registry_flag_changelist")


@pytest.fixture
def web(settings) -> Iterator[hostile.Server]:
    with hostile.server() as server:
        settings.FETCH_ALLOW = [f"127.0.0.1:{server.port}"]
        yield server


@pytest.fixture
def officer() -> User:
    return create_person(username="officer", password="not-a-real-one", role="officer", country=None, by=COMMAND)


@pytest.fixture
def desk(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


@pytest.fixture
def auditor() -> Client:
    user = create_person(username="auditor", password="not-a-real-one", role="auditor", country=None, by=COMMAND)
    client = Client()
    client.force_login(user)
    return client


def add(url: str, name: str = "wire", **more) -> Feed:
    return save_feed(feed=Feed(**{"feed_id": name, "title": name, "url": url, "is_enabled": True, **more}), by=COMMAND)


def press(desk: Client, feed: Feed, do: str) -> str:
    answer = desk.post(reverse("admin:registry_feed_act", args=[feed.pk]), {"do": do}, follow=True)
    assert answer.status_code == 200
    feed.refresh_from_db()
    return answer.content.decode()


# ------------------------------------------------------------------ feeds


def test_a_feed_that_moved_is_taken_over_by_a_button_and_the_log_says_so(web, desk):
    web.put("/new", hostile.http(rss(item(1))))
    feed = add(web.put("/feed", redirect("/new", 301)))
    poll_feed(feed_id="wire")
    assert "moved for good" in desk.get(reverse("admin:registry_feed_change", args=[feed.pk])).content.decode()
    assert "Moved" in desk.get(FEEDS).content.decode()
    assert "new address" in press(desk, feed, "move")
    assert (feed.url, feed.proposed_url, feed.etag) == (web.url("/new"), "", "")
    entry = Entry.objects.filter(object_type="feed").latest("pk")
    assert "moved for good from" in entry.reason
    assert poll_feed(feed_id="wire").entries == 0
    assert "proposes no other address" in press(desk, feed, "move")


def test_watching_starts_stops_and_looks_at_once_by_buttons(web, desk):
    feed = add(web.put("/feed", hostile.http(rss(item(1)))), is_enabled=False)
    assert "is watched" in press(desk, feed, "watch")
    assert feed.next_poll_at <= timezone.now()
    Feed.objects.update(next_poll_at=timezone.now() + dt.timedelta(hours=5))
    assert "within seconds" in press(desk, feed, "look")
    assert feed.next_poll_at <= timezone.now()
    assert "no longer watched" in press(desk, feed, "stop")
    assert "start to watch it first" in press(desk, feed, "look")


@pytest.mark.parametrize("do", ["watch", "look", "move", "stop"])
def test_nobody_but_officers_presses_a_feeds_buttons(do, web, auditor):
    feed = add(web.url("/feed"))
    assert auditor.post(reverse("admin:registry_feed_act", args=[feed.pk]), {"do": do}).status_code in (302, 403, 404)
    feed.refresh_from_db()
    assert feed.is_enabled


def test_settings_saved_while_a_worker_polls_do_not_undo_what_it_stores(web):
    feed = add(web.put("/feed", hostile.http(rss(item(1)), 'ETag: "a"')))
    stale = Feed.objects.get(pk=feed.pk)
    poll_feed(feed_id="wire")
    stale.title = "Renamed"
    save_feed(feed=stale, by=COMMAND)
    fresh = Feed.objects.get(pk=feed.pk)
    assert (fresh.title, fresh.etag) == ("Renamed", '"a"')
    assert fresh.last_success_at is not None


def test_a_new_address_forgets_what_the_old_one_answered(web):
    feed = add(web.put("/feed", hostile.http(rss(item(1)), 'ETag: "a"')))
    poll_feed(feed_id="wire")
    feed = Feed.objects.get(pk=feed.pk)
    feed.url = web.put("/other", hostile.http(rss(item(2))))
    save_feed(feed=feed, by=COMMAND)
    poll_feed(feed_id="wire")
    assert "If-None-Match" not in web.asked[-1]
    assert FeedEntry.objects.count() == 2


def test_a_feed_is_found_by_its_page_and_entered_with_what_is_known(web, desk):
    page = b'<html><link rel="alternate" type="application/rss+xml" title="Gazette" href="/rss"></html>'
    url = web.put("/", hostile.http(page))
    answer = desk.post(reverse("admin:registry_feed_find"), {"url": url}).content.decode()
    assert "Add Gazette" in answer
    link = re.search(r'href="(/admin/registry/feed/add/[^"]+)"', answer)[1].replace("&amp;", "&")
    form = desk.get(link).content.decode()
    assert f'value="{web.url("/rss")}"' in form
    assert 'value="gazette"' in form
    assert Feed.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"<html>nothing</html>", "page names none"), (b"", "page names none"), (b"%PDF", "page names none")],
)
def test_a_page_without_a_feed_says_so(body, said, web, desk):
    answer = desk.post(reverse("admin:registry_feed_find"), {"url": web.put("/", hostile.http(body))})
    assert said in answer.content.decode()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://169.254.169.254/", "", "http://[", "x y"])
def test_finding_looks_nowhere_that_polling_would_not(url, desk):
    answer = desk.post(reverse("admin:registry_feed_find"), {"url": url})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_a_feed_given_to_the_finder_is_found_itself(web, desk):
    url = web.put("/rss", hostile.http(rss(item(1))))
    assert "Add Wire" in desk.post(reverse("admin:registry_feed_find"), {"url": url}).content.decode()


def test_a_list_is_taken_over_unwatched_and_given_out_again(desk):
    add("https://known.example/feed", "known")
    opml = b"""<opml version="2.0"><body><outline text="Known" xmlUrl="https://known.example/feed"/>
      <outline text="New One" xmlUrl="https://new.example/feed"/><outline text="Bad" xmlUrl="file:///etc/passwd"/>
      <outline text="Bad too" xmlUrl="https://u:p@new.example/"/></body></opml>"""
    upload = SimpleUploadedFile("feeds.opml", opml)
    answer = desk.post(reverse("admin:registry_feed_find"), {"opml": upload}).content.decode()
    assert "1 feed taken over" in answer
    assert "1 known before" in answer
    assert "2 refused" in answer
    made = Feed.objects.get(url="https://new.example/feed")
    assert (made.feed_id, made.is_enabled) == ("new-one", False)
    given = desk.get(reverse("admin:registry_feed_opml"))
    assert given["Content-Disposition"].endswith('"seam-feeds.opml"')
    assert b"https://new.example/feed" in given.content


def test_a_broken_list_is_refused_with_a_sentence(desk):
    upload = SimpleUploadedFile("feeds.opml", b"<html>")
    answer = desk.post(reverse("admin:registry_feed_find"), {"opml": upload}).content.decode()
    assert "The file is no" in answer


def test_the_starter_list_comes_unverified_and_unwatched_and_is_never_forced_on_an_officer(desk):
    first = load_starters(by=COMMAND)
    assert first.created >= 25
    assert not Feed.objects.filter(is_enabled=True).exists()
    assert not Feed.objects.filter(is_unverified=False).exists()
    covered = set(Feed.objects.exclude(country=None).values_list("country_id", flat=True))
    assert covered >= {"ID", "MY", "PH", "TH", "VN", "LA", "KH", "MM", "SG", "BN", "TL"}
    feed = Feed.objects.get(feed_id="ph-gazette")
    feed.url, feed.is_unverified = "https://www.example.org/rss", False
    save_feed(feed=feed, by=COMMAND)
    second = load_starters(by=COMMAND)
    assert (second.created, second.changed) == (0, 0)
    assert Feed.objects.get(feed_id="ph-gazette").url == "https://www.example.org/rss"
    page = desk.get(
        reverse("admin:registry_feed_change", args=[Feed.objects.get(feed_id="vn-moit").pk])
    ).content.decode()
    assert "Nobody has checked" in page
    assert "circulars on the export" in page


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"is_enabled": False}, "Off"),
        ({"is_enabled": False, "is_unverified": True}, "Unverified"),
        ({}, "Waiting"),
        ({"last_attempt_at": timezone.now(), "last_success_at": timezone.now()}, "Answers"),
        (
            {"last_attempt_at": timezone.now(), "state": "degraded", "failures": 3, "last_error": "Nobody."},
            "3 looks without",
        ),
        ({"last_attempt_at": timezone.now(), "state": "needs_person", "last_error": "Gone."}, "Needs you"),
    ],
)
def test_the_health_of_every_feed_is_told_in_words(change, word, desk):
    Feed.objects.create(**{"feed_id": "f", "title": "F", "url": "https://example.org/f", "is_enabled": True, **change})
    assert word in desk.get(FEEDS).content.decode()


def test_a_look_that_failed_stands_on_the_feeds_page_with_its_sentence(web, desk):
    feed = add(web.url("/nothing"))
    poll_feed(feed_id="wire")
    page = desk.get(reverse("admin:registry_feed_change", args=[feed.pk])).content.decode()
    assert "Nothing stands at this address (404)." in page
    assert FetchAttempt.objects.count() == 1


def test_the_home_page_tells_an_officer_which_feeds_need_a_person_and_which_moved(web, desk):
    add(web.put("/gone", hostile.http(b"", status="410 Gone")), "gone")
    web.put("/new", hostile.http(rss(item(1))))
    add(web.put("/old", redirect("/new", 308)), "moved")
    for name in ("gone", "moved"):
        poll_feed(feed_id=name)
    home = desk.get(reverse("admin:index")).content.decode()
    assert home.index("Needs you") < home.index("Moved")
    assert "The feed is gone for good (410)." in home
    assert "it says it is now at" in home


# ------------------------------------------------------------------ flags


def flags(web, *titles: str) -> list[Flag]:
    add(web.put("/feed", hostile.http(rss(*(item(n, title=title) for n, title in enumerate(titles))))))
    poll_feed(feed_id="wire")
    found = list(Flag.objects.order_by("entry__pk"))
    assert len(found) == len(titles)
    return found


BANS = ("Thailand bans tin ore exports from 1 May 2027", "Laos imposes royalty of 5 percent on copper from 1 June 2027")


def decide(desk: Client, flag: Flag, verdict: str, **data) -> str:
    answer = desk.post(reverse("admin:registry_flag_decide", args=[flag.pk, verdict]), data, follow=True)
    flag.refresh_from_db()
    return answer.content.decode()


def test_a_flag_joined_to_another_leaves_the_inbox_takes_its_followers_along_and_can_come_back(web, desk):
    first, second = flags(web, *BANS)
    follower = Flag.objects.create(
        entry=FeedEntry.objects.create(
            feed=first.entry.feed, key="x", title="x", content_sha256="0" * 64, first_seen_at=timezone.now(),
            changed_at=timezone.now(),
        ),
        score="0.5", state="joined", joined_to=second, raised_at=timezone.now(),
    )  # fmt: skip
    assert "Joined:" in decide(desk, second, "merge", into=first.flag_id)
    follower.refresh_from_db()
    assert (second.state, second.joined_to, follower.joined_to) == ("joined", first, first)
    assert (
        Entry.objects.filter(object_type="flag", object_id=second.flag_id).latest("pk").reason.endswith(first.flag_id)
    )
    decide(desk, second, "reopen")
    assert (second.state, second.joined_to) == ("open", None)


@pytest.mark.parametrize("into", ["", "f-nothing", "itself"])
def test_a_flag_joins_no_flag_that_there_is_not(into, web, desk):
    first, _ = flags(web, *BANS)
    answer = decide(desk, first, "merge", into=first.flag_id if into == "itself" else into)
    assert first.state == "open"
    assert "Choose the flag" in answer or "cannot join itself" in answer


def test_a_flag_put_off_leaves_the_inbox_and_comes_back_on_its_day(web, desk):
    first, _ = flags(web, *BANS)
    assert "Put off:" in decide(desk, first, "snooze", days="7")
    assert BANS[0] not in desk.get(f"{FLAGS}?show=all").content.decode()
    assert BANS[0] in desk.get(f"{FLAGS}?show=later").content.decode()
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        client = Client()
        client.force_login(User.objects.get(username="officer"))
        assert BANS[0] in client.get(f"{FLAGS}?show=all").content.decode()


@pytest.mark.parametrize("days", ["0", "91", "-1", "x", "", "999999999999"])
def test_a_flag_is_put_off_for_one_to_ninety_days(days, web, desk):
    first, _ = flags(web, *BANS)
    assert "1 to 90 days" in decide(desk, first, "snooze", days=days)
    assert first.snoozed_until is None


@pytest.mark.parametrize("verdict", ["merge", "snooze", "dismiss", "reopen"])
def test_an_officer_of_another_country_decides_nothing(verdict, web):
    first, second = flags(web, *BANS)
    other = create_person(username="vn", password="not-a-real-one", role="officer", country="VN", by=COMMAND)
    client = Client()
    client.force_login(other)
    data = {"into": second.flag_id, "days": "7", "kind": "Already on record"}
    client.post(reverse("admin:registry_flag_decide", args=[first.pk, verdict]), data)
    first.refresh_from_db()
    assert (first.state, first.snoozed_until) == ("open", None)


def test_a_verdict_goes_on_in_the_tab_it_was_given_in(web, desk):
    first, _ = flags(web, *BANS)
    url = reverse("admin:registry_flag_decide", args=[first.pk, "snooze"])
    assert desk.post(url, {"days": "7", "show": "all"})["Location"].endswith("?show=all")


def test_the_page_of_how_right_the_rules_are_counts_verdicts_by_week_source_and_rule(web, desk, officer):
    page = reverse("admin:registry_flag_precision")
    assert "No flag was judged" in desk.get(page).content.decode()
    first, _ = flags(web, *BANS)
    dismiss(flag=first, by=officer, reason="Already on record")
    told = desk.get(page).content.decode()
    assert "0 of 1 flags were right" in told
    assert "By week" in told
    assert "wire" in told
    assert "measure: export_ban" in told


def test_the_precision_page_is_for_those_who_see_flags(auditor):
    assert auditor.get(reverse("admin:registry_flag_precision")).status_code in (302, 403)
