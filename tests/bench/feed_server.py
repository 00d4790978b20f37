"""A fast local server of seeded feeds for the polling bench: ``python -m tests.bench.feed_server PORT``.

``/f7`` is feed 7: 25 entries, ETag and Last-Modified, 304 to those who know them. ``/news/P`` gives one new entry to P
percent of the feeds, from then on; ``/news/0`` takes all news back. ``/asked`` tells how many feeds were asked for.
"""

from __future__ import annotations

import asyncio
import sys
from functools import lru_cache

ENTRIES = 25
_TEXT = "Tin, nickel and rare earths of the region, told at the length of a summary as feeds have them. " * 14


class State:
    edition = 0
    percent = 0
    asked = 0


@lru_cache(maxsize=8192)
def feed(number: int, edition: int) -> bytes:
    items = "".join(_item(number, n) for n in range(ENTRIES + edition, edition, -1))
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed {number}</title>'
        f"<link>http://example.org/{number}</link><description>x</description>{items}</channel></rss>"
    ).encode()


def _item(number: int, entry: int) -> str:
    return (
        f"<item><title>Report {entry} of feed {number}</title><link>http://example.org/{number}/{entry}</link>"
        f"<guid isPermaLink='false'>{number}-{entry}</guid><pubDate>Mon, 23 Nov 2026 08:00:00 +0700</pubDate>"
        f"<description>{_TEXT}</description></item>"
    )


def answer(path: str, head: str) -> bytes:
    if path.startswith("/news/"):
        State.percent = int(path[6:])
        State.edition = State.edition + 1 if State.percent else 0
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    if path == "/asked":
        body = str(State.asked).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    State.asked += 1
    number = int(path[2:])
    edition = State.edition if number % 100 < State.percent else 0
    tag = f'"{number}-{edition}"'
    if f"if-none-match: {tag}" in head.lower():
        return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
    body = feed(number, edition)
    lines = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: {tag}\r\n"
        f"Last-Modified: Mon, 23 Nov 2026 0{edition}:00:00 GMT\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return lines.encode() + body


class Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.data = transport, b""

    def data_received(self, data: bytes) -> None:
        self.data += data
        while b"\r\n\r\n" in self.data:
            head, _, self.data = self.data.partition(b"\r\n\r\n")
            text = head.decode("latin-1")
            self.transport.write(answer(text.split(" ", 2)[1], text))  # type: ignore[attr-defined]


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", port, backlog=1000)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
