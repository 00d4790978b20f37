"""Claims as JSON: the two shares of a lot, and the accounts of a site, which are read and kept here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ledger.domain.actor import Door
from registry.api.shapes import ProblemShape
from registry.models import Facility, User
from traceability import account_steps as steps
from traceability.api.shapes import (
    AssignShape,
    BookShape,
    CreditShape,
    LotClaimShape,
    LotClaimsShape,
    SiteCreditsShape,
    WithdrawnShape,
    WithdrawShape,
)
from traceability.claim_forms import AssignForm, BookForm, WithdrawForm
from traceability.claim_json import claim_json, credits_json, lot_claims_json
from traceability.domain.elements import is_element
from traceability.exceptions import BadClaim, UnknownElement, UnknownLot
from traceability.selectors.claims import Coverage, can_claim, can_see_site, credits_of
from traceability.selectors.visibility import get_lot, masked_lots

F = TypeVar("F", bound=forms.Form)
R = TypeVar("R")
_REFUSALS = dict.fromkeys((400, 403, 404), ProblemShape)
#: What the API calls fields of a form that have another name there.
_WORDS = {"first": "period_from", "last": "period_until"}


class LotClaimsView(APIView):
    """The physical share of a lot by country beside what is claimed of it, and each claim with what it rests on."""

    @extend_schema(
        operation_id="lot_claims",
        parameters=[OpenApiParameter("element", OpenApiTypes.STR, description="a symbol such as Nd; default dry mass")],
        responses={200: LotClaimsShape, 400: ProblemShape, 404: ProblemShape},
    )
    def get(self, request: Request, lot: str) -> Response:
        try:
            found = get_lot(lot, request.user)
        except UnknownLot as error:
            raise NotFound("There is no such lot, or it is not open to you.") from error
        element = request.query_params.get("element") or ""
        if element and not is_element(element):
            raise ValidationError(str(UnknownElement(element)))
        return Response(lot_claims_json(found, element, is_masked=bool(masked_lots([found.pk], request.user))))


class SiteCreditsView(APIView):
    """The accounts of a site: for officers, auditors, and the people of whoever operates it."""

    @extend_schema(operation_id="facility_credits", responses={200: SiteCreditsShape, 404: ProblemShape})
    def get(self, request: Request, facility: str) -> Response:
        site = _site(request, facility)
        return Response({"facility": site.facility_id, "credits": credits_json(credits_of(site))})

    @extend_schema(operation_id="book_credit", request=BookShape, responses={201: CreditShape, **_REFUSALS})
    def post(self, request: Request, facility: str) -> Response:
        """Book input of a period in: from a lot that was received there, or from a certificate alone."""
        site, user = _kept(request, facility)
        given = _read(BookForm, request)
        credit = _done(lambda: steps.book(site, user, given, Door.API))
        return Response(credits_json([credit])[0], status=201)


class CreditClaimsView(APIView):
    """The claims on a credit of a site."""

    @extend_schema(operation_id="assign_credit", request=AssignShape, responses={201: LotClaimShape, **_REFUSALS})
    def post(self, request: Request, facility: str, credit: str) -> Response:
        """Claim some of a credit's output for a lot that was made at the site."""
        site, user = _kept(request, facility)
        given = _read(AssignForm, request)
        claim = _done(lambda: steps.assign(site, user, credit, given, Door.API))
        return Response(claim_json(claim, Coverage(), is_masked=False), status=201)


class WithdrawClaimView(APIView):
    """A claim taken back."""

    @extend_schema(operation_id="withdraw_claim", request=WithdrawShape, responses={200: WithdrawnShape, **_REFUSALS})
    def post(self, request: Request, facility: str, claim: str) -> Response:
        """Take a claim back, with a reason; what it used of its credit is free again."""
        site, user = _kept(request, facility)
        reason = _read(WithdrawForm, request)["reason"]
        row = _done(lambda: steps.withdraw_claim(site, user, claim, reason, Door.API))
        return Response({"withdrawn": row.claim_id, "log_entry": row.recorded_entry_id})


class WithdrawCreditView(APIView):
    """A credit taken back."""

    @extend_schema(operation_id="withdraw_credit", request=WithdrawShape, responses={200: WithdrawnShape, **_REFUSALS})
    def post(self, request: Request, facility: str, credit: str) -> Response:
        """Take a credit back that nothing claims any more, with a reason."""
        site, user = _kept(request, facility)
        reason = _read(WithdrawForm, request)["reason"]
        row = _done(lambda: steps.withdraw_credit(site, user, credit, reason, Door.API))
        return Response({"withdrawn": row.credit_id, "log_entry": row.recorded_entry_id})


def _site(request: Request, facility: str) -> Facility:
    site = Facility.objects.filter(facility_id=facility).first()
    if site is None or not can_see_site(request.user, site):
        raise NotFound("There is no such facility, or its accounts are not open to you.")
    return site


def _kept(request: Request, facility: str) -> tuple[Facility, User]:
    """A site whose account the person keeps."""
    site, user = _site(request, facility), request.user
    if not isinstance(user, User) or not can_claim(user, site):
        raise PermissionDenied("Credits and claims are recorded by auditors, officers and the site’s operator.")
    return site, user


def _read(form: type[F], request: Request) -> dict[str, Any]:
    """What the form of the page reads of a body; every value is text or a number. Raises ValidationError."""
    if not isinstance(request.data, dict):
        raise ValidationError("Send an object with the values.")
    fields = {_WORDS.get(field, field): field for field in form.base_fields}
    given = {}
    for name, value in request.data.items():
        if name not in fields or isinstance(value, bool | dict | list):
            known = ", ".join(sorted(fields))
            raise ValidationError(f"{name!r} cannot be read here. Known are {known}, each as text or a number.")
        given[fields[name]] = "" if value is None else str(value)
    filled = form(given)
    if not filled.is_valid():
        wrong = filled.errors.items()
        raise ValidationError({_WORDS.get(field, field): [str(one) for one in errors] for field, errors in wrong})
    return filled.cleaned_data


def _done(step: Callable[[], R]) -> R:
    try:
        return step()
    except (BadClaim, UnknownLot) as error:
        raise ValidationError(str(error)) from error
