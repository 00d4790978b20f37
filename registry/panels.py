"""Asks the other apps what they have to show on a page."""

from __future__ import annotations

from typing import Any

from registry.signals import Panel, Subject, asking_panels


def get_panels(subject: Subject, user: Any) -> list[Panel]:
    """What every app answers for a subject, in order."""
    answers: list[Any] = [answer for _, answer in asking_panels.send(sender=Subject, subject=subject, user=user)]
    panels = [answer for answer in answers if isinstance(answer, Panel)]
    return sorted(panels, key=lambda panel: (panel.order, panel.title))
