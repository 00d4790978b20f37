"""A mail server and a webhook receiver in a process of their own: they count what comes and keep one of each.

`python -m tests.bench.alerts_sink SMTP_PORT HTTP_PORT`; a line on its input is answered with the counts as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Any

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()
        self.hooks: Counter[str] = Counter()
        self.sample = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails[envelope.rcpt_tos[0]] += 1
        self.sample = self.sample or envelope.content.decode()
        return "250 OK"

    async def handle_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Only as much HTTP as it takes: headers, a body of a stated length, 204, and the line stays."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                await reader.readexactly(int(fields["content-length"]))
                self.hooks[fields.get("webhook-id", "")] += 1
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def counts(self) -> dict[str, Any]:
        return {
            "mails": len(self.mails),
            "hooks": len(self.hooks),
            "twice": sum(count - 1 for counter in (self.mails, self.hooks) for count in counter.values()),
            "sample": self.sample,
        }

    def clear(self) -> None:
        self.mails.clear()
        self.hooks.clear()


async def serve(smtp_port: int, http_port: int) -> None:
    sink, loop = Sink(), asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(sink, hostname="sink"), "127.0.0.1", smtp_port)
    await asyncio.start_server(sink.handle_http, "127.0.0.1", http_port)
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "clear":
            sink.clear()
        print(json.dumps(sink.counts()), flush=True)


if __name__ == "__main__":
    import logging

    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
