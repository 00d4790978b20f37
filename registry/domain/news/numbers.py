"""Rates and tonnages in news text, and numbers that move."""

from __future__ import annotations

import re
from collections.abc import Iterable

from registry.domain.news.text import Sentence

_UNIT = r"%|percent\b|per cent\b|persen\b|peratus\b|pct\b|ร้อยละ|tonnes?\b|tons?\b|tan metrik\b|tan\b|tấn\b|ตัน|tonelada"
_NUMBER = re.compile(rf"(?<![\w.,/-])(\d[\d.,]*)\s*(?:{_UNIT})")
_TO = r"(?:to|menjadi|ke|kepada|lên|xuống|còn|hanggang|tungo sa|sa)"
#: "from 5 to 8 percent", "dari 7 menjadi 9 persen", "to 3 percent from 10", "จาก 5% เป็น 8%".
_MOVES = re.compile(
    rf"\b(?:from|dari|daripada|từ|mula sa|mula)\s+\D{{0,4}}[\d.,]+\s*(?:{_UNIT})?\s*{_TO}\s+\D{{0,4}}\d"
    rf"|\bto\s+\D{{0,4}}[\d.,]+\s*(?:{_UNIT})?,?\s+(?:up |down )?from\s+\D{{0,4}}\d"
    r"|จาก(?:เดิม)?(?:ร้อยละ)?\s*[\d.,]+\s*%?\s*(?:เป็น|เหลือ)"
)
#: What it was: "from 80,000 tonnes last year", "dari 80 ribu ton", "từ 40%".
_WAS = re.compile(
    r"(?:\b(?:from|dari|daripada|từ|mula sa|compared with|against|instead of)|จาก(?:เดิม)?)\s+[\d.,]+\s*"
    rf"(?:thousand|million|ribu|juta|nghìn|triệu|พัน|ล้าน)?\s*(?:{_UNIT})"
)
#: Years move too, but no rate is one of them.
_YEARS = re.compile(r"\b(?:19|20|25)\d\d\b")


def find(parts: Iterable[Sentence]) -> tuple[str, ...]:
    """The rates and tonnages of an item, digits only, each once."""
    found = [match.group(1) for part in parts for match in _NUMBER.finditer(part.low)]
    return tuple(dict.fromkeys(re.sub(r"[.,]", "", number) for number in found))


def moves(parts: Iterable[Sentence]) -> bool:
    """Whether a rate or limit is said to go from one number to another."""
    runs = [match.group(0) for part in parts for match in _MOVES.finditer(part.low)]
    return any(not _YEARS.search(run) for run in runs)


def was(parts: Iterable[Sentence]) -> bool:
    """Whether a rate or limit is said that held before."""
    return any(_WAS.search(part.low) for part in parts)
