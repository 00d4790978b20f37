"""Why a country has its level in a domain, down to the document."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from scoring.commands import ScoreCommand
from scoring.selectors import get_explanation


class Command(ScoreCommand):
    help = "The rule, every gate and every piece of evidence with its source."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", help="ISO 3166-1 alpha-2, such as MY")
        parser.add_argument("domain", help="access, capability or governance")
        self.add_point(parser)

    def work(self, **options: Any) -> Any:
        return get_explanation(
            self.point(options),
            country=options["country"],
            domain=options["domain"],
            now=timezone.now(),
            without=options["without"],
        )

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
