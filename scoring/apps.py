"""The place of scoring among the apps."""

from __future__ import annotations

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = "Scores"

    def ready(self) -> None:
        from ledger import guards, openness
        from scoring import panels, receivers  # noqa: F401
        from scoring.live import track_all
        from scoring.services import recompute  # noqa: F401  (registers the jobs)

        guards.protect("scoring_methodology", "scoring_scorerun", "scoring_scorechange")
        openness.open_to_all("score", "score_change", "score_run", "methodology", "score_dossier")
        track_all()
