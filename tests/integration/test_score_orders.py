"""No order of edits, corrections and recomputes ends in another score than a recompute from nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.actor import COMMAND, Actor, Door
from ledger.models import TreeHead
from ledger.services import seal_all
from registry.choices import FactStatus
from registry.models import FactVersion, Instrument, InstrumentVersion, StatusEvent
from registry.selectors import get_members
from registry.services.facts import FactRow, put_facts, withdraw_fact
from registry.services.instruments import Draft, publish, save_draft, withdraw
from scoring.arguments import Point
from scoring.basis import get_basis
from scoring.domain.card import Card, score
from scoring.methodologies import shipped
from scoring.models import Score
from scoring.selectors import get_card
from scoring.services.recompute import recompute

pytestmark = pytest.mark.django_db(transaction=False)
OFFICER, REVIEWER = Actor("p-officer", Door.DESK), Actor("p-reviewer", Door.DESK)

#: Facts that can be put: id, kind, mineral, and the words or figures it may say.
FACTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a": ("reserve_class", "nickel", ("none", "limited", "significant", "abundant")),
    "b": ("control", "nickel", ("under_control", "outside_control")),
    "c": ("production_share", "nickel", ("0.5", "2", "7")),
    "d": ("key_mineral", "nickel", ("key",)),
    "e": ("processing_coverage", "nickel", ("none", "some")),
    "f": ("enforcement", "", ("present", "absent")),
}

_PUT = st.sampled_from(sorted(FACTS)).flatmap(
    lambda name: st.tuples(st.just("put"), st.just(name), st.sampled_from(FACTS[name][2]))
)
_ACT = st.tuples(
    st.just("act"),
    st.sampled_from(["one", "two"]),
    st.sampled_from(["2020-01-01", "2026", "2999-01-01", "repealed"]),
)
ACTIONS = st.lists(
    st.one_of(
        _PUT,
        _ACT,
        st.tuples(st.just("withdraw"), st.sampled_from(sorted(FACTS)), st.just("")),
        st.tuples(st.just("withdraw_act"), st.sampled_from(["one", "two"]), st.just("")),
        st.tuples(st.just("recompute"), st.just(""), st.just("")),
    ),
    max_size=10,
)


def _put(name: str, word: str) -> None:
    kind, mineral, _ = FACTS[name]
    content: dict[str, Any] = {"fact_id": name, "kind": kind, "subject": {"country": "TH"}}
    if mineral:
        content["subject"]["mineral"] = mineral
    if word[0].isdigit():
        content |= {"value": {"number": word}, "unit": "percent"}
    else:
        content["fact_class"] = word
    put_facts(rows=[FactRow(name, kind, content, "TH", mineral)], by=OFFICER, reason="a test")


def _withdraw(name: str) -> None:
    if FactVersion.objects.current().filter(fact_id=name, status=FactStatus.ACCEPTED).exists():
        withdraw_fact(fact_id=name, by=OFFICER, reason="never so")


def _act(name: str, since: str) -> None:
    found = Instrument.objects.filter(instrument_id=f"th-{name}").first()
    instrument = found or Instrument(
        instrument_id=f"th-{name}", country_id="TH", title=name, scope="cm_specific", pillar="regulation"
    )
    events = [StatusEvent(status="in_force", since="2020-01-01" if since == "repealed" else since)]
    if since == "repealed":
        events.append(StatusEvent(status="repealed", since="2026-01-01"))
    removed = list(found.status_events.all()) if found else []
    saved = save_draft(draft=Draft(instrument, [], events, removed=removed), by=OFFICER, reason="a test")
    publish(instrument=saved, by=REVIEWER, reason="checked")


def _withdraw_act(name: str) -> None:
    version = InstrumentVersion.objects.current().filter(instrument__instrument_id=f"th-{name}").first()
    if version is not None:
        withdraw(instrument=version.instrument, by=OFFICER, reason="never so")


def _recompute() -> None:
    today = timezone.localdate()
    recompute(on=today, by=COMMAND, today=today)


def _do(action: tuple[str, str, str]) -> None:
    verb, name, word = action
    match verb:
        case "put":
            _put(name, word)
        case "withdraw":
            _withdraw(name)
        case "act":
            _act(name, word)
        case "withdraw_act":
            _withdraw_act(name)
        case _:
            _recompute()


def _stands() -> dict[tuple[str, str], Any]:
    return {(row.country, row.domain): (row.level, row.low, row.high, row.gates) for row in Score.objects.current()}


def _from_nothing() -> dict[tuple[str, str], Any]:
    today = timezone.localdate()
    members = [country.code for country in get_members(today)]
    card = score(get_basis().evidence, shipped(), today, members)
    return _cells(card)


def _as_of_the_seal() -> dict[tuple[str, str], Any]:
    return _cells(get_card(Point(timezone.localdate(), TreeHead.objects.latest("size").sealed_at)))


def _cells(card: Card) -> dict[tuple[str, str], Any]:
    return {
        (country.country, cell.domain.value): (cell.level, cell.low, cell.high, cell.to_json()["gates"])
        for country in card.countries
        for cell in country.domains
    }


def _played(actions: list[tuple[str, str, str]], *, with_recomputes: bool) -> dict[tuple[str, str], Any]:
    """The scores that stand after the actions and one last recompute; everything is taken back."""
    with transaction.atomic():
        for action in actions:
            if with_recomputes or action[0] != "recompute":
                _do(action)
        _recompute()
        stands = _stands()
        assert stands == _from_nothing()
        seal_all()
        # Worked out from the past, then remembered: what was sealed is what stands.
        assert [_as_of_the_seal(), _as_of_the_seal()] == [stands, stands]
        transaction.set_rollback(True)
    return stands


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_every_order_of_edits_and_recomputes_ends_where_one_recompute_ends(
    db: None, actions: list[tuple[str, str, str]]
) -> None:
    assert _played(actions, with_recomputes=True) == _played(actions, with_recomputes=False)
