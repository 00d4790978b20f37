"""Accounts of sites: what arrived is booked once, what was booked is claimed once, and what stops holding says so."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.actor import Actor, Door
from ledger.models import Entry
from ledger.selectors import verify
from ledger.services import seal_all
from registry.models import Facility, Party, Source, User
from registry.services.parties import change_facility
from registry.templatetags.seam import percent
from tests.cast import signed_in
from tests.chains import CustodyModel, as_rows, change, clean, event, line, more, write_folder
from tests.integration.test_traceability_findings import part, report
from traceability.api.shapes import CreditShape, LotClaimShape
from traceability.domain.claims import About
from traceability.domain.sharing import Level
from traceability.exceptions import BadClaim
from traceability.models import Claim, Credit, Finding, Lot
from traceability.selectors.claims import Coverage
from traceability.selectors.trace import get_trace
from traceability.services.claims import assign_credit, book_credit, withdraw_claim, withdraw_credit
from traceability.services.sharing import add_reader, share_lot

pytestmark = pytest.mark.django_db
T = TypeVar("T")
BY = Actor("p-auditor", Door.WEB)
JANUARY = {"first": dt.date(2026, 1, 1), "last": dt.date(2026, 1, 31)}
FROM_VN = About(country="VN")
#: Neodymium in V1: 18,000 kg dry of which 4 % is Nd2O3; 17,990 kg were received.
ND = Fraction(2 * 144240, 2 * 144240 + 3 * 15999)


def balanced() -> dict[str, list[Any]]:
    """The clean chain, from the separation on by mass balance."""
    facts = clean()
    for name in ("OX", "RES", "MET", "MAG"):
        facts = change(facts, name, custody_model=CustodyModel.MASS_BALANCE)
    return facts


def lot_of(lot_id: str) -> Lot:
    return Lot.objects.select_related("state").get(lot_id=lot_id)


def book(lot_id: str | None = "V1", kg: Any = 600, **more: Any) -> Credit:
    given = {"about": FROM_VN, "element": "Nd", **JANUARY, "usable_until": None, "factor": Decimal("0.9"),
             "factor_source": "the plant's recoveries of 2025", "site": "plant-my", **more}  # fmt: skip
    facility = Facility.objects.get(facility_id=given.pop("site"))
    return book_credit(facility=facility, lot=lot_of(lot_id) if lot_id else None, kg=Decimal(kg), by=BY, **given)


def assign(credit: Credit, kg: Any, lot_id: str = "OX") -> Claim:
    return assign_credit(credit=credit, lot=lot_of(lot_id), kg=Decimal(kg), by=BY)


def test_what_arrived_is_booked_and_claimed_and_the_trace_stays_as_it_was() -> None:
    report(balanced())
    before = get_trace(lot_id="OX", element="Nd")
    credit = book()
    claim = assign(credit, 540)
    credit.refresh_from_db()
    assert (credit.out_mg, credit.used_mg, claim.kg) == (540_000_000, 540_000_000, 540)
    assert Coverage().covered_kg(claim) == 540
    assert get_trace(lot_id="OX", element="Nd") == before, "a claim changes no physical share"
    assert Finding.objects.count() == 0
    withdraw_claim(claim=claim, by=BY, reason="the wrong lot")
    withdraw_credit(credit=credit, by=BY, reason="booked for the wrong year")
    assert not Credit.objects.standing().exists()
    assert Claim.objects.count() == Credit.objects.count() == 2, "rows are superseded, never overwritten"
    seal_all()
    assert verify().ok, verify().reason


def test_the_demonstration_claims_by_mass_balance_and_passes_one_claim_on() -> None:
    for _ in range(2):
        call_command("load_demo", stdout=io.StringIO())
    assert (Credit.objects.count(), Claim.objects.count()) == (3, 4)
    assert all(Coverage().standing(credit).uncovered_mg == 0 for credit in Credit.objects.all())
    told = Client().get("/api/v1/lots/MY-OX-0141/claims/?element=Nd").json()["shares"]
    shares = {one["country"]: (one["physical"], one["claimed"]) for one in told}
    assert shares["MY"] == ("0.357143", "0.859401")
    assert shares["LA"] == ("0.642857", "0.137504")
    passed = {claim.lot.lot_id: claim.credit.lot.lot_id for claim in Claim.objects.all() if claim.credit.lot}
    assert passed["JP-MET-0009"] == "MY-OX-0141", "which carries its claim from Kerteh"
    physical = {one["country"]: one["share"] for one in get_trace(lot_id="JP-MET-0009", element="Nd")["origins"]}
    assert physical == {"LA": "0.642857", "MY": "0.357143"}, "the atoms stay as they are"
    text = Client().get("/lots/MY-OX-0141/").content.decode().partition('id="claims"')[2].partition("</table>")[0]
    assert re.findall(r'data-l="(?:Physical|Claimed) share"><span>([^<]+)', text) == [
        percent(Decimal(shares[code][n])) for code in ("LA", "MY") for n in (0, 1)
    ]


def test_accounts_are_listed_by_site_for_whoever_sees_them() -> None:
    report(balanced())
    book(kg=100)
    assign(book(kg=200), 150)
    book("M1", 5, about=About(country="MM"))
    text = signed_in("auditor").get("/facilities/").content.decode()
    assert 'href="/facilities/plant-my/account/"' in text
    assert "2 accounts" in text
    rows = re.findall(r'data-l="(?:Booked|Claimed|Left), kg"><span>([^<]+)', text)
    assert rows == ["5", "0", "4.5", "300", "150", "120"]
    assert 'href="/facilities/"' in signed_in("auditor").get("/lots/").content.decode()
    assert Client().get("/facilities/").status_code == 302
    assert signed_in("viewer").get("/facilities/").status_code == 403
    assert "Accounts of sites" not in Client().get("/lots/").content.decode()


def test_people_of_an_operator_are_listed_their_own_accounts_alone() -> None:
    report(balanced())
    book(kg=100)
    reader = operator_of("plant-th", "th")
    text = reader.get("/facilities/").content.decode()
    assert "Nothing is booked yet at" in text
    assert 'href="/facilities/plant-th/account/"' in text
    assert "plant-my" not in text


def test_a_facility_of_the_register_and_its_account_lead_to_each_other() -> None:
    report(balanced())
    book(kg=100)
    plant = Facility.objects.get(facility_id="plant-my")
    plant.source = Source.objects.create(key="report", title="A report")
    change_facility(facility=plant, by=BY, reason="a test")
    auditor = signed_in("auditor")
    text = auditor.get("/facilities/plant-my/").content.decode()
    assert "1 credit is booked here" in text
    assert 'href="/facilities/plant-my/account/"' in text
    assert "None is on record here" in text, "enforcement"
    assert 'href="/facilities/plant-my/"' in auditor.get("/facilities/plant-my/account/").content.decode()
    assert "account" not in Client().get("/facilities/plant-my/").content.decode().partition("<main")[2]
    assert 'href="/facilities/plant-th/"' not in auditor.get("/facilities/plant-th/account/").content.decode()


def test_no_more_is_booked_than_arrived_to_the_milligram() -> None:
    report(balanced())
    arrived = Fraction(17990) * Fraction(4, 100) * ND
    most = Decimal(int(arrived * 10**6)) / 10**6
    with pytest.raises(BadClaim, match=f"{most} kg of Nd from Vietnam arrived at plant-my"):
        book(kg=most + Decimal("0.000001"))
    book(kg=most - 100)
    with pytest.raises(BadClaim, match="are booked already"):
        book(kg=Decimal("100.000001"))
    book(kg=100)


def test_only_the_share_that_is_from_there_is_booked() -> None:
    report(balanced())
    with pytest.raises(BadClaim, match="0 kg of Nd from Vietnam"):
        book("M1", 1)
    book("M1", 1, about=About(country="MM"))


def test_what_another_period_or_site_has_booked_is_booked_there() -> None:
    shipped = event("E20", "ship", 7, "plant-my", "my", line("item", "V1", "0.1"), to_facility_id="plant-th")
    received = event("E21", "receive", 40, "plant-th", "th", line("item", "V1", "17990"))
    report(more(balanced(), events=[shipped, received]))
    book(kg=600)
    with pytest.raises(BadClaim, match="0 kg of Nd from Vietnam arrived"):
        book(kg=1, first=dt.date(2026, 2, 1), last=dt.date(2026, 2, 28))
    with pytest.raises(BadClaim, match=r"carries [\d.]+ kg of Nd from Vietnam in all, and 600 kg are booked already"):
        book(kg=60, site="plant-th", first=dt.date(2026, 2, 1), last=dt.date(2026, 2, 28))


def test_what_was_made_of_a_booked_lot_is_not_booked_by_its_physical_share() -> None:
    report(clean())
    book(kg=10)
    with pytest.raises(BadClaim, match="lot V1, of the same material before or after, is booked"):
        book("OX", 1, site="plant-th")
    withdraw_credit(credit=Credit.objects.get(), by=BY, reason="in error")
    book("OX", 1, site="plant-th")
    with pytest.raises(BadClaim, match="lot OX, of the same material"):
        book(kg=10)


def test_a_credit_is_never_used_twice() -> None:
    report(balanced())
    credit = book(kg=100)
    first = assign(credit, 60)
    with pytest.raises(BadClaim, match="30 kg of this credit are left"):
        assign(credit, "30.000001")
    withdraw_claim(claim=first, by=BY, reason="in error")
    assign(credit, 90)
    with pytest.raises(IntegrityError), transaction.atomic():
        Credit.objects.filter(pk=credit.pk).update(used_mg=90_000_001)
    with pytest.raises(BadClaim, match="Lots claim this credit"):
        withdraw_credit(credit=credit, by=BY, reason="in error")


@pytest.mark.parametrize(
    ("lot_id", "model", "words"),
    [("OX", "segregated", "what is claimed of it is its physical share"), ("MET", "mass_balance", "made at plant-th"),
     ("OX", "mass_balance", None)],
)  # fmt: skip
def test_who_may_carry_claims(lot_id: str, model: str, words: str | None) -> None:
    report(change(balanced(), lot_id, custody_model=CustodyModel(model)))
    credit = book()
    if words is None:
        assert assign(credit, 1, lot_id).kg == 1
        return
    with pytest.raises(BadClaim, match=words):
        assign(credit, 1, lot_id)


def test_credits_expire_with_their_period_unless_they_are_carried_over() -> None:
    report(balanced())
    early = {"first": dt.date(2026, 1, 1), "last": dt.date(2026, 1, 10)}
    with pytest.raises(BadClaim, match="made on 2026-01-11: these credits are for lots made from 2026-01-01 to"):
        assign(book(kg=10, **early), 1)
    assign(book(kg=10, **early, usable_until=dt.date(2026, 1, 11)), 1)
    assert Coverage().standing(Credit.objects.last()).left_mg(dt.date(2026, 1, 12)) == 0  # type: ignore[arg-type]


def test_no_more_is_claimed_than_the_lot_holds() -> None:
    small = replace(clean()["events"][6], lines=(line("input", "V1", "18000"), line("input", "M1", "9600"),
                    line("output", "OX", "12"), line("by_product", "RES", "26000")))  # fmt: skip
    report(change(balanced(), "E07", lines=small.lines))
    credit = book()
    held = int(12 * Fraction(95, 100) * ND * 10**6)
    with pytest.raises(BadClaim, match="it has"):
        assign(credit, Decimal(held + 1) / 10**6)
    assign(credit, Decimal(held) / 10**6)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"factor": Decimal("1.01")}, "no more of it comes out than went in"), ({"factor": Decimal(0)}, "above 0"),
     ({"factor_source": " "}, "where it is from"), ({"kg": "0.0000001"}, "at most six decimals"),
     ({"kg": -1}, "above 0"), ({"kg": "1e30"}, "9 million tonnes"),
     ({"last": dt.date(2025, 1, 1)}, "cannot end before it begins"),
     ({"about": About()}, "either which country"), ({"about": About("VN", "RMAP")}, "either which country"),
     ({"about": About("ZZ")}, "no country on record"), ({"element": "Xx"}, "is no element"),
     ({"about": About(scheme="RMAP")}, "Name the certificate")],
)  # fmt: skip
def test_bad_input_is_refused_with_a_sentence_and_nothing_is_recorded(changed: dict[str, Any], words: str) -> None:
    report(balanced())
    entries = Entry.objects.count()
    with pytest.raises(BadClaim, match=words):
        book(**changed)
    assert (Credit.objects.count(), Entry.objects.count()) == (0, entries)


def test_a_certificate_is_booked_once_and_claimed_by_book_and_claim_alone() -> None:
    report(change(balanced(), "OX", custody_model=CustodyModel.BOOK_AND_CLAIM))
    credit = book(None, 50, certificate="BC-1")
    with pytest.raises(BadClaim, match="BC-1 is booked already"):
        book(None, 50, certificate="BC-1")
    with pytest.raises(BadClaim, match="Name the certificate"):
        book(None, 50)
    with pytest.raises(BadClaim, match="book and claim only"):
        assign(credit, 1, "RES")
    assign(credit, 1)
    # What is booked from such a lot is no better further on.
    onward = book("OX", 1, site="plant-th")
    with pytest.raises(BadClaim, match="book and claim only"):
        assign(onward, "0.5", "MET")


def test_a_claim_is_handed_on_and_each_hand_has_it_once() -> None:
    report(balanced())
    claim = assign(book(), 500)
    with pytest.raises(BadClaim, match="500 kg of Nd from Vietnam arrived at plant-th"):
        book("OX", 501, site="plant-th")
    onward = book("OX", 500, site="plant-th", factor=Decimal("0.8"))
    assign(onward, 400, "MET")
    withdraw_claim(claim=claim, by=BY, reason="in error")
    standing = Coverage().standing(Credit.objects.get(pk=onward.pk))
    assert (standing.carried_mg, standing.uncovered_mg) == (0, 500_000_000), "what it rested on is gone, and it says so"
    assign(book(kg=1), "0.5")
    assert Coverage().standing(onward).carried_mg == 0, "a later claim does not hold up an earlier credit"


def test_a_correction_after_which_less_arrived_leaves_the_claim_uncovered() -> None:
    report(balanced())
    claim = assign(book(kg=600), 540)
    less = event("E04b", "receive", 6, "plant-my", "my", line("item", "V1", "8995"), corrects_event_id="E04")
    report({**part(clean()), "events": [less]})
    standing = Coverage().standing(Credit.objects.get())
    carried = int(Fraction(8995) * Fraction(4, 100) * ND * 10**6)
    assert (standing.carried_mg, standing.uncovered_mg) == (carried, 600_000_000 - carried)
    assert abs(Coverage().covered_kg(claim) - Decimal(540) * carried / 600_000_000) < Decimal("1e-20")


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("book"), st.sampled_from(["V1", "M1"]), st.integers(1, 700), st.integers(1, 10)),
            st.tuples(st.just("assign"), st.integers(0, 3), st.integers(1, 500), st.just(0)),
            st.tuples(st.just("withdraw"), st.integers(0, 3), st.just(0), st.just(0)),
        ),
        max_size=12,
    )
)
def test_whatever_is_tried_claims_never_exceed_what_arrived_times_the_factor(steps: list[Any]) -> None:
    if not Lot.objects.exists():
        report(balanced())
    for claim in Claim.objects.standing():
        withdraw_claim(claim=claim, by=BY, reason="the next example")
    for old in Credit.objects.standing():
        withdraw_credit(credit=old, by=BY, reason="the next example")
    books = Books()
    for kind, which, kg, tenths in steps:
        if kind == "book":
            books.book(which, kg, Decimal(tenths) / 10)
        elif kind == "assign" and books.booked:
            books.assign(which, kg)
        elif kind == "withdraw":
            books.withdraw(which)
    for credit in Credit.objects.standing():
        assert credit.used_mg == sum(claim.mg for claim in Claim.objects.standing().filter(credit=credit))
        assert Coverage().standing(credit).uncovered_mg == 0


class Books:
    """A second bookkeeping, in fractions: what is accepted is exactly what it allows."""

    arrived: ClassVar = {"V1": Fraction(17990 * 4, 100) * ND, "M1": Fraction(9600 * 6, 100) * ND}
    held: ClassVar = Fraction(1200 * 95, 100) * ND

    def __init__(self) -> None:
        self.booked: list[tuple[str, Fraction, Credit]] = []
        self.used: dict[int, Fraction] = {}

    def book(self, lot_id: str, kg: int, factor: Decimal) -> None:
        fits = kg + sum(one for name, one, _credit in self.booked if name == lot_id) <= self.arrived[lot_id]
        about = About("VN" if lot_id == "V1" else "MM")
        credit = tried(lambda: book(lot_id, kg, about=about, factor=factor))
        assert (credit is not None) == fits
        if credit is not None:
            self.booked.append((lot_id, Fraction(kg), credit))

    def assign(self, which: int, kg: int) -> None:
        _name, amount, credit = self.booked[which % len(self.booked)]
        mine = self.used.get(credit.pk, Fraction(0))
        fits = mine + kg <= amount * Fraction(credit.factor) and sum(self.used.values()) + kg <= self.held
        assert (tried(lambda: assign(credit, kg)) is not None) == fits
        if fits:
            self.used[credit.pk] = mine + kg

    def withdraw(self, which: int) -> None:
        if standing := list(Claim.objects.standing().order_by("pk")):
            claim = standing[which % len(standing)]
            withdraw_claim(claim=claim, by=BY, reason="in error")
            self.used[claim.credit_id] -= Fraction(claim.kg)


def tried(step: Callable[[], T]) -> T | None:
    """What a step gives, None where it is refused."""
    try:
        return step()
    except BadClaim:
        return None


# --- pages -----------------------------------------------------------------------------------------------------------

_FORM = {"do": "book", "lot": "V1", "country": "VN", "element": "Nd", "kg": "600", "first": "2026-01-01",
         "last": "2026-01-31", "factor": "0.9", "factor_source": "recoveries of 2025"}  # fmt: skip
SITE = "/facilities/plant-my/account/"


def section(client: Client, lot_id: str) -> str:
    """Physical and claimed share on the page of a lot, as words."""
    html = client.get(f"/lots/{lot_id}/").content.decode().partition('id="claims"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_an_auditor_books_and_claims_on_the_pages_and_the_lot_shows_both_shares() -> None:
    report(balanced())
    client = signed_in("auditor")
    assert "nothing is claimed" in section(client, "OX")
    assert "Accounts of plant-my and plant-th" in section(client, "OX")
    assert client.post(SITE, _FORM).status_code == 302
    claim = {"do": "assign", "credit": Credit.objects.get().credit_id, "lot": "OX", "kg": "540"}
    assert client.post(SITE, claim).status_code == 302
    refused = client.post(SITE, {**claim, "kg": "0.1"})
    assert (refused.status_code, "0 kg of this credit are left" in refused.content.decode()) == (400, True)
    physical = next(one for one in get_trace(lot_id="OX", element="Nd")["origins"] if one["country"] == "VN")["share"]
    shown = section(client, "OX")
    claimed = Decimal(540 * 100) / Decimal(1200 * 95) / Decimal(float(ND))
    assert f"Vietnam {percent(Decimal(physical))} {percent(claimed)}" in shown
    assert "it is not a fact about the atoms" in shown
    page = client.get(SITE).content.decode()
    assert all(words in page for words in ("600 kg", "540 kg", "0 kg", "recoveries of 2025"))


def test_a_claim_that_stopped_holding_says_so_on_both_pages() -> None:
    report(balanced())
    assign(book(kg=600), 540)
    less = event("E04b", "receive", 6, "plant-my", "my", line("item", "V1", "8995"), corrects_event_id="E04")
    report({**part(clean()), "events": [less]})
    client = signed_in("auditor")
    assert "Not covered" in section(client, "OX")
    assert "600 kg were booked from lot V1" in client.get(SITE).content.decode()
    assert "Not covered" in client.get(SITE).content.decode()


def test_the_physical_share_is_the_claim_of_a_stricter_lot_unless_its_path_was_booked() -> None:
    report(clean())
    client = signed_in("auditor")
    assert "which for controlled blending is the physical share" in section(client, "OX")
    book(kg=10)
    assert "10 kg of neodymium in lot V1, which this lot was made of, are booked" in section(client, "OX")


def operator_of(facility_id: str, party_id: str) -> Client:
    """Someone who reads for the party that operates a facility."""
    plant = Facility.objects.get(facility_id=facility_id)
    plant.operator = Party.objects.get(party_id=party_id)
    change_facility(facility=plant, by=BY, reason="a test")
    reader = User.objects.create_user(username=f"operator-{party_id}", password="x")
    add_reader(user=reader, party=plant.operator, by=BY)
    client = Client()
    client.force_login(reader)
    return client


def test_the_operators_people_keep_the_accounts_of_their_site_and_of_no_other() -> None:
    report(balanced())
    outsider = Client()
    outsider.force_login(User.objects.create_user(username="outsider", password="x"))
    assert outsider.get(SITE).status_code == 403
    client = operator_of("plant-my", "my")
    assert "Book input of a period" in client.get(SITE).content.decode()
    assert client.get("/facilities/plant-th/account/").status_code == 403
    assert client.get("/facilities/none/account/").status_code == 403, "one that is not there answers alike"
    assert Client().get(SITE).status_code == 302
    assert client.post(SITE, {**_FORM, "lot": ""}).status_code == 400
    assert client.post(SITE, {**_FORM, "lot": "", "certificate": "BC-2"}).status_code == 302


def test_the_api_says_both_shares_and_the_accounts_to_whom_they_are_open() -> None:
    report(balanced())
    claim = assign(book(), 540)
    client = signed_in("auditor")
    told = client.get("/api/v1/lots/OX/claims/?element=Nd").json()
    shares = {one["country"]: one for one in told["shares"]}
    physical = {one["country"]: one["share"] for one in get_trace(lot_id="OX", element="Nd")["origins"]}
    assert Decimal(shares["VN"]["physical"]) == Decimal(physical["VN"])
    assert abs(Fraction(shares["VN"]["claimed"]) - 540 / Books.held) < Fraction(1, 10**6)
    assert shares["MM"]["claimed"] == "0.000000"
    assert [(one["claim"], one["kg"], one["covered"]) for one in told["claims"]] == [
        (claim.claim_id, "540", "1.000000")
    ]
    credits = client.get("/api/v1/facilities/plant-my/credits/").json()["credits"]
    assert [(one["kg"], one["usable_kg"], one["used_kg"], one["uncovered_kg"]) for one in credits] == [
        ("600", "540", "540", "0")
    ]
    assert client.get("/api/v1/lots/OX/claims/?element=Xx").status_code == 400
    assert Client().get("/api/v1/lots/OX/claims/").status_code == 404
    assert Client().get("/api/v1/facilities/plant-my/credits/").status_code == 404
    strict = client.get("/api/v1/lots/V1/claims/").json()["shares"]
    assert [(one["physical"], one["claimed"]) for one in strict] == [("1.000000", "1.000000")]


_BOOKED = {"lot": "V1", "country": "VN", "element": "Nd", "kg": "600", "period_from": "2026-01-01",
           "period_until": "2026-01-31", "factor": "0.9", "factor_source": "recoveries of 2025"}  # fmt: skip
CREDITS = "/api/v1/facilities/plant-my/credits/"


def sent(client: Client, address: str, body: Any, status: int = 201) -> Any:
    answer = client.post(address, body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_the_api_books_claims_and_takes_back_by_the_rules_of_the_page() -> None:
    report(balanced())
    client = signed_in("auditor")
    booked = sent(client, CREDITS, {**_BOOKED, "kg": 600, "usable_until": None})
    assert (booked["kg"], booked["usable_kg"], booked["claims"]) == ("600", "540", [])
    assert booked == client.get(CREDITS).json()["credits"][0]
    assert set(booked) == set(CreditShape().fields)
    claims = f"{CREDITS}{booked['credit']}/claims/"
    claimed = sent(client, claims, {"lot": "OX", "kg": "540"})
    assert set(claimed) == set(LotClaimShape().fields)
    assert claimed == client.get("/api/v1/lots/OX/claims/?element=Nd").json()["claims"][0]
    over = sent(client, claims, {"lot": "OX", "kg": "0.000001"}, 400)
    assert "A credit is never used twice" in over["detail"]
    assert "withdraw those claims first" in sent(
        client, f"{CREDITS}{booked['credit']}/withdraw/", {"reason": "x"}, 400
    )["detail"]  # fmt: skip
    back = f"/api/v1/facilities/plant-my/claims/{claimed['claim']}/withdraw/"
    assert "reason: This field" in sent(client, back, {"reason": " "}, 400)["detail"]
    told = sent(client, back, {"reason": "the wrong lot"}, 200)
    entry = Entry.objects.get(pk=told["log_entry"])
    assert (told["withdrawn"], entry.action, entry.door, entry.reason) == (
        claimed["claim"], "withdraw", "api", "the wrong lot"
    )  # fmt: skip
    assert "withdrawn already" in sent(client, back, {"reason": "again"}, 400)["detail"]
    sent(client, f"{CREDITS}{booked['credit']}/withdraw/", {"reason": "in error"}, 200)
    assert client.get(CREDITS).json()["credits"] == []
    seal_all()
    assert verify().ok


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"lot": "NO"}, "NO"), ({"lot": None}, "certificate"), ({"kg": "much"}, "kg: Enter a number"),
     ({"kg": True}, "each as text or a number"), ({"wight": 1}, "'wight' cannot be read here"),
     ({"period_from": "January"}, "period_from: Enter a valid date"), ({"kg": "1000000"}, "arrived at plant-my"),
     ({"country": "ZZ"}, "country: Select a valid choice"), ({"factor": "1.2"}, "at most 1"),
     ({"first": "2026-01-01"}, "'first' cannot be read here"), ({"factor_source": None}, "factor_source: This field")],
)  # fmt: skip
def test_the_api_refuses_with_a_sentence_and_records_nothing(changed: dict[str, Any], words: str) -> None:
    report(balanced())
    client = signed_in("auditor")
    entries = Entry.objects.count()
    refused = sent(client, CREDITS, {**_BOOKED, **changed}, 400)
    assert words in refused["detail"]
    assert (Credit.objects.count(), Entry.objects.count()) == (0, entries)


def test_the_api_lets_those_write_who_keep_the_account_and_hides_it_from_others() -> None:
    report(balanced())
    operator = operator_of("plant-my", "my")
    share_lot(lot=lot_of("V1"), level=Level.CHAIN, masks_masses=False, by=BY, reason="a test")
    booked = sent(operator, CREDITS, _BOOKED)
    other = operator_of("plant-th", "th")
    claims = f"{CREDITS}{booked['credit']}/claims/"
    for client in (Client(), signed_in("viewer"), other):
        assert sent(client, CREDITS, _BOOKED, 404)["title"] == "Not Found"
        assert sent(client, claims, {"lot": "OX", "kg": "1"}, 404)["title"] == "Not Found"
    elsewhere = f"/api/v1/facilities/plant-th/credits/{booked['credit']}/claims/"
    assert "withdrawn" in sent(other, elsewhere, {"lot": "MET", "kg": "1"}, 400)["detail"]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="operator-my"))
    assert "CSRF" in sent(strict, CREDITS, _BOOKED, 403)["detail"]
    assert sent(operator, CREDITS, [1], 400)["detail"] == "Send an object with the values."


def test_the_desk_lists_credits_and_claims_withdrawn_ones_too() -> None:
    report(balanced())
    claim = assign(book(), 540)
    withdraw_claim(claim=claim, by=BY, reason="in error")
    client = signed_in("auditor")
    assert client.get("/admin/traceability/claim/").content.decode().count(claim.claim_id) == 2
    credit = Credit.objects.get()
    assert client.get(f"/admin/traceability/credit/{credit.pk}/change/").status_code == 200
    assert client.post(f"/admin/traceability/credit/{credit.pk}/change/", {"in_mg": 1}).status_code == 403


def test_masked_masses_are_masked_in_claims_too() -> None:
    report(balanced())
    assign(book(), 540)
    share_lot(lot=lot_of("OX"), level=Level.PUBLIC, masks_masses=True, by=BY, reason="a test")
    assert Client().get("/api/v1/lots/OX/claims/?element=Nd").json()["claims"][0]["kg"] is None
    shown = section(Client(), "OX")
    assert ("540" in shown, "masked" in shown, "nothing is claimed" in shown) == (False, True, True)


def test_an_officer_who_only_looks_sees_no_forms_and_records_nothing() -> None:
    report(balanced())
    client = signed_in("viewer")
    assert client.get(SITE).status_code == 403
    assert client.post(SITE, _FORM).status_code == 403
    assert Credit.objects.count() == 0


# --- many at once, each in a process of its own ---------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
SERVER = "postgres://postgres@127.0.0.1:5432"
_BOOK = """
from django.core.management import call_command
from tests.integration import test_claims
call_command("import_lots", {folder!r})
test_claims.book(kg=200)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a fresh database with the chain and one credit of 180 kg."""
    place = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings",
             "DATABASE_URL": f"sqlite:///{tmp_path}/seam.sqlite3"}  # fmt: skip
    name = f"seam_claims_{uuid.uuid4().hex[:8]}"
    if request.param == "postgres":
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        place["DATABASE_URL"] = f"{SERVER}/{name}"
    folder = write_folder(tmp_path / "chain", as_rows(balanced()))
    for words in (["migrate", "-v0"], ["shell", "-v0", "-c", _BOOK.format(folder=str(folder))]):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=place, check=True, capture_output=True)
    yield place
    if request.param == "postgres":
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def test_many_who_claim_one_credit_at_once_get_it_once(place: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.integration.claim_burst"]
    workers = [
        subprocess.Popen([*command, str(n), "4"], cwd=ROOT, env=place, stdout=subprocess.PIPE, text=True)
        for n in range(4)
    ]
    given = [Decimal(worker.communicate(timeout=120)[0].strip()) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    assert sum(given) == 180, "six times 30 kg, among four who ask for sixteen times"
