"""Instruments as a sheet: out and in without loss, refused by row and column, stored all or none."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tablib import Dataset

from ledger.domain.actor import COMMAND
from ledger.models import Entry
from registry.domain import sheet
from registry.domain.dates import Basis
from registry.domain.instruments import Status
from registry.live import instrument_state
from registry.models import Instrument, User
from registry.services.instruments import Draft, save_draft
from tests.integration.loaded import loaded, reference
from tests.integration.test_desk_instruments import at_desk, person, reviewer

__all__ = ["loaded", "reference", "reviewer"]
pytestmark = pytest.mark.django_db
ADDRESS = "/admin/registry/instrument/import/"


@pytest.fixture
def regional() -> User:
    return person("regional", "officer", None)


def drafts() -> list[Instrument]:
    """What is on record besides the paper's instruments, which other tests of this module load."""
    return list(Instrument.objects.filter(row=None).order_by("pk"))


def upload(client: Client, content: bytes, name: str = "acts.csv") -> Any:
    return client.post(ADDRESS, {"file": SimpleUploadedFile(name, content)})


def confirm(client: Client, page: Any, reason: str = "Gazettes of November", **more: str) -> Any:
    [key] = re.findall(r'name="key" value="([^"]+)"', page.content.decode())
    return client.post(ADDRESS, {"key": key, "reason": reason, **more}, follow=True)


def rows(**columns: list[str]) -> bytes:
    data = Dataset(*zip(*columns.values(), strict=True), headers=list(columns))
    return str(data.export("csv")).encode()


GOOD = {
    "country": ["TH", "VN"],
    "title": ["Rule on tungsten", "Thông tư về đất hiếm"],
    "life": ["adopted 2026-01\nin_force 2026-02-01 inferred: by its article 9", "proposed -"],
    "measure_1_code": ["export_licence", "export_tax"],
    "measure_1_minerals": ["tungsten;tin", "rare_earths"],
    "measure_1_hs": ["2611, 2609", "2846"],
    "measure_2_code": ["royalty", ""],
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_all_records_go_out_and_come_back_without_loss(reference: None, regional: User, kind: str) -> None:
    client = at_desk(regional)
    before: dict[str, Any] = {each.instrument_id: instrument_state(each) for each in Instrument.objects.all()}
    file = client.get(f"/admin/registry/instrument/export/?format={kind}").content
    page = upload(client, file, f"acts.{kind}")

    assert page.context["told"].counts == {"new": 0, "changed": 0, "unchanged": 33, "refused": 0}
    [ban] = Instrument.objects.filter(instrument_id="id-nickel-ore-export-ban")
    ban.title, ban.quote = "Another title", ""
    gone = [*ban.measures.all(), *ban.status_events.all()]
    order = Instrument.objects.get(instrument_id="ph-eo-130")
    save_draft(draft=Draft(ban, removed=gone), by=COMMAND, reason="spoilt")
    save_draft(draft=Draft(order, removed=list(order.relations.all())), by=COMMAND, reason="spoilt")
    page = upload(client, file, f"acts.{kind}")
    assert page.context["told"].counts == {"new": 0, "changed": 2, "unchanged": 31, "refused": 0}
    confirm(client, page)
    for each in Instrument.objects.filter(row__isnull=False):
        was = {**before[each.instrument_id], **{name: getattr(each, name) for name in ("state", "drafted_by")}}
        assert instrument_state(each) == was


def test_what_is_listed_is_what_goes_out(reference: None, regional: User) -> None:
    file = at_desk(regional).get("/admin/registry/instrument/export/?format=csv&country=VN").content
    data = Dataset().load(file.decode("utf-8-sig"), format="csv")

    assert set(data["country"]) == {"VN"}
    assert len(data) == Instrument.objects.filter(country="VN").count()


def test_a_look_stores_nothing_and_storing_makes_drafts_under_one_reason(regional: User) -> None:
    client = at_desk(regional)
    page = upload(client, rows(**GOOD))
    assert page.context["told"].counts["new"] == 2
    assert not drafts()

    assert "Stored: 2 new and 0 changed drafts." in confirm(client, page).content.decode()
    [rule] = [each for each in drafts() if each.country_id == "TH"]
    assert [(e.status, e.since, e.basis, e.note) for e in rule.status_events.all()] == [
        ("adopted", "2026-01", "stated", ""), ("in_force", "2026-02-01", "inferred", "by its article 9"),
    ]  # fmt: skip
    assert [(m.number, m.code, m.minerals, m.hs) for m in rule.measures.all()] == [
        (1, "export_licence", ["tungsten", "tin"], ["2611", "2609"]), (2, "royalty", [], []),
    ]  # fmt: skip
    entries = Entry.objects.filter(object_type="instrument", actor=regional.public_id)
    assert {entry.reason for entry in entries} == {"sheet: Gazettes of November"}
    newest = rule.history.first()
    assert newest is not None
    assert newest.history_user_id == regional.public_id


def test_all_rows_can_be_sent_to_a_second_officer_at_once(regional: User) -> None:
    client = at_desk(regional)
    confirm(client, upload(client, rows(**GOOD)), send_on="on")

    assert [each.state for each in drafts()] == ["submitted", "submitted"]


def test_every_wrong_cell_is_told_by_row_and_column_and_nothing_is_stored(regional: User) -> None:
    wrong = {
        "country": ["TH", "XX", "VN", "TH"],
        "title": ["", "Good title", "Another", "x" * 400],
        "life": ["in_force 31.12.2026", "bloomed 2026", "repealed 2020\nin_force 2021", "in_force 0001"],
        "measure_1_code": ["export_ban", "ban", "export_ban", "export_ban"],
        "measure_1_hs": ["26x4", "2604", "2604", "2604"],
        "measure_1_minerals": ["tin", "unobtainium", "tin", "tin"],
    }
    page = upload(at_desk(regional), rows(**wrong))
    told = {row.number: dict(row.errors) for row in page.context["told"].rows}

    assert "is no date" in told[2]["life"]
    assert "is no HS code" in told[2]["measure_1_hs"]
    assert "is no country or body" in told[3]["country"]
    assert "'bloomed' is no status" in told[3]["life"]
    assert "'unobtainium' is not known" in told[3]["measure_1_minerals"]
    assert "is not a valid choice" in told[3]["measure_1_code"]
    assert "Repealed on 2020, before it was in force on 2021" in told[4][""]
    assert "outside 1800 to 2200" in told[5]["life"]
    assert "Store" not in page.content.decode()
    assert not drafts()


def test_an_officer_loads_own_countries_alone(reviewer: User) -> None:
    page = upload(at_desk(reviewer), rows(**GOOD))

    assert page.context["told"].rows[0].what == "new"
    assert "You are no officer for Vietnam" in dict(page.context["told"].rows[1].errors)["country"]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"PK\x03\x04 no workbook", "acts.xlsx", "cannot be read as a sheet"),
        ("title\nñ".encode("latin-1"), "acts.csv", "The file is not UTF-8"),
        (b"country,title,colour\nTH,x,red\n", "acts.csv", "&#x27;colour&#x27; is no column"),
        (b"title\nx\n", "acts.csv", "The column &#x27;country&#x27; is missing."),
        (b"%PDF-1.7", "acts.pdf", "Choose a file that ends in .csv or .xlsx."),
        (b"x" * 5_000_001, "acts.csv", "the largest sheet is 5 MB"),
        (b"", "acts.csv", "The submitted file is empty."),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(
    regional: User, content: bytes, name: str, sentence: str
) -> None:
    assert sentence in upload(at_desk(regional), content, name).content.decode()
    assert not drafts()


def test_a_sheet_without_a_reason_or_of_somebody_else_is_not_stored(regional: User) -> None:
    client = at_desk(regional)
    page = upload(client, rows(**GOOD))

    assert "This field is required." in confirm(client, page, reason=" ").content.decode()
    stranger = at_desk(person("stranger", "officer", None))
    assert "The file is no longer here: choose it again." in confirm(stranger, page).content.decode()
    assert not drafts()


_WORDS = st.text(st.characters(categories=["L", "N", "P"], exclude_characters=":"), min_size=1, max_size=20)
_STEPS = st.builds(
    sheet.Step, st.sampled_from(Status), st.sampled_from(["", "2024", "2024-05", "2024-05-31"]),
    st.sampled_from(Basis), st.just("") | _WORDS,
)  # fmt: skip


@given(st.lists(_STEPS))
def test_a_life_in_a_cell_reads_back(steps: list[sheet.Step]) -> None:
    assert sheet.read_life(sheet.write_life(steps)) == steps


@given(st.text())
def test_no_cell_is_a_formula_and_each_reads_back(text: str) -> None:
    guarded = sheet.guarded(text)

    assert not guarded.startswith(("=", "+", "-", "@"))
    assert sheet.plain(guarded) == sheet.plain(sheet.guarded(text.strip())) or text != text.strip()
