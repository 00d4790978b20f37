"""Enforcement actions and incidents: drafted, approved by another, shown where they touch, and read by gate G1."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ledger.domain.actor import COMMAND
from ledger.models import Entry
from ledger.services import seal_all
from registry.choices import FactStatus
from registry.domain.enforcement import EnforcementState
from registry.exceptions import BadInput
from registry.live import enforcement_state
from registry.models import EnforcementRecord, EnforcementVersion, Facility, FactVersion, Instrument, Source, User
from registry.reference import load_enforcement
from registry.services.enforcement import publish, restore, save_record, withdraw
from registry.services.facts import FactRow
from registry.services.proposals import propose_fact
from registry.services.reference import load_reference
from scoring.arguments import Point
from scoring.selectors import get_card
from tests.integration.loaded import loaded, reference
from tests.integration.test_desk_instruments import at_desk, filled, officer, person, reviewer

__all__ = ["loaded", "officer", "reference", "reviewer"]
pytestmark = pytest.mark.django_db
ADD = "/admin/registry/enforcementrecord/add/"


def source() -> Source:
    made: Source = Source.objects.get_or_create(key="gazette", defaults={"title": "Gazette 9", "date": "2026-10"})[0]
    return made


def typed(client: Client, **changed: Any) -> dict[str, Any]:
    """A form as an officer for Thailand fills it in: the licence of a mine revoked."""
    act = {"title": "Licence of a tungsten mine revoked", "kind": "licence_revocation", "country": "TH",
           "since": "2026-10-05", "standing": "confirmed", "area": "Nakhon Si Thammarat", "party": "a mining company",
           "minerals": ["tungsten"], "amount": "250000", "currency": "thb", "source": str(source().pk),
           "section": "p. 3", "quote": "The licence is revoked."}  # fmt: skip
    return {**filled(client, ADD), **act, "_save": "1", **changed}


def own() -> Any:
    """Records of the desk, besides the paper's that other tests of this module load."""
    return EnforcementRecord.objects.filter(rests_on="")


def log(client: Client, **changed: Any) -> EnforcementRecord:
    answer = client.post(ADD, typed(client, **changed))
    assert answer.status_code == 302, answer.context["errors"]
    return EnforcementRecord.objects.latest("pk")


def step(user: User, row: EnforcementRecord, name: str, **data: str) -> str:
    answer = at_desk(user).post(f"/admin/registry/enforcementrecord/{row.pk}/step/{name}/", data, follow=True)
    return answer.content.decode()


def governance(code: str) -> int | None:
    return get_card(Point(timezone.localdate())).cell(code, "governance").level


def test_what_the_paper_states_is_a_record_each_cited_and_a_second_load_changes_nothing(reference: None) -> None:
    assert len(load_enforcement()) == EnforcementVersion.objects.current().count() == 4
    for row in EnforcementRecord.objects.select_related("source"):
        fact = FactVersion.objects.current().get(fact_id=row.rests_on)
        assert (row.state, row.source_id, row.quote, row.country_id) == (
            "approved", fact.source_id, fact.content["quote"], fact.country,
        )  # fmt: skip
        assert row.source is not None
        assert row.section
    spill = EnforcementRecord.objects.get(rests_on="mm.th.spill")
    assert (spill.since, spill.basis, spill.touches) == ("2025-06-09", "source_date", ["TH"])
    assert spill.facility == Facility.objects.get(facility_id="kachin")
    before, facts = Entry.objects.count(), FactVersion.objects.count()
    assert load_reference(by=COMMAND).to_json() | {"unchanged": 0} == {"created": 0, "changed": 0, "unchanged": 0}
    assert (Entry.objects.count(), FactVersion.objects.count()) == (before, facts)
    assert not FactVersion.objects.filter(fact_id__startswith="enforcement.").exists()


def test_a_record_is_drafted_previewed_submitted_returned_mended_and_approved_by_another(
    officer: User, reviewer: User
) -> None:
    client = at_desk(officer)
    preview = client.post(ADD, typed(client, _preview="1")).content.decode()
    assert "No score reads it" in preview
    assert not own().exists()
    row = log(client, _submit="1")
    assert (row.state, row.currency, row.minerals) == ("submitted", "THB", ["tungsten"])
    assert "Licence of a tungsten mine" not in Client().get("/enforcement/").content.decode()
    assert client.post(f"/admin/registry/enforcementrecord/{row.pk}/change/", typed(client)).status_code == 403

    assert "You are no reviewer for Thailand." in step(officer, row, "approve")
    assert "Say what is to be mended." in step(reviewer, row, "send-back")
    assert "Name the mine." in step(reviewer, row, "send-back", review_reason="Name the mine.")
    assert "Name the mine." in client.get(f"/admin/registry/enforcementrecord/{row.pk}/change/").content.decode()
    assert "Sent to a second officer." in step(officer, row, "submit")
    assert "Approved as version 1." in step(reviewer, row, "approve")
    version = EnforcementVersion.objects.get(record=row)
    assert (version.drafted_by, version.approved_by) == (officer.public_id, reviewer.public_id)
    assert EnforcementState.from_json(version.content).party == "a mining company"
    row.refresh_from_db()
    actions = (
        Entry.objects.filter(object_type="enforcement", object_id=row.record_id)
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert list(actions) == ["draft", "submit", "send_back", "submit", "approve"]
    assert Client().get(f"/log/{version.recorded_entry_id}/").content.decode().count("tungsten") > 0
    history = client.get(f"/admin/registry/enforcementrecord/{row.pk}/history/").content.decode()
    assert officer.public_id in history
    assert reviewer.public_id in history
    assert "Approved versions" in history


def test_nobody_approves_an_own_record_and_strangers_see_no_draft(officer: User, reviewer: User) -> None:
    row = log(at_desk(reviewer), _submit="1")
    assert "You drafted this record, so a second officer approves it." in step(reviewer, row, "approve")
    stranger = at_desk(person("stranger", "officer", "VN"))
    page = f"/admin/registry/enforcementrecord/{row.pk}/change/"
    assert stranger.get(page).status_code == 302
    assert stranger.post(f"/admin/registry/enforcementrecord/{row.pk}/step/submit/").status_code == 404
    assert row.title not in stranger.get("/admin/registry/enforcementrecord/").content.decode()
    shown = stranger.get(ADD).context["adminform"].form.fields["country"].queryset
    assert list(shown.values_list("pk", flat=True)) == ["VN"]
    assert at_desk(person("viewer", "viewer", "TH")).get(ADD).status_code == 403
    assert at_desk(person("auditor", "auditor", None)).get("/admin/registry/enforcementrecord/").status_code == 403


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("title", "x" * 100_000, "at most 300 characters"),
        ("title", "", "This field is required."),
        ("since", "0001-01-01", "outside 1800 to 2200"),
        ("since", "9999", "outside 1800 to 2200"),
        ("until", "2020", "The last day lies before 2026-10-05."),
        ("amount", "-5", "Write a number above zero"),
        ("amount", "lots", "Enter a number."),
        ("currency", "", "State an amount and its currency together."),
        ("currency", "b4d", "three letters of ISO 4217"),
        ("quantity_t", "0", "Write a number above zero"),
    ],
)
def test_nonsense_is_told_at_its_field_and_kept(officer: User, field: str, text: str, sentence: str) -> None:
    client = at_desk(officer)
    answer = client.post(ADD, typed(client, **{field: text}))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(rf'class="field field-{field}[^"]* off".*?<p class="wrong">[^<]*{re.escape(sentence)}', page, re.S)
    assert text in page
    assert not own().exists()


def test_words_are_shown_as_words(officer: User, reviewer: User) -> None:
    title = "<script>alert(1)</script> \u202eقانون 🪨"
    row = log(at_desk(officer), title=title, _submit="1")
    step(reviewer, row, "approve")
    for address in (
        "/enforcement/",
        f"/enforcement/{row.record_id}/",
        f"/admin/registry/enforcementrecord/{row.pk}/change/",
    ):
        page = at_desk(officer).get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_it_is_shown_on_every_page_that_it_touches_and_only_while_known(reference: None) -> None:
    act = Instrument.objects.get(instrument_id="my-mining-suspension")
    plant = Facility.objects.get(facility_id="kachin")
    now = timezone.now()
    row = EnforcementRecord(
        country_id="MM", kind="spill", title="A dam broke", instrument=act, facility=plant, touches=["TH"],
        minerals=["tin"], since="2026-01", source=source(), quantity_t="12.5",
    )  # fmt: skip
    publish(row=save_record(row=row, by=COMMAND, reason="read"), by=COMMAND, reason="read")
    seal_all()
    pages = ("/enforcement/", "/countries/MM/", "/countries/TH/", "/minerals/tin/",
             f"/instruments/{act.instrument_id}/", "/facilities/kachin/", "/api/v1/enforcement/")  # fmt: skip
    for address in pages:
        assert "A dam broke" in Client().get(address).content.decode(), address
        other = "?on=2025-12-31" if not address.startswith("/instruments") else f"?as_of={now:%Y-%m-%dT%H:%M:%S.%fZ}"
        assert "A dam broke" not in Client().get(address + other).content.decode(), address + other
    assert "A dam broke" not in Client().get("/countries/VN/").content.decode()
    assert Client().get("/facilities/kachin/?on=2026-02-01").content.decode().count("12.5 t") == 1
    assert Client().get("/facilities/nowhere/").status_code == 404
    assert Client().get("/enforcement/nothing/").status_code == 404


def test_the_list_is_filtered_by_its_address_and_taken_as_a_file(reference: None) -> None:
    def found(query: str) -> set[str]:
        answer = Client().get(f"/enforcement/?format=csv&{query}")
        rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        return {row["record_id"] for row in rows}

    assert found("country=TH") == {"mm-kachin-toxic-spillover"}
    assert found("kind=action") == {"my-rare-earth-tin-suspension", "vn-refined-rare-earth-curbs"}
    assert found("mineral=tin") == {"my-rare-earth-tin-suspension"}
    assert found("q=kachin&year=2025") == {"mm-kachin-toxic-spillover"}
    assert found("q=nothing+of+the+kind") == set()
    assert len(found("")) == 4
    assert Client().get("/enforcement/?format=xlsx").content[:2] == b"PK"
    assert len(Client().get("/enforcement/?format=json").json()["records"]) == 4
    listed = Client().get("/api/v1/enforcement/?kind=suspension").json()["results"]
    [one] = [each for each in listed if each["country"] == "MY"]
    assert (one["in_effect"], one["since"]["basis"]) == ("perhaps", "source_date")
    detail = Client().get("/api/v1/enforcement/my-rare-earth-tin-suspension/").json()
    assert [each["version"] for each in detail["versions"]] == [1]


def test_what_it_says_of_the_whole_is_read_by_gate_g1_and_goes_with_it(
    reference: None, officer: User, reviewer: User
) -> None:
    assert governance("TH") == 2
    client = at_desk(officer)
    row = log(client, reading="absent", _submit="1")
    page = at_desk(reviewer).get(f"/admin/registry/enforcementrecord/{row.pk}/change/").content.decode()
    assert "Thailand, governance: gate G1 flips." in page
    assert governance("TH") == 2
    step(reviewer, row, "approve")
    assert governance("TH") == 1
    why = Client().get("/countries/TH/governance/").content.decode()
    assert f"/facts/enforcement.{row.record_id}/" in why

    address = f"/admin/registry/enforcementrecord/{row.pk}/change/"
    client.post(address, {**filled(client, address), "reading": "", "reason": "One case is no whole.", "_submit": "1"})
    assert governance("TH") == 1
    step(reviewer, row, "approve")
    assert governance("TH") == 2
    fact = FactVersion.objects.current().get(fact_id=f"enforcement.{row.record_id}")
    assert fact.status == FactStatus.WITHDRAWN
    row.refresh_from_db()
    first = EnforcementVersion.objects.get(record=row, number=1)
    again = restore(version=first, by=officer, reason="It was right.")
    publish(row=again, by=COMMAND, reason="It was right.")
    assert governance("TH") == 1
    withdraw(row=again, by=COMMAND, reason="Another country's case.")
    assert governance("TH") == 2
    assert Client().get(f"/enforcement/{row.record_id}/").status_code == 404


def test_it_counts_from_its_day_to_its_last_day(reference: None) -> None:
    row = EnforcementRecord(country_id="TH", kind="other_incident", title="No inspectors", reading="absent",
                            since="2026-03", until="2026-05-31", source=source())  # fmt: skip
    publish(row=save_record(row=row, by=COMMAND, reason="read"), by=COMMAND, reason="read")
    levels = {day: get_card(Point(timezone.datetime.fromisoformat(day).date())).cell("TH", "governance").level  # type: ignore[attr-defined]
              for day in ("2026-04-10", "2026-05-31", "2026-06-01")}  # fmt: skip

    assert levels == {"2026-04-10": 1, "2026-05-31": 1, "2026-06-01": 2}


def test_its_fact_is_changed_by_the_record_alone(reference: None, officer: User) -> None:
    row = EnforcementRecord(
        country_id="TH", kind="fine", title="A fine", reading="present", since="2026", source=source()
    )
    publish(row=save_record(row=row, by=COMMAND, reason="read"), by=COMMAND, reason="read")
    name = f"enforcement.{row.record_id}"
    with pytest.raises(BadInput, match="change the record"):
        propose_fact(row=FactRow(name, "enforcement", {}, "TH", "", "gazette"), by=COMMAND, reason="x")


def test_a_reading_without_a_day_or_a_source_is_refused_at_its_field(officer: User) -> None:
    client = at_desk(officer)
    page = client.post(ADD, typed(client, reading="absent", since="")).content.decode()
    assert "Say when: what a score reads of it needs a date." in page
    page = client.post(ADD, typed(client, reading="absent", source="")).content.decode()
    assert "Name a source: without one" in page


def test_all_that_a_version_says_comes_back_and_the_log_holds_what_stands(officer: User) -> None:
    row = log(at_desk(officer), quantity_t="3.25", touches=["MM"], note="A note.", until="2027")
    first = publish(row=row, by=COMMAND)
    for name in ("area", "party", "quote", "note", "section", "until", "currency"):
        setattr(row, name, "")
    row.amount = row.quantity_t = row.source = None
    row.minerals, row.touches, row.kind = [], [], "fine"
    publish(row=save_record(row=row, by=COMMAND, reason="bare"), by=COMMAND)
    first.refresh_from_db()
    third = publish(row=restore(version=first, by=officer, reason="needed"), by=COMMAND)

    assert third.details == first.details
    assert {**third.content, "version": 1} == first.content
    newest = Entry.objects.filter(object_type="enforcement").latest("pk")
    assert '"quantity_t":"3.250"' in newest.after
    assert enforcement_state(EnforcementRecord.objects.get(pk=row.pk))["amount"] == "250000.00"  # type: ignore[index,call-overload]
