"""Polling: polite, for ever, one worker a feed, nothing read twice and nothing lost."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from registry import feeds, http
from registry.choices import FeedState, FlagState
from registry.models import Feed, FeedEntry, FetchAttempt, Flag
from registry.services import feed_looks
from registry.services import feeds as polls
from registry.services.feed_claims import claim_due, claim_one
from registry.services.feeds import look_at, poll_due, poll_feed
from tests import hostile
from tests.hostile import item, redirect, rss

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(settings) -> Iterator[hostile.Server]:
    with hostile.server() as server:
        settings.FETCH_ALLOW = [f"127.0.0.1:{server.port}"]
        yield server


def put(web: hostile.Server, *items: str, path: str = "/feed", headers: tuple[str, ...] = ()) -> str:
    return web.put(path, hostile.http(rss(*items), *headers))


def add(url: str, name: str = "wire", **more) -> Feed:
    return Feed.objects.create(**{"feed_id": name, "title": name, "url": url, "is_enabled": True, **more})


def poll(feed: Feed) -> FetchAttempt:
    poll_feed(feed_id=feed.feed_id)
    feed.refresh_from_db()
    return FetchAttempt.objects.filter(feed=feed).order_by("-pk")[0]


def counts(attempt: FetchAttempt) -> tuple[int, int, int]:
    return attempt.entries, attempt.new, attempt.changed


# ------------------------------------------------------------------ conditional requests


def test_validators_are_sent_back_byte_for_byte_and_never_made_up(web):
    odd = 'W/"a\xe9b  c"'
    feed = add(put(web, item(1), headers=(f"ETag: {odd}", "Last-Modified: yesterday  noon")))
    poll(feed)
    poll(feed)
    first, second = web.asked
    assert "If-None-Match" not in first
    assert "If-Modified-Since" not in first
    assert f"If-None-Match: {odd}\r\n" in second
    assert "If-Modified-Since: yesterday  noon\r\n" in second


def test_a_304_refreshes_the_validators_it_brings_and_keeps_the_others(web):
    feed = add(put(web, item(1), headers=('ETag: "one"', "Last-Modified: Mon")))
    poll(feed)
    web.put("/feed", hostile.http(b"", 'ETag: "two"', status="304 Not Modified"))
    attempt = poll(feed)
    assert (attempt.status, attempt.error_class, attempt.new) == (304, "", 0)
    assert (feed.etag, feed.last_modified) == ('"two"', "Mon")


def test_a_new_answer_without_validators_drops_the_old_ones(web):
    feed = add(put(web, item(1), headers=('ETag: "one"',)))
    poll(feed)
    put(web, item(2))
    poll(feed)
    assert feed.etag == ""


def test_the_same_bytes_again_are_not_parsed_again(web, monkeypatch):
    feed = add(put(web, item(1)))
    poll(feed)
    monkeypatch.setattr(feeds, "parse", lambda *args, **kwargs: pytest.fail("parsed"))
    assert poll(feed).error_class == ""


def test_entries_known_byte_for_byte_are_not_parsed_again(web, monkeypatch):
    feed = add(put(web, *(item(n) for n in range(20))))
    poll(feed)
    read = []
    real = feeds._in_child
    monkeypatch.setattr(feeds, "_in_child", lambda told, body: read.append(body) or real(told, body))
    put(web, item(99), *(item(n) for n in range(20)))
    assert counts(poll(feed)) == (21, 1, 0)
    assert read[0].count(b"<item>") == 1


# ------------------------------------------------------------------ identity


def test_one_guid_for_all_entries_loses_none_and_repeats_none(web):
    items = [item(n, guid="same") for n in range(5)]
    feed = add(put(web, *items))
    assert counts(poll(feed)) == (5, 5, 0)
    put(web, *(item(n, guid="same") for n in range(5, 7)), *items)
    assert counts(poll(feed)) == (7, 2, 0)
    put(web, *(item(n, guid="same") for n in range(7, 8)), *items)
    assert counts(poll(feed)) == (6, 1, 0)
    assert FeedEntry.objects.count() == 8


def test_a_second_entry_with_the_guid_of_a_known_one_is_an_entry_of_its_own(web):
    feed = add(put(web, item(1, guid="g")))
    poll(feed)
    put(web, item(2, guid="g"), item(1, guid="g"))
    assert counts(poll(feed)) == (2, 1, 0)
    assert set(FeedEntry.objects.values_list("title", flat=True)) == {"Item 1", "Item 2"}


def test_an_edited_title_is_a_change_of_the_entry_and_no_new_one(web):
    feed = add(put(web, item(1), item(2)))
    poll(feed)
    put(web, item(1, title="Better"), item(2))
    assert counts(poll(feed)) == (2, 0, 1)
    assert FeedEntry.objects.get(title="Better").revision == 2


def test_reordered_entries_are_the_same_entries(web):
    feed = add(put(web, item(1), item(2), item(3)))
    poll(feed)
    put(web, item(3), item(1), item(2))
    assert counts(poll(feed)) == (3, 0, 0)


def test_without_guids_the_address_tells_entries_apart_and_without_both_the_text(web):
    by_link = "<title>Same</title><link>https://example.org/{}</link>"
    feed = add(
        put(web, by_link.format(1), by_link.format(2), "<title>A</title>", "<title>B</title>", "<title>A</title>")
    )
    assert poll(feed).new == 4


def test_a_feed_that_moves_keeps_its_entries(web):
    feed = add(put(web, item(1), item(2)))
    poll(feed)
    put(web, item(1), item(2), item(3), path="/elsewhere")
    Feed.objects.update(url=web.url("/elsewhere"), memory={})
    assert poll(feed).new == 1


def test_a_relative_link_is_resolved_by_the_feeds_address(web):
    poll(add(put(web, "<guid isPermaLink='false'>g</guid><title>t</title><link>/news/1</link>")))
    assert FeedEntry.objects.get().url == web.url("/news/1")


# ------------------------------------------------------------------ when to look again


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        (("Retry-After: 7200",), 7200),
        (("Cache-Control: max-age=10800",), 10_800),
        (("Expires: Fri, 01 Jan 2100 00:00:00 GMT",), 86_400),
    ],
)
def test_what_the_server_asks_for_is_waited_for(headers, least, web):
    feed = add(put(web, item(1), headers=headers))
    poll(feed)
    wait = (feed.next_poll_at - timezone.now()).total_seconds()
    assert least * 0.89 <= wait <= least * 1.11


def test_the_feeds_ttl_is_kept_while_nothing_new_is_read(web):
    url = web.put("/feed", hostile.http(rss(item(1), head="<ttl>300</ttl>")))
    feed = add(url)
    for _ in range(2):
        poll(feed)
        assert (feed.next_poll_at - timezone.now()).total_seconds() >= 300 * 60 * 0.89


def test_a_busy_server_is_spared_by_all_feeds_of_its_site(web, monkeypatch):
    monkeypatch.setattr(http, "dial", lambda host, port, deadline: _to(web))
    web.put("/feed", hostile.http(b"", "Retry-After: 3600", status="429 Too Many"))
    feed, other = (
        add("http://a.example.org/feed"),
        add("http://b.example.org/feed", "other", next_poll_at=timezone.now()),
    )
    far = add("http://example.com/feed", "far", next_poll_at=timezone.now())
    claimed = claim_one(feed=feed)
    for name in (other, far):
        claim_one(feed=name)
    Feed.objects.exclude(pk=feed.pk).update(lease=None, leased_until=None)
    feed_looks.store(looks=[look_at(claimed)])
    for row in (feed, other, far):
        row.refresh_from_db()
    hour = timezone.now() + dt.timedelta(minutes=55)
    assert feed.next_poll_at > hour
    assert other.next_poll_at > hour
    assert far.next_poll_at < hour


def test_failures_wait_longer_and_longer_never_for_ever_and_tell_an_officer_after_seven_days(web):
    feed = add(web.url("/nothing"))
    with time_machine.travel("2026-11-01T00:00:00Z", tick=False) as clock:
        for _ in range(200):
            poll(feed)
            wait = feed.next_poll_at - timezone.now()
            assert dt.timedelta(0) < wait <= dt.timedelta(days=1)
            week = timezone.now() - feed.failing_since >= dt.timedelta(days=7)
            assert feed.state == (FeedState.NEEDS_PERSON if week else FeedState.DEGRADED)
            if week:
                break
            clock.shift(wait)
        assert feed.state == FeedState.NEEDS_PERSON
        put(web, item(1), path="/nothing")
        poll(feed)
    assert (feed.state, feed.failures, feed.failing_since, feed.last_error) == (FeedState.OK, 0, None, "")


def test_a_feed_that_is_gone_needs_a_person_at_once_and_is_still_looked_at(web):
    feed = add(web.put("/feed", hostile.http(b"", status="410 Gone")))
    poll(feed)
    assert feed.state == FeedState.NEEDS_PERSON
    assert feed.next_poll_at is not None


@pytest.mark.parametrize(("status", "proposed"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
def test_a_permanent_move_is_proposed_and_the_address_stays(status, proposed, web):
    put(web, item(1), path="/new")
    feed = add(web.put("/feed", redirect("/new", status)))
    assert poll(feed).new == 1
    assert feed.url == web.url("/feed")
    assert feed.proposed_url == (web.url("/new") if proposed else "")
    put(web, item(1))
    poll(feed)
    assert feed.proposed_url == ""


# ------------------------------------------------------------------ many feeds, many workers


def _to(web: hostile.Server):
    import socket

    sock = http._Plain(socket.AF_INET, socket.SOCK_STREAM)
    sock.deadline = time.monotonic() + 10
    sock.connect(("127.0.0.1", web.port))
    return sock


def test_only_what_is_enabled_and_due_is_polled(web):
    soon = timezone.now() + dt.timedelta(hours=1)
    put(web, item(1))
    add(web.url("/feed?a"), "due")
    add(web.url("/feed?b"), "off", is_enabled=False)
    add(web.url("/feed?c"), "later", next_poll_at=soon)
    assert poll_due().to_json() == {"polled": 1, "failed": 0, "entries": 1, "flags": 0}
    assert FetchAttempt.objects.get().feed.feed_id == "due"


def test_a_slow_feed_delays_no_other(web, monkeypatch):
    finished = threading.Event()
    put(web, item(1))

    def slow(connection, head):
        # answers only once the others have been
        finished.wait(10)
        connection.sendall(hostile.http(rss(item(1))))

    add(web.put("/slow", slow), "a-slow")
    for n in range(30):
        add(web.url(f"/feed?{n}"), f"f{n}")
    real = polls.store

    def store(*, looks):
        stored = real(looks=looks)
        if FetchAttempt.objects.filter(feed__feed_id__startswith="f").count() == 30:
            finished.set()
        return stored

    monkeypatch.setattr(polls, "store", store)
    assert poll_due().polled == 31
    assert finished.is_set()


def test_a_leased_feed_is_claimed_by_nobody_else_and_is_free_again_when_the_lease_is_over():
    feed = add("http://example.org/feed")
    with time_machine.travel("2026-11-25T00:00:00Z", tick=False) as clock:
        assert [one.pk for one in claim_due(most=5, before=timezone.now())] == [feed.pk]
        assert claim_due(most=5, before=timezone.now()) == []
        assert claim_one(feed=feed) is None
        clock.shift(dt.timedelta(minutes=6))
        assert len(claim_due(most=5, before=timezone.now())) == 1


def test_feeds_of_one_site_are_claimed_one_at_a_time_and_two_seconds_apart():
    for n in range(3):
        add(f"http://s{n}.example.org/feed", f"f{n}")
    add("http://example.com/feed", "other")
    with time_machine.travel("2026-11-25T00:00:00Z", tick=False) as clock:
        first = claim_due(most=9, before=timezone.now())
        assert sorted(feed.site for feed in first) == ["example.com", "example.org"]
        assert claim_due(most=9, before=timezone.now()) == []
        Feed.objects.update(lease=None, leased_until=None)
        assert [feed.site for feed in claim_due(most=9, before=timezone.now())] == []
        clock.shift(dt.timedelta(seconds=2.1))
        Feed.objects.filter(pk__in=[feed.pk for feed in first]).update(
            next_poll_at=timezone.now() + dt.timedelta(hours=1)
        )
        assert [feed.site for feed in claim_due(most=9, before=timezone.now())] == ["example.org"]


def test_a_look_whose_lease_was_lost_stores_nothing(web):
    feed = add(put(web, item(1)))
    look = look_at(claim_one(feed=feed))
    Feed.objects.update(lease=None, leased_until=None)
    claim_one(feed=Feed.objects.get())
    feed_looks.store(looks=[look])
    assert FetchAttempt.objects.count() == 0
    assert FeedEntry.objects.count() == 0


def test_a_feed_that_cannot_be_stored_costs_no_other_its_look(web, monkeypatch):
    put(web, item(1))
    looks = [look_at(claim_one(feed=add(web.url(f"/feed?{name}"), name))) for name in ("good", "bad", "fine")]
    real = feed_looks._sort_entries

    def sort(feed, *more):
        if feed.feed_id == "bad":
            raise ValueError("what a database may say")
        return real(feed, *more)

    monkeypatch.setattr(feed_looks, "_sort_entries", sort)
    assert [attempt.new for attempt in polls._stored(looks)] == [1, 1]
    assert set(FetchAttempt.objects.values_list("feed__feed_id", flat=True)) == {"good", "fine"}


# ------------------------------------------------------------------ what follows


BAN = "Indonesia bans tin ore exports from 1 May 2027"


def test_an_entry_that_reports_a_change_becomes_a_flag_with_its_reasons(web):
    feed = add(put(web, item(1, title=BAN), item(2, title="Tin price climbs")))
    polled = poll_feed(feed_id=feed.feed_id)
    assert polled.flags == 1
    flag = Flag.objects.get()
    assert (flag.state, flag.country_id, flag.measure) == (FlagState.OPEN, "ID", "export_ban")
    assert {reason["rule"] for reason in flag.reasons} >= {"mineral: tin", "day of effect"}
    assert FetchAttempt.objects.get().flags == 1
    assert not FeedEntry.objects.filter(read_at=None).exists()


def test_a_repeat_in_another_feed_joins_the_flag(web):
    one = add(put(web, item(1, title=BAN)))
    two = add(
        put(web, item(9, title="Larangan ekspor bijih timah Indonesia berlaku mulai 1 Mei 2027"), path="/b"), "two"
    )
    poll(one)
    poll(two)
    first, second = Flag.objects.order_by("pk")
    assert (second.state, second.joined_to) == (FlagState.JOINED, first)


def test_an_edit_that_makes_an_entry_a_change_is_read_again(web):
    feed = add(put(web, item(1, title="Ministry speaks of tin")))
    poll(feed)
    assert Flag.objects.count() == 0
    put(web, item(1, title=BAN))
    poll(feed)
    assert Flag.objects.count() == 1


def test_the_text_that_a_flag_was_raised_on_stays_whatever_the_feed_says_later(web):
    feed = add(put(web, item(1, title=BAN)))
    poll(feed)
    put(web, item(1, title="Correction: no ban"))
    assert poll(feed).error_class == ""
    assert FeedEntry.objects.get().title == BAN


def test_entries_left_unread_by_a_killed_worker_are_read_at_the_next_poll(web, monkeypatch):
    feed = add(put(web, item(1, title=BAN)))
    with monkeypatch.context() as killed:
        killed.setattr(polls, "flag_unread", lambda: 0)
        poll(feed)
    assert Flag.objects.count() == 0
    assert poll_due().flags == 1


def test_an_entry_that_the_rules_cannot_read_costs_no_other_its_flag(web, monkeypatch):
    from registry.services import flagging

    real = flagging.classify

    def classify(items, stories):
        if any("poison" in one.title for one in items):
            raise ValueError("a rule broke")
        return real(items, stories)

    monkeypatch.setattr(flagging, "classify", classify)
    poll(add(put(web, item(1, title="poison"), item(2, title=BAN))))
    assert Flag.objects.get().entry.title == BAN
    assert not FeedEntry.objects.filter(read_at=None).exists()


def test_a_poll_of_many_unchanged_feeds_costs_a_handful_of_queries_each(web, django_assert_max_num_queries):
    web.put("/feed", hostile.http(b"", status="304 Not Modified"))
    for n in range(16):
        add(web.url(f"/feed?{n}"), f"f{n}", site="127.0.0.1")
    with django_assert_max_num_queries(16 * 8):
        assert poll_due().polled == 16
