"""The live state of recorded scores and changes, for `verify_log` to compare with the log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from ledger.domain.canonical import JSON
from ledger.tracking import track
from scoring.models import Score, ScoreChange


def score_state(score: Score) -> JSON:
    """Levels as they are, gates and evidence by their fingerprint: a run of all cells would fill the log else."""
    names = ("country", "domain", "level", "low", "high")
    return {**{name: getattr(score, name) for name in names}, "sha256": score_sha256(score.gates, score.evidence)}


def score_sha256(gates: JSON, evidence: JSON) -> str:
    return hashlib.sha256(score_text(gates, evidence).encode()).hexdigest()


def score_text(gates: JSON, evidence: JSON) -> str:
    """The bytes that a score's fingerprint is of; a dossier has them as a file."""
    return json.dumps([gates, evidence], sort_keys=True, separators=(",", ":"))


def change_state(change: ScoreChange) -> JSON:
    names = ("on", "country", "domain", "is_moved", "old", "new", "cause", "sentence", "gates", "facts", "instrument")
    return {name: getattr(change, name) for name in names}


def score_object_id(score: Score) -> str:
    """Names what was found, so that the same found again is the same object."""
    return f"{score.country}/{score.domain}/{score.sha256[:16]}"


def track_all() -> None:
    track("score", _live_scores)
    track("score_change", _live_changes)


def _live_scores() -> Iterator[tuple[str, JSON]]:
    for score in Score.objects.iterator():
        yield score_object_id(score), score_state(score)


def _live_changes() -> Iterator[tuple[str, JSON]]:
    for change in ScoreChange.objects.iterator():
        yield change.change_id, change_state(change)
