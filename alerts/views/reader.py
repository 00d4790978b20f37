"""Who is reading: an account, or a reader who proved an address by a mailed code a short while ago."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from alerts.models import Contact
from alerts.services.contacts import contact_of

_KEY, _UNTIL, _EMAIL = "alerts_contact", "alerts_until", "alerts_email"
#: A proved address opens the page for so many seconds.
OPEN_SECONDS = 3_600


def remember_address(request: HttpRequest, email: str) -> None:
    request.session[_EMAIL] = email


def asked_address(request: HttpRequest) -> str:
    return str(request.session.get(_EMAIL, ""))


def open_page(request: HttpRequest, contact: Contact) -> None:
    request.session.cycle_key()
    request.session[_KEY], request.session[_UNTIL] = contact.contact_id, int(time.time()) + OPEN_SECONDS
    request.session.pop(_EMAIL, None)


def close_page(request: HttpRequest) -> None:
    for key in (_KEY, _UNTIL, _EMAIL):
        request.session.pop(key, None)


def get_reader(request: HttpRequest) -> Contact | None:
    """The reader's contact; None for nobody known, and for an account that has none yet. Writes nothing."""
    if request.user.is_authenticated:
        return Contact.objects.filter(person=request.user).first()
    if int(request.session.get(_UNTIL, 0)) < time.time():
        return None
    return Contact.objects.filter(contact_id=request.session.get(_KEY)).first()


def needs_reader(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Pass the reader's contact to a view that acts; an account's is made here, at its first act."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reader = get_reader(request)
        if reader is None and request.user.is_authenticated:
            reader = contact_of(person=request.user)
        if reader is None:
            return redirect("alerts:manage")
        return view(request, reader, *args, **kwargs)

    return wrapped
