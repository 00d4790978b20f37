"""The other reading of each judgement moves the cells it is said to move, and no others."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.domain.paper import Judgement
from registry.reference import load_judgements
from scoring.exceptions import OverlayError
from tests.unit.scoring.paper_case import LATER, PUBLISHED, card, expected, moves, what_if

JUDGEMENTS = load_judgements()
MOVES = {name: dict(cells) for name, cells in expected("judgement_moves").items()}


@pytest.mark.parametrize("on", [PUBLISHED, LATER])
@pytest.mark.parametrize("judgement", JUDGEMENTS, ids=[each.judgement_id for each in JUDGEMENTS])
def test_the_other_reading_moves_what_it_is_said_to_move(judgement: Judgement, on: dt.date) -> None:
    assert moves(card(on), what_if(*judgement.instead, on=on)) == MOVES[judgement.judgement_id]


def test_every_judgement_has_its_moves_and_both_readings() -> None:
    assert {each.judgement_id for each in JUDGEMENTS} == set(MOVES)
    assert all(each.reading and each.other_reading and each.gates for each in JUDGEMENTS)


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({"op": "guess"}, "'op' is one of"),
        ({"op": "param", "name": "no_such", "value": 1}, "no parameter 'no_such'"),
        ({"op": "param", "name": "mean_rounding", "value": "sideways"}, "no value for mean_rounding"),
        ({"op": "param", "name": "use_ceiling", "value": "no"}, "no value for use_ceiling"),
        ({"op": "drop_fact", "ids": ["no.such"]}, "not on record: no.such"),
        ({"op": "drop_instrument"}, "ids is missing"),
        ({"op": "set_instrument", "ids": ["ph-eo-130"], "field": "status", "value": "asleep"}, "asleep"),
        ({"op": "set_instrument", "ids": ["ph-eo-130"], "field": "colour", "value": "red"}, "one of"),
        ({"op": "set_fact", "ids": ["id.control"], "field": "colour", "value": "red"}, "one of"),
    ],
)
def test_an_operation_that_cannot_be_carried_out_says_why(operation: dict[str, object], words: str) -> None:
    with pytest.raises(OverlayError, match=words):
        what_if(operation)
