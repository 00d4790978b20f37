"""The baseline of `bench_scores`: the same rules, a query of the ORM for each reading, a save for each score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from ledger.domain.actor import COMMAND
from ledger.services import Change, record
from registry.choices import FactStatus
from registry.domain.dates import Certainty
from registry.domain.facts import Fact
from registry.models import FactVersion
from scoring.domain.access import Access
from scoring.domain.capability import Capability
from scoring.domain.governance import Governance
from scoring.domain.inputs import EVIDENCE_KINDS, Evidence, Kind, Known, Reading
from scoring.domain.methodology import Domain, Methodology
from scoring.domain.trace import GateTrace, ladder
from scoring.live import score_object_id, score_sha256, score_state
from scoring.models import Score, ScoreRun


class AskingKnown(Known):
    """Looks every reading up in the database, as a rule does that is written against models."""

    def __init__(self, on: dt.date) -> None:
        super().__init__(Evidence(), on)

    def _ask(self, country: str | None, kind: Kind) -> list[Fact]:
        rows = FactVersion.objects.filter(
            superseded_entry=None, status=FactStatus.ACCEPTED, country=country or "", kind=kind
        )
        return [Fact.from_json(row.content) for row in rows.order_by("fact_id")]

    def _load(self, country: str | None, kind: Kind) -> None:
        """One reading's facts, placed as the real thing places them, and nothing kept from readings before."""
        for index in (self._facts, self._about, self._past, self._read):
            index.clear()
        for fact in self._ask(country, kind):
            self._place(fact)

    def has_evidence(self, country: str, domain: Domain) -> bool:
        return any(
            fact.holds_on(self.on) is Certainty.YES
            for kind in EVIDENCE_KINDS[domain]
            for fact in self._ask(country, kind)
        )

    def minerals(self, country: str, kinds: Sequence[Kind]) -> tuple[str, ...]:  # type: ignore[override]
        facts = (fact for kind in kinds for fact in self._ask(country, kind))
        held = (fact for fact in facts if fact.holds_on(self.on) is Certainty.YES)
        return tuple(sorted({fact.subject.mineral for fact in held if fact.subject.mineral}))

    def read(self, country: str, kind: Kind, mineral: str | None) -> Reading:
        self._load(country, kind)
        return self._reading(country, kind, mineral)

    def read_all(self, country: str, kind: Kind) -> Reading:
        self._load(country, kind)
        return super().read_all(country, kind)

    def regional(self, kind: Kind, mineral: str | None = None) -> Reading:
        self._load(None, kind)
        return super().regional(kind, mineral)


def recompute(
    rules: Methodology, on: dt.date, members: Sequence[str], run: ScoreRun
) -> dict[tuple[str, str], int | None]:
    """Work every cell out and save it, one after the other; answers the levels."""
    known, levels = AskingKnown(on), {}
    with transaction.atomic():
        for code in members:
            for domain in Domain:
                row = _cell(known, rules, domain, code, members)
                _save(row, run)
                levels[code, domain.value] = row.level
    return levels


def _cell(known: AskingKnown, rules: Methodology, domain: Domain, code: str, members: Sequence[str]) -> Score:
    gates: tuple[GateTrace, ...] = ()
    if known.has_evidence(code, domain):
        if domain is Domain.ACCESS:
            gates = Access(known, rules, code, members).gates()
        elif domain is Domain.CAPABILITY:
            gates = Capability(known, rules, code).gates()
        else:
            gates = Governance(known, rules, code).gates()
    low, high = ladder(gates) if gates else (None, None)
    cited = sorted({public_id for gate in gates for public_id in gate.cited})
    rows = FactVersion.objects.filter(superseded_entry=None, fact_id__in=cited)
    evidence = {row.fact_id: row.recorded_entry_id for row in rows}
    plain = [gate.to_json() for gate in gates]
    level = low if low == high else None
    return Score(
        country=code, domain=domain.value, level=level, low=low, high=high, gates=plain, evidence=evidence,
        sha256=score_sha256(plain, evidence),
    )  # fmt: skip


def _save(row: Score, run: ScoreRun) -> None:
    old = Score.objects.filter(country=row.country, domain=row.domain, superseded_entry=None).first()
    row.run = run
    change = Change("score", "score", score_object_id(row), score_state(old) if old else None, score_state(row))
    entry = record(by=COMMAND, change=change)
    if old is not None:
        old.superseded_entry = entry
        old.save()
    row.recorded_entry = entry
    row.save()
