"""One of many workers that claim the same credit at once. Run as a process; prints how much it was given, in kg."""

from __future__ import annotations

import sys
from decimal import Decimal

import django

django.setup()

from ledger.domain.actor import Actor, Door  # noqa: E402
from traceability.exceptions import BadClaim  # noqa: E402
from traceability.models import Credit, Lot  # noqa: E402
from traceability.services.claims import assign_credit  # noqa: E402


def main(worker: int, rounds: int) -> None:
    by, given = Actor(f"p-worker-{worker}", Door.API), Decimal(0)
    credit, lot = Credit.objects.get(), Lot.objects.get(lot_id="OX")
    for _ in range(rounds):
        try:
            given += assign_credit(credit=credit, lot=lot, kg=Decimal(30), by=by).kg
        except BadClaim as refused:
            if "are left" not in str(refused):
                raise
    print(given)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
