"""What traceability tells: sent inside the transaction of the change, receivers only insert a row."""

from __future__ import annotations

from django.dispatch import Signal

#: Findings opened, or opened again. kwargs: findings: Sequence[Finding], entry: int, the log entry that says so.
findings_opened = Signal()
