"""A mail server and a webhook receiver that fail as a test tells them to, set as the ones that alerts hand over to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import reverse

from tests.sinks import HookSink, MailSink, hook_sink, mail_sink


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSink]:
    with mail_sink() as sink:
        monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
        monkeypatch.setattr(settings, "EMAIL_PORT", sink.port)
        monkeypatch.setattr(settings, "ALERT_TIMEOUT_SECONDS", 2)
        yield sink


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[HookSink]:
    with hook_sink() as sink:
        monkeypatch.setattr(settings, "FETCH_ALLOW", [sink.url.split("/")[2]])
        monkeypatch.setattr(settings, "ALERT_TIMEOUT_SECONDS", 1)
        yield sink


@pytest.fixture
def addresses_known() -> None:
    """As in a worker that has started: the first look-up of an address takes as long as some tests wait."""
    assert reverse("alerts:manage")
