"""What was known at an instant: the fast way answers as the plain one, whatever was sealed in which order."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.actor import Actor, Door
from ledger.models import Pending, TreeHead, newest_entry_at
from ledger.services import seal_all
from registry.choices import FactStatus
from registry.models import FactVersion
from registry.selectors import get_known_versions
from registry.services.facts import FactRow, put_facts, withdraw_fact

pytestmark = pytest.mark.django_db
OFFICER = Actor("p-officer", Door.DESK)

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("abc"), st.integers(0, 3)),
        st.tuples(st.just("withdraw"), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.just("seal"), st.just(""), st.just(0)),
        st.tuples(st.just("seal_late"), st.just(""), st.just(0)),
    ),
    max_size=14,
)


def _row(name: str, n: int) -> FactRow:
    return FactRow(name, "enforcement", {"fact_id": name, "kind": "enforcement", "note": str(n)}, "TH")


def _seal_late() -> None:
    """Seal as if the oldest waiting entry belonged to a transaction that is still open: it comes with the next one.

    Versions of one fact wait for each other, so only the entry of a fact without another waiting one can be late.
    """
    waiting = list(Pending.objects.order_by("pk").select_related("entry"))
    facts = [pending.entry.object_id.partition("/")[0] for pending in waiting]
    late = waiting[0] if waiting and facts.count(facts[0]) == 1 else None
    if late is not None:
        Pending.objects.filter(pk=late.pk).delete()
    seal_all()
    if late is not None:
        Pending.objects.create(entry_id=late.entry_id)


def _do(step: tuple[str, str, int]) -> None:
    verb, name, n = step
    if verb == "put":
        put_facts(rows=[_row(name, n)], by=OFFICER, reason="a test")
    elif verb == "withdraw":
        if FactVersion.objects.current().filter(fact_id=name, status=FactStatus.ACCEPTED).exists():
            withdraw_fact(fact_id=name, by=OFFICER, reason="never so")
    elif verb == "seal":
        seal_all()
    else:
        _seal_late()


def _plain(at: dt.datetime) -> set[int]:
    rows: Any = FactVersion.objects.as_known(at).filter(status=FactStatus.ACCEPTED)
    return set(rows.values_list("pk", flat=True))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_one_seek_a_fact_answers_as_the_walk_through_all_versions(db: None, steps: list[tuple[str, str, int]]) -> None:
    with transaction.atomic():
        for step in steps:
            _do(step)
        instants = [*TreeHead.objects.values_list("sealed_at", flat=True), timezone.now()]
        for at in instants:
            assert set(get_known_versions(at).values_list("pk", flat=True)) == _plain(at)
        now = FactVersion.objects.current().filter(status=FactStatus.ACCEPTED)
        assert set(get_known_versions().values_list("pk", flat=True)) == set(now.values_list("pk", flat=True))
        transaction.set_rollback(True)


def test_nothing_is_known_before_the_first_sealing() -> None:
    put_facts(rows=[_row("a", 1)], by=OFFICER, reason="a test")
    assert not get_known_versions(timezone.now()).exists()
    assert newest_entry_at(0) == 0
