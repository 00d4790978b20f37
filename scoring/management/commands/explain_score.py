"""Why a country has its level in a domain, down to the document."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from ledger.commands import SeamCommand
from scoring.arguments import read_day
from scoring.exceptions import ScoringError
from scoring.methodologies import CURRENT
from scoring.selectors import explain


class Command(SeamCommand):
    help = "The rule, every gate and every piece of evidence with its source."
    anticipated = (ScoringError,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", help="ISO 3166-1 alpha-2, such as MY")
        parser.add_argument("domain", help="access, capability or governance")
        parser.add_argument("--on", help="day, YYYY-MM-DD (default: today)")
        parser.add_argument("--methodology", default=CURRENT)

    def work(self, **options: Any) -> Any:
        on = read_day(options["on"], timezone.localdate())
        country, domain = options["country"].upper(), options["domain"].lower()
        result = explain(country=country, domain=domain, on=on, code=options["methodology"])
        return {**result, "as_of": result["as_of"] or timezone.now().isoformat()}

    def text(self, result: Any) -> str:
        level = result["level"] or (f"{result['low']}–{result['high']}" if result["low"] else "not scored: no facts")
        lines = [f"{result['country']} {result['domain']}: {level} ({result['methodology']}, {result['on']})"]
        for gate in result["gates"]:
            lines += _gate_lines(gate, "")
        return "\n".join(lines)


def _gate_lines(gate: dict[str, Any], indent: str) -> list[str]:
    lines = [f"{indent}{gate['gate']} {_STATES[gate['state']]}: {gate['rule']}"]
    if gate["because"]:
        lines.append(f"{indent}  because {gate['because']}")
    if gate["parts"]:
        for part in gate["parts"]:
            lines += _gate_lines(part, f"{indent}  ")
    else:
        lines += [f"{indent}  + {fact['id']}: {fact['text']} [{_source(fact['source'])}]" for fact in gate["facts"]]
    lines += [f"{indent}  - {fact['id']} does not count: {fact['reason']}" for fact in gate["not_counted"]]
    lines += [f"{indent}  ? missing: {what}" for what in gate["missing"]]
    return lines


_STATES = {"pass": "passes", "fail": "does not pass", "unknown": "is unknown"}


def _source(source: dict[str, Any] | None) -> str:
    if not source:
        return "no source"
    where = f"section {source['section']}" if source["section"] else ""
    note = f"endnote {source['endnote']}" if source["endnote"] else ""
    return ", ".join(part for part in (where, note, source["title"] or "") if part)
