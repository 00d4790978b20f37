"""Lots of the demonstration as JSON: the keys that the OpenAPI document names, and who may ask."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.browser.conftest import session_of
from tests.story.conftest import Site
from traceability.api import shapes

pytestmark = pytest.mark.browser  # of the shared server, not of the browser itself


def keys(shape: Any, *, without: str = "") -> set[str]:
    return set(shape().fields) - {without}


def get(site: Site, address: str, status: int = 200, session: str = "") -> Any:
    cookies = {"sessionid": session} if session else {}
    answer = requests.get(f"{site.url}/api/v1/{address}", cookies=cookies, timeout=60)
    assert answer.status_code == status, answer.text[:300]
    return answer.json()


def test_a_lot_and_its_trace_have_the_keys_that_the_document_names(site: Site) -> None:
    assert all(set(lot) == keys(shapes.LotShape) for lot in get(site, "lots/")["results"])
    lot = get(site, "lots/VN-ORE-0041/")
    assert set(lot) == keys(shapes.LotDetailShape)
    assert lot["findings"]
    assert all(set(each) == keys(shapes.FindingShape) for each in lot["findings"])
    up = get(site, "lots/TH-CMP-0007/trace/?element=Nd")
    assert set(up) == keys(shapes.TraceShape)
    assert all(set(each) == keys(shapes.OriginShape) for each in up["origins"])
    assert all(set(each) == keys(shapes.TracedLotShape, without="share") for each in up["lots"])
    down = get(site, "lots/VN-ORE-0041/trace/?direction=down")
    assert set(down) == keys(shapes.TraceShape, without="origins")
    assert all(set(each) == keys(shapes.TracedLotShape) for each in down["lots"])


def test_exposure_is_for_those_who_see_every_lot(site: Site, sessions: dict[str, str]) -> None:
    asked = "exposure/?country=VN&hs=2530"
    assert "sign in" in get(site, asked, 403)["detail"]
    found = get(site, asked, session=session_of(site, "auditor", sessions))
    assert set(found) == keys(shapes.ExposureShape)
    assert found["lots"]
    assert all(set(each) == keys(shapes.HeldLotShape) for each in found["lots"])
