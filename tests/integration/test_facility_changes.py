"""A facility that is known otherwise than before: its findings follow, and nothing but them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.models import Job
from jobs.services import drain
from ledger.domain.actor import Actor, Door
from ledger.models import Entry
from ledger.selectors import verify
from ledger.services import seal_all
from registry.models import Facility, Party
from registry.services.measures import load_measures
from registry.services.parties import change_facility, change_party
from registry.services.reference import load_reference
from tests import chains
from tests.cast import signed_in
from tests.chains import by_dates, change, clean, measure
from tests.integration.test_desk_instruments import at_desk, person
from tests.integration.test_traceability_findings import BAN, open_keys, report
from traceability.domain.rules import Case, find_all
from traceability.models import BorderVerdict, Finding

pytestmark = pytest.mark.django_db
BY = Actor("p-officer", Door.DESK)
LAW = measure("export_ban", "VN", "2530", minerals=("rare_earths",))


def edit(facility_id: str, **columns: Any) -> None:
    facility = Facility.objects.get(facility_id=facility_id)
    for name, value in columns.items():
        setattr(facility, name, value)
    change_facility(facility=facility, by=BY, reason="the ministry's register of licences")
    drain()


def expected(facts: dict[str, list[Any]]) -> list[tuple[str, str, str]]:
    """What the rules find with the ban in force."""
    return sorted(one.key for one in find_all(Case(chains.chain(facts), [LAW], by_dates)))


def test_a_licence_that_ended_earlier_opens_its_finding_and_the_mended_one_resolves_it() -> None:
    report(clean())
    edit("mine-vn", licence_until=dt.date(2026, 1, 1))
    assert open_keys() == [("licence-invalid", "E01", "V1")]
    assert "runs from 2025-01-01 to 2026-01-01" in Finding.objects.current().get().message
    edit("mine-vn", licence_until=dt.date(2026, 1, 2))
    assert open_keys() == []
    assert Finding.objects.current().get().state == "resolved"


def test_a_smaller_capacity_is_crossed_and_the_words_follow_the_number() -> None:
    report(clean())
    edit("mine-vn", capacity_t_per_year=Decimal("15.5"))
    assert open_keys() == [("over-capacity", "E01", "V1")]
    edit("mine-vn", capacity_t_per_year=Decimal(16))
    assert "its capacity is 16 t" in Finding.objects.current().get(state="open").message
    edit("mine-vn", capacity_t_per_year=None)
    assert open_keys() == []


def test_a_place_that_lies_in_another_country_moves_the_border() -> None:
    load_measures(rows=[BAN], by=BY, reason="a test")
    report(clean())
    assert open_keys() == [("export-banned", "E03", "V1")]
    edit("plant-my", country="VN")  # the shipment does not leave Viet Nam after all
    assert open_keys() == []
    assert not BorderVerdict.objects.current().exists()
    edit("plant-my", country="MY")
    edit("mine-vn", country="MM")
    assert open_keys() == []
    edit("mine-mm", country="VN")
    assert open_keys() == [("export-banned", "E05", "M1")]
    assert BorderVerdict.objects.filter(verdict="banned").count() == 3, "old verdicts are kept"


def test_a_mine_that_is_none_counts_no_more_as_one() -> None:
    report(change(clean(), "MAG", custody_model=chains.CustodyModel.IDENTITY_PRESERVED))
    assert ("identity-broken", "E11", "MAG") in open_keys()
    edit("mine-mm", kind="warehouse")
    assert "identity-broken" not in {code for code, _event, _lot in open_keys()}
    edit("mine-mm", kind="mine")
    assert ("identity-broken", "E11", "MAG") in open_keys()


_DAYS = st.none() | st.dates(dt.date(2025, 12, 25), dt.date(2026, 1, 10))
_EDITS = st.lists(
    st.tuples(
        st.sampled_from(["mine-vn", "mine-mm", "plant-my"]),
        st.one_of(
            st.fixed_dictionaries({"licence_from": _DAYS, "licence_until": st.none()}),
            st.fixed_dictionaries({"licence_until": _DAYS, "licence_from": st.none()}),
            st.fixed_dictionaries({"capacity_t_per_year": st.none() | st.integers(0, 30).map(Decimal)}),
            st.fixed_dictionaries({"country": st.sampled_from(["VN", "MM", "MY", "TH"])}),
            st.fixed_dictionaries({"kind": st.sampled_from(["mine", "warehouse"])}),
        ),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=_EDITS)
def test_after_any_changes_the_findings_are_those_of_facilities_that_always_were_so(edits: list[Any]) -> None:
    facts = change(clean(), "OX", custody_model=chains.CustodyModel.IDENTITY_PRESERVED)
    if not Facility.objects.filter(facility_id="mine-vn").exists():
        load_measures(rows=[BAN], by=BY, reason="a test")
        report(facts)
    for known in facts["facilities"]:  # as they were before the last example
        columns = ("kind", "country", "licence_from", "licence_until", "capacity_t_per_year")
        edit(known.facility_id, **{name: getattr(known, name) for name in columns})
    for facility_id, columns in edits:
        facts = change(facts, facility_id, **columns)
        edit(facility_id, **columns)
    assert open_keys() == expected(facts)


def test_what_no_finding_rests_on_wakes_nothing_and_the_same_again_writes_nothing() -> None:
    report(clean())
    before = Job.objects.count()
    edit("mine-vn", name="Dong Pao", latitude=Decimal("22.3"))
    assert Job.objects.count() == before
    entries = Entry.objects.count()
    edit("mine-vn", name="Dong Pao")
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(
    ("columns", "field"),
    [({"licence_until": dt.date(2024, 1, 1)}, "licence_until"), ({"latitude": Decimal(91)}, "latitude"),
     ({"capacity_t_per_year": Decimal(-1)}, "capacity_t_per_year"), ({"kind": "moon"}, "kind")],
)  # fmt: skip
def test_what_cannot_stand_is_refused_at_its_field(columns: dict[str, Any], field: str) -> None:
    report(clean())
    with pytest.raises(ValidationError) as refused:
        edit("mine-vn", **columns)
    assert set(refused.value.message_dict) == {field}
    assert Entry.objects.filter(action="change", object_type="facility").count() == 0


def test_the_log_holds_a_change_with_what_stood_before() -> None:
    report(clean())
    edit("mine-vn", licence_until=dt.date(2026, 1, 1))
    party = Party.objects.get(party_id="vn")
    party.name = "Dong Pao Rare Earths"
    change_party(party=party, by=BY, reason="as registered")
    entry = Entry.objects.get(object_type="facility", action="change")
    assert ('"licence_until":null' in entry.before, '"licence_until":"2026-01-01"' in entry.after) == (True, True)
    seal_all()
    assert verify().ok, verify().reason


def test_an_officer_of_the_country_mends_a_licence_at_the_desk_and_no_other_does() -> None:
    report(clean())
    facility = Facility.objects.get(facility_id="mine-vn")
    address = f"/admin/registry/facility/{facility.pk}/change/"
    form = {"name": "mine-vn", "kind": "mine", "country": "VN", "licence_from": "2025-01-01",
            "licence_until": "2026-01-01", "capacity_t_per_year": "100"}  # fmt: skip
    stranger = at_desk(person("stranger", "officer", "TH"))
    assert stranger.get(address).status_code == 200
    assert stranger.post(address, {**form, "reason": "I say so"}).status_code == 403
    officer = at_desk(person("officer", "officer", "VN"))
    assert "Say how you know" in officer.post(address, form).content.decode()
    assert officer.post(address, {**form, "reason": "the register"}).status_code == 302
    drain()
    assert open_keys() == [("licence-invalid", "E01", "V1")]
    assert officer.get("/admin/registry/facility/add/").status_code == 403


def test_an_auditor_looks_at_facilities_and_parties_and_changes_none() -> None:
    report(clean())
    client: Client = signed_in("auditor")
    for row in (Facility.objects.all()[0], Party.objects.all()[0]):
        address = f"/admin/registry/{row._meta.model_name}/{row.pk}/change/"
        page = client.get(address).content.decode()
        assert "Reason for the log" not in page
        assert client.post(address, {"name": "x"}).status_code == 403


def test_output_above_capacity_on_a_lots_page_follows_the_capacity() -> None:
    report(clean())
    client = signed_in("officer")
    assert "Output above capacity" not in client.get("/lots/MAG/").content.decode()
    edit("plant-my", capacity_t_per_year=Decimal(20))
    assert "20 t a year" in client.get("/lots/MAG/").content.decode()


def test_loading_the_paper_again_leaves_what_an_officer_mended() -> None:
    by = Actor("seam-reference", Door.COMMAND)
    load_reference(by=by)
    facility = Facility.objects.exclude(capacity_t_per_year=None).order_by("pk")[0]
    edit(facility.facility_id, capacity_t_per_year=Decimal(7))
    again = load_reference(by=by)
    assert (again.created, again.changed) == (0, 0)
    facility.refresh_from_db()
    assert facility.capacity_t_per_year == 7
