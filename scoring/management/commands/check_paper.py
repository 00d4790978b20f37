"""The paper as a permanent test: what it says of its scores, and its sums, under every methodology that claims it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from scoring.commands import ScoreCommand
from scoring.domain.statements import Check
from scoring.domain.trace import State
from scoring.methodologies import methodology
from scoring.paper import PaperTest, claiming, held_against_paper

_WORDS = {State.PASS: "holds", State.FAIL: "does not hold", State.UNKNOWN: "is open"}


class Command(ScoreCommand):
    help = "Holds methodologies against the paper's statements and sums; exit 1 where one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--methodology", help="code of one (default: every one that claims to implement the paper)")

    def work(self, **options: Any) -> Any:
        code = options["methodology"]
        tests = [held_against_paper(rules) for rules in ((methodology(code),) if code else claiming())]
        return {"ok": not any(test.broken for test in tests), "methodologies": [_test(test) for test in tests]}

    def failed(self, result: Any) -> bool:
        return not result["ok"]

    def text(self, result: Any) -> str:
        lines = []
        for test in result["methodologies"]:
            told = [*test["statements"], *test["sums"]]
            held = sum(each["state"] == State.PASS for each in told)
            lines.append(f"{test['methodology']}: {held} of {len(told)} hold")
            lines += [f"  {each['id']} {_WORDS[State(each['state'])]}: {each['worked']}" for each in told]
        return "\n".join(lines)


def _test(test: PaperTest) -> dict[str, Any]:
    return {
        "methodology": test.code,
        "statements": [_check(each) for each in test.statements],
        "sums": [_check(each) for each in test.sums],
    }


def _check(check: Check) -> dict[str, str]:
    return {"id": check.check_id, "state": check.state.value, "worked": check.worked}
