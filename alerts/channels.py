"""Ways a message leaves: a file for each message where no mail server is set, else Django's SMTP."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FileBackend(BaseEmailBackend):
    """Writes ``MAIL_DIR/<message-id>.eml``. Sending the same message again writes the same file: one visible effect."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder: Path = settings.MAIL_DIR
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            data: Any = message.message()
            name = re.sub(r"[^\w.@-]", "_", str(data["Message-ID"]).strip("<>"))
            unfinished = folder / f".{name}.{os.getpid()}"
            unfinished.write_bytes(data.as_bytes())
            unfinished.replace(folder / f"{name}.eml")
        return len(email_messages)


def message_id(public_id: str) -> str:
    """The stable id of a message, from the id of what it tells and the sender's domain."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{public_id}@{domain}>"
