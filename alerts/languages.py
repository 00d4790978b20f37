"""The fixed words of messages in the reader's language, and instants in the reader's time zone."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

LANGUAGES = [("en", "English"), ("id", "Bahasa Indonesia"), ("vi", "Tiếng Việt")]
_PATH = Path(__file__).parent / "data" / "words.yaml"


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(_PATH.read_text(encoding="utf-8"))
    return found


def words(language: str) -> dict[str, str]:
    """The words by key; English where a language is not there."""
    catalogue = _catalogue()
    return {**catalogue["en"], **catalogue.get(language, {})}


def instant(moment: dt.datetime, zone: str) -> str:
    """Such as: 23 Nov 2026, 09:43 (+07:00)."""
    local = moment.astimezone(ZoneInfo(zone))
    offset = f"{local:%z}"
    return f"{local.day} {local:%b %Y, %H:%M} ({offset[:3]}:{offset[3:]})"
