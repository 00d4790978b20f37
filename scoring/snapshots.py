"""A snapshot to be cited: everything a card rests on, in bytes that one command makes again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from ledger.domain.canonical import canonical
from ledger.selectors import get_head_at
from scoring.arguments import Point, read_point
from scoring.basis import Basis, get_basis
from scoring.domain.card import Card
from scoring.exceptions import ScoringError
from scoring.methodologies import is_backcast, methodology_sha256
from scoring.selectors import card_json, evidence_json, get_card, get_rules

KIND = "seam-score-snapshot/1"
#: Counts the versions of the engine: raised whenever the same inputs may give other bytes.
CODE_VERSION = "2"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``text`` is canonical JSON; the citation names it by its SHA-256."""

    text: str
    citation: str
    point: Point

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def name(self) -> str:
        return f"seam-scores-{self.point.on}-{self.sha256[:12]}.json"


def get_snapshot(point: Point, *, now: dt.datetime) -> Snapshot:
    """The snapshot of a day as known at an instant (none given: now). Raises MethodologyError."""
    fixed = Point(point.on, point.as_of or now, point.code)
    basis, rules = get_basis(as_of=fixed.as_of), get_rules(fixed)
    card = get_card(fixed, basis=basis)
    as_of = fixed.as_of or now
    head = get_head_at(as_of)
    plain = {
        "kind": KIND,
        **card_json(card, as_of=as_of.astimezone(dt.UTC), backcast=is_backcast(rules, fixed.on)),
        "methodology_sha256": methodology_sha256(rules.code),
        "code_version": CODE_VERSION,
        "data_sha256": basis.evidence.fingerprint,
        "log": {"size": head.size if head else 0, "root": head.root if head else ""},
        "gates": json.loads(card.to_json())["countries"],
        "evidence": [evidence_json(each, basis, fixed.on) for each in _cited(card, basis)],
    }
    return Snapshot(canonical(plain) + "\n", _citation(plain), fixed)


def _cited(card: Card, basis: Basis) -> list[str]:
    cited = {each for country in card.countries for cell in country.domains for each in cell.cited}
    return sorted(each for each in cited if each in basis.facts or each in basis.versions)


def _citation(plain: dict[str, Any]) -> str:
    return (
        f"SEAM, Southeast Asia Minerals registry: sovereignty scorecard of {plain['on']}, as known "
        f"{plain['as_of']}, methodology {plain['methodology']} ({plain['methodology_sha256'][:12]}), "
        f"data {plain['data_sha256'][:12]}"
    )


def reproduce(text: str, *, now: dt.datetime) -> tuple[Snapshot, tuple[str, ...]]:
    """Make a snapshot again from what it says of itself; answers it and the parts that differ (none: byte for byte).

    Raises ScoringError where the text is no snapshot.
    """
    try:
        old = json.loads(text)
        if old["kind"] != KIND:
            raise ValueError(old["kind"])
        point = read_point(old, now)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ScoringError("This is no snapshot of scores: it was not written by `score_snapshot`.") from error
    again = get_snapshot(point, now=now)
    if again.text == text:
        return again, ()
    new = json.loads(again.text)
    parts = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return again, tuple(parts) or ("the bytes",)
