"""What joins the apps: settings, addresses, workers, and the commands that see everything."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
