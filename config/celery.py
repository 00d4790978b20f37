"""The Celery app: `celery -A config worker`, `celery -A config beat`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("seam")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()


@worker_init.connect  # type: ignore[untyped-decorator]
def know_addresses(**kwargs: Any) -> None:
    """Mails have links. All addresses are read once, here, before children are forked: it takes over a second."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns
