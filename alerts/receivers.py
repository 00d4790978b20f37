"""What alerts do when something changes upstream: ask for the telling, in the same transaction."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from jobs.services import enqueue
from scoring.models import ScoreChange
from scoring.signals import score_changed


@receiver(score_changed)
def tell_subscribers(sender: Any, change: ScoreChange, **kwargs: Any) -> None:
    enqueue(kind="alerts.fan_out", key=change.change_id, payload={"change_id": change.change_id})
