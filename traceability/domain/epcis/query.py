"""A question for events in the words of the EPCIS query language, read into the words of the register.

Values stand as lists of text, however they came: from an address (`EQ_bizStep=shipping|receiving`) or from the JSON of
a named query. What no event here carries (sensors, persistent dispositions, business transactions) is a question with
an empty answer, as the standard has it; what is no parameter at all is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from unicodedata import category

from traceability.domain.epcis.words import ACTIONS, EVENT_TYPES, MEANINGS, term
from traceability.domain.importing.values import BadValue, instant, shown
from traceability.domain.vocabulary import EventKind, Role

#: Values of one parameter and events that maxEventCount counts to: a longer answer would cost too much to refuse.
MOST_VALUES = 200
MOST_COUNTED = 100_000


class BadQuery(ValueError):
    """A parameter that is unknown, or whose value cannot be read; the message is a sentence."""


class TooComplex(BadQuery):
    """A question that names more than one answer should look for."""


@dataclass(frozen=True, slots=True)
class LotMatch:
    """Events of some kinds in which one of these URIs is a lot with one of the roles."""

    uris: tuple[str, ...]
    kinds: frozenset[EventKind]
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class PartMatch:
    """Events of some kinds that name one of these URIs in a column: facility, party, to_facility or to_party."""

    column: str
    uris: tuple[str, ...]


@dataclass(slots=True)
class EventQuery:
    """What is asked for. ``is_empty``: about something that no event here has. Times: from (included) and until (not).

    ``is_corrected`` asks for events with (or without) an error declaration, ``correctors`` by which event.
    """

    kinds: frozenset[EventKind] = frozenset(EventKind)
    times: dict[str, dt.datetime] = field(default_factory=dict)
    parts: list[PartMatch] = field(default_factory=list)
    lots: list[LotMatch] = field(default_factory=list)
    event_uris: list[tuple[str, ...]] = field(default_factory=list)
    correctors: tuple[str, ...] | None = None
    is_corrected: bool | None = None
    is_empty: bool = False
    by_record: bool = False
    descending: bool = True
    limit: int | None = None
    most: int | None = None

    def only(self, kinds: Collection[EventKind]) -> None:
        self.kinds = self.kinds & frozenset(kinds)

    @property
    def asks_nothing(self) -> bool:
        return self.is_empty or not self.kinds


def read_query(given: Iterable[tuple[str, Sequence[str]]]) -> EventQuery:
    """Conditions of one name and another all hold. Raises BadQuery naming the first that cannot be read."""
    query = EventQuery()
    for name, values in given:
        if len(values) > MOST_VALUES:
            raise TooComplex(f"{name} has {len(values)} values; at most {MOST_VALUES} are looked for at once.")
        if any(category(sign) in ("Cc", "Cs") for value in values for sign in value):
            raise BadQuery(f"{name} has a control character in its value.")
        _reader(name)(query, name, values)
    if query.limit is not None and query.most is not None:
        raise BadQuery("eventCountLimit and maxEventCount exclude each other: give one of them.")
    return query


Read = Callable[[EventQuery, str, Sequence[str]], None]


def _reader(name: str) -> Read:
    known = _READERS.get(name)
    if known:
        return known
    for pattern, read in _FAMILIES:
        if pattern.fullmatch(name):
            return read
    if ":" in name:
        raise BadQuery(f"{shown(name)} asks for a field of an extension, which this register is not asked by.")
    raise BadQuery(f"{shown(name)} is no parameter of an event query; docs/epcis.md lists those that there are.")


def _by_meaning(place: str) -> Read:
    def read(query: EventQuery, name: str, values: Sequence[str]) -> None:
        wanted = {term(value) for value in values}
        query.only([kind for kind, meaning in MEANINGS.items() if getattr(meaning, place) in wanted])

    return read


def _event_type(query: EventQuery, name: str, values: Sequence[str]) -> None:
    for value in values:
        if value not in EVENT_TYPES and ":" not in value:
            raise BadQuery(f"{shown(value)} is no type of event; the types are {', '.join(sorted(EVENT_TYPES))}.")
    _by_meaning("type")(query, name, values)


def _action(query: EventQuery, name: str, values: Sequence[str]) -> None:
    for value in values:
        if value not in ACTIONS:
            raise BadQuery(f"{shown(value)} is no action; write {', '.join(ACTIONS)}.")
    _by_meaning("action")(query, name, values)


def _time(query: EventQuery, name: str, values: Sequence[str]) -> None:
    try:
        query.times[name] = instant(dt.datetime.max.replace(tzinfo=dt.UTC) - dt.timedelta(days=2))(_one(name, values))
    except BadValue as error:
        raise BadQuery(f"{name}: {error}.") from error


def _part(column: str, *kinds: EventKind) -> Read:
    def read(query: EventQuery, name: str, values: Sequence[str]) -> None:
        query.parts.append(PartMatch(column, tuple(values)))
        if kinds:
            query.only(kinds)

    return read


def _lots(kinds: Collection[EventKind], roles: Collection[Role]) -> Read:
    def read(query: EventQuery, name: str, values: Sequence[str]) -> None:
        query.lots.append(LotMatch(tuple(values), frozenset(kinds), frozenset(roles)))

    return read


def _event_ids(query: EventQuery, name: str, values: Sequence[str]) -> None:
    query.event_uris.append(tuple(values))


def _exists_declaration(query: EventQuery, name: str, values: Sequence[str]) -> None:
    _declared(query, is_corrected=not values or values[0].lower() not in ("false", "0"))


def _error_reason(query: EventQuery, name: str, values: Sequence[str]) -> None:
    _declared(query, is_corrected=True)
    query.is_empty |= "incorrect_data" not in {term(value) for value in values}


def _correctors(query: EventQuery, name: str, values: Sequence[str]) -> None:
    _declared(query, is_corrected=True)
    query.correctors = tuple(values)


def _declaration_time(query: EventQuery, name: str, values: Sequence[str]) -> None:
    _declared(query, is_corrected=True)
    _time(query, f"{name[:3]}errorDeclarationTime", values)


def _declared(query: EventQuery, *, is_corrected: bool) -> None:
    query.is_empty |= query.is_corrected not in (None, is_corrected)
    query.is_corrected = is_corrected


def _order(query: EventQuery, name: str, values: Sequence[str]) -> None:
    word = _one(name, values)
    if word not in ("eventTime", "recordTime"):
        raise BadQuery(f"orderBy is {shown(word)}; events are put in order by eventTime or recordTime.")
    query.by_record = word == "recordTime"


def _direction(query: EventQuery, name: str, values: Sequence[str]) -> None:
    word = _one(name, values)
    if word not in ("ASC", "DESC"):
        raise BadQuery(f"orderDirection is {shown(word)}; write ASC or DESC.")
    query.descending = word == "DESC"


def _limit(query: EventQuery, name: str, values: Sequence[str]) -> None:
    query.limit = read_count(name, _one(name, values), most=None)


def _most(query: EventQuery, name: str, values: Sequence[str]) -> None:
    query.most = read_count(name, _one(name, values), most=MOST_COUNTED)


def read_count(name: str, text: str, *, most: int | None) -> int:
    """A whole number above 0. Raises BadQuery."""
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < 1:
        raise BadQuery(f"{name} is {shown(text)}; write a whole number above 0.")
    if most is not None and int(text) > most:
        raise BadQuery(f"{name} is {text}; at most {most} are counted. Leave it out, or turn the pages.")
    return int(text)


def _nothing(query: EventQuery, name: str, values: Sequence[str]) -> None:
    query.is_empty = True


def _masses(query: EventQuery, name: str, values: Sequence[str]) -> None:
    raise BadQuery(f"{name} asks by mass, which this register does not answer: masses of some lots are masked.")


def _one(name: str, values: Sequence[str]) -> str:
    if len(values) != 1:
        raise BadQuery(f"{name} takes one value, and {len(values)} are given.")
    return values[0]


_OTHERS = frozenset(EventKind) - {EventKind.TRANSFORM}
_PACKING = (EventKind.AGGREGATE, EventKind.DISAGGREGATE)
_NOT_SHIPPED = tuple(kind for kind in EventKind if kind is not EventKind.SHIP)
_NOT_OWNERSHIP = tuple(kind for kind in EventKind if kind is not EventKind.TRANSFER_OWNERSHIP)
_CHANGED = (EventKind.TRANSFORM,)
_MADE = (Role.OUTPUT, Role.BY_PRODUCT)
# A lot is asked for as an EPC and as a class alike: an id stands for all of a lot.
_ANY_LOT = _lots(frozenset(EventKind), frozenset(Role))
_LISTED = _lots(_OTHERS, set(Role) - {Role.PARENT})
_WENT_IN, _CAME_OUT = _lots(_CHANGED, (Role.INPUT,)), _lots(_CHANGED, _MADE)
_HELD_BY = {
    "EQ_source_possessing_party": _part("party", *_NOT_OWNERSHIP),
    "EQ_source_owning_party": _part("party", EventKind.TRANSFER_OWNERSHIP),
    "EQ_source_location": _part("facility", EventKind.SHIP),
    "EQ_destination_possessing_party": _part("to_party", *_NOT_OWNERSHIP),
    "EQ_destination_owning_party": _part("to_party", EventKind.TRANSFER_OWNERSHIP),
    "EQ_destination_location": _part("to_facility"),
}
#: Fields of the standard that no event here has.
_NOT_HELD = (
    "EQ_persistentDisposition_set", "EQ_persistentDisposition_unset", "EQ_transformationID", "GE_startTime",
    "LT_startTime", "GE_endTime", "LT_endTime", "GE_time", "LT_time", "EQ_type", "EQ_deviceID",
    "EQ_dataProcessingMethod", "EQ_microorganism", "EQ_chemicalSubstance", "EQ_bizRules", "EQ_stringValue",
    "EQ_hexBinaryValue", "EQ_uriValue", "EQ_booleanValue", "EXISTS_sensorElementList", "EQ_percRank", "GE_percRank",
    "LT_percRank", "GT_percRank", "LE_percRank",
)  # fmt: skip
_READERS: Mapping[str, Read] = {
    "eventType": _event_type,
    "EQ_action": _action,
    "EQ_bizStep": _by_meaning("step"),
    "EQ_disposition": _by_meaning("disposition"),
    **dict.fromkeys(("GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime"), _time),
    # Facilities stand in no other facility, so being within one is being it.
    **dict.fromkeys(("EQ_readPoint", "WD_readPoint"), _part("facility")),
    **dict.fromkeys(("EQ_bizLocation", "WD_bizLocation"), _part("facility", *_NOT_SHIPPED)),
    **_HELD_BY,
    **dict.fromkeys(("MATCH_anyEPC", "MATCH_anyEPCClass"), _ANY_LOT),
    **dict.fromkeys(("MATCH_epc", "MATCH_epcClass"), _LISTED),
    **dict.fromkeys(("MATCH_inputEPC", "MATCH_inputEPCClass"), _WENT_IN),
    **dict.fromkeys(("MATCH_outputEPC", "MATCH_outputEPCClass"), _CAME_OUT),
    "MATCH_parentID": _lots(_PACKING, (Role.PARENT,)),
    "EQ_eventID": _event_ids,
    "EXISTS_errorDeclaration": _exists_declaration,
    "EQ_errorReason": _error_reason,
    "EQ_correctiveEventID": _correctors,
    # The OpenAPI document and the query schema of GS1 spell these two differently.
    **dict.fromkeys(("GE_errorDeclarationTime", "LT_errorDeclarationTime"), _declaration_time),
    **dict.fromkeys(("GE_errorDeclaration_Time", "LT_errorDeclaration_Time"), _declaration_time),
    "orderBy": _order,
    "orderDirection": _direction,
    "eventCountLimit": _limit,
    "maxEventCount": _most,
    **dict.fromkeys(_NOT_HELD, _nothing),
}
_FAMILIES: Sequence[tuple[re.Pattern[str], Read]] = (
    (re.compile(r"(EQ|GT|GE|LT|LE)_quantity(_[A-Z0-9]{2,4})?"), _masses),
    (re.compile(r"EQ_(bizTransaction|source|destination)_[a-z][a-zA-Z0-9_]+"), _nothing),
    (re.compile(r"(EQ|GT|GE|LT|LE)_(value|minValue|maxValue|meanValue|sDev|percValue)_[A-Z0-9]{2,4}"), _nothing),
)
PARAMETERS = tuple(_READERS)
