"""A score's dossier by the API: exporting one is an entry of the log, so it is asked for with POST."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from ledger.domain.actor import Door
from ledger.exceptions import CannotExport, CannotPrint
from registry.api.shapes import ProblemShape
from registry.models import User
from scoring.api.views import AS_OF
from scoring.arguments import read_instant
from scoring.dossier_views import PERMISSION, as_file, exported
from scoring.exceptions import ScoringError, UnknownSubject


class _NoPrinter(APIException):
    status_code = 503


class DossierView(APIView):
    """The dossier of a country's score in a domain as a ZIP, for officers and auditors."""

    @extend_schema(
        operation_id="score_dossier",
        parameters=[AS_OF],
        request=None,
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            **dict.fromkeys((400, 403, 404, 503), ProblemShape),
        },
    )
    def post(self, request: Request, country: str, domain: str) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not user.has_perm(PERMISSION):
            raise PermissionDenied("Dossiers are exported by officers and auditors: sign in as one.")
        try:
            as_of = read_instant(request.query_params.get("as_of"), timezone.now())
            content = exported(country, domain, as_of, user, Door.API)
        except UnknownSubject as error:
            raise NotFound(str(error)) from error
        except (ScoringError, CannotExport) as error:
            raise ValidationError(str(error)) from error
        except CannotPrint as error:
            raise _NoPrinter(str(error)) from error
        return as_file(content, country, domain)
