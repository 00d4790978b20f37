"""Methodologies: those that ship as data files, and those published as records that no edit reaches any more."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from ledger.domain.canonical import canonical
from ledger.models import is_sealed, size_at
from scoring.domain.methodology import Methodology
from scoring.exceptions import MethodologyError
from scoring.models import Methodology as Record

DATA = Path(__file__).parent / "data" / "methodology"

#: The version that is published first, when nothing is on record yet.
FIRST = "v1"


def shipped_codes() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in DATA.glob("*.yaml")))


@cache
def shipped_rules(code: str) -> Any:
    """A methodology's file, parsed. Raises MethodologyError where there is none of that code."""
    if code not in shipped_codes():
        raise _unknown(code, shipped_codes())
    return yaml.safe_load((DATA / f"{code}.yaml").read_text(encoding="utf-8"))


@cache
def shipped(code: str = FIRST) -> Methodology:
    return Methodology.from_dict(shipped_rules(code))


def methodology(code: str) -> Methodology:
    """A methodology by code: as published, else as it ships. Raises MethodologyError for an unknown code."""
    row = Record.objects.filter(code=code).only("sha256").first()
    if row is not None:
        return _published(row.sha256)
    if code not in shipped_codes():
        published = Record.objects.values_list("code", flat=True)
        raise _unknown(code, sorted({*published, *shipped_codes()}))
    return shipped(code)


def official(on: dt.date, as_of: dt.datetime | None = None) -> Methodology:
    """The rules that official scores of a day follow: the newest in use by then. Days before the first: a backcast.

    Of those published by ``as_of`` (None: now): a later publication changes no answer that was given.
    """
    row = official_record(get_official_records(as_of), on)
    return _published(row.sha256) if row else shipped(FIRST)


def get_official_records(as_of: dt.datetime | None = None) -> tuple[Record, ...]:
    """Official methodologies published by an instant, in the order in which they come into use, without their text."""
    rows = Record.objects.filter(is_official=True).order_by("effective_from", "pk")
    if as_of is not None:
        rows = rows.filter(is_sealed("recorded_entry", size_at(as_of)))
    return tuple(rows.only("code", "sha256", "effective_from"))


def official_record(records: Sequence[Record], on: dt.date) -> Record | None:
    """The record in use on a day; the first one for days before it; None where there is none at all."""
    used = [record for record in records if record.effective_from <= on]
    return used[-1] if used else records[0] if records else None


def rules_of(record: Record) -> Methodology:
    return _published(record.sha256)


def is_backcast(rules: Methodology, on: dt.date) -> bool:
    """Whether a card applies rules to a day before they were in use."""
    return on < rules.effective_from


def fingerprint(written: Any) -> str:
    """SHA-256 of the canonical JSON of a rule book."""
    return hashlib.sha256(canonical(written).encode()).hexdigest()


def methodology_sha256(code: str) -> str:
    """The fingerprint of a methodology by code, as published, else as it ships."""
    row = Record.objects.filter(code=code).only("sha256").first()
    return row.sha256 if row else fingerprint(shipped_rules(code))


@lru_cache(maxsize=16)
def _published(sha256: str) -> Methodology:
    """Records never change, so what was read of one stays right; it is found by its content."""
    written = Record.objects.values_list("rules", flat=True).get(sha256=sha256)
    if fingerprint(written) != sha256:
        raise MethodologyError(
            "The published methodology is not what its fingerprint says. Run `manage.py verify_log`."
        )
    return Methodology.from_dict(written)


def _unknown(code: str, known: Any) -> MethodologyError:
    return MethodologyError(f"There is no methodology '{code}'; there are {', '.join(known)}.")
