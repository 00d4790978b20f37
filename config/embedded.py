"""One process for everything: the web server, a Celery worker and the schedule as threads of it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

from celery import beat
from celery.worker import state as worker_state
from django.conf import settings
from gunicorn.app.base import BaseApplication

from config.celery import app as celery_app

logger = logging.getLogger(__name__)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with one worker process of several threads; with a broker, only the web part."""

    def __init__(self, pidfile: Path) -> None:
        self.pidfile = pidfile
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"{settings.HOST}:{settings.PORT}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "pidfile": str(self.pidfile),
            "timeout": 120,
            "graceful_timeout": 8,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "seam",
        }
        if not settings.REDIS_URL:
            options["post_worker_init"] = start_threads
            options["worker_exit"] = stop_threads
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from config.wsgi import application

        return application


def start_threads(worker: Any) -> None:
    """Start the Celery worker and the schedule in this process. Their messages live in its memory alone."""
    controller = celery_app.WorkController(
        pool_cls="solo",
        hostname="seam@embedded",
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
        quiet=True,
    )
    threading.Thread(target=controller.start, name="seam-worker", daemon=True).start()
    schedule = beat.Service(celery_app, max_interval=1, scheduler_cls="celery.beat:Scheduler")
    threading.Thread(
        target=schedule.start, kwargs={"embedded_process": False}, name="seam-schedule", daemon=True
    ).start()
    logger.info("worker and schedule started as threads")


def stop_threads(server: Any, worker: Any) -> None:
    """Let the worker finish what it has in hand; what it has not begun is a row and waits for the next start."""
    worker_state.should_stop = 0
