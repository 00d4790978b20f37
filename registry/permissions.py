"""Who may do what: `check_can_x` raises with a sentence, `can_x` answers."""

from __future__ import annotations

from registry.choices import DraftState, FactStatus
from registry.exceptions import NotAllowed, WrongState
from registry.models import Comment, EnforcementRecord, FactVersion, Flag, Instrument, User

#: Records that one officer drafts and another approves.
Reviewed = Instrument | EnforcementRecord
#: What officers comment on before it counts.
Discussed = Instrument | EnforcementRecord | FactVersion


def check_can_edit(user: User, row: Reviewed) -> None:
    if not user.has_perm(f"registry.change_{row._meta.model_name}", row):
        raise NotAllowed(f"You are no officer for {row.country}; ask an administrator for that country.")


def check_can_submit(user: User, row: Reviewed) -> None:
    check_can_edit(user, row)
    if row.state not in {DraftState.DRAFT, DraftState.SENT_BACK}:
        raise WrongState(f"This record is {row.get_state_display().lower()}; only a draft can be submitted.")


def check_can_review(user: User, row: Reviewed) -> None:
    """A second officer reviews: who drafted a record does not approve it."""
    if not user.has_perm(f"registry.approve_{row._meta.model_name}", row):
        raise NotAllowed(f"You are no reviewer for {row.country}.")
    if user.public_id in {row.drafted_by, row.submitted_by}:
        raise NotAllowed("You drafted this record, so a second officer approves it.")
    if row.state != DraftState.SUBMITTED:
        raise WrongState(f"This record is {row.get_state_display().lower()}; it has to be submitted first.")


def check_can_decide(user: User, flag: Flag) -> None:
    if not user.has_perm("registry.decide_flag", flag):
        raise NotAllowed(f"You are no officer for {flag.country or 'the region'}.")


def check_can_accept(user: User, proposal: FactVersion, *, flips_a_gate: bool) -> None:
    """What flips a gate is accepted by a second officer, with a reviewer's right; all else by any officer."""
    check_can_decide_fact(user, proposal)
    what = "This withdrawal" if proposal.is_withdrawal else "This fact"
    if flips_a_gate and user.public_id == proposal.recorded_by:
        raise NotAllowed(f"{what} flips a gate and you proposed it, so a second officer accepts it.")
    if flips_a_gate and not user.has_perm("registry.accept_fact", proposal):
        raise NotAllowed(f"{what} flips a gate, so a reviewer accepts it.")


def check_can_decide_fact(user: User, fact: FactVersion) -> None:
    if not user.has_perm("registry.decide_fact", fact):
        raise NotAllowed(f"You are no officer for {fact.country or 'the region'}.")


def can_decide_fact(user: User, fact: FactVersion) -> bool:
    return _answers(check_can_decide_fact, user, fact)


def _verbs(row: Discussed) -> tuple[str, str]:
    """The permissions of the two sides: of who drafts such a row, and of who decides on it."""
    if isinstance(row, FactVersion):
        return "registry.add_factversion", "registry.accept_fact"
    return f"registry.change_{row._meta.model_name}", f"registry.approve_{row._meta.model_name}"


def can_read_comments(user: User, row: Discussed) -> bool:
    """Those who may see the draft: of its country or the region, whether or not the row itself is approved."""
    return user.has_perm(f"registry.view_{row._meta.model_name}", row)


def check_can_comment(user: User, row: Discussed) -> None:
    """Both sides of a review comment while it lasts."""
    if not any(user.has_perm(verb, row) for verb in _verbs(row)):
        raise NotAllowed("You read this record and do not work on it.")
    decided = row.status != FactStatus.PROPOSED if isinstance(row, FactVersion) else row.state == DraftState.APPROVED
    if decided:
        raise WrongState("This record is decided: change it, and the change can be commented on.")


def can_comment(user: User, row: Discussed) -> bool:
    return _answers(check_can_comment, user, row)


#: What decides on the subjects of comments, by their kind.
DECIDES = {
    "instrument": "registry.approve_instrument",
    "enforcement": "registry.approve_enforcementrecord",
    "fact": "registry.accept_fact",
}


def is_asked(user: User, comment: Comment) -> bool:
    """Whether a comment asks for a person's attention: by name, or as one of those who may decide."""
    if comment.asked:
        return comment.asked == user.public_id
    return comment.by != user.public_id and user.has_perm(DECIDES[comment.subject], comment)


def can_decide(user: User, flag: Flag) -> bool:
    return _answers(check_can_decide, user, flag)


def _answers(check: object, user: User, subject: object) -> bool:
    try:
        check(user, subject)  # type: ignore[operator]
    except (NotAllowed, WrongState):
        return False
    return True
