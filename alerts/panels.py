"""What pages of other apps show of alerts: at the desk whether messages get out, on a lot's page how to follow it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from alerts.selectors import follows, get_health
from registry.models import User
from registry.signals import Panel, Press, Subject, asking_panels


@receiver(asking_panels, dispatch_uid="alerts.panels")
def answer_panels(sender: Any, subject: Subject, user: Any, **kwargs: Any) -> Panel | None:
    """For officers and administrators at the desk; on the page of a lot for whoever is signed in."""
    if subject.kind == "lot":
        return _follow(subject.public_id, user) if isinstance(user, User) else None
    if subject.kind != "desk" or not user.has_perm("alerts.view_delivery"):
        return None
    html = render_to_string("alerts/panels/desk.html", {"health": get_health()})
    return Panel("Messages to subscribers", html, order=80)


def _follow(lot_id: str, user: User) -> Panel:
    if follows(person=user, lot_id=lot_id):
        words = "You are told of findings in it, and of measures that touch it."
        press = Press("Follow it no more", reverse("alerts:follow"), (("lot", lot_id), ("do", "stop")))
    else:
        words = "Be told on your page of alerts when a finding opens in it, or a measure touches it."
        press = Press("Follow this lot", reverse("alerts:follow"), (("lot", lot_id), ("do", "follow")))
    html = format_html('<p>{} <a href="{}">Your alerts</a></p>', words, reverse("alerts:portal"))
    return Panel("Follow", html, order=70, press=press)
