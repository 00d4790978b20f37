"""What acts do to one another and the documents of a record: logged at the desk, approved, shown to all."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ledger.domain.actor import COMMAND
from registry.exceptions import BadInput
from registry.models import Flag, Instrument, InstrumentDocument, InstrumentRelation, InstrumentVersion, User
from registry.services.instruments import Draft, save_draft
from tests.integration.test_desk_instruments import at_desk, draft_from, filled, flag, officer, reviewer

__all__ = ["flag", "officer", "reviewer"]
pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def relation_fields(other: Instrument, kind: str, since: str = "") -> dict[str, Any]:
    row = {"kind": kind, "other": other.pk, "since": since, "note": ""}
    return {"relations-TOTAL_FORMS": "1", **{f"relations-0-{name}": value for name, value in row.items()}}


def document_fields(content: bytes, name: str, **row: str) -> dict[str, Any]:
    file = SimpleUploadedFile(name, content)
    row = {"role": "main", "language": "th", "url": "", **row}
    fields = {f"documents-0-{key}": value for key, value in row.items()}
    return {"documents-TOTAL_FORMS": "1", "documents-0-file": file, **fields}


@pytest.fixture
def approved(officer: User, reviewer: User, flag: Flag) -> Instrument:
    """The flag's instrument, approved as version 1."""
    return approve(draft_from(at_desk(officer), flag, _submit="1"), reviewer)


def approve(instrument: Instrument, reviewer: User) -> Instrument:
    at_desk(reviewer).post(f"/admin/registry/instrument/{instrument.pk}/step/approve/")
    instrument.refresh_from_db()
    assert instrument.state == "approved"
    return instrument


def log_another(client: Client, **fields: Any) -> Any:
    address = "/admin/registry/instrument/add/"
    event = {"status": "in_force", "since": "2026-12-01", "basis": "stated"}
    first = {"title": "Rule that ends it", "country": "TH", "measures-TOTAL_FORMS": "0"}
    first |= {f"status_events-0-{name}": value for name, value in event.items()}
    return client.post(address, {**filled(client, address), **first, **fields})


def test_a_relation_is_logged_warned_of_approved_and_shown_on_both_pages(
    officer: User, reviewer: User, approved: Instrument
) -> None:
    client = at_desk(officer)
    fields = relation_fields(approved, "repeals", "2026-12")
    preview = log_another(client, **fields, _preview="1").content.decode()
    assert "still in force by its own record; log its end there:" in preview
    assert log_another(client, **fields, _submit="1").status_code == 302
    later = approve(Instrument.objects.latest("pk"), reviewer)

    page = Client().get(f"/instruments/{later.instrument_id}/").content.decode()
    assert re.search(rf'<b>Repeals</b> <a href="/instruments/{approved.instrument_id}/">', page)
    page = Client().get(f"/instruments/{approved.instrument_id}/").content.decode()
    assert re.search(rf'<b>Repealed by</b> <a href="/instruments/{later.instrument_id}/">', page)
    assert "Dec 2026" in page
    approved.refresh_from_db()
    assert approved.state == "approved", "a relation changes no record but its own"


def test_before_its_version_is_approved_a_relation_is_unknown(officer: User, approved: Instrument) -> None:
    log_another(at_desk(officer), **relation_fields(approved, "amends"))

    assert InstrumentRelation.objects.exists()
    assert "Amended by" not in Client().get(f"/instruments/{approved.instrument_id}/").content.decode()


def test_relations_that_would_close_a_circle_are_refused_and_nothing_is_stored(
    officer: User, approved: Instrument
) -> None:
    client = at_desk(officer)
    log_another(client, **relation_fields(approved, "implements"))
    later = Instrument.objects.latest("pk")
    address = f"/admin/registry/instrument/{approved.pk}/change/"
    changed = {**filled(client, address), **relation_fields(later, "amends"), "reason": "A circle."}
    page = client.post(address, changed).content.decode()

    assert f"{later.title} already acts on this one" in page
    assert "A circle." in page
    assert InstrumentRelation.objects.count() == 1
    draft = Draft(approved, relations=[InstrumentRelation(kind="based_on", other=later)])
    with pytest.raises(BadInput, match="already acts on this one"):
        save_draft(draft=draft, by=COMMAND, reason="by another door")


def test_a_step_that_the_lifecycle_does_not_know_is_refused_at_its_date_and_what_was_typed_is_kept(
    officer: User, approved: Instrument
) -> None:
    client = at_desk(officer)
    address = f"/admin/registry/instrument/{approved.pk}/change/"
    data = {**filled(client, address), "status_events-TOTAL_FORMS": "2", "reason": "Renewed."}
    event = {"status": "proposed", "since": "2027-01", "basis": "stated"}
    data |= {f"status_events-1-{name}": value for name, value in event.items()}
    page = client.post(address, data).content.decode()

    assert re.search(r'<p class="wrong">In force on 2026-11-23 cannot become proposed on 2027-01: next may come', page)
    assert 'value="2027-01"' in page


def test_a_document_is_kept_by_its_hash_and_open_to_all_only_once_its_record_is_approved(
    officer: User, reviewer: User, flag: Flag
) -> None:
    instrument = draft_from(at_desk(officer), flag, **document_fields(PDF, "ประกาศ.pdf"), _submit="1")
    kept = InstrumentDocument.objects.exclude(name="entry.txt").get()
    address = f"/documents/{kept.sha256}/"
    assert Client().get(address).status_code == 404
    assert at_desk(officer).get(address).status_code == 200
    approve(instrument, reviewer)

    answer = Client().get(address)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    page = Client().get(f"/instruments/{instrument.instrument_id}/").content.decode()
    assert "ประกาศ.pdf" in page
    assert kept.sha256[:16] in page
    assert (kept.role, kept.language, kept.size) == ("main", "th", len(PDF))


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"MZ\x90\x00", "act.pdf", "By its name the file is a PDF, but its content is something else"),
        (PDF, "act.docx", "By its name the file is a Word document, but its content is a PDF"),
        (b"<html><script>", "act.txt", "By its name the file is plain text, but its content is something else"),
        (PDF, "act.exe", "Files of this kind are not kept: choose one ending in .pdf"),
        (b"", "act.pdf", "The submitted file is empty."),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_at_its_field(
    officer: User, flag: Flag, content: bytes, name: str, sentence: str
) -> None:
    client = at_desk(officer)
    address = f"/admin/registry/instrument/add/?flag={flag.flag_id}"
    answer = client.post(address, {**filled(client, address), **document_fields(content, name), "_save": "1"})

    assert re.search(rf'<p class="wrong">{re.escape(sentence)}', answer.content.decode())
    assert not Instrument.objects.exists()


def test_the_page_carries_the_act_as_schema_org_legislation_and_nothing_in_it_ends_the_script(
    officer: User, reviewer: User, flag: Flag
) -> None:
    title = "</script><b>Act & rule"
    instrument = approve(draft_from(at_desk(officer), flag, title=title, _submit="1"), reviewer)
    page = Client().get(f"/instruments/{instrument.instrument_id}/").content.decode()
    [inside] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(inside)

    assert data["name"] == title
    assert data["legislationLegalForce"] == "https://schema.org/InForce"
    named = {(each["propertyID"], each["value"]) for each in data["identifier"]}
    assert {("UNCTAD MAST 2019", "P33"), ("HS 2022", "2846"), ("OECD", "Licensing requirement")} <= named
    alone = Client().get(f"/instruments/{instrument.instrument_id}/?format=jsonld")
    assert alone.headers["Content-Type"] == "application/ld+json"
    assert alone.json() == data


def test_a_second_version_says_what_it_changed(officer: User, reviewer: User, approved: Instrument) -> None:
    client = at_desk(officer)
    address = f"/admin/registry/instrument/{approved.pk}/change/"
    changed = {**filled(client, address), "measures-0-hs": "2846", "reason": "2805 was a misreading.", "_submit": "1"}
    client.post(address, changed)
    approve(approved, reviewer)

    page = Client().get(f"/instruments/{approved.instrument_id}/").content.decode()
    assert InstrumentVersion.objects.count() == 2
    assert "<del>2846, 2805</del> → <ins>2846</ins>" in page


NONSENSE = "<script>alert(1)</script><b>Act</b> \u202eقانون المعادن\u202c 鉱物 🪨 \u0000"


@pytest.mark.parametrize("title", [NONSENSE, "Act" * 34_000, "\u200b", "قانون" * 5, "🪨" * 310])
def test_a_form_filled_with_nonsense_has_each_error_at_its_field_and_keeps_what_was_typed(
    officer: User, title: str
) -> None:
    client = at_desk(officer)
    address = "/admin/registry/instrument/add/"
    typed = {
        **filled(client, address),
        "title": title, "title_original": "<img src=x onerror=alert(1)> \u202eقانون", "country": "TH",
        "number": "'; DROP TABLE registry_instrument; --", "quote": "<svg onload=alert(1)>", "note": "=HYPERLINK(1)",
        "until": "9999-12-31", "source": "no key",
        "status_events-TOTAL_FORMS": "2",
        "status_events-0-status": "repealed", "status_events-0-since": "2020", "status_events-0-basis": "stated",
        "status_events-1-status": "adopted", "status_events-1-since": "2021", "status_events-1-basis": "stated",
        "measures-0-code": "export_ban", "measures-0-hs": "28a6; rocks", "measures-0-start": "0001-01-01",
        "measures-0-rate": "x" * 101, "measures-0-minerals": ["unobtainium"], "_submit": "1",
        **document_fields(PDF[:4] + b" but a text", "gazette.png", language="t\u0336h", url="javascript:alert(1)"),
    }  # fmt: skip
    answer = client.post(address, typed)

    page = unescape(answer.content.decode())
    assert answer.status_code == 200
    wrong = {
        "until": "outside 1800 to 2200", "source": "choice", "hs": "is no HS code", "start": "outside 1800 to 2200",
        "rate": "at most 100 characters", "minerals": "unobtainium is not one of", "since": "before it was adopted",
        "file": "", "language": "Write the code of a language", "url": "Enter a valid URL.",
    }  # fmt: skip
    for field, sentence in wrong.items():
        assert re.search(rf'class="field field-{field}[^"]* off".{{0,400}}?<p class="wrong">[^<]*{re.escape(sentence)}',
                         page, re.S), field  # fmt: skip
    for field in ("title_original", "number", "quote", "note", "until", "measures-0-hs", "measures-0-start"):
        assert str(typed[field]) in page, field
    assert title.replace("\u0000", "")[:50] in page.replace("\u0000", "")
    raw = answer.content.decode()
    for markup in ("<script>alert(1)", "<img src=x", "<svg onload", 'href="javascript:'):
        assert markup not in raw
    assert not Instrument.objects.exists()
