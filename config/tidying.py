"""What is kept of persons' visits goes again: ended sessions, and sign-ins that failed, with name and address."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from jobs.registry import Payload, handler, periodic


@handler("config.tidy", urgent=False)
def tidy(payload: Payload) -> None:
    SessionStore.clear_expired()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()


periodic("config.tidy", seconds=3_600)
