"""A lot's trace as UNTP credentials: valid, signed by the deployment, and refused where anything was changed."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from ledger.domain import jose
from ledger.domain.actor import COMMAND
from ledger.domain.note import Signer
from ledger.services import seal_all
from ledger.services.keys import get_signer, rotate_key
from registry.services.measures import load_measures
from tests.cast import signed_in
from tests.conformance import conformance
from traceability.credentials import did, did_document, did_document_address, read_credential
from traceability.domain.sharing import Level
from traceability.exceptions import BadCredential
from traceability.models import Lot
from traceability.services.publishing import set_public
from traceability.services.sharing import share_lot

pytestmark = pytest.mark.django_db
CHAIN = Path(__file__).parents[2] / "config" / "demo" / "chain"
LOT = "TH-CMP-0007"
BAN = {"country": "VN", "hs": "2530", "mineral": "rare_earths", "materials": ["ore"], "kind": "export_ban",
       "from": "2025-07-01", "until": None}  # fmt: skip
SCHEMAS = {"passport": "dpp", "events": "dte", "conformity": "dcc"}


@pytest.fixture
def auditor() -> Client:
    load_measures(rows=[BAN], by=COMMAND, reason="a test")
    call_command("import_lots", str(CHAIN), "--format", "json", stdout=io.StringIO())
    seal_all()
    return signed_in("auditor")


def schema(name: str) -> jsonschema.Draft202012Validator:
    plain = json.loads((conformance() / "untp" / f"{name}").read_text())
    return jsonschema.Draft202012Validator(plain, format_checker=jsonschema.FormatChecker())


def token(client: Client, kind: str, lot: str = LOT) -> str:
    answer = client.get(f"/lots/{lot}/credentials/{kind}/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vc+jwt"
    return answer.content.decode()


def test_each_credential_is_valid_against_the_schemas_and_holds(auditor: Client) -> None:
    document = auditor.get("/.well-known/did.json").json()
    for kind, name in SCHEMAS.items():
        found = read_credential(token(auditor, kind), document, timezone.now())
        schema(f"{name}/untp-{name}-schema.json").validate(found)
        assert found["issuer"]["id"] == document["id"] == "did:web:127.0.0.1%3A8000"
    facility = Lot.objects.get(lot_id=LOT).state.born_in.facility.facility_id
    record = auditor.get(f"/facilities/{facility}/record/").content.decode()
    schema("dfr/untp-dfr-schema.json").validate(read_credential(record, document, timezone.now()))


def test_each_event_is_valid_against_the_schema_of_its_type(auditor: Client) -> None:
    events = jose.unchecked(token(auditor, "events"))[1]["credentialSubject"]
    assert len(events) == 35
    for event in events:
        schema(f"dte/{event['type'][0]}-schema.json").validate(event)


def test_a_passport_says_where_each_element_comes_from_and_how_much_of_it(auditor: Client) -> None:
    subject = jose.unchecked(token(auditor, "passport"))[1]["credentialSubject"]
    neodymium = {m["originCountry"]: m["mass"]["value"] for m in subject["materialsProvenance"] if m["name"] == "Nd"}
    assert neodymium.keys() == {"MM", "VN"}
    assert neodymium["MM"] / sum(neodymium.values()) == pytest.approx(0.6554, abs=1e-4)
    assert subject["product"]["dimensions"]["weight"] == {"type": ["Measure"], "value": 9400.0, "unit": "KGM"}


def test_conformity_says_which_border_a_measure_was_broken_at(auditor: Client) -> None:
    subject = jose.unchecked(token(auditor, "conformity"))[1]["credentialSubject"]
    broken = [each for each in subject["assessment"] if not each["conformance"]]
    assert [each["name"] for each in broken] == ["Border crossing in event VN-SHP-0041", "Findings"]
    assert broken[0]["referenceRegulation"]["jurisdictionCountry"] == "VN"
    assert "export-banned" in broken[1]["description"]


def test_the_signature_is_that_of_an_independent_implementation(auditor: Client) -> None:
    text, _, signature = token(auditor, "passport").rpartition(".")
    key = auditor.get("/.well-known/did.json").json()["verificationMethod"][0]["publicKeyJwk"]
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    public.verify(base64.urlsafe_b64decode(signature + "=="), text.encode())
    header = jose.unchecked(token(auditor, "passport"))[0]
    assert (header["alg"], header["typ"], header["cty"]) == ("EdDSA", "vc+jwt", "vc")


def test_what_was_issued_holds_after_the_key_was_rotated(auditor: Client) -> None:
    old = token(auditor, "passport")
    rotate_key(by=COMMAND, reason="a test")
    document = did_document()
    assert len(document["assertionMethod"]) == 2
    for each in (old, token(auditor, "passport")):
        assert read_credential(each, document, timezone.now())["type"][0] == "DigitalProductPassport"


def _part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _forgeries(honest: str) -> dict[str, tuple[str, str]]:
    head, body, signature = honest.split(".")
    header, payload = jose.unchecked(honest)
    forger, mine = Signer.new("x"), get_signer()
    kid = {"kid": header["kid"], "typ": "vc+jwt"}
    return {
        "another mass": (f"{head}.{_part({**payload, 'id': 'https://x/'})}.{signature}", "signature does not fit"),
        "no algorithm": (f"{_part({**header, 'alg': 'none'})}.{body}.", "only EdDSA"),
        "hmac": (f"{_part({**header, 'alg': 'HS256'})}.{body}.{signature}", "only EdDSA"),
        "another key": (jose.sign(kid, payload, forger), "signature does not fit"),
        "a key nobody named": (jose.sign({"kid": "did:web:x#1"}, payload, mine), "does not name"),
        "another issuer": (jose.sign(kid, {**payload, "issuer": {"id": "did:web:x"}}, mine), "issued it"),
        "not yet": (jose.sign(kid, {**payload, "validFrom": "2999-01-01T00:00:00Z"}, mine), "does not hold now"),
        "no longer": (jose.sign(kid, {**payload, "validUntil": "1999-01-01T00:00:00Z"}, mine), "does not hold now"),
        "another type": (jose.sign(kid, {**payload, "type": ["VerifiableCredential"]}, mine), "no credential of UNTP"),
        "an older form": (jose.sign(kid, {**payload, "@context": ["https://x/"]}, mine), "version 2.0"),
        "two parts": (f"{head}.{body}", "three parts"),
        "no base64": ("*.*.*", "not JSON"),
        "no JSON": ("YQ.YQ.YQ", "not JSON"),
    }


def test_every_forgery_is_refused_with_a_reason(auditor: Client) -> None:
    honest = token(auditor, "passport")
    for name, (forged, reason) in _forgeries(honest).items():
        with pytest.raises(BadCredential) as found:
            read_credential(forged, did_document(), timezone.now())
        assert reason in str(found.value), name


def test_the_command_says_whether_a_credential_holds(auditor: Client, tmp_path: Path) -> None:
    (tmp_path / "did.json").write_text(json.dumps(did_document()))
    (tmp_path / "good").write_text(token(auditor, "passport"))
    (tmp_path / "bad").write_text(token(auditor, "passport")[:-4] + "AAAA")
    out = io.StringIO()
    call_command("verify_credential", str(tmp_path / "good"), "--did", str(tmp_path / "did.json"), stdout=out)
    assert "It holds: DigitalProductPassport" in out.getvalue()
    with pytest.raises(SystemExit) as end:
        call_command("verify_credential", str(tmp_path / "bad"), "--did", str(tmp_path / "did.json"), stdout=out)
    assert end.value.code == 1
    assert "its signature does not fit what it says" in out.getvalue()


@pytest.mark.parametrize(
    ("of", "address"),
    [
        ("did:web:example.com", "https://example.com/.well-known/did.json"),
        ("did:web:example.com%3A8443", "https://example.com:8443/.well-known/did.json"),
        ("did:web:example.com:units:a", "https://example.com/units/a/did.json"),
    ],
)
def test_a_did_is_looked_up_where_the_method_says(of: str, address: str) -> None:
    assert did_document_address(of) == address
    with pytest.raises(BadCredential, match="only those are looked up"):
        did_document_address("did:key:z6Mk")


def test_a_reader_sees_the_credentials_of_public_lots_alone(client: Client, auditor: Client) -> None:
    assert client.get(f"/lots/{LOT}/credentials/passport/").status_code == 404
    set_public(lot_ids=[LOT], is_public=True, by=COMMAND, reason="a test")
    assert client.get(f"/lots/{LOT}/credentials/passport/").status_code == 200
    events = jose.unchecked(token(client, "events"))[1]["credentialSubject"]
    named = {line["productId"] for event in events for line in event.get("quantityList", [])}
    assert named == {f"http://127.0.0.1:8000/lots/{LOT}/"}
    assert client.get(f"/lots/{LOT}/credentials/nonsense/").status_code == 404
    assert client.get("/facilities/NOWHERE/record/").status_code == 404
    assert client.get(f"/lots/{LOT}/credentials/passport/?format=json").json()["issuer"]["id"] == did()


def test_a_lot_whose_masses_are_masked_has_credentials_for_those_alone_who_see_them(
    client: Client, auditor: Client
) -> None:
    lot = Lot.objects.get(lot_id=LOT)
    set_public(lot_ids=[LOT], is_public=True, by=COMMAND, reason="a test")
    share_lot(lot=lot, level=Level.PUBLIC, masks_masses=True, by=COMMAND, reason="a test")
    assert client.get(f"/lots/{LOT}/credentials/passport/").status_code == 404
    assert token(auditor, "passport")


def test_what_was_valid_is_read_at_an_instant(auditor: Client) -> None:
    early = timezone.now() - dt.timedelta(days=1)
    with pytest.raises(BadCredential, match="does not hold now"):
        read_credential(token(auditor, "passport"), did_document(), early)


# --- what a label's code leads to


def _links(answer: Any) -> dict[str, str]:
    """A Link header, address by relation."""
    found = {}
    for each in answer.headers["Link"].split(", "):
        address, *parameters = each.split("; ")
        rels = next(part for part in parameters if part.startswith("rel="))[5:-1]
        found.update(dict.fromkeys(rels.split(), address.strip("<>")))
    return found


def test_the_code_of_a_label_leads_to_the_page_and_from_it_to_credentials_that_hold(
    client: Client, auditor: Client
) -> None:
    for lot in Lot.objects.all():
        share_lot(lot=lot, level=Level.PUBLIC, masks_masses=False, by=COMMAND, reason="a test")
    with transaction.atomic():
        set_public(lot_ids=[LOT], is_public=True, by=COMMAND, reason="a test")
    label = client.get(f"/lots/{LOT}/label/?gtin=09506000134352").content.decode()
    scanned = re.findall(r"http://127\.0\.0\.1:8000(/01/09506000134352/10/[^\"< ]+)", label)[0]
    page = client.get(scanned, follow=True)
    assert page.redirect_chain[-1][0] == f"/lots/{LOT}/"
    links = _links(page)
    document = json.loads(client.get("/.well-known/did.json").content)
    for rel, kind in (("untp:dpp", "DigitalProductPassport"), ("untp:dte", "DigitalTraceabilityEvent"),
                      ("untp:dcc", "DigitalConformityCredential")):  # fmt: skip
        assert f'href="{links[rel]}"' in page.content.decode()
        token_ = client.get(links[rel].removeprefix("http://127.0.0.1:8000")).content.decode()
        assert kind in str(read_credential(token_, document, timezone.now())["type"])


def test_a_digital_link_resolves_by_type_and_gives_its_linkset(client: Client, auditor: Client) -> None:
    address = f"/01/09506000134352/10/{LOT}"
    by_type = {"gs1:pip": "passport", "untp:dpp": "passport", "gs1:traceability": "events", "untp:dcc": "conformity",
               "https://ref.gs1.org/voc/certificationInfo": "conformity"}  # fmt: skip
    for link_type, kind in by_type.items():
        found = auditor.get(address, {"linkType": link_type})
        assert found.headers["Location"].endswith(f"/lots/{LOT}/credentials/{kind}/"), link_type
    assert auditor.get(address, {"linkType": "gs1:instructions"}).headers["Location"].endswith(f"/lots/{LOT}/")
    for answer in (
        auditor.get(address, {"linkType": "linkset"}),
        auditor.get(address, headers={"Accept": "application/linkset+json"}),
        auditor.get(f"/lots/{LOT}/linkset/"),
    ):
        assert answer.headers["Content-Type"] == "application/linkset+json"
        (links,) = answer.json()["linkset"]
        assert links["anchor"].endswith(f"/lots/{LOT}/")
        assert links["untp:dte"] == links["https://ref.gs1.org/voc/traceability"]
        assert links["untp:dte"][0]["type"] == "application/vc+jwt"
    assert client.get(address, {"linkType": "linkset"}).status_code == 404
    assert client.get(address).headers["Location"] == f"/lots/{LOT}/"


def test_where_masses_are_masked_the_code_leads_to_the_page_alone(client: Client, auditor: Client) -> None:
    share_lot(lot=Lot.objects.get(lot_id=LOT), level=Level.PUBLIC, masks_masses=True, by=COMMAND, reason="a test")
    (links,) = client.get(f"/lots/{LOT}/linkset/").json()["linkset"]
    assert links.keys() == {"anchor", "https://ref.gs1.org/voc/defaultLink"}
    assert _links(client.get(f"/lots/{LOT}/")).keys() == {"linkset"}
    assert "untp:dpp" in _links(auditor.get(f"/lots/{LOT}/"))
