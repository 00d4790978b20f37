"""What facts and parameters are called in sentences and tables for people."""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.facts import Fact
from scoring.domain.inputs import Evidence, Kind, plain

#: What a fact of a kind is about; kinds that are not here are called by their code in words.
_ABOUT: Mapping[str, str] = {
    Kind.RESERVE_CLASS: "reserves",
    Kind.RESERVE_QUANTITY: "reserves",
    Kind.RESERVE_WORLD_SHARE: "share of world reserves",
    Kind.RESERVE_RANK: "reserves",
    Kind.RESERVE_PRESENCE: "reserves",
    Kind.PRODUCTION_SHARE: "share of world output",
    Kind.PRODUCTION_RANK: "output",
    Kind.PRODUCTION_CLASS: "output",
    Kind.PRODUCTION_PRESENCE: "output",
    Kind.DEVELOPED: "deposits",
    Kind.CONTROL: "control of output",
    Kind.COVERAGE: "processed at home",
    Kind.TIER: "tier of processing",
    Kind.STAGE_SHARE: "share of world processing",
    Kind.STAGE_RANK: "processing",
    Kind.STAGE_CLASS: "processing",
    Kind.OWNER: "owner of processing",
    Kind.TECHNOLOGY: "origin of technology",
    Kind.TECHNOLOGY_CLASS: "level of technology",
    Kind.TECHNOLOGY_EXPORT: "export of technology",
    Kind.POLICY_SCOPE: "policy",
    Kind.STANDARD: "standards",
}

#: What the parameters of a methodology set, by name.
PARAMETERS: Mapping[str, str] = {
    "abundant_pct": "reserves are abundant from this share of the world’s, percent",
    "significant_pct": "reserves or output are significant from this share of the world’s, percent",
    "leading_pct": "a leading producer has at least this share of the world’s output, percent",
    "leading_rank": "and is among so many first producers; for reserves too",
    "coverage_pct": "share of the feed that has to be processed at home, percent",
    "stage_pct": "large processing is from this share of the world’s, percent",
    "stage_rank": "or a place among so many first processors",
    "leadership_pct": "leadership is from this share of the world’s processing, percent",
    "control_pct": "output is under control from this share, percent",
    "foreign_pct": "an owner is foreign above this share, percent",
    "provider_classes": "process classes whose own technology has to be exported",
    "provider_level": "level that exported technology of home origin is worth",
    "uncontrolled_cap": "output outside state control counts up to this level",
    "mean_rounding": "how the mean over key minerals is rounded",
    "acquired_is": "technology that came with a purchase counts as",
    "enforcement_silence": "nothing stated on enforcement is taken as",
    "control_silence": "nothing stated on control of output is taken as",
    "unnamed_is": "an instrument that no source names is taken as",
    "estimates_count": "an estimate of reserves counts, never above significant",
    "use_ceiling": "no country mines more than the others leave of the region’s total",
    "about_slack": "“about” is taken as so much less, points",
}


def fact_words(fact: Fact) -> str:
    """``nickel reserves: abundant``."""
    about = " ".join(part for part in (plain(fact.subject.mineral), _ABOUT.get(fact.kind, plain(fact.kind))) if part)
    return f"{about}: {fact.text}"


def titles_of(evidence: Evidence) -> dict[str, str]:
    """What acts are called, and what facts and totals say, by id: for sentences."""
    facts = {fact.fact_id: fact_words(fact) for fact in evidence.facts}
    totals = {total.total_id: f"{plain(total.mineral)}: {total.text}" for total in evidence.production}
    return {**facts, **totals, **{each.instrument_id: f"“{each.title}”" for each in evidence.instruments}}


def parameter_value(value: object) -> str:
    """``yes``, ``under control``, ``0.5``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(str(value))
