"""The dossier of a lot, made and given out at once to those who see every lot."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_POST

from ledger.domain.actor import Door
from ledger.exceptions import CannotPrint
from registry.models import User
from traceability.exceptions import UnknownLot
from traceability.models import Lot
from traceability.selectors.visibility import get_lot
from traceability.services.dossier import export_dossier


@require_POST
@permission_required("traceability.view_lot", raise_exception=True)
def lot_dossier(request: HttpRequest, lot_id: str) -> HttpResponse:
    """Export is an entry of the log, so it is asked for with a button, not with a link."""
    assert isinstance(request.user, User)
    try:
        lot = get_lot(lot_id, request.user)
        content = _exported(lot, request.user)
    except UnknownLot as error:
        raise Http404(str(error)) from error
    except CannotPrint as error:
        return render(request, "400.html", {"reason": str(error)}, status=503)
    answer = HttpResponse(content, content_type="application/zip")
    name = get_valid_filename(f"dossier-{lot.lot_id}.zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _exported(lot: Lot, user: User) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossier.zip"
        export_dossier(lot=lot, path=path, by=user.actor(Door.WEB), reason="asked for on the lot's page")
        return path.read_bytes()
