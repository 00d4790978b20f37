"""What an import refuses, and where it says so; what it accepts, and that nothing is stored otherwise."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook, load_workbook

from ledger.models import Entry
from tests.chains import as_rows, clean, write_folder
from traceability.models import Event, Lot

pytestmark = pytest.mark.django_db

Tables = dict[str, list[dict[str, str]]]


def run(command: str, *arguments: str) -> tuple[int, Any]:
    """A command's exit code and its JSON."""
    out = io.StringIO()
    try:
        call_command(command, *arguments, format="json", stdout=out, stderr=io.StringIO())
    except SystemExit as stop:
        return int(str(stop.code)), json.loads(out.getvalue() or "null")
    return 0, json.loads(out.getvalue())


def errors(folder: Path) -> list[tuple[Any, ...]]:
    code, result = run("import_lots", str(folder))
    assert code == 1
    assert not any(result["accepted"].values())
    assert all(error["message"] for error in result["errors"])
    assert not Lot.objects.exists()
    return [(error["file"], error["row"], error["column"], error["code"]) for error in result["errors"]]


@pytest.fixture
def tables() -> Tables:
    return as_rows(clean())


def put(table: str, row: int, column: str, value: str) -> Callable[[Tables], None]:
    """Change a cell; rows as in a file, the header being 1."""

    def change(tables: Tables) -> None:
        tables[table][row - 2][column] = value

    return change


def drop(table: str, row: int) -> Callable[[Tables], None]:
    return lambda tables: tables[table].__delitem__(row - 2)


def copy(table: str, row: int, **columns: str) -> Callable[[Tables], None]:
    return lambda tables: tables[table].append({**tables[table][row - 2], **columns})


def line(event_id: str, role: str, lot_id: str, kg: str = "1") -> Callable[[Tables], None]:
    row = {"event_id": event_id, "role": role, "lot_id": lot_id, "quantity": kg, "unit": "KGM", "basis": "dry"}
    return lambda tables: tables["event_lines"].append(row)


BAD_CELLS = [
    ("parties", 2, "party_id", "x" * 5000), ("parties", 2, "name", ""), ("parties", 2, "country", "XX"),
    ("parties", 2, "country", "Vietnam"), ("parties", 2, "roles", "miner;thief"), ("facilities", 2, "kind", "Mine"),
    ("facilities", 2, "latitude", "91"), ("facilities", 2, "licence_from", "2025-02-30"),
    ("facilities", 2, "capacity_t_per_year", "-1"), ("lots", 2, "hs_code", "2530"), ("lots", 2, "material", "rock"),
    ("lots", 2, "custody_model", "none"), ("assays", 2, "grade_pct", "100.1"), ("assays", 2, "grade_pct", "NaN"),
    ("assays", 2, "moisture_pct", "100"), ("assays", 2, "moisture_pct", "-1"), ("assays", 2, "analyte", "Xx2O3"),
    ("assays", 2, "analyte", "nd"), ("assays", 2, "analyte", "NdPr"), ("assays", 2, "sampled_on", "01/02/2026"),
    ("assays", 2, "certificate_sha256", "abc"), ("events", 2, "occurred_at", "2026-01-02T08:00:00"),
    ("events", 2, "occurred_at", "2999-01-02T08:00:00Z"), ("events", 2, "occurred_at", "0001-01-01T00:00:00+14:00"),
    ("events", 4, "to_facility_id", ""), ("event_lines", 2, "quantity", "1e3"),
    ("event_lines", 2, "quantity", "1" * 16), ("event_lines", 2, "quantity", "1.0000000001"),
    ("event_lines", 2, "quantity", "-1"), ("event_lines", 2, "quantity", "١"), ("event_lines", 2, "unit", "LBR"),
    ("event_lines", 2, "basis", "damp"), ("event_lines", 2, "role", "product"), ("event_lines", 2, "role", "item"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row", "column", "value"), BAD_CELLS)
def test_a_bad_cell_is_told_with_file_row_and_column_and_nothing_besides(
    tmp_path: Path, tables: Tables, table: str, row: int, column: str, value: str
) -> None:
    put(table, row, column, value)(tables)
    own = [error for error in errors(write_folder(tmp_path, tables)) if error[0] == f"{table}.csv"]
    assert own == [(f"{table}.csv", row, column, "bad_value")]


OTHER = [
    (put("events", 2, "facility_id", "nowhere"), ("events.csv", 2, "facility_id", "unknown_reference")),
    (put("events", 2, "party_id", "nobody"), ("events.csv", 2, "party_id", "unknown_reference")),
    (put("lots", 2, "mineral", "gold"), ("lots.csv", 2, "mineral", "unknown_reference")),
    (put("assays", 2, "laboratory_id", "nobody"), ("assays.csv", 2, "laboratory_id", "unknown_reference")),
    (put("events", 3, "corrects_event_id", "E99"), ("events.csv", 3, "corrects_event_id", "unknown_reference")),
    (copy("lots", 2, hs_code="260400"), ("lots.csv", 8, "lot_id", "conflict")),
    (copy("assays", 2, grade_pct="9"), ("assays.csv", 8, "assay_id", "conflict")),
    (copy("assays", 2, analyte="Nd"), ("assays.csv", 8, "analyte", "bad_value")),
    (copy("lots", 2, lot_id="V2"), ("lots.csv", 8, "lot_id", "birth")),
    (line("E02", "output", "V1"), ("lots.csv", 2, "lot_id", "birth")),
    (line("E99", "item", "V1"), ("event_lines.csv", 20, "event_id", "unknown_reference")),
    (line("E03", "item", "Z9"), ("event_lines.csv", 20, "lot_id", "unknown_reference")),
    (drop("event_lines", 14), ("events.csv", 11, "event_id", "incomplete_event")),
    (line("E07", "input", "MAG"), ("lots.csv", 7, "lot_id", "cycle")),
    (line("E11", "loss", "OX"), ("event_lines.csv", 20, "lot_id", "bad_value")),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "expected"), OTHER)
def test_what_does_not_fit_together_is_told_where_it_stands(
    tmp_path: Path, tables: Tables, spoil: Callable[[Tables], None], expected: tuple[Any, ...]
) -> None:
    spoil(tables)
    assert errors(write_folder(tmp_path, tables)) == [expected]


def test_all_errors_are_listed(tmp_path: Path, tables: Tables) -> None:
    put("lots", 3, "hs_code", "x")(tables)
    put("parties", 2, "country", "x")(tables)
    put("event_lines", 9, "unit", "x")(tables)
    assert errors(write_folder(tmp_path, tables)) == [
        ("parties.csv", 2, "country", "bad_value"),
        ("lots.csv", 3, "hs_code", "bad_value"),
        ("event_lines.csv", 9, "unit", "bad_value"),
    ]


def test_unknown_columns_and_files_and_missing_columns(tmp_path: Path, tables: Tables) -> None:
    for row in tables["lots"]:
        row["colour"] = "red"
        del row["material"]
    folder = write_folder(tmp_path, tables)
    (folder / "lot.csv").write_text("lot_id\n")
    (folder / "notes.txt").write_text("ignored")
    found = errors(folder)
    assert ("lots.csv", 1, "colour", "unknown_column") in found
    assert ("lots.csv", 1, "material", "bad_value") in found
    assert ("lot.csv", None, None, "unknown_column") in found


@pytest.mark.parametrize("content", [
    b"lot_id;mineral;material;hs_code;custody_model\nA;nickel;ore;260400;segregated\n",
    "lot_id,mineral\nA,nickel\n".encode("utf-16"),
    b"lot_id,mineral,material,hs_code,custody_model\nA,nick\xff\xfel,ore,260400,segregated\n",
    b'lot_id,mineral,material,hs_code,custody_model\n"A,nickel,ore,2604',
    b"lot_id,mineral,material,hs_code,custody_model\nA,nickel,ore,26",
    b"lot_id,mineral,material,hs_code,custody_model\nA,nickel,ore,260400,segregated,more\n",
    b"\x00\x01\x02",
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_sentence_and_no_crash(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lots.csv").write_bytes(content)
    found = errors(tmp_path)
    assert found
    # Where a row can be read so far as to name a lot, that lot has no birth here.
    assert {error[0] for error in found} == {"lots.csv"}
    assert "bad_value" in {error[3] for error in found}


CUTS: dict[str, Callable[[bytes], bytes]] = {
    "not UTF-8": lambda content: content + b"\xe9\n",
    "a quote in the first row": lambda content: content.replace(b"\n", b'\n"a"b,', 1),
    "semicolons": lambda content: content.replace(b",", b";"),
    "a column too few": lambda content: content.split(b",", 1)[1],
}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("table", ["parties", "facilities", "lots", "assays", "events", "event_lines"])
def test_what_may_stand_in_rows_that_cannot_be_read_is_not_missed_elsewhere(
    tmp_path: Path, tables: Tables, table: str, cut: str
) -> None:
    """Else one wrong byte in lots.csv were as many errors as there are events."""
    put("event_lines", 2, "quantity", "x")(tables)
    path = write_folder(tmp_path, tables) / f"{table}.csv"
    path.write_bytes(CUTS[cut](path.read_bytes()))
    found = errors(tmp_path)
    assert [error for error in found if error[0] == f"{table}.csv"]
    others = [error for error in found if error[0] != f"{table}.csv"]
    assert others == ([] if table == "event_lines" else [("event_lines.csv", 2, "quantity", "bad_value")])


def test_a_negative_line_is_no_error_while_its_event_cannot_be_read(tmp_path: Path, tables: Tables) -> None:
    put("event_lines", 2, "quantity", "-1")(tables)
    event_id = tables["event_lines"][0]["event_id"]
    row = next(n for n, event in enumerate(tables["events"], start=2) if event["event_id"] == event_id)
    assert errors(write_folder(tmp_path, tables)) == [("event_lines.csv", 2, "quantity", "bad_value")]
    put("events", row, "kind", "adjustment")(tables)
    assert errors(write_folder(tmp_path, tables)) == [("events.csv", row, "kind", "bad_value")]


def test_a_bom_and_windows_lines_are_read(tmp_path: Path, tables: Tables) -> None:
    folder = write_folder(tmp_path, tables)
    lots = folder / "lots.csv"
    lots.write_bytes(b"\xef\xbb\xbf" + lots.read_bytes().replace(b"\n", b"\r\n").replace(b"\r\r", b"\r"))
    assert run("import_lots", str(folder))[0] == 0


def test_the_same_again_is_unchanged_and_other_content_a_conflict(tmp_path: Path, tables: Tables) -> None:
    folder = write_folder(tmp_path / "a", tables)
    code, first = run("import_lots", str(folder))
    assert (code, first["accepted"]["events"], first["accepted"]["event_lines"]) == (0, 12, 18)
    put("event_lines", 2, "quantity", "20.000")(tables)  # the same by value
    code, second = run("import_lots", str(write_folder(tmp_path / "b", tables)))
    assert code == 0
    nothing = dict.fromkeys(first["accepted"], 0)
    assert second == {"accepted": nothing, "unchanged": first["accepted"], "errors": [], "findings": 0}
    put("event_lines", 2, "quantity", "21")(tables)
    code, third = run("import_lots", str(write_folder(tmp_path / "c", tables)))
    assert [(e["file"], e["row"], e["column"], e["code"]) for e in third["errors"]] == [
        ("events.csv", 2, "event_id", "conflict")
    ]


def test_stored_lots_cannot_be_born_again_and_an_event_is_corrected_once(tmp_path: Path, tables: Tables) -> None:
    run("import_lots", str(write_folder(tmp_path / "a", tables)))
    more: Tables = {"events": [
        {**tables["events"][0], "event_id": "E20"},
        {**tables["events"][9], "event_id": "E21", "corrects_event_id": "E10"},
    ], "event_lines": [
        {"event_id": "E20", "role": "output", "lot_id": "V1", "quantity": "1", "unit": "KGM", "basis": "dry"},
        {"event_id": "E21", "role": "input", "lot_id": "MAG", "quantity": "1", "unit": "KGM", "basis": "dry"},
        {"event_id": "E21", "role": "output", "lot_id": "MET", "quantity": "1", "unit": "KGM", "basis": "dry"},
    ]}  # fmt: skip
    code, result = run("import_lots", str(write_folder(tmp_path / "b", more)))
    found = {(e["file"], e["row"], e["code"]) for e in result["errors"]}
    assert (code, found) == (1, {("lots.csv", None, "birth"), ("lots.csv", None, "cycle")})
    right = {"events": [dict(more["events"][1])], "event_lines": [
        {**row, "event_id": "E21"} for row in tables["event_lines"] if row["event_id"] == "E10"
    ]}  # fmt: skip
    assert run("import_lots", str(write_folder(tmp_path / "c", right)))[0] == 0
    right["events"][0]["event_id"] = right["event_lines"][0]["event_id"] = right["event_lines"][1]["event_id"] = "E22"
    code, result = run("import_lots", str(write_folder(tmp_path / "d", right)))
    assert {(e["row"], e["column"], e["code"]) for e in result["errors"]} >= {(2, "corrects_event_id", "conflict")}


def test_a_dry_run_stores_nothing_and_counts_what_it_would(tmp_path: Path, tables: Tables) -> None:
    put("events", 8, "party_id", "th")(tables)
    folder = write_folder(tmp_path, tables)
    before = Entry.objects.count()
    code, dry = run("import_lots", str(folder), "--dry-run")
    assert (code, Lot.objects.count(), Entry.objects.count()) == (0, 0, before)
    assert dry["findings"] == 3
    assert run("import_lots", str(folder))[1] == dry


def test_an_empty_import_is_no_error(tmp_path: Path) -> None:
    code, result = run("import_lots", str(tmp_path))
    assert (code, sum(result["accepted"].values())) == (0, 0)


@pytest.mark.parametrize("name", ["nothing", "x" * 300])
def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path, name: str) -> None:
    """A name too long for the system is an error of the system: no failure of ours."""
    assert run("import_lots", str(tmp_path / name))[0] == 2


def workbook(path: Path, tables: Tables, **cells: Any) -> Path:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        columns = list(rows[0])
        sheet.append(columns)
        for row in rows:
            sheet.append([_cell(row[column]) for column in columns])
    for place, value in cells.items():
        name, at = place.rsplit("_", 1)
        book[name][at] = value
    book.save(path)
    return path


def _cell(text: str) -> Any:
    try:
        return float(text) if "." in text else text
    except ValueError:
        return text


def test_a_workbook_is_read_as_the_folder_is(tmp_path: Path, tables: Tables) -> None:
    book = workbook(tmp_path / "lots.xlsx", tables, assays_C2=dt.datetime(2026, 1, 1))
    code, result = run("import_lots", str(book))
    assert (code, result["accepted"]["event_lines"]) == (0, 18)
    assert run("import_lots", str(write_folder(tmp_path / "same", tables)))[1]["unchanged"]["events"] == 12


def test_a_formula_is_refused(tmp_path: Path, tables: Tables) -> None:
    book = workbook(tmp_path / "lots.xlsx", tables, event_lines_D2="=10+10")
    assert ("event_lines.csv", 2, "quantity", "bad_value") in errors(book)


def test_a_broken_workbook_is_a_sentence(tmp_path: Path, tables: Tables) -> None:
    book = workbook(tmp_path / "lots.xlsx", tables)
    (tmp_path / "cut.xlsx").write_bytes(book.read_bytes()[:3000])
    assert errors(tmp_path / "cut.xlsx") == [("cut.xlsx", None, None, "bad_value")]
    (tmp_path / "text.xlsx").write_text("no workbook")
    assert errors(tmp_path / "text.xlsx") == [("text.xlsx", None, None, "bad_value")]


def test_merged_cells_are_told_with_their_place(tmp_path: Path, tables: Tables) -> None:
    path = workbook(tmp_path / "lots.xlsx", tables)
    book = load_workbook(path)
    book["lots"].merge_cells("D3:D5")
    book.save(path)
    found = errors(path)
    assert ("lots.csv", 3, None, "bad_value") in found
    # What stood in the cells below the first is gone, and said so as well.
    assert {("lots.csv", 4, "hs_code", "bad_value"), ("lots.csv", 5, "hs_code", "bad_value")} <= set(found)


@pytest.mark.parametrize("rows", ["1048577", "1000000000"])
def test_a_sheet_that_claims_a_billion_rows_is_refused_soon(tmp_path: Path, tables: Tables, rows: str) -> None:
    path = workbook(tmp_path / "lots.xlsx", tables)
    forged = tmp_path / "forged.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(forged, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith("sheet3.xml"):
                cell = f'<row r="{rows}"><c r="A{rows}" t="inlineStr"><is><t>X</t></is></c></row></sheetData>'
                content = content.replace(b"</sheetData>", cell.encode())
                content = content.replace(b'<dimension ref="A1:E7"', b'<dimension ref="A1:XFD1000000000"')
            new.writestr(info, content)
    assert ("lots.csv", None, None, "bad_value") in errors(forged)


def zipped(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_is_read_as_the_folder_in_it(tmp_path: Path, tables: Tables) -> None:
    folder = write_folder(tmp_path / "same", tables)
    members = {f"chain/{path.name}": path.read_text() for path in folder.iterdir()}
    code, result = run("import_lots", str(zipped(tmp_path / "lots.zip", members)))
    assert (code, result["accepted"]["event_lines"]) == (0, 18)
    assert run("import_lots", str(folder))[1]["unchanged"]["events"] == 12


@pytest.mark.parametrize(
    "members",
    [
        {"../lots.csv": "lot_id\nA\n"},
        {"/etc/lots.csv": "lot_id\nA\n"},
        {"lots.csv": "A" * 30_000_000},
        {"readme.txt": "no table"},
        {"a/lots.csv": "lot_id\n", "b/lots.csv": "lot_id\n"},
    ],
)
def test_a_hostile_zip_is_a_sentence_and_writes_nothing(tmp_path: Path, members: dict[str, str]) -> None:
    path = zipped(tmp_path / "lots.zip", members)
    assert errors(path) == [("lots.zip", None, None, "bad_value")]
    assert list(tmp_path.parent.glob("lots.csv")) == []


def test_a_zip_that_is_cut_off_is_a_sentence(tmp_path: Path, tables: Tables) -> None:
    folder = write_folder(tmp_path / "same", tables)
    path = zipped(tmp_path / "lots.zip", {one.name: one.read_text() for one in folder.iterdir()})
    path.write_bytes(path.read_bytes()[:-200])
    assert errors(path) == [("lots.zip", None, None, "bad_value")]


BAD_NUMBERS = ["1e400", "-1e400", "NaN", "inf", "0x10", "1,5", "1_000", " ", "--1", "1.", ".5", "+5", "९", "1" * 5000]


@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_what_is_no_plain_number_is_refused_where_it_stands(tmp_path: Path, tables: Tables, number: str) -> None:
    put("event_lines", 9, "quantity", number)(tables)
    assert errors(write_folder(tmp_path, tables)) == [("event_lines.csv", 9, "quantity", "bad_value")]


@pytest.mark.parametrize("name", ["a/b", "a\tb", "a\x00b", "a\u0085b", " a", "a ", "a\u00a0", "x" * 101])
def test_an_id_that_may_not_be_one_is_refused(tmp_path: Path, tables: Tables, name: str) -> None:
    for row in tables["parties"]:
        if row["party_id"] == "jp":
            row["party_id"] = name
    place = 2 + next(n for n, row in enumerate(tables["parties"]) if row["party_id"] == name)
    assert ("parties.csv", place, "party_id", "bad_value") in errors(write_folder(tmp_path, tables))


@pytest.mark.parametrize("hours", [25, 24 * 400])
def test_an_event_of_the_future_is_refused_and_one_of_tonight_is_not(
    tmp_path: Path, tables: Tables, hours: int
) -> None:
    tonight = dt.datetime.now(dt.UTC) + dt.timedelta(hours=23)
    put("events", 13, "occurred_at", tonight.isoformat())(tables)
    late = dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)
    put("events", 12, "occurred_at", late.isoformat())(tables)
    assert errors(write_folder(tmp_path, tables)) == [("events.csv", 12, "occurred_at", "bad_value")]


def test_the_commands_answer_as_the_contract_says(tmp_path: Path, tables: Tables) -> None:
    put("events", 8, "party_id", "th")(tables)
    run("import_lots", str(write_folder(tmp_path, tables)))
    code, up = run("trace", "MAG", "--element", "Nd")
    assert (code, list(up)) == (0, ["lot", "element", "origins", "lots", "events", "findings", "depth"])
    assert up["findings"] == ["custody-gap"]
    code, down = run("trace", "V1", "--direction", "down")
    assert (code, "origins" in down, down["element"]) == (0, False, None)
    assert run("trace", "NOTHING")[0] == 1
    assert run("trace", "MAG", "--element", "Zz")[0] == 2
    assert run("findings", "--lot", "NOTHING")[0] == 1
    code, found = run("findings", "--lot", "V1")
    assert list(found[0]) == ["code", "severity", "event_id", "lot_id", "message", "state"]
    code, shown = run("exposure", "--country", "VN", "--hs", "2530", "--mineral", "rare_earths", "--from", "2026-01-04")
    assert (code, {one["share"] for one in shown["lots"]}) == (0, {"0.652174"})
    assert run("exposure", "--country", "VN", "--hs", "2530", "--from", "2026-01-05")[1]["lots"] == []
    for wrong in (["--country", "XX", "--hs", "2530"], ["--country", "VN", "--hs", "ore"]):
        assert run("exposure", *wrong)[0] == 2


def test_the_demonstration_chain_has_one_finding_and_the_ban_counts_from_its_first_day(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2] / "config" / "demo"
    run("load_measures", str(root / "measures.json"))
    assert run("import_lots", str(root / "chain"))[1]["findings"] == 1
    assert [(one["code"], one["lot_id"]) for one in run("findings")[1]] == [("export-banned", "VN-ORE-0041")]
    origins = run("trace", "TH-CMP-0007", "--element", "Nd")[1]["origins"]
    assert {origin["country"] for origin in origins} == {"MM", "VN"}
    touched = [one["lot"] for one in run("exposure", "--country", "TH", "--hs", "2805")[1]["lots"]]
    assert "TH-CMP-0007" in touched
    assert Event.objects.filter(event_id="VN-SHP-0035").get().local_time.date() < dt.date(2025, 7, 1)
