"""What can be subscribed to, how often, by which way, and where a delivery stands."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """What a subscription is about. ``changes`` is scores and instruments together."""

    CHANGES = "changes"
    SCORES = "scores"
    INSTRUMENTS = "instruments"
    LOTS = "lots"
    FLAGS = "flags"
    HEADS = "heads"


class Cadence(StrEnum):
    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"


class Way(StrEnum):
    """A channel: each has one file in ``alerts/channels``."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    PORTAL = "portal"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


TOPICS = [
    (Topic.CHANGES.value, "Scores and instruments"),
    (Topic.SCORES.value, "Scores"),
    (Topic.INSTRUMENTS.value, "Instruments and measures"),
]
#: What needs an account: lots and flags show what is not public, heads are for those who audit the log.
ACCOUNT_TOPICS = [
    (Topic.LOTS.value, "Lots and findings"),
    (Topic.FLAGS.value, "Flags of the feeds"),
    (Topic.HEADS.value, "Signed heads of the log, one a day"),
]
CADENCES = [
    (Cadence.INSTANT.value, "At once"),
    (Cadence.DAILY.value, "Once a day, at 7 in the morning"),
    (Cadence.WEEKLY.value, "Once a week, on Monday at 7 in the morning"),
]
#: The same where there is little room.
SHORT_CADENCES = [
    (Cadence.INSTANT.value, "At once"),
    (Cadence.DAILY.value, "Daily, at 7"),
    (Cadence.WEEKLY.value, "Mondays, at 7"),
]
WAYS = [(Way.MAIL.value, "Mail"), (Way.WEBHOOK.value, "Webhook"), (Way.PORTAL.value, "Portal")]
DELIVERY_STATES = [
    (DeliveryState.WAITING.value, "Waiting"),
    (DeliveryState.SENT.value, "Sent"),
    (DeliveryState.DEAD.value, "Given up"),
    (DeliveryState.DROPPED.value, "Not wanted any more"),
]
ZONES = [
    ("UTC", "UTC"), ("Asia/Bangkok", "Bangkok, Hanoi, Phnom Penh, Vientiane"), ("Asia/Jakarta", "Jakarta"),
    ("Asia/Makassar", "Makassar"), ("Asia/Jayapura", "Jayapura"), ("Asia/Singapore", "Singapore, Kuala Lumpur"),
    ("Asia/Manila", "Manila"), ("Asia/Yangon", "Yangon"), ("Asia/Dili", "Dili"), ("Asia/Brunei", "Bandar Seri Begawan"),
    ("Asia/Tokyo", "Tokyo"), ("Australia/Sydney", "Sydney"), ("Europe/Brussels", "Brussels, Paris, Berlin"),
    ("Europe/London", "London"), ("America/New_York", "New York, Washington"),
]  # fmt: skip
#: Where the readers of a language most often are: what a form shows first, to be changed.
HOME_ZONES = {"en": "UTC", "id": "Asia/Jakarta", "ms": "Asia/Singapore", "vi": "Asia/Bangkok", "th": "Asia/Bangkok",
              "fil": "Asia/Manila"}  # fmt: skip
