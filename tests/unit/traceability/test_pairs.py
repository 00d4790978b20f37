"""Numbers by names in one text."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from traceability.domain.pairs import pair_of, pairs_text

names = st.sampled_from(["", "N", "Nd", "Nb", "B", "Dy", "O"])
numbers = st.decimals(min_value=0, max_value=10**6, allow_nan=False, allow_infinity=False)


@given(st.dictionaries(names, numbers), names)
def test_what_was_written_is_read_again_and_nothing_else(pairs: dict[str, Decimal], name: str) -> None:
    assert pair_of(pairs_text(pairs), name) == pairs.get(name)
