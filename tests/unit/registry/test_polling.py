"""When a feed is looked at next: what servers ask for is kept, failures never end it, feeds part company."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import polling
from registry.domain.feed_pruning import MOST_ENTRIES, prune

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
MINUTES = st.integers(15, 1440).map(lambda n: dt.timedelta(minutes=n))


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://news.esdm.go.id/rss", "esdm.go.id"),
        ("https://www.example.org/a", "example.org"),
        ("https://a.b.c.example.com.my/", "example.com.my"),
        ("http://EXAMPLE.org:80/", "example.org"),
        ("http://10.0.0.1/feed", "10.0.0.1"),
        ("http://[2606:4700::1]/", "2606:4700::1"),
        ("http://localhost/", "localhost"),
        ("http://moit.gov.vn/", "moit.gov.vn"),
        ("/etc/passwd", ""),
    ],
)
def test_a_site_is_the_registrable_domain(url, site):
    assert polling.site_of(url) == site


@given(MINUTES, st.booleans(), MINUTES)
def test_the_interval_stays_between_its_limits_and_moves_with_the_news(current, news, shortest):
    found = polling.next_interval(current, news=news, shortest=shortest)
    assert shortest <= found <= polling.LONGEST
    assert found <= max(current, shortest) if news else found >= min(current, polling.LONGEST)


@given(st.integers(1, 10_000), MINUTES, st.integers())
def test_back_off_never_gives_up_and_never_waits_longer_than_a_day(failures, shortest, seed):
    wait = polling.back_off(failures, shortest, Random(seed))
    assert shortest <= wait <= max(shortest, polling.LONGEST)


def test_back_off_grows_with_the_failures():
    mean = [
        sum(polling.back_off(n, polling.SHORTEST, Random(seed)).total_seconds() for seed in range(200)) / 200
        for n in range(1, 8)
    ]
    assert mean == sorted(mean)


@given(MINUTES, st.integers())
def test_jitter_is_a_tenth_at_most(interval, seed):
    assert 0.9 * interval <= polling.with_jitter(interval, Random(seed)) <= 1.1 * interval


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "Wed, 25 Nov 2026 13:00:00 GMT"}, 3600),
        ({"cache-control": "public, max-age=7200"}, 7200),
        ({"expires": "Wed, 25 Nov 2026 12:30:00 GMT"}, 1800),
        ({"expires": "0"}, 0),
        ({"expires": "Wed, 25 Nov 2020 12:30:00 GMT"}, 0),
        ({"retry-after": "60", "cache-control": "max-age=600"}, 600),
        ({"retry-after": "99999999999"}, 0),
        ({"retry-after": "999999"}, 86_400),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "²"}, 0),
        ({"cache-control": "max-age=abc", "retry-after": "soon", "expires": "never"}, 0),
        ({}, 0),
    ],
)
def test_what_a_server_asks_for_is_the_longest_of_its_wishes_within_a_day(headers, seconds):
    assert polling.asked_for(headers, NOW) == dt.timedelta(seconds=seconds)


@given(st.dictionaries(st.sampled_from(["retry-after", "cache-control", "expires"]), st.text(max_size=40)))
def test_no_header_is_too_odd(headers):
    assert dt.timedelta(0) <= polling.asked_for(headers, NOW, 10**9) <= polling.LONGEST


# ------------------------------------------------------------------ pruning

ITEMS = st.lists(st.text(alphabet="ab <&]", max_size=8), max_size=8)


def feed(items: list[str]) -> bytes:
    return ("<rss><channel>" + "".join(f"<item>{text}</item>" for text in items) + "</channel></rss>").encode()


@given(ITEMS, st.sets(st.integers(0, 7)))
def test_what_is_known_is_cut_out_and_the_rest_stays_in_order(items, chosen):
    digests = prune(feed(items), {}).left
    known = {digests[n]: "key" for n in chosen if n < len(digests)}
    found = prune(feed(items), known)
    assert found.left == tuple(digest for digest in digests if digest not in known)
    assert found.body == feed([text for text, digest in zip(items, digests, strict=True) if digest not in known])


@pytest.mark.parametrize(
    "body",
    [
        b"<item>a<item>b</item></item>",
        b"<item><![CDATA[</item>]]></item>",
        b"<item>a</item></item>",
        b"<item>a",
        b"<items><x/></items>",
        b"\xff\xfe<\x00i\x00",
        b"",
    ],
)
def test_a_feed_whose_entries_cannot_be_told_apart_stays_whole(body):
    found = prune(body, {})
    assert (found.body, found.known, found.left) == (body, (), ())


def test_entries_past_the_first_five_hundred_are_never_read():
    found = prune(feed([str(n) for n in range(600)]), {})
    assert len(found.left) == MOST_ENTRIES
    assert found.body.count(b"<item>") == MOST_ENTRIES


@given(st.binary(max_size=300))
def test_any_bytes_can_be_pruned(body):
    assert prune(body, {}).body == body


def test_atom_entries_are_told_apart_too():
    found = prune(b"<feed><entry a='b'>1</entry><entry>2</entry></feed>", {})
    assert len(found.left) == 2
