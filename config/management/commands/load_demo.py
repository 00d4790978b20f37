"""Load the demonstration: the chain, the measures it meets, what sites claim, the feed, the people."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db import transaction

from config.first_sign_in import create_cast
from ledger.commands import Refused, SeamCommand
from ledger.domain.actor import Actor, Door
from registry.exceptions import RegistryError
from registry.models import Facility, Feed
from registry.services.facts import Tally
from registry.services.feed_settings import save_feed
from registry.services.measures import load_measures
from traceability.domain.claims import About
from traceability.exceptions import BadClaim
from traceability.models import Credit, Lot
from traceability.services.claims import assign_credit, book_credit
from traceability.services.publishing import set_public

DEMO = Path(__file__).resolve().parents[2] / "demo"
LOADER = Actor("seam-demo", Door.COMMAND)
#: Where SEAM serves the demonstration's own feed.
FEEDS = "/demo/feeds/"
#: Which of the wordings in config/demo/feeds the demonstration feed has.
VARIANTS = ("licence-1", "licence-2", "licence-3")


class Command(SeamCommand):
    help = "The demonstration chain, claims, feed and accounts. Twice is once."
    anticipated = (RegistryError,)
    settles = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--feed", choices=VARIANTS, default=VARIANTS[0], help="wording of the demonstration feed")

    def work(self, **options: Any) -> Any:
        rows = json.loads((DEMO / "measures.json").read_text(encoding="utf-8"))
        tally = load_measures(rows=rows, by=LOADER, reason="demonstration data")
        tally += _import_chain()
        tally += _keep_accounts()
        tally += _put_feed(options["feed"])
        tally += Tally(created=create_cast())
        return tally.to_json()

    def text(self, result: Any) -> str:
        return f"created {result['created']}, changed {result['changed']}, unchanged {result['unchanged']}"


def _import_chain() -> Tally:
    """Through the command that anybody uses; then the lots that are new are opened to all.

    Where somebody has changed what the demonstration once brought, all of it is left as it stands.
    """
    with (DEMO / "chain" / "lots.csv").open(encoding="utf-8", newline="") as file:
        names = [row["lot_id"] for row in csv.DictReader(file)]
    known = set(Lot.objects.filter(lot_id__in=names).values_list("lot_id", flat=True))
    out = StringIO()
    try:
        call_command("import_lots", str(DEMO / "chain"), format="json", stdout=out)
    except SystemExit:
        refused = json.loads(out.getvalue())
        if known and {error["code"] for error in refused.get("errors", ())} == {"conflict"}:
            return Tally(unchanged=len(known))
        raise Refused("The demonstration chain was refused by import_lots.", refused) from None
    imported = json.loads(out.getvalue())
    set_public(lot_ids=set(names) - known, is_public=True, by=LOADER, reason="demonstration data")
    return Tally(created=sum(imported["accepted"].values()), unchanged=sum(imported["unchanged"].values()))


def _keep_accounts() -> Tally:
    """Book what sites received and claim it for what they made; a site books a lot once. Where people have changed
    what it would rest on, so that a rule speaks against it, it is left."""
    tally = Tally()
    for row in json.loads((DEMO / "claims.json").read_text(encoding="utf-8")):
        facility = Facility.objects.filter(facility_id=row["facility"]).first()
        lot = Lot.objects.filter(lot_id=row["lot"]).first()
        count = 1 + len(row["claims"])
        if not facility or not lot or Credit.objects.filter(facility=facility, lot=lot).exists():
            tally += Tally(unchanged=count)
            continue
        try:
            _book_and_claim(facility, lot, row)
            tally += Tally(created=count)
        except BadClaim:
            tally += Tally(unchanged=count)
    return tally


@transaction.atomic
def _book_and_claim(facility: Facility, lot: Lot, row: dict[str, Any]) -> None:
    credit = _book(facility, lot, row)
    for claim in row["claims"]:
        made = Lot.objects.get(lot_id=claim["lot"])
        assign_credit(credit=credit, lot=made, kg=Decimal(claim["kg"]), by=LOADER)


def _book(facility: Facility, lot: Lot, row: dict[str, Any]) -> Credit:
    return book_credit(
        facility=facility,
        lot=lot,
        about=About(country=row["country"]),
        element=row["element"],
        kg=Decimal(row["kg"]),
        first=dt.date.fromisoformat(row["first"]),
        last=dt.date.fromisoformat(row["last"]),
        usable_until=dt.date.fromisoformat(row["usable_until"]),
        factor=Decimal(row["factor"]),
        factor_source=row["factor_source"],
        by=LOADER,
    )


@transaction.atomic
def _put_feed(variant: str) -> Tally:
    known = Feed.objects.filter(feed_id="demo-wire").first()
    if known is not None:
        return _follow_the_site(known)
    feed = Feed(
        feed_id="demo-wire",
        title="Demonstration wire",
        publisher="Demonstration wire",
        url=f"{settings.SITE_URL}{FEEDS}{variant}.xml",
        language="en",
        is_enabled=True,
        is_demo=True,
        shortest_interval_s=10,
    )
    save_feed(feed=feed, by=LOADER, reason="demonstration data")
    return Tally(created=1)


def _follow_the_site(feed: Feed) -> Tally:
    """The feed is served by SEAM itself, so that its address moves with the port."""
    _, served, name = feed.url.partition(FEEDS)
    if not served or feed.url == f"{settings.SITE_URL}{FEEDS}{name}":
        return Tally(unchanged=1)
    feed.url = f"{settings.SITE_URL}{FEEDS}{name}"
    save_feed(feed=feed, by=LOADER, reason="SEAM stands at another address")
    return Tally(changed=1)
