"""The life of an instrument: which status may follow which, and what stands in the way of a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from registry.domain.dates import PartialDate
from registry.domain.instruments import Status, StatusEvent

S = Status
#: What may follow a status. A record may begin anywhere: often the first that is known of an act is its end.
#: `reference` and `unknown` are words about an instrument, no steps, and stand outside the table.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    S.CONSIDERED: frozenset({S.IN_DISCUSSION, S.PROPOSED, S.ADOPTED, S.SIGNED, S.WITHDRAWN}),
    S.IN_DISCUSSION: frozenset({S.PROPOSED, S.ADOPTED, S.SIGNED, S.WITHDRAWN}),
    S.PROPOSED: frozenset({S.IN_DISCUSSION, S.ADOPTED, S.SIGNED, S.PUBLISHED, S.IN_FORCE, S.EXPIRED, S.WITHDRAWN}),
    S.ADOPTED: frozenset(
        {S.SIGNED, S.PUBLISHED, S.IN_FORCE, S.AMENDED, S.SUSPENDED, S.REPEALED, S.WITHDRAWN, S.ANNULLED}
    ),
    S.SIGNED: frozenset(
        {S.ADOPTED, S.PUBLISHED, S.IN_FORCE, S.AMENDED, S.SUSPENDED, S.REPEALED, S.EXPIRED, S.WITHDRAWN, S.ANNULLED}
    ),
    S.PUBLISHED: frozenset({S.IN_FORCE, S.AMENDED, S.SUSPENDED, S.REPEALED, S.WITHDRAWN, S.ANNULLED}),
    S.IN_FORCE: frozenset({S.PUBLISHED, S.AMENDED, S.SUSPENDED, S.REPEALED, S.EXPIRED, S.WITHDRAWN, S.ANNULLED}),
    S.AMENDED: frozenset({S.IN_FORCE, S.AMENDED, S.SUSPENDED, S.REPEALED, S.EXPIRED, S.WITHDRAWN, S.ANNULLED}),
    S.SUSPENDED: frozenset({S.IN_FORCE, S.AMENDED, S.REPEALED, S.EXPIRED, S.WITHDRAWN, S.ANNULLED}),
    S.REPEALED: frozenset(),
    S.EXPIRED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.ANNULLED: frozenset(),
}
FINAL = frozenset(status for status, following in TRANSITIONS.items() if not following)
_RANK = {status: rank for rank, status in enumerate(TRANSITIONS)}
_BEGUN = frozenset({S.ADOPTED, S.SIGNED, S.PUBLISHED, S.IN_FORCE})


@dataclass(frozen=True, slots=True)
class IllegalStep:
    """A step that cannot be: ``index`` of the event at fault among those given, and the sentence."""

    index: int
    sentence: str


def illegal_steps(events: Sequence[StatusEvent]) -> list[IllegalStep]:
    """Steps that the table does not allow, in order of time.

    Events without a date have no place in the order and are left out. Where two dates overlap, as a year and a day
    of it, either order may be meant, and one that is allowed is enough.
    """
    dated = [
        (event.since, event.status, index)
        for index, event in enumerate(events)
        if event.since is not None and event.status in TRANSITIONS
    ]
    dated.sort(key=lambda step: (step[0].first, _RANK[step[1]]))
    began = False
    found = []
    for earlier, later in pairwise(dated):
        began = began or earlier[1] in _BEGUN
        if not _may_follow(earlier, later):
            found.append(_refused(earlier, later, began))
    return found


_Dated = tuple[PartialDate, Status, int]


def _may_follow(earlier: _Dated, later: _Dated) -> bool:
    if later[1] in TRANSITIONS[earlier[1]]:
        return True
    overlap = later[0].first <= earlier[0].last
    return overlap and earlier[1] in TRANSITIONS[later[1]]


def _refused(earlier: _Dated, later: _Dated, began: bool) -> IllegalStep:
    """The sentence of a step from one status to another, at the event that is likelier to be wrong."""
    since, status, index = earlier
    if status in FINAL and later[1] in _BEGUN and not began:
        return IllegalStep(
            index,
            f"{_name(status)} on {since}, before it was {_name(later[1]).lower()} on {later[0]}: check the dates.",
        )
    if status in FINAL:
        return IllegalStep(
            later[2],
            f"{_name(status)} on {since}: nothing can follow that. If it came back, log the act that brought it back "
            "as an instrument of its own and relate the two.",
        )
    return IllegalStep(
        later[2],
        f"{_name(status)} on {since} cannot become {_name(later[1]).lower()} on {later[0]}: "
        f"next may come {_listed(TRANSITIONS[status])}.",
    )


def _name(status: Status) -> str:
    return status.value.replace("_", " ").capitalize()


def _listed(statuses: frozenset[Status]) -> str:
    names = [_name(status).lower() for status in TRANSITIONS if status in statuses]
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def diagram() -> str:
    """The table as a Mermaid state diagram, as docs/lifecycle.md has it."""
    return "\n".join(["stateDiagram-v2", *_arrows()])


def _arrows() -> Iterator[str]:
    for status, following in TRANSITIONS.items():
        yield from (f"    {status.value} --> {to.value}" for to in TRANSITIONS if to in following)
    yield from (f"    {status.value} --> [*]" for status in TRANSITIONS if status in FINAL)
