"""A border crossing on a lot's page: since when its verdict is known, and what was said of it before."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from jobs.services import drain
from registry.models import Instrument
from registry.services.instruments import withdraw
from registry.services.measures import load_measures
from registry.templatetags.seam import day
from tests.cast import signed_in
from tests.chains import clean
from tests.integration.test_traceability_findings import BAN, BY, report

pytestmark = pytest.mark.django_db


def rows() -> list[str]:
    """The crossings as words, one a row."""
    html = (
        signed_in("auditor").get("/lots/MAG/").content.decode().partition('id="borders"')[2].partition("</section>")[0]
    )
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)][
        1:
    ]


def test_a_verdict_says_since_when_it_is_known_and_the_one_before_stays_readable() -> None:
    report(clean())
    today = str(day(timezone.localdate()))
    assert all("before:" not in row for row in rows())
    load_measures(rows=[BAN], by=BY, reason="a test")
    drain()
    banned = next(row for row in rows() if "Vietnam" in row)
    assert f"Banned {today}" in banned
    withdraw(instrument=Instrument.objects.get(), by=BY, reason="it was never so")
    drain()
    cleared = next(row for row in rows() if "Vietnam" in row)
    assert f"before: banned, {today} to {today}" in cleared
    assert "before:" not in next(row for row in rows() if "Myanmar" in row)
