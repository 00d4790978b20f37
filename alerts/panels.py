"""What the desk's home page shows of alerts: whether messages get out."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.template.loader import render_to_string

from alerts.selectors import get_health
from registry.signals import Panel, Subject, asking_panels


@receiver(asking_panels, dispatch_uid="alerts.panels")
def answer_panels(sender: Any, subject: Subject, user: Any, **kwargs: Any) -> Panel | None:
    """For officers and administrators at the desk."""
    if subject.kind != "desk" or not user.has_perm("alerts.view_delivery"):
        return None
    html = render_to_string("alerts/panels/desk.html", {"health": get_health()})
    return Panel("Messages to subscribers", html, order=80)
