"""Proving who a reader is by a mailed code, and what belongs to them: ways, language, time zone."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from alerts.choices import Way
from alerts.domain.signing import new_secret
from alerts.exceptions import AlertsError, BadCode, BadSubscription
from alerts.messages import code_message
from alerts.models import Contact, Delivery, Endpoint, MailedCode
from alerts.services.owners import portal_of
from alerts.services.sending import ask_to_send
from alerts.services.subscriptions import clean_address, mail_endpoint
from jobs.registry import Payload, handler
from jobs.services import enqueue
from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry import addresses
from registry.exceptions import FetchFailed
from registry.models import User

CODE_WITHIN = dt.timedelta(minutes=15)
MOST_TRIES = 5
#: Codes an address gets within an hour.
MOST_CODES = 5
MOST_WEBHOOKS = 5
#: A rotated secret signs beside the new one until the next rotation.
MOST_SECRETS = 2


def ask_for_code(*, email: str) -> None:
    """Mail a code to a known address; nothing happens for an unknown one, and nobody can tell which it was."""
    address = clean_address(email)
    contact = Contact.objects.filter(email=address).first()
    if contact is None:
        return
    recent = contact.codes.filter(sent_at__gt=timezone.now() - dt.timedelta(hours=1))
    if recent.count() < MOST_CODES:
        with transaction.atomic():
            enqueue(kind="alerts.code", key=contact.contact_id, payload={"contact": contact.contact_id})


@handler("alerts.code")
def send_code(payload: Payload) -> None:
    """The code is made here and kept as a hash: the queue never holds it."""
    contact = Contact.objects.get(contact_id=payload["contact"])
    code = f"{secrets.randbelow(10**8):08d}"
    with transaction.atomic():
        row = MailedCode.objects.create(contact=contact, code_hash=_hash(contact, code), sent_at=timezone.now())
    code_message(contact, code, f"{contact.contact_id}-{row.pk}-{secrets.token_hex(4)}").send()


def check_code(*, email: str, code: str) -> Contact:
    """The reader whose newest code this is, which is used up by it. Raises BadCode, the same for every mistake."""
    contact = Contact.objects.filter(email=clean_address(email)).first()
    row = contact.codes.order_by("-sent_at").first() if contact else None
    since = timezone.now() - CODE_WITHIN
    if contact is None or row is None or row.used_at or row.sent_at < since or row.tries >= MOST_TRIES:
        raise BadCode
    # counted first, by a conditional update: tries in parallel do not pass the limit
    tried = MailedCode.objects.filter(pk=row.pk, tries=row.tries, used_at=None).update(tries=row.tries + 1)
    if not tried or not constant_time_compare(row.code_hash, _hash(contact, "".join(code.split()))):
        raise BadCode
    if not MailedCode.objects.filter(pk=row.pk, used_at=None).update(used_at=timezone.now()):
        raise BadCode
    return contact


def _hash(contact: Contact, code: str) -> str:
    return salted_hmac("alerts.code", f"{contact.contact_id}:{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def contact_of(*, person: User) -> Contact:
    """The contact of an account, with its portal; made at first use."""
    contact, _new = Contact.objects.get_or_create(person=person)
    portal_of(contact)
    return contact


@transaction.atomic
def set_preferences(*, contact: Contact, language: str, zone: str) -> None:
    contact.language, contact.time_zone = language, zone
    contact.save(update_fields=["language", "time_zone"])


@transaction.atomic
def set_address(*, contact: Contact, email: str) -> None:
    """The address of an account's mails; what goes there is confirmed by mail first. Raises BadSubscription."""
    address = clean_address(email)
    if address == contact.email:
        return
    if Contact.objects.filter(email=address).exists():
        raise BadSubscription("This address has alerts of its own already: stop those first, or take another address.")
    contact.email = address
    contact.save(update_fields=["email"])
    # whoever reads the new address has not said yes yet
    Endpoint.objects.filter(contact=contact, way=Way.MAIL.value).delete()
    mail_endpoint(contact)


@transaction.atomic
def add_webhook(*, contact: Contact, url: str) -> Endpoint:
    """A webhook with its secret. Raises BadSubscription where the address cannot be posted to."""
    if contact.person_id is None:
        raise BadSubscription("Webhooks need an account.")
    try:
        address = addresses.check_url(url.strip())
    except FetchFailed as error:
        raise BadSubscription(str(error)) from error
    if contact.endpoints.filter(way=Way.WEBHOOK.value).exclude(url=address).count() >= MOST_WEBHOOKS:
        raise BadSubscription(f"No more than {MOST_WEBHOOKS} webhooks: remove one first.")
    endpoint, is_new = Endpoint.objects.get_or_create(
        contact=contact, way=Way.WEBHOOK.value, url=address, defaults={"secrets": [new_secret()]}
    )
    if is_new:
        _record(endpoint, "add")
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint) -> None:
    """A new secret; the one before signs too until the next rotation, so that the receiver can change over."""
    endpoint.secrets = [new_secret(), *endpoint.secrets][:MOST_SECRETS]
    endpoint.save(update_fields=["secrets"])
    _record(endpoint, "rotate")


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint) -> None:
    """Remove a webhook with what was sent to it."""
    if endpoint.way != Way.WEBHOOK:
        raise AlertsError("Only webhooks are removed; stop the alerts of the others.")
    _record(endpoint, "remove")
    endpoint.delete()


@transaction.atomic
def forget(*, contact: Contact) -> None:
    """Erase a reader: address, ways, subscriptions and deliveries. The log keeps the public id alone."""
    by = Actor(contact.person.public_id if contact.person else contact.contact_id, Door.WEB)
    record(by=by, change=Change("forget", "contact", contact.contact_id, None, None))
    contact.delete()


@transaction.atomic
def send_test(*, endpoint: Endpoint) -> Delivery:
    """A test message, so that the owner sees whether it gets through."""
    now = timezone.now()
    key = f"test:{secrets.token_hex(8)}"
    delivery = Delivery.objects.create(endpoint=endpoint, key=key, due_at=now)
    ask_to_send(now)
    return delivery


def _record(endpoint: Endpoint, action: str) -> None:
    person = endpoint.contact.person
    by = Actor(person.public_id if person else endpoint.contact.contact_id, Door.WEB)
    record(by=by, change=Change(action, "endpoint", endpoint.endpoint_id, None, {"way": endpoint.way}))
