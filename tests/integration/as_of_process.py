"""One process of the test of answers given while a sealing is under way. Run with a role and a folder for signals.

`slow` records a fact and holds its sealing open between its instant and its commit; `quick` records one and seals it
as soon as it may; `reader` tells the card of today as of an instant.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from ledger.domain.actor import Actor, Door  # noqa: E402
from ledger.domain.note import Signer  # noqa: E402
from ledger.services import seal_all  # noqa: E402
from registry.services.facts import FactRow, put_facts  # noqa: E402
from scoring.arguments import read_point  # noqa: E402
from scoring.selectors import get_card_json  # noqa: E402


def put(country: str) -> None:
    content = {
        "fact_id": f"{country}.x",
        "kind": "enforcement",
        "subject": {"country": country},
        "fact_class": "absent",
    }
    with transaction.atomic():
        put_facts(
            rows=[FactRow(f"{country}.x", "enforcement", content, country)],
            by=Actor("p-officer", Door.DESK),
            reason="a test",
        )


def slow(folder: Path) -> None:
    """What signs the head waits for a signal: the instant is taken then, and nothing is committed."""
    put("TH")
    sign = Signer.sign

    def signed(self: Signer, text: str) -> str:
        (folder / "taken").touch()
        while not (folder / "go").exists():
            time.sleep(0.01)
        return sign(self, text)

    Signer.sign = signed  # type: ignore[method-assign]
    seal_all()


def quick(folder: Path) -> None:
    put("PH")
    (folder / "written").touch()
    seal_all()


def reader(folder: Path, as_of: str) -> None:
    point = read_point({"as_of": as_of}, timezone.now())
    (folder / f"asking-{len(list(folder.glob('asking-*')))}").touch()
    print(json.dumps(get_card_json(point, now=timezone.now())))


if __name__ == "__main__":
    {"slow": slow, "quick": quick, "reader": reader}[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
