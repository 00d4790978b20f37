"""The engine's answers held against those of the oracle, whatever the size of the chain."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from fractions import Fraction

from django.utils import timezone

from ledger.commands import settle
from ledger.domain.actor import Actor, Door
from registry.services.measures import load_measures
from tests.lot_generator import MEASURES, Tables, pieces
from tests.lot_oracle import UNKNOWN, Oracle
from traceability.arguments import read_reach
from traceability.domain.importing.reading import Sheet
from traceability.selectors.exposure import get_exposure
from traceability.selectors.findings import get_findings
from traceability.selectors.trace import get_trace
from traceability.services.importing import import_lots

BY = Actor("tester", Door.COMMAND)
#: What the contract allows a share to be off by.
CLOSE = Fraction(1, 10_000)


#: Country, HS prefix, mineral and first day of the exposures that are asked for.
REACHES = [("VN", "2530", "", ""), ("MM", "25", "rare_earths", "2024-06-01"), ("LA", "2846", "", "2024-09-01"),
           ("MY", "280530", "nickel", "")]  # fmt: skip


def silent(step: str) -> None:
    """For checks that nobody watches."""


def check_chain(
    tables: Tables, seed: int, *, count: int, traces: int = 40, tell: Callable[[str], None] = silent
) -> None:
    """Take a chain in by so many imports, its measures after one of them, and hold every finding, some traces and four
    exposures against the oracle."""
    oracle = Oracle(tables, MEASURES)
    chance = random.Random(seed)
    when = chance.randrange(count)
    # A long chain runs on into days to come, which no import takes before.
    now = max(timezone.now(), max(oracle.when.values()))
    for number, piece in enumerate(pieces(tables, seed, count)):
        take_in(piece, derives_here=number % 2 == 0, now=now)
        if number == when:
            load_measures(rows=json.loads(json.dumps(MEASURES)), by=BY, reason="test")
            settle()
        tell(f"import {number + 1} of {count} taken in")
    mine, wanted = found(), oracle.findings()
    assert mine == wanted, f"{len(mine - wanted)} besides, {len(wanted - mine)} missing: {sorted(mine ^ wanted)[:5]}"
    tell(f"{len(wanted)} findings of {len({code for code, _event, _lot in wanted})} codes agree, and none besides")
    for lot in chance.sample(sorted(oracle.birth), min(len(oracle.birth), traces)):
        check_trace(oracle, lot, chance.choice(["up", "down"]), chance.choice([None, "Nd", "Dy", "Ce", "Pr", "Ni"]))
    tell(f"{traces} traces agree")
    for reach in REACHES:
        check_exposure(oracle, *reach)
    tell(f"{len(REACHES)} exposures agree")


def take_in(tables: Tables, *, derives_here: bool = False, now: dt.datetime | None = None) -> None:
    sheets = []
    for name, rows in tables.items():
        header = list(rows[0]) if rows else []
        body = [(number, list(row.values())) for number, row in enumerate(rows, start=2)]
        sheets.append(Sheet(f"{name}.csv", header, body))
    import_lots(sheets=sheets, by=BY, now=now or timezone.now(), reason="test", derives_here=derives_here)
    settle()


def found() -> set[tuple[str, str, str]]:
    """Findings that stand now."""
    rows = get_findings()
    assert len({(row["code"], row["event_id"], row["lot_id"]) for row in rows}) == len(rows)
    return {(row["code"], row["event_id"], row["lot_id"]) for row in rows if row["state"] == "open"}


def close(one: str, other: Fraction) -> bool:
    return abs(Fraction(one) - other) <= CLOSE


def check_trace(oracle: Oracle, lot: str, direction: str, element: str | None) -> None:
    mine, wanted = get_trace(lot_id=lot, direction=direction, element=element), oracle.trace(lot, direction, element)
    assert {row["lot"] for row in mine["lots"]} == wanted["lots"].keys()
    assert mine["events"] == wanted["events"]
    assert mine["depth"] == wanted["depth"]
    for row in mine["lots"]:
        kg, share = wanted["lots"][row["lot"]]
        assert abs(Fraction(row["kg"]) - kg) <= Fraction(1, 1_000_000)
        assert row["country"] == oracle.facility[oracle.event[oracle.birth[row["lot"]]]["facility_id"]]["country"]
        assert share is None or close(row["share"], share)
    if direction == "down":
        assert "origins" not in mine
        return
    shares = {row["facility"] or UNKNOWN: row["share"] for row in mine["origins"]}
    assert sum(map(Fraction, shares.values())) == 1
    assert all(close(shares.get(place, "0"), share) for place, share in wanted["origins"].items())
    assert shares.keys() <= wanted["origins"].keys()


def check_exposure(oracle: Oracle, country: str, hs: str, mineral: str = "", since: str = "") -> None:
    mine = get_exposure(read_reach(country=country, hs=hs, mineral=mineral, since=since)).to_json()
    wanted = oracle.exposure(country, hs, mineral or None, since or None)
    assert {row["lot"] for row in mine["lots"]} == wanted.keys()
    for row in mine["lots"]:
        holder, place, kg, share = wanted[row["lot"]]
        assert (row["holder"], row["country"]) == (holder, place)
        assert abs(Fraction(row["kg"]) - kg) <= Fraction(1, 1_000_000)
        assert close(row["share"], share)
    total = sum((kg for _holder, _place, kg, _share in wanted.values()), Fraction())
    assert abs(Fraction(mine["total_kg"]) - total) <= Fraction(1, 1_000)
