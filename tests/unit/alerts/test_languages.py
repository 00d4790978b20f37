"""Catalogues of messages: each language says all that English says, with the same things filled in."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Iterator
from typing import Any

import pytest

from alerts.languages import CODES, ENGLISH, LANGUAGES, tongue
from registry.domain.dates import PartialDate
from registry.domain.instruments import MeasureCode, Status
from traceability.domain.vocabulary import FindingCode

#: Names that may be left to the register.
_NAMES = ("countries", "minerals", "measures")
OTHERS = [code for code in CODES if code != "en"]


def _texts(plain: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield from _texts(value, f"{path}.{key}")
    elif isinstance(plain, str):
        yield path, plain


def _sentences(code: str) -> dict[str, str]:
    left_out = {*_NAMES, "dates", "name", "decimal"}
    return dict(_texts({key: value for key, value in tongue(code).catalogue.items() if key not in left_out}))


def _filled(text: str) -> set[str]:
    return {name for _text, name, _form, _conversion in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_says_all_that_english_says(code: str) -> None:
    english, other = _sentences("en"), _sentences(code)
    own = {path for path in other if path.startswith(".findings.names.")}
    assert set(other) - own == set(english)
    for path, text in english.items():
        assert _filled(other[path]) == _filled(text), path


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_is_left_in_english(code: str) -> None:
    english, other = _sentences("en"), _sentences(code)
    # forms of things filled in alone, and words that are the same in both
    same = {path for path, text in english.items() if text == other[path]}
    assert all(not english[path].strip("{}:→ ").count(" ") for path in same if _filled(english[path]) == set()), same


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_names_what_subjects_name(code: str) -> None:
    found = tongue(code).catalogue
    assert set(found["measures"]) == set(MeasureCode)
    assert set(found["statuses"]) == set(Status)
    assert set(found["findings"]["names"]) == set(FindingCode)
    assert {"BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN"} <= set(found["countries"])
    assert len(found["dates"]["months"]) == 12


@pytest.mark.parametrize(
    ("code", "day", "month", "number"),
    [
        ("en", "23 Aug 2026", "Aug 2026", "2.33"),
        ("id", "23 Agu 2026", "Agu 2026", "2,33"),
        ("ms", "23 Ogo 2026", "Ogo 2026", "2.33"),
        ("vi", "23/8/2026", "8/2026", "2,33"),
        ("th", "23 ส.ค. 2026", "ส.ค. 2026", "2.33"),
        ("fil", "Ago 23, 2026", "Ago 2026", "2.33"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does(code: str, day: str, month: str, number: str) -> None:
    spoken = tongue(code)
    assert spoken.date(dt.date(2026, 8, 23)) == day
    assert spoken.date(PartialDate.parse("2026-08")) == month
    assert spoken.date(PartialDate.parse("2026")) == "2026"
    assert spoken.number("2.33") == number
    moment = dt.datetime(2026, 8, 22, 23, 5, tzinfo=dt.UTC)
    assert spoken.instant(moment, "Asia/Jakarta") == f"{day}, 06:05 (+07:00)"


def test_filipino_is_known_by_both_its_codes_and_what_is_not_spoken_is_english() -> None:
    assert tongue("tl") is tongue("fil")
    assert tongue("xx") is ENGLISH
    assert [code for code, _name in LANGUAGES] == list(CODES)
