"""What is put together for the log by hand is what RFC 8785 writes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.canonical import plain
from traceability.domain.facts import AssayFact, EventFact, LineFact, LotFact
from traceability.domain.vocabulary import CustodyModel, EventKind, MassBasis, Material, Role, Unit
from traceability.live import assay_state, assay_text, event_state, event_text, lot_state, lot_text

_TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20)
_MAYBE = st.none() | _TEXT
_NUMBER = st.decimals(min_value=-(10**15), max_value=10**15, places=9, allow_nan=False) | st.just(Decimal("0E-9"))
_TIME = st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=7, minutes=30))]))
_LINE = st.builds(
    LineFact, st.sampled_from(Role), _TEXT, _NUMBER, st.sampled_from(Unit), st.sampled_from(MassBasis)
)  # fmt: skip
_EVENT = st.builds(
    EventFact, _TEXT, st.sampled_from(EventKind), _TIME, _TEXT, _TEXT, _MAYBE, _MAYBE, _MAYBE, _MAYBE, _MAYBE,
    st.lists(_LINE, max_size=3).map(tuple),
)  # fmt: skip
_ASSAY = st.builds(
    AssayFact, _TEXT, _TEXT, st.dates(), st.sampled_from(MassBasis), st.sampled_from(["Nd2O3", "Ni", "WO3"]), _NUMBER,
    st.none() | _NUMBER, _MAYBE, st.none() | st.just("a" * 64),
)  # fmt: skip

_LOT = st.builds(
    LotFact, _TEXT, _TEXT, st.sampled_from(Material), st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.sampled_from(CustodyModel),
)  # fmt: skip


@given(_LOT, st.booleans())
def test_the_text_of_a_lot(lot: LotFact, is_public: bool) -> None:
    expected = rfc8785.dumps(plain(lot_state(lot, is_public=is_public))).decode()
    assert lot_text(lot, is_public=is_public) == expected


@given(_EVENT)
def test_the_text_of_an_event(event: EventFact) -> None:
    assert event_text(event) == rfc8785.dumps(plain(event_state(event))).decode()


@given(st.lists(_ASSAY, min_size=1, max_size=3))
def test_the_text_of_an_assay(rows: list[AssayFact]) -> None:
    assert assay_text(rows) == rfc8785.dumps(plain(assay_state(rows))).decode()
