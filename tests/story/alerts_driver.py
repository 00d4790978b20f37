"""Makes changes for the test that kills: a process of its own that reads what to do from its input, a line at a time.

`change N` approves an act; `report` and `jobs` print what the database knows of messages and work as JSON.
"""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection, transaction  # noqa: E402

from alerts.models import Delivery  # noqa: E402
from alerts.services import subscriptions  # noqa: E402
from alerts.services.subscriptions import Asked  # noqa: E402
from jobs.models import Job  # noqa: E402
from ledger.domain.actor import Actor, Door  # noqa: E402
from registry.models import Instrument, InstrumentVersion, Measure, StatusEvent  # noqa: E402
from registry.services.instruments import Draft, publish, save_draft  # noqa: E402

OFFICER, REVIEWER = Actor("p-officer", Door.DESK), Actor("p-reviewer", Door.DESK)


def follow(readers: int) -> None:
    for number in range(readers):
        subscription = subscriptions.ask(
            email=f"reader{number}@example.org", asked=Asked(topic="instruments", country="TH")
        )
        subscriptions.confirm(subscription=subscription)


def change(title: str) -> None:
    """Approve an act, whatever happens to the database meanwhile: an approval that failed is done again."""
    while True:
        try:
            if not InstrumentVersion.objects.filter(instrument__title=title).exists():
                _approve(title)
            return
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.1)


@transaction.atomic
def _approve(title: str) -> None:
    instrument = Instrument(country_id="TH", title=title, scope="general", pillar="engagement")
    draft = Draft(instrument, [Measure(code="mou")], [StatusEvent(status="signed", since="2026-01-01")])
    publish(instrument=save_draft(draft=draft, by=OFFICER, reason="test"), by=REVIEWER, reason="checked")


def report() -> dict[str, dict[str, object]]:
    columns = ("state", "repeats", "attempts", "last_error")
    return {row.pop("delivery_id"): row for row in Delivery.objects.values("delivery_id", *columns)}


def main() -> None:
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "follow":
            follow(int(rest))
        elif command == "change":
            change(rest)
        elif command == "report":
            connection.close()
            print(json.dumps(report()), flush=True)
            continue
        elif command == "jobs":
            print(json.dumps(list(Job.objects.filter(finished_at=None).values()), default=str), flush=True)
            continue
        print("done", flush=True)


if __name__ == "__main__":
    main()
