"""Publishing a methodology: once, whole, and for good."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from ledger.domain.actor import Actor
from ledger.services import Change, record
from scoring.domain.methodology import Methodology as Rules
from scoring.exceptions import MethodologyError
from scoring.methodologies import FIRST, fingerprint, shipped_rules
from scoring.models import Methodology
from scoring.paper import PAPER, claims_paper, held_against_paper

_CODE = re.compile(r"[a-z0-9][a-z0-9.-]{0,19}")


@transaction.atomic
def publish_methodology(*, written: Any, by: Actor, reason: str, is_official: bool = True) -> tuple[Methodology, bool]:
    """Record a rule book as it is written; answers (record, whether it is new). The same again changes nothing.

    Official ones are followed by scores from the day they say; others run beside them, to be compared.
    Raises MethodologyError for a book that cannot be read, for another text under a code that is taken, and for one
    that claims to implement the paper and does not give what the paper says.
    """
    book = Rules.from_dict(written)
    if not _CODE.fullmatch(book.code):
        raise MethodologyError(f"'{book.code}' is no code: write small letters, digits, dots and dashes, at most 20.")
    sha256 = fingerprint(written)
    found = Methodology.objects.filter(code=book.code).first()
    if found is not None and found.sha256 != sha256:
        raise MethodologyError(f"'{book.code}' is published and stays as it is. Give the new text a code of its own.")
    if found is not None:
        return found, False
    _keeps_the_paper(book)
    state = {"code": book.code, "title": book.title, "sha256": sha256, "is_official": is_official}
    change = Change("publish", "methodology", book.code, None, state)
    entry = record(by=by, change=change, reason=reason)
    row = Methodology.objects.create(
        rules=written, effective_from=book.effective_from, approved_by=by.public_id, recorded_entry=entry, **state
    )
    return row, True


def _keeps_the_paper(book: Rules) -> None:
    """A book that claims to implement the paper has to give what the paper says; MethodologyError names what not."""
    broken = held_against_paper(book).broken if claims_paper(book) else ()
    if broken:
        said = "; ".join(f"{each.check_id}: {each.worked}" for each in broken[:3])
        more = f"; and {len(broken) - 3} more" if len(broken) > 3 else ""
        raise MethodologyError(
            f"'{book.code}' claims to implement {PAPER}, and does not give what that says ({said}{more}). "
            "Mend it, or claim nothing by `implements: []`."
        )


def published_first(by: Actor) -> Methodology:
    """Publish the first methodology, where none is on record: official scores need one to name."""
    return publish_methodology(written=shipped_rules(FIRST), by=by, reason="first methodology")[0]
