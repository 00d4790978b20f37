"""Nobody reads raw ids: what stands on a page names acts, facts, plants and firms in words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from registry.models import Facility, FactVersion, Instrument, Party
from tests.integration.loaded import loaded, reference
from tests.integration.test_desk_instruments import at_desk, person

__all__ = ["loaded", "reference"]
pytestmark = pytest.mark.django_db
_WORD = re.compile(r"[\w+]+(?:[-.][\w+]+)+")


class Words(HTMLParser):
    """What of a page is read by people: no scripts, no commands to be copied."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depth, self.said = 0, set[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.depth += tag in {"script", "style", "pre", "code"}

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in {"script", "style", "pre", "code"}

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.said |= set(_WORD.findall(data))


def ids() -> set[str]:
    named = {
        *FactVersion.objects.values_list("fact_id", flat=True),
        *Instrument.objects.values_list("instrument_id", flat=True),
        *Facility.objects.values_list("facility_id", flat=True),
        *Party.objects.values_list("party_id", flat=True),
    }
    return {each for each in named if _WORD.fullmatch(each)}


PUBLIC = (
    "/", "/time/", "/changes/", "/compare/?from_on=2019-01-01", "/methodology/", "/instruments/", "/minerals/nickel/",
    "/enforcement/", "/programmes/", "/search/?q=nickel", "/what-if/?without=id-nickel-ore-export-ban",
    "/instruments/id-nickel-ore-export-ban/", "/instruments/th-downstream-incentives/",
    *(f"/countries/{code}/{domain}" for code in ("ID", "MM", "VN") for domain in ("", "access/", "governance/")),
)  # fmt: skip
DESK = ("", "instrument/", "factversion/", "facility/", "party/", "source/")


def test_no_page_shows_an_id(reference: None) -> None:
    known, reader, officer = ids(), Client(), at_desk(person("officer", "officer", None))
    act = Instrument.objects.get(instrument_id="id-strategic-plan")
    desk = [*(f"/admin/registry/{name}" for name in DESK), f"/admin/registry/instrument/{act.pk}/change/"]
    shown = {}
    for client, addresses in ((reader, PUBLIC), (officer, desk)):
        for address in addresses:
            page = client.get(address, follow=True)
            assert page.status_code == 200, address
            shown[address] = Words(page.content.decode()).said & known

    assert len(known) > 100
    assert {address: found for address, found in shown.items() if found} == {}
