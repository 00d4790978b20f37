"""Whatever a server does, a poll ends as a recorded attempt with a plain sentence, inside its limits."""

from __future__ import annotations

import gzip
import resource
import socket
import threading
import time
import zlib
from collections.abc import Iterator

import pytest

from registry import feeds, http
from registry.addresses import check_address, check_url
from registry.exceptions import AddressRefused, Unreachable
from registry.models import Feed, FeedEntry, FetchAttempt
from registry.services.feeds import poll_feed
from tests import hostile
from tests.hostile import item, redirect, rss

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(settings) -> Iterator[hostile.Server]:
    with hostile.server() as server:
        settings.FETCH_ALLOW = [f"127.0.0.1:{server.port}"]
        yield server


@pytest.fixture
def hurried(monkeypatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.4)
    monkeypatch.setattr(http, "TOTAL_SECONDS", 1.0)


def poll(url: str) -> FetchAttempt:
    feed = Feed.objects.create(feed_id="wire", title="Wire", url=url, is_enabled=True)
    polled = poll_feed(feed_id="wire")
    attempt = FetchAttempt.objects.get(feed=feed)
    assert polled.failed == bool(attempt.error_class)
    feed.refresh_from_db()
    assert feed.lease is None
    assert feed.next_poll_at is not None
    if attempt.error_class:
        assert feed.last_error == attempt.message
        assert attempt.message[0].isupper() or attempt.message[0] == "'"
        assert attempt.message.endswith(".")
        assert "Traceback" not in attempt.message
        assert "object at 0x" not in attempt.message
    return attempt


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "fc00::1", "fd12::1", "fe80::1",
        "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1",
    ],
)  # fmt: skip
def test_an_address_off_the_open_internet_is_refused(address):
    with pytest.raises(AddressRefused):
        check_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::8a"])
def test_an_address_of_the_open_internet_is_let_through(address):
    check_address(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "/etc/passwd", "etc/passwd", "ftp://example.org/feed", "gopher://example.org/", "data:,x",
        "javascript:alert(1)", "http://", "http:///feed", "https://user:secret@example.org/", "http://user@example.org/",
        "http://example.org:22/", "http://example.org:8080/", "https://example.org:99999/", "http://exa mple.org/",
        "http://example.org\\@127.0.0.1/", "http://example.org/\r\nHost: x", "http://[::1/", "", "feed://example.org/",
        "http://example.org:abc/", "http://exam\tple.org/", "//example.org/feed",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused_before_anything_is_resolved(url, monkeypatch):
    monkeypatch.setattr(http, "resolve", lambda *args, **kwargs: pytest.fail("resolved"))
    with pytest.raises(AddressRefused):
        http.fetch(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:7f00:1]", "localhost",
        "[::ffff:10.0.0.1]", "169.254.169.254", "[fe80::1]",
    ],
)  # fmt: skip
def test_a_feed_on_this_machine_or_its_network_is_never_connected_to(host, monkeypatch):
    monkeypatch.setattr(http._Plain, "connect", lambda *args: pytest.fail("connected"))
    attempt = poll(f"http://{host}/feed")
    assert attempt.error_class in ("AddressRefused", "Unreachable")
    assert attempt.status is None


def test_a_local_path_as_address_is_not_read():
    attempt = poll("/etc/passwd")
    assert attempt.error_class == "AddressRefused"
    assert FeedEntry.objects.count() == 0


def answers(*addresses: str):
    """A resolver that gives each address in turn, one a question."""
    turns = iter(addresses)
    return lambda host, port, **kwargs: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(turns), port))]


def test_a_name_is_resolved_once_and_the_checked_address_is_what_is_connected_to(monkeypatch):
    connected = []

    def connect(self, address):
        connected.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(http, "resolve", answers("8.8.8.8", "127.0.0.1"))
    monkeypatch.setattr(http._Plain, "connect", connect)
    assert poll("http://rebinding.example.org/feed").error_class == "Unreachable"
    assert connected == [("8.8.8.8", 80)]


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(http, "resolve", lambda *args, **kwargs: both)
    assert poll("http://mixed.example.org/feed").error_class == "AddressRefused"


def test_a_resolver_that_hangs_costs_a_look_and_no_worker(monkeypatch, web):
    over = threading.Event()
    monkeypatch.setattr(http, "RESOLVE_SECONDS", 0.2)
    monkeypatch.setattr(http, "resolve", lambda *args, **kwargs: over.wait(30))
    attempt = poll("http://hanging.example.org/feed")
    assert (attempt.error_class, attempt.status) == ("Unreachable", None)
    assert "was not resolved within" in attempt.message
    monkeypatch.setattr(http, "resolve", socket.getaddrinfo)
    assert http.fetch(web.put("/feed", hostile.http(b"x"))).status == 200
    over.set()


def test_when_too_many_names_hang_further_ones_are_given_up_and_come_back_with_the_resolver(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(http, "RESOLVE_SECONDS", 0.1)
    monkeypatch.setattr(http, "_resolving", threading.BoundedSemaphore(2))
    monkeypatch.setattr(http, "resolve", lambda *args, **kwargs: over.wait(30))
    for n in range(2):
        with pytest.raises(Unreachable, match="within"):
            http.dial(f"h{n}.example.org", 80, time.monotonic() + 5)
    with pytest.raises(Unreachable, match="asked before"):
        http.dial("h3.example.org", 80, time.monotonic() + 5)
    over.set()
    monkeypatch.setattr(http, "resolve", answers("10.0.0.1"))
    with pytest.raises(AddressRefused):
        http.dial("h4.example.org", 80, time.monotonic() + 5)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/", "http://127.0.0.1:22/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/",
        "http://[::ffff:10.0.0.1]/", "http://localhost/", "file:///etc/passwd", "//127.0.0.1/x", "http://0/", "ftp://x/",
        "http://a:b@127.0.0.1/", "javascript:alert(1)", "http://[",
    ],
)  # fmt: skip
def test_a_redirect_to_where_nobody_should_look_is_refused_at_its_hop(target, web):
    attempt = poll(web.put("/feed", redirect(target)))
    assert attempt.error_class == "AddressRefused"
    assert len(web.asked) == 1


def test_a_name_that_resolves_differently_at_the_second_hop_is_refused_there(web, monkeypatch):
    turns = iter(["127.0.0.1", "10.0.0.1"])

    def resolve(host, port, **kwargs):
        return socket.getaddrinfo(next(turns), port, **kwargs)

    monkeypatch.setattr(http, "resolve", resolve)
    web.put("/feed", redirect("http://other.example.org/feed"))
    attempt = poll(web.url("/feed"))
    assert attempt.error_class == "AddressRefused"
    assert "10.0.0.1" in attempt.message


def test_redirects_in_a_circle_end(web):
    web.put("/a", redirect("/b"))
    web.put("/b", redirect("/a"))
    attempt = poll(web.url("/a"))
    assert attempt.error_class == "TooManyRedirects"
    assert len(web.asked) == http.MOST_REDIRECTS + 1


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    "status", [*range(201, 207), *range(300, 309), *range(400, 418), 421, 422, 429, 451, *range(500, 512), 599]
)
def test_every_status_is_a_recorded_attempt(status, web):
    attempt = poll(web.put("/feed", hostile.http(rss(item(1)), status=f"{status} X")))
    assert attempt.status == status
    assert bool(attempt.error_class) == (status not in (203, 304))


@pytest.mark.parametrize("status", ["000 X", "99 X", "1000 X", "abc", "", "-200 OK"])
def test_a_status_line_that_is_none_is_said_to_be_no_http(status, web):
    attempt = poll(web.put("/feed", hostile.http(b"x", status=status)))
    assert attempt.error_class in ("Unreachable", "FetchFailed")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n", b"garbage", b"\x00" * 100, b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a" * 70_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    ],
)  # fmt: skip
def test_what_is_no_http_or_breaks_off_is_unreachable(raw, web):
    assert poll(web.put("/feed", raw)).error_class == "Unreachable"


def test_a_closed_port_is_unreachable(web, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.FETCH_ALLOW = [f"127.0.0.1:{port}"]
    attempt = poll(f"http://127.0.0.1:{port}/")
    assert attempt.error_class == "Unreachable"
    assert "refused" in attempt.message


def drip(*pieces: bytes, every: float = 0.05):
    """Send a start and then one piece after another for ever."""
    start, *rest = pieces

    def answer(connection: socket.socket, head: str) -> None:
        connection.sendall(start)
        while True:
            for piece in rest:
                connection.sendall(piece)
                time.sleep(every)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        drip(b"HTTP/1.1 200 OK\r\n\r\n", b"<"),
        drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", every=0.2),
        drip(b"HTTP/1.1 200 OK\r\nX-", b"a"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n", b"x\r\n"),
        lambda connection, head: time.sleep(3),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc", b"", every=3),
    ],
    ids=["body", "headers", "one header", "continue", "chunks", "silence", "half a body"],
)
@pytest.mark.usefixtures("hurried")
def test_a_server_that_drips_or_falls_silent_is_given_up_in_time(answer, web):
    started = time.monotonic()
    attempt = poll(web.put("/feed", answer))
    assert attempt.error_class in ("TooSlow", "Unreachable")
    assert attempt.error_class == "TooSlow" or "speak HTTP" in attempt.message
    assert time.monotonic() - started < 2.5


def test_an_endless_body_ends_at_its_limit(web):
    def endless(connection: socket.socket, head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"<item>" * 10_000)

    attempt = poll(web.put("/feed", endless))
    assert attempt.error_class == "BodyTooLarge"


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
def test_a_compression_bomb_stops_at_its_limit_and_not_in_memory(packed, web):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    plain = b"\x00" * 200_000_000
    body = gzip.compress(plain, 9) if packed == "gzip" else zlib.compress(plain, 9)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    del plain
    attempt = poll(web.put("/feed", hostile.http(body, f"Content-Encoding: {packed}")))
    assert attempt.error_class == "BodyTooLarge"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


@pytest.mark.parametrize(
    ("encoding", "body", "error"),
    [
        ("gzip", rss(item(1)), "Unreachable"),
        ("br", rss(item(1)), "FetchFailed"),
        ("zstd", rss(item(1)), "FetchFailed"),
        ("gzip, gzip", gzip.compress(gzip.compress(rss(item(1)))), "FetchFailed"),
    ],
)
def test_a_lying_content_encoding_is_said(encoding, body, error, web):
    assert poll(web.put("/feed", hostile.http(body, f"Content-Encoding: {encoding}"))).error_class == error


def test_a_packed_answer_that_is_cut_short_is_read_as_far_as_it_goes(web):
    body = gzip.compress(rss(*(item(n) for n in range(50))))
    attempt = poll(web.put("/feed", hostile.http(body[: len(body) * 9 // 10], "Content-Encoding: gzip")))
    assert attempt.error_class == ""
    assert 10 < attempt.new < 50


def test_a_packed_feed_is_unpacked_whatever_kind_of_deflate_is_meant(web):
    machine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = machine.compress(rss(item(1))) + machine.flush()
    attempt = poll(web.put("/feed", hostile.http(body, "Content-Encoding: deflate")))
    assert (attempt.error_class, attempt.new) == ("", 1)


# ------------------------------------------------------------------ feeds

ENTITIES = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % ((98 + i,) + (97 + i,) * 8) for i in range(12)
) + b"]><rss><channel><item><title>&m;</title></item></channel></rss>"  # fmt: skip
EXTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<rss><channel><item><title>&x;</title></item></channel></rss>"
)
CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
)


@pytest.mark.parametrize(
    "body",
    [
        ENTITIES, EXTERNAL, ENTITIES.decode().encode("utf-16"), CHALLENGE, b"", b"   \n", b"{}", b"%PDF-1.7",
        b"\x00" * 5000, b"GIF89a" + bytes(range(256)) * 40, "<?xml version='1.0'?><a/>".encode("utf-32"),
        b"<" * 100_000,
    ],
    ids=["entity bomb", "external entity", "entity bomb in UTF-16", "challenge page", "empty", "blank", "json", "pdf",
         "zeros", "gif", "no feed in UTF-32", "only brackets"],
)  # fmt: skip
def test_what_is_no_feed_is_said_to_be_none_and_nothing_of_it_is_kept(body, web):
    attempt = poll(web.put("/feed", hostile.http(body, "Content-Type: application/rss+xml")))
    assert attempt.error_class == "FeedUnreadable"
    assert FeedEntry.objects.count() == 0


def test_a_dtd_with_an_external_subset_fetches_nothing(web):
    dtd = web.put("/evil.dtd", hostile.http(b'<!ENTITY x "y">'))
    body = f'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "{dtd}">'.encode() + rss(item(1)).split(b"?>", 1)[1]
    attempt = poll(web.put("/feed", hostile.http(body)))
    assert attempt.error_class == ""
    assert len(web.asked) == 1


def test_truncated_xml_gives_what_can_be_read_of_it(web):
    whole = rss(*(item(n) for n in range(10)))
    attempt = poll(web.put("/feed", hostile.http(whole[: len(whole) // 2])))
    assert attempt.error_class == ""
    assert 3 <= attempt.new <= 6


@pytest.mark.parametrize(
    ("text", "encoded", "declared", "header"),
    [
        ("Việt Nam cấm", "utf-8", "utf-8", "text/xml; charset=latin-1"),
        ("ห้ามส่งออก", "utf-16", "utf-16", ""),
        ("ห้ามส่งออก", "tis-620", "tis-620", "application/xml"),
        ("Larangan", "utf-8", "klingon", ""),
        ("Larangan é", "latin-1", "utf-8", ""),
        ("Larangan", "ascii", "utf-16", "application/xml"),
    ],
)
def test_wrong_encodings_and_lying_headers_are_read_as_far_as_can_be(text, encoded, declared, header, web):
    start = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel>'
    body = f"{start}<item><title>{text}</title></item></channel></rss>"
    attempt = poll(
        web.put("/feed", hostile.http(body.encode(encoded), *([f"Content-Type: {header}"] if header else [])))
    )
    assert attempt.error_class in ("", "FeedUnreadable")
    assert attempt.error_class or FeedEntry.objects.get().title


def test_twenty_thousand_items_cost_no_more_than_the_first_five_hundred(web):
    attempt = poll(web.put("/feed", hostile.http(rss(*(item(n) for n in range(20_000))))))
    assert (attempt.error_class, attempt.new) == ("", 500)


@pytest.mark.parametrize(
    "body",
    [
        rss("<title>" + "<a>" * 100_000 + "</title>"),
        rss("<title>x</title><description>" + "<div>" * 100_000 + "</description>"),
        b"<rss version='2.0'><channel>" + b"<item>" * 100_000,
        rss("<title>" + "&lt;" * 400_000 + "</title>"),
        rss("<title>" + "& " * 400_000 + "</title>"),
    ],
    ids=["tags in a title", "tags in a text", "open items", "escaped", "ampersands"],
)
def test_deep_or_heavy_markup_costs_a_poll_and_no_worker(body, web, monkeypatch):
    monkeypatch.setattr(feeds, "WALL_SECONDS", 8.0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    attempt = poll(web.put("/feed", hostile.http(body)))
    assert attempt.error_class in ("", "FeedUnreadable")
    assert time.monotonic() - started < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_a_child_that_takes_too_long_is_ended_and_the_next_feed_is_read(web, monkeypatch):
    monkeypatch.setattr(feeds, "WALL_SECONDS", 0.5)
    attempt = poll(web.put("/feed", hostile.http(b"<rss version='2.0'><channel>" + b"<item>" * 300_000)))
    assert attempt.error_class == "FeedUnreadable"
    assert "longer than" in attempt.message
    monkeypatch.setattr(feeds, "WALL_SECONDS", 15.0)
    Feed.objects.create(feed_id="good", title="Good", url=web.put("/good", hostile.http(rss(item(1)))), is_enabled=True)
    assert poll_feed(feed_id="good").entries == 1


def test_scripts_in_titles_and_links_that_run_code_are_kept_as_text_or_not_at_all(web):
    title = "&lt;script&gt;alert(1)&lt;/script&gt;Ban &lt;b&gt;now&lt;/b&gt; &lt;img src=x onerror=alert(1)&gt;"
    entry = f"<guid>1</guid><title>{title}</title><link>javascript:alert(1)</link><description>{title}</description>"
    poll(web.put("/feed", hostile.http(rss(entry))))
    stored = FeedEntry.objects.get()
    assert stored.url == ""
    for text in (stored.title, stored.summary):
        assert "<" not in text
        assert "alert" not in text
        assert "Ban now" in text


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "data:text/html,x", "javascript:x", "http://", "HTTP:evil", "http://["]
)
def test_only_web_links_are_kept(link, web):
    poll(web.put("/feed", hostile.http(rss(f"<guid>g</guid><title>t</title><link>{link}</link>"))))
    assert FeedEntry.objects.get().url == ""


def test_characters_that_databases_refuse_are_left_out(web):
    entry = "<guid>a&#0;b</guid><title>x&#0;y \ud800</title><pubDate>&#0;Mon</pubDate>"
    body = f'<rss version="2.0"><channel>{"<item>" + entry + "</item>"}</channel></rss>'.encode(
        "utf-8", "surrogatepass"
    )
    attempt = poll(web.put("/feed", hostile.http(body, "ETag: \x01bad", "Last-Modified: " + "x" * 5000)))
    assert attempt.error_class == ""
    assert "\x00" not in FeedEntry.objects.get().title
    feed = Feed.objects.get()
    assert (feed.etag, feed.last_modified) == ("", "")


@pytest.mark.parametrize(
    "url", ["http://example.org/feed", "https://example.org:443/a?b=c#d", "http://xn--e1afmkfd.org/"]
)
def test_plain_web_addresses_pass(url):
    assert check_url(url) == url.split("#")[0]
