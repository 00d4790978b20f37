"""Papers: taken in by what they hold, hashed each time they are read, given out as attachments, to those who may."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from ledger.models import Entry
from registry.services.documents import path_of
from tests.cast import signed_in
from tests.chains import as_rows, clean, write_folder
from traceability.domain.documents import Validity, content_type_of, plain_name, validity
from traceability.models import Document

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(autouse=True)
def chain(tmp_path: Path) -> None:
    tables = as_rows(clean())
    tables["assays"][0]["certificate_sha256"] = hashlib.sha256(PDF).hexdigest()
    tables["assays"][1]["certificate_sha256"] = "cd" * 32
    call_command("import_lots", str(write_folder(tmp_path / "chain", tables)))


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return target.getvalue()


def add(client: Client, content: bytes | None = PDF, **changes: str) -> Any:
    given: dict[str, Any] = {"about": "event:E03", "kind": "export_permit", "title": "Permit XK-1", **changes}
    if content is not None:
        given["file"] = SimpleUploadedFile("../../etc/permit.html", content, content_type="text/html")
    return client.post("/lots/MAG/documents/", given)


def test_a_stored_document_is_given_out_as_an_attachment_under_a_harmless_name() -> None:
    client = signed_in("auditor")
    assert add(client).status_code == 302
    document = Document.objects.get()
    assert document.sha256 == hashlib.sha256(PDF).hexdigest()
    answer = client.get(f"/papers/{document.document_id}/")
    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="permit.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_lot_page_shows_documents_where_they_belong() -> None:
    client = signed_in("officer")
    add(client, valid_from="2026-01-01", valid_until="2026-01-03")
    text = client.get("/lots/MAG/").content.decode()
    assert "certificate of assay AS-V1" in text
    assert "1 certificate named by assays is not here" in text  # AS-M1's
    assert "Expired" in text  # E03 was on 4 January


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_document_that_is_not_what_was_taken_in_is_never_given_out(damage: str) -> None:
    client = signed_in("auditor")
    add(client)
    document = Document.objects.get()
    path = path_of(document.sha256)
    path.write_bytes(PDF + b"!") if damage == "changed" else path.unlink()
    answer = client.get(f"/papers/{document.document_id}/")
    assert answer.status_code == 409
    assert PDF not in answer.content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><script>alert(1)</script>", "not taken"),
        (b"<svg xmlns='x'/>", "not taken"),
        (b"MZ\x00\x01", "not taken"),
        (b"", "empty"),
        (zipped("word/vbaProject.bin", "word/document.xml"), "not taken"),
        (zipped("evil.exe"), "not taken"),
    ],
)
def test_other_files_are_refused_with_a_sentence(content: bytes, words: str) -> None:
    answer = add(signed_in("auditor"), content)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Document.objects.exists()


def test_a_document_over_the_limit_is_refused(settings: Any) -> None:
    settings.DOCUMENT_MAX_MB = 0
    assert add(signed_in("auditor")).status_code == 400


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"about": "lot:NO-SUCH"}, "not one of the available choices"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "lies before the first"),
        ({"url": "https://example.org/a.pdf", "sha256": "ab" * 32}, "one of the two"),
    ],
)
def test_a_bad_paper_is_refused_with_a_sentence(changes: dict[str, str], words: str) -> None:
    answer = add(signed_in("auditor"), **changes)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_a_linked_document_needs_a_hash_and_keeps_it() -> None:
    client = signed_in("auditor")
    link = {"url": "https://example.org/permit.pdf"}
    assert add(client, None, **link).status_code == 400
    assert add(client, None, **link, sha256="zz" * 32).status_code == 400
    assert add(client, None, url="javascript:alert(1)", sha256="ab" * 32).status_code == 400
    assert add(client, None, **link, sha256="AB" * 32).status_code == 302
    document = Document.objects.get()
    assert (document.sha256, document.is_stored) == ("ab" * 32, False)
    assert client.get(f"/papers/{document.document_id}/").status_code == 404


def test_withdrawn_it_is_out_of_sight_and_the_log_keeps_it_with_the_reason() -> None:
    client = signed_in("auditor")
    add(client)
    document = Document.objects.get()
    address = f"/papers/{document.document_id}/withdraw/"
    client.post(address, {"reason": " "})
    assert Document.objects.current().exists()
    client.post(address, {"reason": "wrong file", "next": "/lots/MAG/"})
    assert client.get(f"/papers/{document.document_id}/").status_code == 404
    entries = Entry.objects.filter(object_type="document", object_id=document.document_id).order_by("pk")
    assert [(entry.action, entry.reason) for entry in entries] == [("add", ""), ("withdraw", "wrong file")]
    assert path_of(document.sha256).exists()
    call_command("verify_log")


def test_documents_are_for_those_who_see_every_lot() -> None:
    add(signed_in("auditor"))
    address = f"/papers/{Document.objects.get().document_id}/"
    assert Client().get(address).status_code == 302
    outsider = signed_in("administrator")
    assert outsider.get(address).status_code == 404
    assert outsider.get("/lots/MAG/documents/").status_code == 403
    assert outsider.post(address + "withdraw/", {"reason": "x"}).status_code == 403


def test_the_way_back_leads_nowhere_else() -> None:
    client = signed_in("auditor")
    add(client)
    address = f"/papers/{Document.objects.get().document_id}/withdraw/"
    for path in ("https://evil.example/", "//evil.example", "/lots/\\evil"):
        assert client.post(address, {"reason": "", "next": path}).headers["Location"] == "/lots/"


def test_kinds_are_told_by_content() -> None:
    assert content_type_of(io.BytesIO(zipped("xl/workbook.xml"))) == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    )
    assert content_type_of(io.BytesIO("Grade 1,2 % – ok\n".encode())) == ("text/plain", "txt")
    assert content_type_of(io.BytesIO(b"a" * 65_535 + "é".encode() + b"b")) == ("text/plain", "txt")
    assert plain_name("C:\\x\\..\\permit <1>.tar.gz", "pdf") == "permit _1_.tar.pdf"


def test_first_and_last_day_belong_to_a_validity() -> None:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 1, 31)
    day = dt.timedelta(days=1)
    assert [validity(first, last, on) for on in (first - day, first, last, last + day)] == [
        Validity.NOT_YET, Validity.VALID, Validity.VALID, Validity.EXPIRED,
    ]  # fmt: skip
    assert validity(None, last, last + day) is Validity.EXPIRED
    assert validity(None, None, first) is Validity.NOT_STATED
