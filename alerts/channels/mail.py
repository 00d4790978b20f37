"""Mail, over one kept connection. The stage at which a server fails tells whether the message may have arrived."""

from __future__ import annotations

import smtplib
import time
from email import message_from_bytes, policy
from email.utils import parseaddr
from typing import Any, Self

from django.conf import settings
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.utils import DNS_NAME

from alerts.channels import Outcome, Parcel, Verdict, files

#: A kept connection goes after so many seconds without use: servers drop idle ones.
IDLE_SECONDS = 20.0


class MailChannel:
    """Files, SMTP, or whatever Django mail backend is set; the bytes are the same."""

    def __enter__(self) -> Self:
        # Django would ask DNS for this machine's name at the first mail, which may take many seconds.
        DNS_NAME._fqdn = sender_domain()
        self._backend: Any = mail.get_connection()
        if isinstance(self._backend, EmailBackend):
            self._backend.timeout = settings.ALERT_TIMEOUT_SECONDS
        self._used_at = 0.0
        return self

    def __exit__(self, *problem: object) -> None:
        if isinstance(self._backend, EmailBackend):
            self._close()

    def hand_over(self, parcel: Parcel) -> Outcome:
        if isinstance(self._backend, files.FileBackend):
            return self._write(parcel)
        if isinstance(self._backend, EmailBackend):
            return self._smtp(parcel)
        return self._other(parcel)

    def _write(self, parcel: Parcel) -> Outcome:
        try:
            files.write(message_id(parcel.delivery_id), parcel.body)
        except OSError as error:
            return Outcome(Verdict.BUSY, f"The mail could not be written: {error}")
        return Outcome(Verdict.SENT)

    def _other(self, parcel: Parcel) -> Outcome:
        """A provider's backend: it is given the message as an object and says in its own words what went wrong."""
        try:
            self._backend.send_messages([_as_message(parcel)])
        except Exception as error:  # each provider's library raises its own; whether it went out is not known
            return Outcome(Verdict.RETRY, f"{type(error).__name__}: {error}"[:500], uncertain=True)
        return Outcome(Verdict.SENT)

    # -------------------------------------------------------------- SMTP, step by step

    def _smtp(self, parcel: Parcel) -> Outcome:
        was_kept = self._backend.connection is not None
        problem = self._prepare(parcel)
        if problem is not None and was_kept and self._backend.connection is None:
            problem = self._prepare(parcel)  # the kept line had been dropped meanwhile
        if problem is not None:
            return problem
        try:
            code, reply = self._server.data(parcel.body.replace(b"\n", b"\r\n"))
        except smtplib.SMTPDataError as error:
            return self._answered(error.smtp_code, error.smtp_error, refused=Verdict.REFUSED)
        except (smtplib.SMTPException, OSError) as error:
            # the message was on its way when the line fell: it may have been taken
            self._close()
            return Outcome(Verdict.RETRY, f"The line fell while the message was handed over: {error}", uncertain=True)
        self._used_at = time.monotonic()
        return Outcome(Verdict.SENT) if code == 250 else self._answered(code, reply, refused=Verdict.REFUSED)

    def _prepare(self, parcel: Parcel) -> Outcome | None:
        """Connect and name sender and reader; None: the message can go. Nothing has been handed over yet."""
        if self._backend.connection is not None and time.monotonic() - self._used_at > IDLE_SECONDS:
            self._close()
        try:
            self._backend.open()
            self._server.ehlo_or_helo_if_needed()
            options = ["BODY=8BITMIME"] if self._server.has_extn("8bitmime") else []
            code, reply = self._server.mail(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], options)
            if code != 250:
                return self._answered(code, reply, refused=Verdict.RETRY)
            code, reply = self._server.rcpt(parcel.address)
            return None if code in (250, 251) else self._answered(code, reply, refused=Verdict.GONE)
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            return Outcome(Verdict.BUSY, f"The mail server does not answer: {error}"[:500])

    @property
    def _server(self) -> smtplib.SMTP:
        server: smtplib.SMTP = self._backend.connection
        return server

    def _answered(self, code: int, reply: bytes | str, *, refused: Verdict) -> Outcome:
        """4xx passes, 5xx does not."""
        self._reset()
        words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        detail = f"The mail server answers {code} {words}"[:500]
        if code == 421:
            self._close()
            return Outcome(Verdict.BUSY, detail)
        return Outcome(refused if 500 <= code < 600 else Verdict.RETRY, detail)

    def _reset(self) -> None:
        try:
            self._server.rset()
        except (smtplib.SMTPException, OSError, AttributeError):
            self._close()

    def _close(self) -> None:
        connection, self._backend.connection = self._backend.connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()


def _as_message(parcel: Parcel) -> mail.EmailMultiAlternatives:
    """The message as Django's object, for backends that take it apart again."""
    parsed: Any = message_from_bytes(parcel.body, policy=policy.default)
    kept = ("Message-ID", "References", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
            "Content-Language")  # fmt: skip
    message = mail.EmailMultiAlternatives(
        subject=str(parsed["Subject"]),
        body=parsed.get_body(("plain",)).get_content(),
        to=[parcel.address],
        headers={name: str(parsed[name]) for name in kept if parsed[name]},
    )
    message.attach_alternative(parsed.get_body(("html",)).get_content(), "text/html")
    return message


def message_id(public_id: str) -> str:
    """The stable id of a message, from the id of what it tells and the sender's domain."""
    return f"<{public_id}@{sender_domain()}>"


def sender_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
