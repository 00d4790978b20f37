"""A counterparty's credential, handed in as a document: judged by its issuer's key, and kept with the verdict."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from ledger.checking import verify
from ledger.domain import jose
from ledger.domain.note import Signer
from ledger.models import Entry
from ledger.services import seal_all
from registry import http
from registry.exceptions import FetchFailed
from tests.cast import signed_in
from traceability.models import Document
from traceability.services.credentials import is_token

pytestmark = pytest.mark.django_db
CHAIN = Path(__file__).parents[2] / "config" / "demo" / "chain"
LOT = "TH-CMP-0007"
ISSUER = "did:web:smelter.example"
SMELTER = Signer.new("smelter.example")


@pytest.fixture(autouse=True)
def chain() -> None:
    call_command("import_lots", str(CHAIN), "--format", "json", stdout=io.StringIO())
    seal_all()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were asked for; none of them answers."""
    found: list[str] = []

    def fetch(url: str, **more: Any) -> Any:
        found.append(url)
        raise FetchFailed("it leads into the inner net")

    monkeypatch.setattr(http, "fetch", fetch)
    return found


def document_of(*signers: Signer, named: str = ISSUER) -> dict[str, Any]:
    methods = [
        {"id": f"{named}#{n}", "type": "JsonWebKey", "controller": named, "publicKeyJwk": jose.jwk(signer.verifier)}
        for n, signer in enumerate(signers)
    ]
    return {"id": named, "verificationMethod": methods, "assertionMethod": [each["id"] for each in methods]}


def know(document: dict[str, Any], named: str = ISSUER) -> None:
    """Lay an issuer's DID document beside the database: no network is needed then."""
    folder = settings.DATA_DIR / "did"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{quote(named, safe='')}.json").write_text(json.dumps(document))


def credential(signer: Signer = SMELTER, key: str = "0", **more: Any) -> str:
    payload = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["DigitalConformityCredential", "VerifiableCredential"],
        "id": "https://smelter.example/c/1",
        "issuer": {"id": ISSUER},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "https://smelter.example/lots/1"},
        **more,
    }
    return jose.sign({"kid": f"{ISSUER}#{key}", "typ": "vc+jwt"}, payload, signer)


def hand_in(token: str) -> tuple[Client, Document]:
    client = signed_in("auditor")
    given = {"about": f"lot:{LOT}", "kind": "conformity_certificate", "title": "From the smelter",
             "file": SimpleUploadedFile("smelter.txt", token.encode())}  # fmt: skip
    answer = client.post(f"/lots/{LOT}/documents/", given)
    assert answer.status_code == 302, answer.content.decode()
    return client, Document.objects.get()


def test_one_that_holds_is_kept_with_its_verdict_on_the_page_and_in_the_log(asked: list[str]) -> None:
    know(document_of(SMELTER))
    token = credential()
    client, document = hand_in(token + "\n")
    assert document.credential is not None
    assert (document.credential["holds"], document.credential["issuer"]) == (True, ISSUER)
    assert document.content_type == "application/vc+jwt"
    page = client.get(f"/lots/{LOT}/").content.decode()
    assert "Credential holds" in page
    assert f"DigitalConformityCredential, signed by {ISSUER}" in page
    after = json.loads(Entry.objects.get(object_type="document").after)
    assert after["credential"] == document.credential
    answer = client.get(f"/papers/{document.document_id}/")
    assert answer.content.decode().strip() == token
    assert answer["Content-Disposition"] == 'attachment; filename="smelter.jwt"'
    assert asked == []
    seal_all()
    assert verify().ok, verify().reason


BROKEN: list[tuple[str, str]] = [
    (credential(Signer.new("x")), "its signature does not fit what it says"),
    (credential(key="9"), "which its issuer does not name"),
    (credential(validUntil="2026-02-01T00:00:00Z"), "It does not hold now: validUntil is 2026-02-01T00:00:00Z"),
    (credential(validFrom="2999-01-01T00:00:00Z"), "It does not hold now: validFrom is 2999-01-01T00:00:00Z"),
    (credential(type=["VerifiableCredential"]), "It is no credential of UNTP"),
    (credential(credentialSubject=None), "It says nothing of any subject"),
]


@pytest.mark.parametrize(("token", "reason"), BROKEN, ids=["signature", "key", "expired", "early", "type", "subject"])
def test_one_that_does_not_hold_is_kept_and_says_why(asked: list[str], token: str, reason: str) -> None:
    know(document_of(SMELTER))
    client, document = hand_in(token)
    assert document.credential is not None
    assert document.credential["holds"] is False
    assert reason in document.credential["reason"]
    page = client.get(f"/lots/{LOT}/").content.decode()
    assert "Credential does not hold" in page
    assert reason in page


def test_an_issuer_that_cannot_be_asked_is_no_word_against_the_credential(asked: list[str]) -> None:
    client, document = hand_in(credential())
    assert asked == ["https://smelter.example/.well-known/did.json"]
    assert document.credential is not None
    assert document.credential["holds"] is None
    assert "could not be asked: it leads into the inner net" in document.credential["reason"]
    assert "Credential not checked" in client.get(f"/lots/{LOT}/").content.decode()


@pytest.mark.parametrize("named", ["did:web:127.0.0.1", "did:web:localhost%3A6379", "did:web:169.254.169.254"])
def test_a_name_that_leads_into_the_inner_net_is_not_asked(named: str) -> None:
    """The guarded client itself refuses: nothing is faked here."""
    token = credential(issuer={"id": named})
    _client, document = hand_in(token)
    assert document.credential is not None
    assert document.credential["holds"] is None
    assert "could not be asked" in document.credential["reason"]


def test_another_method_than_did_web_is_told(asked: list[str]) -> None:
    _client, document = hand_in(credential(issuer={"id": "did:key:z6Mk"}))
    assert document.credential is not None
    assert (document.credential["holds"], "is not a did:web" in document.credential["reason"]) == (False, True)
    assert asked == []


def test_our_own_credential_comes_back_judged_by_our_own_keys(asked: list[str]) -> None:
    token = signed_in("officer").get(f"/lots/{LOT}/credentials/passport/").content.decode()
    _client, document = hand_in(token)
    assert document.credential is not None
    assert (document.credential["holds"], asked) == (True, [])


@pytest.mark.parametrize(
    "content", [b"", b"a.b.c", b"one. two. three.", b"1.2.3", b"..", b"YQ.YQ.YQ", b"x" * 2_000_000]
)
def test_a_text_that_is_no_token_is_taken_for_none(content: bytes) -> None:
    assert not is_token(content)
    assert is_token(credential().encode())


def test_any_other_document_has_no_verdict() -> None:
    client = signed_in("auditor")
    given = {
        "about": f"lot:{LOT}",
        "kind": "invoice",
        "title": "Invoice",
        "file": SimpleUploadedFile("i.txt", b"1,000 kg"),
    }
    assert client.post(f"/lots/{LOT}/documents/", given).status_code == 302
    assert Document.objects.get().credential is None
    assert "Credential" not in client.get(f"/lots/{LOT}/").content.decode().partition('id="documents"')[2][:2000]
    assert "credential" not in json.loads(Entry.objects.get(object_type="document").after)
