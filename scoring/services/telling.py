"""Telling what a run changed: each move with its cause, and acts that moved nothing with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry.choices import FactStatus
from registry.models import FactVersion, InstrumentVersion
from registry.wording import country_names
from scoring.domain.card import Card, CountryScore, DomainScore, score, two_decimals
from scoring.domain.diff import CellChange, compare_cells
from scoring.domain.methodology import Domain
from scoring.domain.methodology import Methodology as Rules
from scoring.effects import no_change_reason
from scoring.live import change_state
from scoring.methodologies import methodology
from scoring.models import Score, ScoreChange, ScoreRun, Trigger
from scoring.remembered import NowBasis
from scoring.signals import score_changed


@dataclass(frozen=True, slots=True)
class Telling:
    """One run's changes. Everything in the transaction of its caller."""

    card: Card
    basis: NowBasis
    rules: Rules
    on: dt.date
    by: Actor
    run: ScoreRun

    def tell(
        self,
        fresh: list[Score],
        replaced: Mapping[tuple[str, str], Score],
        stored: Mapping[tuple[str, str], Score],
        triggers: list[Trigger],
    ) -> None:
        told: set[str] = set()
        old_overall = _overalls(stored, self.card, self.rules)
        for row in fresh:
            before = replaced.get((row.country, row.domain))
            if before is None or (before.level, before.low, before.high) == (row.level, row.low, row.high):
                continue
            changed = _changed_evidence(before, row)
            country = self.card.country(row.country)
            moved = compare_cells(row.country, _as_cell(before), country.domain(row.domain), changed)
            told.update(changed)
            by_method = self._is_by_method(before)
            self._record_move(country, moved, changed, old_overall[row.country], by_method=by_method)
        for trigger in triggers:
            if trigger.instrument_id not in told:
                self._record_unmoved(trigger)

    def _record_move(
        self,
        country: CountryScore,
        moved: CellChange,
        changed: list[str],
        old: dict[str, Any],
        *,
        by_method: bool,
    ) -> None:
        version = None if by_method else self._version(changed)
        new = {"overall": _shown(country), "rank": country.rank}
        cause = "method" if by_method else self._cause(changed, version)
        words = f" The rules changed: {self.rules.code}." if by_method else self._day_words(changed)
        self._record_change(
            country=country.country,
            domain=moved.domain.value,
            is_moved=True,
            old={**_levels(moved.before), **old},
            new={**_levels(moved.after), **new},
            cause=cause,
            sentence=f"{self._sentence(moved)}{words}",
            gates=_gates(moved),
            facts=changed,
            version=version,
        )

    def _record_unmoved(self, trigger: Trigger) -> None:
        """A measure that moves nothing is told too, with the reason; files loaded by a command are not news."""
        version = self.basis.versions.get(trigger.instrument_id)
        if version is None or version.recorded_entry.door in {Door.COMMAND, Door.IMPORT}:
            return
        reason = no_change_reason(self.card, trigger.country, trigger.instrument_id)
        country = country_names()[trigger.country]
        self._record_change(
            country=trigger.country,
            domain="",
            is_moved=False,
            old=None,
            new=None,
            cause="fact",
            sentence=f"{country}: {version.content['title']}: no score changes, because {reason}.",
            gates=[],
            facts=[trigger.instrument_id],
            version=version,
        )

    def _version(self, changed: list[str]) -> InstrumentVersion | None:
        return next((self.basis.versions[item] for item in changed if item in self.basis.versions), None)

    def _cause(self, changed: list[str], version: InstrumentVersion | None) -> str:
        """A new life is news; the same life told anew, or something withdrawn, is a correction."""
        if version is not None:
            return "fact" if version.number == 1 or _has_new_events(version) else "correction"
        facts = {fact.fact_id: fact for fact in FactVersion.objects.current().filter(fact_id__in=changed)}
        standing = [facts.get(item) for item in changed if item in self.basis.entries]
        gone = len(standing) < len(changed)
        if gone or any(fact is None or _was_told_before(fact) for fact in standing):
            return "correction"
        return "fact"

    def _is_by_method(self, before: Score) -> bool:
        """Whether the rules alone moved the cell: by the old ones, today's facts give what stood before."""
        code = before.run.methodology.code
        if code == self.rules.code:
            return False
        members = [country.country for country in self.card.countries]
        cell = score(self.basis.evidence, methodology(code), self.on, members).cell(before.country, before.domain)
        return (cell.low, cell.high) == (before.low, before.high)

    def _sentence(self, moved: CellChange) -> str:
        titles = {public_id: f"“{each.content['title']}”" for public_id, each in self.basis.versions.items()}
        return moved.sentence({**country_names(), **titles})

    def _day_words(self, changed: list[str]) -> str:
        return "" if changed else f" A date was reached: {self.on}."

    def _record_change(self, *, version: InstrumentVersion | None, **columns: Any) -> None:
        change = ScoreChange(
            run=self.run,
            on=self.on,
            instrument=_instrument_facts(version),
            is_demo=bool(version and version.details.get("is_demo")),
            **columns,
        )
        entry = record(
            by=self.by, change=Change("score_change", "score_change", change.change_id, None, change_state(change))
        )
        entry.refresh_from_db(fields=["recorded_at"])
        change.recorded_entry, change.recorded_at = entry, entry.recorded_at
        change.save(force_insert=True)
        score_changed.send(sender=ScoreChange, change=change)


def _gates(moved: CellChange) -> list[dict[str, Any]]:
    rules_of = {gate.gate: gate.rule for gate in (*moved.before.gates, *moved.after.gates)}
    return [
        {
            "gate": flip.gate,
            "from": flip.before.value if flip.before else None,
            "to": flip.after.value if flip.after else None,
            "rule": rules_of[flip.gate],
            "because": flip.because,
        }
        for flip in moved.flips
    ]


def _instrument_facts(version: InstrumentVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    return {
        "id": version.instrument.instrument_id,
        "version": version.number,
        "title": version.content["title"],
        "country": version.content["country"],
        "source": version.details.get("source"),
        "drafted_by": version.drafted_by,
        "approved_by": version.approved_by,
        "entry": version.recorded_entry_id,
    }


def _has_new_events(version: InstrumentVersion) -> bool:
    before = version.instrument.versions.filter(number=version.number - 1).first()
    return before is None or before.content["events"] != version.content["events"]


def _changed_evidence(before: Score, row: Score) -> list[str]:
    """Ids of evidence that came, went, or has another entry in the log."""
    ids = before.evidence.keys() | row.evidence.keys()
    return sorted(each for each in ids if before.evidence.get(each) != row.evidence.get(each))


def _was_told_before(fact: FactVersion) -> bool:
    """Whether an earlier version counted; a proposal did not."""
    earlier = FactVersion.objects.filter(fact_id=fact.fact_id, version__lt=fact.version)
    return fact.version > 1 and earlier.exclude(status=FactStatus.PROPOSED).exists()


def _as_cell(score: Score) -> DomainScore:
    plain = {"domain": score.domain, "level": score.level, "low": score.low, "high": score.high, "gates": score.gates}
    return DomainScore.from_json(plain)


def _levels(cell: DomainScore) -> dict[str, int | None]:
    return {"level": cell.level, "low": cell.low, "high": cell.high}


def _overalls(stored: Mapping[tuple[str, str], Score], card: Card, rules: Rules) -> dict[str, dict[str, Any]]:
    """What each country's overall and rank were, from the scores that stood before this run."""
    weights = rules.weights
    means = {}
    for country in card.countries:
        levels = [stored[country.country, domain].level for domain in Domain if (country.country, domain) in stored]
        if len(levels) == len(Domain) and None not in levels:
            total = sum(level * weights[domain] for level, domain in zip(levels, Domain, strict=True) if level)
            means[country.country] = total
    whole = sum(weights.values())
    return {
        country.country: {
            "overall": _two(means[country.country], whole) if country.country in means else None,
            "rank": 1 + sum(mean > means[country.country] for mean in means.values())
            if country.country in means
            else None,
        }
        for country in card.countries
    }


def _two(total: int, whole: int) -> str:
    return two_decimals(Fraction(total, whole))


def _shown(country: CountryScore) -> str | None:
    return None if country.overall is None else two_decimals(country.overall)
