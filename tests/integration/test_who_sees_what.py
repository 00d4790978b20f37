"""Every address of the site, asked by every role: nobody sees a draft of another country, and nobody writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ledger.domain.actor import Door
from ledger.models import Entry
from registry.models import (
    Comment,
    EnforcementRecord,
    EnforcementVersion,
    Flag,
    Instrument,
    InstrumentDocument,
    InstrumentVersion,
    User,
)
from registry.services.comments import comment
from registry.services.enforcement import save_record
from tests.integration.loaded import loaded, reference
from tests.integration.test_desk_family import PDF, document_fields
from tests.integration.test_desk_instruments import at_desk, draft_from, flag, person

__all__ = ["flag", "loaded", "reference"]
pytestmark = pytest.mark.django_db
SECRET = "Zirconquartz ordinance nobody may know of yet"
_NAMED = re.compile(r"<(?:\w+:)?(\w+)>")
#: Static files, and what signs a person out or in: no page of the register.
NOT_ASKED = ("admin/logout/", "accounts/logout/", "admin/login/", "accounts/login/")
#: Who may read the whole log may read drafts there: that is what an audit is.
AUDITED = ("log/",)


@pytest.fixture
def draft(reference: None, flag: Flag) -> Instrument:
    """A Thai draft with a document, by a Thai officer."""
    drafter = person("drafter", "officer", "TH")
    made = draft_from(at_desk(drafter), flag, title=SECRET, quote=SECRET, **document_fields(PDF, "zirconquartz.pdf"))
    case = EnforcementRecord(country_id="TH", kind="fine", title=SECRET, quote=SECRET)
    case = save_record(row=case, by=drafter.actor(Door.DESK), reason=SECRET)
    for row in (made, case):
        comment(row=row, page="/admin/", text=SECRET, by=drafter)
    return made


def cast() -> dict[str, User | None]:
    people = [("officer", "VN"), ("reviewer", "VN"), ("viewer", "VN"), ("auditor", None)]
    return {"nobody": None} | {role: person(f"{role}-elsewhere", role, country) for role, country in people}


def addresses(draft: Instrument) -> Iterator[str]:
    """Every address there is, with the draft, or something on record, wherever an address names a thing."""
    record = EnforcementRecord.objects.get(title=SECRET)
    given: dict[str, Any] = {
        "record_id": record.record_id, "comment_id": Comment.objects.latest("pk").comment_id, "facility_id": "kachin",
        "object_id": draft.pk, "pk": draft.pk, "instrument_id": draft.instrument_id, "code": "TH", "country": "TH",
        "domain": "access", "number": Entry.objects.filter(object_id=draft.instrument_id).latest("pk").pk,
        "flag": "x", "name": "submit", "verdict": "dismiss", "lot_id": "x", "lot": "x", "fact_id": "x",
        "sha256": InstrumentDocument.objects.exclude(name="entry.txt").get().sha256,
        "content_type_id": 1, "app_label": "registry",
    }  # fmt: skip
    for route in walk(get_resolver()):
        case = given | {"pk": record.pk, "object_id": record.pk} if "enforcementrecord" in route else given
        path = _NAMED.sub(lambda name, case=case: str(case.get(name[1], 1)), route)  # type: ignore[misc]
        if "(?P" not in path and path not in NOT_ASKED:
            yield path


def walk(resolver: URLResolver, stem: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = stem + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


def test_no_address_shows_a_draft_of_another_country_to_anybody(draft: Instrument) -> None:
    asked = list(addresses(draft))
    assert len(asked) > 100
    for role, user in cast().items():
        client = at_desk(user) if user else Client()
        client.raise_request_exception = False
        for path in asked:
            if role == "auditor" and path.startswith(AUDITED):
                continue
            query = {"q": "Zirconquartz", "term": "Zirconquartz", **({"format": "csv"} if "export" in path else {})}
            answer = client.get(f"/{path}", query)
            assert answer.status_code != 500, (role, path)
            shown = b"" if answer.streaming else answer.content  # type: ignore[attr-defined]
            # What was asked for is repeated in search boxes; the words beside it are not.
            assert b"ordinance nobody may know of yet" not in shown, (role, path)


def test_the_suggestions_of_a_form_hide_drafts_of_other_countries(draft: Instrument) -> None:
    query = {"app_label": "registry", "model_name": "instrumentrelation", "field_name": "other", "term": "Zircon"}
    address = reverse("admin:autocomplete")

    assert at_desk(person("own", "officer", "TH")).get(address, query).json()["results"]
    assert at_desk(person("other", "officer", "VN")).get(address, query).json()["results"] == []
    assert at_desk(person("other-auditor", "auditor", None)).get(address, query).status_code == 403


def test_nobody_of_another_country_changes_a_draft_through_any_address(draft: Instrument) -> None:
    everyone = cast()
    before = (draft.state, Entry.objects.filter(object_id=draft.instrument_id).count())
    form = {"title": "Taken", "reason": "x", "review_reason": "x", "kind": "Other", "words": "x", "enabled": "yes"}
    for role, user in everyone.items():
        client = at_desk(user) if user else Client()
        client.raise_request_exception = False
        for path in addresses(draft):
            assert client.post(f"/{path}", form).status_code != 500, (role, path)

    draft.refresh_from_db()
    assert draft.title == SECRET
    assert (draft.state, Entry.objects.filter(object_id=draft.instrument_id).count()) == before
    assert not InstrumentVersion.objects.filter(instrument=draft).exists()
    record = EnforcementRecord.objects.get(title=SECRET)
    assert record.state == "draft"
    assert not EnforcementVersion.objects.filter(record=record).exists()
    assert Comment.objects.filter(withdrawn_at=None, answered_at=None).count() == Comment.objects.count() == 2


def test_own_officers_and_the_region_see_the_draft(draft: Instrument) -> None:
    address = f"/admin/registry/instrument/{draft.pk}/change/"
    for role, country in (("officer", "TH"), ("reviewer", None), ("viewer", "TH"), ("administrator", None)):
        page = at_desk(person(f"{role}-{country}", role, country)).get(address)
        assert SECRET in page.content.decode(), role


def test_a_viewer_looks_and_changes_nothing(draft: Instrument) -> None:
    client = at_desk(person("viewer", "viewer", "TH"))

    page = client.get(f"/admin/registry/instrument/{draft.pk}/change/").content.decode()
    assert "Save draft" not in page
    assert client.get("/admin/registry/instrument/add/").status_code == 403
    client.post(f"/admin/registry/instrument/{draft.pk}/step/submit/")
    draft.refresh_from_db()
    assert draft.state == "draft"
