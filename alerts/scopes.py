"""What a subscription asks for, in words."""

from __future__ import annotations

from alerts.choices import Cadence, Topic
from alerts.models import Subscription
from registry.choices import label
from registry.wording import country_names, measure_label, mineral_names
from scoring.models import DOMAINS

_TOPIC_WORDS = {
    Topic.CHANGES: "changes of scores and instruments",
    Topic.SCORES: "score changes",
    Topic.INSTRUMENTS: "instruments and measures",
    Topic.LOTS: "findings in lots and measures that touch them",
    Topic.FLAGS: "flags of the feeds",
}


def scope_text(subscription: Subscription) -> str:
    """Such as: score changes of Thailand, governance, by 2 levels or more, once a day."""
    words = [_TOPIC_WORDS[Topic(subscription.topic)]]
    if subscription.topic != Topic.LOTS:
        words[0] += f" of {_country(subscription.country)}"
    if subscription.domain:
        words.append(dict(DOMAINS)[subscription.domain].lower())
    if subscription.mineral:
        words.append(mineral_names().get(subscription.mineral, subscription.mineral).lower())
    if subscription.measure:
        words.append(measure_label(subscription.measure).lower())
    if subscription.status:
        words.append(f"when {label(subscription.status).lower()}")
    if subscription.least > 1:
        words.append(f"by {subscription.least} levels or more")
    if subscription.lots:
        words.append(f"{len(subscription.lots)} lots watched")
    if subscription.cadence != Cadence.INSTANT:
        words.append("once a day" if subscription.cadence == Cadence.DAILY else "once a week")
    return ", ".join(words)


def _country(code: str) -> str:
    return country_names().get(code, code) if code else "all countries"
