"""What messages say: the change, why, how one knows, why one gets it, and how to stop.

A change goes to thousands with the same words, so each set of words is made once, as bytes with marks in them, and
only the marks are filled in for each reader.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from alerts import links
from alerts.channels import Parcel
from alerts.channels.mail import message_id
from alerts.choices import Cadence, Way
from alerts.domain.items import Item, Kind
from alerts.languages import ENGLISH, Tongue, tongue
from alerts.models import Bulletin, Contact, Delivery, Match, Subscription
from alerts.scopes import scope_text
from alerts.telling import said, title
from ledger.models import Leaf
from registry.domain.dates import PartialDate
from registry.paths import entry_path

#: What stands in the stencil of a message where the reader's own goes.
_TO, _ID, _STOP, _DATE = "SEAM-MARK-TO", "SEAM-MARK-ID", "SEAM-MARK-STOP", "SEAM-MARK-DATE"
#: Standard Webhooks asks for less than 20 kB.
_MOST_BYTES = 18_000


@dataclass(slots=True)
class Letterbox:
    """Makes the parcels of a run; what they have in common is worked out once."""

    matches: dict[int, list[Match]] = field(default_factory=dict)
    stencils: dict[Any, bytes] = field(default_factory=dict)
    scopes: dict[Any, str] = field(default_factory=dict)
    bulletins: dict[int, Bulletin] = field(default_factory=dict)

    def fill(self, batch: Sequence[Delivery]) -> None:
        """Read why each delivery of a batch is sent. A bulletin goes to thousands, and is read once."""
        found = Match.objects.filter(delivery__in=[delivery.pk for delivery in batch])
        matches = list(found.select_related("subscription").order_by("bulletin_id", "pk"))
        named = {match.bulletin_id for match in matches} | {each.bulletin_id for each in batch if each.bulletin_id}
        kept = {key: row for key, row in self.bulletins.items() if key in named}
        self.bulletins = kept | Bulletin.objects.in_bulk(named - kept.keys())
        self.matches = defaultdict(list)
        for match in matches:
            match.bulletin = self.bulletins[match.bulletin_id]
            self.matches[match.delivery_id or 0].append(match)
        for delivery in batch:
            delivery.bulletin = self.bulletins[delivery.bulletin_id] if delivery.bulletin_id else None

    def unwanted(self, delivery: Delivery) -> str:
        """Why a delivery is not to go any more; empty: it is."""
        if delivery.endpoint.disabled_at is not None:
            return "This way was disabled before the message went."
        person = delivery.endpoint.contact.person
        if person is not None and not person.is_active:
            return "The account was closed before the message went."
        matches = self.matches[delivery.pk]
        if delivery.key.startswith("test:") or any(match.subscription.stopped_at is None for match in matches):
            return ""
        return "All that asked for it was stopped before the message went." if matches else ""

    def parcel(self, delivery: Delivery) -> Parcel:
        endpoint = delivery.endpoint
        matches = [match for match in self.matches[delivery.pk] if match.subscription.stopped_at is None]
        if endpoint.way == Way.WEBHOOK:
            return Parcel(delivery.delivery_id, endpoint.url, tuple(endpoint.secrets), hook_body(delivery, matches))
        if endpoint.way == Way.PORTAL:
            return Parcel(delivery.delivery_id, "", (), b"")
        address = endpoint.contact.email or ""
        return Parcel(delivery.delivery_id, address, (), self._mail(delivery, matches, address))

    def _mail(self, delivery: Delivery, matches: Sequence[Match], address: str) -> bytes:
        contact = delivery.endpoint.contact
        asked = self._asked(matches, contact.language)
        key = (delivery.key, asked, contact.language, contact.time_zone, json.dumps(_numbers(matches)))
        if key not in self.stencils:
            told = _told(matches) or _own_items(delivery)
            self.stencils[key] = _stencil(delivery, told, matches, asked, contact)
        return _filled(self.stencils[key], delivery, address)

    def _asked(self, matches: Sequence[Match], language: str) -> str:
        """What led to a message, in words; many ask for the same."""
        key = (language, *((match.subscription.scope, match.subscription.cadence) for match in matches))
        if key not in self.scopes:
            self.scopes[key] = asked_text(matches, tongue(language))
        return self.scopes[key]


# ------------------------------------------------------------------ what is told


def _told(matches: Sequence[Match]) -> list[Item]:
    """The items of all matches, each once, scores first within a bulletin."""
    items: dict[str, Item] = {}
    for match in matches:
        for number in match.items:
            item = Item.from_json(match.bulletin.items[number])
            items.setdefault(f"{item.kind}:{item.key}", item)
    return list(items.values())


def _own_items(delivery: Delivery) -> list[Item]:
    return [Item.from_json(plain) for plain in delivery.bulletin.items] if delivery.bulletin else []


def _numbers(matches: Sequence[Match]) -> list[Any]:
    return [[match.bulletin_id, match.items, match.touched] for match in matches]


def asked_text(matches: Sequence[Match], language: Tongue) -> str:
    texts = dict.fromkeys(scope_text(match.subscription, language) for match in matches)
    return "; ".join(texts) or language.say("scopes", "nothing")


def title_of(delivery: Delivery, items: Sequence[Item], language: Tongue = ENGLISH) -> str:
    """The subject: what changed; of several things the first, and how many more."""
    if not items:
        return "SEAM"
    first = f"{title(items[0], language)}{_more(items)}"
    if delivery.bulletin is None:
        kind = "weekly" if delivery.key.startswith(Cadence.WEEKLY.value) else "daily"
        return language.say("words", f"digest_{kind}", first=first)
    return first


def _more(items: Sequence[Item]) -> str:
    # an act and the scores it moves are one change; only what is beside it is counted
    others = len({item.instrument or item.key for item in items}) - 1
    return f" (+{others})" if others > 0 else ""


# ------------------------------------------------------------------ mail


def _stencil(
    delivery: Delivery, items: Sequence[Item], matches: Sequence[Match], asked: str, contact: Contact
) -> bytes:
    """The whole mail as bytes, with marks where the reader's own goes."""
    language = tongue(contact.language)
    context = {
        "title": title_of(delivery, items, language),
        "items": _sections(items, language, contact.time_zone),
        "also": _also(delivery, items, language),
        "touched": sorted({lot for match in matches for lot in match.touched}),
        "asked_for": asked,
        "stop": _STOP,
        "manage": links.absolute(reverse("alerts:manage")),
        "is_digest": delivery.bulletin is None,
    }
    thread = delivery.bulletin.thread if delivery.bulletin else delivery.key
    headers = {
        "Message-ID": f"<{_ID}>",
        "References": message_id(f"t-{sha256(thread.encode()).hexdigest()[:16]}"),
        "Date": _DATE,
        "List-Unsubscribe": f"<{_STOP}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    message = _message("change", language, context, _TO, headers)
    for item in items:
        if item.kind is Kind.HEAD:
            # as bytes, so that no mail program changes a letter of what was signed
            checkpoint = item.data["checkpoint"].encode()
            message.attach(f"checkpoint-{item.data['size']}.txt", checkpoint, "application/octet-stream")
    made: bytes = message.message().as_bytes()
    # a subject that begins on the second line is lawful, and taken ill by some servers
    return made.replace(b"Subject: \n ", b"Subject: ", 1)


def _filled(stencil: bytes, delivery: Delivery, address: str) -> bytes:
    stop = links.stop_link(delivery.delivery_id)
    filled = stencil
    for mark, text in (
        (_STOP, stop),
        (_ID, message_id(delivery.delivery_id).strip("<>")),
        (_TO, address),
        (_DATE, format_datetime(timezone.now())),
    ):
        filled = filled.replace(mark.encode(), text.encode())
    return filled


def _sections(items: Sequence[Item], language: Tongue, zone: str) -> list[dict[str, Any]]:
    """What is shown of each item; an act that stands beside the score it moved is told in short."""
    sections, acts = [], set()
    for item in items:
        sections.append({**shown(item, language, zone), "is_short": bool(item.instrument) and item.instrument in acts})
        acts.add(item.instrument)
    return sections


def _also(delivery: Delivery, items: Sequence[Item], language: Tongue) -> list[str]:
    """What else moved with it that the reader did not ask for."""
    told = {(item.kind, item.key) for item in items}
    return [title(item, language) for item in _own_items(delivery) if (item.kind, item.key) not in told]


def shown(item: Item, language: Tongue, zone: str) -> dict[str, Any]:
    """An item as templates show it, in one language."""
    position = Leaf.objects.filter(entry=item.entry).first() if item.entry else None
    return {
        "item": item,
        "said": said(item, language),
        "officers": [
            language.say("words", word, person=person)
            for word, person in (("drafted", item.drafted_by), ("approved", item.approved_by))
            if person
        ],
        "when": language.instant(dt.datetime.fromisoformat(item.recorded_at), zone) if item.recorded_at else "",
        "source_date": _source_date(item, language),
        "entry": language.say("words", "entry", number=item.entry) if item.entry else "",
        "leaf": language.say("words", "leaf", number=position.index) if position else "",
        "proof": links.absolute(entry_path(item.entry)) if item.entry else "",
        "page": links.absolute(item.page) if item.page else "",
        "why": links.absolute(item.why) if item.why else "",
    }


def _source_date(item: Item, language: Tongue) -> str:
    text = str((item.source or {}).get("date") or "")
    try:
        return language.date(PartialDate.parse(text)) if text else ""
    except ValueError:
        return text


def confirmation_message(subscription: Subscription) -> EmailMultiAlternatives:
    language = tongue(subscription.contact.language)
    context = {
        "title": language.say("confirmation", "title"),
        "c": language.catalogue["confirmation"],
        "told": language.say("confirmation", "told", asked=scope_text(subscription, language)),
        "link": links.confirm_link(subscription),
    }
    headers = {"Message-ID": message_id(f"{subscription.subscription_id}-{subscription.asked_at:%Y%m%dT%H%M%S%f}")}
    return _message("confirmation", language, context, subscription.contact.email or "", headers)


def code_message(contact: Contact, code: str, public_id: str) -> EmailMultiAlternatives:
    language = tongue(contact.language)
    context = {
        "title": language.say("code", "title", code=code),
        "c": language.catalogue["code"],
        "code": code,
        "manage": links.absolute(reverse("alerts:manage")),
    }
    return _message("code", language, context, contact.email or "", {"Message-ID": message_id(public_id)})


def _message(
    name: str, language: Tongue, context: dict[str, Any], to: str, headers: dict[str, str]
) -> EmailMultiAlternatives:
    context = {**context, "w": language.words, "lang": language.code, "site": settings.SITE_URL}
    message = EmailMultiAlternatives(
        subject=f"{_one_line(context['title'])} – SEAM",
        body=_short_lines(render_to_string(f"alerts/mail/{name}.txt", context)),
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": language.code, **headers},
    )
    message.attach_alternative(_short_lines(render_to_string(f"alerts/mail/{name}.html", context)), "text/html")
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short_lines(text: str) -> str:
    """No line of more than 900 bytes, so that none is packed and marks stay whole; cut at spaces, else hard."""
    lines: list[str] = []
    for line in text.splitlines():
        while len(line.encode()) > 900:
            cut = line.rfind(" ", 0, 220)
            cut = cut if cut > 0 else 220
            lines.append(line[:cut])
            line = line[cut:]
        lines.append(line)
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------ webhooks


def hook_body(delivery: Delivery, matches: Sequence[Match]) -> bytes:
    """``{type, timestamp, data: {id, title, items}}``; items that would make it too large are counted in ``more``."""
    items = _told(matches) or _own_items(delivery)
    data: dict[str, Any] = {"id": delivery.delivery_id, "title": title_of(delivery, items), "items": [], "more": 0}
    whole = {"type": "seam.change", "timestamp": delivery.created_at.isoformat(), "data": data}
    if delivery.key.startswith("test:"):
        whole["type"], data["title"] = "seam.test", "A test of this webhook"
    for item in items:
        data["items"].append(_hook_item(item))
        if len(json.dumps(whole).encode()) > _MOST_BYTES:
            data["items"].pop()
            data["more"] += 1
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _hook_item(item: Item) -> dict[str, Any]:
    plain = item.to_json()
    for name in ("reaches", "data"):
        plain.pop(name)
    for name in ("page", "why"):
        plain[name] = links.absolute(plain[name]) if plain[name] else None
    plain["proof"] = links.absolute(entry_path(item.entry)) if item.entry else None
    if item.kind is Kind.HEAD:
        plain["checkpoint"] = item.data["checkpoint"]
    return plain
