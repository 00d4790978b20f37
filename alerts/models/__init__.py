"""Who asked to be told of what, what is to be told, and each message that left."""

from alerts.models.deliveries import Attempt, Delivery, Match
from alerts.models.ids import new_contact_id, new_delivery_id, new_subscription_id
from alerts.models.outbox import Bulletin, Notice
from alerts.models.readers import Contact, Endpoint, MailedCode
from alerts.models.wishes import Subscription

__all__ = [
    "Attempt",
    "Bulletin",
    "Contact",
    "Delivery",
    "Endpoint",
    "MailedCode",
    "Match",
    "Notice",
    "Subscription",
    # named by the first migration
    "new_contact_id",
    "new_delivery_id",
    "new_subscription_id",
]
