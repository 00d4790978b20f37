"""What the register holds."""

from registry.models.comments import Comment
from registry.models.enforcement import EnforcementRecord, EnforcementVersion
from registry.models.facts import FactVersion
from registry.models.feeds import Feed, FeedEntry, FetchAttempt, Flag, SiteTurn
from registry.models.instruments import Instrument, InstrumentVersion, Measure, StatusEvent
from registry.models.parties import Facility, Party
from registry.models.people import Membership, User
from registry.models.relations import InstrumentDocument, InstrumentRelation
from registry.models.sources import Source
from registry.models.vocabulary import Country, Material, Mineral

__all__ = [
    "Comment",
    "Country",
    "EnforcementRecord",
    "EnforcementVersion",
    "Facility",
    "FactVersion",
    "Feed",
    "FeedEntry",
    "FetchAttempt",
    "Flag",
    "Instrument",
    "InstrumentDocument",
    "InstrumentRelation",
    "InstrumentVersion",
    "Material",
    "Measure",
    "Membership",
    "Mineral",
    "Party",
    "SiteTurn",
    "Source",
    "StatusEvent",
    "User",
]
