"""A mail server and a webhook receiver for tests: they take what comes, and fail as they are told."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass
class MailSink:
    """``answer_rcpt`` and ``answer_data``: what is answered for an address; an empty answer drops the line.

    ``slow``: seconds that each mail takes, half before it is kept and half after.
    """

    got: list[tuple[str, bytes]] = field(default_factory=list)
    answer_rcpt: Callable[[str], str] = lambda address: "250 OK"
    answer_data: Callable[[str], str] = lambda address: "250 OK"
    port: int = 0
    slow: float = 0.0
    #: Mails that were kept and are not acknowledged yet: who dies now has handed over and cannot know it.
    unacknowledged: int = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        answer = self.answer_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (address,) = envelope.rcpt_tos
        answer = self.answer_data(address)
        await asyncio.sleep(self.slow / 2)
        if not answer or answer.startswith("250"):
            self.got.append((address, bytes(envelope.content or b"")))
        self.unacknowledged += 1
        try:
            await asyncio.sleep(self.slow / 2)
        finally:
            self.unacknowledged -= 1
        if not answer:
            assert server.transport is not None
            server.transport.abort()
        return answer or "250 OK"

    @property
    def ids(self) -> list[str]:
        """The Message-IDs that came, each as often as it came."""
        return [line for _to, data in self.got for line in data.decode().splitlines() if line.startswith("Message-ID")]


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        sink = MailSink(port=probe.getsockname()[1])
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()


@dataclass
class HookSink:
    """``answer``: the status for the n-th request (from 0); ``wait``: seconds before it answers."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[int], int] = lambda number: 204
    wait: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""


@contextmanager
def hook_sink() -> Iterator[HookSink]:
    sink = HookSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = sink.answer(len(sink.got))
            sink.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(sink.wait)
            self.send_response(status)
            for name, value in sink.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield sink
    server.shutdown()
    server.server_close()
