"""Writing what a working-out changed: the run, its scores, the log; `telling` has the changes with their causes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.services import Change, record_many
from scoring.domain.card import Card, CountryScore, DomainScore
from scoring.domain.methodology import Methodology as Rules
from scoring.live import score_object_id, score_sha256, score_state
from scoring.models import Methodology, Score, ScoreRun, Trigger
from scoring.remembered import NowBasis
from scoring.selectors import get_scores
from scoring.services.telling import Telling
from scoring.snapshots import CODE_VERSION

#: The newest row of each cell: (cell, evidence, gates, fingerprint). Speed only: a cell that is another is made anew.
_KEPT: dict[tuple[str, str], tuple[DomainScore, dict[str, int], list[Any], str]] = {}


@dataclass(frozen=True, slots=True)
class Recording:
    """One run's writing. Everything in the transaction of its caller."""

    card: Card
    basis: NowBasis
    rules: Rules
    published: Methodology
    on: dt.date
    by: Actor

    def write(self) -> int:
        stored = {(score.country, score.domain): score for score in get_scores().defer("gates", "evidence")}
        triggers = list(Trigger.objects.filter(handled_at=None).order_by("pk"))
        rows = [self._row(country, cell) for country in self.card.countries for cell in country.domains]
        fresh = [row for row in rows if self._differs(stored.get((row.country, row.domain)), row)]
        if fresh or (triggers and stored):
            before = self._whole(stored, fresh)
            run = self._store(fresh, before)
            if stored:  # the first working-out is a beginning, not a change
                Telling(self.card, self.basis, self.rules, self.on, self.by, run).tell(fresh, before, stored, triggers)
        if triggers:
            Trigger.objects.filter(pk__in=[trigger.pk for trigger in triggers]).update(handled_at=timezone.now())
        return len(fresh)

    def _row(self, country: CountryScore, cell: DomainScore) -> Score:
        """The row of a cell, not stored yet. A cell that is remembered keeps its gates and its fingerprint."""
        kept = _KEPT.get((country.country, cell.domain.value))
        evidence = self._evidence(cell)
        if kept is None or kept[0] is not cell or kept[1] != evidence:
            gates = [gate.to_json() for gate in cell.gates]
            kept = _KEPT[country.country, cell.domain.value] = cell, evidence, gates, score_sha256(gates, evidence)
        return Score(
            country=country.country,
            domain=cell.domain.value,
            level=cell.level,
            low=cell.low,
            high=cell.high,
            gates=kept[2],
            evidence=evidence,
            sha256=kept[3],
        )

    @staticmethod
    def _differs(stored: Score | None, row: Score) -> bool:
        names = ("sha256", "level", "low", "high")
        return stored is None or any(getattr(stored, name) != getattr(row, name) for name in names)

    @staticmethod
    def _whole(stored: Mapping[tuple[str, str], Score], fresh: list[Score]) -> dict[tuple[str, str], Score]:
        """The rows that are superseded, with their gates, in one query."""
        wanted = [stored[row.country, row.domain].pk for row in fresh if (row.country, row.domain) in stored]
        return {(row.country, row.domain): row for row in get_scores().filter(pk__in=wanted)} if wanted else {}

    def _evidence(self, cell: DomainScore) -> dict[str, int]:
        entries = self.basis.entries
        return {public_id: entries[public_id] for public_id in sorted(cell.cited) if public_id in entries}

    def _store(self, fresh: list[Score], before: Mapping[tuple[str, str], Score]) -> ScoreRun:
        """The run and its scores, their entries in the log first and all at once."""
        result = hashlib.sha256(self.card.to_json().encode()).hexdigest()
        run = ScoreRun(
            methodology=self.published,
            on=self.on,
            input_sha256=self.basis.fingerprint,
            result_sha256=result,
            code_version=CODE_VERSION,
        )
        changes = [_run_change(run, self.rules), *(_score_change(row, before) for row in fresh)]
        first, *entries = record_many(by=self.by, changes=changes)
        run.recorded_entry_id = first
        run.save(force_insert=True)
        gone = []
        for row, entry in zip(fresh, entries, strict=True):
            row.run, row.recorded_entry_id = run, entry
            if (old := before.get((row.country, row.domain))) is not None:
                old.superseded_entry_id = entry
                gone.append(old)
        Score.objects.bulk_update(gone, ["superseded_entry"])
        Score.objects.bulk_create(fresh)
        return run


def _run_change(run: ScoreRun, rules: Rules) -> Change:
    state = {
        "methodology": rules.code,
        "on": run.on,
        "inputs": run.input_sha256,
        "result": run.result_sha256,
        "code_version": run.code_version,
    }
    return Change("run", "score_run", f"{run.on}/{run.result_sha256[:16]}", None, state)


def _score_change(row: Score, replaced: Mapping[tuple[str, str], Score]) -> Change:
    before = replaced.get((row.country, row.domain))
    return Change("score", "score", score_object_id(row), score_state(before) if before else None, score_state(row))
