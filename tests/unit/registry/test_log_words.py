"""How an entry of the log is told in words."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.pages.log import EntryRow


@pytest.mark.parametrize(
    ("action", "object_type", "words"),
    [
        ("put", "feed", "Put feed"),
        ("score", "score", "Score"),
        ("run", "score run", "Run score run"),
        ("sign in", "sign in", "Sign in"),
        ("score", "score change", "Score change"),
    ],
)
def test_an_act_that_bears_the_name_of_its_object_is_said_once(action: str, object_type: str, words: str) -> None:
    row = EntryRow(1, "/log/1/", dt.datetime.now(dt.UTC), action, object_type, "", "", "", True)
    assert row.words == words
