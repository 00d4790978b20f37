"""The methodology file, its page, and the logic of three states."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry.reference import load_countries, load_judgements
from scoring.domain.methodology import Domain, Methodology, Parameters
from scoring.domain.overlay import OPERATIONS
from scoring.domain.trace import Finding, GateTrace, State, every, ladder, some
from scoring.exceptions import MethodologyError
from tests.unit.scoring.paper_case import RULES

ROOT = Path(__file__).parents[3]
RAW = yaml.safe_load((ROOT / "scoring/data/methodology/v1.yaml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/methodology.md").read_text(encoding="utf-8")
ENGINE = (
    "access",
    "capability",
    "card",
    "diff",
    "explain",
    "governance",
    "inputs",
    "methodology",
    "overlay",
    "supply",
    "trace",
)


def test_every_level_above_the_lowest_has_one_gate() -> None:
    for domain in Domain:
        assert [gate.level for gate in RULES.gates_of(domain) if gate.level > 1] == [2, 3, 4, 5]


def test_gates_name_judgements_that_exist() -> None:
    known = {each.judgement_id for each in load_judgements()}
    assert {name for gate in RULES.gates for name in gate.judgements} <= known


def test_every_judgement_bites_at_a_gate() -> None:
    assert {each.judgement_id for each in load_judgements()} == {
        name for gate in RULES.gates for name in gate.judgements
    }


def test_the_page_teaches_every_gate_parameter_and_operation() -> None:
    names = [gate.gate for gate in RULES.gates] + [each.name for each in fields(Parameters)] + sorted(OPERATIONS)
    assert [name for name in names if name not in PAGE] == []


@pytest.mark.parametrize("name", ENGINE)
def test_the_engine_knows_no_country(name: str) -> None:
    text = (ROOT / f"scoring/domain/{name}.py").read_text(encoding="utf-8")
    told = [country.name for country in load_countries() if country.name in text or f'"{country.code}"' in text]
    assert told == []


@pytest.mark.parametrize(
    "broken",
    [
        {"gates": None},
        {"parameters": {**RAW["parameters"], "leading_pct": "a lot"}},
        {"parameters": {**RAW["parameters"], "extra": 1}},
        {"parameters": {name: value for name, value in RAW["parameters"].items() if name != "leading_pct"}},
        {"weights": {"access": 1}},
        {"effective_from": "soon"},
    ],
)
def test_a_broken_file_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(MethodologyError):
        Methodology.from_dict({**RAW, **broken})


def _findings(states: list[State]) -> list[Finding]:
    return [Finding(state, state.value, (f"f{n}",), (), (f"m{n}",)) for n, state in enumerate(states)]


_STATES = st.lists(st.sampled_from(State), min_size=1, max_size=6)


@given(_STATES)
def test_every_and_some_mirror_each_other(states: list[State]) -> None:
    turned = {State.PASS: State.FAIL, State.FAIL: State.PASS, State.UNKNOWN: State.UNKNOWN}
    nothing = Finding(State.FAIL, "")
    opposite = some(_findings([turned[state] for state in states]), nothing)
    assert every(*_findings(states)).state is turned[opposite.state]


@given(_STATES, st.integers(0, 5))
def test_settling_an_unknown_stays_within_the_range(states: list[State], place: int) -> None:
    low, high = ladder(_traces(states))
    for settled in (State.PASS, State.FAIL):
        known = [settled if n == place and each is State.UNKNOWN else each for n, each in enumerate(states)]
        assert low <= ladder(_traces(known))[0] <= ladder(_traces(known))[1] <= high


def _traces(states: list[State]) -> list[GateTrace]:
    return [GateTrace(f"X{n}", state, "", "", level=n) for n, state in enumerate(states, 2)]


def test_only_what_is_open_names_what_is_missing() -> None:
    decided = every(*_findings([State.FAIL, State.UNKNOWN]))
    assert (decided.state, decided.missing) == (State.FAIL, ())
    assert every(*_findings([State.PASS, State.UNKNOWN])).missing == ("m1",)
