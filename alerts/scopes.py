"""What a subscription asks for, in words."""

from __future__ import annotations

from alerts.choices import Cadence, Topic
from alerts.languages import ENGLISH, Tongue
from alerts.models import Subscription


def scope_text(subscription: Subscription, tongue: Tongue = ENGLISH) -> str:
    """Such as: score changes of Thailand, governance, by 2 levels or more, once a day."""
    country = tongue.country(subscription.country) if subscription.country else tongue.say("scopes", "everywhere")
    words = [tongue.say("scopes", Topic(subscription.topic).value, country=country)]
    if subscription.domain:
        words.append(tongue.domain(subscription.domain))
    if subscription.mineral:
        words.append(tongue.mineral(subscription.mineral))
    if subscription.measure:
        words.append(tongue.measure(subscription.measure))
    if subscription.status:
        words.append(tongue.say("scopes", "status", status=tongue.status(subscription.status)))
    if subscription.least > 1:
        words.append(tongue.say("scopes", "least", count=subscription.least))
    if subscription.lots:
        words.append(tongue.say("scopes", "watched", count=len(subscription.lots)))
    if subscription.cadence != Cadence.INSTANT:
        words.append(tongue.say("scopes", subscription.cadence))
    return ", ".join(words)
