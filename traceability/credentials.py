"""Issuing a lot's trace as credentials, and reading those of others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings

from ledger.domain import jose
from ledger.domain.canonical import instant_text
from ledger.domain.note import Signer, Verifier
from ledger.reading import announced_keys
from ledger.selectors import get_head
from ledger.services.keys import get_signer
from registry.models import Facility, Party
from registry.paths import instrument_path
from traceability.chains import LotChain, load_lot_chain
from traceability.domain.borders import worst
from traceability.domain.epcis.names import Names
from traceability.domain.vocabulary import FindingState, Severity, Verdict
from traceability.exceptions import BadCredential, NotSealed, UnknownLot
from traceability.exchange import untp
from traceability.loading import load_facilities
from traceability.models import BorderVerdict, Event, Finding, Lot
from traceability.pages.words import VERDICT_WORDS
from traceability.selectors.visibility import get_lots, masked_lots

JSON = dict[str, Any]
KINDS = ("passport", "events", "conformity")
_NAME = "SEAM, the Southeast Asia Minerals registry"


def site() -> str:
    return str(settings.SITE_URL).rstrip("/")


def did() -> str:
    """The deployment's did:web: its host, a port's colon written as the method asks."""
    return f"did:web:{quote(urlsplit(site()).netloc, safe='')}"


def did_document() -> JSON:
    """Every key the log announced; all of them may have signed a credential that is still about."""
    keys = [(f"{did()}#{key.key_id.hex()}", key) for _entry, key in announced_keys()]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did(),
        "verificationMethod": [
            {"id": name, "type": "JsonWebKey2020", "controller": did(), "publicKeyJwk": jose.jwk(key)}
            for name, key in keys
        ],
        "assertionMethod": [name for name, _key in keys],
        "authentication": [name for name, _key in keys[-1:]],
    }


def issue(lot: Lot, kind: str, user: Any) -> str:
    """A lot's credential of a kind as a signed token (VC-JOSE).

    Raises NotSealed before anything was sealed, and UnknownLot where the reader is not told the lot's masses: a
    passport without them would say less than it seems to.
    """
    if masked_lots([lot.pk], user):
        raise UnknownLot(lot.lot_id)
    makers = {"passport": _passport, "events": _events, "conformity": _conformity}
    return _signed(makers[kind](load_lot_chain(lot, None), _issuer(), user))


def issue_facility(facility: Facility) -> str:
    """A facility's record as a signed token. Raises NotSealed."""
    fact = load_facilities({facility.facility_id})[facility.facility_id]
    operator = (facility.operator.party_id, facility.operator.name) if facility.operator else None
    subject = untp.facility_record(fact, operator, Names(site()))
    return _signed(untp.credential("dfr", f"{Names(site()).facility(fact.facility_id)}record/", _issuer(), subject))


def read_credential(token: str, document: Mapping[str, Any], now: dt.datetime) -> JSON:
    """The credential in a token, checked against its issuer's DID document. Raises BadCredential, saying why."""
    try:
        keys = _keys_of(document)
        header, found = jose.read(token, keys)
    except jose.BadToken as error:
        raise BadCredential(f"The credential does not hold: {error}.") from error
    issuer = found.get("issuer")
    named = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if named != document.get("id") or not str(header.get("kid")).startswith(f"{named}#"):
        raise BadCredential(f"It says that {named} issued it, and {header.get('kid')} signed it.")
    _check_form(found, now)
    return found


def did_document_address(of: str) -> str:
    """Where the document of a did:web lies. Raises BadCredential for another method."""
    method, _, rest = of.partition("did:web:")
    if method or not rest:
        raise BadCredential(f"{of!r} is not a did:web; only those are looked up. Give its document with --did.")
    host, *path = (unquote(part) for part in rest.split(":"))
    return f"https://{host}/{'/'.join(path)}/did.json" if path else f"https://{host}/.well-known/did.json"


def _check_form(found: JSON, now: dt.datetime) -> None:
    """What every UNTP credential has, and that it holds now."""
    types = found.get("type")
    if not isinstance(types, list) or "VerifiableCredential" not in types or not set(types) & set(untp.TYPES.values()):
        raise BadCredential("It is no credential of UNTP: a passport, an event, a facility record or a conformity one.")
    context = found.get("@context")
    if not isinstance(context, list) or context[:1] != ["https://www.w3.org/ns/credentials/v2"]:
        raise BadCredential("It is no W3C credential of version 2.0.")
    if not found.get("credentialSubject"):
        raise BadCredential("It says nothing of any subject.")
    for name, is_right in (("validFrom", now.__ge__), ("validUntil", now.__le__)):
        if name in found and not is_right(_instant(found[name], name)):
            raise BadCredential(f"It does not hold now: {name} is {found[name]}.")


def _instant(text: Any, name: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError as error:
        raise BadCredential(f"{name} is {text!r}, which is no instant.") from error
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _keys_of(document: Mapping[str, Any]) -> dict[str, Verifier]:
    methods = document.get("verificationMethod")
    asserting = document.get("assertionMethod")
    if not isinstance(methods, list) or not isinstance(asserting, list):
        raise BadCredential("The DID document names no keys.")
    found = {}
    for method in methods:
        if isinstance(method, Mapping) and method.get("id") in asserting:
            plain = method.get("publicKeyJwk")
            if isinstance(plain, Mapping) and plain.get("crv") == "Ed25519":
                found[str(method["id"])] = jose.from_jwk(plain, str(document.get("id")))
    return found


def _issuer() -> untp.Issuer:
    head = get_head()
    if head is None or not announced_keys():
        raise NotSealed
    return untp.Issuer(did(), _NAME, instant_text(head.sealed_at))


def _signed(credential: JSON) -> str:
    signer: Signer = get_signer()
    header = {"typ": "vc+jwt", "cty": "vc", "kid": f"{did()}#{signer.verifier.key_id.hex()}", "iss": did()}
    return jose.sign(header, credential, signer)


def _address(lot: Lot, kind: str) -> str:
    return f"{Names(site()).lot(lot.lot_id)}credentials/{kind}/"


def _passport(chain: LotChain, issuer: untp.Issuer, user: Any) -> JSON:
    lot, names = chain.lot, Names(site())
    born = chain.chain.births[lot.lot_id].event
    origins = chain.origins(lot.lot_id)
    party = Party.objects.get(party_id=born.party_id)
    subject = untp.passport(
        chain.chain.lots[lot.lot_id],
        born,
        chain.chain.born_kg(lot.lot_id),
        sum((each.share for each in origins if each.facility_id), Decimal(0)),
        chain.chain.facilities[born.facility_id],
        (party.party_id, party.name),
        list(_materials(chain)),
        {"dcc": _address(lot, "conformity"), "dte": _address(lot, "events")},
        names,
    )
    return untp.credential("dpp", _address(lot, "passport"), issuer, subject)


def _materials(chain: LotChain) -> Iterator[untp.MaterialShare]:
    """Each element of the assay by country of origin; an element that the assay found none of is left out."""
    lot_id = chain.lot.lot_id
    for element in chain.elements:
        of_element = chain.of(element)
        kg, dry = of_element.mass(lot_id), chain.chain.born_kg(lot_id)
        by_country: dict[str | None, Any] = {}
        for origin in of_element.origins(lot_id):
            by_country[origin.country] = by_country.get(origin.country, 0) + origin.share
        for country, share in sorted(by_country.items(), key=lambda pair: (pair[0] is None, pair[0])):
            if kg is not None and dry:
                yield untp.MaterialShare(element, country, kg * share / dry, kg * share)


def _events(chain: LotChain, issuer: untp.Issuer, user: Any) -> JSON:
    """The live events of the path whose lots the reader may all see, with their masses."""
    facts = chain.events
    named = {line.lot_id for fact in facts.values() for line in fact.lines}
    seen = dict(get_lots(user).filter(lot_id__in=named).values_list("lot_id", "pk"))
    told = seen.keys() - masked_lots(seen.values(), user)
    entries = dict(Event.objects.filter(event_id__in=facts).values_list("event_id", "recorded_entry_id"))
    subject = [
        untp.event(fact, entries[fact.event_id], chain.chain.facilities, Names(site()))
        for fact in sorted(facts.values(), key=lambda fact: fact.order)
        if {line.lot_id for line in fact.lines} <= told
    ]
    return untp.credential("dte", _address(chain.lot, "events"), issuer, subject)


def _conformity(chain: LotChain, issuer: untp.Issuer, user: Any) -> JSON:
    lot, holder = chain.lot, chain.lot.state.holder
    address = _address(lot, "conformity")
    open_now = Finding.objects.current().filter(
        lot__lot_id__in=chain.lots, state=FindingState.OPEN.value, severity=Severity.VIOLATION.value
    )
    subject = untp.attestation(
        chain.chain.lots[lot.lot_id],
        (holder.party_id, holder.name),
        list(_crossings(chain)),
        sorted(set(open_now.values_list("code", flat=True))),
        address,
        Names(site()),
    )
    return untp.credential("dcc", address, issuer, subject)


def _crossings(chain: LotChain) -> Iterator[untp.CrossingSaid]:
    judged: dict[tuple[str, str], list[BorderVerdict]] = {}
    for row in BorderVerdict.objects.current().filter(lot__lot_id__in=chain.lots).select_related("event", "lot"):
        judged.setdefault((row.event.event_id, row.lot.lot_id), []).append(row)
    for crossing in chain.crossings:
        rows = judged.get((crossing.event.event_id, crossing.lot.lot_id), [])
        verdict = worst([Verdict(row.verdict) for row in rows])
        law = next((row.instrument_id for row in rows if Verdict(row.verdict) is verdict), None)
        if law is None:
            continue
        yield untp.CrossingSaid(
            event_id=crossing.event.event_id,
            day=crossing.day.isoformat(),
            leaves=crossing.leaves,
            words=VERDICT_WORDS[verdict][1],
            is_clean=VERDICT_WORDS[verdict][0] != "bad",
            law=(f"{site()}{instrument_path(law)}", law),
        )
