"""Enforcement on the pages of what it touches: a country, an instrument, a facility, a mineral."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils import timezone

from registry.domain.asked import AskedDay
from registry.enforcing import get_enforcement, get_rows
from registry.models import EnforcementVersion
from registry.signals import Panel, Subject, asking_panels

TITLE = "Enforcement and incidents"


@receiver(asking_panels, dispatch_uid="registry.enforcement-panels")
def answer_panels(sender: Any, subject: Subject, user: Any, **kwargs: Any) -> Panel | None:
    if subject.kind not in _TOUCHES:
        return None
    asked, touches = _asked(subject), _TOUCHES[subject.kind]
    if touches is None:
        versions = get_enforcement(asked, **{subject.kind: subject.public_id})
    else:
        versions = [each for each in get_enforcement(asked) if touches(each, subject.public_id)]
    if not versions:
        return None
    context = {"rows": get_rows(versions, asked), "subject": subject.kind}
    return Panel(TITLE, render_to_string("registry/panels/enforcement.html", context), order=40)


def _asked(subject: Subject) -> AskedDay:
    """The day and instant of the page; today and now where it names none."""
    now = timezone.now()
    on, as_of = subject.context.get("on"), subject.context.get("as_of")
    day = dt.date.fromisoformat(on) if on else timezone.localdate()
    return AskedDay(day, dt.datetime.fromisoformat(as_of) if as_of else None, now)


def _country(version: EnforcementVersion, code: str) -> bool:
    return code in (version.content["country"], *version.content["touches"])


def _mineral(version: EnforcementVersion, code: str) -> bool:
    return code in version.content["minerals"]


#: What a record touches, by the kind of the page; None: the content names it by that kind, so the database finds it.
_TOUCHES = {"country": _country, "mineral": _mineral, "instrument": None, "facility": None}
