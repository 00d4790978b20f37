"""Uploading lots: checked first, stored on request, refused with every error in a sheet; and hostile archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from jobs.services import drain
from tests.cast import signed_in
from tests.chains import as_rows, clean, write_folder
from traceability.domain.importing.progress import Phase
from traceability.exceptions import CannotRead
from traceability.exchange import archive
from traceability.models import Finding, Lot, Upload
from traceability.selectors.uploads import get_upload_page
from traceability.services import uploads
from traceability.services.uploads import CHECK, STORE, store_upload

pytestmark = pytest.mark.django_db


def folder(tmp_path: Path, **tables: list[dict[str, str]]) -> Path:
    return write_folder(tmp_path / "chain", {**as_rows(clean()), **tables})


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return target.getvalue()


def as_zip(path: Path, under: str = "") -> bytes:
    return zipped({f"{under}{file.name}": file.read_bytes() for file in path.iterdir()})


def upload(client: Client, *files: tuple[str, bytes]) -> Upload:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    answer = client.post("/import/", {"file": sent})
    assert answer.status_code == 302, answer.content.decode()
    drain(kinds={CHECK})
    return Upload.objects.get(upload_id=answer.headers["Location"].split("/")[2])


def text(client: Client, of: Upload) -> str:
    answer = client.get(f"/import/{of.upload_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def errors_of(client: Client, of: Upload) -> list[tuple[Any, ...]]:
    answer = client.get(f"/import/{of.upload_id}/errors.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.content)).active
    return list(sheet.iter_rows(min_row=2, values_only=True))


def test_a_zip_is_checked_first_and_stored_when_asked(tmp_path: Path) -> None:
    client = signed_in("auditor")
    checked = upload(client, ("lots.zip", as_zip(folder(tmp_path), "my lots/")))
    assert (checked.state, checked.lots, checked.findings) == ("checked", 6, 0)
    assert not Lot.objects.exists()
    assert "can be stored" in text(client, checked)
    assert "V1" in text(client, checked)  # the preview
    client.post(f"/import/{checked.upload_id}/store/")
    drain()
    assert Lot.objects.count() == 6
    stored = Upload.objects.get(pk=checked.pk)
    assert (stored.state, stored.lots) == ("stored", 6)
    assert "is stored" in text(client, stored)
    assert 'href="/lots/MAG/"' in text(client, stored)


def test_the_bar_moves_through_reading_checking_storing_and_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, shown = signed_in("auditor"), []
    tell = uploads._Progress.__call__

    def look(self: Any, phase: Phase, done: float) -> None:
        tell(self, phase, done)
        page = get_upload_page(Upload.objects.get())
        shown.append((page.step, page.done))
        assert f'value="{page.done}"' in client.get(f"/import/{page.upload.upload_id}/").content.decode()

    monkeypatch.setattr(uploads._Progress, "__call__", look)
    checked = upload(client, ("chain.zip", as_zip(folder(tmp_path))))
    assert list(dict.fromkeys(step for step, _done in shown)) == [each.value for each in list(Phase)[1:]]
    per_cents = [done for _step, done in shown]
    assert per_cents == sorted(per_cents)
    assert per_cents[-1] > 90
    assert "<progress" not in text(client, checked)


def test_several_csv_files_are_one_import(tmp_path: Path) -> None:
    files = [(file.name, file.read_bytes()) for file in folder(tmp_path).iterdir()]
    assert upload(signed_in("auditor"), *files).state == "checked"


def test_storing_twice_is_once_and_a_second_request_is_refused(tmp_path: Path) -> None:
    client = signed_in("auditor")
    checked = upload(client, ("lots.zip", as_zip(folder(tmp_path))))
    client.post(f"/import/{checked.upload_id}/store/")
    assert client.post(f"/import/{checked.upload_id}/store/").status_code == 409
    drain()
    store_upload({"upload": checked.upload_id, "by": "x"})
    assert Lot.objects.count() == 6


def test_a_run_after_a_crash_between_storing_and_saying_so_keeps_the_counts(tmp_path: Path) -> None:
    client = signed_in("auditor")
    checked = upload(client, ("lots.zip", as_zip(folder(tmp_path))))
    client.post(f"/import/{checked.upload_id}/store/")
    drain(kinds={STORE})
    Upload.objects.update(state="storing")
    store_upload({"upload": checked.upload_id, "by": "x"})
    assert Upload.objects.get().lots == Lot.objects.count() == 6


def test_a_refused_import_names_every_error_in_a_sheet_where_no_cell_is_a_formula(tmp_path: Path) -> None:
    rows = as_rows(clean())
    rows["lots"][0]["hs_code"] = "=1+1"
    rows["parties"][1]["country"] = "XX"
    client = signed_in("auditor")
    refused = upload(client, ("lots.zip", as_zip(folder(tmp_path, lots=rows["lots"], parties=rows["parties"]))))
    assert (refused.state, Lot.objects.count()) == ("refused", 0)
    found = errors_of(client, refused)
    assert [row[:4] for row in found] == [
        ("parties.csv", 3, "country", "bad_value"),
        ("lots.csv", 2, "hs_code", "bad_value"),
    ]
    assert "Nothing was stored" in text(client, refused)
    assert client.post(f"/import/{refused.upload_id}/store/").status_code == 409


def test_the_template_is_an_import_with_the_one_fault_that_its_instructions_name() -> None:
    client = signed_in("auditor")
    template = Client().get("/import/template.xlsx").content
    checked = upload(client, ("seam-import.xlsx", template))
    assert checked.state == "checked", checked.problems
    client.post(f"/import/{checked.upload_id}/store/")
    drain()
    violations = Finding.objects.current().filter(severity="violation").values_list("code", "lot__lot_id")
    assert list(violations) == [("mass-gain", "EXAMPLE-TIN-01")]
    book = load_workbook(io.BytesIO(template))
    words = " ".join(str(cell.value) for row in book["Instructions"].iter_rows() for cell in row)
    assert "EXAMPLE-TIN-01" in words
    for sheet in book.worksheets[1:]:
        assert all(str(cell.value) in words for cell in sheet[1])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("lots.zip", zipped({"../../lots.csv": "x"}), "outside itself"),
        ("lots.zip", zipped({"/etc/lots.csv": "x"}), "outside itself"),
        ("lots.zip", zipped({"C:\\lots.csv": "x"}), "outside itself"),
        ("lots.zip", zipped({"a/lots.csv": "x", "b/parties.csv": "x"}), "several folders"),
        ("lots.zip", zipped({"readme.txt": "x"}), "no CSV file"),
        ("lots.zip", zipped({f"{n}.csv": "x" for n in range(300)}), "300 files"),
        ("lots.zip", zipped({"lots.csv": b"0" * 50_000_000}), "far more"),
        ("lots.zip", b"PK\x03\x04 cut", "damaged, cut off"),
        ("lots.zip", zipped({"lots.csv": "x" * 5_000})[:-400], "damaged, cut off"),
        ("lots.xlsx", b"no workbook", "no XLSX workbook"),
        ("lots.csv", b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(name: str, content: bytes, words: str) -> None:
    client = signed_in("auditor")
    refused = upload(client, (name, content))
    assert refused.state == "refused"
    assert words in str(errors_of(client, refused)[0][4])


def test_a_member_that_lies_about_its_size_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 1_000)
    path = tmp_path / "lots.zip"
    path.write_bytes(zipped({"lots.csv": "x" * 2_000}))
    with pytest.raises(CannotRead, match="far more"):
        archive.unpack(path, tmp_path / "out")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "Choose a file"),
        ([("lots.pdf", b"x")], "no import"),
        ([("a.zip", b"x"), ("b.zip", b"x")], "Several files"),
        ([("lots.csv", b"x"), ("lots.csv", b"x")], "same name"),
    ],
)
def test_what_cannot_be_an_import_is_refused_at_once(files: list[tuple[str, bytes]], words: str) -> None:
    answer = signed_in("auditor").post("/import/", {"file": [SimpleUploadedFile(*file) for file in files]})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Upload.objects.exists()


def test_a_file_over_the_limit_is_refused(settings: Any) -> None:
    settings.IMPORT_MAX_MB = 0
    answer = signed_in("auditor").post("/import/", {"file": SimpleUploadedFile("lots.csv", b"x" * 10)})
    assert answer.status_code == 400


def test_only_those_who_may_import_reach_the_pages(tmp_path: Path) -> None:
    mine = upload(signed_in("auditor"), ("lots.zip", as_zip(folder(tmp_path))))
    addresses = ["/import/", f"/import/{mine.upload_id}/", f"/import/{mine.upload_id}/errors.xlsx"]
    officer = signed_in("officer")
    for address in addresses:
        assert Client().get(address).status_code == 302
        assert officer.get(address).status_code == 403
    assert officer.post(f"/import/{mine.upload_id}/store/").status_code == 403
    assert Upload.objects.get().state == "checked"


def test_a_workbook_with_a_formula_says_in_which_cell(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "parties"
    sheet.append(["party_id", "name", "country"])
    sheet.append(["p", "=A1", "MY"])
    target = io.BytesIO()
    book.save(target)
    client = signed_in("auditor")
    refused = upload(client, ("lots.xlsx", target.getvalue()))
    assert errors_of(client, refused)[0][:4] == ("parties.csv", 2, "name", "bad_value")
