"""`classify_news`: the contract's output, and a sentence for every file that is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

ITEM = {"id": "a", "lang": "en", "source": "Example", "published": "2027-03-01T02:00:00Z",
        "title": "Indonesia bans tin ore exports from 1 May 2027", "summary": ""}  # fmt: skip


def run(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, object]:
    code = 0
    try:
        call_command("classify_news", str(path), format="json")
    except SystemExit as stop:
        code = int(stop.code or 0)
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    return code, json.loads(out.out)


def write(tmp_path: Path, told: object) -> Path:
    path = tmp_path / "news.json"
    if isinstance(told, bytes):
        path.write_bytes(told)
    else:
        path.write_text(json.dumps(told), encoding="utf-8")
    return path


def test_the_output_has_the_contracts_keys_in_the_order_of_the_file(tmp_path, capsys):
    other = {**ITEM, "id": "b", "title": "Tin price climbs"}
    code, rows = run(write(tmp_path, {"items": [other, ITEM]}), capsys)
    assert code == 0
    assert [row["id"] for row in rows] == ["b", "a"]
    assert {"id", "flag", "score", "countries", "minerals", "measure", "change_kind", "effective", "counterpart",
            "duplicate_of", "reasons"} <= rows[1].keys()  # fmt: skip
    assert rows[1]["flag"] is True
    assert (rows[1]["countries"], rows[1]["minerals"], rows[1]["measure"]) == (["ID"], ["tin"], "export_ban")
    assert (rows[1]["change_kind"], rows[1]["effective"], rows[1]["counterpart"]) == ("adopted", "2027-05-01", None)
    assert {"rule", "text", "weight"} <= rows[1]["reasons"][0].keys()
    assert rows[0]["flag"] is False


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (b'{"items": [', "no JSON: line 1"),
        (b"", "no JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (5, "holds no items"),
        ({"items": 3}, "holds no items"),
        ({"other": []}, "holds no items"),
        ({"items": [7]}, "Item 1 of"),
        ({"items": [{"title": "x"}]}, "needs an id"),
        ({"items": [{"id": True, "title": "x"}]}, "needs an id"),
        ({"items": [{"id": "a"}]}, "needs a title or a summary"),
        ({"items": [{"id": "a", "title": ["x"]}]}, "'title' is no text but list"),
        ({"items": [ITEM, {**ITEM, "id": "b", "summary": {"x": 1}}]}, "Item 2 of"),
        ({"items": [{**ITEM, "published": "yesterday"}]}, "write ISO 8601"),
        ({"items": [{**ITEM, "published": 1700000000}]}, "write ISO 8601"),
        ({"items": [{**ITEM, "published": "0001-01-01T00:00:00+14:00"}]}, "year lies outside"),
        ({"items": [{**ITEM, "published": "9999-12-31T23:59:59-12:00"}]}, "year lies outside"),
        ({"items": [ITEM, ITEM]}, "ids are unique"),
    ],
)
def test_a_file_that_is_no_news_is_refused_with_a_sentence(told, said, tmp_path, capsys):
    code, result = run(write(tmp_path, told), capsys)
    assert code == 1
    assert said in result["error"]


def test_a_missing_file_is_refused_with_a_sentence(tmp_path, capsys):
    code, result = run(tmp_path / "none.json", capsys)
    assert code == 1
    assert "No such file" in result["error"]


@pytest.mark.parametrize(
    "change",
    [
        {"published": None},
        {"lang": None, "source": None},
        {"lang": "zz"},
        {"summary": None},
        {"id": 7},
        {"title": "\ud800 Indonesia bans tin ore exports from 1 May 2027"},
        {"published": "2027-03-01"},
    ],
)
def test_what_a_feed_may_leave_out_is_no_reason_to_refuse(change, tmp_path, capsys):
    path = tmp_path / "news.json"
    path.write_text(json.dumps([{**ITEM, **change}]), encoding="utf-8")
    code, rows = run(path, capsys)
    assert code == 0
    assert rows[0]["flag"] is True


def test_a_byte_order_mark_is_accepted(tmp_path, capsys):
    code, rows = run(write(tmp_path, b"\xef\xbb\xbf" + json.dumps({"items": []}).encode()), capsys)
    assert (code, rows) == (0, [])
