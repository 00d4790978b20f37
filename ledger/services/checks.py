"""Walking the whole log once a night, and keeping what was found for every page to show."""

from __future__ import annotations

import logging

from jobs.registry import Payload, handler, periodic
from ledger.checking import Verdict, verify
from ledger.models import Check

logger = logging.getLogger(__name__)


def check_log() -> Verdict:
    verdict = verify()
    keep_verdict(verdict=verdict)
    return verdict


def keep_verdict(*, verdict: Verdict) -> Check:
    return Check.objects.create(
        ok=verdict.ok,
        entries=verdict.entries,
        sealed=verdict.sealed,
        root=verdict.root,
        first_broken=verdict.first_broken,
        faults=[fault.reason for fault in verdict.faults],
        holds=list(verdict.held),
    )


@handler("ledger.check", urgent=False, longest_seconds=3_600)
def check_nightly(payload: Payload) -> None:
    verdict = check_log()
    if not verdict.ok:
        logger.error("the log is not intact: %s", verdict.reason)


periodic("ledger.check", seconds=86_400)
