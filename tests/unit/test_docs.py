"""Docs that cannot lie: what exists is described."""

from __future__ import annotations

from pathlib import Path

from config import env, settings
from traceability.domain.claim_rules import ASSIGNMENT_RULES, BOOKING_RULES
from traceability.domain.rules import RULES

ROOT = Path(settings.BASE_DIR)


def test_every_setting_is_described() -> None:
    described = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    missing = [
        name
        for name, (_default, meaning) in env.DECLARED.items()
        if f"| `{name}` |" not in described or meaning not in described
    ]
    assert not missing


def test_every_command_is_described() -> None:
    described = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    commands = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    assert not {name for name in commands if f"`{name}" not in described}


def test_every_finding_has_a_heading_with_its_rule_and_source() -> None:
    described = (ROOT / "docs" / "traceability.md").read_text(encoding="utf-8")
    sections = {part.partition("\n")[0]: " ".join(part.split()) for part in described.split("\n### ")[1:]}
    for rule in RULES:
        section = sections[rule.code.value]
        for said in (rule.title, rule.severity.value, rule.text, rule.source):
            assert " ".join(said.split()) in section


def test_every_rule_of_claims_is_described_with_its_source() -> None:
    described = " ".join((ROOT / "docs" / "traceability.md").read_text(encoding="utf-8").split())
    rules = [*BOOKING_RULES, *ASSIGNMENT_RULES]
    missing = [
        type(rule).__name__
        for rule in rules
        if f"- **{type(rule).__name__}**: {rule.text} Source: {rule.source}" not in described
    ]
    assert not missing
