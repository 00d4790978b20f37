"""The net of what happened in a settle window."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.netting import Step, net

_WALKS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=30)


def _steps(walk: list[tuple[str, int]]) -> list[Step[int]]:
    """Steps that join: each begins where the subject's last one ended."""
    at: dict[str, int] = {}
    steps = []
    for number, (subject, to) in enumerate(walk):
        steps.append(Step(subject, at.get(subject, 0), to, number))
        at[subject] = to
    return steps


@given(_WALKS)
def test_what_came_back_is_not_told_and_the_rest_goes_from_first_to_last(walk: list[tuple[str, int]]) -> None:
    found = {each.subject: each for each in net(_steps(walk))}
    ends = dict(walk)
    assert set(found) == {subject for subject, end in ends.items() if end != 0}
    for subject, each in found.items():
        assert (each.before, each.after) == (0, ends[subject])
        assert each.count == sum(name == subject for name, _to in walk)


@given(_WALKS)
def test_what_is_told_is_the_last_step_of_its_subject(walk: list[tuple[str, int]]) -> None:
    for each in net(_steps(walk)):
        assert each.last == max(number for number, (name, _to) in enumerate(walk) if name == each.subject)
