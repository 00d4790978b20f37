"""What scoring tells: sent inside the transaction, receivers only insert a job."""

from __future__ import annotations

from django.dispatch import Signal

#: A run recorded a change. kwargs: change: ScoreChange.
score_changed = Signal()
