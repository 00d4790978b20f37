"""The evidence of now, read in three queries: what was parsed before and reads the same is not parsed again."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import TextField
from django.db.models.functions import Cast

from registry.choices import FactStatus
from registry.domain.facts import Fact
from registry.domain.instruments import InstrumentState
from registry.domain.production import ProductionTotal
from registry.models import FactVersion, InstrumentVersion
from registry.selectors import get_versions
from scoring.basis import PRODUCTION_TOTAL
from scoring.domain.card import Card
from scoring.domain.incremental import Remembered
from scoring.domain.inputs import Evidence, fingerprint_of, line
from scoring.domain.methodology import Methodology

_Piece = Fact | InstrumentState | ProductionTotal


@dataclass(frozen=True, slots=True)
class NowBasis:
    """What counts now: the evidence, its fingerprint, and the log entry that recorded each piece, by id."""

    evidence: Evidence
    fingerprint: str
    entries: Mapping[str, int]
    versions: Mapping[str, InstrumentVersion]


@dataclass(slots=True)
class Memory:
    """Pieces by their text and cells by their pieces. The text is the key, so nothing stale is ever found."""

    pieces: dict[str, tuple[_Piece, str]] = field(default_factory=dict)
    cells: Remembered = field(default_factory=Remembered)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def basis(self) -> NowBasis:
        with self.lock:
            return self._basis()

    def card(self, evidence: Evidence, rules: Methodology, on: dt.date, members: Sequence[str]) -> Card:
        with self.lock:
            return self.cells.card(evidence, rules, on, members)

    def _basis(self) -> NowBasis:
        rows = (
            FactVersion.objects.current()
            .filter(status=FactStatus.ACCEPTED)
            .annotate(text=Cast("content", TextField()))
            .order_by("fact_id")
            .values_list("fact_id", "kind", "recorded_entry_id", "text")
        )
        versions = {version.instrument.instrument_id: version for version in get_versions()}
        used: dict[str, tuple[_Piece, str]] = {}
        entries = {public_id: version.recorded_entry_id for public_id, version in versions.items()}
        pieces: list[_Piece] = []
        for fact_id, kind, entry, text in rows:
            entries[fact_id] = entry
            pieces.append(self._piece(text, kind, used))
        for version in versions.values():
            pieces.append(self._piece(json.dumps(version.content, sort_keys=True), "instrument", used))
        self.pieces = used
        return NowBasis(_evidence(pieces), fingerprint_of(each[1] for each in used.values()), entries, versions)

    def _piece(self, text: str, kind: str, used: dict[str, tuple[_Piece, str]]) -> _Piece:
        key = f"{kind}\n{text}"
        if key not in used:
            used[key] = self.pieces.get(key) or _parsed(text, kind)
        return used[key][0]


def _parsed(text: str, kind: str) -> tuple[_Piece, str]:
    content = json.loads(text)
    if kind == "instrument":
        piece: _Piece = InstrumentState.from_json(content)
    elif kind == PRODUCTION_TOTAL:
        piece = ProductionTotal.from_json(content)
    else:
        piece = Fact.from_json(content)
    return piece, line(piece)


def _evidence(pieces: Sequence[_Piece]) -> Evidence:
    return Evidence(
        facts=tuple(each for each in pieces if isinstance(each, Fact)),
        instruments=tuple(each for each in pieces if isinstance(each, InstrumentState)),
        production=tuple(each for each in pieces if isinstance(each, ProductionTotal)),
    )


#: One a process: workers that live long parse only what is new to them.
MEMORY = Memory()
