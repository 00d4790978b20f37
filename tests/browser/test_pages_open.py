"""Every kind of page opens for everybody who may see it, without a word on the console."""

from __future__ import annotations

import pytest

from tests.browser.conftest import EVERYBODY, Reader
from tests.browser.pages import AUDITOR, DESK, PUBLIC

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("username", EVERYBODY)
def test_public_pages_open_without_a_word_on_the_console(reader: Reader, username: str) -> None:
    page = reader(username)
    for path in PUBLIC:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path


@pytest.mark.parametrize(("username", "paths"), [("officer", DESK), ("reviewer", DESK), ("auditor", AUDITOR)])
def test_the_desk_opens_without_a_word_on_the_console(reader: Reader, username: str, paths: tuple[str, ...]) -> None:
    page = reader(username)
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
