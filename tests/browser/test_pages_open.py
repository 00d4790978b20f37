"""Every kind of page opens for everybody who may see it, without a word on the console."""

from __future__ import annotations

import pytest

from tests.browser.conftest import EVERYBODY, Reader

pytestmark = pytest.mark.browser
PAGES = (
    "/",
    "/countries/",
    "/countries/TH/",
    "/countries/TH/governance/",
    "/minerals/",
    "/minerals/rare_earths/",
    "/instruments/",
    "/lots/",
    "/lots/TH-CMP-0007/",
    "/changes/",
    "/methodology/",
    "/log/",
    "/search/?q=nickel",
    "/subscribe/",
    "/accounts/login/",
    "/api/docs/",
)


@pytest.mark.parametrize("username", EVERYBODY)
def test_public_pages_open_without_a_word_on_the_console(reader: Reader, username: str) -> None:
    page = reader(username)
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
