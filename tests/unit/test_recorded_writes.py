"""No change without its entry: what the log keeps is written by services that record, and by nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("alerts", "config", "jobs", "ledger", "registry", "scoring", "traceability")

#: Models whose rows the log holds, or that are the log. A feed is not among them: when it is polled next is no record,
#: and what is (its title, address, state) is compared by the nightly walk.
TRACKED = {
    "Assay", "BorderVerdict", "Claim", "Comment", "Credit", "Document", "EnforcementRecord", "EnforcementVersion",
    "Entry", "Event", "EventLine", "Facility", "FactVersion", "Finding", "Flag", "Hold", "Instrument",
    "InstrumentVersion", "Leaf", "Lot", "Measure", "Membership", "Methodology", "Node", "Party", "RiskList", "Score",
    "ScoreChange", "ScoreRun", "Source", "StatusEvent", "TreeHead", "User",
}  # fmt: skip
WRITES = {"update", "bulk_create", "bulk_update", "delete", "create", "get_or_create", "update_or_create",
          "_raw_delete", "aupdate", "abulk_create", "adelete", "acreate"}  # fmt: skip
RAW = re.compile(
    r"\b(UPDATE|DELETE FROM|INSERT (OR \w+ )?INTO|COPY|TRUNCATE)\s+\"?(ledger|registry|scoring|traceability)_", re.I
)
#: Where the log itself is written.
SEQUENCER = {"ledger/services/sealing.py", "ledger/services/recording.py", "ledger/services/checks.py"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def written_models(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Calls such as Lot.objects.filter(…).update(…): line, model, method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            names = {each.id for each in ast.walk(node.func.value) if isinstance(each, ast.Name)}
            managers = {each.attr for each in ast.walk(node.func.value) if isinstance(each, ast.Attribute)}
            if managers & {"objects", "_default_manager", "_base_manager"}:
                yield from ((node.lineno, name, node.func.attr) for name in sorted(names & TRACKED))


def records(tree: ast.Module) -> bool:
    """Whether a module takes the recording helper in hand."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "ledger.services"
        and {"record", "record_many"} & {alias.name for alias in node.names}
        for node in ast.walk(tree)
    )


def faults(path: str, tree: ast.Module) -> list[str]:
    may = path in SEQUENCER or ("/services/" in path and records(tree))
    found = [f"{path}:{line}: {model}.{method}" for line, model, method in written_models(tree)]
    found += [
        f"{path}:{node.lineno}: {node.value.strip()[:60]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW.search(node.value)
    ]
    return [] if may else found


def test_tracked_models_are_written_only_by_services_that_record() -> None:
    assert [fault for path, tree in sources() for fault in faults(path, tree)] == []


@pytest.mark.parametrize(
    ("path", "code", "is_fault"),
    [
        ("traceability/views.py", "Lot.objects.filter(pk=1).update(is_public=True)", True),
        ("registry/services/x.py", "User.objects.filter(pk=1).update(is_superuser=True)", True),
        ("registry/services/x.py", "from ledger.services import record\nUser.objects.update(is_active=False)", False),
        ("registry/admin/x.py", "from ledger.services import record\nInstrument.objects.bulk_create([])", True),
        ("scoring/tasks.py", "cursor.execute('DELETE FROM scoring_score')", True),
        ("scoring/tasks.py", "cursor.execute('SELECT 1 FROM scoring_score')", False),
        ("registry/services/x.py", "Feed.objects.update(next_poll_at=None)", False),
        ("jobs/services.py", "Job.objects.filter(pk=1).update(lease=None)", False),
    ],
)
def test_the_rule_finds_what_it_forbids_and_nothing_else(path: str, code: str, is_fault: bool) -> None:
    assert bool(faults(path, ast.parse(code))) is is_fault
