"""One step of a review for many records: all of them under one reason, or none."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db import transaction

from registry.exceptions import BadInput, RegistryError
from registry.models import Instrument, User
from registry.services.instruments import approve, send_back, submit


class Step(StrEnum):
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send_back"


@transaction.atomic
def take_many(*, step: Step, instruments: Iterable[Instrument], by: User, reason: str) -> int:
    """Take a step with each record and return how many they were.

    Raises BadInput naming the record that stands in the way; then none has taken it.
    """
    if not reason.strip():
        raise BadInput("Say why, once for all: it stands in the log of each.")
    count = 0
    for instrument in instruments:
        try:
            _take(step, instrument, by, reason.strip())
        except RegistryError as error:
            raise BadInput(f"{instrument.title}: {error}") from error
        count += 1
    return count


def _take(step: Step, instrument: Instrument, by: User, reason: str) -> None:
    if step is Step.SUBMIT:
        submit(instrument=instrument, by=by, reason=reason)
    elif step is Step.APPROVE:
        approve(instrument=instrument, by=by, reason=reason)
    else:
        send_back(instrument=instrument, by=by, reason=reason)
