"""Nobody writes over what somebody else wrote meanwhile, and nobody decides on a text that they have not seen.

A page of a record carries the number of the newest log entry on it. What is posted from the page brings that number
back, and is refused where the record has a newer entry by then. Posts without a number come from no page of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.selectors import get_newest_entry
from registry.exceptions import RegistryError
from registry.templatetags.seam import instant

#: The name of the number in a form.
SEEN = "seen"


class ChangedMeanwhile(RegistryError):
    """A record was changed after the page that speaks of it was shown."""


def newest_number(logged_as: str, public_id: str) -> int:
    """The number of the newest log entry on a record; 0 where it has none."""
    entry = get_newest_entry(logged_as, public_id)
    return entry.pk if entry else 0


def check_unchanged(row: Any, logged_as: str, logged_by: str, posted: Mapping[str, str], name: str = SEEN) -> None:
    """Lock a record for the transaction. Raises ChangedMeanwhile where its page was shown before its newest entry."""
    seen = posted.get(name, "")
    if not (seen.isascii() and seen.isdigit()):
        return
    stored = type(row)._default_manager.select_for_update().filter(pk=row.pk)
    newest = get_newest_entry(logged_as, str(stored.values_list(logged_by, flat=True).first()))
    if newest is not None and newest.pk > int(seen):
        raise ChangedMeanwhile(
            f"{newest.actor} changed this record on {instant(newest.recorded_at)}, after this page was shown to you "
            f"({newest.action.replace('_', ' ')}, log entry {newest.pk})."
        )
