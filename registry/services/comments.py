"""Comments of officers on what does not count yet: made, seen, withdrawn, each with its entry and history."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ledger.domain.actor import Actor, Door
from ledger.domain.canonical import JSON
from ledger.services import Change, record
from registry import permissions
from registry.exceptions import BadInput, NotAllowed, WrongState
from registry.live import comment_state
from registry.models import Comment, EnforcementRecord, FactVersion, Instrument, User
from registry.services.signing import save_signed

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Topic:
    """What a comment is about: kind and public id, its title, its page at the desk, and who drafted it."""

    kind: str
    public_id: str
    title: str
    page: str
    country: str | None
    drafters: frozenset[str]


def topic_of(row: permissions.Discussed, page: str = "") -> Topic:
    """The topic that a record or a proposed fact is; ``page`` is its path at the desk."""
    if isinstance(row, FactVersion):
        drafters = frozenset({row.recorded_by})
        return Topic("fact", f"{row.fact_id}/v{row.version}", str(row), page, row.country_id, drafters)
    drafters = frozenset(filter(None, (row.drafted_by, row.submitted_by)))
    if isinstance(row, Instrument):
        return Topic("instrument", row.instrument_id, row.title, page, row.country_id, drafters)
    return Topic("enforcement", row.record_id, row.title, page, row.country_id, drafters)


@transaction.atomic
def comment(*, row: Instrument | EnforcementRecord | FactVersion, page: str, text: str, by: User) -> Comment:
    """Say something to the other side: its officer, or from its officer to whoever may approve.

    What the other side had asked is answered by it. Raises NotAllowed, WrongState or BadInput.
    """
    permissions.check_can_comment(by, row)
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise BadInput("Write what you want to say.")
    if len(text) > LONGEST:
        raise BadInput(f"A comment has at most {LONGEST} characters; this one has {len(text)}.")
    topic = topic_of(row, page)
    is_own = by.public_id in topic.drafters
    asked = "" if is_own else next(iter(sorted(topic.drafters)), "")
    made = Comment(
        subject=topic.kind,
        subject_id=topic.public_id,
        title=topic.title[:300],
        page=page,
        country_id=topic.country,
        text=text,
        by=by.public_id,
        asked=asked,
        made_at=timezone.now(),
    )
    _write(made, "comment", None, by.actor(Door.DESK))
    for earlier in _open(topic).exclude(pk=made.pk).exclude(by=by.public_id):
        if (earlier.asked in topic.drafters) if is_own else not earlier.asked:
            _answer(earlier, by.actor(Door.DESK))
    return made


@transaction.atomic
def see(*, made: Comment, by: User) -> None:
    """Say that a comment needs no more attention. Raises NotAllowed where it did not ask for this person's."""
    if not permissions.is_asked(by, made):
        raise NotAllowed("This comment does not ask for your attention.")
    if made.is_open:
        _answer(made, by.actor(Door.DESK))


@transaction.atomic
def withdraw_comment(*, made: Comment, by: User) -> None:
    """Take an own comment back: it stays with a mark, and in the log. Raises NotAllowed or WrongState."""
    if made.by != by.public_id:
        raise NotAllowed("Only who wrote a comment can withdraw it.")
    if made.withdrawn_at:
        raise WrongState("This comment is withdrawn already.")
    before = comment_state(made)
    made.withdrawn_at = timezone.now()
    _write(made, "withdraw", before, by.actor(Door.DESK))


def settle_comments(row: Instrument | EnforcementRecord | FactVersion, *, by: Actor) -> None:
    """Once a record is decided, nothing said on its draft asks for attention any more. Inside its transaction."""
    for each in _open(topic_of(row)):
        _answer(each, by)


def _open(topic: Topic) -> QuerySet[Comment]:
    return Comment.objects.filter(subject=topic.kind, subject_id=topic.public_id, answered_at=None, withdrawn_at=None)


def _answer(made: Comment, by: Actor) -> None:
    before = comment_state(made)
    made.answered_at = timezone.now()
    _write(made, "answer", before, by)


def _write(made: Comment, action: str, before: JSON, by: Actor) -> None:
    save_signed(made, by, action)
    record(by=by, change=Change(action, "comment", made.comment_id, before, comment_state(made)))
