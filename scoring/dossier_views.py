"""The dossier of a score, made and given out at once: by the button of the page, and by the API."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from ledger.domain.actor import Door
from ledger.exceptions import CannotExport, CannotPrint
from registry.days import with_day
from registry.domain.asked import AskedDay
from registry.models import User
from scoring.exceptions import UnknownSubject
from scoring.services.dossier import export_score_dossier

#: Who exports is named in the log, so it is for people with a role.
PERMISSION = "scoring.export_dossier"


@require_POST
@permission_required(PERMISSION, raise_exception=True)
@with_day
def score_dossier(request: HttpRequest, asked: AskedDay, code: str, domain: str) -> HttpResponse:
    """Export is an entry of the log, so it is asked for with a button, not with a link."""
    assert isinstance(request.user, User)
    try:
        content = exported(code, domain, asked.as_of, request.user, Door.WEB)
    except UnknownSubject as error:
        raise Http404(str(error)) from error
    except (CannotExport, CannotPrint) as error:
        status = 409 if isinstance(error, CannotExport) else 503
        return render(request, "400.html", {"reason": str(error)}, status=status)
    return as_file(content, code, domain)


def exported(code: str, domain: str, as_of: dt.datetime | None, user: User, door: Door) -> bytes:
    """The bytes of the ZIP; raises as `export_score_dossier`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossier.zip"
        reason = "asked for on the score's page" if door is Door.WEB else "asked for by the API"
        export_score_dossier(country=code, domain=domain, path=path, by=user.actor(door), as_of=as_of, reason=reason)
        return path.read_bytes()


def as_file(content: bytes, code: str, domain: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="dossier-{code.upper()}-{domain.lower()}.zip"'
    return answer
