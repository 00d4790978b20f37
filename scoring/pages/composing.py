"""From the fields of the what-if form to operations, and from operations to words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from registry.domain.facts import value_text
from registry.domain.paper import Judgement
from scoring.domain.inputs import Evidence, Kind, plain
from scoring.domain.methodology import Methodology
from scoring.domain.overlay import Operation
from scoring.exceptions import OverlayError
from scoring.wording import PARAMETERS, parameter_value

#: What an act can become.
BECOMES = (
    ("in_force", "is in force"),
    ("repealed", "is repealed"),
    ("suspended", "is suspended"),
    ("proposed", "is only a proposal"),
    ("left_out", "never was"),
)


@dataclass(frozen=True, slots=True)
class Act:
    """A kind of new act: the words for it and what rules read of it."""

    key: str
    words: str
    pillar: str
    scope: str | None
    engagement_scope: str | None = None
    measure: str = ""
    stages: tuple[str, ...] = ()


ACTS = (
    Act("export_ban", "Export ban", "regulation", "cm_specific", measure="export_ban"),
    Act("export_licence", "Export licence requirement", "regulation", "cm_specific", measure="export_licence"),
    Act("export_quota", "Export quota", "regulation", "cm_specific", measure="export_quota"),
    Act("law", "Law specific to critical minerals", "regulation", "cm_specific"),
    Act("general_law", "General mining law", "regulation", "general"),
    Act("plan", "Plan or strategy", "plan", "cm_specific"),
    Act("incentive", "Incentive that reaches processing", "incentive", "cm_specific", measure="investment_incentive",
        stages=("processing_refining",)),
    Act("agreement", "Signed agreement dedicated to critical minerals", "engagement", None, "dedicated_cm"),
)  # fmt: skip

#: Kinds of facts that can be supposed as a figure, with its unit.
FIGURES = (
    (Kind.RESERVE_WORLD_SHARE, "Share of world reserves, percent", "percent"),
    (Kind.PRODUCTION_SHARE, "Share of world mine output, percent", "percent"),
    (Kind.PRODUCTION_RANK, "Rank among the world’s producers", "rank_world"),
    (Kind.CONTROL, "Share of output under control, percent", "percent"),
    (Kind.COVERAGE, "Share of the feed processed at home, percent", "percent_processed_at_home"),
    (Kind.STAGE_SHARE, "Share of the world’s processing, percent", "percent"),
    (Kind.OWNER, "Foreign ownership of processing, percent", "percent_foreign"),
)


def classes_of(rules: Methodology) -> Mapping[Kind, tuple[str, tuple[str, ...]]]:
    """Kinds of facts that can be supposed as a word: what they are about, and the words that rules know."""
    classes = rules.classes
    return {
        Kind.RESERVE_CLASS: ("Reserves", tuple(classes.reserves)),
        Kind.PRODUCTION_CLASS: ("Production", tuple(classes.production["some"])),
        Kind.DEVELOPED: ("Deposits", tuple(classes.developed)),
        Kind.CONTROL: ("Output", tuple(classes.control)),
        Kind.COVERAGE: ("Processed at home", tuple(classes.coverage)),
        Kind.TIER: ("Tier of processing", tuple(classes.advanced)),
        Kind.OWNER: ("Owner of processing", tuple(classes.owner)),
        Kind.TECHNOLOGY: ("Technology", (*classes.technology, "acquired")),
        Kind.ENFORCEMENT: ("Enforcement", tuple(classes.enforcement)),
    }


def compose(
    asked: Mapping[str, str],
    evidence: Evidence,
    rules: Methodology,
    judgements: Sequence[Judgement],
    on: dt.date,
) -> tuple[Operation, ...]:
    """The operations that one filled form means; OverlayError says which field is at fault."""
    form = asked.get("add", "")
    if form == "status":
        return _status(asked, on)
    if form == "act":
        return (_act(asked, on),)
    if form == "fact":
        return _fact(asked, evidence)
    if form == "drop":
        return ({"op": "drop_fact", "ids": [_given(asked, "fact", "the id of a fact")]},)
    if form == "param":
        return (_param(asked, rules),)
    if form == "judgement":
        wanted = _given(asked, "judgement", "a judgement")
        found = [each for each in judgements if each.judgement_id == wanted]
        if not found:
            raise OverlayError(f"There is no judgement '{wanted}'.")
        return tuple(found[0].instead)
    raise OverlayError(f"There is no form '{form}'.")


def _given(asked: Mapping[str, str], name: str, what: str) -> str:
    text = asked.get(name, "").strip()
    if not text:
        raise OverlayError(f"Choose {what}.")
    return text


def _status(asked: Mapping[str, str], on: dt.date) -> tuple[Operation, ...]:
    ids = [_given(asked, "instrument", "an instrument")]
    becomes = _given(asked, "becomes", "what becomes of it")
    if becomes == "left_out":
        return ({"op": "drop_instrument", "ids": ids},)
    return ({"op": "set_instrument", "ids": ids, "field": "status", "value": becomes, "since": on.isoformat()},)


def _act(asked: Mapping[str, str], on: dt.date) -> Operation:
    key, country = _given(asked, "act", "a kind of act"), _given(asked, "country", "a country").upper()
    act = next((each for each in ACTS if each.key == key), None)
    if act is None:
        raise OverlayError(f"There is no act '{key}'.")
    mineral = asked.get("mineral", "").strip()
    name = f"what-if-{country.lower()}-{act.key.replace('_', '-')}{'-' + mineral if mineral else ''}"
    head = {"instrument_id": name, "version": 1, "country": country}
    measure = {**head, "measure_id": f"{name}.1", "code": act.measure, "direction": "restricts"}
    measure |= {"minerals": [mineral] if mineral else None, "stages": list(act.stages) or None}
    return {
        "op": "add_instrument",
        "instrument": {
            **head,
            "title": f"{act.words}{' on ' + plain(mineral) if mineral else ''}",
            "pillar": act.pillar,
            "scope": act.scope,
            "engagement_scope": act.engagement_scope,
            "events": [{"status": "in_force", "since": {"date": on.isoformat(), "basis": "stated"}}],
            "measures": [measure] if act.measure else [],
        },
    }


def _fact(asked: Mapping[str, str], evidence: Evidence) -> tuple[Operation, ...]:
    """A supposed fact stands instead of what is on record of the same kind, country and mineral."""
    country, mineral = _given(asked, "country", "a country").upper(), asked.get("mineral", "").strip() or None
    kind, _, word = _given(asked, "says", "what is supposed").partition(":")
    fact: dict[str, object] = {
        "kind": kind,
        "subject": {"country": country} | ({"mineral": mineral} if mineral else {}),
    }
    if word:
        fact["class"] = word
    else:
        fact |= {"value": _figure(asked), "unit": next((unit for each, _, unit in FIGURES if each == kind), "percent")}
    same = [
        each.fact_id
        for each in evidence.facts
        if (each.kind, each.subject.country, each.subject.mineral) == (kind, country, mineral)
    ]
    dropped: tuple[Operation, ...] = ({"op": "drop_fact", "ids": sorted(same)},) if same else ()
    return (*dropped, {"op": "add_fact", "fact": fact})


def _figure(asked: Mapping[str, str]) -> float:
    text = _given(asked, "figure", "a figure").replace(",", ".").removesuffix("%").strip()
    try:
        return float(text)
    except ValueError as error:
        raise OverlayError(f"'{text}' is no figure: write a number such as 60.") from error


def _param(asked: Mapping[str, str], rules: Methodology) -> Operation:
    name, text = _given(asked, "name", "a threshold"), _given(asked, "value", "a value")
    is_switch = isinstance(getattr(rules.parameters, name, None), bool)
    return {"op": "param", "name": name, "value": text == "true" if is_switch else text}


# --- operations in words


def words_of(operation: Operation, names: Mapping[str, str]) -> str:
    """An operation as the second half of "Suppose that …"; ``names`` of countries and instruments by id."""
    ids = [names.get(each, each) for each in operation.get("ids", ())]
    listed = ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
    match operation["op"]:
        case "set_instrument" if operation["field"] == "status":
            since = f" since {operation['since']}" if operation.get("since") else ""
            return f"{listed} is {plain(operation['value'])}{since}"
        case "set_instrument" | "set_fact":
            return f"{listed}: {plain(operation['field'])} is {plain(str(operation['value']))}"
        case "drop_instrument":
            return f"{listed} never was"
        case "drop_fact":
            return f"not on record: {listed}"
        case "add_instrument":
            added = operation["instrument"]
            return f"{names.get(added['country'], added['country'])} has “{added['title']}”"
        case "add_fact":
            return " ".join(_fact_words(operation["fact"], names))
        case _:
            name = operation["name"]
            return f"{PARAMETERS.get(name, plain(name))}: {parameter_value(operation['value'])}"


def _fact_words(fact: Mapping[str, object], names: Mapping[str, str]) -> Iterator[str]:
    subject = dict(fact.get("subject") or {})  # type: ignore[call-overload]
    where = [names.get(str(subject.get("country")), str(subject.get("country") or subject.get("region") or ""))]
    yield ", ".join([*where, *([plain(subject["mineral"])] if subject.get("mineral") else [])]) + ":"
    yield plain(str(fact["kind"]))
    value = fact.get("value")
    yield plain(str(fact.get("class"))) if fact.get("class") else value_text(str(value)) if value is not None else ""
    yield plain(str(fact.get("unit") or "")).removesuffix(" world")
