"""The scorecard as a workbook: card, gates, evidence and what it all rests on, a sheet each."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from scoring.domain.by_mineral import MineralScore, by_mineral, order_of
from scoring.domain.card import DomainScore
from scoring.methodologies import methodology
from scoring.models import DOMAINS
from scoring.snapshots import Snapshot

CARD_HEAD = ("country", *(f"{key}{end}" for key, _ in DOMAINS for end in ("", "_low", "_high")), "overall", "rank")

MINERAL_HEAD = ("country", "mineral", "domain", "level", "low", "high", "because")


def card_lines(countries: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    """Rows of the card, from the countries of `card_json`."""
    for row in countries:
        levels = [value for key, _ in DOMAINS for value in (row[key], row["low"][key], row["high"][key])]
        yield [row["country"], *levels, row["overall"], row["rank"]]


def mineral_lines(scores: Iterable[MineralScore]) -> Iterator[list[Any]]:
    """Rows of levels by mineral."""
    for each in scores:
        levels = [each.level, each.low, each.high]
        yield [each.country, each.mineral, each.domain.value, *levels, each.because]


def workbook(snapshot: Snapshot) -> bytes:
    """XLSX of a snapshot. Text stays text: nothing a source says becomes a formula."""
    plain = json.loads(snapshot.text)
    book = Workbook(write_only=True)
    _sheet(book, "Scorecard", CARD_HEAD, card_lines(plain["countries"]))
    _sheet(book, "By mineral", MINERAL_HEAD, mineral_lines(_minerals(plain)))
    _sheet(book, "Gates", ("country", "domain", "gate", "level", "state", "rule", "because", "facts"), _gates(plain))
    head = ("id", "kind", "text", "value", "source", "url", "section", "endnote", "log_entry")
    _sheet(book, "Evidence", head, _evidence(plain))
    about = ("on", "as_of", "methodology", "methodology_sha256", "data_sha256", "code_version", "backcast")
    rows = [[key, str(plain[key])] for key in about]
    rows += [["log_size", str(plain["log"]["size"])], ["log_root", plain["log"]["root"]]]
    _sheet(book, "About", ("what", "value"), [*rows, ["citation", snapshot.citation]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(head))
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: WriteOnlyWorksheet, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value="".join(each for each in value if each.isprintable() or each == "\n"))
    cell.data_type = "s"
    return cell


def _minerals(plain: dict[str, Any]) -> list[MineralScore]:
    """Read out of the gates that the snapshot holds, by its methodology."""
    rules = methodology(plain["methodology"])
    cells = (
        (country["country"], DomainScore.from_json(cell)) for country in plain["gates"] for cell in country["domains"]
    )
    found = [each for country, cell in cells for each in by_mineral(country, cell, rules)]
    return sorted(found, key=order_of)


def _gates(plain: dict[str, Any]) -> Iterator[list[Any]]:
    for country in plain["gates"]:
        for cell in country["domains"]:
            for gate in cell["gates"]:
                words = [gate[key] for key in ("gate", "level", "state", "rule", "because")]
                yield [country["country"], cell["domain"], *words, ", ".join(gate["facts"])]


def _evidence(plain: dict[str, Any]) -> Iterator[list[Any]]:
    for piece in plain["evidence"]:
        source = piece["source"] or {}
        told = [source.get(key) for key in ("title", "url", "section", "endnote")]
        yield [piece["id"], piece["kind"], piece["text"], piece["value"], *told, piece["entry"]]
