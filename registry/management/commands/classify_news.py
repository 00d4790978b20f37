"""Classify news items from a JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ledger.commands import Refused, SeamCommand, read_json
from registry.domain.news import NewsItem, classify


class Command(SeamCommand):
    help = "Says of each news item whether it reports a policy change, which one, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help='JSON: {"items": [{id, lang, source, published, title, summary}]}')

    def work(self, **options: Any) -> Any:
        return [result.to_json() for result in classify(_items(options["file"]))]

    def text(self, result: Any) -> str:
        return "\n".join(map(_line, result))


def _items(path: Path) -> list[NewsItem]:
    """Read the items; refuse the file at the first that is none, or that has the id of one before it."""
    items: dict[str, NewsItem] = {}
    for number, row in enumerate(_rows(path), 1):
        try:
            item = NewsItem.from_json(row)
        except ValueError as error:
            raise Refused(f"Item {number} of {path}: {error}.") from error
        if item.id in items:
            raise Refused(f"Item {number} of {path}: an item before it has the id '{item.id}' too; ids are unique.")
        items[item.id] = item
    return list(items.values())


def _rows(path: Path) -> list[Any]:
    told = read_json(path)
    rows = told.get("items") if isinstance(told, dict) else told
    if not isinstance(rows, list):
        raise Refused(f'{path} holds no items: write {{"items": [...]}}.')
    return rows


def _line(row: dict[str, Any]) -> str:
    if not row["flag"]:
        return f"  {row['id']}  {row['score']:.2f}  " + (
            f"repeats {row['duplicate_of']}" if row["duplicate_of"] else "-"
        )
    what = f"{','.join(row['countries'])} {','.join(row['minerals']) or 'minerals'}"
    return f"! {row['id']}  {row['score']:.2f}  {what}: {row['measure']} {row['change_kind']} {row['effective'] or ''}"
