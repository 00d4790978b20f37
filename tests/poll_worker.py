"""One worker's round of polls in a process of its own, all names leading to one local server: ``poll_worker PORT``."""

from __future__ import annotations

import json
import os
import socket
import sys
import time

import django


def main(port: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from registry import feeds, http
    from registry.services.feeds import poll_due

    def dial(host: str, asked: int, deadline: float) -> socket.socket:
        sock = http._Plain(socket.AF_INET, socket.SOCK_STREAM)
        sock.deadline = time.monotonic() + 10
        sock.connect(("127.0.0.1", port))
        return sock

    http.dial = dial
    print(json.dumps(poll_due(seconds=60).to_json()))
    feeds.end_children()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
