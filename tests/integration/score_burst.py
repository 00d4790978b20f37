"""One of many workers of the burst test: edits a fact and works scores out, again and again. Run as a process."""

from __future__ import annotations

import sys

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from ledger.domain.actor import Actor, Door  # noqa: E402
from registry.services.facts import FactRow, put_facts  # noqa: E402
from scoring.services.recompute import recompute  # noqa: E402


def main(worker: int, rounds: int) -> None:
    by = Actor(f"p-worker-{worker}", Door.DESK)
    for n in range(rounds):
        fact_id = f"burst.{worker}"
        word = ("absent", "present")[(worker + n) % 2]
        content = {"fact_id": fact_id, "kind": "enforcement", "subject": {"country": "TH"}, "fact_class": word}
        with transaction.atomic():
            put_facts(rows=[FactRow(fact_id, "enforcement", content, "TH")], by=by, reason="burst")
        today = timezone.localdate()
        recompute(on=today, by=by, today=today)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
