"""A web server of our own for tests: each path answers the raw bytes, or does the harm, that a test gives it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

#: Gets the connection and the request's head.
Answer = Callable[[socket.socket, str], None]


@dataclass
class Server:
    """``routes`` are asked by path; ``asked`` holds the heads of the requests made."""

    port: int
    routes: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, answer: Answer | bytes) -> str:
        """Answer a path with raw bytes or a function; give its address."""
        self.routes[path] = sending(answer) if isinstance(answer, bytes) else answer
        return self.url(path)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = connection.makefile("rb")
            lines = []
            while (line := head.readline()) not in (b"\r\n", b""):
                lines.append(line.decode("latin-1"))
            text = "".join(lines)
            self.asked.append(text)
            path = text.split(" ")[1].split("?")[0] if " " in text else ""
            answer = self.routes.get(path)
            if answer is None:
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            else:
                answer(connection, text)


@contextmanager
def server() -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    made = Server(listener.getsockname()[1])
    threading.Thread(target=made.serve, args=(listener,), daemon=True).start()
    try:
        yield made
    finally:
        listener.close()


def sending(data: bytes) -> Answer:
    def answer(connection: socket.socket, head: str) -> None:
        connection.sendall(data)

    return answer


def http(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer with a true Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def redirect(to: str, status: int = 302) -> bytes:
    return http(b"", f"Location: {to}", status=f"{status} Moved")


def rss(*items: str, head: str = "") -> bytes:
    """An RSS feed of raw ``<item>`` contents."""
    body = "".join(f"<item>{item}</item>" for item in items)
    start = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Wire</title>'
    return f"{start}{head}{body}</channel></rss>".encode()


def item(number: int, title: str = "", guid: str = "") -> str:
    title = title or f"Item {number}"
    return (
        f"<guid>{guid or number}</guid><title>{title}</title><link>https://wire.invalid/{number}</link>"
        "<pubDate>Mon, 23 Nov 2026 08:00:00 +0700</pubDate>"
    )
