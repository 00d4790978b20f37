"""OPML in and out, feeds named by a page, and the counting of verdicts."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.feed_lists import MOST_BYTES, Outline, feed_links, read_opml, write_opml
from registry.domain.news.verdicts import Share, Verdict, shares

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.lists(st.builds(Outline, TEXT, st.integers(0, 10**6).map("https://example.org/{}".format)), max_size=6))
def test_what_is_written_is_read_back(outlines):
    wanted = {row.url: row for row in outlines}
    found = read_opml(write_opml("A & B <list>", outlines).encode())
    assert [row.url for row in found] == list(wanted)


def test_titles_languages_and_nesting_are_read_and_each_address_once():
    body = """<?xml version="1.0"?><opml version="1.0"><body><outline text="Folder">
      <outline text="A &amp; B" xmlUrl="https://a.example/feed" language="th"/>
      <outline title="Again" xmlUrl="https://a.example/feed"/><outline text="no address"/>
      <outline XMLURL="https://b.example/feed"/></outline></body></opml>"""
    assert [(row.title, row.url) for row in read_opml(body.encode())] == [
        ("Again", "https://a.example/feed"),
        ("https://b.example/feed", "https://b.example/feed"),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no XML"),
        (b"{}", "no XML"),
        (b"\xff\xfe\x00", "no XML"),
        (b"<rss/>", "no OPML"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><opml>&a;</opml>', "document type"),
        (b'<?xml version="1.0" encoding="klingon"?><opml/>', "no XML"),
        (b"<opml>" + b" " * MOST_BYTES + b"</opml>", "larger than"),
        (b"<opml>" + b"".join(b'<outline xmlUrl="h:%d"/>' % n for n in range(2001)) + b"</opml>", "at most"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(data, said):
    with pytest.raises(ValueError, match=said):
        read_opml(data)


def test_a_page_names_its_feeds_declared_ones_first():
    page = """<html><head><base href="https://example.org/news/"><title>x</title>
      <LINK rel="Alternate" TYPE="application/rss+xml; charset=utf-8" title="All &amp; more" href="rss.xml">
      <link rel="alternate" type="text/html" hreflang="th" href="/th/"><link rel="stylesheet" href="/feed/x.css"></head>
      <body><a href="/atom/laws">Laws</a><a href="rss.xml">again</a><a href="/feedback">mail</a>
      <a href="javascript:rss()">x</a><a href="http://[rss">bad</a>"""
    assert feed_links(page, "https://example.org/") == [
        Outline("All & more", "https://example.org/news/rss.xml"),
        Outline("https://example.org/atom/laws", "https://example.org/atom/laws"),
    ]


@given(st.text(max_size=300))
def test_any_page_can_be_looked_through(markup):
    assert isinstance(feed_links("<a href=/rss>" + markup, "https://example.org/"), list)


def test_verdicts_are_counted_by_week_rule_and_source():
    monday = dt.date(2026, 11, 23)
    verdicts = [
        Verdict(monday, "A", ("mineral: tin", "day of effect"), True),
        Verdict(monday + dt.timedelta(days=6), "A", ("mineral: tin",), False),
        Verdict(monday - dt.timedelta(days=1), "B", ("mineral: tin",), True),
    ]
    assert shares(verdicts, lambda v: v.rules) == [Share("mineral: tin", 2, 3), Share("day of effect", 1, 1)]
    assert shares(verdicts, lambda v: [v.week]) == [Share("2026-11-23", 1, 2), Share("2026-11-16", 1, 1)]
    assert shares(verdicts, lambda v: [v.source])[0].percent == 50
    low, high = Share("x", 2, 3).interval
    assert 0 < low < 67 < high < 100
