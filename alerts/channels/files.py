"""Where no mail server is set: each mail is a file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FileBackend(BaseEmailBackend):
    """Writes ``MAIL_DIR/<message-id>.eml``. Sending the same message again writes the same file: one visible effect."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            data: Any = message.message()
            write(str(data["Message-ID"]), data.as_bytes())
        return len(email_messages)


def write(message_id: str, data: bytes) -> None:
    """Put a mail into its file whole: who looks sees all of it or nothing."""
    folder: Path = settings.MAIL_DIR
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.@-]", "_", message_id.strip("<>"))
    unfinished = folder / f".{name}.{os.getpid()}"
    unfinished.write_bytes(data)
    unfinished.replace(folder / f"{name}.eml")
