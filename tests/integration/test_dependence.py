"""What is held and depends on a country: as a second, exact computation has it, to whom it is open."""

from __future__ import annotations

import csv
import io
import json
import random
from fractions import Fraction
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench.bench_dependence import agree
from tests.bench.exact_dependence import exact_shares
from tests.cast import signed_in
from tests.chains import clean
from tests.integration.test_traceability_findings import report
from tests.integration.test_traceability_oracle import take_in
from tests.lot_generator import COUNTRIES, MEASURES, generate, spoil
from tests.lot_oracle import Oracle
from traceability.domain.pairs import pair_of
from traceability.models import LotState
from traceability.selectors.dependence import get_dependence

pytestmark = pytest.mark.django_db
CLOSE = Fraction(1, 10**6)


def wanted(oracle: Oracle, country: str, element: str | None) -> dict[str, tuple[Fraction, Fraction, Fraction]]:
    """Shares by origin, by processing, and by either, of every held lot that has one."""

    def born_there(kind: str) -> set[str]:
        return {
            lot for lot, name in oracle.birth.items()
            if oracle.event[name]["kind"] == kind
            and oracle.facility[oracle.event[name]["facility_id"]]["country"] == country
        }  # fmt: skip

    won, made = born_there("commission"), born_there("transform")
    ways = [oracle.through(seeds, element) for seeds in (won, made, won | made)]
    return {
        lot: (ways[0][lot], ways[1][lot], ways[2][lot])
        for lot in oracle.birth
        if oracle._is_held(lot) and ways[2][lot]
        and (element is None or lot not in oracle.grades or oracle.grades[lot].get(element))
    }  # fmt: skip


@pytest.mark.parametrize(("seed", "lots"), [(21, 60), (22, 250), (23, 700)])
def test_shares_are_those_of_an_exact_computation(seed: int, lots: int) -> None:
    tables = spoil(generate(seed, lots), seed, share=0.03)
    oracle, chance = Oracle(tables, MEASURES), random.Random(seed)
    take_in(tables)
    for country in chance.sample(COUNTRIES, 4):
        element = chance.choice([None, "Nd", "Dy", "Ce", "Ni"])
        mine, exact = get_dependence(country=country, element=element).to_json(), wanted(oracle, country, element)
        assert {row["lot"] for row in mine["lots"]} == exact.keys()
        agree(get_dependence(country=country, element=element), exact)
        for row in mine["lots"]:
            for name, share in zip(("origin", "processed", "either"), exact[row["lot"]], strict=True):
                assert abs(Fraction(row[name]) - share) <= CLOSE, (country, element, row["lot"], name)
            assert abs(Fraction(row["kg"]) - oracle._left(row["lot"])) <= CLOSE
            assert row["holder"] == oracle._holders(row["lot"])[-1][3]
        for code, sums in mine["holders"].items():
            held = [row for row in mine["lots"] if (row["holder_country"] or "unknown") == code]
            assert len(held) == sums["lots"]
            either = sum(oracle._left(row["lot"]) * exact[row["lot"]][2] for row in held)
            assert abs(Fraction(sums["either_kg"]) - either) <= CLOSE


@pytest.mark.parametrize("element", [None, "Nd", "Dy"])
def test_shares_agree_with_those_of_lots_in_exact_arithmetic(element: str | None) -> None:
    take_in(spoil(generate(24, 600), 24, share=0.03))
    for country in COUNTRIES[:4]:
        agree(get_dependence(country=country, element=element), {
            lot: shares for lot, shares in exact_shares(country, element).items()
            if element is None or may_have(lot, element)
        })  # fmt: skip


def may_have(lot: str, element: str) -> bool:
    state = LotState.objects.get(lot_name=lot)
    return not state.is_assayed or bool(pair_of(state.metals, element))


def test_origin_and_processing_are_told_apart_and_material_narrows() -> None:
    report(clean())
    found = {one.lot_id: one for one in get_dependence(country="MY", element="Nd").lots}
    assert set(found) == {"OX", "RES", "MET", "MAG"}
    assert {(one.ways.origin, one.ways.processed) for one in found.values()} == {(0, 1)}
    only = get_dependence(country="MM", element="Nd", material="magnet").to_json()
    assert [(one["lot"], one["holder_country"], one["processed"]) for one in only["lots"]] == [
        ("MAG", "JP", "0.000000")
    ]


def test_the_number_of_statements_does_not_grow_with_the_lots() -> None:
    counts = []
    for seed, lots in ((31, 60), (32, 600)):
        take_in(generate(seed, lots))
        with CaptureQueriesContext(connection) as queries:
            get_dependence(country="VN", element="Nd")
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 8, "steps down the graph, not lots"


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    call_command("dependence", *words, "--format", "json")
    return json.loads(capsys.readouterr().out)


def test_command_page_csv_and_api_say_the_same_to_those_who_see_every_lot(capsys: pytest.CaptureFixture[str]) -> None:
    report(clean())
    said = told(capsys, "--country", "MM", "--element", "Nd")
    client = signed_in("auditor")
    assert client.get("/api/v1/lot-dependence/?country=MM&element=Nd").json() == said
    rows = list(
        csv.DictReader(io.StringIO(client.get("/dependence/?country=MM&element=Nd&format=csv").content.decode()))
    )
    assert [(row["lot"], row["origin"]) for row in rows] == [(one["lot"], one["origin"]) for one in said["lots"]]
    page = client.get("/dependence/?country=MM&element=Nd").content.decode()
    assert all(f'/lots/{one["lot"]}/"' in page for one in said["lots"])
    assert "Holders in" in page
    assert "what is held and depends on it" in client.get("/countries/MM/").content.decode()
    assert Client().get("/dependence/?country=MM").status_code == 302
    assert Client().get("/api/v1/lot-dependence/?country=MM").status_code == 403
    assert signed_in("viewer").get("/dependence/?country=MM").status_code == 403


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("country=ZZ", "no country code"),
        ("country=MM&element=Xx", "no element"),
        ("country=MM&material=x", "no material"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(query: str, words: str) -> None:
    client = signed_in("auditor")
    page, api = client.get(f"/dependence/?{query}"), client.get(f"/api/v1/lot-dependence/?{query}")
    assert (page.status_code, api.status_code) == (400, 400)
    assert words in page.content.decode()
    assert words in api.json()["detail"]
