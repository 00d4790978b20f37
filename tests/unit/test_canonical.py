"""The fast way to canonical JSON writes what RFC 8785 asks for."""

from __future__ import annotations

import string
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.canonical import canonical

_TEXTS = st.one_of(st.text(alphabet=string.printable + '\x00\x1f\x7f\\"'), st.text(), st.text("0123456789"))
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), _TEXTS),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(_TEXTS, inner)),
    max_leaves=20,
)


@given(_VALUES)
def test_canonical_text_is_that_of_the_standard(value: Any) -> None:
    try:
        wanted = rfc8785.dumps(value).decode()
    except rfc8785.CanonicalizationError:  # a surrogate by itself, which no UTF-8 can write
        return
    assert canonical(value) == wanted


@pytest.mark.parametrize("value", [{"n": 2**53}, [-(2**60)], {"n": 10**30}])
def test_an_integer_that_a_double_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(rfc8785.IntegerDomainError):
        canonical(value)
