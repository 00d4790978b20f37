"""Measures given as a list, each becoming an instrument of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from ledger.domain.actor import Actor
from ledger.domain.canonical import canonical
from registry.choices import MATERIALS, label
from registry.domain.dates import Basis, PartialDate
from registry.domain.instruments import (
    Direction,
    InstrumentState,
    MeasureCode,
    MeasureState,
    Pillar,
    Scope,
    Status,
    StatusEvent,
)
from registry.domain.restating import is_on_record
from registry.exceptions import BadInput
from registry.models import Country, Instrument, Mineral
from registry.selectors import get_instruments
from registry.services.facts import Tally
from registry.services.reference import draft_of, put_instrument
from registry.services.vocabularies import measure_words

_KEYS = {"country", "hs", "mineral", "materials", "kind", "from", "until"}
_MATERIALS = {value for value, _label in MATERIALS}


@transaction.atomic
def load_measures(*, rows: Any, by: Actor, reason: str) -> Tally:
    """Publish an instrument for each ``{country, hs, mineral, materials, kind, from, until}``.

    Raises BadInput naming the row and the key. The same row again changes nothing, and so does one that says
    what another act on record says already.
    """
    if not isinstance(rows, list):
        raise BadInput("A list of measures was expected: [{country, hs, mineral, materials, kind, from, until}, …]")
    vocabulary = _Vocabulary()
    states = [vocabulary.read(number, row) for number, row in enumerate(rows, start=1)]
    tally, known = Tally(), get_instruments()
    for state in states:
        if is_on_record(state, known):
            tally += Tally(unchanged=1)
            continue
        tally += put_instrument(draft_of(state, Instrument(title=state.title)), by=by, reason=reason)
    return tally


class _Vocabulary:
    """Reads one row against what the register knows."""

    def __init__(self) -> None:
        self.countries = dict(Country.objects.values_list("code", "name"))
        self.minerals = dict(Mineral.objects.values_list("code", "name"))
        self.measures = measure_words()

    def read(self, number: int, row: Any) -> InstrumentState:
        if not isinstance(row, Mapping):
            raise BadInput(f"Measure {number}: an object with the keys {', '.join(sorted(_KEYS))} was expected.")
        if unknown := ", ".join(sorted(set(row) - _KEYS)):
            raise BadInput(f"Measure {number}: {unknown} is not known; the keys are {', '.join(sorted(_KEYS))}.")
        country = self._one_of(number, row, "country", self.countries)
        code = MeasureCode(self._one_of(number, row, "kind", {code.value: "" for code in MeasureCode}))
        mineral = None if row.get("mineral") in (None, "") else self._one_of(number, row, "mineral", self.minerals)
        materials = self._materials(number, row.get("materials"))
        hs = self._hs(number, row.get("hs"))
        start, until = (self._date(number, row, key) for key in ("from", "until"))
        if start and until and until.last < start.first:
            raise BadInput(f"Measure {number}: it ends ({until}) before it starts ({start}).")
        instrument_id = f"{country.lower()}-{code.value.replace('_', '-')}-{_fingerprint(row)}"
        measure = MeasureState(
            measure_id=f"{instrument_id}.1",
            instrument_id=instrument_id,
            version=1,
            country=country,
            code=code,
            direction=Direction(self.measures[code.value]["direction"]),
            minerals=(mineral,) if mineral else None,
            materials=materials,
            hs=hs,
            start=start,
            until=until,
        )
        return InstrumentState(
            instrument_id=instrument_id,
            version=1,
            country=country,
            title=self._title(measure),
            scope=Scope.CM_SPECIFIC if mineral else Scope.GENERAL,
            pillar=Pillar(self.measures[code.value]["pillar"]),
            engagement_scope=None,
            counterparts=(),
            events=(StatusEvent(Status.IN_FORCE, start),),
            measures=(measure,),
        )

    def _title(self, measure: MeasureState) -> str:
        minerals = ", ".join(self.minerals[code].lower() for code in measure.minerals or ()) or "all minerals"
        goods = f" ({', '.join(label(item).lower() for item in measure.materials)})" if measure.materials else ""
        codes = f", HS {', '.join(measure.hs)}" if measure.hs else ""
        return f"{label(measure.code.value)} on {minerals}{goods}{codes}"

    def _one_of(self, number: int, row: Mapping[str, Any], key: str, known: Mapping[str, str]) -> str:
        value = row.get(key)
        if not isinstance(value, str) or value not in known:
            raise BadInput(f"Measure {number}: {key} is {value!r}, which is not in the register.")
        return value

    def _materials(self, number: int, value: Any) -> tuple[str, ...] | None:
        if value is None:
            return None
        items: Sequence[Any] = value if isinstance(value, list) else [value]
        if unknown := [item for item in items if not isinstance(item, str) or item not in _MATERIALS]:
            raise BadInput(
                f"Measure {number}: materials names {unknown[0]!r}; known are {', '.join(sorted(_MATERIALS))}."
            )
        return tuple(items) or None

    def _hs(self, number: int, value: Any) -> tuple[str, ...]:
        items = value if isinstance(value, list) else [] if value is None else [value]
        codes = tuple(str(item).replace(".", "").strip() for item in items)
        if wrong := [code for code in codes if not code.isdigit() or not 2 <= len(code) <= 8]:
            raise BadInput(f"Measure {number}: hs is {wrong[0]!r}; write 2 to 8 digits.")
        return codes

    def _date(self, number: int, row: Mapping[str, Any], key: str) -> PartialDate | None:
        value = row.get(key)
        if value in (None, ""):
            return None
        try:
            return PartialDate.parse(str(value), Basis.STATED)
        except ValueError as error:
            raise BadInput(f"Measure {number}: {key} is {value!r}: {error}.") from error


def _fingerprint(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical({key: str(value) for key, value in row.items()}).encode()).hexdigest()[:8]
